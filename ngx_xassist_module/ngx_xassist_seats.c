#include "ngx_xassist_seats.h"
#include "ngx_xassist_terms.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_writer.h"


#define NGX_XASSIST_SEATS_MAX  256             /* users in one commit */


struct ngx_xassist_seats_s {
    ngx_xassist_write_t   write;
    ngx_pool_t           *pool;                /* of the terms */
    uint64_t              generation;          /* that these are of */
    unsigned              counting:1;
};


static ngx_int_t ngx_xassist_seats_terms(ngx_xassist_worker_t *worker,
    ngx_xassist_seats_t *seats);
static void ngx_xassist_seats_counted(ngx_xassist_write_t *write);


void
ngx_xassist_seats(ngx_xassist_worker_t *worker)
{
    bool                  due;
    store_op_t           *op;
    store_status_t        status;
    ngx_xassist_seats_t  *seats;

    if (ngx_exiting || ngx_terminate || worker->read_only) {
        return;
    }

    if (worker->seats == NULL) {
        worker->seats = ngx_pcalloc(worker->cycle->pool,
                                    sizeof(ngx_xassist_seats_t));
        if (worker->seats == NULL) {
            return;
        }
    }

    seats = worker->seats;

    if (seats->counting
        || ngx_xassist_seats_terms(worker, seats) != NGX_OK
        || ngx_xassist_worker_read(worker) != NGX_OK)
    {
        return;
    }

    op = &seats->write.op;
    status = store_seats_due(worker->read, op, &due);
    store_read_reset(worker->read);

    if (status != STORE_OK || !due
        || ngx_xassist_writer_prepare(worker, STORE_OP_SEATS, op) != NGX_OK)
    {
        return;
    }

    op->in.seats.max = NGX_XASSIST_SEATS_MAX;

    seats->write.done = ngx_xassist_seats_counted;
    seats->write.data = worker;

    if (ngx_xassist_writer_post(worker, &seats->write) == NGX_OK) {
        seats->counting = 1;
    }
}


/* Read once for each policy. */

static ngx_int_t
ngx_xassist_seats_terms(ngx_xassist_worker_t *worker,
    ngx_xassist_seats_t *seats)
{
    uint64_t  generation;

    generation = policy_zone_generation(worker->conf->zone->data);

    if (seats->pool != NULL && generation == seats->generation) {
        return NGX_OK;
    }

    ngx_xassist_seats_exit(worker);

    seats->pool = ngx_create_pool(1024, worker->log);
    if (seats->pool == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&seats->write.op, sizeof(store_op_t));

    if (ngx_xassist_terms(worker, seats->pool, &seats->write.op) != NGX_OK) {
        ngx_xassist_seats_exit(worker);
        return NGX_ERROR;
    }

    seats->generation = generation;

    return NGX_OK;
}


static void
ngx_xassist_seats_counted(ngx_xassist_write_t *write)
{
    ngx_xassist_worker_t  *worker;

    worker = write->data;
    worker->seats->counting = 0;

    if (write->op.status != STORE_OK) {
        ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                      "xassist: agent seats could not be counted anew: %s",
                      store_status_text(write->op.status));

    } else if (write->op.out.more) {
        ngx_xassist_seats(worker);
    }
}


void
ngx_xassist_seats_exit(ngx_xassist_worker_t *worker)
{
    if (worker->seats != NULL && worker->seats->pool != NULL) {
        ngx_destroy_pool(worker->seats->pool);
        worker->seats->pool = NULL;
    }
}
