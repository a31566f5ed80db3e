/* account ...: what an account has one of: seats and a billing contact. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


static int account_show(const ctl_options_t *options, int argc, char **argv);
static int account_seats(const ctl_options_t *options, int argc,
    char **argv);
static int account_billing(const ctl_options_t *options, int argc,
    char **argv);
static int print_account(const ctl_options_t *options, ctl_store_t *store,
    const store_id_t *id);


const ctl_command_t  ctl_account_commands[] = {
    { "account show", "NAME", "shows an account, its seats and its billing "
      "contact", account_show },
    { "account seats", "NAME NUMBER|none",
      "limits the agent seats of an account", account_seats },
    { "account billing", "NAME USER",
      "makes a user the billing contact, in place of who was it",
      account_billing },
    { NULL, NULL, NULL, NULL }
};


static int
account_show(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    ctl_store_t      store;
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
        rc = print_account(options, &store, &account.id);
    }

    ctl_store_close(&store);

    return rc;
}


static int
account_seats(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    char            *end;
    store_op_t       op;
    ctl_store_t      store;
    unsigned long    limit;
    store_account_t  account;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    limit = strtoul(argv[1], &end, 10);

    if (strcmp(argv[1], "none") == 0) {
        limit = 0;

    } else if (argv[1][0] < '0' || argv[1][0] > '9' || *end != '\0'
               || limit == 0 || limit > INT32_MAX)
    {
        ctl_complain("\"%s\" is no number of seats", argv[1]);
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_ACCOUNT_SEATS, &op);
    }

    if (rc == CTL_OK) {
        op.in.account_seats.account = account.id;
        op.in.account_seats.limit = (uint32_t) limit;
        rc = ctl_apply(&store, &op, "limit the seats");
    }

    if (rc == CTL_OK) {
        rc = print_account(options, &store, &account.id);
    }

    ctl_store_close(&store);

    return rc;
}


static int
account_billing(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    store_op_t    op;
    ctl_store_t   store;
    store_user_t  user;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_user(&store, argv[0], argv[1], &user);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_ACCOUNT_BILLING, &op);
    }

    if (rc == CTL_OK) {
        op.in.account_billing.account = user.account;
        op.in.account_billing.user = user.id;
        rc = ctl_apply(&store, &op, "move the billing contact");
    }

    if (rc == CTL_OK) {
        rc = print_account(options, &store, &user.account);
    }

    ctl_store_close(&store);

    return rc;
}


/* As it is now. */

static int
print_account(const ctl_options_t *options, ctl_store_t *store,
    const store_id_t *id)
{
    int              rc;
    ctl_print_t      out;
    store_user_t     user;
    store_account_t  account;

    rc = ctl_renew(options, store);

    if (rc == CTL_OK) {
        rc = ctl_found(store_account_get(store->txn, id, &account), "account",
                       "");
    }

    if (rc != CTL_OK) {
        return rc;
    }

    memset(&user, 0, sizeof(user));

    if (!store_id_none(&account.billing)) {
        rc = ctl_found(store_user_get(store->txn, &account.billing, &user),
                       "user", "who is the billing contact");
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &account.id);
    ctl_print_text(&out, "name", account.name);
    ctl_print_bool(&out, "suspended", account.suspended != 0);
    ctl_print_number(&out, "users", account.users);
    ctl_print_number(&out, "seats", account.limit);
    ctl_print_number(&out, "agents", account.agents);
    ctl_print_number(&out, "guests", account.seats);
    ctl_print_text(&out, "billing", user.name);
    ctl_print_time(&out, "created", account.created);

    return rc == CTL_OK ? ctl_print_end(&out) : rc;
}
