/* session ...: who is signed in. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/change.h>
#include <xassistctl/print.h>


/* Sessions to print, newest first; the store walks the oldest first. */
typedef struct {
    store_session_t *items;
    size_t           n;
    size_t           room;
    bool             failed;
} sessions_t;


static int session_create(const ctl_options_t *options, int argc,
    char **argv);
static int create(ctl_store_t *store, const policy_image_t *image,
    char **argv, uint8_t device, store_op_t *op);
static int session_revoke(const ctl_options_t *options, int argc,
    char **argv);
static int check_id(const ctl_given_t *given);
static int fill_revoke(const ctl_given_t *given, store_op_t *op);
static int print_revoked(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int session_list(const ctl_options_t *options, int argc,
    char **argv);
static bool collect(void *data, const void *record);
static void print_session(ctl_print_t *out, const store_session_t *session);


static const char *const  devices[] = {
    [POLICY_DEVICE_NONE] = "none",
    [POLICY_DEVICE_WEB] = "web",
    [POLICY_DEVICE_MOBILE] = "mobile",
    [POLICY_DEVICE_MOBILE_WEB] = "mobile_web",
    [POLICY_DEVICE_GLASSES] = "glasses"
};

#define DEVICES  (sizeof(devices) / sizeof(devices[0]))


const ctl_command_t  ctl_session_commands[] = {
    { "session create",
      "ACCOUNT NAME [--device web|mobile|mobile_web|glasses]",
      "signs a user in and prints the session's token", session_create },
    { "session revoke", "ID", "ends a session", session_revoke },
    { "session list", "ACCOUNT NAME", "lists a user's sessions, newest first",
      session_list },
    { NULL, NULL, NULL, NULL }
};


static int
session_create(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    char             token[POLICY_TOKEN_LEN + 1];
    size_t           i;
    store_op_t       op;
    const char      *device = NULL;
    ctl_print_t      out;
    ctl_store_t      store;
    policy_keys_t   *keys;
    policy_image_t   image;

    const ctl_arg_t  args[] = {
        { "--device", &device, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1) {
        return CTL_USAGE;
    }

    for (i = 1; device != NULL && i < DEVICES; i++) {
        if (strcmp(devices[i], device) == 0) {
            break;
        }
    }

    i = device != NULL ? i : POLICY_DEVICE_WEB;

    if (i == DEVICES) {
        ctl_complain("there is no device \"%s\"", device);
        return CTL_USAGE;
    }

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_keys_load(options, &keys);

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, false, &store);

        if (rc == CTL_OK) {
            rc = create(&store, &image, argv, (uint8_t) i, &op);
            ctl_store_close(&store);
        }

        if (rc == CTL_OK
            && policy_token_make(keys, POLICY_TOKEN_USER, op.out.session.b,
                                 token)
               != POLICY_OK)
        {
            ctl_complain("the keys made no token");
            rc = CTL_FAILURE;
        }

        policy_keys_free(keys);
    }

    policy_image_free(&image);

    if (rc != CTL_OK) {
        return rc;
    }

    token[POLICY_TOKEN_LEN] = '\0';

    ctl_print_begin(&out, options->json, "token");
    ctl_print_id(&out, "id", &op.out.session);
    ctl_print_word(&out, "token", token);
    ctl_print_id(&out, "user", &op.in.session_create.user);
    ctl_print_word(&out, "device", devices[i]);
    ctl_print_time(&out, "expires", op.out.expires);

    return ctl_print_end(&out);
}


static int
create(ctl_store_t *store, const policy_image_t *image, char **argv,
    uint8_t device, store_op_t *op)
{
    int                 rc;
    store_user_t        user;
    policy_settings_t   settings;

    rc = ctl_find_user(store, argv[0], argv[1], &user);

    if (rc == CTL_OK) {
        rc = ctl_op(store, image, STORE_OP_SESSION_CREATE, op);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    if (policy_settings(image, &settings) != POLICY_OK) {
        ctl_complain("the policy's settings cannot be read");
        return CTL_FAILURE;
    }

    op->in.session_create.session = op->id;
    op->in.session_create.user = user.id;
    op->in.session_create.device = device;
    op->in.session_create.lifetime = settings.session_lifetime
                                     ? settings.session_lifetime
                                     : UINT64_MAX;
    op->in.session_create.idle = settings.session_idle;
    op->in.session_create.per_user = settings.sessions_per_user;

    return ctl_apply(store, op, "sign the user in");
}


static const ctl_change_t  end = {
    .kind = STORE_OP_SESSION_REVOKE, .what = "end the session",
    .min = 1, .max = 1,
    .check = check_id, .fill = fill_revoke, .print = print_revoked
};


static int
session_revoke(const ctl_options_t *options, int argc, char **argv)
{
    store_id_t  session;

    return ctl_change(options, &end, argc, argv, NULL, &session);
}


static int
check_id(const ctl_given_t *given)
{
    if (!ctl_id_parse(given->argv[0], given->data)) {
        ctl_complain("\"%s\" is no id of a session", given->argv[0]);
        return CTL_USAGE;
    }

    return CTL_OK;
}


static int
fill_revoke(const ctl_given_t *given, store_op_t *op)
{
    const store_id_t  *session = given->data;

    op->in.session_revoke.session = *session;

    return CTL_OK;
}


static int
print_revoked(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    (void) given;

    ctl_print_id(out, "id", &op->in.session_revoke.session);
    ctl_print_word(out, "state", "ended");

    return CTL_OK;
}


static int
session_list(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    sessions_t      list;
    ctl_print_t     out;
    ctl_store_t     store;
    store_user_t    user;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    memset(&list, 0, sizeof(list));
    rc = ctl_find_user(&store, argv[0], argv[1], &user);

    if (rc == CTL_OK) {
        status = store_sessions(store.txn, &user.id, collect, &list);
        rc = ctl_found(list.failed ? STORE_NO_MEMORY : status, "user",
                       argv[1]);
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_list(&out, "sessions");

        while (list.n-- != 0) {
            print_session(&out, &list.items[list.n]);
        }

        ctl_print_list_end(&out);
        rc = ctl_print_end(&out);
    }

    free(list.items);
    ctl_store_close(&store);

    return rc;
}


static bool
collect(void *data, const void *record)
{
    sessions_t             *list = data;
    store_session_t        *grown;
    const store_session_t  *session = record;

    /* ended ones come after all others in a walk */

    if (session->ended != 0) {
        return false;
    }

    if (list->n == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        grown = realloc(list->items, list->room * sizeof(*grown));

        if (grown == NULL) {
            list->failed = true;
            return false;
        }

        list->items = grown;
    }

    /* its slices point into the map, for as long as the transaction */

    list->items[list->n++] = *session;

    return true;
}


static void
print_session(ctl_print_t *out, const store_session_t *session)
{
    ctl_print_item(out);
    ctl_print_id(out, "id", &session->id);
    ctl_print_word(out, "device", session->device < DEVICES
                                  ? devices[session->device] : "none");
    ctl_print_time(out, "created", session->created);
    ctl_print_time(out, "touched", session->touched);
    ctl_print_time(out, "expires", session->expires);
    ctl_print_item_end(out);
}
