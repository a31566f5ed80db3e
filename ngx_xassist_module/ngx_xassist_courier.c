/* Rings and misses, told one after the other; and whose turn it is. */

#include "ngx_xassist_courier_int.h"
#include "ngx_xassist_post.h"
#include "ngx_xassist_worker.h"

#include <sys/file.h>


#define NGX_XASSIST_COURIER_TICK   100         /* milliseconds */
#define NGX_XASSIST_COURIER_SCAN   256         /* events in one turn */
#define NGX_XASSIST_COURIER_SAVE   1000        /* events, passed over */

#define NGX_XASSIST_COURIER_LAST   300000      /* at most, between two */
#define NGX_XASSIST_COURIER_HOUR   (3600 * 1000)


static void ngx_xassist_courier_tick(ngx_event_t *ev);
static ngx_int_t ngx_xassist_courier_take(ngx_xassist_courier_t *courier);
static ngx_uint_t ngx_xassist_courier_busy(
    const ngx_xassist_courier_t *courier);
static void ngx_xassist_courier_tell(ngx_xassist_courier_t *courier);
static ngx_int_t ngx_xassist_courier_next(ngx_xassist_courier_t *courier,
    store_event_t *event);
static void ngx_xassist_courier_told(void *data, ngx_uint_t status);


ngx_int_t
ngx_xassist_courier_init(ngx_xassist_worker_t *worker)
{
    ngx_uint_t              i;
    ngx_xassist_courier_t  *courier;

    if (worker->conf->deliver == NULL && worker->conf->notify == NULL) {
        return NGX_OK;
    }

    courier = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_courier_t));
    if (courier == NULL) {
        return NGX_ERROR;
    }

    courier->worker = worker;
    courier->lock = -1;
    courier->told.worker = worker;
    courier->told.name.data = (const uint8_t *) "notify";
    courier->told.name.len = sizeof("notify") - 1;

    for (i = 0; i < NGX_XASSIST_COURIER_SLOTS; i++) {
        courier->parcels[i].courier = courier;
    }

    courier->tick.handler = ngx_xassist_courier_tick;
    courier->tick.data = &ngx_xassist_no_connection;
    courier->tick.log = worker->log;
    courier->tick.cancelable = 1;

    worker->courier = courier;

    ngx_add_timer(&courier->tick, NGX_XASSIST_COURIER_TICK);

    return NGX_OK;
}


void
ngx_xassist_courier_stop(ngx_xassist_worker_t *worker)
{
    ngx_xassist_courier_t  *courier;

    courier = worker->courier;

    if (courier != NULL && courier->lock != -1) {
        (void) close(courier->lock);
        courier->lock = -1;
        courier->told.known = 0;
    }
}


static void
ngx_xassist_courier_tick(ngx_event_t *ev)
{
    uint64_t                txnid;
    ngx_xassist_worker_t   *worker;
    ngx_xassist_courier_t  *courier;

    courier = (ngx_xassist_courier_t *)
                  ((u_char *) ev - offsetof(ngx_xassist_courier_t, tick));
    worker = courier->worker;

    ngx_add_timer(ev, courier->lock == -1 ? 10 * NGX_XASSIST_COURIER_TICK
                                          : NGX_XASSIST_COURIER_TICK);

    if (ngx_exiting || worker->env == NULL || worker->read_only) {

        if (!ngx_xassist_courier_busy(courier)) {
            ngx_xassist_courier_stop(worker);
        }

        return;
    }

    if (courier->lock == -1 && ngx_xassist_courier_take(courier) != NGX_OK) {
        return;
    }

    ngx_xassist_courier_stuck(courier);

    txnid = store_txnid(worker->env);

    if (txnid == courier->txnid && ngx_xassist_now() < courier->again) {
        return;
    }

    courier->txnid = txnid;
    courier->again = ngx_xassist_now() + NGX_XASSIST_COURIER_FIRST;

    if (worker->conf->notify != NULL) {
        ngx_xassist_courier_tell(courier);
    }

    if (worker->conf->deliver != NULL
        && ngx_xassist_worker_read(worker) == NGX_OK)
    {
        if (ngx_xassist_courier_parcels(courier) != STORE_OK)
        {
            ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                          "xassist: what is to be sent could not be read");
        }

        store_read_reset(worker->read);
    }
}


