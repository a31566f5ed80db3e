/* account ... and user ...: tenants and their users. */

#include <string.h>
#include <unistd.h>

#include <xassistctl/change.h>
#include <xassistctl/listing.h>
#include <xassistctl/print.h>


typedef struct {
    const char *display;
    const char *mail;
    const char *phone;
    const char *roles;
    const char *administrator;
    bool        no_licence;
} new_user_t;

typedef struct {
    const char *roles;
    bool        suspend;
    bool        resume;
    bool        licence;
    bool        no_licence;
    const char *issuer;
    const char *subject;
    char        provided[1024];        /* both together */
} changes_t;


static int account_create(const ctl_options_t *options, int argc,
    char **argv);
static int account_suspend(const ctl_options_t *options, int argc,
    char **argv);
static int account_resume(const ctl_options_t *options, int argc,
    char **argv);
static int user_create(const ctl_options_t *options, int argc, char **argv);
static int user_set(const ctl_options_t *options, int argc, char **argv);
static int user_list(const ctl_options_t *options, int argc, char **argv);
static int fill_account(const ctl_given_t *given, store_op_t *op);
static int print_account(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int fill_suspended(const ctl_given_t *given, store_op_t *op);
static int print_suspended(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int check_user(const ctl_given_t *given);
static int fill_create(const ctl_given_t *given, store_op_t *op);
static int name_administrator(const ctl_given_t *given, store_op_t *op);
static int check_set(const ctl_given_t *given);
static int fill_set(const ctl_given_t *given, store_op_t *op);
static int print_changed(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static void print_members(ctl_print_t *out, const void *record);


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


static const ctl_change_t  make_account = {
    .kind = STORE_OP_ACCOUNT_CREATE, .what = "make the account",
    .min = 1, .max = 1,
    .fill = fill_account, .print = print_account
};

static const ctl_change_t  set_account = {
    .kind = STORE_OP_ACCOUNT_SET, .what = "change the account",
    .min = 1, .max = 1,
    .fill = fill_suspended, .print = print_suspended
};

static const ctl_change_t  create = {
    .kind = STORE_OP_USER_CREATE, .what = "make the user",
    .min = 2, .max = 2,
    .check = check_user, .fill = fill_create, .print = print_changed
};

static const ctl_change_t  set = {
    .kind = STORE_OP_USER_SET, .what = "change the user",
    .min = 2, .max = 2,
    .check = check_set, .fill = fill_set, .print = print_changed
};


static int
account_create(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &make_account, argc, argv, NULL, NULL);
}


static int
fill_account(const ctl_given_t *given, store_op_t *op)
{
    op->in.account_create.account = op->id;
    op->in.account_create.name = ctl_slice(given->argv[0]);

    return CTL_OK;
}


static int
print_account(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    ctl_print_id(out, "id", &op->in.account_create.account);
    ctl_print_word(out, "name", given->argv[0]);

    return CTL_OK;
}


static int
account_suspend(const ctl_options_t *options, int argc, char **argv)
{
    bool  suspended = true;

    return ctl_change(options, &set_account, argc, argv, NULL, &suspended);
}


static int
account_resume(const ctl_options_t *options, int argc, char **argv)
{
    bool  suspended = false;

    return ctl_change(options, &set_account, argc, argv, NULL, &suspended);
}


static int
fill_suspended(const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    const bool       *suspended = given->data;
    store_account_t   account;

    rc = ctl_find_account(given->store, given->argv[0], &account);

    if (rc == CTL_OK) {
        op->in.account_set.account = account.id;
        op->in.account_set.suspended = *suspended;
    }

    return rc;
}


static int
print_suspended(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    (void) given;

    ctl_print_id(out, "id", &op->in.account_set.account);
    ctl_print_bool(out, "suspended", op->in.account_set.suspended);
    ctl_print_bool(out, "again", op->out.again);

    return CTL_OK;
}


static int
user_create(const ctl_options_t *options, int argc, char **argv)
{
    new_user_t  new = { .no_licence = false };

    const ctl_arg_t  args[] = {
        { "--display", &new.display, NULL },
        { "--mail", &new.mail, NULL },
        { "--phone", &new.phone, NULL },
        { "--roles", &new.roles, NULL },
        { "--role", &new.roles, NULL },
        { "--no-licence", NULL, &new.no_licence },
        { "--administrator", &new.administrator, NULL },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &create, argc, argv, args, &new);
}


static int
check_user(const ctl_given_t *given)
{
    const new_user_t  *new = given->data;

    return ctl_roles_check(given->options, new->roles);
}


static int
fill_create(const ctl_given_t *given, store_op_t *op)
{
    int                rc;
    store_account_t    account;
    const new_user_t  *new = given->data;

    rc = ctl_find_account(given->store, given->argv[0], &account);

    if (rc != CTL_OK) {
        return rc;
    }

    op->in.user_create.user = op->id;
    op->in.user_create.account = account.id;
    op->in.user_create.name = ctl_slice(given->argv[1]);
    op->in.user_create.display = ctl_slice(new->display);
    op->in.user_create.mail = ctl_slice(new->mail);
    op->in.user_create.phone = ctl_slice(new->phone);
    op->in.user_create.roles = ctl_slice(new->roles);
    op->in.user_create.licensed = !new->no_licence;

    return name_administrator(given, op);
}


/* Who of the two first users it is: the new one, or the other. */

static int
name_administrator(const ctl_given_t *given, store_op_t *op)
{
    int                rc;
    store_user_t       user;
    const new_user_t  *new = given->data;

    if (new->administrator == NULL) {
        return CTL_OK;
    }

    if (strcmp(new->administrator, given->argv[1]) == 0) {
        op->in.user_create.administrator = op->id;
        return CTL_OK;
    }

    rc = ctl_find_user(given->store, given->argv[0], new->administrator, &user);

    if (rc == CTL_OK) {
        op->in.user_create.administrator = user.id;
    }

    return rc;
}


static int
user_set(const ctl_options_t *options, int argc, char **argv)
{
    changes_t  changes = { .roles = NULL };

    const ctl_arg_t  args[] = {
        { "--roles", &changes.roles, NULL },
        { "--role", &changes.roles, NULL },
        { "--suspend", NULL, &changes.suspend },
        { "--resume", NULL, &changes.resume },
        { "--licence", NULL, &changes.licence },
        { "--no-licence", NULL, &changes.no_licence },
        { "--issuer", &changes.issuer, NULL },
        { "--subject", &changes.subject, NULL },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &set, argc, argv, args, &changes);
}


/* "ISSUER SUBJECT" is put together as the store keeps it; an empty subject
   takes it away. */

static int
check_set(const ctl_given_t *given)
{
    int         n = 0;
    changes_t  *c = given->data;

    if (c->suspend && c->resume) {
        ctl_complain("--suspend or --resume, not both");
        return CTL_USAGE;
    }

    if (c->licence && c->no_licence) {
        ctl_complain("--licence or --no-licence, not both");
        return CTL_USAGE;
    }

    if (c->subject != NULL && c->subject[0] == '\0') {
        return ctl_roles_check(given->options, c->roles);
    }

    if ((c->issuer == NULL) != (c->subject == NULL)) {
        ctl_complain("--issuer and --subject come together");
        return CTL_USAGE;
    }

    if (c->issuer != NULL) {
        n = snprintf(c->provided, sizeof(c->provided), "%s %s", c->issuer,
                     c->subject);

        if (strchr(c->issuer, ' ') != NULL || n < 0
            || (size_t) n >= sizeof(c->provided))
        {
            ctl_complain("the issuer is no URL, or too long");
            return CTL_USAGE;
        }
    }

    return ctl_roles_check(given->options, c->roles);
}


static int
fill_set(const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    store_user_t      user;
    const changes_t  *c = given->data;

    rc = ctl_find_user(given->store, given->argv[0], given->argv[1], &user);

    if (rc == CTL_OK) {
        op->in.user_set.user = user.id;
        op->in.user_set.set_roles = c->roles != NULL;
        op->in.user_set.roles = ctl_slice(c->roles);
        op->in.user_set.set_suspended = c->suspend || c->resume;
        op->in.user_set.suspended = c->suspend;
        op->in.user_set.set_licensed = c->licence || c->no_licence;
        op->in.user_set.licensed = c->licence;
        op->in.user_set.set_subject = c->subject != NULL;
        op->in.user_set.subject = ctl_slice(c->provided);
    }

    return rc;
}


static int
print_changed(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    int           rc;
    store_user_t  user;

    (void) op;

    rc = ctl_find_user(given->store, given->argv[0], given->argv[1], &user);

    if (rc != CTL_OK) {
        return rc;
    }

    print_members(out, &user);

    return CTL_OK;
}


static int
user_list(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_list(options, argc, argv, "users", store_users, print_members);
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


static void
print_members(ctl_print_t *out, const void *record)
{
    const store_user_t  *user = record;

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
