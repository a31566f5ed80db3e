#include "ngx_xassist_courier.h"
#include "ngx_xassist_post.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_writer.h"

#include <sys/file.h>


#define NGX_XASSIST_COURIER_TICK   100         /* milliseconds */
#define NGX_XASSIST_COURIER_SLOTS  4           /* invitations on their way */
#define NGX_XASSIST_COURIER_SCAN   256         /* events in one turn */
#define NGX_XASSIST_COURIER_SAVE   1000        /* events, passed over */

#define NGX_XASSIST_COURIER_FIRST  1000        /* until the second try */
#define NGX_XASSIST_COURIER_LAST   300000      /* at most, between two */
#define NGX_XASSIST_COURIER_DAY    (24 * 3600 * 1000)
#define NGX_XASSIST_COURIER_HOUR   (3600 * 1000)


typedef struct {
    ngx_xassist_courier_t  *courier;
    store_id_t              id;
    ngx_uint_t              tries;
    uint64_t                created;
    unsigned                busy:1;
    ngx_xassist_write_t     write;
} ngx_xassist_parcel_t;


struct ngx_xassist_courier_s {
    ngx_xassist_worker_t   *worker;
    ngx_event_t             tick;
    int                     lock;              /* -1: another's */
    uint64_t                txnid;             /* looked at up to there */
    uint64_t                again;             /* when there is more */

    uint64_t                seen;              /* events, up to this one */
    uint64_t                saved;
    uint64_t                telling;           /* of this one, 0: none */
    uint64_t                since;             /* its time */
    ngx_uint_t              tries;
    uint64_t                retry;
    unsigned                known:1;
    unsigned                saving:1;
    ngx_xassist_write_t     told;

    ngx_xassist_parcel_t    parcels[NGX_XASSIST_COURIER_SLOTS];
};


static void ngx_xassist_courier_tick(ngx_event_t *ev);
static ngx_int_t ngx_xassist_courier_take(ngx_xassist_courier_t *courier);
static ngx_uint_t ngx_xassist_courier_busy(
    const ngx_xassist_courier_t *courier);
static void ngx_xassist_courier_tell(ngx_xassist_courier_t *courier);
static void ngx_xassist_courier_know(ngx_xassist_courier_t *courier);
static ngx_int_t ngx_xassist_courier_next(ngx_xassist_courier_t *courier,
    store_event_t *event);
static void ngx_xassist_courier_told(void *data, ngx_uint_t status);
static void ngx_xassist_courier_save(ngx_xassist_courier_t *courier);
static void ngx_xassist_courier_saved(ngx_xassist_write_t *write);
static bool ngx_xassist_courier_visit(void *data, const void *record);
static void ngx_xassist_courier_sent(void *data, ngx_uint_t status);
static void ngx_xassist_courier_became(ngx_xassist_parcel_t *parcel,
    store_delivery_t became, uint64_t retry);
static void ngx_xassist_courier_noted(ngx_xassist_write_t *write);
static uint64_t ngx_xassist_courier_pause(ngx_uint_t tries);
static ngx_uint_t ngx_xassist_courier_refused(ngx_uint_t status);


static const store_slice_t  ngx_xassist_courier_name = {
    (const uint8_t *) "notify", sizeof("notify") - 1
};


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
        courier->known = 0;
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
        if (store_deliveries(worker->read, ngx_xassist_courier_visit, courier)
            != STORE_OK)
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

    fd = open((char *) path, O_RDWR|O_CREAT|O_CLOEXEC, 0640);

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
    courier->known = 0;
    courier->txnid = 0;
    courier->again = 0;

    return NGX_OK;
}


static ngx_uint_t
ngx_xassist_courier_busy(const ngx_xassist_courier_t *courier)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_XASSIST_COURIER_SLOTS; i++) {
        if (courier->parcels[i].busy) {
            return 1;
        }
    }

    return courier->telling != 0 || courier->saving;
}


