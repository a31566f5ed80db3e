/*
 * The media server of a call: put on one by the join, before anything is
 * connected; moved once when that one is gone.
 */

#ifndef NGX_XASSIST_MEDIA_H
#define NGX_XASSIST_MEDIA_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * PRECONTENT: a request of a call that is no upgrade, in front of an upstream
 * with xassist_media, goes where the call is; the first one puts it there.
 */
ngx_int_t ngx_xassist_media_handler(ngx_http_request_t *r);

/*
 * What the join shall do about the media server.  NGX_OK; NGX_DECLINED when
 * the location has no such upstream; or an HTTP status that refuses.
 */
ngx_int_t ngx_xassist_media_plan(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, store_place_on_t *on);

/* What came of it; NGX_OK or a status. */
ngx_int_t ngx_xassist_media_took(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, const store_op_t *op);

/* Refuses with media_unavailable; the status to give. */
ngx_int_t ngx_xassist_media_refuse(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);

/* The server that the call is on could not be reached: the call is moved. */
void ngx_xassist_media_lost(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx);

/* Whether the call, as just decided, has been moved away from where this
   connection leads. */
ngx_uint_t ngx_xassist_media_moved(const ngx_xassist_ctx_t *ctx);

/* Header filter: nginx gives up on a media server; says why, and when to try
   again. */
void ngx_xassist_media_answer(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx);

/* $xassist_media */
ngx_int_t ngx_xassist_value_media(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_MEDIA_H */
