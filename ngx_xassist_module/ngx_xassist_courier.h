/*
 * What is sent to systems of the operator's: invitations (xassist_deliver)
 * and rings (xassist_notify).  The queue is in the store, and one worker of
 * all that use the store works it: the one that holds the lock of a file in
 * the store's folder, which ends with the process.
 */

#ifndef NGX_XASSIST_COURIER_H
#define NGX_XASSIST_COURIER_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* NGX_ERROR: out of memory.  Nothing where neither directive is given. */
ngx_int_t ngx_xassist_courier_init(ngx_xassist_worker_t *worker);

/* Lets go of the lock. */
void ngx_xassist_courier_stop(ngx_xassist_worker_t *worker);

/* How the next one goes: JSON of an event, and of an invitation with its
   link; within a read.  NGX_DECLINED: the invitation is not to be sent. */
ngx_int_t ngx_xassist_courier_event(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, const store_event_t *event, ngx_str_t *body);
ngx_int_t ngx_xassist_courier_invitation(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, const store_invitation_t *inv, ngx_str_t *body);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_COURIER_H */
