#include "ngx_xassist_json.h"


static u_char *ngx_xassist_json_room(ngx_xassist_json_t *json, size_t n);
static void ngx_xassist_json_put(ngx_xassist_json_t *json, const void *data,
    size_t n);
static void ngx_xassist_json_name(ngx_xassist_json_t *json,
    const char *name);
static void ngx_xassist_json_quote(ngx_xassist_json_t *json,
    const u_char *data, size_t len);


void
ngx_xassist_json_init(ngx_xassist_json_t *json, ngx_pool_t *pool)
{
    ngx_memzero(json, sizeof(ngx_xassist_json_t));
    json->pool = pool;
}


static u_char *
ngx_xassist_json_room(ngx_xassist_json_t *json, size_t n)
{
    size_t   size;
    u_char  *data;

    if (json->failed) {
        return NULL;
    }

    if (json->size - json->len < n) {

        size = ngx_max(2 * json->size, json->len + n);
        size = ngx_max(size, 512);

        data = ngx_pnalloc(json->pool, size);
        if (data == NULL) {
            json->failed = 1;
            return NULL;
        }

        if (json->len) {
            ngx_memcpy(data, json->data, json->len);
        }

        json->data = data;
        json->size = size;
    }

    return json->data + json->len;
}


static void
ngx_xassist_json_put(ngx_xassist_json_t *json, const void *data, size_t n)
{
    u_char  *p;

    p = ngx_xassist_json_room(json, n);

    if (p != NULL) {
        ngx_memcpy(p, data, n);
        json->len += n;
    }
}


static void
ngx_xassist_json_name(ngx_xassist_json_t *json, const char *name)
{
    if (json->comma) {
        ngx_xassist_json_put(json, ",", 1);
    }

    json->comma = 1;

    if (name != NULL) {
        ngx_xassist_json_quote(json, (const u_char *) name,
                               ngx_strlen(name));
        ngx_xassist_json_put(json, ":", 1);
    }
}


void
ngx_xassist_json_open(ngx_xassist_json_t *json, const char *name,
    u_char bracket)
{
    ngx_xassist_json_name(json, name);
    ngx_xassist_json_put(json, &bracket, 1);
    json->comma = 0;
}


void
ngx_xassist_json_close(ngx_xassist_json_t *json, u_char bracket)
{
    ngx_xassist_json_put(json, &bracket, 1);
    json->comma = 1;
}


static void
ngx_xassist_json_quote(ngx_xassist_json_t *json, const u_char *data,
    size_t len)
{
    u_char        *p, *from, *last;
    uint32_t       ch;
    const u_char  *end;

    /* Six bytes is the longest any input byte becomes. */

    p = ngx_xassist_json_room(json, 6 * len + 2);
    if (p == NULL) {
        return;
    }

    from = p;
    *p++ = '"';

    for (end = data + len; data < end; /* void */) {

        last = (u_char *) data;

        if (*data < 0x80) {
            ch = *data++;

        } else {
            ch = ngx_utf8_decode((u_char **) &data, end - data);

            if (ch > 0x10ffff || (ch >= 0xd800 && ch <= 0xdfff)) {
                data = last + 1;
                p = ngx_cpymem(p, "\xEF\xBF\xBD", 3);
                continue;
            }
        }

        if (ch == '"' || ch == '\\') {
            *p++ = '\\';
            *p++ = (u_char) ch;

        } else if (ch < 0x20 || ch == 0x7f) {
            p = ngx_sprintf(p, "\\u%04xD", ch);

        } else {
            p = ngx_cpymem(p, last, data - last);
        }
    }

    *p++ = '"';
    json->len += p - from;
}


void
ngx_xassist_json_text(ngx_xassist_json_t *json, const char *name,
    const u_char *data, size_t len)
{
    ngx_xassist_json_name(json, name);
    ngx_xassist_json_quote(json, data, len);
}


void
ngx_xassist_json_str(ngx_xassist_json_t *json, const char *name,
    const ngx_str_t *value)
{
    ngx_xassist_json_text(json, name, value->data, value->len);
}


void
ngx_xassist_json_slice(ngx_xassist_json_t *json, const char *name,
    const store_slice_t *value)
{
    ngx_xassist_json_text(json, name, value->data, value->len);
}


void
ngx_xassist_json_word(ngx_xassist_json_t *json, const char *name,
    const char *word)
{
    ngx_xassist_json_text(json, name, (const u_char *) word,
                          ngx_strlen(word));
}


void
ngx_xassist_json_id(ngx_xassist_json_t *json, const char *name,
    const store_id_t *id)
{
    u_char  text[NGX_XASSIST_ID_TEXT];

    if (store_id_none(id)) {
        ngx_xassist_json_null(json, name);
        return;
    }

    (void) ngx_xassist_id_text(text, id);
    ngx_xassist_json_text(json, name, text, NGX_XASSIST_ID_TEXT);
}


void
ngx_xassist_json_number(ngx_xassist_json_t *json, const char *name,
    uint64_t value)
{
    u_char  buf[NGX_INT64_LEN];

    ngx_xassist_json_name(json, name);
    ngx_xassist_json_put(json, buf, ngx_sprintf(buf, "%uL", value) - buf);
}


void
ngx_xassist_json_null(ngx_xassist_json_t *json, const char *name)
{
    ngx_xassist_json_name(json, name);
    ngx_xassist_json_put(json, "null", 4);
}


void
ngx_xassist_json_bool(ngx_xassist_json_t *json, const char *name,
    ngx_uint_t value)
{
    ngx_xassist_json_name(json, name);
    ngx_xassist_json_put(json, value ? "true" : "false", value ? 4 : 5);
}


void
ngx_xassist_json_time(ngx_xassist_json_t *json, const char *name, uint64_t ms)
{
    ngx_tm_t  tm;
    u_char    buf[sizeof("\"9999-12-31T23:59:59.999Z\"")];

    ngx_xassist_json_name(json, name);

    if (ms == 0 || ms / 1000 > 253402300799ULL) {
        ngx_xassist_json_put(json, "null", 4);
        return;
    }

    ngx_gmtime((time_t) (ms / 1000), &tm);

    ngx_xassist_json_put(json, buf,
        ngx_sprintf(buf, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03uLZ\"",
                    tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                    tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec, ms % 1000)
        - buf);
}


ngx_int_t
ngx_xassist_json_done(ngx_xassist_json_t *json, ngx_str_t *out)
{
    ngx_xassist_json_put(json, "\n", 1);

    out->data = json->data;
    out->len = json->len;

    return json->failed ? NGX_ERROR : NGX_OK;
}
