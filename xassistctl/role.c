/* role ...: what the roles of the policy are, and who holds them directly. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/policy_file.h>
#include <xassistctl/print.h>


#define MANY  64                       /* roles named in one command */


typedef struct {
    ctl_print_t    out;
    const char    *role;
    size_t         len;
} holders_t;


static int role_list(const ctl_options_t *options, int argc, char **argv);
static int role_show(const ctl_options_t *options, int argc, char **argv);
static int role_holders(const ctl_options_t *options, int argc, char **argv);
static int role_grant(const ctl_options_t *options, int argc, char **argv);
static int role_take(const ctl_options_t *options, int argc, char **argv);
static int from_policy(const ctl_options_t *options, const char *name);
static void print_role(ctl_print_t *out, const policy_role_t *role,
    uint64_t permissions);
static void print_permissions(ctl_print_t *out, const policy_image_t *image,
    uint32_t role);
static uint64_t count(const policy_image_t *image, uint32_t role);
static bool print_holder(void *data, const void *record);
static int change(const ctl_options_t *options, int argc, char **argv,
    store_words_change_t how);


const ctl_command_t  ctl_role_commands[] = {
    { "role list", "", "lists the roles of the policy", role_list },
    { "role show", "NAME", "shows a role and the permissions that it gives",
      role_show },
    { "role holders", "ACCOUNT NAME",
      "lists the users who hold a role, directly or through a team",
      role_holders },
    { "role grant", "ACCOUNT USER NAME...",
      "gives a user roles besides those that are there", role_grant },
    { "role take", "ACCOUNT USER NAME...",
      "takes roles from a user; those of teams stay", role_take },
    { NULL, NULL, NULL, NULL }
};


static int
role_list(const ctl_options_t *options, int argc, char **argv)
{
    if (ctl_args(argc, argv, NULL, 0, 0) == -1) {
        return CTL_USAGE;
    }

    return from_policy(options, NULL);
}


static int
role_show(const ctl_options_t *options, int argc, char **argv)
{
    if (ctl_args(argc, argv, NULL, 1, 1) == -1) {
        return CTL_USAGE;
    }

    return from_policy(options, argv[0]);
}


/* One role, or all of them. */

static int
from_policy(const ctl_options_t *options, const char *name)
{
    int             rc;
    uint32_t        i, only;
    ctl_print_t     out;
    policy_role_t   role;
    policy_image_t  image;

    rc = ctl_policy_load(options, &image);

    if (rc != CTL_OK) {
        return rc;
    }

    only = name == NULL ? POLICY_NONE
           : policy_role_find(&image, (policy_str_t) { name, strlen(name) });

    if (name != NULL && only == POLICY_NONE) {
        ctl_complain("the policy \"%s\" has no role \"%s\"", options->policy,
                     name);
        policy_image_free(&image);
        return CTL_NO;
    }

    ctl_print_begin(&out, options->json, NULL);

    if (name != NULL && policy_role_at(&image, only, &role) == POLICY_OK) {
        print_role(&out, &role, count(&image, only));
        print_permissions(&out, &image, only);

    } else {
        ctl_print_list(&out, "roles");

        for (i = 0; policy_role_at(&image, i, &role) == POLICY_OK; i++) {
            ctl_print_item(&out);
            print_role(&out, &role, count(&image, i));
            ctl_print_item_end(&out);
        }

        ctl_print_list_end(&out);
    }

    policy_image_free(&image);

    return ctl_print_end(&out);
}


static void
print_role(ctl_print_t *out, const policy_role_t *role, uint64_t permissions)
{
    ctl_print_text(out, "name", ctl_policy_text(role->name));
    ctl_print_text(out, "title", ctl_policy_text(role->title));
    ctl_print_word(out, "scope", role->groups ? "groups" : "account");
    ctl_print_bool(out, "single_user", role->single_user);
    ctl_print_number(out, "count", permissions);
}


