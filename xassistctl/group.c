/* group ...: groups of users or devices, and who manages them. */

#include <string.h>

#include <xassistctl/change.h>
#include <xassistctl/listing.h>
#include <xassistctl/print.h>


#define MANY  4096                     /* members named in one command */


typedef struct {
    ctl_print_t *out;
    ctl_store_t *store;
    int          rc;
} members_t;


static int group_create(const ctl_options_t *options, int argc, char **argv);
static int group_add(const ctl_options_t *options, int argc, char **argv);
static int group_remove(const ctl_options_t *options, int argc, char **argv);
static int group_manager(const ctl_options_t *options, int argc,
    char **argv);
static int group_delete(const ctl_options_t *options, int argc, char **argv);
static int group_list(const ctl_options_t *options, int argc, char **argv);
static int group_show(const ctl_options_t *options, int argc, char **argv);
static int fill_create(const ctl_given_t *given, store_op_t *op);
static int fill_member(const ctl_given_t *given, store_op_t *op);
static int fill_manager(const ctl_given_t *given, store_op_t *op);
static int fill_delete(const ctl_given_t *given, store_op_t *op);
static int find(const ctl_given_t *given, store_group_t *group);
static int print_changed(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int print_deleted(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int print_shown(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static bool print_member(void *data, const void *record);
static bool print_manager(void *data, const void *record);
static void print_user(members_t *members, const store_id_t *id);
static void print_fields(ctl_print_t *out, const void *record);


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

static const ctl_change_t  show = {
    .min = 2, .max = 2, .print = print_shown
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
fill_create(const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    const bool       *devices = given->data;
    store_account_t   account;

    rc = ctl_find_account(given->store, given->argv[0], &account);

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
fill_member(const ctl_given_t *given, store_op_t *op)
{
    int            rc;
    store_user_t   user;
    store_group_t  group;

    rc = find(given, &group);

    if (rc != CTL_OK) {
        return rc;
    }

    op->in.group.group = group.id;

    if (group.kind == STORE_GROUP_DEVICES) {
        op->in.group.device = ctl_slice(given->each);
        return CTL_OK;
    }

    rc = ctl_find_user(given->store, given->argv[0], given->each, &user);

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
fill_manager(const ctl_given_t *given, store_op_t *op)
{
    int            rc;
    const bool    *take_away = given->data;
    store_user_t   user;
    store_group_t  group;

    rc = find(given, &group);

    if (rc == CTL_OK) {
        rc = ctl_find_user(given->store, given->argv[0], given->argv[2], &user);
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
fill_delete(const ctl_given_t *given, store_op_t *op)
{
    int             rc = CTL_OK;
    store_group_t  *group = given->data;

    if (store_id_none(&group->id)) {
        rc = find(given, group);
    }

    if (rc == CTL_OK) {
        op->in.group.group = group->id;
    }

    return rc;
}


static int
find(const ctl_given_t *given, store_group_t *group)
{
    int              rc;
    store_account_t  account;

    rc = ctl_find_account(given->store, given->argv[0], &account);

    return rc == CTL_OK
           ? ctl_found(store_group_by_name(given->store->txn, &account.id,
                                           ctl_slice(given->argv[1]), group),
                       "group", given->argv[1])
           : rc;
}


static int
print_changed(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    int            rc;
    store_group_t  group;

    rc = ctl_found(store_group_get(given->store->txn, &op->in.group.group,
                                   &group),
                   "group", given->argv[1]);

    if (rc != CTL_OK) {
        return rc;
    }

    print_fields(out, &group);

    return CTL_OK;
}


static int
print_deleted(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    const store_group_t  *group = given->data;

    ctl_print_id(out, "id", &op->in.group.group);
    ctl_print_number(out, "members", group->members);

    return CTL_OK;
}


static int
group_list(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_list(options, argc, argv, "groups", store_groups, print_fields);
}


static int
group_show(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &show, argc, argv, NULL, NULL);
}


static int
print_shown(ctl_print_t *out, const ctl_given_t *given, const store_op_t *op)
{
    int             rc;
    members_t       members = { out, given->store, CTL_OK };
    store_group_t   group;
    store_status_t  status;

    (void) op;

    rc = find(given, &group);

    if (rc != CTL_OK) {
        return rc;
    }

    print_fields(out, &group);
    ctl_print_list(out, "manages");
    status = store_managers(given->store->txn, &group.id, print_manager,
                            &members);
    ctl_print_list_end(out);

    if (status == STORE_OK) {
        ctl_print_list(out, group.kind == STORE_GROUP_USERS
                            ? "users" : "devices");
        status = store_members(given->store->txn, &group.id, print_member,
                               &members);
        ctl_print_list_end(out);
    }

    rc = ctl_found(status, "group", given->argv[1]);

    return rc == CTL_OK ? members.rc : rc;
}


static bool
print_member(void *data, const void *record)
{
    members_t       *members = data;
    store_member_t   row = *(const store_member_t *) record;

    ctl_print_item(members->out);

    if (row.device.len != 0) {
        ctl_print_text(members->out, "name", row.device);
    } else {
        print_user(members, &row.object);
    }

    ctl_print_time(members->out, "since", row.created);
    ctl_print_item_end(members->out);

    return members->rc == CTL_OK;
}


static bool
print_manager(void *data, const void *record)
{
    members_t        *members = data;
    store_manager_t   row = *(const store_manager_t *) record;

    ctl_print_item(members->out);
    print_user(members, &row.user);
    ctl_print_time(members->out, "since", row.created);
    ctl_print_item_end(members->out);

    return members->rc == CTL_OK;
}


static void
print_user(members_t *members, const store_id_t *id)
{
    store_user_t  user;

    members->rc = ctl_found(store_user_get(members->store->txn, id, &user),
                            "user", "of the group");

    if (members->rc == CTL_OK) {
        ctl_print_id(members->out, "id", &user.id);
        ctl_print_text(members->out, "name", user.name);
    }
}


static void
print_fields(ctl_print_t *out, const void *record)
{
    const store_group_t  *group = record;

    ctl_print_id(out, "id", &group->id);
    ctl_print_id(out, "account", &group->account);
    ctl_print_text(out, "name", group->name);
    ctl_print_word(out, "kind", group->kind == STORE_GROUP_USERS
                                ? "users" : "devices");
    ctl_print_number(out, "members", group->members);
    ctl_print_number(out, "managers", group->managers);
    ctl_print_time(out, "created", group->created);
}
