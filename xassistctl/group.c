/* group ...: groups of users or devices, and who manages them. */

#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/listing.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


#define MANY  4096                     /* members named in one command */


static int group_create(const ctl_options_t *options, int argc, char **argv);
static int group_add(const ctl_options_t *options, int argc, char **argv);
static int group_remove(const ctl_options_t *options, int argc, char **argv);
static int group_manager(const ctl_options_t *options, int argc,
    char **argv);
static int group_delete(const ctl_options_t *options, int argc, char **argv);
static int group_list(const ctl_options_t *options, int argc, char **argv);
static int group_show(const ctl_options_t *options, int argc, char **argv);
static int members(const ctl_options_t *options, int argc, char **argv,
    store_op_kind_t kind);
static int member(ctl_store_t *store, const store_group_t *group,
    const char *account, const char *name, store_op_kind_t kind);
static int find(ctl_store_t *store, const char *account, const char *name,
    store_group_t *group);
static int print_changed(const ctl_options_t *options, ctl_store_t *store,
    const store_id_t *id);
static bool print_group(void *data, const void *record);
static bool print_member(void *data, const void *record);
static bool print_manager(void *data, const void *record);
static void print_user(ctl_print_t *out, ctl_store_t *store,
    const store_id_t *id, int *rc);
static void print_fields(ctl_print_t *out, const store_group_t *group);


typedef struct {
    ctl_store_t *store;
    ctl_print_t  out;
    int          rc;
} show_t;


const ctl_command_t  ctl_group_commands[] = {
    { "group create", "ACCOUNT NAME [--devices]",
      "makes a group of users, or of devices", group_create },
    { "group add", "ACCOUNT NAME USER|DEVICE...",
      "takes users or devices into a group", group_add },
    { "group remove", "ACCOUNT NAME USER|DEVICE...",
      "takes them out of it", group_remove },
    { "group manager", "ACCOUNT NAME USER [--take]",
      "lets a user manage a group, or no more", group_manager },
    { "group delete", "ACCOUNT NAME", "deletes a group", group_delete },
    { "group list", "ACCOUNT", "lists the groups of an account",
      group_list },
    { "group show", "ACCOUNT NAME",
      "shows a group, its members and its managers", group_show },
    { NULL, NULL, NULL, NULL }
};


static int
group_create(const ctl_options_t *options, int argc, char **argv)
{
    int               rc;
    bool              devices = false;
    store_op_t        op;
    ctl_store_t       store;
    store_account_t   account;

    const ctl_arg_t  args[] = {
        { "--devices", NULL, &devices },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_GROUP_CREATE, &op);
    }

    if (rc == CTL_OK) {
        op.in.group.group = op.id;
        op.in.group.account = account.id;
        op.in.group.kind = devices ? STORE_GROUP_DEVICES : STORE_GROUP_USERS;
        op.in.group.name = ctl_slice(argv[1]);
        rc = ctl_apply(&store, &op, "make the group");
    }

    if (rc == CTL_OK) {
        rc = print_changed(options, &store, &op.in.group.group);
    }

    ctl_store_close(&store);

    return rc;
}


static int
group_add(const ctl_options_t *options, int argc, char **argv)
{
    return members(options, argc, argv, STORE_OP_GROUP_ADD);
}


static int
group_remove(const ctl_options_t *options, int argc, char **argv)
{
    return members(options, argc, argv, STORE_OP_GROUP_REMOVE);
}


static int
members(const ctl_options_t *options, int argc, char **argv,
    store_op_kind_t kind)
{
    int            i, n, rc;
    ctl_store_t    store;
    store_group_t  group;

    n = ctl_args(argc, argv, NULL, 3, MANY);

    if (n == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = find(&store, argv[0], argv[1], &group);

    for (i = 2; i < n && rc == CTL_OK; i++) {
        rc = member(&store, &group, argv[0], argv[i], kind);
    }

    if (rc == CTL_OK) {
        rc = print_changed(options, &store, &group.id);
    }

    ctl_store_close(&store);

    return rc;
}


static int
member(ctl_store_t *store, const store_group_t *group, const char *account,
    const char *name, store_op_kind_t kind)
{
    int           rc;
    store_op_t    op;
    store_user_t  user;

    rc = ctl_op(store, NULL, kind, &op);

    if (rc != CTL_OK) {
        return rc;
    }

    op.in.group.group = group->id;

    if (group->kind == STORE_GROUP_DEVICES) {
        op.in.group.device = ctl_slice(name);

    } else {
        rc = ctl_find_user(store, account, name, &user);

        if (rc != CTL_OK) {
            return rc;
        }

        op.in.group.user = user.id;
    }

    return ctl_apply(store, &op, kind == STORE_OP_GROUP_ADD
                                 ? "put it into the group"
                                 : "take it out of the group");
}


static int
group_manager(const ctl_options_t *options, int argc, char **argv)
{
    int            rc;
    bool           take = false;
    store_op_t     op;
    ctl_store_t    store;
    store_user_t   user;
    store_group_t  group;

    const ctl_arg_t  args[] = {
        { "--take", NULL, &take },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 3, 3) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = find(&store, argv[0], argv[1], &group);

    if (rc == CTL_OK) {
        rc = ctl_find_user(&store, argv[0], argv[2], &user);
    }

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_GROUP_MANAGER, &op);
    }

    if (rc == CTL_OK) {
        op.in.group.group = group.id;
        op.in.group.user = user.id;
        op.in.group.manages = !take;
        rc = ctl_apply(&store, &op, "change the group's managers");
    }

    if (rc == CTL_OK) {
        rc = print_changed(options, &store, &group.id);
    }

    ctl_store_close(&store);

    return rc;
}


