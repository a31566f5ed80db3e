/* CSV, read and written. */

#include <string.h>

#include <xassistctl/csv.h>


static bool cell(ctl_csv_t *csv, store_slice_t *out, const char **wrong);
static bool quoted(ctl_csv_t *csv, store_slice_t *out, const char **wrong);
static bool line_end(const ctl_csv_t *csv);
static void skip_end(ctl_csv_t *csv);
static bool formula(store_slice_t text, size_t least);


int
ctl_csv_next(ctl_csv_t *csv, store_slice_t *cells, int max,
    const char **wrong)
{
    int  n;

    while (csv->at < csv->len && line_end(csv)) {
        skip_end(csv);
    }

    if (csv->at == csv->len) {
        return 0;
    }

    for (n = 0; n < max; ) {

        if (!cell(csv, &cells[n], wrong)) {
            return -1;
        }

        if (formula(cells[n], 1)) {
            cells[n].data++;
            cells[n].len--;
        }

        n++;

        if (csv->at == csv->len || line_end(csv)) {
            skip_end(csv);
            return n;
        }

        csv->at++;
    }

    *wrong = "there are too many cells";

    return -1;
}


static bool
cell(ctl_csv_t *csv, store_slice_t *out, const char **wrong)
{
    size_t  from = csv->at;

    if (csv->at < csv->len && csv->text[csv->at] == '"') {
        return quoted(csv, out, wrong);
    }

    while (csv->at < csv->len && csv->text[csv->at] != ','
           && !line_end(csv))
    {
        if (csv->text[csv->at] == '"') {
            *wrong = "a quote within a cell that is not quoted";
            return false;
        }

        csv->at++;
    }

    out->data = (const uint8_t *) csv->text + from;
    out->len = csv->at - from;

    return true;
}


/* What was read is never shorter than what comes of it. */

static bool
quoted(ctl_csv_t *csv, store_slice_t *out, const char **wrong)
{
    char    *to;
    size_t   from;

    from = ++csv->at;
    to = csv->text + from;

    for ( ;; ) {

        if (csv->at == csv->len) {
            *wrong = "a quoted cell does not end";
            return false;
        }

        if (csv->text[csv->at] == '"') {
            csv->at++;

            if (csv->at == csv->len || csv->text[csv->at] != '"') {
                break;
            }
        }

        csv->line += csv->text[csv->at] == '\n';
        *to++ = csv->text[csv->at++];
    }

    if (csv->at < csv->len && csv->text[csv->at] != ',' && !line_end(csv)) {
        *wrong = "something follows the end of a quoted cell";
        return false;
    }

    out->data = (const uint8_t *) csv->text + from;
    out->len = (size_t) (to - csv->text) - from;

    return true;
}


static bool
line_end(const ctl_csv_t *csv)
{
    return csv->text[csv->at] == '\n'
           || (csv->text[csv->at] == '\r' && csv->at + 1 < csv->len
               && csv->text[csv->at + 1] == '\n');
}


static void
skip_end(ctl_csv_t *csv)
{
    if (csv->at < csv->len) {
        csv->at += csv->text[csv->at] == '\r' ? 2 : 1;
        csv->line++;
    }
}


/* At least so many apostrophes, and then what begins a formula. */

static bool
formula(store_slice_t text, size_t least)
{
    size_t  i;

    for (i = 0; i < text.len && text.data[i] == '\''; i++) { /* void */ }

    return i >= least && i < text.len
           && strchr("=+-@\t\r", text.data[i]) != NULL
           && text.data[i] != '\0';
}


void
ctl_csv_cell(FILE *to, store_slice_t text, bool first)
{
    bool    quotes;
    size_t  i;

    if (!first) {
        (void) fputc(',', to);
    }

    quotes = formula(text, 0);

    for (i = 0; i < text.len && !quotes; i++) {
        quotes = strchr(",\"\r\n", text.data[i]) != NULL;
    }

    if (!quotes) {
        (void) (text.len != 0 && fwrite(text.data, 1, text.len, to));
        return;
    }

    (void) fputs(formula(text, 0) ? "\"'" : "\"", to);

    for (i = 0; i < text.len; i++) {
        (void) fputs(text.data[i] == '"' ? "\"" : "", to);
        (void) fputc(text.data[i], to);
    }

    (void) fputc('"', to);
}


void
ctl_csv_end(FILE *to)
{
    (void) fputs("\r\n", to);
}
