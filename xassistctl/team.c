/* team ...: teams of an account, and who is in them. */

#include <string.h>

#include <xassistctl/change.h>
#include <xassistctl/listing.h>
#include <xassistctl/print.h>


#define MANY  4096                     /* users named in one command */


static int team_create(const ctl_options_t *options, int argc, char **argv);
static int team_set(const ctl_options_t *options, int argc, char **argv);
static int team_add(const ctl_options_t *options, int argc, char **argv);
static int team_remove(const ctl_options_t *options, int argc, char **argv);
static int team_delete(const ctl_options_t *options, int argc, char **argv);
static int team_list(const ctl_options_t *options, int argc, char **argv);
static int team_show(const ctl_options_t *options, int argc, char **argv);
static int check_roles(const ctl_given_t *given);
static int fill_create(const ctl_given_t *given, store_op_t *op);
static int fill_set(const ctl_given_t *given, store_op_t *op);
static int fill_member(const ctl_given_t *given, store_op_t *op);
static int fill_delete(const ctl_given_t *given, store_op_t *op);
static int find(const ctl_given_t *given, store_team_t *team);
static int print_changed(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int print_deleted(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static int print_shown(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op);
static bool print_member(void *data, const void *record);
static void print_fields(ctl_print_t *out, const void *record);


/* What a team gets; NULL: stays. */
typedef struct {
    const char *name;
    const char *roles;
} changes_t;

typedef struct {
    ctl_print_t *out;
    ctl_store_t *store;
    int          rc;
} members_t;


const ctl_command_t  ctl_team_commands[] = {
    { "team create", "ACCOUNT NAME [--roles A,B]",
      "makes a team, whose members hold its roles", team_create },
    { "team set", "ACCOUNT NAME [--name NEW] [--roles A,B]",
      "changes a team; its members' roles change at once", team_set },
    { "team add", "ACCOUNT NAME USER...", "takes users into a team",
      team_add },
    { "team remove", "ACCOUNT NAME USER...",
      "takes users out of a team, and its roles from them", team_remove },
    { "team delete", "ACCOUNT NAME",
      "deletes a team, and takes its roles from its members", team_delete },
    { "team list", "ACCOUNT", "lists the teams of an account", team_list },
    { "team show", "ACCOUNT NAME", "shows a team and its members",
      team_show },
    { NULL, NULL, NULL, NULL }
};


static const ctl_change_t  create = {
    .kind = STORE_OP_TEAM_CREATE, .what = "make the team",
    .min = 2, .max = 2,
    .check = check_roles, .fill = fill_create, .print = print_changed
};

static const ctl_change_t  set = {
    .kind = STORE_OP_TEAM_SET, .what = "change the team",
    .min = 2, .max = 2,
    .check = check_roles, .fill = fill_set, .print = print_changed
};

static const ctl_change_t  add = {
    .kind = STORE_OP_TEAM_ADD, .what = "take the user into the team",
    .min = 3, .max = MANY, .many = 2,
    .fill = fill_member, .print = print_changed
};

static const ctl_change_t  take = {
    .kind = STORE_OP_TEAM_REMOVE, .what = "take the user out of the team",
    .min = 3, .max = MANY, .many = 2,
    .fill = fill_member, .print = print_changed
};

static const ctl_change_t  delete = {
    .kind = STORE_OP_TEAM_DELETE, .what = "delete the team",
    .min = 2, .max = 2,
    .fill = fill_delete, .print = print_deleted
};

static const ctl_change_t  show = {
    .min = 2, .max = 2, .print = print_shown
};


static int
team_create(const ctl_options_t *options, int argc, char **argv)
{
    changes_t  changes = { NULL, NULL };

    const ctl_arg_t  args[] = {
        { "--roles", &changes.roles, NULL },
        { "--role", &changes.roles, NULL },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &create, argc, argv, args, &changes);
}


static int
check_roles(const ctl_given_t *given)
{
    const changes_t  *changes = given->data;

    return ctl_roles_check(given->options, changes->roles);
}


static int
fill_create(const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    store_account_t   account;
    const changes_t  *changes = given->data;

    rc = ctl_find_account(given->store, given->argv[0], &account);

    if (rc == CTL_OK) {
        op->in.team.team = op->id;
        op->in.team.account = account.id;
        op->in.team.name = ctl_slice(given->argv[1]);
        op->in.team.roles = ctl_slice(changes->roles);
    }

    return rc;
}


static int
team_set(const ctl_options_t *options, int argc, char **argv)
{
    changes_t  changes = { NULL, NULL };

    const ctl_arg_t  args[] = {
        { "--name", &changes.name, NULL },
        { "--roles", &changes.roles, NULL },
        { "--role", &changes.roles, NULL },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &set, argc, argv, args, &changes);
}


static int
fill_set(const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    store_team_t      team;
    const changes_t  *changes = given->data;

    rc = find(given, &team);

    if (rc == CTL_OK) {
        op->in.team.team = team.id;
        op->in.team.set_name = changes->name != NULL;
        op->in.team.name = ctl_slice(changes->name);
        op->in.team.set_roles = changes->roles != NULL;
        op->in.team.roles = ctl_slice(changes->roles);
    }

    return rc;
}


static int
team_add(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &add, argc, argv, NULL, NULL);
}


static int
team_remove(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &take, argc, argv, NULL, NULL);
}


