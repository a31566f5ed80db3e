/* service ...: API keys of media servers and backends. */

#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


#define PREFIX    "xassist_"           /* so that a leak can be found */
#define LIFETIME  (UINT64_C(10) * 365 * 24 * 3600 * 1000)
#define DAY       (UINT64_C(24) * 3600 * 1000)


static int service_create(const ctl_options_t *options, int argc,
    char **argv);
static int service_rotate(const ctl_options_t *options, int argc,
    char **argv);
static int service_revoke(const ctl_options_t *options, int argc,
    char **argv);
static int service_list(const ctl_options_t *options, int argc, char **argv);
static int make(const ctl_options_t *options, ctl_store_t *store,
    const policy_keys_t *keys, const store_id_t *account, store_slice_t name,
    store_slice_t roles, uint64_t lifetime);
static int revoke(ctl_store_t *store, const store_id_t *id);
static int find(ctl_store_t *store, const char *text,
    store_session_t *service);
static bool print_service(void *data, const void *record);


const ctl_command_t  ctl_service_commands[] = {
    { "service create", "ACCOUNT NAME [--roles A,B] [--days N]",
      "makes an API key and prints it, once", service_create },
    { "service rotate", "ID", "makes another key for the same; the old one "
      "stays until it is revoked", service_rotate },
    { "service revoke", "ID", "ends an API key", service_revoke },
    { "service list", "ACCOUNT", "lists an account's API keys",
      service_list },
    { NULL, NULL, NULL, NULL }
};


static int
service_create(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    char            *p;
    uint64_t         days = 0;
    const char      *roles = NULL, *text = NULL;
    ctl_store_t      store;
    policy_keys_t   *keys;
    store_account_t  account;

    const ctl_arg_t  args[] = {
        { "--roles", &roles, NULL },
        { "--days", &text, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1) {
        return CTL_USAGE;
    }

    for (p = (char *) (uintptr_t) (text != NULL ? text : ""); *p; p++) {
        if (*p < '0' || *p > '9' || days > 36500) {
            ctl_complain("--days is a number of days");
            return CTL_USAGE;
        }
        days = days * 10 + (uint64_t) (*p - '0');
    }

    rc = ctl_roles_check(options, roles);

    if (rc == CTL_OK) {
        rc = ctl_keys_load(options, &keys);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        policy_keys_free(keys);
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        rc = make(options, &store, keys, &account.id, ctl_slice(argv[1]),
                  ctl_slice(roles), days != 0 ? days * DAY : LIFETIME);
    }

    policy_keys_free(keys);
    ctl_store_close(&store);

    return rc;
}


static int
service_rotate(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    ctl_store_t      store;
    policy_keys_t   *keys;
    store_session_t  service;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_keys_load(options, &keys);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        policy_keys_free(keys);
        return rc;
    }

    rc = find(&store, argv[0], &service);

    if (rc == CTL_OK) {
        rc = make(options, &store, keys, &service.account, service.name,
                  service.roles, service.expires - service.created);
    }

    policy_keys_free(keys);
    ctl_store_close(&store);

    return rc;
}


static int
service_revoke(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    ctl_print_t      out;
    ctl_store_t      store;
    store_session_t  service;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = find(&store, argv[0], &service);

    if (rc == CTL_OK) {
        rc = revoke(&store, &service.id);
    }

    ctl_store_close(&store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &service.id);

    return ctl_print_end(&out);
}


static int
service_list(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    ctl_print_t      out;
    ctl_store_t      store;
    store_status_t   status;
    store_account_t  account;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_list(&out, "services");
        status = store_services(store.txn, &account.id, print_service, &out);
        ctl_print_list_end(&out);
        rc = ctl_print_end(&out);
        rc = rc == CTL_OK ? ctl_found(status, "account", argv[0]) : rc;
    }

    ctl_store_close(&store);

    return rc;
}


/* The key is made of its id by a MAC: the store cannot give it away. */

static int
make(const ctl_options_t *options, ctl_store_t *store,
    const policy_keys_t *keys, const store_id_t *account, store_slice_t name,
    store_slice_t roles, uint64_t lifetime)
{
    int              rc;
    char             key[sizeof(PREFIX) + POLICY_TOKEN_LEN];
    store_op_t       op;
    ctl_print_t      out;
    policy_status_t  status;

    rc = ctl_op(store, NULL, STORE_OP_SERVICE_CREATE, &op);

    if (rc != CTL_OK) {
        return rc;
    }

    op.in.service_create.service = op.id;
    op.in.service_create.account = *account;
    op.in.service_create.name = name;
    op.in.service_create.roles = roles;
    op.in.service_create.lifetime = lifetime;

    memcpy(key, PREFIX, sizeof(PREFIX) - 1);
    status = policy_token_make(keys, POLICY_TOKEN_SERVICE, op.id.b,
                               key + sizeof(PREFIX) - 1);
    key[sizeof(PREFIX) - 1 + POLICY_TOKEN_LEN] = '\0';

    if (status != POLICY_OK) {
        ctl_complain("no key: %s", policy_status_text(status));
        return CTL_FAILURE;
    }

    rc = ctl_apply(store, &op, "make the service");

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, "key");
    ctl_print_id(&out, "id", &op.id);
    ctl_print_word(&out, "key", key);
    ctl_print_text(&out, "name", name);
    ctl_print_words(&out, "roles", roles);
    ctl_print_time(&out, "expires", op.out.expires);

    return ctl_print_end(&out);
}


static int
revoke(ctl_store_t *store, const store_id_t *id)
{
    int         rc;
    store_op_t  op;

    rc = ctl_op(store, NULL, STORE_OP_SESSION_REVOKE, &op);

    if (rc != CTL_OK) {
        return rc;
    }

    op.in.session_revoke.session = *id;

    return ctl_apply(store, &op, "end the service");
}


static int
find(ctl_store_t *store, const char *text, store_session_t *service)
{
    int         rc;
    store_id_t  id;

    if (!ctl_id_parse(text, &id)) {
        ctl_complain("\"%s\" is no id of a service", text);
        return CTL_USAGE;
    }

    rc = ctl_found(store_session_get(store->txn, &id, service), "service",
                   text);

    if (rc == CTL_OK && service->kind != STORE_KIND_SERVICE) {
        ctl_complain("there is no service \"%s\"", text);
        rc = CTL_NO;
    }

    return rc;
}


static bool
print_service(void *data, const void *record)
{
    ctl_print_t            *out = data;
    const store_session_t  *service = record;

    ctl_print_item(out);
    ctl_print_id(out, "id", &service->id);
    ctl_print_text(out, "name", service->name);
    ctl_print_words(out, "roles", service->roles);
    ctl_print_time(out, "created", service->created);
    ctl_print_time(out, "expires", service->expires);
    ctl_print_time(out, "ended", service->ended);
    ctl_print_item_end(out);

    return true;
}
