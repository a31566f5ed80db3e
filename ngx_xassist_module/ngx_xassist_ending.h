/*
 * Connections of one worker that are decided to be closed and are many: they
 * are closed evenly over less than a second, a few in one turn of the event
 * loop, so that nobody else notices.
 */

#ifndef NGX_XASSIST_ENDING_H
#define NGX_XASSIST_ENDING_H

#include "ngx_xassist.h"
#include "ngx_xassist_tunnel.h"

#pragma GCC visibility push(hidden)

ngx_int_t ngx_xassist_ending_init(ngx_xassist_worker_t *worker);

/* All O(1).  A connection that waits here is not in another queue. */
void ngx_xassist_ending_add(ngx_xassist_tunnel_t *tunnel,
    ngx_xassist_reason_t reason);
void ngx_xassist_ending_remove(ngx_xassist_tunnel_t *tunnel);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ENDING_H */
