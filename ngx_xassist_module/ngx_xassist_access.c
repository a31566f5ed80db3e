#include "ngx_xassist_access.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_headers.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_idle.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_media.h"
#include "ngx_xassist_presence.h"
#include "ngx_xassist_redact.h"
#include "ngx_xassist_tunnel.h"


static ngx_int_t ngx_xassist_access_log_first(ngx_conf_t *cf);
static ngx_int_t ngx_xassist_access_post_read(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_access_handler(ngx_http_request_t *r);


static const struct {
    ngx_uint_t           phase;
    ngx_http_handler_pt  handler;
} ngx_xassist_phases[] = {
    { NGX_HTTP_POST_READ_PHASE, ngx_xassist_access_post_read },
    { NGX_HTTP_ACCESS_PHASE, ngx_xassist_access_handler },
    { NGX_HTTP_PRECONTENT_PHASE, ngx_xassist_presence_handler },
    { NGX_HTTP_PRECONTENT_PHASE, ngx_xassist_media_handler }
};


ngx_int_t
ngx_xassist_access_init(ngx_conf_t *cf)
{
    ngx_uint_t                  i;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    for (i = 0;
         i < sizeof(ngx_xassist_phases) / sizeof(ngx_xassist_phases[0]);
         i++)
    {
        h = ngx_array_push(&cmcf->phases[ngx_xassist_phases[i].phase].handlers);
        if (h == NULL) {
            return NGX_ERROR;
        }

        *h = ngx_xassist_phases[i].handler;
    }

    return ngx_xassist_access_log_first(cf);
}


/* Log handlers run in the order in which they were pushed. */

static ngx_int_t
ngx_xassist_access_log_first(ngx_conf_t *cf)
{
    ngx_array_t                *handlers;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    handlers = &cmcf->phases[NGX_HTTP_LOG_PHASE].handlers;

    if (ngx_array_push(handlers) == NULL) {
        return NGX_ERROR;
    }

    h = handlers->elts;
    ngx_memmove(&h[1], &h[0],
                (handlers->nelts - 1) * sizeof(ngx_http_handler_pt));
    h[0] = ngx_xassist_redact_log;

    return NGX_OK;
}


/* For every request, protected or not: an open location to the same server
   must not pass a spoofed identity. */

static ngx_int_t
ngx_xassist_access_post_read(ngx_http_request_t *r)
{
    ngx_xassist_headers_strip(r);

    if (ngx_xassist_redact_request(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_xassist_access_handler(ngx_http_request_t *r)
{
    ngx_xassist_ctx_t       *ctx;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (xlcf->requires == NULL || xlcf->requires->nelts == 0) {
        return NGX_DECLINED;
    }

    ctx = ngx_xassist_ctx_need(r);

    if (ctx == NULL || ngx_xassist_identify(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->conf = xlcf;

    if (ctx->ambiguous) {
        ctx->verdict = NGX_XASSIST_DENY;
        ctx->reason = NGX_XASSIST_R_SIGNED_OUT;
        return NGX_HTTP_BAD_REQUEST;
    }

    if (!ngx_xassist_origin_ok(r, ctx, xlcf)) {
        ctx->verdict = NGX_XASSIST_DENY;
        ctx->reason = NGX_XASSIST_R_ORIGIN_REFUSED;
        return ngx_xassist_page_refuse(ctx);
    }

    ngx_xassist_decide(r, ctx, xlcf);

    if (ctx->verdict != NGX_XASSIST_ALLOW) {
        return ngx_xassist_page_refuse(ctx);
    }

    ctx->refused = 0;
    ctx->told = ctx->subject;
    ctx->has_told = 1;
    ngx_xassist_idle_used(r, ctx);

    if (ngx_xassist_headers_inject(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (xlcf->live == NGX_XASSIST_LIVE_ALL
        && r == r->main && r->headers_in.upgrade == NULL
        && ngx_xassist_tunnel_stream(r, ctx) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_OK;
}
