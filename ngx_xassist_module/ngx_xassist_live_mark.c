#include "ngx_xassist_live_int.h"
#include "ngx_xassist_assist.h"
#include "ngx_xassist_crowd.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_ending.h"
#include "ngx_xassist_idle.h"
#include "ngx_xassist_media.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_worker.h"


/* Connections looked for in one turn of the event loop. */
#define NGX_XASSIST_STEP        64

/* Connections decided in one turn of the event loop: so many, or for so many
   microseconds. */
#define NGX_XASSIST_SLICE       64
#define NGX_XASSIST_SLICE_TIME  50

/* So many are decided first, and closed as soon as that is done; each leaves
   room for another one after so many microseconds.  The others end slowly. */
#define NGX_XASSIST_FEW         64
#define NGX_XASSIST_FEW_EVERY   250


/* Through all connections of one cause, or through all. */

typedef struct {
    ngx_queue_t   queue;
    ngx_queue_t  *at;                          /* the next one, or the end */
    ngx_queue_t  *end;
    ngx_uint_t    key;
    store_id_t    id;
    uint64_t      since;
    ngx_uint_t    missed;
} ngx_xassist_walk_t;


static void ngx_xassist_live_mark_all(ngx_xassist_worker_t *worker,
    ngx_uint_t missed);
static void ngx_xassist_live_walk(ngx_xassist_live_t *live,
    ngx_xassist_walk_t *walk);
static ngx_uint_t ngx_xassist_live_step(ngx_xassist_live_t *live,
    ngx_xassist_walk_t *walk, ngx_uint_t *most);
static void ngx_xassist_live_room(ngx_xassist_live_t *live);
static void ngx_xassist_live_walk_on(ngx_xassist_live_t *live);
static void ngx_xassist_live_walk_end(ngx_xassist_walk_t *walk);
static void ngx_xassist_live_marked(ngx_xassist_live_t *live,
    ngx_xassist_tunnel_t *tunnel, ngx_xassist_walk_t *walk);
static ngx_uint_t ngx_xassist_live_dirty(ngx_xassist_live_t *live,
    ngx_xassist_tunnel_t *tunnel, ngx_uint_t many);
static void ngx_xassist_live_slice(ngx_event_t *ev);
static void ngx_xassist_live_decide(ngx_xassist_tunnel_t *tunnel);
static ngx_xassist_reason_t ngx_xassist_live_reason(
    ngx_xassist_tunnel_t *tunnel);
static ngx_xassist_tunnel_t *ngx_xassist_live_take(ngx_queue_t *queue);


void
ngx_xassist_live_mark_init(ngx_xassist_live_t *live)
{
    ngx_queue_init(&live->walks);
    ngx_queue_init(&live->few);
    ngx_queue_init(&live->many);

    live->slice.handler = ngx_xassist_live_slice;
    live->slice.data = &ngx_xassist_no_connection;
    live->slice.log = live->worker->log;

    live->step = NGX_XASSIST_STEP;
}


void
ngx_xassist_live_mark_exit(ngx_xassist_live_t *live)
{
    while (!ngx_queue_empty(&live->walks)) {
        ngx_xassist_live_walk_end(ngx_queue_data(ngx_queue_head(&live->walks),
                                                 ngx_xassist_walk_t, queue));
    }
}


void
ngx_xassist_live_mark_leave(ngx_xassist_live_t *live,
    ngx_xassist_tunnel_t *tunnel)
{
    ngx_queue_t         *q;
    ngx_xassist_walk_t  *walk;

    for (q = ngx_queue_head(&live->walks);
         q != ngx_queue_sentinel(&live->walks);
         q = ngx_queue_next(q))
    {
        walk = ngx_queue_data(q, ngx_xassist_walk_t, queue);

        if (walk->at == &tunnel->keys[walk->key]) {
            walk->at = ngx_queue_next(walk->at);
        }
    }

    if (tunnel->is_dirty) {
        ngx_queue_remove(&tunnel->dirty);
        tunnel->is_dirty = 0;
    }
}


void
ngx_xassist_live_mark(ngx_xassist_worker_t *worker, ngx_xassist_key_t key,
    const store_id_t *id, uint64_t since)
{
    ngx_xassist_walk_t  walk;

    ngx_memzero(&walk, sizeof(ngx_xassist_walk_t));

    walk.key = key;
    walk.id = *id;
    walk.since = since;

    ngx_xassist_live_walk(worker->live, &walk);
}


void
ngx_xassist_live_missed(ngx_xassist_worker_t *worker)
{
    ngx_xassist_live_mark_all(worker, 1);
}


static void
ngx_xassist_live_mark_all(ngx_xassist_worker_t *worker, ngx_uint_t missed)
{
    ngx_xassist_walk_t  walk;

    ngx_memzero(&walk, sizeof(ngx_xassist_walk_t));

    walk.key = NGX_XASSIST_KEY_ALL;
    walk.missed = missed;

    ngx_xassist_live_walk(worker->live, &walk);
}


/* The first of them now, if this turn of the event loop has not looked for
   enough; most causes have no more. */

