#include "ngx_xassist_ending.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_worker.h"


/* All times in microseconds.  Those of one cause are closed within SPREAD, a
   few much sooner; one in a turn of the event loop, and one more for each LATE
   that the next is overdue. */
#define NGX_XASSIST_ENDING_SPREAD  800000
#define NGX_XASSIST_ENDING_EVERY   250
#define NGX_XASSIST_ENDING_LATE    1000

/* Milliseconds until the next one is looked for. */
#define NGX_XASSIST_ENDING_REST    1


struct ngx_xassist_ending_s {
    ngx_xassist_worker_t  *worker;
    ngx_queue_t            queue;
    ngx_uint_t             n;
    uint64_t               until;
    uint64_t               next;
    ngx_event_t            turn;
};


static void ngx_xassist_ending_turn(ngx_event_t *ev);
static void ngx_xassist_ending_one(ngx_xassist_ending_t *ending);


ngx_int_t
ngx_xassist_ending_init(ngx_xassist_worker_t *worker)
{
    ngx_xassist_ending_t  *ending;

    ending = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_ending_t));
    if (ending == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_init(&ending->queue);

    ending->worker = worker;
    ending->turn.handler = ngx_xassist_ending_turn;
    ending->turn.data = &ngx_xassist_no_connection;
    ending->turn.log = worker->log;

    worker->ending = ending;

    return NGX_OK;
}


void
ngx_xassist_ending_add(ngx_xassist_tunnel_t *tunnel,
    ngx_xassist_reason_t reason)
{
    ngx_xassist_ending_t  *ending;

    ending = tunnel->worker->ending;

    tunnel->ctx->reason = reason;
    tunnel->is_ending = 1;

    if (ending->n++ == 0) {
        ending->next = ngx_xassist_clock(CLOCK_MONOTONIC);
        ending->until = ending->next + NGX_XASSIST_ENDING_SPREAD;
    }

    ngx_queue_insert_tail(&ending->queue, &tunnel->dirty);

    if (!ending->turn.posted && !ending->turn.timer_set) {
        ngx_post_event(&ending->turn, &ngx_posted_next_events);
    }
}


void
ngx_xassist_ending_remove(ngx_xassist_tunnel_t *tunnel)
{
    ngx_queue_remove(&tunnel->dirty);
    tunnel->is_ending = 0;
    tunnel->worker->ending->n--;
}


/*
 * As many as are to be closed by now, but few in one turn: between turns the
 * loop takes what came from others meanwhile.
 */

static void
ngx_xassist_ending_turn(ngx_event_t *ev)
{
    uint64_t               now, cpu;
    ngx_uint_t             n;
    ngx_xassist_ending_t  *ending;

    ending = (ngx_xassist_ending_t *)
                 ((u_char *) ev - offsetof(ngx_xassist_ending_t, turn));

    cpu = ngx_xassist_clock(CLOCK_THREAD_CPUTIME_ID);
    now = ngx_xassist_clock(CLOCK_MONOTONIC);

    n = ending->next > now ? 0
        : 1 + (ngx_uint_t) (now - ending->next) / NGX_XASSIST_ENDING_LATE;

    for ( /* void */ ; n != 0 && ending->n != 0; n--) {
        ngx_xassist_ending_one(ending);
    }

    ngx_xassist_metrics_observe(ending->worker, NGX_XASSIST_SLICE_SECONDS,
                                ngx_xassist_clock(CLOCK_THREAD_CPUTIME_ID)
                                - cpu);

    if (ending->n == 0 || ev->posted || ev->timer_set) {
        return;
    }

    if (ending->next <= now) {
        ngx_post_event(ev, &ngx_posted_next_events);
        return;
    }

    ngx_add_timer(ev, NGX_XASSIST_ENDING_REST);
}


static void
ngx_xassist_ending_one(ngx_xassist_ending_t *ending)
{
    uint64_t               every;
    ngx_xassist_tunnel_t  *tunnel;

    tunnel = ngx_queue_data(ngx_queue_head(&ending->queue),
                            ngx_xassist_tunnel_t, dirty);

    every = ending->next < ending->until
            ? (ending->until - ending->next) / ending->n : 0;
    ending->next += ngx_min(every, NGX_XASSIST_ENDING_EVERY);

    ngx_xassist_ending_remove(tunnel);
    ngx_xassist_tunnel_close(tunnel, tunnel->ctx->reason);
}
