/* user export: the users of an account, as user import reads them. */

#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/csv.h>
#include <xassistctl/print.h>
#include <xassistctl/user_rows.h>


#define NAME_BYTES  (4 * STORE_LIMIT_NAME)


typedef struct {
    ctl_store_t    *store;
    ctl_print_t     out;
    bool            json;
    store_status_t  status;
    size_t          n;                 /* teams of one user */
    struct {
        size_t      len;
        uint8_t     name[NAME_BYTES];
    } teams[STORE_LIMIT_TEAMS];
} export_t;


static int user_export(const ctl_options_t *options, int argc, char **argv);
static bool visit(void *data, const void *record);
static bool visit_team(void *data, const void *record);
static store_slice_t join_teams(const export_t *e, uint8_t *bytes);
static void print_csv(const store_user_t *user, store_slice_t teams);
static void print_json(ctl_print_t *out, const store_user_t *user,
    store_slice_t teams);
static store_slice_t yes_no(bool yes);


const ctl_command_t  ctl_user_export_commands[] = {
    { "user export", "ACCOUNT [--format csv|json]",
      "prints the users of an account as user import reads them",
      user_export },
    { NULL, NULL, NULL, NULL }
};


static int
user_export(const ctl_options_t *options, int argc, char **argv)
{
    int               rc, k;
    export_t          e;
    const char       *format = NULL;
    ctl_store_t       store;
    store_status_t    status;
    store_account_t   account;

    const ctl_arg_t  args[] = {
        { "--format", &format, NULL },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 1, 1) == -1) {
        return CTL_USAGE;
    }

    e.json = format != NULL ? strcmp(format, "json") == 0 : options->json;

    if (format != NULL && !e.json && strcmp(format, "csv") != 0) {
        ctl_complain("--format is csv or json");
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    rc = ctl_find_account(&store, argv[0], &account);

    if (rc != CTL_OK) {
        ctl_store_close(&store);
        return rc;
    }

    e.store = &store;
    e.status = STORE_OK;

    if (e.json) {
        ctl_print_begin(&e.out, true, NULL);
        ctl_print_list(&e.out, "users");

    } else {
        for (k = 0; k < CTL_ROW_FIELDS; k++) {
            ctl_csv_cell(stdout, ctl_slice(ctl_row_names[k]), k == 0);
        }
        ctl_csv_end(stdout);
    }

    status = store_users(store.txn, &account.id, visit, &e);

    rc = ctl_found(status == STORE_OK ? e.status : status, "account",
                   argv[0]);

    if (e.json) {
        ctl_print_list_end(&e.out);
        rc = ctl_print_end(&e.out) != CTL_OK ? CTL_FAILURE : rc;

    } else if (fflush(stdout) != 0 || ferror(stdout)) {
        ctl_complain("stdout cannot be written");
        rc = CTL_FAILURE;
    }

    ctl_store_close(&store);

    return rc;
}


static bool
visit(void *data, const void *record)
{
    export_t       *e = data;
    store_user_t    user = *(const store_user_t *) record;
    uint8_t         bytes[(NAME_BYTES + 1) * STORE_LIMIT_TEAMS];
    store_slice_t   teams;

    e->n = 0;
    e->status = store_teams_of(e->store->txn, &user.id, visit_team, e);

    if (e->status != STORE_OK) {
        return false;
    }

    teams = join_teams(e, bytes);

    if (e->json) {
        print_json(&e->out, &user, teams);
    } else {
        print_csv(&user, teams);
    }

    return true;
}


/* Kept by name: ids differ from one account to another. */

static bool
visit_team(void *data, const void *record)
{
    size_t              i;
    export_t           *e = data;
    const store_team_t *team = record;

    if (e->n == STORE_LIMIT_TEAMS || team->name.len > NAME_BYTES) {
        e->status = STORE_CORRUPT;
        return false;
    }

    for (i = e->n++; i > 0; i--) {
        if (e->teams[i - 1].len < team->name.len
            ? memcmp(e->teams[i - 1].name, team->name.data,
                     e->teams[i - 1].len) <= 0
            : memcmp(e->teams[i - 1].name, team->name.data, team->name.len)
              < 0)
        {
            break;
        }

        e->teams[i] = e->teams[i - 1];
    }

    e->teams[i].len = team->name.len;
    memcpy(e->teams[i].name, team->name.data, team->name.len);

    return true;
}


static store_slice_t
join_teams(const export_t *e, uint8_t *bytes)
{
    size_t         i;
    store_slice_t  teams = { bytes, 0 };

    for (i = 0; i < e->n; i++) {

        if (i != 0) {
            bytes[teams.len++] = ',';
        }

        memcpy(bytes + teams.len, e->teams[i].name, e->teams[i].len);
        teams.len += e->teams[i].len;
    }

    return teams;
}


static void
print_csv(const store_user_t *user, store_slice_t teams)
{
    ctl_csv_cell(stdout, user->name, true);
    ctl_csv_cell(stdout, user->display, false);
    ctl_csv_cell(stdout, user->mail, false);
    ctl_csv_cell(stdout, user->direct, false);
    ctl_csv_cell(stdout, teams, false);
    ctl_csv_cell(stdout, yes_no(user->licensed != 0), false);
    ctl_csv_cell(stdout, yes_no(user->suspended != 0), false);
    ctl_csv_end(stdout);
}


static void
print_json(ctl_print_t *out, const store_user_t *user, store_slice_t teams)
{
    ctl_print_item(out);
    ctl_print_text(out, "name", user->name);
    ctl_print_text(out, "display", user->display);
    ctl_print_text(out, "mail", user->mail);
    ctl_print_text(out, "roles", user->direct);
    ctl_print_text(out, "teams", teams);
    ctl_print_bool(out, "licensed", user->licensed != 0);
    ctl_print_bool(out, "suspended", user->suspended != 0);
    ctl_print_item_end(out);
}


static store_slice_t
yes_no(bool yes)
{
    return ctl_slice(yes ? "yes" : "no");
}
