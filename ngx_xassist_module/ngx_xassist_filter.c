#include "ngx_xassist_filter.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_headers.h"
#include "ngx_xassist_media.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_tunnel.h"


static ngx_int_t ngx_xassist_filter_header(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_filter_body(ngx_http_request_t *r,
    ngx_chain_t *in);


/* Filters are chained through the one who came before: nginx's own form. */

static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


ngx_int_t
ngx_xassist_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_xassist_filter_header;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_xassist_filter_body;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_filter_header(ngx_http_request_t *r)
{
    ngx_int_t           rc;
    ngx_xassist_ctx_t  *ctx;

    if (r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    if (r->upstream != NULL) {
        ngx_xassist_headers_answer(r);
    }

    ctx = ngx_xassist_ctx_get(r);

    if (ctx != NULL
        && ctx->verdict == NGX_XASSIST_ALLOW
        && ctx->tunnel == NULL
        && r->headers_out.status == NGX_HTTP_SWITCHING_PROTOCOLS
        && r->upstream != NULL && r->upstream->upgrade
        && r->headers_in.upgrade != NULL)
    {
        /* Only HTTP/1.1 can be upgraded; nginx itself does not look. */

        if (r->http_version != NGX_HTTP_VERSION_11) {
            return NGX_HTTP_BAD_REQUEST;
        }

        rc = ngx_xassist_tunnel_admit(r, ctx);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    /*
     * Only where the refusal was decided: an error_page has redirected the
     * request since then, and nginx has forgotten this context.
     */

    ctx = ngx_http_get_module_ctx(r, ngx_xassist_module);

    if (ctx != NULL && ctx->verdict == NGX_XASSIST_ALLOW) {
        ngx_xassist_media_answer(r, ctx);
    }

    if (ctx != NULL && ctx->refused
        && r->headers_out.status == ctx->status
        && ctx->page.data == NULL)
    {
        if (ngx_xassist_page_header(r, ctx) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_xassist_filter_body(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_buf_t          *b;
    ngx_chain_t         out, *cl;
    ngx_xassist_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_xassist_module);

    if (ctx == NULL || ctx->page.data == NULL || r != r->main || in == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    /* nginx's own text is taken as sent; ours goes out in its place. */

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    if (ctx->page_sent) {
        return NGX_OK;
    }

    ctx->page_sent = 1;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = ctx->page.data;
    b->last = ctx->page.data + ctx->page.len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_next_body_filter(r, &out);
}
