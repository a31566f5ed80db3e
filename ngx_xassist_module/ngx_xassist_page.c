#include "ngx_xassist_page.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_json.h"


#define NGX_XASSIST_PAGE_PROBLEM  "application/problem+json"


static const struct {
    ngx_str_t   key;
    ngx_str_t   value;
} ngx_xassist_page_headers[] = {

    { ngx_string("Cache-Control"), ngx_string("no-store") },

    { ngx_string("Content-Security-Policy"),
      ngx_string("default-src 'none'; style-src 'self'; script-src 'self'; "
                 "img-src 'self'; connect-src 'self'; form-action 'self'; "
                 "base-uri 'none'; frame-ancestors 'none'") },

    /* With no-referrer a form would post "Origin: null". */
    { ngx_string("Referrer-Policy"), ngx_string("strict-origin") },

    { ngx_string("X-Content-Type-Options"), ngx_string("nosniff") }
};


static const ngx_str_t  ngx_xassist_languages[NGX_XASSIST_LANGUAGES] = {
    [NGX_XASSIST_EN] = ngx_string("en"),
    [NGX_XASSIST_DE] = ngx_string("de"),
    [NGX_XASSIST_FR] = ngx_string("fr")
};


static ngx_int_t ngx_xassist_page_body(ngx_http_request_t *r,
    ngx_xassist_reason_t reason, ngx_uint_t status, const char **type,
    ngx_str_t *body);
static ngx_int_t ngx_xassist_page_problem(ngx_http_request_t *r,
    const ngx_xassist_reason_row_t *row, ngx_uint_t status, ngx_str_t *body);
static ngx_int_t ngx_xassist_page_refused(ngx_http_request_t *r,
    const ngx_xassist_reason_row_t *row, ngx_uint_t status, ngx_str_t *body);
static ngx_int_t ngx_xassist_page_here(ngx_http_request_t *r,
    ngx_str_t *here);
static ngx_int_t ngx_xassist_page_common(ngx_http_request_t *r,
    ngx_uint_t status, const char *type, size_t len);
static ngx_int_t ngx_xassist_page_add(ngx_http_request_t *r,
    const ngx_str_t *key, const ngx_str_t *value);