/* ---- rings, one after the other ------------------------------------------ */

static void
ngx_xassist_courier_tell(ngx_xassist_courier_t *courier)
{
    u_char                  text[NGX_INT64_LEN];
    ngx_int_t               rc;
    ngx_str_t               body, key;
    ngx_pool_t             *pool;
    store_event_t           event;
    ngx_xassist_worker_t   *worker;

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

    } else if (courier->known
               && courier->seen - courier->saved > NGX_XASSIST_COURIER_SAVE)
    {
        ngx_xassist_courier_save(courier);
    }

    if (pool != NULL) {
        ngx_destroy_pool(pool);
    }
}


/* Where to begin: not with what rang before anybody was to be told. */

static void
ngx_xassist_courier_know(ngx_xassist_courier_t *courier)
{
    store_txn_t     *read;
    store_status_t   status;

    read = courier->worker->read;
    status = store_told(read, ngx_xassist_courier_name, &courier->saved);

    if (status == STORE_NOT_FOUND) {
        courier->saved = 0;
        status = store_log_last(read, &courier->seen);

    } else {
        courier->seen = courier->saved;
    }

    courier->known = status == STORE_OK;
}


static ngx_int_t
ngx_xassist_courier_next(ngx_xassist_courier_t *courier,
    store_event_t *event)
{
    ngx_uint_t       i;
    store_txn_t     *read;
    store_status_t   status;

    read = courier->worker->read;

    if (!courier->known) {
        ngx_xassist_courier_know(courier);

        if (courier->known && courier->saved == 0) {
            ngx_xassist_courier_save(courier);
        }
    }

    for (i = 0; courier->known && i < NGX_XASSIST_COURIER_SCAN; i++) {

        status = store_log_next(read, courier->seen, event);

        if (status == STORE_TRIMMED) {
            ngx_log_error(NGX_LOG_WARN, courier->worker->log, 0,
                          "xassist: events were trimmed before anybody was "
                          "told of them");
            status = store_log_last(read, &courier->seen);
        }

        if (status != STORE_OK) {
            return NGX_DECLINED;
        }

        if (event->kind == STORE_EVENT_CALL_RINGING
            || event->kind == STORE_EVENT_CALL_MISSED)
        {
            return NGX_OK;
        }

        courier->seen = event->seq;
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

    courier->seen = seq;
    courier->tries = 0;
    courier->retry = 0;
    courier->again = 0;

    ngx_xassist_courier_save(courier);
}


static void
ngx_xassist_courier_save(ngx_xassist_courier_t *courier)
{
    ngx_xassist_worker_t  *worker;

    worker = courier->worker;

    if (courier->saving) {
        return;
    }

    ngx_memzero(&courier->told, sizeof(ngx_xassist_write_t));
    courier->told.done = ngx_xassist_courier_saved;
    courier->told.data = courier;

    if (ngx_xassist_writer_prepare(worker, STORE_OP_TOLD, &courier->told.op)
        != NGX_OK)
    {
        return;
    }

    courier->told.op.in.told.name = ngx_xassist_courier_name;
    courier->told.op.in.told.seq = courier->seen;

    if (ngx_xassist_writer_post(worker, &courier->told) == NGX_OK) {
        courier->saving = 1;
    }
}


static void
ngx_xassist_courier_saved(ngx_xassist_write_t *write)
{
    ngx_xassist_courier_t  *courier = write->data;

    courier->saving = 0;

    if (write->op.status == STORE_OK) {
        courier->saved = write->op.in.told.seq;
    }
}


/* ---- invitations, some at a time ----------------------------------------- */

static bool
ngx_xassist_courier_visit(void *data, const void *record)
{
    u_char                     text[NGX_XASSIST_ID_TEXT];
    ngx_int_t                  rc;
    ngx_str_t                  body, key;
    ngx_uint_t                 i;
    ngx_pool_t                *pool;
    ngx_xassist_parcel_t      *parcel;
    ngx_xassist_courier_t     *courier = data;
    const store_invitation_t  *inv = record;

    if (inv->retry > ngx_xassist_now()) {
        return false;
    }

    parcel = NULL;

    for (i = 0; i < NGX_XASSIST_COURIER_SLOTS; i++) {

        if (!courier->parcels[i].busy) {
            parcel = &courier->parcels[i];

        } else if (store_id_equal(&courier->parcels[i].id, &inv->id)) {
            return true;
        }
    }

    if (parcel == NULL) {
        return false;
    }

    pool = ngx_create_pool(4096, courier->worker->log);
    if (pool == NULL) {
        return false;
    }

    parcel->busy = 1;
    parcel->id = inv->id;
    parcel->tries = inv->tries;
    parcel->created = inv->created;

    rc = ngx_xassist_courier_invitation(courier->worker, pool, inv, &body);

    if (rc == NGX_OK) {
        key.data = text;
        key.len = ngx_xassist_id_text(text, &inv->id) - text;

        rc = ngx_xassist_post(courier->worker->conf->deliver,
                              courier->worker->log, &body, &key,
                              ngx_xassist_courier_sent, parcel);
    }

    if (rc == NGX_DECLINED) {
        ngx_xassist_courier_became(parcel, STORE_DELIVERY_FAILED, 0);

    } else if (rc != NGX_OK) {
        ngx_xassist_courier_sent(parcel, 0);
    }

    ngx_destroy_pool(pool);

    return true;
}


static void
ngx_xassist_courier_sent(void *data, ngx_uint_t status)
{
    uint64_t               now;
    ngx_xassist_parcel_t  *parcel = data;

    now = ngx_xassist_now();

    if (status >= 200 && status < 300) {
        ngx_xassist_courier_became(parcel, STORE_DELIVERY_DELIVERED, 0);

    } else if (ngx_xassist_courier_refused(status)
               || parcel->created + NGX_XASSIST_COURIER_DAY < now)
    {
        ngx_xassist_courier_became(parcel, STORE_DELIVERY_FAILED, 0);

    } else {
        ngx_xassist_courier_became(parcel, STORE_DELIVERY_QUEUED,
                             now + ngx_xassist_courier_pause(parcel->tries));
    }
}


/* It stays on its way until that is in the store. */

static void
ngx_xassist_courier_became(ngx_xassist_parcel_t *parcel,
    store_delivery_t became, uint64_t retry)
{
    store_op_t            *op;
    ngx_xassist_worker_t  *worker;

    worker = parcel->courier->worker;

    ngx_memzero(&parcel->write, sizeof(ngx_xassist_write_t));
    parcel->write.done = ngx_xassist_courier_noted;
    parcel->write.data = parcel;
    op = &parcel->write.op;

    if (ngx_xassist_writer_prepare(worker, STORE_OP_DELIVERED, op)
        == NGX_OK)
    {
        op->in.delivered.invitation = parcel->id;
        op->in.delivered.became = became;
        op->in.delivered.retry = retry;

        if (ngx_xassist_writer_post(worker, &parcel->write) == NGX_OK) {
            return;
        }
    }

    parcel->busy = 0;
}


static void
ngx_xassist_courier_noted(ngx_xassist_write_t *write)
{
    ngx_xassist_parcel_t  *parcel = write->data;

    parcel->busy = 0;
    parcel->courier->again = 0;
}


static uint64_t
ngx_xassist_courier_pause(ngx_uint_t tries)
{
    uint64_t  pause;

    pause = (uint64_t) NGX_XASSIST_COURIER_FIRST << ngx_min(tries, 16);

    return ngx_min(pause, NGX_XASSIST_COURIER_LAST);
}


/* What no repetition makes better. */

static ngx_uint_t
ngx_xassist_courier_refused(ngx_uint_t status)
{
    return status == NGX_HTTP_BAD_REQUEST || status == 410 || status == 422;
}