static int
fill_member(const ctl_given_t *given, store_op_t *op)
{
    int           rc;
    store_team_t  team;
    store_user_t  user;

    rc = find(given, &team);

    if (rc == CTL_OK) {
        rc = ctl_find_user(given->store, given->argv[0], given->each, &user);
    }

    if (rc == CTL_OK) {
        op->in.team.team = team.id;
        op->in.team.user = user.id;
    }

    return rc;
}


static int
team_delete(const ctl_options_t *options, int argc, char **argv)
{
    store_team_t  team;

    return ctl_change(options, &delete, argc, argv, NULL, &team);
}


static int
fill_delete(const ctl_given_t *given, store_op_t *op)
{
    int            rc;
    store_team_t  *team = given->data;

    rc = find(given, team);

    if (rc == CTL_OK) {
        op->in.team.team = team->id;
    }

    return rc;
}


static int
find(const ctl_given_t *given, store_team_t *team)
{
    int              rc;
    store_account_t  account;

    rc = ctl_find_account(given->store, given->argv[0], &account);

    return rc == CTL_OK
           ? ctl_found(store_team_by_name(given->store->txn, &account.id,
                                          ctl_slice(given->argv[1]), team),
                       "team", given->argv[1])
           : rc;
}


static int
print_changed(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    int           rc;
    store_team_t  team;

    rc = ctl_found(store_team_get(given->store->txn, &op->in.team.team, &team),
                   "team", given->argv[1]);

    if (rc != CTL_OK) {
        return rc;
    }

    print_fields(out, &team);

    return CTL_OK;
}


static int
print_deleted(ctl_print_t *out, const ctl_given_t *given,
    const store_op_t *op)
{
    const store_team_t  *team = given->data;

    ctl_print_id(out, "id", &op->in.team.team);
    ctl_print_number(out, "members", team->members);

    return CTL_OK;
}


static int
team_list(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_list(options, argc, argv, "teams", store_teams, print_fields);
}


static int
team_show(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_change(options, &show, argc, argv, NULL, NULL);
}


static int
print_shown(ctl_print_t *out, const ctl_given_t *given, const store_op_t *op)
{
    int             rc;
    members_t       members = { out, given->store, CTL_OK };
    store_team_t    team;
    store_status_t  status;

    (void) op;

    rc = find(given, &team);

    if (rc != CTL_OK) {
        return rc;
    }

    print_fields(out, &team);
    ctl_print_list(out, "users");
    status = store_members(given->store->txn, &team.id, print_member,
                           &members);
    ctl_print_list_end(out);

    rc = ctl_found(status, "team", given->argv[1]);

    return rc == CTL_OK ? members.rc : rc;
}


static bool
print_member(void *data, const void *record)
{
    members_t       *members = data;
    store_user_t     user;
    store_member_t   row = *(const store_member_t *) record;

    members->rc = ctl_found(store_user_get(members->store->txn, &row.object,
                                           &user),
                            "user", "of the team");

    if (members->rc != CTL_OK) {
        return false;
    }

    ctl_print_item(members->out);
    ctl_print_id(members->out, "id", &user.id);
    ctl_print_text(members->out, "name", user.name);
    ctl_print_words(members->out, "roles", user.roles);
    ctl_print_time(members->out, "since", row.created);
    ctl_print_item_end(members->out);

    return true;
}


static void
print_fields(ctl_print_t *out, const void *record)
{
    const store_team_t  *team = record;

    ctl_print_id(out, "id", &team->id);
    ctl_print_id(out, "account", &team->account);
    ctl_print_text(out, "name", team->name);
    ctl_print_words(out, "roles", team->roles);
    ctl_print_number(out, "members", team->members);
    ctl_print_time(out, "created", team->created);
}
