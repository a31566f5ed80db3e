#include "ngx_xassist_ctx.h"
#include "ngx_xassist_presence.h"


static void ngx_xassist_ctx_cleanup(void *data);


ngx_xassist_ctx_t *
ngx_xassist_ctx_get(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;
    ngx_xassist_ctx_t   *ctx;

    r = r->main;

    ctx = ngx_http_get_module_ctx(r, ngx_xassist_module);

    if (ctx != NULL || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    /* nginx zeroed r->ctx on an internal redirect. */

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_xassist_ctx_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


ngx_xassist_ctx_t *
ngx_xassist_ctx_need(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;
    ngx_xassist_ctx_t   *ctx;

    r = r->main;

    ctx = ngx_xassist_ctx_get(r);
    if (ctx != NULL) {
        return ctx;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_xassist_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_xassist_ctx_t));
    ctx->request = r;

    cln->handler = ngx_xassist_ctx_cleanup;
    ngx_http_set_ctx(r, ctx, ngx_xassist_module);

    return ctx;
}


static void
ngx_xassist_ctx_cleanup(void *data)
{
    ngx_xassist_ctx_t  *ctx = data;

    /* A join that was committed must be undone when no 101 came of it. */

    ngx_xassist_presence_abandon(ctx);
}
