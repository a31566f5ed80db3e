#include "ngx_xassist_told.h"
#include "ngx_xassist_worker.h"


static void ngx_xassist_told_saved(ngx_xassist_write_t *write);


void
ngx_xassist_told_know(ngx_xassist_told_t *told)
{
    store_txn_t     *read;
    store_status_t   status;

    read = told->worker->read;
    status = store_told(read, told->name, &told->saved);
    told->kept = status == STORE_OK;

    if (status == STORE_NOT_FOUND) {
        told->saved = 0;
        status = store_log_last(read, &told->seen);

    } else {
        told->seen = told->saved;
    }

    told->want = told->seen;
    told->known = status == STORE_OK;
}


store_status_t
ngx_xassist_told_next(ngx_xassist_told_t *told, store_event_t *event)
{
    store_status_t  status;

    status = store_log_next(told->worker->read, told->seen, event);

    if (status == STORE_TRIMMED) {
        ngx_log_error(NGX_LOG_WARN, told->worker->log, 0,
                      "xassist: events were trimmed before anybody was told "
                      "of them");
        told->seen = event->seq - 1;
        return STORE_OK;
    }

    return status;
}


void
ngx_xassist_told_save(ngx_xassist_told_t *told, uint64_t seq)
{
    store_op_t  *op;

    told->want = seq;

    if (told->saving) {
        return;
    }

    ngx_memzero(&told->write, sizeof(ngx_xassist_write_t));
    told->write.done = ngx_xassist_told_saved;
    told->write.data = told;

    op = &told->write.op;

    if (ngx_xassist_writer_prepare(told->worker, STORE_OP_TOLD, op)
        != NGX_OK)
    {
        return;
    }

    op->in.told.name = told->name;
    op->in.told.seq = seq;

    told->saving = ngx_xassist_writer_post(told->worker, &told->write)
                   == NGX_OK;
}


static void
ngx_xassist_told_saved(ngx_xassist_write_t *write)
{
    ngx_xassist_told_t  *told = write->data;

    told->saving = 0;

    if (write->op.status != STORE_OK) {
        return;
    }

    told->saved = write->op.in.told.seq;
    told->kept = 1;

    /* Where it came to meanwhile: whoever goes on must not begin before. */

    if (told->want > told->saved) {
        ngx_xassist_told_save(told, told->want);
    }
}


ngx_uint_t
ngx_xassist_told_left(const ngx_xassist_told_t *told)
{
    return !told->saving && (!told->kept || told->want > told->saved);
}