static void
ngx_xassist_live_walk(ngx_xassist_live_t *live, ngx_xassist_walk_t *walk)
{
    ngx_uint_t           all;
    ngx_xassist_walk_t  *rest;

    walk->end = ngx_xassist_live_bucket(live, walk->key, &walk->id);
    walk->at = ngx_queue_head(walk->end);

    if (walk->at == walk->end) {
        return;
    }

    ngx_post_event(&live->slice, &ngx_posted_events);

    if (!ngx_xassist_live_step(live, walk, &live->step)) {
        return;
    }

    rest = ngx_alloc(sizeof(ngx_xassist_walk_t), live->worker->log);

    if (rest == NULL) {
        all = NGX_MAX_SIZE_T_VALUE;
        (void) ngx_xassist_live_step(live, walk, &all);
        return;
    }

    *rest = *walk;
    ngx_queue_insert_tail(&live->walks, &rest->queue);
}


/* At most so many of them; whether there are more. */

static ngx_uint_t
ngx_xassist_live_step(ngx_xassist_live_t *live, ngx_xassist_walk_t *walk,
    ngx_uint_t *most)
{
    ngx_xassist_tunnel_t  *tunnel;

    ngx_xassist_live_room(live);

    for ( /* void */ ; *most != 0 && walk->at != walk->end; (*most)--) {

        tunnel = ngx_xassist_live_of(walk->at, walk->key);
        walk->at = ngx_queue_next(walk->at);

        if (walk->key == NGX_XASSIST_KEY_ALL
            || store_id_equal(ngx_xassist_live_id(tunnel, walk->key),
                              &walk->id))
        {
            ngx_xassist_live_marked(live, tunnel, walk);
        }
    }

    return walk->at != walk->end;
}


static void
ngx_xassist_live_walk_on(ngx_xassist_live_t *live)
{
    ngx_uint_t           most;
    ngx_xassist_walk_t  *walk;

    live->step = NGX_XASSIST_STEP;
    most = NGX_XASSIST_STEP;

    while (most != 0 && !ngx_queue_empty(&live->walks)) {

        walk = ngx_queue_data(ngx_queue_head(&live->walks),
                              ngx_xassist_walk_t, queue);

        if (!ngx_xassist_live_step(live, walk, &most)) {
            ngx_xassist_live_walk_end(walk);
        }
    }
}


static void
ngx_xassist_live_walk_end(ngx_xassist_walk_t *walk)
{
    ngx_queue_remove(&walk->queue);
    ngx_free(walk);
}


/*
 * Room is the worker's, not the cause's: what ends a call ends all who are in
 * it, too, and each of them is a cause of his own.
 */

static void
ngx_xassist_live_room(ngx_xassist_live_t *live)
{
    uint64_t    now;
    ngx_uint_t  n;

    now = ngx_xassist_clock(CLOCK_MONOTONIC);
    n = (ngx_uint_t) ((now - live->roomed) / NGX_XASSIST_FEW_EVERY);

    if (n != 0) {
        live->room = ngx_min(live->room + n, NGX_XASSIST_FEW);
        live->roomed = now;
    }
}


static void
ngx_xassist_live_marked(ngx_xassist_live_t *live, ngx_xassist_tunnel_t *tunnel,
    ngx_xassist_walk_t *walk)
{
    if (walk->missed) {
        ngx_xassist_crowd_missed(tunnel);
    }

    if (!tunnel->is_dirty && !tunnel->is_ending) {
        tunnel->since = walk->since;
    }

    if (walk->key == NGX_XASSIST_KEY_ALL || live->room == 0) {
        (void) ngx_xassist_live_dirty(live, tunnel, 1);
        return;
    }

    live->room -= ngx_xassist_live_dirty(live, tunnel, 0);
}


void
ngx_xassist_live_doubt(ngx_xassist_tunnel_t *tunnel, uint64_t since)
{
    if (!tunnel->is_dirty && !tunnel->is_ending) {
        tunnel->since = since;
    }

    (void) ngx_xassist_live_dirty(tunnel->worker->live, tunnel, 0);
}


/* Whether it came to the queue; who is one of many can be one of few then. */

static ngx_uint_t
ngx_xassist_live_dirty(ngx_xassist_live_t *live, ngx_xassist_tunnel_t *tunnel,
    ngx_uint_t many)
{
    if (tunnel->is_ending || tunnel->close != NULL
        || tunnel->conf->live == NGX_XASSIST_LIVE_OFF)
    {
        return 0;
    }

    if (tunnel->is_dirty) {

        if (many || !tunnel->is_many) {
            return 0;
        }

        ngx_queue_remove(&tunnel->dirty);
    }

    tunnel->is_dirty = 1;
    tunnel->is_many = many;
    ngx_queue_insert_tail(many ? &live->many : &live->few, &tunnel->dirty);

    ngx_post_event(&live->slice, &ngx_posted_events);

    return 1;
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
    ngx_xassist_live_mark_all(worker, 0);
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

    ngx_xassist_live_walk_on(live);

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

    if ((!ngx_queue_empty(&live->few) || !ngx_queue_empty(&live->many)
         || !ngx_queue_empty(&live->walks))
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