char *
ngx_xassist_page_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_str_t            *value, path;
    ngx_uint_t            i;
    ngx_xassist_pages_t  *pages;

    ngx_xassist_template_t  **template;

    static const struct {
        ngx_str_t            name;
        size_t               offset;
    } files[] = {
        { ngx_string("join.html"), offsetof(ngx_xassist_pages_t, join) },
        { ngx_string("refused.html"), offsetof(ngx_xassist_pages_t, refused) },
        { ngx_string("waiting.html"), offsetof(ngx_xassist_pages_t, waiting) },
        { ngx_string("signin.html"), offsetof(ngx_xassist_pages_t, signin) },
        { ngx_string("card.html"), offsetof(ngx_xassist_pages_t, card) }
    };

    if (xlcf->pages != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    pages = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_pages_t));
    if (pages == NULL) {
        return NGX_CONF_ERROR;
    }

    pages->folder = value[1];

    if (ngx_conf_full_name(cf->cycle, &pages->folder, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {

        path.len = pages->folder.len + 1 + files[i].name.len;
        path.data = ngx_pnalloc(cf->pool, path.len + 1);
        if (path.data == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_sprintf(path.data, "%V/%V%Z", &pages->folder, &files[i].name);

        template = (ngx_xassist_template_t **) ((u_char *) pages
                                                + files[i].offset);

        *template = ngx_xassist_template_load(cf, &path);
        if (*template == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    xlcf->pages = pages;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_xassist_page_refuse(ngx_xassist_ctx_t *ctx)
{
    const ngx_xassist_reason_row_t  *row;

    row = ngx_xassist_reason(ctx->reason);

    ctx->refused = 1;
    ctx->status = row->status;

    if (ctx->status != NGX_HTTP_UNAUTHORIZED
        && ctx->status != NGX_HTTP_SERVICE_UNAVAILABLE)
    {
        ctx->status = NGX_HTTP_FORBIDDEN;
    }

    return ctx->status;
}


ngx_int_t
ngx_xassist_page_unavailable(ngx_xassist_ctx_t *ctx)
{
    ctx->verdict = NGX_XASSIST_ERROR;
    ctx->reason = NGX_XASSIST_R_STORE_UNAVAILABLE;

    return ngx_xassist_page_refuse(ctx);
}


ngx_int_t
ngx_xassist_page_header(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    const char  *type;

    if (ngx_xassist_page_body(r, ctx->reason, ctx->status, &type, &ctx->page)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_xassist_page_common(r, ctx->status, type, ctx->page.len);
}


ngx_int_t
ngx_xassist_page_send_reason(ngx_http_request_t *r,
    ngx_xassist_reason_t reason)
{
    ngx_str_t    body;
    ngx_uint_t   status;
    const char  *type;

    status = ngx_xassist_reason(reason)->status;

    if (ngx_xassist_page_body(r, reason, status, &type, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_page_send(r, status, type, &body);
}


static ngx_int_t
ngx_xassist_page_body(ngx_http_request_t *r, ngx_xassist_reason_t reason,
    ngx_uint_t status, const char **type, ngx_str_t *body)
{
    ngx_xassist_loc_conf_t          *xlcf;
    const ngx_xassist_reason_row_t  *row;

    row = ngx_xassist_reason(reason);
    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (xlcf->pages != NULL && ngx_xassist_page_browser(r)) {
        *type = NGX_XASSIST_PAGE_HTML;
        return ngx_xassist_page_refused(r, row, status, body);
    }

    *type = NGX_XASSIST_PAGE_PROBLEM;

    return ngx_xassist_page_problem(r, row, status, body);
}


/* RFC 9457; `reason` is the code to act upon. */

static ngx_int_t
ngx_xassist_page_problem(ngx_http_request_t *r,
    const ngx_xassist_reason_row_t *row, ngx_uint_t status, ngx_str_t *body)
{
    u_char               *p;
    ngx_str_t             type;
    ngx_xassist_json_t    json;

    type.len = sizeof("urn:xassist:reason:") - 1 + row->code.len;
    type.data = ngx_pnalloc(r->pool, type.len);
    if (type.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(type.data, "urn:xassist:reason:",
                   sizeof("urn:xassist:reason:") - 1);
    ngx_memcpy(p, row->code.data, row->code.len);

    ngx_xassist_json_init(&json, r->pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_str(&json, "type", &type);
    ngx_xassist_json_str(&json, "title", &row->what[NGX_XASSIST_EN]);
    ngx_xassist_json_number(&json, "status", status);
    ngx_xassist_json_str(&json, "detail", &row->next[NGX_XASSIST_EN]);
    ngx_xassist_json_str(&json, "reason", &row->code);
    ngx_xassist_json_close(&json, '}');

    return ngx_xassist_json_done(&json, body);
}


static ngx_int_t
ngx_xassist_page_refused(ngx_http_request_t *r,
    const ngx_xassist_reason_row_t *row, ngx_uint_t status, ngx_str_t *body)
{
    u_char                   text[NGX_INT_T_LEN];
    ngx_uint_t               n;
    ngx_xassist_field_t      fields[10];
    ngx_xassist_language_t   language;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);
    language = ngx_xassist_page_language(r);

    n = ngx_xassist_page_fields(fields, language);

    ngx_str_set(&fields[n].name, "status");
    fields[n].value.data = text;
    fields[n++].value.len = ngx_sprintf(text, "%ui", status) - text;

    ngx_str_set(&fields[n].name, "reason");
    fields[n++].value = row->code;

    ngx_str_set(&fields[n].name, "title");
    fields[n++].value = row->what[language];

    ngx_str_set(&fields[n].name, "text");
    fields[n++].value = row->what[language];

    ngx_str_set(&fields[n].name, "next");
    fields[n++].value = row->next[language];

    fields[n].name = row->code;
    ngx_str_set(&fields[n].value, "1");
    n++;

    if (row->retry) {
        ngx_str_set(&fields[n].name, "retry");
        ngx_str_set(&fields[n].value, "1");
        n++;
    }

    if (ngx_xassist_page_here(r, &fields[n].value) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_str_set(&fields[n].name, "here");
    n++;

    return ngx_xassist_template_render(r->pool, xlcf->pages->refused, fields,
                                       n, body);
}


/* What was asked for, to come back to; escaped for a query string. */

static ngx_int_t
ngx_xassist_page_here(ngx_http_request_t *r, ngx_str_t *here)
{
    u_char     *p;
    uintptr_t   more;
    ngx_str_t  *uri;

    uri = &r->unparsed_uri;

    if (r->method != NGX_HTTP_GET) {
        ngx_str_null(here);
        return NGX_OK;
    }

    more = ngx_escape_uri(NULL, uri->data, uri->len,
                          NGX_ESCAPE_URI_COMPONENT);

    p = ngx_pnalloc(r->pool, uri->len + 2 * more);
    if (p == NULL) {
        return NGX_ERROR;
    }

    here->data = p;
    here->len = (u_char *) ngx_escape_uri(p, uri->data, uri->len,
                                          NGX_ESCAPE_URI_COMPONENT) - p;

    return NGX_OK;
}


ngx_uint_t
ngx_xassist_page_fields(ngx_xassist_field_t *fields,
    ngx_xassist_language_t language)
{
    ngx_str_set(&fields[0].name, "lang");
    fields[0].value = ngx_xassist_languages[language];

    fields[1].name = ngx_xassist_languages[language];
    ngx_str_set(&fields[1].value, "1");

    return 2;
}


ngx_int_t
ngx_xassist_page_send(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, ngx_str_t *body)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    if (ngx_xassist_page_common(r, status, type, body->len) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = body->len ? 1 : 0;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_xassist_page_stream(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (ngx_xassist_page_common(r, NGX_HTTP_OK, "text/event-stream", 0)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    r->headers_out.content_length_n = -1;

    rc = ngx_http_send_header(r);

    return rc == NGX_OK ? ngx_http_send_special(r, NGX_HTTP_FLUSH) : rc;
}


static ngx_int_t
ngx_xassist_page_common(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, size_t len)
{
    ngx_uint_t        i;
    static const struct {
        ngx_uint_t    status;
        ngx_str_t     key;
        ngx_str_t     value;
    } more[] = {
        { NGX_HTTP_UNAUTHORIZED, ngx_string("WWW-Authenticate"),
          ngx_string("Bearer realm=\"xassist\"") },
        { NGX_HTTP_SERVICE_UNAVAILABLE, ngx_string("Retry-After"),
          ngx_string("1") }
    };

    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    r->headers_out.status = status;
    r->headers_out.content_length_n = len;

    if (r->headers_out.content_length) {
        r->headers_out.content_length->hash = 0;
        r->headers_out.content_length = NULL;
    }

    r->headers_out.content_type.data = (u_char *) type;
    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    ngx_str_null(&r->headers_out.charset);

    for (i = 0;
         i < sizeof(ngx_xassist_page_headers)
             / sizeof(ngx_xassist_page_headers[0]);
         i++)
    {
        if (ngx_xassist_page_add(r, &ngx_xassist_page_headers[i].key,
                                 &ngx_xassist_page_headers[i].value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        if (more[i].status == status
            && ngx_xassist_page_add(r, &more[i].key, &more[i].value)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_xassist_page_retry(ngx_http_request_t *r, ngx_uint_t seconds)
{
    u_char     *p;
    ngx_str_t   value;

    static const ngx_str_t  key = ngx_string("Retry-After");

    p = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;
    value.len = ngx_sprintf(p, "%ui", seconds) - p;

    return ngx_xassist_page_add(r, &key, &value);
}


static ngx_int_t
ngx_xassist_page_add(ngx_http_request_t *r, const ngx_str_t *key,
    const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));
    h->hash = 1;
    h->key = *key;
    h->value = *value;

    return NGX_OK;
}


ngx_uint_t
ngx_xassist_page_browser(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    h = ngx_xassist_header(r, "accept", sizeof("accept") - 1);

    return h != NULL
           && ngx_strlcasestrn(h->value.data, h->value.data + h->value.len,
                               (u_char *) "text/html",
                               sizeof("text/html") - 2)
              != NULL;
}


ngx_xassist_language_t
ngx_xassist_page_language(ngx_http_request_t *r)
{
    u_char           *p, *end;
    ngx_str_t         value;
    ngx_uint_t        i;
    ngx_table_elt_t  *h;

    if (ngx_http_arg(r, (u_char *) "lang", 4, &value) == NGX_OK
        && value.len == 2)
    {
        for (i = 0; i < NGX_XASSIST_LANGUAGES; i++) {
            if (ngx_memcmp(value.data, ngx_xassist_languages[i].data, 2)
                == 0)
            {
                return i;
            }
        }
    }

    h = ngx_xassist_header(r, "accept-language",
                           sizeof("accept-language") - 1);
    if (h == NULL) {
        return NGX_XASSIST_EN;
    }

    /* Browsers list by preference; weights are not looked at. */

    end = h->value.data + h->value.len;

    for (p = h->value.data; p && end - p >= 2; /* void */) {

        for (i = 0; i < NGX_XASSIST_LANGUAGES; i++) {
            if (ngx_strncasecmp(p, ngx_xassist_languages[i].data, 2) == 0
                && (end - p == 2 || p[2] == '-' || p[2] == ','
                    || p[2] == ';'))
            {
                return i;
            }
        }

        p = ngx_strlchr(p, end, ',');

        while (p && p < end && (*p == ',' || *p == ' ')) {
            p++;
        }
    }

    return NGX_XASSIST_EN;
}
