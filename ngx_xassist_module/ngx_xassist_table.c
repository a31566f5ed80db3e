#include "ngx_xassist_table.h"
#include "ngx_xassist_page.h"


#define NGX_XASSIST_JSON    0
#define NGX_XASSIST_CSV     1
#define NGX_XASSIST_NDJSON  2

/* Rows of an export in one answer; ?from= goes on. */
#define NGX_XASSIST_EXPORT  10000


static const struct {
    ngx_str_t    name;
    const char  *type;
} ngx_xassist_formats[] = {
    { ngx_string("json"), NGX_XASSIST_PAGE_JSON },
    { ngx_string("csv"), "text/csv; charset=utf-8; header=present" },
    { ngx_string("ndjson"), "application/x-ndjson" }
};


static void ngx_xassist_table_put(ngx_xassist_table_t *table,
    const void *data, size_t len);
static void ngx_xassist_table_head(ngx_xassist_table_t *table);
static void ngx_xassist_table_csv(ngx_xassist_table_t *table,
    const void *record);
static void ngx_xassist_table_cell(ngx_xassist_table_t *table,
    const u_char *data, size_t len);
static void ngx_xassist_table_value(ngx_xassist_table_t *table,
    const ngx_xassist_column_t *column, const u_char *value);
static void ngx_xassist_table_ndjson(ngx_xassist_table_t *table,
    const void *record);
static store_slice_t ngx_xassist_table_user(ngx_xassist_api_t *api,
    const store_id_t *id);
static const char *ngx_xassist_table_word(const ngx_xassist_column_t *column,
    uint8_t value);


