/*
 * What time does to live connections: their session runs out, nobody uses it
 * any more, the connection is as old as it may be.  And the other way round:
 * use keeps a session awake.
 */

#ifndef NGX_XASSIST_IDLE_H
#define NGX_XASSIST_IDLE_H

#include "ngx_xassist.h"
#include "ngx_xassist_tunnel.h"

#pragma GCC visibility push(hidden)

ngx_int_t ngx_xassist_idle_init(ngx_xassist_worker_t *worker);

/* Both O(1); no timer of its own for a connection. */
void ngx_xassist_idle_add(ngx_xassist_tunnel_t *tunnel);
void ngx_xassist_idle_remove(ngx_xassist_tunnel_t *tunnel);

/* Looks again at what may end it by time: policy or session changed. */
void ngx_xassist_idle_plan(ngx_xassist_tunnel_t *tunnel);

/* A request was allowed: a user's session was used.  Written seldom enough
   to cost nothing, often enough to be true. */
void ngx_xassist_idle_used(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_IDLE_H */
