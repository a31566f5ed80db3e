/* One process: its store, its incarnation, its start and its end. */

#ifndef NGX_XASSIST_WORKER_H
#define NGX_XASSIST_WORKER_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* init_process: never fails for a database problem, since a worker that
   fails to start is never started again. */
ngx_int_t ngx_xassist_worker_init(ngx_cycle_t *cycle);
void ngx_xassist_worker_exit(ngx_cycle_t *cycle);

/* Says in the incarnation file which keys this worker has and which policy it
   decides by; again when these change. */
void ngx_xassist_worker_say(ngx_xassist_worker_t *worker);

/* Renews the worker's read transaction; pair with store_read_reset.
   NGX_ERROR: the store is unavailable, and the log says why. */
ngx_int_t ngx_xassist_worker_read(ngx_xassist_worker_t *worker);

/* Stands behind ngx_event_t.data of events that belong to no connection. */
extern ngx_connection_t  ngx_xassist_no_connection;

#pragma GCC visibility pop

#endif /* NGX_XASSIST_WORKER_H */
