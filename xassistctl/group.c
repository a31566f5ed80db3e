/* group ...: groups of users or devices, and who manages them. */

#include <string.h>

#include <xassistctl/change.h>
#include <xassistctl/listing.h>
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
static int fill_create(ctl_store_t *store, const ctl_given_t *given,
    store_op_t *op);
static int fill_member(ctl_store_t *store, const ctl_given_t *given,
    store_op_t *op);
static int fill_manager(ctl_store_t *store, const ctl_given_t *given,
    store_op_t *op);
static int fill_delete(ctl_store_t *store, const ctl_given_t *given,
    store_op_t *op);
static int find(ctl_store_t *store, char **argv, store_group_t *group);
static int print_changed(const ctl_options_t *options, ctl_store_t *store,
    const ctl_given_t *given, const store_op_t *op);
static int print_deleted(const ctl_options_t *options, ctl_store_t *store,
    const ctl_given_t *given, const store_op_t *op);
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


static const ctl_change_t  create = {
    .kind = STORE_OP_GROUP_CREATE, .what = "make the group",
    .min = 2, .max = 2,
    .fill = fill_create, .print = print_changed
};

static const ctl_change_t  add = {
    .kind = STORE_OP_GROUP_ADD, .what = "put it into the group",
    .min = 3, .max = MANY, .many = 2,
    .fill = fill_member, .print = print_changed
};

static const ctl_change_t  take = {
    .kind = STORE_OP_GROUP_REMOVE, .what = "take it out of the group",
    .min = 3, .max = MANY, .many = 2,
    .fill = fill_member, .print = print_changed
};

static const ctl_change_t  manage = {
    .kind = STORE_OP_GROUP_MANAGER, .what = "change the group's managers",
    .min = 3, .max = 3,
    .fill = fill_manager, .print = print_changed
};

static const ctl_change_t  delete = {
    .kind = STORE_OP_GROUP_DELETE, .what = "delete the group",
    .min = 2, .max = 2,
    .fill = fill_delete, .print = print_deleted
};


static int
group_create(const ctl_options_t *options, int argc, char **argv)
{
    bool  devices = false;

    const ctl_arg_t  args[] = {
        { "--devices", NULL, &devices },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &create, argc, argv, args, &devices);
}


static int
fill_create(ctl_store_t *store, const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    const bool       *devices = given->data;
    store_account_t   account;

    rc = ctl_find_account(store, given->argv[0], &account);

    if (rc == CTL_OK) {
        op->in.group.group = op->id;
        op->in.group.account = account.id;
        op->in.group.kind = *devices ? STORE_GROUP_DEVICES
                                     : STORE_GROUP_USERS;
        op->in.group.name = ctl_slice(given->argv[1]);
    }

    return rc;
}


static int
group_add(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &add, argc, argv, NULL, NULL);
}


static int
group_remove(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &take, argc, argv, NULL, NULL);
}


static int
fill_member(ctl_store_t *store, const ctl_given_t *given, store_op_t *op)
{
    int            rc;
    store_user_t   user;
    store_group_t  group;

    rc = find(store, given->argv, &group);

    if (rc != CTL_OK) {
        return rc;
    }

    op->in.group.group = group.id;

    if (group.kind == STORE_GROUP_DEVICES) {
        op->in.group.device = ctl_slice(given->each);
        return CTL_OK;
    }

    rc = ctl_find_user(store, given->argv[0], given->each, &user);

    if (rc == CTL_OK) {
        op->in.group.user = user.id;
    }

    return rc;
}


static int
group_manager(const ctl_options_t *options, int argc, char **argv)
{
    bool  take_away = false;

    const ctl_arg_t  args[] = {
        { "--take", NULL, &take_away },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &manage, argc, argv, args, &take_away);
}


static int
fill_manager(ctl_store_t *store, const ctl_given_t *given, store_op_t *op)
{
    int            rc;
    const bool    *take_away = given->data;
    store_user_t   user;
    store_group_t  group;

    rc = find(store, given->argv, &group);

    if (rc == CTL_OK) {
        rc = ctl_find_user(store, given->argv[0], given->argv[2], &user);
    }

    if (rc == CTL_OK) {
        op->in.group.group = group.id;
        op->in.group.user = user.id;
        op->in.group.manages = !*take_away;
    }

    return rc;
}


static int
group_delete(const ctl_options_t *options, int argc, char **argv)
{
    store_group_t  group = { .members = 0 };

    return ctl_change(options, &delete, argc, argv, NULL, &group);
}


/* A large group goes in several steps, its name in the last; what it was is
   told as it was before the first. */

static int
fill_delete(ctl_store_t *store, const ctl_given_t *given, store_op_t *op)
{
    int             rc = CTL_OK;
    store_group_t  *group = given->data;

    if (store_id_none(&group->id)) {
        rc = find(store, given->argv, group);
    }

    if (rc == CTL_OK) {
        op->in.group.group = group->id;
    }

    return rc;
}


static int
find(ctl_store_t *store, char **argv, store_group_t *group)
{
    int              rc;
    store_account_t  account;

    rc = ctl_find_account(store, argv[0], &account);

    return rc == CTL_OK
           ? ctl_found(store_group_by_name(store->txn, &account.id,
                                           ctl_slice(argv[1]), group),
                       "group", argv[1])
           : rc;
}


static int
print_changed(const ctl_options_t *options, ctl_store_t *store,
    const ctl_given_t *given, const store_op_t *op)
{
    int            rc;
    ctl_print_t    out;
    store_group_t  group;

    rc = ctl_found(store_group_get(store->txn, &op->in.group.group, &group),
                   "group", given->argv[1]);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    print_fields(&out, &group);

    return ctl_print_end(&out);
}


static int
print_deleted(const ctl_options_t *options, ctl_store_t *store,
    const ctl_given_t *given, const store_op_t *op)
{
    ctl_print_t           out;
    const store_group_t  *group = given->data;

    (void) store;

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &op->in.group.group);
    ctl_print_number(&out, "members", group->members);

    return ctl_print_end(&out);
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

    rc = find(&store, argv, &group);

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
