/* user import: many users at once, all of them or none. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xassistctl/args.h>
#include <xassistctl/print.h>
#include <xassistctl/progress.h>
#include <xassistctl/user_rows.h>


#define OPS  3                         /* of one row, at most */


static int user_import(const ctl_options_t *options, int argc, char **argv);
static int format_of(const char *format, const char *file, bool *json);
static bool check_rows(const ctl_options_t *options, ctl_rows_t *rows);
static void check_roles(const policy_image_t *image, ctl_rows_t *rows,
    const ctl_row_t *row);
static void check_twice(ctl_rows_t *rows);
static int by_name(const void *a, const void *b);
static int import(const ctl_options_t *options, ctl_store_t *store,
    const char *account, ctl_rows_t *rows, bool dry);
static bool administers(const ctl_store_t *store, const ctl_row_t *row);
static int prepare(ctl_store_t *store, const store_account_t *account,
    const ctl_row_t *row, store_op_t *ops, size_t *n, bool *made);
static void prepare_set(store_op_t *op, const ctl_row_t *row);
static int apply(ctl_store_t *store, ctl_rows_t *rows, store_op_t *ops,
    const uint32_t *lines, size_t n, bool dry);
static void progressed(void *data, uint64_t done, uint64_t total);
static bool is_given(const ctl_row_t *row, ctl_row_field_t field);
static bool truth(const ctl_row_t *row, ctl_row_field_t field);


const ctl_command_t  ctl_user_import_commands[] = {
    { "user import", "ACCOUNT FILE [--format csv|json] [--dry-run]",
      "makes and changes the users of a file, all of them or none",
      user_import },
    { NULL, NULL, NULL, NULL }
};


static int
user_import(const ctl_options_t *options, int argc, char **argv)
{
    int           rc;
    bool          json, dry = false;
    ctl_rows_t    rows;
    ctl_store_t   store;
    const char   *format = NULL;

    const ctl_arg_t  args[] = {
        { "--format", &format, NULL },
        { "--dry-run", NULL, &dry },
        { NULL, NULL, NULL }
    };

    if (ctl_args(argc, argv, args, 2, 2) == -1
        || format_of(format, argv[1], &json) == -1)
    {
        return CTL_USAGE;
    }

    rc = ctl_rows_read(&rows, argv[1], json);

    if (rc == CTL_OK && !check_rows(options, &rows)) {
        rc = CTL_NO;
    }

    if (rc == CTL_OK) {
        rc = ctl_store_open(options, false, &store);

        if (rc == CTL_OK) {
            rc = import(options, &store, argv[0], &rows, dry);
            ctl_store_close(&store);
        }
    }

    if (rows.errors != 0) {
        ctl_complain("%llu errors: nothing was changed",
                     (unsigned long long) rows.errors);
    }

    ctl_rows_free(&rows);

    return rc;
}


/* What is not said is what the file's name ends with, or CSV. */

static int
format_of(const char *format, const char *file, bool *json)
{
    size_t  len = strlen(file);

    *json = format != NULL ? strcmp(format, "json") == 0
                           : len > 5 && strcmp(file + len - 5, ".json") == 0;

    if (format != NULL && !*json && strcmp(format, "csv") != 0) {
        ctl_complain("--format is csv or json");
        return -1;
    }

    return 0;
}


static bool
check_rows(const ctl_options_t *options, ctl_rows_t *rows)
{
    int              k;
    bool             yes, known;
    size_t           i;
    policy_image_t   image;
    const ctl_row_t *row;

    known = access(options->policy, R_OK) == 0
            && ctl_policy_load(options, &image) == CTL_OK;

    for (i = 0; i < rows->n; i++) {
        row = &rows->rows[i];

        if (row->fields[CTL_ROW_NAME].len == 0) {
            ctl_rows_wrong(rows, row->line, "it has no name");
        }

        for (k = CTL_ROW_LICENSED; k <= CTL_ROW_SUSPENDED; k++) {
            if (row->fields[k].len != 0
                && !ctl_rows_truth(row->fields[k], &yes))
            {
                ctl_rows_wrong(rows, row->line, "\"%s\" is yes or no",
                               ctl_row_names[k]);
            }
        }

        if (known) {
            check_roles(&image, rows, row);
        }
    }

    if (known) {
        policy_image_free(&image);
    }

    check_twice(rows);

    return rows->errors == 0;
}


