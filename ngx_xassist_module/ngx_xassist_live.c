#include "ngx_xassist_live.h"
#include "ngx_xassist_assist.h"
#include "ngx_xassist_crowd.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_ending.h"
#include "ngx_xassist_idle.h"
#include "ngx_xassist_media.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_presence.h"
#include "ngx_xassist_worker.h"


/* A power of two; 16 bytes each. */
#define NGX_XASSIST_BUCKETS  8192

/* Connections decided in one turn of the event loop: so many, or for so many
   microseconds. */
#define NGX_XASSIST_SLICE       64
#define NGX_XASSIST_SLICE_TIME  100

/* Connections are told apart by times at most so far ahead of the clock, ms. */
#define NGX_XASSIST_AHEAD       1000

/* A cause that ends more connections of one worker ends the others slowly. */
#define NGX_XASSIST_FEW         64


struct ngx_xassist_live_s {
    ngx_queue_t            all;
    ngx_queue_t            few;                /* to be decided again first */
    ngx_queue_t            many;
    ngx_uint_t             count;
    uint64_t               generation;
    uint64_t               opened;             /* the last one, ms UTC */
    ngx_event_t            slice;
    ngx_xassist_worker_t  *worker;
    ngx_queue_t           *buckets[NGX_XASSIST_KEYS];
};


typedef struct {
    uint64_t               since;
    ngx_uint_t             n;                  /* of this cause so far */
} ngx_xassist_mark_t;


/* Where a connection's id of each key stands in its context. */

static const size_t  ngx_xassist_live_ids[NGX_XASSIST_KEYS] = {
    [NGX_XASSIST_KEY_SESSION] = offsetof(ngx_xassist_ctx_t, session),
    [NGX_XASSIST_KEY_USER] = offsetof(ngx_xassist_ctx_t, user),
    [NGX_XASSIST_KEY_ACCOUNT] = offsetof(ngx_xassist_ctx_t, account),
    [NGX_XASSIST_KEY_CALL] = offsetof(ngx_xassist_ctx_t, call),
    [NGX_XASSIST_KEY_INVITATION] = offsetof(ngx_xassist_ctx_t, invitation),
    [NGX_XASSIST_KEY_PARTICIPANT] = offsetof(ngx_xassist_ctx_t, participant),
    [NGX_XASSIST_KEY_INVITER] = offsetof(ngx_xassist_ctx_t, inviter)
};


static void ngx_xassist_live_dirty(ngx_xassist_live_t *live,
    ngx_xassist_tunnel_t *tunnel, ngx_uint_t many);
static void ngx_xassist_live_marked(ngx_xassist_tunnel_t *tunnel, void *data);
static void ngx_xassist_live_mark_all(ngx_xassist_worker_t *worker);
static void ngx_xassist_live_slice(ngx_event_t *ev);
static void ngx_xassist_live_decide(ngx_xassist_tunnel_t *tunnel);
static ngx_xassist_reason_t ngx_xassist_live_reason(
    ngx_xassist_tunnel_t *tunnel);
static ngx_xassist_tunnel_t *ngx_xassist_live_take(ngx_queue_t *queue);


static ngx_inline const store_id_t *
ngx_xassist_live_id(ngx_xassist_tunnel_t *tunnel, ngx_uint_t key)
{
    return (store_id_t *) ((u_char *) tunnel->ctx
                           + ngx_xassist_live_ids[key]);
}


/* Ids are random bytes behind the first: any four of them are a hash. */

static ngx_inline ngx_queue_t *
ngx_xassist_live_bucket(ngx_xassist_live_t *live, ngx_uint_t key,
    const store_id_t *id)
{
    uint32_t  hash;

    ngx_memcpy(&hash, &id->b[STORE_ID_LEN - sizeof(hash)], sizeof(hash));

    return &live->buckets[key][hash & (NGX_XASSIST_BUCKETS - 1)];
}


ngx_int_t
ngx_xassist_live_init(ngx_xassist_worker_t *worker)
{
    ngx_uint_t           i, key;
    ngx_xassist_live_t  *live;

    live = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_live_t));
    if (live == NULL) {
        return NGX_ERROR;
    }

    for (key = 0; key < NGX_XASSIST_KEYS; key++) {

        live->buckets[key] = ngx_palloc(worker->cycle->pool,
                                  NGX_XASSIST_BUCKETS * sizeof(ngx_queue_t));
        if (live->buckets[key] == NULL) {
            return NGX_ERROR;
        }

        for (i = 0; i < NGX_XASSIST_BUCKETS; i++) {
            ngx_queue_init(&live->buckets[key][i]);
        }
    }

    ngx_queue_init(&live->all);
    ngx_queue_init(&live->few);
    ngx_queue_init(&live->many);

    live->worker = worker;
    live->slice.handler = ngx_xassist_live_slice;
    live->slice.data = &ngx_xassist_no_connection;
    live->slice.log = worker->log;

    worker->live = live;

    return NGX_OK;
}


