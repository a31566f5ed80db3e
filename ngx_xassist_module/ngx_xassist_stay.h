/*
 * A stay: somebody who is in a call as long as a stream of theirs is open,
 * as the waiting page is.  Joins, attaches, and detaches at its end.
 */

#ifndef NGX_XASSIST_STAY_H
#define NGX_XASSIST_STAY_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef struct ngx_xassist_stay_s  ngx_xassist_stay_t;

/* Told once, from an event, when the stay was refused: it is gone then. */
typedef void (*ngx_xassist_stay_pt)(void *data, store_reason_t reason);

/* Begins the stay of the context's principal in its call; NULL when out of
   memory or without the store. */
ngx_xassist_stay_t *ngx_xassist_stay_begin(ngx_xassist_worker_t *worker,
    const ngx_xassist_ctx_t *ctx, ngx_xassist_stay_pt refused, void *data);

/* Ends it; nothing is told any more. */
void ngx_xassist_stay_end(ngx_xassist_stay_t *stay);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_STAY_H */
