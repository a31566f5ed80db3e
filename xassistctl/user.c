/* account ... and user ...: tenants and their users. */

#include <string.h>
#include <unistd.h>

#include <xassistctl/args.h>
#include <xassistctl/listing.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


static int account_create(const ctl_options_t *options, int argc,
    char **argv);
static int account_suspend(const ctl_options_t *options, int argc,
    char **argv);
static int account_resume(const ctl_options_t *options, int argc,
    char **argv);
static int account_set(const ctl_options_t *options, int argc, char **argv,
    bool suspended);
static int user_create(const ctl_options_t *options, int argc, char **argv);
static int name_administrator(ctl_store_t *store, char **argv,
    const char *name, store_op_t *op);
static int user_set(const ctl_options_t *options, int argc, char **argv);
static int user_list(const ctl_options_t *options, int argc, char **argv);
static bool join_subject(char *out, size_t size, const char *issuer,
    const char *subject);
static bool print_user(void *data, const void *record);
static void print_members(ctl_print_t *out, const store_user_t *user);


const ctl_command_t  ctl_user_commands[] = {
    { "account create", "NAME", "makes an account", account_create },
    { "account suspend", "NAME",
      "refuses everybody of an account, and closes what is open",
      account_suspend },
    { "account resume", "NAME", "takes that back", account_resume },
    { "user create",
      "ACCOUNT NAME [--display TEXT] [--mail ADDRESS] [--phone NUMBER] "
      "[--roles A,B] [--no-licence] [--administrator NAME]",
      "makes a user, with a regular licence unless told otherwise; the second "
      "one of an account with an administrator",
      user_create },
    { "user set",
      "ACCOUNT NAME [--roles A,B] [--suspend|--resume] "
      "[--licence|--no-licence] [--issuer URL --subject TEXT]",
      "changes a user; what is not named stays", user_set },
    { "user list", "ACCOUNT", "lists the users of an account", user_list },
    { NULL, NULL, NULL, NULL }
};


static int
account_create(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    store_op_t    op;
    ctl_print_t   out;
    ctl_store_t   store;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_op(&store, NULL, STORE_OP_ACCOUNT_CREATE, &op);

    if (rc == CTL_OK) {
        op.in.account_create.account = op.id;
        op.in.account_create.name = ctl_slice(argv[0]);
        rc = ctl_apply(&store, &op, "make the account");
    }

    ctl_store_close(&store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &op.in.account_create.account);
    ctl_print_word(&out, "name", argv[0]);

    return ctl_print_end(&out);
}


static int
account_suspend(const ctl_options_t *options, int argc, char **argv)
{
    return account_set(options, argc, argv, true);
}


static int
account_resume(const ctl_options_t *options, int argc, char **argv)
{
    return account_set(options, argc, argv, false);
}


static int
account_set(const ctl_options_t *options, int argc, char **argv,
    bool suspended)
{
    int              rc;
    store_op_t       op;
    ctl_print_t      out;
    ctl_store_t      store;
    store_account_t  account;

    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_ACCOUNT_SET, &op);
    }

    if (rc == CTL_OK) {
        op.in.account_set.account = account.id;
        op.in.account_set.suspended = suspended;
        rc = ctl_apply(&store, &op, "change the account");
    }

    ctl_store_close(&store);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &op.in.account_set.account);
    ctl_print_bool(&out, "suspended", suspended);
    ctl_print_bool(&out, "again", op.out.again);

    return ctl_print_end(&out);
}


static int
user_create(const ctl_options_t *options, int argc, char **argv)
{
    int               rc;
    bool              no_licence = false;
    const char       *display = NULL, *mail = NULL, *roles = NULL;
    const char       *administrator = NULL;
    const char       *phone = NULL;
    store_op_t        op;
    ctl_print_t       out;
    ctl_store_t       store;
    store_user_t      user;
    store_account_t   account;

    const ctl_arg_t  args[] = {
        { "--display", &display, NULL },
        { "--mail", &mail, NULL },
        { "--phone", &phone, NULL },
        { "--roles", &roles, NULL },
        { "--no-licence", NULL, &no_licence },
        { "--administrator", &administrator, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_roles_check(options, roles);

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, false, &store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_USER_CREATE, &op);
    }

    if (rc == CTL_OK) {
        op.in.user_create.user = op.id;
        op.in.user_create.account = account.id;
        op.in.user_create.name = ctl_slice(argv[1]);
        op.in.user_create.display = ctl_slice(display);
        op.in.user_create.mail = ctl_slice(mail);
        op.in.user_create.phone = ctl_slice(phone);
        op.in.user_create.roles = ctl_slice(roles);
        op.in.user_create.licensed = !no_licence;
        rc = name_administrator(&store, argv, administrator, &op);
    }

    if (rc == CTL_OK) {
        rc = ctl_apply(&store, &op, "make the user");
    }

    if (rc == CTL_OK) {
        rc = ctl_renew(options, &store);
    }

    if (rc == CTL_OK) {
        rc = ctl_find_user(&store, argv[0], argv[1], &user);
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        print_members(&out, &user);
        rc = ctl_print_end(&out);
    }

    ctl_store_close(&store);

    return rc;
}


