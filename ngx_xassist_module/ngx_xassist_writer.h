/*
 * Group commit.  Operations queue per worker; one task at a time on a pool
 * of one thread applies what is queued in one transaction, 128 at most.
 */

#ifndef NGX_XASSIST_WRITER_H
#define NGX_XASSIST_WRITER_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * One queued operation.  Memory belongs to the caller and must live until
 * `done` was called, on the event thread, with the outcome in op.status; a
 * request keeps itself alive by r->main->blocked.
 */
struct ngx_xassist_write_s {
    store_op_t             op;
    ngx_xassist_write_t   *next;
    void                 (*done)(ngx_xassist_write_t *write);
    void                  *data;

    /* Of ngx_xassist_writer_wait. */
    ngx_http_request_t        *request;
    ngx_http_event_handler_pt  resume;
};


ngx_int_t ngx_xassist_writer_init(ngx_xassist_worker_t *worker);

/* Fills kind, a fresh id, the time and the presence numbers of a zeroed
   operation.  NGX_ERROR without randomness or policy. */
ngx_int_t ngx_xassist_writer_prepare(ngx_xassist_worker_t *worker,
    store_op_kind_t kind, store_op_t *op);

/*
 * Queues; `done` is called later, never from within.  NGX_ERROR when the
 * store is unavailable, NGX_BUSY when the queue is full: not queued then.
 */
ngx_int_t ngx_xassist_writer_post(ngx_xassist_worker_t *worker,
    ngx_xassist_write_t *write);

ngx_uint_t ngx_xassist_writer_busy(ngx_xassist_worker_t *worker);

/*
 * Another process made the store's map larger.  NGX_OK: ours is as large now;
 * NGX_AGAIN: a task is running, it is done after that.
 */
ngx_int_t ngx_xassist_writer_resize(ngx_xassist_worker_t *worker);

/* exit_process: applies what is queued, in this thread, and signs the log. */
void ngx_xassist_writer_drain(ngx_xassist_worker_t *worker);

/*
 * A request that waits for its write: queues, blocks the request, and calls
 * `resume` when the outcome is there.  The request may have been given up by
 * then; `resume` must only look at write->op and finalize.
 */
ngx_int_t ngx_xassist_writer_wait(ngx_http_request_t *r,
    ngx_xassist_write_t *write, ngx_http_event_handler_pt resume);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_WRITER_H */
