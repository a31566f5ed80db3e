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
static int check_roles(const ctl_options_t *options,
    const ctl_given_t *given);
static int fill_create(ctl_store_t *store, const ctl_given_t *given,
    store_op_t *op);
static int fill_set(ctl_store_t *store, const ctl_given_t *given,
    store_op_t *op);
static int fill_member(ctl_store_t *store, const ctl_given_t *given,
    store_op_t *op);
static int fill_delete(ctl_store_t *store, const ctl_given_t *given,
    store_op_t *op);
static int find(ctl_store_t *store, char **argv, store_team_t *team);
static int print_changed(const ctl_options_t *options, ctl_store_t *store,
    const ctl_given_t *given, const store_op_t *op);
static int print_deleted(const ctl_options_t *options, ctl_store_t *store,
    const ctl_given_t *given, const store_op_t *op);
static bool print_team(void *data, const void *record);
static bool print_member(void *data, const void *record);
static void print_fields(ctl_print_t *out, const store_team_t *team);


/* What a team gets; NULL: stays. */
typedef struct {
    const char *name;
    const char *roles;
} changes_t;

typedef struct {
    ctl_store_t *store;
    ctl_print_t  out;
    int          rc;
} show_t;


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


static int
team_create(const ctl_options_t *options, int argc, char **argv)
{
    changes_t  changes = { NULL, NULL };

    const ctl_arg_t  args[] = {
        { "--roles", &changes.roles, NULL },
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &create, argc, argv, args, &changes);
}


static int
check_roles(const ctl_options_t *options, const ctl_given_t *given)
{
    const changes_t  *changes = given->data;

    return ctl_roles_check(options, changes->roles);
}


static int
fill_create(ctl_store_t *store, const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    store_account_t   account;
    const changes_t  *changes = given->data;

    rc = ctl_find_account(store, given->argv[0], &account);

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
        { NULL, NULL, NULL }
    };

    return ctl_change(options, &set, argc, argv, args, &changes);
}


static int
fill_set(ctl_store_t *store, const ctl_given_t *given, store_op_t *op)
{
    int               rc;
    store_team_t      team;
    const changes_t  *changes = given->data;

    rc = find(store, given->argv, &team);

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
fill_member(ctl_store_t *store, const ctl_given_t *given, store_op_t *op)
{
    int           rc;
    store_team_t  team;
    store_user_t  user;

    rc = find(store, given->argv, &team);

    if (rc == CTL_OK) {
        rc = ctl_find_user(store, given->argv[0], given->each, &user);
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
fill_delete(ctl_store_t *store, const ctl_given_t *given, store_op_t *op)
{
    int            rc;
    store_team_t  *team = given->data;

    rc = find(store, given->argv, team);

    if (rc == CTL_OK) {
        op->in.team.team = team->id;
    }

    return rc;
}


static int
find(ctl_store_t *store, char **argv, store_team_t *team)
{
    int              rc;
    store_account_t  account;

    rc = ctl_find_account(store, argv[0], &account);

    return rc == CTL_OK
           ? ctl_found(store_team_by_name(store->txn, &account.id,
                                          ctl_slice(argv[1]), team),
                       "team", argv[1])
           : rc;
}


static int
print_changed(const ctl_options_t *options, ctl_store_t *store,
    const ctl_given_t *given, const store_op_t *op)
{
    int           rc;
    ctl_print_t   out;
    store_team_t  team;

    rc = ctl_found(store_team_get(store->txn, &op->in.team.team, &team),
                   "team", given->argv[1]);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    print_fields(&out, &team);

    return ctl_print_end(&out);
}


static int
print_deleted(const ctl_options_t *options, ctl_store_t *store,
    const ctl_given_t *given, const store_op_t *op)
{
    ctl_print_t          out;
    const store_team_t  *team = given->data;

    (void) store;

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_id(&out, "id", &op->in.team.team);
    ctl_print_number(&out, "members", team->members);

    return ctl_print_end(&out);
}


static int
team_list(const ctl_options_t *options, int argc, char **argv)
{
    return ctl_list(options, argc, argv, "teams", store_teams, print_team);
}


static int
team_show(const ctl_options_t *options, int argc, char **argv)
{
    int             rc, printed;
    show_t          show;
    ctl_store_t     store;
    store_team_t    team;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = find(&store, argv, &team);

    if (rc == CTL_OK) {
        show.store = &store;
        show.rc = CTL_OK;

        ctl_print_begin(&show.out, options->json, NULL);
        print_fields(&show.out, &team);
        ctl_print_list(&show.out, "users");
        status = store_members(store.txn, &team.id, print_member, &show);
        ctl_print_list_end(&show.out);
        printed = ctl_print_end(&show.out);

        rc = ctl_found(status, "team", argv[1]);
        rc = rc == CTL_OK ? show.rc : rc;
        rc = rc == CTL_OK ? printed : rc;
    }

    ctl_store_close(&store);

    return rc;
}


static bool
print_team(void *data, const void *record)
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
    show_t                *show = data;
    store_user_t           user;
    store_member_t         row = *(const store_member_t *) record;

    show->rc = ctl_found(store_user_get(show->store->txn, &row.object, &user),
                         "user", "of the team");

    if (show->rc != CTL_OK) {
        return false;
    }

    ctl_print_item(&show->out);
    ctl_print_id(&show->out, "id", &user.id);
    ctl_print_text(&show->out, "name", user.name);
    ctl_print_words(&show->out, "roles", user.roles);
    ctl_print_time(&show->out, "since", row.created);
    ctl_print_item_end(&show->out);

    return true;
}


static void
print_fields(ctl_print_t *out, const store_team_t *team)
{
    ctl_print_id(out, "id", &team->id);
    ctl_print_id(out, "account", &team->account);
    ctl_print_text(out, "name", team->name);
    ctl_print_words(out, "roles", team->roles);
    ctl_print_number(out, "members", team->members);
    ctl_print_time(out, "created", team->created);
}
