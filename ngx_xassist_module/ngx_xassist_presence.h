/* What the edge sees of a participant: joining, attached, gone. */

#ifndef NGX_XASSIST_PRESENCE_H
#define NGX_XASSIST_PRESENCE_H

#include "ngx_xassist.h"
#include "ngx_xassist_tunnel.h"

#pragma GCC visibility push(hidden)

/*
 * PRECONTENT: an upgrade that was allowed in a call's location joins the
 * call; the join is committed before the handshake goes upstream.
 */
ngx_int_t ngx_xassist_presence_handler(ngx_http_request_t *r);

/* The 101 came; the connection is gone. */
void ngx_xassist_presence_attach(ngx_xassist_tunnel_t *tunnel);
void ngx_xassist_presence_detach(ngx_xassist_tunnel_t *tunnel);

/* The request ends: a join that no 101 followed is taken back. */
void ngx_xassist_presence_abandon(ngx_xassist_ctx_t *ctx);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_PRESENCE_H */
