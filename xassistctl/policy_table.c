/* policy table: the permissions, and who may hold them at all. */

#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/policy_file.h>
#include <xassistctl/print.h>


#define WORDS  3                       /* area, feature set, permission */
#define CELLS  (WORDS + POLICY_COLUMNS)


typedef struct {
    policy_str_t cells[CELLS];
} table_row_t;

typedef struct {
    const char      *name;             /* as in policy.json */
    const char      *title;
} table_column_t;


static int table_print(const ctl_options_t *options,
    const policy_image_t *image, bool markdown);
static int table_json(const policy_image_t *image);
static void table_row(const policy_permission_t *permission,
    table_row_t *row);
static void table_head(bool markdown, table_row_t *row);
static void table_line(const table_row_t *row, const size_t widths[CELLS],
    bool markdown);
static size_t width(policy_str_t text);
static policy_str_t word(const char *text);


static const table_column_t  columns[POLICY_COLUMNS] = {
    [POLICY_COLUMN_REGULAR] = { "regular", "Regular" },
    [POLICY_COLUMN_GUEST_MOBILE] = { "guest_mobile", "Guest (Mobile)" },
    [POLICY_COLUMN_GUEST_MOBILE_WEB] = { "guest_mobile_web",
                                         "Guest (Mobile Web)" },
    [POLICY_COLUMN_GUEST_WEB] = { "guest_web", "Guest (Web)" },
    [POLICY_COLUMN_EXTERNAL] = { "external", "External" },
    [POLICY_COLUMN_SERVICE] = { "service", "Service" }
};


int
ctl_policy_table(const ctl_options_t *options, int argc, char **argv)
{
    int            rc;
    bool           markdown;
    ctl_policy_t  *policy;

    ctl_arg_t  args[] = {
        { "--markdown", NULL, &markdown },
        { NULL, NULL, NULL }
    };

    markdown = false;
    argc = ctl_args(argc, argv, args, 0, 1);

    if (argc == -1) {
        return CTL_USAGE;
    }

    policy = malloc(sizeof(*policy));

    if (policy == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    rc = ctl_policy_read(argc == 1 ? argv[0] : options->policy, policy);

    if (rc == CTL_OK && policy->status != POLICY_OK) {
        ctl_policy_errors(stderr, policy);
        rc = CTL_FAILURE;
    }

    if (rc == CTL_OK) {
        rc = table_print(options, &policy->image, markdown);
        ctl_policy_done(policy);
    }

    free(policy);

    return rc;
}


static int
table_print(const ctl_options_t *options, const policy_image_t *image,
    bool markdown)
{
    size_t               c, len, widths[CELLS];
    uint32_t             i;
    table_row_t          row;
    policy_permission_t  permission;

    if (options->json) {
        return table_json(image);
    }

    table_head(markdown, &row);

    for (c = 0; c < CELLS; c++) {
        widths[c] = width(row.cells[c]);
    }

    for (i = 0; policy_permission_at(image, i, &permission) == POLICY_OK; i++)
    {
        table_row(&permission, &row);

        for (c = 0; c < CELLS; c++) {
            len = width(row.cells[c]);
            widths[c] = len > widths[c] ? len : widths[c];
        }
    }

    table_head(markdown, &row);
    table_line(&row, widths, markdown);

    if (markdown) {
        for (c = 0; c < CELLS; c++) {
            row.cells[c] = word("---");
        }
        table_line(&row, widths, markdown);
    }

    for (i = 0; policy_permission_at(image, i, &permission) == POLICY_OK; i++)
    {
        table_row(&permission, &row);
        table_line(&row, widths, markdown);
    }

    return fflush(stdout) == 0 ? CTL_OK : CTL_FAILURE;
}


static int
table_json(const policy_image_t *image)
{
    uint32_t             i, c, k;
    char                 joined[1024];
    size_t               len;
    ctl_print_t          out;
    policy_str_t         alias;
    store_slice_t        words;
    policy_permission_t  permission;

    ctl_print_begin(&out, true, NULL);
    ctl_print_list(&out, "permissions");

    for (i = 0; policy_permission_at(image, i, &permission) == POLICY_OK; i++)
    {
        ctl_print_item(&out);
        ctl_print_text(&out, "area", ctl_policy_text(permission.area));
        ctl_print_text(&out, "feature", ctl_policy_text(permission.feature));
        ctl_print_text(&out, "permission", ctl_policy_text(permission.name));
        ctl_print_text(&out, "description",
                       ctl_policy_text(permission.description));

        for (c = 0; c < POLICY_COLUMNS; c++) {
            ctl_print_bool(&out, columns[c].name,
                           (permission.columns >> c & 1) != 0);
        }

        len = 0;

        for (k = 0; len < sizeof(joined); k++) {
            alias = policy_permission_alias(image, i, k);

            if (alias.len == 0 || len + alias.len + 1 > sizeof(joined)) {
                break;
            }

            if (len != 0) {
                joined[len++] = ',';
            }

            memcpy(joined + len, alias.data, alias.len);
            len += alias.len;
        }

        words.data = (const void *) joined;
        words.len = len;
        ctl_print_words(&out, "aliases", words);
        ctl_print_item_end(&out);
    }

    ctl_print_list_end(&out);

    return ctl_print_end(&out);
}


static void
table_row(const policy_permission_t *permission, table_row_t *row)
{
    unsigned  c;

    row->cells[0] = permission->area;
    row->cells[1] = permission->feature;
    row->cells[2] = permission->name;

    for (c = 0; c < POLICY_COLUMNS; c++) {
        row->cells[WORDS + c] = word(permission->columns >> c & 1 ? "yes"
                                                                  : "no");
    }
}


static void
table_head(bool markdown, table_row_t *row)
{
    unsigned  c;

    row->cells[0] = word(markdown ? "Area" : "area");
    row->cells[1] = word(markdown ? "Feature set" : "feature set");
    row->cells[2] = word(markdown ? "Permission" : "permission");

    for (c = 0; c < POLICY_COLUMNS; c++) {
        row->cells[WORDS + c] = word(markdown ? columns[c].title
                                              : columns[c].name);
    }
}


static void
table_line(const table_row_t *row, const size_t widths[CELLS], bool markdown)
{
    size_t  c, i, pad;

    if (markdown) {
        (void) fputs("| ", stdout);
    }

    for (c = 0; c < CELLS; c++) {

        if (c != 0) {
            (void) fputs(markdown ? " | " : "  ", stdout);
        }

        /* A bar would end the cell. */
        for (i = 0; i < row->cells[c].len; i++) {
            if (markdown && row->cells[c].data[i] == '|') {
                (void) fputc('\\', stdout);
            }
            (void) fputc(row->cells[c].data[i], stdout);
        }

        pad = c == CELLS - 1 ? 0 : widths[c] - width(row->cells[c]);

        for (i = 0; i < pad && !markdown; i++) {
            (void) fputc(' ', stdout);
        }
    }

    (void) fputs(markdown ? " |\n" : "\n", stdout);
}


/* In characters: bytes that go on with one are not counted. */

static size_t
width(policy_str_t text)
{
    size_t  i, n;

    for (i = 0, n = 0; i < text.len; i++) {
        n += ((unsigned char) text.data[i] & 0xc0) != 0x80;
    }

    return n;
}


static policy_str_t
word(const char *text)
{
    policy_str_t  s = { text, strlen(text) };

    return s;
}
