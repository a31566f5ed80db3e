#include "ngx_xassist_idle.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_writer.h"


/* A wheel: each second one slot is looked through, connections move on to
   the slot of the second in which they want to be looked at next. */
#define NGX_XASSIST_SLOTS   64
#define NGX_XASSIST_TICK    1000               /* milliseconds */

/* Connections looked at in one turn of the event loop. */
#define NGX_XASSIST_CHECKS  512

/* A use is written down after a part of the idle limit, in milliseconds. */
#define NGX_XASSIST_STEPS     4
#define NGX_XASSIST_STEP_MIN  1000
#define NGX_XASSIST_STEP_MAX  60000


struct ngx_xassist_idle_s {
    ngx_xassist_worker_t  *worker;
    ngx_queue_t            slots[NGX_XASSIST_SLOTS];
    ngx_queue_t            due;                /* of this tick, still to do */
    ngx_uint_t             slot;
    ngx_event_t            tick;
    ngx_event_t            more;
};


static void ngx_xassist_idle_tick(ngx_event_t *ev);
static void ngx_xassist_idle_more(ngx_event_t *ev);
static void ngx_xassist_idle_run(ngx_xassist_idle_t *idle);
static void ngx_xassist_idle_check(ngx_xassist_tunnel_t *tunnel,
    const policy_settings_t *settings, uint64_t now);
static void ngx_xassist_idle_wait(ngx_xassist_tunnel_t *tunnel,
    uint64_t delay);
static uint64_t ngx_xassist_idle_step(const ngx_xassist_ctx_t *ctx);
static void ngx_xassist_idle_touch(ngx_xassist_worker_t *worker,
    ngx_xassist_ctx_t *ctx, uint64_t now);
static void ngx_xassist_idle_touched(ngx_xassist_write_t *write);


ngx_int_t
ngx_xassist_idle_init(ngx_xassist_worker_t *worker)
{
    ngx_uint_t           i;
    ngx_xassist_idle_t  *idle;

    idle = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_idle_t));
    if (idle == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_XASSIST_SLOTS; i++) {
        ngx_queue_init(&idle->slots[i]);
    }

    ngx_queue_init(&idle->due);

    idle->worker = worker;

    idle->tick.handler = ngx_xassist_idle_tick;
    idle->tick.data = &ngx_xassist_no_connection;
    idle->tick.log = worker->log;
    idle->tick.cancelable = 1;

    idle->more.handler = ngx_xassist_idle_more;
    idle->more.data = &ngx_xassist_no_connection;
    idle->more.log = worker->log;

    worker->idle = idle;

    ngx_add_timer(&idle->tick, NGX_XASSIST_TICK);

    return NGX_OK;
}


void
ngx_xassist_idle_add(ngx_xassist_tunnel_t *tunnel)
{
    ngx_queue_init(&tunnel->wheel);
    ngx_xassist_idle_wait(tunnel, 0);
}


void
ngx_xassist_idle_remove(ngx_xassist_tunnel_t *tunnel)
{
    ngx_queue_remove(&tunnel->wheel);
    ngx_queue_init(&tunnel->wheel);
}


void
ngx_xassist_idle_plan(ngx_xassist_tunnel_t *tunnel)
{
    ngx_xassist_idle_wait(tunnel, 0);
}


static void
ngx_xassist_idle_tick(ngx_event_t *ev)
{
    ngx_queue_t         *slot;
    ngx_xassist_idle_t  *idle;

    idle = (ngx_xassist_idle_t *)
               ((u_char *) ev - offsetof(ngx_xassist_idle_t, tick));

    idle->slot = (idle->slot + 1) % NGX_XASSIST_SLOTS;
    slot = &idle->slots[idle->slot];

    if (!ngx_queue_empty(slot)) {
        ngx_queue_add(&idle->due, slot);
        ngx_queue_init(slot);
    }

    ngx_xassist_idle_run(idle);

    ngx_add_timer(ev, NGX_XASSIST_TICK);
}


static void
ngx_xassist_idle_more(ngx_event_t *ev)
{
    ngx_xassist_idle_run((ngx_xassist_idle_t *)
                         ((u_char *) ev - offsetof(ngx_xassist_idle_t, more)));
}