/* Who of the two first users it is: the new one, or the other. */

static int
name_administrator(ctl_store_t *store, char **argv, const char *name,
    store_op_t *op)
{
    int           rc;
    store_user_t  user;

    if (name == NULL) {
        return CTL_OK;
    }

    if (strcmp(name, argv[1]) == 0) {
        op->in.user_create.administrator = op->id;
        return CTL_OK;
    }

    rc = ctl_find_user(store, argv[0], name, &user);
    op->in.user_create.administrator = user.id;

    return rc;
}


static int
user_set(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    bool          suspend = false, resume = false;
    bool          licence = false, no_licence = false;
    char          provided[1024];
    const char   *roles = NULL, *issuer = NULL, *subject = NULL;
    store_op_t    op;
    ctl_print_t   out;
    ctl_store_t   store;
    store_user_t  user;

    const ctl_arg_t  args[] = {
        { "--roles", &roles, NULL },
        { "--suspend", NULL, &suspend },
        { "--resume", NULL, &resume },
        { "--licence", NULL, &licence },
        { "--no-licence", NULL, &no_licence },
        { "--issuer", &issuer, NULL },
        { "--subject", &subject, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1 || (suspend && resume)
        || (licence && no_licence)
        || !join_subject(provided, sizeof(provided), issuer, subject))
    {
        return CTL_USAGE;
    }

    rc = ctl_roles_check(options, roles);

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, false, &store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_user(&store, argv[0], argv[1], &user);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_USER_SET, &op);
    }

    if (rc == CTL_OK) {
        op.in.user_set.user = user.id;
        op.in.user_set.set_roles = roles != NULL;
        op.in.user_set.roles = ctl_slice(roles);
        op.in.user_set.set_suspended = suspend || resume;
        op.in.user_set.suspended = suspend;
        op.in.user_set.set_licensed = licence || no_licence;
        op.in.user_set.licensed = licence;
        op.in.user_set.set_subject = subject != NULL;
        op.in.user_set.subject = ctl_slice(provided);
        rc = ctl_apply(&store, &op, "change the user");
    }

    if (rc == CTL_OK) {
        rc = ctl_renew(options, &store);
    }

    if (rc == CTL_OK) {
        rc = ctl_find_user(&store, argv[0], argv[1], &user);
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        print_members(&out, &user);
        rc = ctl_print_end(&out);
    }

    ctl_store_close(&store);

    return rc;
}


static int
user_list(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_list(options, argc, argv, "users", store_users, print_user);
}


/* "ISSUER SUBJECT", as the store keeps it; an empty subject takes it away. */

static bool
join_subject(char *out, size_t size, const char *issuer, const char *subject)
{
    int  n;

    out[0] = '\0';

    if (subject != NULL && subject[0] == '\0') {
        return true;
    }

    if ((issuer == NULL) != (subject == NULL)) {
        ctl_complain("--issuer and --subject come together");
        return false;
    }

    if (issuer == NULL) {
        return true;
    }

    n = snprintf(out, size, "%s %s", issuer, subject);

    if (strchr(issuer, ' ') != NULL || n < 0 || (size_t) n >= size) {
        ctl_complain("the issuer is no URL, or too long");
        return false;
    }

    return true;
}


/*
 * A role that the policy does not know would grant nothing, silently.  Where
 * there is no policy to ask, any name is taken.
 */

int
ctl_roles_check(const ctl_options_t *options, const char *roles)
{
    int             rc;
    policy_str_t    name;
    policy_image_t  image;

    if (roles == NULL || roles[0] == '\0'
        || access(options->policy, R_OK) != 0)
    {
        return CTL_OK;
    }

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    for (name.data = roles; rc == CTL_OK; name.data += name.len + 1) {
        name.len = strcspn(name.data, ",");

        if (policy_role_find(&image, name) == POLICY_NONE) {
            ctl_complain("the policy \"%s\" has no role \"%.*s\"",
                         options->policy, (int) name.len, name.data);
            rc = CTL_NO;
        }

        if (name.data[name.len] == '\0') {
            break;
        }
    }

    policy_image_free(&image);

    return rc;
}


static bool
print_user(void *data, const void *record)
{
    ctl_print_t  *out = data;

    ctl_print_item(out);
    print_members(out, record);
    ctl_print_item_end(out);

    return true;
}


static void
print_members(ctl_print_t *out, const store_user_t *user)
{
    ctl_print_id(out, "id", &user->id);
    ctl_print_id(out, "account", &user->account);
    ctl_print_text(out, "name", user->name);
    ctl_print_text(out, "display", user->display);
    ctl_print_text(out, "mail", user->mail);
    ctl_print_words(out, "roles", user->roles);
    ctl_print_bool(out, "suspended", user->suspended != 0);
    ctl_print_bool(out, "licensed", user->licensed != 0);
    ctl_print_bool(out, "seat", user->seat != 0);
    ctl_print_text(out, "subject", user->subject);
    ctl_print_bool(out, "password", user->password.len != 0);
    ctl_print_time(out, "created", user->created);
}
