/* service ...: media servers and backends, and what they prove it by. */

#include <stdio.h>
#include <string.h>

#include <xassistctl/change.h>
#include <xassistctl/listing.h>
#include <xassistctl/print.h>


#define PREFIX    "xassist_"           /* so that a leak can be found */
#define LIFETIME  (UINT64_C(10) * 365 * 24 * 3600 * 1000)
#define DAY       (UINT64_C(24) * 3600 * 1000)


/* What a service is known by: a key, a certificate, or its socket. */
typedef struct {
    const char    *file;               /* of the certificate, or NULL */
    bool           socket;
    policy_keys_t *keys;               /* NULL unless it is a key */
    uint8_t        certificate[STORE_HASH_LEN];
} proof_t;

typedef struct {
    store_id_t     account;
    store_slice_t  name;
    store_slice_t  roles;
    uint64_t       lifetime;
} service_t;


static int service_create(const ctl_options_t *options, int argc,
    char **argv);
static int service_rotate(const ctl_options_t *options, int argc,
    char **argv);
static int service_revoke(const ctl_options_t *options, int argc,
    char **argv);
static int service_list(const ctl_options_t *options, int argc, char **argv);
static int make(const ctl_options_t *options, ctl_store_t *store,
    const proof_t *proof, const service_t *service);
static int proof_open(const ctl_options_t *options, proof_t *proof);
static int fill_revoke(const ctl_given_t *given, store_op_t *op);
static int print_revoked(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int find(ctl_store_t *store, const char *text,
    store_session_t *service);
static void print_certificate(ctl_print_t *out, store_slice_t certificate);
static void print_service(ctl_print_t *out, const void *record);


const ctl_command_t  ctl_service_commands[] = {
    { "service create", "ACCOUNT NAME [--roles A,B] [--days N] "
      "[--certificate FILE | --socket]",
      "makes a service: prints its API key, once, or takes its client "
      "certificate, or leaves it to a unix socket (xassist_service ID)",
      service_create },
    { "service rotate", "ID [--certificate FILE]", "makes another key for "
      "the same, or takes another certificate; the old one stays until it is "
      "revoked", service_rotate },
    { "service revoke", "ID", "ends a service's key, certificate or right to "
      "a socket", service_revoke },
    { "service list", "ACCOUNT", "lists an account's services",
      service_list },
    { NULL, NULL, NULL, NULL }
};


static int
service_create(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    char            *p;
    proof_t          proof;
    uint64_t         days = 0;
    service_t        service;
    const char      *roles = NULL, *text = NULL;
    ctl_store_t      store;
    store_account_t  account;

    const ctl_arg_t  args[] = {
        { "--roles", &roles, NULL },
        { "--role", &roles, NULL },
        { "--days", &text, NULL },
        { "--certificate", &proof.file, NULL },
        { "--socket", NULL, &proof.socket },
        { NULL, NULL, NULL }
    };

    memset(&proof, 0, sizeof(proof));

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
        rc = proof_open(options, &proof);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        policy_keys_free(proof.keys);
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        service.account = account.id;
        service.name = ctl_slice(argv[1]);
        service.roles = ctl_slice(roles);
        service.lifetime = days != 0 ? days * DAY : LIFETIME;
        rc = make(options, &store, &proof, &service);
    }

    policy_keys_free(proof.keys);
    ctl_store_close(&store);

    return rc;
}