static void
ngx_xassist_idle_run(ngx_xassist_idle_t *idle)
{
    uint64_t               now;
    ngx_uint_t             n;
    ngx_queue_t           *q;
    policy_settings_t      settings;
    ngx_xassist_tunnel_t  *tunnel;

    if (ngx_queue_empty(&idle->due)) {
        return;
    }

    if (ngx_xassist_settings(idle->worker, &settings) != NGX_OK) {
        ngx_memzero(&settings, sizeof(policy_settings_t));
    }

    now = ngx_xassist_now();

    for (n = 0;
         n < NGX_XASSIST_CHECKS && !ngx_queue_empty(&idle->due);
         n++)
    {
        q = ngx_queue_head(&idle->due);
        tunnel = ngx_queue_data(q, ngx_xassist_tunnel_t, wheel);

        ngx_xassist_idle_check(tunnel, &settings, now);
    }

    if (!ngx_queue_empty(&idle->due) && !idle->more.posted) {
        ngx_post_event(&idle->more, &ngx_posted_next_events);
    }
}


/* May end the connection, and with it free the tunnel. */

static void
ngx_xassist_idle_check(ngx_xassist_tunnel_t *tunnel,
    const policy_settings_t *settings, uint64_t now)
{
    uint64_t            delay, age, step, end;
    ngx_xassist_ctx_t  *ctx;

    ctx = tunnel->ctx;
    delay = NGX_XASSIST_STEP_MAX;

    ngx_xassist_tunnel_rest(tunnel);

    if (settings->max_age != 0
        && tunnel->conf->live != NGX_XASSIST_LIVE_OFF)
    {
        age = now > tunnel->opened ? now - tunnel->opened : 0;

        if (age >= settings->max_age) {
            ngx_xassist_idle_remove(tunnel);
            ngx_xassist_tunnel_close(tunnel, NGX_XASSIST_R_MAX_AGE);
            return;
        }

        delay = ngx_min(delay, settings->max_age - age);
    }

    if (ctx->known) {
        end = ctx->expires;

        if (ctx->idle != 0) {
            step = ngx_xassist_idle_step(ctx);

            if (tunnel->up.data && now >= ctx->touched
                && now - ctx->touched >= step)
            {
                tunnel->up.data = 0;
                ngx_xassist_idle_touch(tunnel->worker, ctx, now);
            }

            delay = ngx_min(delay, step);
            end = ngx_min(end, ctx->touched + ctx->idle);
        }

        /* The store says whether it is over: it knows of other uses. */

        if (now >= end) {
            ngx_xassist_live_doubt(tunnel, 0);
            end = now + NGX_XASSIST_TICK;
        }

        delay = ngx_min(delay, end - now);
    }

    ngx_xassist_idle_wait(tunnel, delay);
}


static void
ngx_xassist_idle_wait(ngx_xassist_tunnel_t *tunnel, uint64_t delay)
{
    ngx_uint_t           slots;
    ngx_xassist_idle_t  *idle;

    idle = tunnel->worker->idle;

    slots = (ngx_uint_t) ngx_min(delay / NGX_XASSIST_TICK + 1,
                                 NGX_XASSIST_SLOTS - 1);

    ngx_queue_remove(&tunnel->wheel);
    ngx_queue_insert_tail(&idle->slots[(idle->slot + slots)
                                       % NGX_XASSIST_SLOTS],
                          &tunnel->wheel);
}


static uint64_t
ngx_xassist_idle_step(const ngx_xassist_ctx_t *ctx)
{
    return ngx_max(ngx_min(ctx->idle / NGX_XASSIST_STEPS,
                           NGX_XASSIST_STEP_MAX),
                   NGX_XASSIST_STEP_MIN);
}


void
ngx_xassist_idle_used(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    uint64_t  now;

    if (!ctx->known || ctx->idle == 0 || ctx->kind != POLICY_KIND_REGULAR) {
        return;
    }

    now = ngx_xassist_now();

    if (now >= ctx->touched
        && now - ctx->touched >= ngx_xassist_idle_step(ctx))
    {
        ngx_xassist_idle_touch(ngx_xassist_worker(r), ctx, now);
    }
}


static void
ngx_xassist_idle_touch(ngx_xassist_worker_t *worker, ngx_xassist_ctx_t *ctx,
    uint64_t now)
{
    ngx_xassist_write_t  *write;

    write = ngx_calloc(sizeof(ngx_xassist_write_t), worker->log);
    if (write == NULL) {
        return;
    }

    write->done = ngx_xassist_idle_touched;

    if (ngx_xassist_writer_prepare(worker, STORE_OP_SESSION_TOUCH,
                                   &write->op)
        != NGX_OK)
    {
        ngx_free(write);
        return;
    }

    write->op.now = now;
    write->op.in.session_touch.session = ctx->session;

    if (ngx_xassist_writer_post(worker, write) != NGX_OK) {
        ngx_free(write);
        return;
    }

    ctx->touched = now;
}


static void
ngx_xassist_idle_touched(ngx_xassist_write_t *write)
{
    ngx_free(write);
}
