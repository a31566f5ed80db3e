#include "ngx_xassist_visit_page.h"
#include "ngx_xassist_app.h"
#include "ngx_xassist_cookie.h"
#include "ngx_xassist_page.h"


#define NGX_XASSIST_NONCE_LIFE    (15 * 60)            /* seconds */
#define NGX_XASSIST_BROWSER_LIFE  (30 * 24 * 60 * 60)

#define NGX_XASSIST_FIELDS        32


/* Fields of a page, gathered one by one; `failed` is asked once. */
typedef struct {
    ngx_http_request_t    *request;
    ngx_xassist_field_t    field[NGX_XASSIST_FIELDS];
    ngx_uint_t             n;
    unsigned               failed:1;
} ngx_xassist_fields_t;


static void ngx_xassist_visit_fields(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields, ngx_xassist_reason_t reason);
static void ngx_xassist_visit_called(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields);
static void ngx_xassist_visit_starts(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields);
static void ngx_xassist_visit_app(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields);
static void ngx_xassist_visit_nonce(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields);
static void ngx_xassist_visit_field(ngx_xassist_fields_t *fields,
    const char *name, const ngx_str_t *value);
static void ngx_xassist_visit_section(ngx_xassist_fields_t *fields,
    const char *name, ngx_uint_t shown);
static ngx_int_t ngx_xassist_visit_cookie(ngx_xassist_visit_t *visit);
static ngx_int_t ngx_xassist_visit_send(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields, const ngx_xassist_template_t *template,
    ngx_uint_t status);


