#include "ngx_xassist_visit.h"
#include "ngx_xassist_cookie.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_worker.h"


static ngx_uint_t ngx_xassist_visit_whole(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_visit_browser(ngx_xassist_visit_t *visit);
static ngx_int_t ngx_xassist_visit_link(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t *reason);
static ngx_int_t ngx_xassist_visit_copy(ngx_pool_t *pool, ngx_str_t *dst,
    const store_slice_t *src);


ngx_int_t
ngx_xassist_visit_open(ngx_http_request_t *r, ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t *reason)
{
    ngx_xassist_ctx_t     *ctx;
    policy_token_kind_t    kind;
    ngx_xassist_worker_t  *worker;

    visit->request = r;

    ctx = ngx_xassist_ctx_need(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    visit->ctx = ctx;
    worker = ngx_xassist_worker(r);

    *reason = NGX_XASSIST_R_UNKNOWN_LINK;

    /* The MAC is checked before the store is touched. */

    if (ctx->link.len == 0
        || !ngx_xassist_visit_whole(r)
        || policy_token_open(worker->conf->keys, worker->cache,
                             (char *) ctx->link.data, ctx->link.len, &kind,
                             visit->invitation.b)
           != POLICY_OK
        || kind != POLICY_TOKEN_LINK)
    {
        ctx->reason = *reason;
        return NGX_OK;
    }

    if (ngx_xassist_visit_browser(visit) != NGX_OK
        || ngx_xassist_visit_link(visit, reason) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->reason = *reason;
    ctx->call = visit->link.call;
    ctx->account = visit->link.account;
    ctx->invitation = visit->invitation;

    return NGX_OK;
}


/*
 * Behind the prefix of its location stands the link and nothing else: what
 * was put before or behind it makes it another link.  By now the mark of the
 * cut stands in its place.
 */

static ngx_uint_t
ngx_xassist_visit_whole(ngx_http_request_t *r)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

#if (NGX_PCRE)
    if (clcf->regex != NULL) {
        return 1;
    }
#endif

    return r->uri.len == clcf->name.len + sizeof("TOKEN_0123") - 1;
}


static ngx_int_t
ngx_xassist_visit_browser(ngx_xassist_visit_t *visit)
{
    ngx_str_t   values[NGX_XASSIST_COOKIES];
    ngx_str_t  *value;

    ngx_xassist_cookie_read(visit->request, values);
    value = &values[NGX_XASSIST_COOKIE_BROWSER];

    if (value->len == NGX_XASSIST_BROWSER_TEXT
        && policy_base64url_decode((char *) value->data, value->len,
                                   visit->browser, POLICY_BROWSER_LEN))
    {
        visit->known_browser = 1;

    } else if (policy_random(visit->browser, POLICY_BROWSER_LEN)
               != POLICY_OK)
    {
        return NGX_ERROR;
    }

    return policy_sha256(visit->browser, POLICY_BROWSER_LEN, visit->hash) == 0
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_xassist_visit_link(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t *reason)
{
    ngx_int_t              rc;
    ngx_pool_t            *pool;
    store_status_t         status;
    ngx_xassist_worker_t  *worker;

    worker = ngx_xassist_worker(visit->request);
    pool = visit->request->pool;

    *reason = NGX_XASSIST_R_STORE_UNAVAILABLE;

    if (ngx_xassist_worker_read(worker) != NGX_OK) {
        return NGX_OK;
    }

    status = store_link(worker->read, &visit->invitation, visit->hash,
                        ngx_xassist_now(), &visit->link);

    rc = NGX_OK;

    if (status == STORE_OK) {
        *reason = ngx_xassist_reason_of_store(visit->link.reason);

        if (ngx_xassist_visit_copy(pool, &visit->name, &visit->link.name)
            != NGX_OK
            || ngx_xassist_visit_copy(pool, &visit->title, &visit->link.title)
               != NGX_OK
            || ngx_xassist_visit_copy(pool, &visit->inviter,
                                     &visit->link.inviter_name)
               != NGX_OK)
        {
            rc = NGX_ERROR;
        }

    } else if (status == STORE_NOT_FOUND) {
        *reason = NGX_XASSIST_R_UNKNOWN_LINK;

    } else {
        ngx_log_error(NGX_LOG_ERR, visit->request->connection->log, 0,
                      "xassist: reading an invitation failed: %s",
                      store_status_text(status));
    }

    store_read_reset(worker->read);

    return rc;
}


static ngx_int_t
ngx_xassist_visit_copy(ngx_pool_t *pool, ngx_str_t *dst,
    const store_slice_t *src)
{
    ngx_str_null(dst);

    if (src->len == 0) {
        return NGX_OK;
    }

    dst->data = ngx_pnalloc(pool, src->len);
    if (dst->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(dst->data, src->data, src->len);
    dst->len = src->len;

    return NGX_OK;
}