static void
print_permissions(ctl_print_t *out, const policy_image_t *image,
    uint32_t role)
{
    uint32_t             i;
    policy_permission_t  permission;

    ctl_print_list(out, "permissions");

    for (i = 0; policy_permission_at(image, i, &permission) == POLICY_OK;
         i++)
    {
        if (policy_role_grants(image, role, i)) {
            ctl_print_item(out);
            ctl_print_text(out, "name", ctl_policy_text(permission.name));
            ctl_print_text(out, "feature", ctl_policy_text(permission.feature));
            ctl_print_item_end(out);
        }
    }

    ctl_print_list_end(out);
}


static uint64_t
count(const policy_image_t *image, uint32_t role)
{
    uint32_t             i;
    uint64_t             n = 0;
    policy_permission_t  permission;

    for (i = 0; policy_permission_at(image, i, &permission) == POLICY_OK;
         i++)
    {
        n += policy_role_grants(image, role, i);
    }

    return n;
}


static int
role_holders(const ctl_options_t *options, int argc, char **argv)
{
    int              rc;
    holders_t        holders;
    ctl_store_t      store;
    store_account_t  account;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_roles_check(options, argv[1]);

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, true, &store);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        holders.role = argv[1];
        holders.len = strlen(argv[1]);
        ctl_print_begin(&holders.out, options->json, NULL);
        ctl_print_list(&holders.out, "users");
        rc = ctl_found(store_users(store.txn, &account.id, print_holder,
                                   &holders),
                       "account", argv[0]);
        ctl_print_list_end(&holders.out);
    }

    if (rc == CTL_OK) {
        rc = ctl_print_end(&holders.out);
    }

    ctl_store_close(&store);

    return rc;
}


static bool
print_holder(void *data, const void *record)
{
    holders_t           *holders = data;
    const store_user_t  *user = record;

    if (ctl_words_have(user->roles, holders->role, holders->len)) {
        ctl_print_item(&holders->out);
        ctl_print_id(&holders->out, "id", &user->id);
        ctl_print_text(&holders->out, "name", user->name);
        ctl_print_word(&holders->out, "by",
                       ctl_words_have(user->direct, holders->role,
                                      holders->len)
                       ? "user" : "team");
        ctl_print_item_end(&holders->out);
    }

    return true;
}


static int
role_grant(const ctl_options_t *options, int argc, char **argv)
{
    return change(options, argc, argv, STORE_WORDS_ADD);
}


static int
role_take(const ctl_options_t *options, int argc, char **argv)
{
    return change(options, argc, argv, STORE_WORDS_TAKE);
}


static int
change(const ctl_options_t *options, int argc, char **argv,
    store_words_change_t how)
{
    int           i, rc;
    char          roles[4096];
    size_t        len, n;
    store_op_t    op;
    ctl_print_t   out;
    ctl_store_t   store;
    store_user_t  user;

    argc = ctl_args(argc, argv, NULL, 3, 2 + MANY);

    if (argc == -1) {
        return CTL_USAGE;
    }

    for (i = 2, len = 0; i < argc; i++, len += n + 1) {
        n = strlen(argv[i]);

        if (n == 0 || n + 1 > sizeof(roles) - len
            || strchr(argv[i], ',') != NULL)
        {
            ctl_complain("\"%s\" is no name of a role", argv[i]);
            return CTL_USAGE;
        }

        memcpy(roles + len, argv[i], n);
        roles[len + n] = i + 1 < argc ? ',' : '\0';
    }

    /* What a policy no longer has can be taken away all the same. */

    rc = how == STORE_WORDS_ADD ? ctl_roles_check(options, roles) : CTL_OK;

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
        op.in.user_set.set_roles = true;
        op.in.user_set.how = how;
        op.in.user_set.roles = ctl_slice(roles);
        rc = ctl_apply(&store, &op, "change the roles");
    }

    if (rc == CTL_OK) {
        rc = ctl_renew(options, &store);
    }

    if (rc == CTL_OK) {
        rc = ctl_find_user(&store, argv[0], argv[1], &user);
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_id(&out, "id", &user.id);
        ctl_print_text(&out, "name", user.name);
        ctl_print_words(&out, "direct", user.direct);
        ctl_print_words(&out, "roles", user.roles);
        rc = ctl_print_end(&out);
    }

    ctl_store_close(&store);

    return rc;
}