static int
service_rotate(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    proof_t          proof;
    service_t        service;
    ctl_store_t      store;
    store_session_t  session;

    const ctl_arg_t  args[] = {
        { "--certificate", &proof.file, NULL },
        { NULL, NULL, NULL }
    };

    memset(&proof, 0, sizeof(proof));

    if (ctl_args(argc, argv, args, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = proof_open(options, &proof);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        policy_keys_free(proof.keys);
        return rc;
    }

    rc = find(&store, argv[0], &session);

    if (rc == CTL_OK) {
        service.account = session.account;
        service.name = session.name;
        service.roles = session.roles;
        service.lifetime = session.expires - session.created;
        rc = make(options, &store, &proof, &service);
    }

    policy_keys_free(proof.keys);
    ctl_store_close(&store);

    return rc;
}


/* As whoever runs the command: keys and certificate are not the store's. */

static int
proof_open(const ctl_options_t *options, proof_t *proof)
{
    if (proof->file != NULL && proof->socket) {
        ctl_complain("a service has a certificate or a socket, not both");
        return CTL_USAGE;
    }

    if (proof->file != NULL) {
        return ctl_certificate_load(proof->file, proof->certificate);
    }

    return proof->socket ? CTL_OK : ctl_keys_load(options, &proof->keys);
}


static const ctl_change_t  end = {
    .kind = STORE_OP_SESSION_REVOKE, .what = "end the service",
    .min = 1, .max = 1,
    .fill = fill_revoke, .print = print_revoked
};


static int
service_revoke(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &end, argc, argv, NULL, NULL);
}


static int
fill_revoke(const ctl_given_t *given, store_op_t *op)
{
    int              rc;
    store_session_t  service;

    rc = find(given->store, given->argv[0], &service);

    if (rc == CTL_OK) {
        op->in.session_revoke.session = service.id;
    }

    return rc;
}


static int
print_revoked(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    (void) given;

    ctl_print_id(out, "id", &op->in.session_revoke.session);

    return CTL_OK;
}


static int
service_list(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_list(options, argc, argv, "services", store_services,
                    print_service);
}


/* The key is made of its id by a MAC: the store cannot give it away. */

static int
make(const ctl_options_t *options, ctl_store_t *store, const proof_t *proof,
    const service_t *service)
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
    op.in.service_create.account = service->account;
    op.in.service_create.name = service->name;
    op.in.service_create.roles = service->roles;
    op.in.service_create.lifetime = service->lifetime;

    if (proof->file != NULL) {
        op.in.service_create.certificate.data = proof->certificate;
        op.in.service_create.certificate.len = STORE_HASH_LEN;
    }

    memset(key, 0, sizeof(key));

    if (proof->keys != NULL) {
        memcpy(key, PREFIX, sizeof(PREFIX) - 1);
        status = policy_token_make(proof->keys, POLICY_TOKEN_SERVICE,
                                   op.id.b, key + sizeof(PREFIX) - 1);

        if (status != POLICY_OK) {
            ctl_complain("no key: %s", policy_status_text(status));
            return CTL_FAILURE;
        }
    }

    rc = ctl_apply(store, &op, "make the service");

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, key[0] ? "key" : "id");
    ctl_print_id(&out, "id", &op.id);

    if (key[0]) {
        ctl_print_word(&out, "key", key);
    }

    print_certificate(&out, op.in.service_create.certificate);
    ctl_print_text(&out, "name", service->name);
    ctl_print_words(&out, "roles", service->roles);
    ctl_print_time(&out, "expires", op.out.expires);

    return ctl_print_end(&out);
}


/* In hexadecimal, as "openssl x509 -fingerprint -sha256" has it but for its
   colons. */

static void
print_certificate(ctl_print_t *out, store_slice_t certificate)
{
    char    hex[2 * STORE_HASH_LEN + 1];
    size_t  i;

    if (certificate.len != STORE_HASH_LEN) {
        return;
    }

    for (i = 0; i < STORE_HASH_LEN; i++) {
        (void) snprintf(hex + 2 * i, 3, "%02x", certificate.data[i]);
    }

    ctl_print_word(out, "certificate", hex);
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


static void
print_service(ctl_print_t *out, const void *record)
{
    const store_session_t  *service = record;

    ctl_print_id(out, "id", &service->id);
    ctl_print_text(out, "name", service->name);
    ctl_print_words(out, "roles", service->roles);
    print_certificate(out, service->certificate);
    ctl_print_time(out, "created", service->created);
    ctl_print_time(out, "expires", service->expires);
    ctl_print_time(out, "ended", service->ended);
}
