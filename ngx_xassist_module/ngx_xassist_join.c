#include "ngx_xassist_join.h"
#include "ngx_xassist_cookie.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_form.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_visit.h"
#include "ngx_xassist_visit_page.h"


static ngx_int_t ngx_xassist_join_handler(ngx_http_request_t *r);
static void ngx_xassist_join_post(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_join_redeem(ngx_http_request_t *r);
static ngx_xassist_reason_t ngx_xassist_join_form(ngx_xassist_visit_t *visit,
    const ngx_str_t *body);
static void ngx_xassist_join_resume(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_join_redeemed(ngx_xassist_visit_t *visit);
static ngx_int_t ngx_xassist_join_lead(ngx_xassist_visit_t *visit);
static ngx_int_t ngx_xassist_join_wait_url(ngx_xassist_visit_t *visit,
    ngx_str_t *url);
static ngx_int_t ngx_xassist_join_answer(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t reason);


char *
ngx_xassist_join_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_xassist_join_handler;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_xassist_join_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_str_t              value;
    ngx_xassist_visit_t   *visit;
    ngx_xassist_reason_t   reason;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_POST))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    if (r->method == NGX_HTTP_POST) {

        if (r->headers_in.content_length_n > NGX_XASSIST_BODY_MAX) {
            return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        }

        rc = ngx_http_read_client_request_body(r, ngx_xassist_join_post);

        return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    visit = ngx_pcalloc(r->pool, sizeof(ngx_xassist_visit_t));

    if (visit == NULL
        || ngx_xassist_visit_open(r, visit, &reason) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    visit->wait = ngx_http_arg(r, (u_char *) "wait", 4, &value) == NGX_OK
                  && value.len == 1 && value.data[0] == '1'
                  && visit->link.same_browser;

    return ngx_xassist_join_answer(visit, reason);
}


/* The page, or the refusal that it leads to. */

static ngx_int_t
ngx_xassist_join_answer(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t reason)
{
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(visit->request, ngx_xassist_module);

    visit->ctx->reason = reason;

    switch (reason) {

    case NGX_XASSIST_R_NONE:

        if (visit->wait && xlcf->pages != NULL) {
            return ngx_xassist_visit_waits(visit)
                   ? ngx_xassist_visit_waiting_page(visit, reason)
                   : ngx_xassist_join_lead(visit);
        }

        /* fall through */

    case NGX_XASSIST_R_PAGE_STALE:
    case NGX_XASSIST_R_NAME_REQUIRED:
    case NGX_XASSIST_R_TERMS_REQUIRED:

        /* These can be mended on the page itself. */

        if (xlcf->pages != NULL) {
            return ngx_xassist_visit_join_page(visit, reason);
        }

        break;

    case NGX_XASSIST_R_NOT_YET:

        if (xlcf->pages != NULL
            && ngx_xassist_page_browser(visit->request))
        {
            return ngx_xassist_visit_waiting_page(visit, reason);
        }

        break;

    default:
        break;
    }

    if (reason == NGX_XASSIST_R_NONE) {
        ngx_log_error(NGX_LOG_ERR, visit->request->connection->log, 0,
                      "xassist_join needs xassist_pages");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_page_send_reason(visit->request, reason);
}


static void
ngx_xassist_join_post(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_xassist_join_redeem(r);

    /* AGAIN: the commit is in flight and will finalize the request. */

    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_int_t
ngx_xassist_join_redeem(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_str_t                body;
    ngx_xassist_visit_t     *visit;
    ngx_xassist_reason_t     reason;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    visit = ngx_pcalloc(r->pool, sizeof(ngx_xassist_visit_t));

    if (visit == NULL
        || ngx_xassist_visit_open(r, visit, &reason) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (reason == NGX_XASSIST_R_USED) {
        ngx_xassist_visit_refused(visit);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return ngx_xassist_join_answer(visit, reason);
    }

    /* Browsers send an Origin with every POST; the page came from here. */

    if (ngx_xassist_header(r, "origin", sizeof("origin") - 1) == NULL
        || !ngx_xassist_origin_ok(r, visit->ctx, xlcf))
    {
        return ngx_xassist_join_answer(visit, NGX_XASSIST_R_ORIGIN_REFUSED);
    }

    rc = ngx_xassist_form_body(r, &body);
    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_HTTP_REQUEST_ENTITY_TOO_LARGE
                                  : NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    reason = ngx_xassist_join_form(visit, &body);

    if (reason != NGX_XASSIST_R_NONE) {
        return ngx_xassist_join_answer(visit, reason);
    }

    r->read_event_handler = ngx_http_test_reading;

    if (ngx_xassist_writer_wait(r, &visit->write, ngx_xassist_join_resume)
        != NGX_OK)
    {
        return ngx_xassist_join_answer(visit,
                                       NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    /* The visit holds the write that `resume` comes back for. */

    visit->ctx->join = &visit->write;

    return NGX_AGAIN;
}


static ngx_xassist_reason_t
ngx_xassist_join_form(ngx_xassist_visit_t *visit, const ngx_str_t *body)
{
    ngx_str_t              nonce, name, terms, touch, wait, as;
    ngx_uint_t             given;
    ngx_pool_t            *pool;
    ngx_xassist_worker_t  *worker;

    worker = ngx_xassist_worker(visit->request);
    pool = visit->request->pool;

    /* Read first, so that a page that is renewed keeps it. */

    given = ngx_xassist_form_field(pool, body, "name", &name) == NGX_OK
            && ngx_xassist_form_name(&name);

    if (visit->name.len == 0 && given) {
        visit->typed = name;
    }

    if (ngx_xassist_form_field(pool, body, "nonce", &nonce) != NGX_OK
        || ngx_xassist_form_field(pool, body, "terms", &terms) != NGX_OK
        || ngx_xassist_form_field(pool, body, "touch", &touch) != NGX_OK
        || ngx_xassist_form_field(pool, body, "wait", &wait) != NGX_OK
        || ngx_xassist_form_field(pool, body, "as", &as) != NGX_OK
        || !visit->known_browser
        || policy_nonce_check(worker->conf->keys, visit->invitation.b,
                              visit->browser,
                              (uint32_t) (ngx_xassist_now() / 1000),
                              (char *) nonce.data, nonce.len)
           != POLICY_OK)
    {
        return NGX_XASSIST_R_PAGE_STALE;
    }

    /* Who was signed in when the page was made may not be any more. */

    if (as.len == 4 && ngx_memcmp(as.data, "user", 4) == 0) {
        return store_id_none(&visit->user) ? NGX_XASSIST_R_PAGE_STALE
               : ngx_xassist_visit_admit(visit) == NGX_OK
                 ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    visit->wait = wait.len != 0;

    if (visit->name.len != 0) {
        name = visit->name;

    } else if (!given && !visit->link.same_browser) {
        return NGX_XASSIST_R_NAME_REQUIRED;
    }

    return ngx_xassist_visit_redeem(visit, &name, touch.len != 0,
                                    terms.len != 0)
           == NGX_OK ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


static void
ngx_xassist_join_resume(ngx_http_request_t *r)
{
    ngx_xassist_ctx_t    *ctx;
    ngx_xassist_visit_t  *visit;

    ctx = ngx_xassist_ctx_get(r);

    visit = (ngx_xassist_visit_t *)
                ((u_char *) ctx->join - offsetof(ngx_xassist_visit_t, write));
    ctx->join = NULL;

    r->write_event_handler = ngx_http_request_empty_handler;

    ngx_http_finalize_request(r, ngx_xassist_join_redeemed(visit));
}


static ngx_int_t
ngx_xassist_join_redeemed(ngx_xassist_visit_t *visit)
{
    u_char                   text[POLICY_TOKEN_LEN];
    ngx_str_t                token;
    store_op_t              *op;
    ngx_http_request_t      *r;
    ngx_xassist_worker_t    *worker;

    r = visit->request;
    op = &visit->write.op;
    worker = ngx_xassist_worker(r);

    if (op->status == STORE_REFUSED) {
        return ngx_xassist_join_answer(visit,
                                  ngx_xassist_reason_of_store(op->reason));
    }

    if (op->status != STORE_OK) {
        return ngx_xassist_join_answer(visit,
                                       NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    visit->ctx->call = op->out.call;
    visit->ctx->participant = op->out.participant;

    /* In a call the guest's cookie would count before the user's. */

    ngx_str_null(&token);

    if (op->kind != STORE_OP_ADMIT) {
        visit->ctx->session = op->out.session;

        if (policy_token_make(worker->conf->keys, POLICY_TOKEN_GUEST,
                              op->out.session.b, (char *) text)
            != POLICY_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        token.data = text;
        token.len = POLICY_TOKEN_LEN;
    }

    if (ngx_xassist_cookie_set(r, NGX_XASSIST_COOKIE_GUEST, &token, 0)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_join_lead(visit);
}


/* On into the call, or to where its expert is waited for. */

static ngx_int_t
ngx_xassist_join_lead(ngx_xassist_visit_t *visit)
{
    ngx_str_t                url, body;
    ngx_table_elt_t         *location;
    ngx_http_request_t      *r;
    ngx_xassist_loc_conf_t  *xlcf;

    r = visit->request;
    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (visit->wait && ngx_xassist_visit_waits(visit)) {
        if (ngx_xassist_join_wait_url(visit, &url) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

    } else if (xlcf->call_page == NULL
               || ngx_http_complex_value(r, xlcf->call_page, &url) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    location = ngx_list_push(&r->headers_out.headers);
    if (location == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(location, sizeof(ngx_table_elt_t));
    location->hash = 1;
    ngx_str_set(&location->key, "Location");
    location->value = url;
    r->headers_out.location = location;

    ngx_str_set(&body, "");

    return ngx_xassist_page_send(r, NGX_HTTP_SEE_OTHER,
                                 NGX_XASSIST_PAGE_HTML, &body);
}


/* Relative, so that it holds under any prefix. */

static ngx_int_t
ngx_xassist_join_wait_url(ngx_xassist_visit_t *visit, ngx_str_t *url)
{
    static const char * const  rest[NGX_XASSIST_LANGUAGES] = {
        [NGX_XASSIST_EN] = "?wait=1&lang=en",
        [NGX_XASSIST_DE] = "?wait=1&lang=de",
        [NGX_XASSIST_FR] = "?wait=1&lang=fr"
    };

    url->data = ngx_pnalloc(visit->request->pool, visit->ctx->link.len
                                        + sizeof("?wait=1&lang=en"));
    if (url->data == NULL) {
        return NGX_ERROR;
    }

    url->len = ngx_sprintf(url->data, "%V%s", &visit->ctx->link,
                           rest[ngx_xassist_page_language(visit->request)])
               - url->data;

    return NGX_OK;
}
