/*
 * Connections that have to make room for newer ones of the same participant,
 * where the policy says that the oldest goes.
 */

#ifndef NGX_XASSIST_CROWD_H
#define NGX_XASSIST_CROWD_H

#include "ngx_xassist.h"
#include "ngx_xassist_tunnel.h"

#pragma GCC visibility push(hidden)

/* participant.crowded: one of them is decided again, if it is here. */
void ngx_xassist_crowd_event(ngx_xassist_worker_t *worker,
    const store_event_t *event);

/* Such events may have been missed: looked for in the store when it is
   decided again. */
void ngx_xassist_crowd_missed(ngx_xassist_tunnel_t *tunnel);

/* Whether this one has to make room. */
ngx_uint_t ngx_xassist_crowd_out(ngx_xassist_tunnel_t *tunnel);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CROWD_H */