static ngx_int_t
ngx_xassist_courier_take(ngx_xassist_courier_t *courier)
{
    int                    fd;
    u_char                 path[NGX_MAX_PATH];
    ngx_xassist_worker_t  *worker;

    worker = courier->worker;

    *ngx_snprintf(path, sizeof(path) - 1, "%s/courier", worker->folder)
        = '\0';

    fd = open((char *) path, O_RDWR|O_CREAT|O_CLOEXEC|O_NOFOLLOW,
              0600);

    if (fd == -1) {
        ngx_log_error(NGX_LOG_ERR, worker->log, ngx_errno,
                      "open() \"%s\" failed", path);
        return NGX_ERROR;
    }

    if (flock(fd, LOCK_EX|LOCK_NB) == -1) {
        (void) close(fd);
        return NGX_DECLINED;
    }

    courier->lock = fd;
    courier->told.known = 0;
    courier->txnid = 0;
    courier->again = 0;

    return NGX_OK;
}


static ngx_uint_t
ngx_xassist_courier_busy(const ngx_xassist_courier_t *courier)
{
    return ngx_xassist_courier_posted(courier) || courier->telling != 0
           || courier->told.saving;
}


static void
ngx_xassist_courier_tell(ngx_xassist_courier_t *courier)
{
    u_char                  text[NGX_INT64_LEN];
    ngx_int_t               rc;
    ngx_str_t               body, key;
    ngx_pool_t             *pool;
    store_event_t           event;
    ngx_xassist_told_t     *told;
    ngx_xassist_worker_t   *worker;

    told = &courier->told;
    worker = courier->worker;

    if (courier->telling != 0 || ngx_xassist_now() < courier->retry
        || ngx_xassist_worker_read(worker) != NGX_OK)
    {
        return;
    }

    rc = NGX_DECLINED;
    pool = ngx_create_pool(1024, worker->log);

    if (pool != NULL && ngx_xassist_courier_next(courier, &event) == NGX_OK) {
        rc = ngx_xassist_courier_event(worker, pool, &event, &body);
    }

    store_read_reset(worker->read);

    if (rc == NGX_OK) {
        key.data = text;
        key.len = ngx_sprintf(text, "%uL", event.seq) - text;

        courier->telling = event.seq;
        courier->since = event.time;

        if (ngx_xassist_post(worker->conf->notify, worker->log, &body, &key,
                             ngx_xassist_courier_told, courier)
            != NGX_OK)
        {
            ngx_xassist_courier_told(courier, 0);
        }

    } else if (told->known
               && (ngx_xassist_told_left(told)
                   || told->seen - told->saved > NGX_XASSIST_COURIER_SAVE))
    {
        ngx_xassist_told_save(told, told->seen);
    }

    if (pool != NULL) {
        ngx_destroy_pool(pool);
    }
}


static ngx_int_t
ngx_xassist_courier_next(ngx_xassist_courier_t *courier,
    store_event_t *event)
{
    ngx_uint_t           i;
    ngx_xassist_told_t  *told;

    told = &courier->told;

    if (!told->known) {
        ngx_xassist_told_know(told);
    }

    for (i = 0; told->known && i < NGX_XASSIST_COURIER_SCAN; i++) {

        if (ngx_xassist_told_next(told, event) != STORE_OK) {
            return NGX_DECLINED;
        }

        if (event->kind == STORE_EVENT_CALL_RINGING
            || event->kind == STORE_EVENT_CALL_MISSED)
        {
            return NGX_OK;
        }

        told->seen = event->seq;
    }

    courier->again = 0;

    return NGX_DECLINED;
}


static void
ngx_xassist_courier_told(void *data, ngx_uint_t status)
{
    uint64_t                seq, now;
    ngx_xassist_courier_t  *courier = data;

    now = ngx_xassist_now();
    seq = courier->telling;
    courier->telling = 0;

    if (status >= 200 && status < 300) {

        /* told */

    } else if (ngx_xassist_courier_refused(status)
               || courier->since + NGX_XASSIST_COURIER_HOUR < now)
    {
        ngx_log_error(NGX_LOG_ERR, courier->worker->log, 0,
                      "xassist: nobody was told of event %uL", seq);

    } else {
        courier->retry = now + ngx_xassist_courier_pause(courier->tries++);
        courier->again = courier->retry;
        return;
    }

    courier->told.seen = seq;
    courier->tries = 0;
    courier->retry = 0;
    courier->again = 0;

    ngx_xassist_told_save(&courier->told, seq);
}


uint64_t
ngx_xassist_courier_pause(ngx_uint_t tries)
{
    uint64_t  pause;

    pause = (uint64_t) NGX_XASSIST_COURIER_FIRST << ngx_min(tries, 16);

    return ngx_min(pause, NGX_XASSIST_COURIER_LAST);
}


/* What no repetition makes better. */

ngx_uint_t
ngx_xassist_courier_refused(ngx_uint_t status)
{
    return status == NGX_HTTP_BAD_REQUEST || status == 410 || status == 422;
}