ngx_int_t
ngx_xassist_visit_join_page(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t reason)
{
    ngx_xassist_fields_t     fields;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(visit->request, ngx_xassist_module);

    ngx_xassist_visit_fields(visit, &fields, reason);
    ngx_xassist_visit_nonce(visit, &fields);
    ngx_xassist_visit_app(visit, &fields);

    /* Relative, so that it holds under any prefix. */

    ngx_xassist_visit_field(&fields, "action", &visit->ctx->link);
    ngx_xassist_visit_field(&fields, "name", &visit->name);
    ngx_xassist_visit_field(&fields, "typed", &visit->typed);
    ngx_xassist_visit_field(&fields, "me", &visit->me);
    ngx_xassist_visit_field(&fields, "terms_version", &xlcf->terms_version);
    ngx_xassist_visit_field(&fields, "terms_url", &xlcf->terms_url);

    ngx_xassist_visit_section(&fields, "terms", visit->asks_terms);
    ngx_xassist_visit_section(&fields, "again", visit->link.same_browser);
    ngx_xassist_visit_section(&fields, "transfer", visit->transfer);
    ngx_xassist_visit_section(&fields, "external",
                              visit->link.kind == STORE_INV_EXTERNAL);
    ngx_xassist_visit_section(&fields, "request",
                              visit->link.kind == STORE_INV_SERVICE_REQUEST);

    if (!visit->known_browser && ngx_xassist_visit_cookie(visit) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_visit_send(visit, &fields, xlcf->pages->join,
                                  ngx_xassist_reason(reason)->status);
}


ngx_int_t
ngx_xassist_visit_waiting_page(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t reason)
{
    ngx_xassist_fields_t     fields;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(visit->request, ngx_xassist_module);

    ngx_xassist_visit_fields(visit, &fields, reason);

    if (reason == NGX_XASSIST_R_NONE) {
        ngx_xassist_visit_called(visit, &fields);
    }

    return ngx_xassist_visit_send(visit, &fields, xlcf->pages->waiting,
                                  ngx_xassist_reason(reason)->status);
}


/* Who joined and waits: in which call, and where it is entered. */

static void
ngx_xassist_visit_called(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields)
{
    u_char                  *p;
    ngx_str_t                id, url;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(visit->request, ngx_xassist_module);

    p = ngx_pnalloc(visit->request->pool, NGX_XASSIST_ID_TEXT);

    if (p == NULL || xlcf->call_page == NULL
        || ngx_http_complex_value(visit->request, xlcf->call_page, &url)
           != NGX_OK)
    {
        fields->failed = 1;
        return;
    }

    id.data = p;
    id.len = ngx_xassist_id_text(p, &visit->link.call) - p;

    ngx_xassist_visit_field(fields, "call", &id);
    ngx_xassist_visit_field(fields, "call_url", &url);
    ngx_xassist_visit_section(fields, "rings",
                              visit->ring > ngx_xassist_now());
}


/* What every page of a link says. */

static void
ngx_xassist_visit_fields(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields, ngx_xassist_reason_t reason)
{
    ngx_xassist_language_t           language;
    const ngx_xassist_reason_row_t  *row;

    row = ngx_xassist_reason(reason);
    language = ngx_xassist_page_language(visit->request);

    ngx_memzero(fields, sizeof(ngx_xassist_fields_t));
    fields->request = visit->request;
    fields->n = ngx_xassist_page_fields(fields->field, language);

    ngx_xassist_visit_field(fields, "title", &visit->title);
    ngx_xassist_visit_field(fields, "inviter", &visit->inviter);
    ngx_xassist_visit_field(fields, "reason", &row->code);
    ngx_xassist_visit_field(fields, "text", &row->what[language]);
    ngx_xassist_visit_field(fields, "next", &row->next[language]);
    ngx_xassist_visit_starts(visit, fields);
}


/* For scripts as RFC 3339, for people without one in words. */

static void
ngx_xassist_visit_starts(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields)
{
    u_char     *p;
    ngx_tm_t    tm;
    ngx_str_t   text;

    if (visit->link.starts_at == 0) {
        return;
    }

    p = ngx_pnalloc(visit->request->pool, 2 * sizeof("2026-01-01T00:00:00Z"));
    if (p == NULL) {
        fields->failed = 1;
        return;
    }

    ngx_gmtime((time_t) (visit->link.starts_at / 1000), &tm);

    text.data = p;
    p = ngx_sprintf(p, "%4d-%02d-%02dT%02d:%02d:%02dZ", tm.ngx_tm_year,
                    tm.ngx_tm_mon, tm.ngx_tm_mday, tm.ngx_tm_hour,
                    tm.ngx_tm_min, tm.ngx_tm_sec);
    text.len = p - text.data;
    ngx_xassist_visit_field(fields, "starts_at", &text);

    text.data = p;
    p = ngx_sprintf(p, "%4d-%02d-%02d %02d:%02d UTC", tm.ngx_tm_year,
                    tm.ngx_tm_mon, tm.ngx_tm_mday, tm.ngx_tm_hour,
                    tm.ngx_tm_min);
    text.len = p - text.data;
    ngx_xassist_visit_field(fields, "starts_text", &text);
}


/* Other devices: the whole link, and the app for this one. */

static void
ngx_xassist_visit_app(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields)
{
    ngx_str_t                 address, open, value;
    ngx_http_request_t       *r;
    const ngx_xassist_app_t  *app;

    r = visit->request;

    if (ngx_xassist_app_address(r, &visit->ctx->link, &address) != NGX_OK) {
        fields->failed = 1;
        return;
    }

    ngx_xassist_visit_field(fields, "link", &address);

    app = ngx_xassist_app(r);
    if (app == NULL) {
        return;
    }

    if (ngx_xassist_app_open(r, app, &address, &open) != NGX_OK) {
        fields->failed = 1;
        return;
    }

    ngx_xassist_visit_field(fields, "app", &open);
    ngx_xassist_visit_field(fields, "app_store", &app->store);
    ngx_xassist_visit_field(fields, "app_platform",
                            ngx_xassist_platform_name(app->platform));

    ngx_xassist_visit_section(fields, "app_missing",
                    ngx_http_arg(r, (u_char *) "app", 3, &value) == NGX_OK
                    && value.len == 3
                    && ngx_memcmp(value.data, "get", 3) == 0);
}


static void
ngx_xassist_visit_nonce(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields)
{
    uint32_t               expires;
    ngx_str_t              nonce;
    ngx_xassist_worker_t  *worker;

    worker = ngx_xassist_worker(visit->request);

    expires = (uint32_t) (ngx_xassist_now() / 1000 + NGX_XASSIST_NONCE_LIFE);

    nonce.len = POLICY_NONCE_LEN;
    nonce.data = ngx_pnalloc(visit->request->pool, POLICY_NONCE_LEN);

    if (nonce.data == NULL
        || policy_nonce_make(worker->conf->keys, visit->invitation.b,
                             visit->browser, expires, (char *) nonce.data)
           != POLICY_OK)
    {
        fields->failed = 1;
        return;
    }

    ngx_xassist_visit_field(fields, "nonce", &nonce);
}


static void
ngx_xassist_visit_field(ngx_xassist_fields_t *fields, const char *name,
    const ngx_str_t *value)
{
    ngx_xassist_field_t  *field;

    if (fields->n == NGX_XASSIST_FIELDS) {
        fields->failed = 1;
        return;
    }

    field = &fields->field[fields->n++];

    field->name.data = (u_char *) name;
    field->name.len = ngx_strlen(name);
    field->value = *value;
}


static void
ngx_xassist_visit_section(ngx_xassist_fields_t *fields, const char *name,
    ngx_uint_t shown)
{
    static const ngx_str_t  yes = ngx_string("1");

    if (shown) {
        ngx_xassist_visit_field(fields, name, &yes);
    }
}


static ngx_int_t
ngx_xassist_visit_cookie(ngx_xassist_visit_t *visit)
{
    u_char      text[NGX_XASSIST_BROWSER_TEXT];
    ngx_str_t   cookie;

    cookie.data = text;
    cookie.len = policy_base64url_encode(visit->browser, POLICY_BROWSER_LEN,
                                         (char *) text);

    return ngx_xassist_cookie_set(visit->request, NGX_XASSIST_COOKIE_BROWSER,
                                  &cookie, NGX_XASSIST_BROWSER_LIFE);
}


static ngx_int_t
ngx_xassist_visit_send(ngx_xassist_visit_t *visit,
    ngx_xassist_fields_t *fields, const ngx_xassist_template_t *template,
    ngx_uint_t status)
{
    ngx_str_t  body;

    if (fields->failed
        || ngx_xassist_template_render(visit->request->pool, template,
                                       fields->field, fields->n, &body)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_page_send(visit->request, status,
                                 NGX_XASSIST_PAGE_HTML, &body);
}
