/* Rows of users, from a file. */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <xassistctl/args.h>
#include <xassistctl/csv.h>
#include <xassistctl/user_rows.h>


const char *const  ctl_row_names[] = {
    "name", "display", "mail", "roles", "teams", "licensed", "suspended", NULL
};


static int slurp(ctl_rows_t *rows);
static bool from_csv(ctl_rows_t *rows);
static bool csv_head(ctl_rows_t *rows, const store_slice_t *cells, int n,
    int columns[CTL_ROW_FIELDS]);
static bool from_json(ctl_rows_t *rows);
static void json_row(ctl_rows_t *rows, size_t from, size_t to, uint32_t line);
static bool json_begin(ctl_rows_t *rows, size_t *at, uint32_t *line);
static size_t object_end(const ctl_rows_t *rows, size_t at, uint32_t *line);
static void skip(const ctl_rows_t *rows, size_t *at, uint32_t *line);
static ctl_row_t *add(ctl_rows_t *rows, uint32_t line);


int
ctl_rows_read(ctl_rows_t *rows, const char *file, bool json)
{
    int  rc;

    memset(rows, 0, sizeof(*rows));
    rows->file = file;
    rc = slurp(rows);

    if (rc != CTL_OK) {
        return rc;
    }

    rows->rows = calloc(CTL_ROWS_MAX, sizeof(ctl_row_t));
    rows->texts = malloc(rows->len + 1);

    if (rows->rows == NULL || rows->texts == NULL) {
        ctl_complain("out of memory");
        return CTL_FAILURE;
    }

    if (!(json ? from_json(rows) : from_csv(rows)) || rows->errors != 0) {
        return CTL_NO;
    }

    return CTL_OK;
}


void
ctl_rows_free(ctl_rows_t *rows)
{
    free(rows->text);
    free(rows->texts);
    free(rows->rows);
}


static int
slurp(ctl_rows_t *rows)
{
    FILE  *file;

    file = fopen(rows->file, "re");
    rows->text = file != NULL ? malloc(CTL_ROWS_BYTES + 1) : NULL;

    if (rows->text == NULL) {
        ctl_complain("\"%s\": %s", rows->file, strerror(errno));
        if (file != NULL) {
            (void) fclose(file);
        }
        return CTL_FAILURE;
    }

    rows->len = fread(rows->text, 1, CTL_ROWS_BYTES + 1, file);

    if (ferror(file) || rows->len > CTL_ROWS_BYTES) {
        ctl_complain("\"%s\": %s", rows->file,
                     ferror(file) ? strerror(errno) : "it is too large");
        (void) fclose(file);
        return CTL_FAILURE;
    }

    (void) fclose(file);

    return CTL_OK;
}


void
ctl_rows_wrong(ctl_rows_t *rows, uint32_t line, const char *format, ...)
{
    char     text[256];
    va_list  args;

    if (rows->errors++ >= CTL_ROWS_SHOWN) {
        return;
    }

    va_start(args, format);
    (void) vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    ctl_complain("%s:%u: %s", rows->file, (unsigned) line, text);
}


bool
ctl_rows_truth(store_slice_t text, bool *truth)
{
    size_t  i;

    static const char *const  words[] = {
        "no", "yes", "false", "true", "0", "1"
    };

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (text.len == strlen(words[i])
            && memcmp(text.data, words[i], text.len) == 0)
        {
            *truth = i % 2;
            return true;
        }
    }

    return false;
}


static ctl_row_t *
add(ctl_rows_t *rows, uint32_t line)
{
    ctl_row_t  *row;

    if (rows->n == CTL_ROWS_MAX) {
        ctl_rows_wrong(rows, line, "more than %u users: split the file",
                       CTL_ROWS_MAX);
        return NULL;
    }

    row = &rows->rows[rows->n++];
    row->line = line;

    return row;
}


/* The first row names the columns, in any order. */

static bool
from_csv(ctl_rows_t *rows)
{
    int             i, n, head;
    int             columns[CTL_ROW_FIELDS];
    uint32_t        line;
    ctl_csv_t       csv = { rows->text, rows->len, 0, 1 };
    ctl_row_t      *row;
    const char     *wrong;
    store_slice_t   cells[CTL_ROW_FIELDS];

    head = ctl_csv_next(&csv, cells, CTL_ROW_FIELDS, &wrong);

    if (head <= 0) {
        ctl_rows_wrong(rows, 1, "%s", head == 0 ? "the file is empty" : wrong);
        return false;
    }

    if (!csv_head(rows, cells, head, columns)) {
        return false;
    }

    for ( ;; ) {
        line = csv.line;
        n = ctl_csv_next(&csv, cells, CTL_ROW_FIELDS, &wrong);

        if (n == 0) {
            return true;
        }

        if (n != head) {
            ctl_rows_wrong(rows, line, "%s", n == -1 ? wrong : "it has not as "
                           "many cells as the first line");
            if (n == -1) {
                return false;
            }
            continue;
        }

        row = add(rows, line);

        if (row == NULL) {
            return false;
        }

        for (i = 0; i < n; i++) {
            row->fields[columns[i]] = cells[i];
            row->given |= 1u << columns[i];
        }
    }
}


