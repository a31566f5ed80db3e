/* Invitations, sent some at a time; what became of each is noted. */

#include "ngx_xassist_courier_int.h"
#include "ngx_xassist_post.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_COURIER_DAY  (24 * 3600 * 1000)


static bool ngx_xassist_courier_visit(void *data, const void *record);
static void ngx_xassist_courier_sent(void *data, ngx_uint_t status);
static void ngx_xassist_courier_became(ngx_xassist_parcel_t *parcel,
    store_delivery_t became, uint64_t retry);
static void ngx_xassist_courier_note(ngx_xassist_parcel_t *parcel);
static void ngx_xassist_courier_noted(ngx_xassist_write_t *write);


store_status_t
ngx_xassist_courier_parcels(ngx_xassist_courier_t *courier)
{
    return store_deliveries(courier->worker->read, ngx_xassist_courier_visit,
                            courier);
}


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
    parcel->again = 0;
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


/* It stays on its way until that is in the store: what was taken is not sent
   again because a disk is full. */

static void
ngx_xassist_courier_became(ngx_xassist_parcel_t *parcel,
    store_delivery_t became, uint64_t retry)
{
    parcel->became = became;
    parcel->retry = retry;

    ngx_xassist_courier_note(parcel);
}


static void
ngx_xassist_courier_note(ngx_xassist_parcel_t *parcel)
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
        op->in.delivered.became = parcel->became;
        op->in.delivered.retry = parcel->retry;

        if (ngx_xassist_writer_post(worker, &parcel->write) == NGX_OK) {
            parcel->again = 0;
            return;
        }
    }

    parcel->again = ngx_xassist_now() + NGX_XASSIST_COURIER_FIRST;
}


static void
ngx_xassist_courier_noted(ngx_xassist_write_t *write)
{
    ngx_xassist_parcel_t  *parcel = write->data;

    switch (write->op.status) {

    case STORE_OK:
    case STORE_NOT_FOUND:
    case STORE_REFUSED:
    case STORE_INVALID:
        parcel->busy = 0;
        parcel->courier->again = 0;
        break;

    default:
        parcel->again = ngx_xassist_now() + NGX_XASSIST_COURIER_FIRST;
        break;
    }
}


void
ngx_xassist_courier_stuck(ngx_xassist_courier_t *courier)
{
    ngx_uint_t             i;
    ngx_xassist_parcel_t  *parcel;

    for (i = 0; i < NGX_XASSIST_COURIER_SLOTS; i++) {
        parcel = &courier->parcels[i];

        if (parcel->busy && parcel->again != 0
            && parcel->again <= ngx_xassist_now())
        {
            ngx_xassist_courier_note(parcel);
        }
    }
}


ngx_uint_t
ngx_xassist_courier_posted(const ngx_xassist_courier_t *courier)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_XASSIST_COURIER_SLOTS; i++) {
        if (courier->parcels[i].busy && courier->parcels[i].again == 0) {
            return 1;
        }
    }

    return 0;
}