void
ngx_xassist_live_exit(ngx_xassist_worker_t *worker)
{
    ngx_queue_t           *q;
    ngx_xassist_live_t    *live;
    ngx_xassist_tunnel_t  *tunnel;

    live = worker->live;

    for (q = ngx_queue_head(&live->all);
         q != ngx_queue_sentinel(&live->all);
         q = ngx_queue_next(q))
    {
        tunnel = ngx_queue_data(q, ngx_xassist_tunnel_t, all);
        ngx_xassist_presence_detach(tunnel);
    }
}


/*
 * No two of a worker are opened at one time: it is by this that the store
 * tells the connections of a participant apart.  A clock that was set back is
 * followed all the same.
 */

void
ngx_xassist_live_add(ngx_xassist_tunnel_t *tunnel)
{
    uint64_t             now;
    ngx_uint_t           key;
    const store_id_t    *id;
    ngx_xassist_live_t  *live;

    live = tunnel->worker->live;
    now = ngx_xassist_now();

    live->opened = live->opened < now || live->opened - now > NGX_XASSIST_AHEAD
                   ? now : live->opened + 1;
    tunnel->opened = live->opened;

    for (key = 0; key < NGX_XASSIST_KEYS; key++) {

        id = ngx_xassist_live_id(tunnel, key);

        if (store_id_none(id)) {
            ngx_queue_init(&tunnel->keys[key]);
            continue;
        }

        ngx_queue_insert_tail(ngx_xassist_live_bucket(live, key, id),
                              &tunnel->keys[key]);
    }

    ngx_queue_insert_tail(&live->all, &tunnel->all);
    live->count++;
}


void
ngx_xassist_live_remove(ngx_xassist_tunnel_t *tunnel)
{
    ngx_uint_t  key;

    for (key = 0; key < NGX_XASSIST_KEYS; key++) {
        ngx_queue_remove(&tunnel->keys[key]);
    }

    ngx_queue_remove(&tunnel->all);

    if (tunnel->is_dirty) {
        ngx_queue_remove(&tunnel->dirty);
        tunnel->is_dirty = 0;
    }

    if (tunnel->is_ending) {
        ngx_xassist_ending_remove(tunnel);
    }

    tunnel->worker->live->count--;
}


void
ngx_xassist_live_doubt(ngx_xassist_tunnel_t *tunnel, uint64_t since)
{
    tunnel->since = tunnel->is_dirty || tunnel->is_ending ? tunnel->since
                                                          : since;
    ngx_xassist_live_dirty(tunnel->worker->live, tunnel, 0);
}


static void
ngx_xassist_live_dirty(ngx_xassist_live_t *live, ngx_xassist_tunnel_t *tunnel,
    ngx_uint_t many)
{
    if (tunnel->is_dirty || tunnel->is_ending || tunnel->close != NULL
        || tunnel->conf->live == NGX_XASSIST_LIVE_OFF)
    {
        return;
    }

    tunnel->is_dirty = 1;
    tunnel->is_many = many;
    ngx_queue_insert_tail(many ? &live->many : &live->few, &tunnel->dirty);

    ngx_post_event(&live->slice, &ngx_posted_events);
}


void
ngx_xassist_live_mark(ngx_xassist_worker_t *worker, ngx_xassist_key_t key,
    const store_id_t *id, uint64_t since)
{
    ngx_xassist_mark_t  mark;

    mark.n = 0;
    mark.since = since;

    ngx_xassist_live_each(worker, key, id, ngx_xassist_live_marked, &mark);
}


static void
ngx_xassist_live_marked(ngx_xassist_tunnel_t *tunnel, void *data)
{
    ngx_xassist_mark_t  *mark = data;

    tunnel->since = tunnel->is_dirty || tunnel->is_ending ? tunnel->since
                                                          : mark->since;

    ngx_xassist_live_dirty(tunnel->worker->live, tunnel,
                           mark->n++ >= NGX_XASSIST_FEW);
}


void
ngx_xassist_live_each(ngx_xassist_worker_t *worker, ngx_xassist_key_t key,
    const store_id_t *id, ngx_xassist_live_pt visit, void *data)
{
    ngx_queue_t           *q, *bucket;
    ngx_xassist_tunnel_t  *tunnel;

    bucket = ngx_xassist_live_bucket(worker->live, key, id);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        tunnel = (ngx_xassist_tunnel_t *)
                     ((u_char *) q - offsetof(ngx_xassist_tunnel_t, keys)
                      - key * sizeof(ngx_queue_t));

        if (store_id_equal(ngx_xassist_live_id(tunnel, key), id)) {
            visit(tunnel, data);
        }
    }
}


