/*
 * The registry of live connections of one worker, and what makes it look at
 * them again.
 */

#ifndef NGX_XASSIST_LIVE_H
#define NGX_XASSIST_LIVE_H

#include "ngx_xassist.h"
#include "ngx_xassist_tunnel.h"

#pragma GCC visibility push(hidden)

ngx_int_t ngx_xassist_live_init(ngx_xassist_worker_t *worker);

/* exit_process: what is still connected is detached. */
void ngx_xassist_live_exit(ngx_xassist_worker_t *worker);

/* Both O(1), but for the marks that are not at their end when one is removed.
   Adding says when it was opened. */
void ngx_xassist_live_add(ngx_xassist_tunnel_t *tunnel);
void ngx_xassist_live_remove(ngx_xassist_tunnel_t *tunnel);

/* Lets every connection with this id be decided again, soon, in slices that
   do not hold the event loop; `since` is the time of the event. */
void ngx_xassist_live_mark(ngx_xassist_worker_t *worker,
    ngx_xassist_key_t key, const store_id_t *id, uint64_t since);

/* All of them: events may have been missed. */
void ngx_xassist_live_missed(ngx_xassist_worker_t *worker);

/* One connection, likewise; `since` may be 0. */
void ngx_xassist_live_doubt(ngx_xassist_tunnel_t *tunnel, uint64_t since);

/* Visits every connection with this id, the oldest first. */
typedef void (*ngx_xassist_live_pt)(ngx_xassist_tunnel_t *tunnel, void *data);

void ngx_xassist_live_each(ngx_xassist_worker_t *worker,
    ngx_xassist_key_t key, const store_id_t *id, ngx_xassist_live_pt visit,
    void *data);

/* The same when the live policy is not the one they were decided by. */
void ngx_xassist_live_generation(ngx_xassist_worker_t *worker);

ngx_uint_t ngx_xassist_live_count(ngx_xassist_worker_t *worker);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_LIVE_H */
