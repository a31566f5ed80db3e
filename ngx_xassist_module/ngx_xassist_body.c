#include "ngx_xassist_body.h"
#include "ngx_xassist_form.h"


static ngx_uint_t ngx_xassist_body_json(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_body_digits(const u_char **p, const u_char *end,
    size_t n, ngx_uint_t *value);
static ngx_int_t ngx_xassist_body_zone(const u_char *p, const u_char *end,
    int64_t *minutes);


ngx_xassist_reason_t
ngx_xassist_body_read(ngx_xassist_api_t *api)
{
    u_char          *texts;
    ngx_int_t        rc;
    ngx_str_t        body;
    ngx_uint_t       n;
    policy_error_t  *error;
    policy_status_t  status;

    rc = ngx_xassist_form_body(api->request, &body);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_XASSIST_R_TOO_LARGE
                                  : NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (body.len == 0) {
        ngx_str_set(&body, "{}");

    } else if (!ngx_xassist_body_json(api->request)) {
        return NGX_XASSIST_R_NOT_JSON;
    }

    for (n = 0; api->route->members[n].name != NULL; n++) { /* void */ }

    api->members = ngx_palloc(api->request->pool,
                              (n + 1) * sizeof(policy_body_member_t));
    error = ngx_palloc(api->request->pool, sizeof(policy_error_t));
    texts = ngx_pnalloc(api->request->pool, body.len);

    if (api->members == NULL || error == NULL || texts == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    ngx_memcpy(api->members, api->route->members,
               (n + 1) * sizeof(policy_body_member_t));

    status = policy_body_read((char *) body.data, body.len, api->members,
                              (uint32_t) n, (char *) texts, error);

    switch (status) {

    case POLICY_OK:
        return NGX_XASSIST_R_NONE;

    case POLICY_INVALID:
        return ngx_xassist_api_wrong(api, error->text);

    case POLICY_TOO_BIG:
        return NGX_XASSIST_R_TOO_LARGE;

    default:
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }
}


/* application/json, with or without parameters. */

static ngx_uint_t
ngx_xassist_body_json(ngx_http_request_t *r)
{
    size_t      len;
    ngx_str_t  *value;

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    len = sizeof("application/json") - 1;
    value = &r->headers_in.content_type->value;

    return value->len >= len
           && ngx_strncasecmp(value->data, (u_char *) "application/json",
                              len)
              == 0
           && (value->len == len || value->data[len] == ';'
               || value->data[len] == ' ');
}


ngx_xassist_reason_t
ngx_xassist_api_wrong(ngx_xassist_api_t *api, const char *detail)
{
    api->detail = detail;

    return NGX_XASSIST_R_INVALID_REQUEST;
}


ngx_xassist_reason_t
ngx_xassist_api_page(ngx_xassist_api_t *api, ngx_uint_t *limit,
    uint64_t *from)
{
    u_char     *last;
    ngx_int_t   n;
    ngx_str_t   value, text;

    *limit = NGX_XASSIST_API_LIST;
    *from = 0;

    if (ngx_http_arg(api->request, (u_char *) "limit", 5, &value) == NGX_OK) {

        n = ngx_atoi(value.data, value.len);

        if (n < 1 || n > NGX_XASSIST_API_LIST_MAX) {
            return ngx_xassist_api_wrong(api, "limit must be 1 to 200");
        }

        *limit = n;
    }

    if (ngx_http_arg(api->request, (u_char *) "from", 4, &value) == NGX_OK) {

        text.data = ngx_pnalloc(api->request->pool, value.len + 1);
        if (text.data == NULL) {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }

        last = text.data;
        ngx_unescape_uri(&last, &value.data, value.len, 0);

        if (ngx_xassist_api_time(text.data, last - text.data, from)
            != NGX_OK)
        {
            return ngx_xassist_api_wrong(api, "from must be a time as in "
                                              "RFC 3339");
        }
    }

    return NGX_XASSIST_R_NONE;
}


/* 2026-11-22T13:00:00Z, 2026-11-22T14:00:00.250+01:00 */

ngx_int_t
ngx_xassist_api_time(const u_char *data, size_t len, uint64_t *ms)
{
    size_t         i;
    int64_t        days, minutes, seconds, year;
    ngx_uint_t     part[6], fraction, n;
    const u_char  *p, *end;

    static const u_char      after[] = "--T::";
    static const ngx_uint_t  least[] = { 1970, 1, 1, 0, 0, 0 };
    static const ngx_uint_t  most[] = { 9999, 12, 31, 23, 59, 59 };

    p = data;
    end = data + len;

    for (i = 0; i < 6; i++) {

        if (ngx_xassist_body_digits(&p, end, i == 0 ? 4 : 2, &part[i])
            != NGX_OK
            || part[i] < least[i] || part[i] > most[i])
        {
            return NGX_ERROR;
        }

        if (i < 5 && (p == end || *p++ != after[i])) {
            return NGX_ERROR;
        }
    }

    fraction = 0;

    if (p < end && *p == '.') {

        for (p++, n = 100; p < end && *p >= '0' && *p <= '9'; p++) {
            fraction += (*p - '0') * n;
            n /= 10;
        }
    }

    if (ngx_xassist_body_zone(p, end, &minutes) != NGX_OK) {
        return NGX_ERROR;
    }

    /* Gauss: the year begins in March, so that its length comes last. */

    year = (int64_t) part[0] - (part[1] <= 2);
    days = 365 * year + year / 4 - year / 100 + year / 400
           + (153 * ((int64_t) part[1] + (part[1] > 2 ? -3 : 9)) + 2) / 5
           + (int64_t) part[2] - 719469;

    seconds = ((days * 24 + (int64_t) part[3]) * 60 + (int64_t) part[4]
               - minutes) * 60 + (int64_t) part[5];

    if (seconds < 0) {
        return NGX_ERROR;
    }

    *ms = (uint64_t) seconds * 1000 + fraction;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_body_digits(const u_char **p, const u_char *end, size_t n,
    ngx_uint_t *value)
{
    *value = 0;

    if ((size_t) (end - *p) < n) {
        return NGX_ERROR;
    }

    for ( /* void */ ; n; n--, (*p)++) {

        if (**p < '0' || **p > '9') {
            return NGX_ERROR;
        }

        *value = *value * 10 + (**p - '0');
    }

    return NGX_OK;
}


/* Z, +01:00, -08:00: to the end of the text. */

static ngx_int_t
ngx_xassist_body_zone(const u_char *p, const u_char *end, int64_t *minutes)
{
    u_char      sign;
    ngx_uint_t  hour, minute;

    *minutes = 0;

    if (end - p == 1 && *p == 'Z') {
        return NGX_OK;
    }

    if (end - p != sizeof("+00:00") - 1 || (*p != '+' && *p != '-')
        || p[3] != ':')
    {
        return NGX_ERROR;
    }

    sign = *p++;

    if (ngx_xassist_body_digits(&p, end, 2, &hour) != NGX_OK) {
        return NGX_ERROR;
    }

    p++;

    if (ngx_xassist_body_digits(&p, end, 2, &minute) != NGX_OK
        || hour > 23 || minute > 59)
    {
        return NGX_ERROR;
    }

    *minutes = (int64_t) (hour * 60 + minute);

    if (sign == '-') {
        *minutes = -*minutes;
    }

    return NGX_OK;
}
