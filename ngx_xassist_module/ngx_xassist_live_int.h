/*
 * The registry and what goes through it: ngx_xassist_live.c keeps the
 * connections of a worker, ngx_xassist_live_mark.c has them decided again.
 */

#ifndef NGX_XASSIST_LIVE_INT_H
#define NGX_XASSIST_LIVE_INT_H

#include "ngx_xassist_live.h"

#pragma GCC visibility push(hidden)

struct ngx_xassist_live_s {
    ngx_queue_t            all;
    ngx_uint_t             count;
    uint64_t               opened;             /* the last one, ms UTC */
    ngx_xassist_worker_t  *worker;
    ngx_queue_t           *buckets[NGX_XASSIST_KEY_ALL];

    ngx_queue_t            walks;              /* that are not at their end */
    ngx_uint_t             step;               /* left in this turn */
    ngx_queue_t            few;                /* to be decided again first */
    ngx_queue_t            many;
    ngx_uint_t             room;               /* for more among the few */
    uint64_t               roomed;             /* since when, microseconds */
    uint64_t               generation;
    ngx_event_t            slice;
};


/* The list that connections with this id are in, among others; of KEY_ALL,
   whose id is NULL, that of all. */
ngx_queue_t *ngx_xassist_live_bucket(ngx_xassist_live_t *live,
    ngx_uint_t key, const store_id_t *id);

/* The connection of a node of such a list, and its id of that key. */
ngx_xassist_tunnel_t *ngx_xassist_live_of(ngx_queue_t *q, ngx_uint_t key);
const store_id_t *ngx_xassist_live_id(ngx_xassist_tunnel_t *tunnel,
    ngx_uint_t key);

void ngx_xassist_live_mark_init(ngx_xassist_live_t *live);
void ngx_xassist_live_mark_exit(ngx_xassist_live_t *live);

/* It is about to leave its lists: nobody walks on from there. */
void ngx_xassist_live_mark_leave(ngx_xassist_live_t *live,
    ngx_xassist_tunnel_t *tunnel);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_LIVE_INT_H */