void
ngx_xassist_live_missed(ngx_xassist_worker_t *worker)
{
    ngx_queue_t         *q;
    ngx_xassist_live_t  *live;

    live = worker->live;

    for (q = ngx_queue_head(&live->all);
         q != ngx_queue_sentinel(&live->all);
         q = ngx_queue_next(q))
    {
        ngx_xassist_crowd_missed(ngx_queue_data(q, ngx_xassist_tunnel_t,
                                                all));
    }

    ngx_xassist_live_mark_all(worker);
}


static void
ngx_xassist_live_mark_all(ngx_xassist_worker_t *worker)
{
    ngx_queue_t         *q;
    ngx_xassist_live_t  *live;

    live = worker->live;

    for (q = ngx_queue_head(&live->all);
         q != ngx_queue_sentinel(&live->all);
         q = ngx_queue_next(q))
    {
        ngx_xassist_live_dirty(live,
                               ngx_queue_data(q, ngx_xassist_tunnel_t, all),
                               1);
    }
}


void
ngx_xassist_live_generation(ngx_xassist_worker_t *worker)
{
    uint64_t  generation;

    generation = policy_zone_generation(worker->conf->zone->data);

    if (generation == worker->live->generation) {
        return;
    }

    worker->live->generation = generation;
    ngx_xassist_metrics_generation(worker, generation);
    ngx_xassist_worker_say(worker);
    ngx_xassist_live_mark_all(worker);
}


ngx_uint_t
ngx_xassist_live_count(ngx_xassist_worker_t *worker)
{
    return worker->live->count;
}


static void
ngx_xassist_live_slice(ngx_event_t *ev)
{
    uint64_t             end, cpu;
    ngx_uint_t           n;
    ngx_queue_t         *queue;
    ngx_xassist_live_t  *live;

    live = (ngx_xassist_live_t *)
               ((u_char *) ev - offsetof(ngx_xassist_live_t, slice));

    cpu = ngx_xassist_clock(CLOCK_THREAD_CPUTIME_ID);
    end = ngx_xassist_clock(CLOCK_MONOTONIC) + NGX_XASSIST_SLICE_TIME;

    for (n = 0; n < NGX_XASSIST_SLICE; n++) {

        queue = ngx_queue_empty(&live->few) ? &live->many : &live->few;

        if (ngx_queue_empty(queue)
            || (n != 0 && ngx_xassist_clock(CLOCK_MONOTONIC) >= end))
        {
            break;
        }

        ngx_xassist_live_decide(ngx_xassist_live_take(queue));
    }

    ngx_xassist_metrics_observe(live->worker, NGX_XASSIST_SLICE_SECONDS,
                                ngx_xassist_clock(CLOCK_THREAD_CPUTIME_ID)
                                - cpu);

    /* What came from others meanwhile has its turn first. */

    if ((!ngx_queue_empty(&live->few) || !ngx_queue_empty(&live->many))
        && !ev->posted)
    {
        ngx_post_event(ev, &ngx_posted_next_events);
    }
}


static ngx_xassist_tunnel_t *
ngx_xassist_live_take(ngx_queue_t *queue)
{
    ngx_queue_t           *q;
    ngx_xassist_tunnel_t  *tunnel;

    q = ngx_queue_head(queue);
    ngx_queue_remove(q);

    tunnel = ngx_queue_data(q, ngx_xassist_tunnel_t, dirty);
    tunnel->is_dirty = 0;

    return tunnel;
}


static void
ngx_xassist_live_decide(ngx_xassist_tunnel_t *tunnel)
{
    ngx_xassist_reason_t  reason;

    ngx_http_set_log_request(tunnel->request->connection->log,
                             tunnel->request);

    ngx_xassist_decide_again(tunnel->request, tunnel->ctx, tunnel->conf);

    reason = ngx_xassist_live_reason(tunnel);

    if (reason == NGX_XASSIST_R_NONE) {
        tunnel->since = 0;
        ngx_xassist_idle_plan(tunnel);
        return;
    }

    if (tunnel->is_many) {
        ngx_xassist_ending_add(tunnel, reason);
        return;
    }

    ngx_xassist_tunnel_close(tunnel, reason);
}


static ngx_xassist_reason_t
ngx_xassist_live_reason(ngx_xassist_tunnel_t *tunnel)
{
    ngx_xassist_ctx_t  *ctx;

    ctx = tunnel->ctx;

    if (ctx->verdict != NGX_XASSIST_ALLOW) {
        return ctx->reason != NGX_XASSIST_R_NONE
               ? ctx->reason : NGX_XASSIST_R_PERMISSION_MISSING;
    }

    if (ngx_xassist_crowd_out(tunnel)) {
        return NGX_XASSIST_R_TOO_MANY;
    }

    if (ngx_xassist_media_moved(ctx)) {
        return NGX_XASSIST_R_MEDIA_MOVED;
    }

    return ngx_xassist_assist_same(ctx) ? NGX_XASSIST_R_NONE
                                        : NGX_XASSIST_R_ASSISTANCE_ENDED;
}
