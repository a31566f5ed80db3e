/* call ...: making calls, ending them, looking at them. */

#include <string.h>

#include <xassistctl/change.h>
#include <xassistctl/clock.h>
#include <xassistctl/print.h>


#define ROOM_BITS  53


typedef struct {
    const char *title;
    const char *starts;
    uint64_t    starts_at;
} conference_t;

typedef struct {
    store_id_t  call;
    store_id_t  participant;
} member_t;


static int call_create(const ctl_options_t *options, int argc, char **argv);
static int call_end(const ctl_options_t *options, int argc, char **argv);
static int call_remove(const ctl_options_t *options, int argc, char **argv);
static int call_list(const ctl_options_t *options, int argc, char **argv);
static int call_show(const ctl_options_t *options, int argc, char **argv);
static int check_start(const ctl_given_t *given);
static int fill_create(const ctl_given_t *given, store_op_t *op);
static int print_created(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int check_call(const ctl_given_t *given);
static int fill_end(const ctl_given_t *given, store_op_t *op);
static int print_ended(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int check_part(const ctl_given_t *given);
static int fill_remove(const ctl_given_t *given, store_op_t *op);
static int print_removed(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int print_call(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
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


static const ctl_change_t  create = {
    .kind = STORE_OP_CALL_CREATE, .what = "make the call",
    .min = 2, .max = 2, .by_policy = true,
    .check = check_start, .fill = fill_create, .print = print_created
};

static const ctl_change_t  end = {
    .kind = STORE_OP_CALL_END, .what = "end the call",
    .min = 1, .max = 1,
    .check = check_call, .fill = fill_end, .print = print_ended
};

static const ctl_change_t  show = {
    .min = 1, .max = 1, .check = check_call, .print = print_call
};

/* What follows for the call is said by the policy. */

static const ctl_change_t  take_out = {
    .kind = STORE_OP_REMOVE, .what = "remove the participant",
    .min = 2, .max = 2, .by_policy = true,
    .check = check_part, .fill = fill_remove, .print = print_removed
};


static int
call_create(const ctl_options_t *options, int argc, char **argv)
{
    conference_t  made = { NULL, NULL, 0 };

    const ctl_arg_t  args[] = {
        { "--title", &made.title, NULL },
        { "--starts-at", &made.starts, NULL },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &create, argc, argv, args, &made);
}


static int
check_start(const ctl_given_t *given)
{
    conference_t  *made = given->data;

    if (made->starts != NULL
        && !ctl_time_parse(made->starts, &made->starts_at))
    {
        ctl_complain("\"%s\" is no time as in 2026-01-31T09:30:00Z",
                     made->starts);
        return CTL_USAGE;
    }

    return CTL_OK;
}


static int
fill_create(const ctl_given_t *given, store_op_t *op)
{
    int                  rc;
    uint64_t             room;
    store_user_t         owner;
    const conference_t  *made = given->data;

    rc = ctl_find_user(given->store, given->argv[0], given->argv[1], &owner);

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
    op->in.call_create.title = ctl_slice(made->title);
    op->in.call_create.starts_at = made->starts_at;

    return CTL_OK;
}


static int
print_created(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    (void) given;

    ctl_print_id(out, "id", &op->out.call);
    ctl_print_number(out, "room", op->out.room);
    ctl_print_text(out, "title", op->in.call_create.title);
    ctl_print_word(out, "state", store_call_state_name(STORE_CALL_OPEN));
    ctl_print_time(out, "starts_at", op->in.call_create.starts_at);

    return CTL_OK;
}


static int
call_end(const ctl_options_t *options, int argc, char **argv)
{
    store_id_t  call;

    return ctl_change(options, &end, argc, argv, NULL, &call);
}


static int
check_call(const ctl_given_t *given)
{
    if (!ctl_id_parse(given->argv[0], given->data)) {
        ctl_complain("\"%s\" is no id of a call", given->argv[0]);
        return CTL_USAGE;
    }

    return CTL_OK;
}


static int
fill_end(const ctl_given_t *given, store_op_t *op)
{
    const store_id_t  *call = given->data;

    op->in.call_end.call = *call;

    return CTL_OK;
}


static int
print_ended(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    (void) given;

    ctl_print_id(out, "id", &op->in.call_end.call);
    ctl_print_word(out, "state", store_call_state_name(STORE_CALL_ENDED));
    ctl_print_bool(out, "again", op->out.again);

    return CTL_OK;
}


static int
call_remove(const ctl_options_t *options, int argc, char **argv)
{
    member_t  member;

    return ctl_change(options, &take_out, argc, argv, NULL, &member);
}


static int
check_part(const ctl_given_t *given)
{
    member_t  *member = given->data;

    if (!ctl_id_parse(given->argv[0], &member->call)
        || !ctl_id_parse(given->argv[1], &member->participant))
    {
        ctl_complain("\"%s\" and \"%s\" are no ids of a call and of somebody "
                     "in it", given->argv[0], given->argv[1]);
        return CTL_USAGE;
    }

    return CTL_OK;
}


static int
fill_remove(const ctl_given_t *given, store_op_t *op)
{
    const member_t  *member = given->data;

    op->in.leave.call = member->call;
    op->in.leave.participant = member->participant;

    return CTL_OK;
}


static int
print_removed(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    (void) given;

    ctl_print_id(out, "id", &op->in.leave.participant);
    ctl_print_word(out, "state",
                   store_part_state_name(STORE_PART_REMOVED));
    ctl_print_bool(out, "again", op->out.again);

    return CTL_OK;
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
    store_id_t  call;

    return ctl_change(options, &show, argc, argv, NULL, &call);
}


static int
print_call(ctl_print_t *out, const ctl_given_t *given, const store_op_t *op)
{
    int              rc;
    store_txn_t     *txn = given->store->txn;
    store_call_t     call;
    store_status_t   status;

    (void) op;

    rc = ctl_found(store_call_get(txn, given->data, &call), "call",
                   given->argv[0]);

    if (rc != CTL_OK) {
        return rc;
    }

    print_members(out, &call);

    ctl_print_list(out, "participants");
    status = store_participants(txn, given->data, print_participant, out);
    ctl_print_list_end(out);

    return ctl_found(status, "call", given->argv[0]);
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