static void
check_roles(const policy_image_t *image, ctl_rows_t *rows,
    const ctl_row_t *row)
{
    policy_str_t   name;
    const char    *end, *comma;

    name.data = (const char *) row->fields[CTL_ROW_ROLES].data;

    if (row->fields[CTL_ROW_ROLES].len == 0) {
        return;
    }

    end = name.data + row->fields[CTL_ROW_ROLES].len;

    for ( ;; ) {
        comma = memchr(name.data, ',', (size_t) (end - name.data));
        name.len = (size_t) ((comma != NULL ? comma : end) - name.data);

        if (policy_role_find(image, name) == POLICY_NONE) {
            ctl_rows_wrong(rows, row->line, "the policy has no role \"%.*s\"",
                           (int) (name.len < 64 ? name.len : 64), name.data);
        }

        if (comma == NULL) {
            return;
        }

        name.data = comma + 1;
    }
}


static void
check_twice(ctl_rows_t *rows)
{
    size_t             i;
    const ctl_row_t  **sorted;

    sorted = calloc(rows->n + 1, sizeof(*sorted));

    if (sorted == NULL) {
        ctl_rows_wrong(rows, 1, "out of memory");
        return;
    }

    for (i = 0; i < rows->n; i++) {
        sorted[i] = &rows->rows[i];
    }

    qsort(sorted, rows->n, sizeof(*sorted), by_name);

    for (i = 1; i < rows->n; i++) {
        if (sorted[i]->fields[CTL_ROW_NAME].len
            == sorted[i - 1]->fields[CTL_ROW_NAME].len
            && memcmp(sorted[i]->fields[CTL_ROW_NAME].data,
                      sorted[i - 1]->fields[CTL_ROW_NAME].data,
                      sorted[i]->fields[CTL_ROW_NAME].len) == 0)
        {
            ctl_rows_wrong(rows, sorted[i]->line, "\"%.*s\" stands in line %u,"
                           " too", (int) sorted[i]->fields[CTL_ROW_NAME].len,
                           (const char *) sorted[i]->fields[CTL_ROW_NAME].data,
                           (unsigned) sorted[i - 1]->line);
        }
    }

    free(sorted);
}


static int
by_name(const void *a, const void *b)
{
    int                order;
    const ctl_row_t   *one = *(const ctl_row_t *const *) a;
    const ctl_row_t   *two = *(const ctl_row_t *const *) b;
    store_slice_t      x = one->fields[CTL_ROW_NAME];
    store_slice_t      y = two->fields[CTL_ROW_NAME];

    order = memcmp(x.data, y.data, x.len < y.len ? x.len : y.len);

    if (order == 0) {
        order = x.len < y.len ? -1 : x.len > y.len;
    }

    return order != 0 ? order : one->line < two->line ? -1 : 1;
}


static int
import(const ctl_options_t *options, ctl_store_t *store, const char *account,
    ctl_rows_t *rows, bool dry)
{
    int              rc, pass;
    bool             made;
    size_t           i, k, n, created;
    uint32_t        *lines;
    store_op_t      *ops;
    ctl_print_t      out;
    ctl_progress_t   progress;
    store_account_t  found;

    rc = ctl_find_account(store, account, &found);
    ops = calloc(rows->n * OPS + 1, sizeof(*ops));
    lines = calloc(rows->n * OPS + 1, sizeof(*lines));

    if (rc == CTL_OK && (ops == NULL || lines == NULL)) {
        ctl_complain("out of memory");
        rc = CTL_FAILURE;
    }

    n = created = 0;
    ctl_progress_begin(&progress, "looking up users", rows->n);

    /* Administrators go first: with a second user there must be one. */

    for (pass = 0; pass < 2; pass++) {
        for (i = 0; i < rows->n && rc == CTL_OK; i++) {

            if (administers(store, &rows->rows[i]) == (pass != 0)) {
                continue;
            }

            k = n;
            rc = prepare(store, &found, &rows->rows[i], ops, &n, &made);
            created += made;

            while (k < n) {
                lines[k++] = rows->rows[i].line;
            }

            ctl_progress(&progress, i + 1);
        }
    }

    ctl_progress_end(&progress);

    if (rc == CTL_OK) {
        rc = apply(store, rows, ops, lines, n, dry);
    }

    free(ops);
    free(lines);

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_number(&out, "created", created);
    ctl_print_number(&out, "changed", rows->n - created);
    ctl_print_bool(&out, "dry_run", dry);

    return ctl_print_end(&out);
}


static bool
administers(const ctl_store_t *store, const ctl_row_t *row)
{
    size_t         n;
    store_slice_t  roles = row->fields[CTL_ROW_ROLES];
    const char    *role, *names = store->terms[1];

    for (role = names; role != NULL && *role != '\0'; role += n) {
        role += *role == ',';
        n = strcspn(role, ",");

        if (ctl_words_have(roles, role, n)) {
            return true;
        }
    }

    return false;
}


/* One who is not there is made; of one who is, what is given is set. */

