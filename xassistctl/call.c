/* call ...: making calls, ending them, looking at them. */

#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/clock.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


#define ROOM_BITS  53


static int call_create(const ctl_options_t *options, int argc, char **argv);
static int create(ctl_store_t *store, char **argv, store_op_t *op);
static int call_end(const ctl_options_t *options, int argc, char **argv);
static int call_remove(const ctl_options_t *options, int argc, char **argv);
static int call_list(const ctl_options_t *options, int argc, char **argv);
static int call_show(const ctl_options_t *options, int argc, char **argv);
static bool print_item(void *data, const void *record);
static void print_members(ctl_print_t *out, const store_call_t *call);
static bool print_participant(void *data, const void *record);


const ctl_command_t  ctl_call_commands[] = {
    { "call create", "ACCOUNT OWNER [--title TEXT] [--starts-at TIME]",
      "makes a conference; TIME as in 2026-01-31T09:30:00Z", call_create },
    { "call end", "ID", "ends a call, for everybody in it", call_end },
    { "call remove", "ID PARTICIPANT",
      "removes somebody from a call, for good", call_remove },
    { "call list", "ACCOUNT [--state open|live|ended]",
      "lists calls, those open and live unless told otherwise", call_list },
    { "call show", "ID", "prints a call and who is in it", call_show },
    { NULL, NULL, NULL, NULL }
};


static int
call_create(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    uint64_t         starts_at;
    store_op_t       op;
    const char      *title = NULL, *starts = NULL;
    ctl_print_t      out;
    ctl_store_t      store;
    policy_image_t   image;

    const ctl_arg_t  args[] = {
        { "--title", &title, NULL },
        { "--starts-at", &starts, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1) {
        return CTL_USAGE;
    }

    starts_at = 0;

    if (starts != NULL && !ctl_time_parse(starts, &starts_at)) {
        ctl_complain("\"%s\" is no time as in 2026-01-31T09:30:00Z", starts);
        return CTL_USAGE;
    }

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, &image, STORE_OP_CALL_CREATE, &op);

        if (rc == CTL_OK) {
            op.in.call_create.title = ctl_slice(title);
            op.in.call_create.starts_at = starts_at;
            rc = create(&store, argv, &op);
        }

        ctl_store_close(&store);
    }

    policy_image_free(&image);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &op.out.call);
    ctl_print_number(&out, "room", op.out.room);
    ctl_print_word(&out, "title", title != NULL ? title : "");
    ctl_print_word(&out, "state", store_call_state_name(STORE_CALL_OPEN));
    ctl_print_time(&out, "starts_at", starts_at);

    return ctl_print_end(&out);
}


static int
create(ctl_store_t *store, char **argv, store_op_t *op)
{
    int           rc;
    uint64_t      room;
    store_user_t  owner;

    rc = ctl_find_user(store, argv[0], argv[1], &owner);

    if (rc != CTL_OK) {
        return rc;
    }

    if (policy_random((uint8_t *) &room, sizeof(room)) != POLICY_OK) {
        ctl_complain("this system gives no random numbers");
        return CTL_FAILURE;
    }

    room >>= 64 - ROOM_BITS;

    op->in.call_create.call = op->id;
    op->in.call_create.account = owner.account;
    op->in.call_create.owner = owner.id;
    op->in.call_create.kind = STORE_CALL_CONFERENCE;
    op->in.call_create.room = room ? room : 1;

    return ctl_apply(store, op, "make the call");
}


static int
call_end(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    store_id_t    id;
    store_op_t    op;
    ctl_print_t   out;
    ctl_store_t   store;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    if (!ctl_id_parse(argv[0], &id)) {
        ctl_complain("\"%s\" is no id of a call", argv[0]);
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_op(&store, NULL, STORE_OP_CALL_END, &op);

    if (rc == CTL_OK) {
        op.in.call_end.call = id;
        rc = ctl_apply(&store, &op, "end the call");
    }

    ctl_store_close(&store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &id);
    ctl_print_word(&out, "state", store_call_state_name(STORE_CALL_ENDED));
    ctl_print_bool(&out, "again", op.out.again);

    return ctl_print_end(&out);
}


static int
call_remove(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    store_op_t      op;
    ctl_print_t     out;
    ctl_store_t     store;
    store_id_t      call, participant;
    policy_image_t  image;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    if (!ctl_id_parse(argv[0], &call)
        || !ctl_id_parse(argv[1], &participant))
    {
        ctl_complain("\"%s\" and \"%s\" are no ids of a call and of somebody "
                     "in it", argv[0], argv[1]);
        return CTL_USAGE;
    }

    /* what follows for the call is said by the policy */

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, &image, STORE_OP_REMOVE, &op);

        if (rc == CTL_OK) {
            op.in.leave.call = call;
            op.in.leave.participant = participant;
            rc = ctl_apply(&store, &op, "remove the participant");
        }

        ctl_store_close(&store);
    }

    policy_image_free(&image);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &participant);
    ctl_print_word(&out, "state",
                   store_part_state_name(STORE_PART_REMOVED));
    ctl_print_bool(&out, "again", op.out.again);

    return ctl_print_end(&out);
}