static bool
csv_head(ctl_rows_t *rows, const store_slice_t *cells, int n,
    int columns[CTL_ROW_FIELDS])
{
    int       i, k;
    uint32_t  seen = 0;

    for (i = 0; i < n; i++) {

        for (k = 0; k < CTL_ROW_FIELDS; k++) {
            if (cells[i].len == strlen(ctl_row_names[k])
                && memcmp(cells[i].data, ctl_row_names[k], cells[i].len) == 0)
            {
                break;
            }
        }

        if (k == CTL_ROW_FIELDS || (seen & 1u << k)) {
            ctl_rows_wrong(rows, 1, "\"%.*s\" is no column, or comes twice",
                           (int) (cells[i].len < 64 ? cells[i].len : 64),
                           (const char *) cells[i].data);
            return false;
        }

        seen |= 1u << k;
        columns[i] = k;
    }

    if ((seen & 1u << CTL_ROW_NAME) == 0) {
        ctl_rows_wrong(rows, 1, "the first line names no column \"name\"");
        return false;
    }

    return true;
}


/* [{...}, ...], or that as the member "users" of an object. */

static bool
from_json(ctl_rows_t *rows)
{
    size_t    at, end;
    uint32_t  line, began;

    at = 0;
    line = 1;

    if (!json_begin(rows, &at, &line)) {
        ctl_rows_wrong(rows, line, "a list of users must begin here");
        return false;
    }

    for ( ;; ) {
        skip(rows, &at, &line);

        if (at < rows->len && rows->text[at] == ']') {
            return true;
        }

        began = line;
        end = object_end(rows, at, &line);

        if (end == 0) {
            ctl_rows_wrong(rows, began, "a user must begin and end here");
            return false;
        }

        json_row(rows, at, end, began);

        if (rows->n == CTL_ROWS_MAX) {
            (void) add(rows, began);
            return false;
        }

        at = end;
        skip(rows, &at, &line);

        if (at < rows->len && rows->text[at] == ',') {
            at++;

        } else if (at == rows->len || rows->text[at] != ']') {
            ctl_rows_wrong(rows, line, "a comma or the list's end must be "
                           "here");
            return false;
        }
    }
}


static void
json_row(ctl_rows_t *rows, size_t from, size_t to, uint32_t line)
{
    int                    k;
    ctl_row_t             *row;
    policy_error_t         error;
    policy_body_member_t   m[CTL_ROW_FIELDS];

    memset(m, 0, sizeof(m));
    memset(&error, 0, sizeof(error));

    for (k = 0; k < CTL_ROW_FIELDS; k++) {
        m[k].name = ctl_row_names[k];
        m[k].type = k >= CTL_ROW_LICENSED ? POLICY_MEMBER_BOOL
                                          : POLICY_MEMBER_TEXT;
    }

    if (policy_body_read(rows->text + from, to - from, m, CTL_ROW_FIELDS,
                         rows->texts + from, &error)
        != POLICY_OK)
    {
        ctl_rows_wrong(rows, line + (error.line ? error.line - 1 : 0), "%s",
                       error.text);
        return;
    }

    row = add(rows, line);

    for (k = 0; row != NULL && k < CTL_ROW_FIELDS; k++) {
        if (!m[k].given) {
            continue;
        }

        row->given |= 1u << k;
        row->fields[k].data = (const uint8_t *) m[k].text.data;
        row->fields[k].len = m[k].text.len;

        if (k >= CTL_ROW_LICENSED) {
            row->fields[k] = ctl_slice(m[k].truth ? "true" : "false");
        }
    }
}


static bool
json_begin(ctl_rows_t *rows, size_t *at, uint32_t *line)
{
    static const char  word[] = "\"users\"";

    skip(rows, at, line);

    if (*at < rows->len && rows->text[*at] == '{') {
        (*at)++;
        skip(rows, at, line);

        if (rows->len - *at < sizeof(word)
            || memcmp(rows->text + *at, word, sizeof(word) - 1) != 0)
        {
            return false;
        }

        *at += sizeof(word) - 1;
        skip(rows, at, line);

        if (*at == rows->len || rows->text[(*at)++] != ':') {
            return false;
        }

        skip(rows, at, line);
    }

    return *at < rows->len && rows->text[(*at)++] == '[';
}


/* Behind the brace that ends the flat object at `at`; 0: there is none. */

static size_t
object_end(const ctl_rows_t *rows, size_t at, uint32_t *line)
{
    bool    inside = false;
    size_t  i;

    if (at == rows->len || rows->text[at] != '{') {
        return 0;
    }

    for (i = at; i < rows->len; i++) {

        *line += rows->text[i] == '\n';

        if (inside && rows->text[i] == '\\') {
            i++;

        } else if (rows->text[i] == '"') {
            inside = !inside;

        } else if (!inside && rows->text[i] == '}') {
            return i + 1;
        }
    }

    return 0;
}


static void
skip(const ctl_rows_t *rows, size_t *at, uint32_t *line)
{
    while (*at < rows->len && rows->text[*at] != '\0'
           && strchr(" \t\r\n", rows->text[*at]) != NULL)
    {
        *line += rows->text[*at] == '\n';
        (*at)++;
    }
}