ngx_xassist_reason_t
ngx_xassist_table_open(ngx_xassist_table_t *table, ngx_xassist_api_t *api,
    const char *name, const ngx_xassist_column_t *columns)
{
    ngx_str_t             value;
    ngx_xassist_reason_t  reason;

    ngx_memzero(table, sizeof(ngx_xassist_table_t));
    table->api = api;
    table->name = name;
    table->columns = columns;

    if (ngx_http_arg(api->request, (u_char *) "format", 6, &value) == NGX_OK)
    {
        for (table->format = 0; table->format < 3; table->format++) {
            if (value.len == ngx_xassist_formats[table->format].name.len
                && ngx_memcmp(value.data,
                              ngx_xassist_formats[table->format].name.data,
                              value.len)
                   == 0)
            {
                break;
            }
        }

        if (table->format == 3) {
            return ngx_xassist_api_wrong(api, "format must be json, csv or "
                                              "ndjson");
        }
    }

    reason = ngx_xassist_api_page(api, &table->limit, &table->from);

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (table->format == NGX_XASSIST_JSON) {
        ngx_xassist_json_open(&api->json, name, '[');
        return NGX_XASSIST_R_NONE;
    }

    if (ngx_http_arg(api->request, (u_char *) "limit", 5, &value) != NGX_OK) {
        table->limit = NGX_XASSIST_EXPORT;
    }

    if (ngx_array_init(&table->text, api->request->pool, 4096, 1) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (table->format == NGX_XASSIST_CSV) {
        ngx_xassist_table_head(table);
    }

    return NGX_XASSIST_R_NONE;
}


bool
ngx_xassist_table_row(ngx_xassist_table_t *table, const void *record)
{
    if (table->rows == table->limit) {
        table->more = 1;
        return false;
    }

    table->rows++;

    switch (table->format) {

    case NGX_XASSIST_CSV:
        ngx_xassist_table_csv(table, record);
        break;

    case NGX_XASSIST_NDJSON:
        ngx_xassist_table_ndjson(table, record);
        break;

    default:
        ngx_xassist_json_open(&table->api->json, NULL, '{');
        ngx_xassist_table_members(table->api, table->columns, record);
        ngx_xassist_json_close(&table->api->json, '}');
        break;
    }

    return !table->failed;
}


ngx_xassist_reason_t
ngx_xassist_table_close(ngx_xassist_table_t *table)
{
    ngx_str_t           body;
    ngx_xassist_api_t  *api;

    api = table->api;

    if (table->failed) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (table->format == NGX_XASSIST_JSON) {
        ngx_xassist_json_close(&api->json, ']');
        ngx_xassist_json_bool(&api->json, "more", table->more);
        return NGX_XASSIST_R_NONE;
    }

    body.data = table->text.elts;
    body.len = table->text.nelts;

    api->sent = 1;
    api->rc = ngx_xassist_page_send(api->request, NGX_HTTP_OK,
                                    ngx_xassist_formats[table->format].type,
                                    &body);

    return NGX_XASSIST_R_NONE;
}


void
ngx_xassist_table_members(ngx_xassist_api_t *api,
    const ngx_xassist_column_t *columns, const void *record)
{
    const char                  *word;
    const u_char                *value;
    ngx_xassist_json_t          *json;
    const ngx_xassist_column_t  *column;

    json = &api->json;

    for (column = columns; column->name != NULL; column++) {

        value = (const u_char *) record + column->offset;

        switch (column->type) {

        case NGX_XASSIST_COLUMN_ID:
            ngx_xassist_json_id(json, column->name,
                                (const store_id_t *) value);
            break;

        case NGX_XASSIST_COLUMN_USER:
            if (store_id_equal((const store_id_t *) value, &store_anonymous))
            {
                ngx_xassist_json_word(json, column->name, "anonymous");
                break;
            }

            ngx_xassist_api_person(api, column->name,
                                   (const store_id_t *) value);
            break;

        case NGX_XASSIST_COLUMN_TEXT:
            ngx_xassist_json_slice(json, column->name,
                                   (const store_slice_t *) value);
            break;

        case NGX_XASSIST_COLUMN_TIME:
            ngx_xassist_json_time(json, column->name,
                                  *(const uint64_t *) value);
            break;

        case NGX_XASSIST_COLUMN_SECONDS:
            ngx_xassist_json_number(json, column->name,
                                    *(const uint64_t *) value / 1000);
            break;

        case NGX_XASSIST_COLUMN_COUNT:
            ngx_xassist_json_number(json, column->name,
                                    *(const uint32_t *) value);
            break;

        case NGX_XASSIST_COLUMN_WORD:
            word = ngx_xassist_table_word(column, *value);
            ngx_xassist_json_word(json, column->name, word);
            break;
        }
    }
}


static void
ngx_xassist_table_put(ngx_xassist_table_t *table, const void *data,
    size_t len)
{
    u_char  *p;

    if (len == 0 || table->failed) {
        return;
    }

    p = ngx_array_push_n(&table->text, len);
    if (p == NULL) {
        table->failed = 1;
        return;
    }

    ngx_memcpy(p, data, len);
}


/* A line of names; a user has a second column. */

static void
ngx_xassist_table_head(ngx_xassist_table_t *table)
{
    const ngx_xassist_column_t  *column;

    for (column = table->columns; column->name != NULL; column++) {

        if (column != table->columns) {
            ngx_xassist_table_put(table, ",", 1);
        }

        ngx_xassist_table_put(table, column->name, ngx_strlen(column->name));

        if (column->type == NGX_XASSIST_COLUMN_USER) {
            ngx_xassist_table_put(table, ",", 1);
            ngx_xassist_table_put(table, column->name,
                                  ngx_strlen(column->name));
            ngx_xassist_table_put(table, "_name", 5);
        }
    }

    ngx_xassist_table_put(table, "\r\n", 2);
}


static void
ngx_xassist_table_csv(ngx_xassist_table_t *table, const void *record)
{
    store_slice_t                name;
    const u_char                *value;
    const ngx_xassist_column_t  *column;

    for (column = table->columns; column->name != NULL; column++) {

        value = (const u_char *) record + column->offset;

        if (column != table->columns) {
            ngx_xassist_table_put(table, ",", 1);
        }

        ngx_xassist_table_value(table, column, value);

        if (column->type == NGX_XASSIST_COLUMN_USER) {
            name = ngx_xassist_table_user(table->api,
                                          (const store_id_t *) value);
            ngx_xassist_table_put(table, ",", 1);
            ngx_xassist_table_cell(table, name.data, name.len);
        }
    }

    ngx_xassist_table_put(table, "\r\n", 2);
}


static void
ngx_xassist_table_value(ngx_xassist_table_t *table,
    const ngx_xassist_column_t *column, const u_char *value)
{
    size_t                len;
    u_char                text[NGX_XASSIST_ID_TEXT + NGX_INT64_LEN];
    const char           *word;
    ngx_xassist_json_t    json;
    const store_slice_t  *slice;

    switch (column->type) {

    case NGX_XASSIST_COLUMN_ID:
    case NGX_XASSIST_COLUMN_USER:
        if (store_id_equal((const store_id_t *) value, &store_anonymous)) {
            ngx_xassist_table_put(table, "anonymous", 9);

        } else if (!store_id_none((const store_id_t *) value)) {
            (void) ngx_xassist_id_text(text, (const store_id_t *) value);
            ngx_xassist_table_put(table, text, NGX_XASSIST_ID_TEXT);
        }
        return;

    case NGX_XASSIST_COLUMN_TEXT:
        slice = (const store_slice_t *) value;
        ngx_xassist_table_cell(table, slice->data, slice->len);
        return;

    case NGX_XASSIST_COLUMN_TIME:
        if (*(const uint64_t *) value != 0) {
            ngx_xassist_json_init(&json, table->api->request->pool);
            ngx_xassist_json_time(&json, NULL, *(const uint64_t *) value);
            table->failed |= json.failed;
            ngx_xassist_table_put(table, json.data, json.len);
        }
        return;

    case NGX_XASSIST_COLUMN_SECONDS:
        len = ngx_sprintf(text, "%uL", *(const uint64_t *) value / 1000)
              - text;
        ngx_xassist_table_put(table, text, len);
        return;

    case NGX_XASSIST_COLUMN_COUNT:
        len = ngx_sprintf(text, "%uD", *(const uint32_t *) value) - text;
        ngx_xassist_table_put(table, text, len);
        return;

    case NGX_XASSIST_COLUMN_WORD:
        word = ngx_xassist_table_word(column, *value);
        ngx_xassist_table_put(table, word, ngx_strlen(word));
        return;
    }
}


/* A text that a spreadsheet would take for a formula gets a mark before. */

static void
ngx_xassist_table_cell(ngx_xassist_table_t *table, const u_char *data,
    size_t len)
{
    size_t  i, from;

    ngx_xassist_table_put(table, "\"", 1);

    if (len != 0 && (data[0] == '=' || data[0] == '+' || data[0] == '-'
                     || data[0] == '@'))
    {
        ngx_xassist_table_put(table, "'", 1);
    }

    for (i = 0, from = 0; i < len; i++) {
        if (data[i] == '"') {
            ngx_xassist_table_put(table, data + from, i - from + 1);
            from = i;
        }
    }

    ngx_xassist_table_put(table, data + from, len - from);
    ngx_xassist_table_put(table, "\"", 1);
}


static void
ngx_xassist_table_ndjson(ngx_xassist_table_t *table, const void *record)
{
    ngx_str_t            line;
    ngx_xassist_api_t   *api;
    ngx_xassist_json_t   before;

    api = table->api;
    before = api->json;

    ngx_xassist_json_init(&api->json, api->request->pool);
    ngx_xassist_json_open(&api->json, NULL, '{');
    ngx_xassist_table_members(api, table->columns, record);
    ngx_xassist_json_close(&api->json, '}');

    if (ngx_xassist_json_done(&api->json, &line) == NGX_OK) {
        ngx_xassist_table_put(table, line.data, line.len);

    } else {
        table->failed = 1;
    }

    ngx_pfree(api->request->pool, api->json.data);
    api->json = before;
}


static store_slice_t
ngx_xassist_table_user(ngx_xassist_api_t *api, const store_id_t *id)
{
    store_user_t   user;
    store_slice_t  none = { NULL, 0 };

    if (store_id_none(id)
        || store_user_get(api->worker->read, id, &user) != STORE_OK)
    {
        return none;
    }

    return user.display.len ? user.display : user.name;
}


static const char *
ngx_xassist_table_word(const ngx_xassist_column_t *column, uint8_t value)
{
    ngx_uint_t  i;

    for (i = 0; column->words[i] != NULL; i++) {
        if (i == value) {
            return column->words[i];
        }
    }

    return "";
}