static int
prepare(ctl_store_t *store, const store_account_t *account,
    const ctl_row_t *row, store_op_t *ops, size_t *n, bool *made)
{
    int             rc;
    store_op_t     *op;
    store_id_t      id;
    store_user_t    user;
    store_status_t  status;

    status = store_user_by_name(store->txn, &account->id,
                                row->fields[CTL_ROW_NAME], &user);
    *made = status == STORE_NOT_FOUND;

    if (status != STORE_OK && !*made) {
        return ctl_found(status, "user", "of the file");
    }

    op = &ops[(*n)++];
    rc = ctl_op(store, NULL, *made ? STORE_OP_USER_CREATE : STORE_OP_USER_SET,
                op);

    if (rc != CTL_OK) {
        return rc;
    }

    id = *made ? op->id : user.id;

    if (*made) {
        op->in.user_create.user = id;
        op->in.user_create.account = account->id;
        op->in.user_create.name = row->fields[CTL_ROW_NAME];
        op->in.user_create.display = row->fields[CTL_ROW_DISPLAY];
        op->in.user_create.mail = row->fields[CTL_ROW_MAIL];
        op->in.user_create.roles = row->fields[CTL_ROW_ROLES];
        op->in.user_create.licensed = !is_given(row, CTL_ROW_LICENSED)
                                      || truth(row, CTL_ROW_LICENSED);
    } else {
        prepare_set(op, row);
        op->in.user_set.user = id;
    }

    if (*made && truth(row, CTL_ROW_SUSPENDED)) {
        op = &ops[(*n)++];
        rc = ctl_op(store, NULL, STORE_OP_USER_SET, op);
        op->in.user_set.user = id;
        op->in.user_set.set_suspended = true;
        op->in.user_set.suspended = true;
    }

    if (rc == CTL_OK && (row->given & 1u << CTL_ROW_TEAMS)) {
        op = &ops[(*n)++];
        rc = ctl_op(store, NULL, STORE_OP_USER_TEAMS, op);
        op->in.user_teams.user = id;
        op->in.user_teams.teams = row->fields[CTL_ROW_TEAMS];
        op->in.user_teams.known = true;
    }

    return rc;
}


static void
prepare_set(store_op_t *op, const ctl_row_t *row)
{
    op->in.user_set.set_roles = (row->given & 1u << CTL_ROW_ROLES) != 0;
    op->in.user_set.roles = row->fields[CTL_ROW_ROLES];
    op->in.user_set.set_licensed = is_given(row, CTL_ROW_LICENSED);
    op->in.user_set.licensed = truth(row, CTL_ROW_LICENSED);
    op->in.user_set.set_suspended = is_given(row, CTL_ROW_SUSPENDED);
    op->in.user_set.suspended = truth(row, CTL_ROW_SUSPENDED);
}


static int
apply(ctl_store_t *store, ctl_rows_t *rows, store_op_t *ops,
    const uint32_t *lines, size_t n, bool dry)
{
    size_t           i;
    store_op_t     **list;
    const char      *why;
    store_status_t   status;
    ctl_progress_t   progress;

    list = calloc(n + 1, sizeof(*list));

    if (list == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    for (i = 0; i < n; i++) {
        list[i] = &ops[i];
    }

    ctl_progress_begin(&progress, dry ? "trying" : "importing", n);
    status = store_apply_whole(store->env, list, n, !dry, progressed,
                               &progress);
    ctl_progress_end(&progress);

    for (i = 0; i < n && status == STORE_REFUSED; i++) {

        if (ops[i].status == STORE_OK) {
            continue;
        }

        why = ops[i].status == STORE_REFUSED
              ? store_reason_name(ops[i].reason)
              : ops[i].kind == STORE_OP_USER_TEAMS
                && ops[i].status == STORE_NOT_FOUND
                ? "a team of that name does not exist"
                : store_status_text(ops[i].status);

        ctl_rows_wrong(rows, lines[i], "%s", why);
    }

    free(list);

    if (status != STORE_OK && status != STORE_REFUSED) {
        ctl_complain("cannot import: %s", store_status_text(status));
    }

    return status == STORE_OK ? CTL_OK
                              : status == STORE_REFUSED ? CTL_NO : CTL_FAILURE;
}


static void
progressed(void *data, uint64_t done, uint64_t total)
{
    (void) total;
    ctl_progress(data, done);
}


static bool
is_given(const ctl_row_t *row, ctl_row_field_t field)
{
    return row->fields[field].len != 0;
}


static bool
truth(const ctl_row_t *row, ctl_row_field_t field)
{
    bool  yes = false;

    return ctl_rows_truth(row->fields[field], &yes) && yes;
}
