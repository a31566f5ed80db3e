/* account ...: what an account has one of: seats and a billing contact. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/change.h>
#include <xassistctl/print.h>


static int account_show(const ctl_options_t *options, int argc, char **argv);
static int account_seats(const ctl_options_t *options, int argc,
    char **argv);
static int account_billing(const ctl_options_t *options, int argc,
    char **argv);
static int check_seats(const ctl_given_t *given);
static int fill_seats(const ctl_given_t *given, store_op_t *op);
static int fill_billing(const ctl_given_t *given, store_op_t *op);
static int print_account(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);


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


static const ctl_change_t  show = {
    .min = 1, .max = 1, .print = print_account
};

static const ctl_change_t  seats = {
    .kind = STORE_OP_ACCOUNT_SEATS, .what = "limit the seats",
    .min = 2, .max = 2,
    .check = check_seats, .fill = fill_seats, .print = print_account
};

static const ctl_change_t  billing = {
    .kind = STORE_OP_ACCOUNT_BILLING, .what = "move the billing contact",
    .min = 2, .max = 2,
    .fill = fill_billing, .print = print_account
};


static int
account_show(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &show, argc, argv, NULL, NULL);
}


static int
account_seats(const ctl_options_t *options, int argc, char **argv)
{
    uint32_t  limit;

    return ctl_change(options, &seats, argc, argv, NULL, &limit);
}


static int
check_seats(const ctl_given_t *given)
{
    char           *end;
    uint32_t       *limit = given->data;
    const char     *word = given->argv[1];
    unsigned long   number;

    number = strtoul(word, &end, 10);

    if (strcmp(word, "none") == 0) {
        number = 0;

    } else if (word[0] < '0' || word[0] > '9' || *end != '\0'
               || number == 0 || number > INT32_MAX)
    {
        ctl_complain("\"%s\" is no number of seats", word);
        return CTL_USAGE;
    }

    *limit = (uint32_t) number;

    return CTL_OK;
}


static int
fill_seats(const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    store_account_t   account;
    const uint32_t   *limit = given->data;

    rc = ctl_find_account(given->store, given->argv[0], &account);

    if (rc == CTL_OK) {
        op->in.account_seats.account = account.id;
        op->in.account_seats.limit = *limit;
    }

    return rc;
}


static int
account_billing(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &billing, argc, argv, NULL, NULL);
}


static int
fill_billing(const ctl_given_t *given, store_op_t *op)
{
    int           rc;
    store_user_t  user;

    rc = ctl_find_user(given->store, given->argv[0], given->argv[1], &user);

    if (rc == CTL_OK) {
        op->in.account_billing.account = user.account;
        op->in.account_billing.user = user.id;
    }

    return rc;
}


static int
print_account(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    int              rc;
    store_user_t     user;
    store_account_t  account;

    (void) op;

    memset(&user, 0, sizeof(user));
    rc = ctl_find_account(given->store, given->argv[0], &account);

    if (rc == CTL_OK && !store_id_none(&account.billing)) {
        rc = ctl_found(store_user_get(given->store->txn, &account.billing,
                                      &user),
                       "user", "who is the billing contact");
    }

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_id(out, "id", &account.id);
    ctl_print_text(out, "name", account.name);
    ctl_print_bool(out, "suspended", account.suspended != 0);
    ctl_print_number(out, "users", account.users);
    ctl_print_number(out, "seats", account.limit);
    ctl_print_number(out, "agents", account.agents);
    ctl_print_number(out, "guests", account.seats);
    ctl_print_text(out, "billing", user.name);
    ctl_print_time(out, "created", account.created);

    return CTL_OK;
}
