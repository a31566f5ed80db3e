/*
 * How far somebody who is told what the log says has got: a place in the log
 * that the store keeps under a name, for whoever goes on.
 */

#ifndef NGX_XASSIST_TOLD_H
#define NGX_XASSIST_TOLD_H

#include "ngx_xassist.h"
#include "ngx_xassist_writer.h"

#pragma GCC visibility push(hidden)

/* Zeroed but for the first two. */
typedef struct {
    ngx_xassist_worker_t  *worker;
    store_slice_t          name;
    uint64_t               seen;               /* events, up to this one */
    uint64_t               want;               /* to be kept, */
    uint64_t               saved;              /* and kept */
    ngx_xassist_write_t    write;
    unsigned               known:1;
    unsigned               kept:1;             /* the store has a place */
    unsigned               saving:1;
} ngx_xassist_told_t;


/* Within a read: from where to go on; at first from now on.  `known` says
   whether it could be read. */
void ngx_xassist_told_know(ngx_xassist_told_t *told);

/* Within a read: the event behind `seen`, STORE_NOT_FOUND at the end.  Of
   trimmed ones the log is told, and it goes on with those that are left. */
store_status_t ngx_xassist_told_next(ngx_xassist_told_t *told,
    store_event_t *event);

/* Keeps the place; while it is at it for another, this one after that. */
void ngx_xassist_told_save(ngx_xassist_told_t *told, uint64_t seq);

/* Whether a place is still to be kept: call `save` again. */
ngx_uint_t ngx_xassist_told_left(const ngx_xassist_told_t *told);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_TOLD_H */
