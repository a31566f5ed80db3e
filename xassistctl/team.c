/* team ...: teams of an account, and who is in them. */

#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/listing.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>


#define MANY  4096                     /* users named in one command */


static int team_create(const ctl_options_t *options, int argc, char **argv);
static int team_set(const ctl_options_t *options, int argc, char **argv);
static int team_add(const ctl_options_t *options, int argc, char **argv);
static int team_remove(const ctl_options_t *options, int argc, char **argv);
static int team_delete(const ctl_options_t *options, int argc, char **argv);
static int team_list(const ctl_options_t *options, int argc, char **argv);
static int team_show(const ctl_options_t *options, int argc, char **argv);
static int members(const ctl_options_t *options, int argc, char **argv,
    store_op_kind_t kind);
static int member(ctl_store_t *store, const store_team_t *team,
    const char *account, const char *name, store_op_kind_t kind);
static int find(ctl_store_t *store, const char *account, const char *name,
    store_team_t *team);
static int print_changed(const ctl_options_t *options, ctl_store_t *store,
    const store_id_t *id);
static bool print_team(void *data, const void *record);
static bool print_member(void *data, const void *record);
static void print_fields(ctl_print_t *out, const store_team_t *team);


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


static int
team_create(const ctl_options_t *options, int argc, char **argv)
{
    int               rc;
    const char       *roles = NULL;
    store_op_t        op;
    ctl_store_t       store;
    store_account_t   account;

    const ctl_arg_t  args[] = {
        { "--roles", &roles, NULL },
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
        rc = ctl_op(&store, NULL, STORE_OP_TEAM_CREATE, &op);
    }

    if (rc == CTL_OK) {
        op.in.team.team = op.id;
        op.in.team.account = account.id;
        op.in.team.name = ctl_slice(argv[1]);
        op.in.team.roles = ctl_slice(roles);
        rc = ctl_apply(&store, &op, "make the team");
    }

    if (rc == CTL_OK) {
        rc = print_changed(options, &store, &op.in.team.team);
    }

    ctl_store_close(&store);

    return rc;
}


static int
team_set(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    const char   *roles = NULL, *name = NULL;
    store_op_t    op;
    ctl_store_t   store;
    store_team_t  team;

    const ctl_arg_t  args[] = {
        { "--name", &name, NULL },
        { "--roles", &roles, NULL },
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

    rc = find(&store, argv[0], argv[1], &team);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_TEAM_SET, &op);
    }

    if (rc == CTL_OK) {
        op.in.team.team = team.id;
        op.in.team.set_name = name != NULL;
        op.in.team.name = ctl_slice(name);
        op.in.team.set_roles = roles != NULL;
        op.in.team.roles = ctl_slice(roles);
        rc = ctl_apply(&store, &op, "change the team");
    }

    if (rc == CTL_OK) {
        rc = print_changed(options, &store, &team.id);
    }

    ctl_store_close(&store);

    return rc;
}


static int
team_add(const ctl_options_t *options, int argc, char **argv)
{
    return members(options, argc, argv, STORE_OP_TEAM_ADD);
}


static int
team_remove(const ctl_options_t *options, int argc, char **argv)
{
    return members(options, argc, argv, STORE_OP_TEAM_REMOVE);
}


static int
members(const ctl_options_t *options, int argc, char **argv,
    store_op_kind_t kind)
{
    int           i, n, rc;
    ctl_store_t   store;
    store_team_t  team;

    n = ctl_args(argc, argv, NULL, 3, MANY);

    if (n == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = find(&store, argv[0], argv[1], &team);

    for (i = 2; i < n && rc == CTL_OK; i++) {
        rc = member(&store, &team, argv[0], argv[i], kind);
    }

    if (rc == CTL_OK) {
        rc = print_changed(options, &store, &team.id);
    }

    ctl_store_close(&store);

    return rc;
}


static int
member(ctl_store_t *store, const store_team_t *team, const char *account,
    const char *name, store_op_kind_t kind)
{
    int           rc;
    store_op_t    op;
    store_user_t  user;

    rc = ctl_find_user(store, account, name, &user);

    if (rc == CTL_OK) {
        rc = ctl_op(store, NULL, kind, &op);
    }

    if (rc == CTL_OK) {
        op.in.team.team = team->id;
        op.in.team.user = user.id;
        rc = ctl_apply(store, &op, kind == STORE_OP_TEAM_ADD
                                   ? "take the user into the team"
                                   : "take the user out of the team");
    }

    return rc;
}


static int
team_delete(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    store_op_t    op;
    ctl_print_t   out;
    ctl_store_t   store;
    store_team_t  team;

    if (ctl_args(argc, argv, NULL, 2, 2) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, false, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = find(&store, argv[0], argv[1], &team);

    if (rc == CTL_OK) {
        rc = ctl_op(&store, NULL, STORE_OP_TEAM_DELETE, &op);
    }

    if (rc == CTL_OK) {
        op.in.team.team = team.id;
        rc = ctl_apply(&store, &op, "delete the team");
    }

    if (rc == CTL_OK) {
        ctl_print_begin(&out, options->json, NULL);
        ctl_print_id(&out, "id", &team.id);
        ctl_print_number(&out, "members", team.members);
        rc = ctl_print_end(&out);
    }

    ctl_store_close(&store);

    return rc;
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

    rc = find(&store, argv[0], argv[1], &team);

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


static int
find(ctl_store_t *store, const char *account_name, const char *name,
    store_team_t *team)
{
    int              rc;
    store_account_t  account;

    rc = ctl_find_account(store, account_name, &account);

    return rc == CTL_OK
           ? ctl_found(store_team_by_name(store->txn, &account.id,
                                          ctl_slice(name), team),
                       "team", name)
           : rc;
}


/* The team as it is now, after a change. */

static int
print_changed(const ctl_options_t *options, ctl_store_t *store,
    const store_id_t *id)
{
    int           rc;
    ctl_print_t   out;
    store_team_t  team;

    rc = ctl_renew(options, store);

    if (rc == CTL_OK) {
        rc = ctl_found(store_team_get(store->txn, id, &team), "team", "");
    }

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    print_fields(&out, &team);

    return ctl_print_end(&out);
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