/* A large group goes in several transactions, its managers in the first. */

static int
group_delete(const ctl_options_t *options, int argc, char **argv)
{
    int            rc;
    store_op_t     op;
    ctl_print_t    out;
    ctl_store_t    store;
    store_group_t  group;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = find(&store, argv[0], argv[1], &group);
    op.out.more = true;

    while (rc == CTL_OK && op.out.more) {
        rc = ctl_op(&store, NULL, STORE_OP_GROUP_DELETE, &op);

        if (rc == CTL_OK) {
            op.in.group.group = group.id;
            rc = ctl_apply(&store, &op, "delete the group");
        }
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_id(&out, "id", &group.id);
        ctl_print_number(&out, "members", group.members);
        rc = ctl_print_end(&out);
    }

    ctl_store_close(&store);

    return rc;
}


static int
group_list(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_list(options, argc, argv, "groups", store_groups, print_group);
}


static int
group_show(const ctl_options_t *options, int argc, char **argv)
{
    int             rc, printed;
    show_t          show;
    ctl_store_t     store;
    store_group_t   group;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = find(&store, argv[0], argv[1], &group);

    if (rc == CTL_OK) {
        show.store = &store;
        show.rc = CTL_OK;

        ctl_print_begin(&show.out, options->json, NULL);
        print_fields(&show.out, &group);
        ctl_print_list(&show.out, "manages");
        status = store_managers(store.txn, &group.id, print_manager, &show);
        ctl_print_list_end(&show.out);
        rc = ctl_found(status, "group", argv[1]);

        ctl_print_list(&show.out, group.kind == STORE_GROUP_USERS
                                  ? "users" : "devices");
        status = store_members(store.txn, &group.id, print_member, &show);
        ctl_print_list_end(&show.out);
        printed = ctl_print_end(&show.out);

        rc = rc == CTL_OK ? ctl_found(status, "group", argv[1]) : rc;
        rc = rc == CTL_OK ? show.rc : rc;
        rc = rc == CTL_OK ? printed : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static int
find(ctl_store_t *store, const char *account_name, const char *name,
    store_group_t *group)
{
    int              rc;
    store_account_t  account;

    rc = ctl_find_account(store, account_name, &account);

    return rc == CTL_OK
           ? ctl_found(store_group_by_name(store->txn, &account.id,
                                           ctl_slice(name), group),
                       "group", name)
           : rc;
}


/* The group as it is now, after a change. */

static int
print_changed(const ctl_options_t *options, ctl_store_t *store,
    const store_id_t *id)
{
    int            rc;
    ctl_print_t    out;
    store_group_t  group;

    rc = ctl_renew(options, store);

    if (rc == CTL_OK) {
        rc = ctl_found(store_group_get(store->txn, id, &group), "group", "");
    }

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    print_fields(&out, &group);

    return ctl_print_end(&out);
}


static bool
print_group(void *data, const void *record)
{
    ctl_print_t  *out = data;

    ctl_print_item(out);
    print_fields(out, record);
    ctl_print_item_end(out);

    return true;
}


static bool
print_member(void *data, const void *record)
{
    show_t          *show = data;
    store_member_t   row = *(const store_member_t *) record;

    ctl_print_item(&show->out);

    if (row.device.len != 0) {
        ctl_print_text(&show->out, "name", row.device);
    } else {
        print_user(&show->out, show->store, &row.object, &show->rc);
    }

    ctl_print_time(&show->out, "since", row.created);
    ctl_print_item_end(&show->out);

    return show->rc == CTL_OK;
}


static bool
print_manager(void *data, const void *record)
{
    show_t           *show = data;
    store_manager_t   row = *(const store_manager_t *) record;

    ctl_print_item(&show->out);
    print_user(&show->out, show->store, &row.user, &show->rc);
    ctl_print_time(&show->out, "since", row.created);
    ctl_print_item_end(&show->out);

    return show->rc == CTL_OK;
}


static void
print_user(ctl_print_t *out, ctl_store_t *store, const store_id_t *id,
    int *rc)
{
    store_user_t  user;

    *rc = ctl_found(store_user_get(store->txn, id, &user), "user",
                    "of the group");

    if (*rc == CTL_OK) {
        ctl_print_id(out, "id", &user.id);
        ctl_print_text(out, "name", user.name);
    }
}


static void
print_fields(ctl_print_t *out, const store_group_t *group)
{
    ctl_print_id(out, "id", &group->id);
    ctl_print_id(out, "account", &group->account);
    ctl_print_text(out, "name", group->name);
    ctl_print_word(out, "kind", group->kind == STORE_GROUP_USERS
                                ? "users" : "devices");
    ctl_print_number(out, "members", group->members);
    ctl_print_number(out, "managers", group->managers);
    ctl_print_time(out, "created", group->created);
}