static int
call_list(const ctl_options_t *options, int argc, char **argv)
{
    int                 rc;
    const char         *word = NULL;
    ctl_print_t         out;
    ctl_store_t         store;
    store_status_t      status;
    store_account_t     account;
    store_call_state_t  state;

    const ctl_arg_t  args[] = {
        { "--state", &word, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 1, 1) == -1) {
        return CTL_USAGE;
    }

    for (state = STORE_CALL_OPEN; word != NULL; state++) {
        if (state > STORE_CALL_ENDED) {
            ctl_complain("there is no state \"%s\"", word);
            return CTL_USAGE;
        }

        if (strcmp(word, store_call_state_name(state)) == 0) {
            break;
        }
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_list(&out, "calls");

        status = store_calls(store.txn, &account.id, state, print_item, &out);

        if (status == STORE_OK && word == NULL) {
            status = store_calls(store.txn, &account.id, STORE_CALL_LIVE,
                                 print_item, &out);
        }

        ctl_print_list_end(&out);
        rc = ctl_print_end(&out);
        rc = rc == CTL_OK ? ctl_found(status, "account", argv[0]) : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static int
call_show(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    store_id_t      id;
    ctl_print_t     out;
    ctl_store_t     store;
    store_call_t    call;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    if (!ctl_id_parse(argv[0], &id)) {
        ctl_complain("\"%s\" is no id of a call", argv[0]);
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_found(store_call_get(store.txn, &id, &call), "call", argv[0]);

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        print_members(&out, &call);

        ctl_print_list(&out, "participants");
        status = store_participants(store.txn, &id, print_participant, &out);
        ctl_print_list_end(&out);

        rc = ctl_print_end(&out);
        rc = rc == CTL_OK ? ctl_found(status, "call", argv[0]) : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static bool
print_item(void *data, const void *record)
{
    ctl_print_t  *out = data;

    ctl_print_item(out);
    print_members(out, record);
    ctl_print_item_end(out);

    return true;
}


static void
print_members(ctl_print_t *out, const store_call_t *call)
{
    ctl_print_id(out, "id", &call->id);
    ctl_print_id(out, "account", &call->account);
    ctl_print_word(out, "kind", call->kind == STORE_CALL_SERVICE
                                ? "service_request" : "conference");
    ctl_print_word(out, "state",
                   store_call_state_name((store_call_state_t) call->state));
    ctl_print_id(out, "owner", &call->owner);
    ctl_print_text(out, "title", call->title);
    ctl_print_number(out, "room", call->room);
    ctl_print_text(out, "media", call->media);
    ctl_print_number(out, "here", call->here);
    ctl_print_number(out, "joining", call->joining);
    ctl_print_time(out, "created", call->created);
    ctl_print_time(out, "starts_at", call->starts_at);
    ctl_print_time(out, "live_at", call->live_at);
    ctl_print_time(out, "ended_at", call->ended_at);
}


static bool
print_participant(void *data, const void *record)
{
    ctl_print_t                *out = data;
    const store_participant_t  *part = record;

    static const char *const  kinds[] = {
        [STORE_KIND_USER] = "regular", [STORE_KIND_GUEST] = "guest",
        [STORE_KIND_EXTERNAL] = "external", [STORE_KIND_SERVICE] = "service"
    };

    ctl_print_item(out);
    ctl_print_id(out, "id", &part->id);
    ctl_print_word(out, "kind", part->kind >= STORE_KIND_USER
                                && part->kind <= STORE_KIND_SERVICE
                                ? kinds[part->kind] : "unknown");
    ctl_print_word(out, "state",
                   store_part_state_name((store_part_state_t) part->state));
    ctl_print_text(out, "name", part->name);
    ctl_print_id(out, "user", &part->user);
    ctl_print_id(out, "session", &part->session);
    ctl_print_id(out, "invitation", &part->invitation);
    ctl_print_number(out, "connections", part->attached);
    ctl_print_time(out, "joined", part->joined);
    ctl_print_time(out, "left", part->left);
    ctl_print_item_end(out);

    return true;
}
