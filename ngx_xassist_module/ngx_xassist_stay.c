#include "ngx_xassist_stay.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_writer.h"


#define NGX_XASSIST_AGAIN  1000                /* milliseconds */


struct ngx_xassist_stay_s {
    ngx_xassist_write_t    write;              /* first: cast from it */
    ngx_xassist_worker_t  *worker;
    ngx_event_t            again;
    store_op_kind_t        kind;               /* under way, or the last */
    ngx_xassist_stay_pt    refused;            /* NULL: it has ended */
    void                  *data;
    store_id_t             session;
    store_id_t             user;
    store_id_t             call;
    store_id_t             participant;
    uint8_t                device;
    uint8_t                platform;
    unsigned               busy:1;             /* a write is under way */
    unsigned               joined:1;           /* but never attached */
};


static void ngx_xassist_stay_post(ngx_xassist_stay_t *stay,
    store_op_kind_t kind);
static ngx_int_t ngx_xassist_stay_fill(ngx_xassist_stay_t *stay);
static void ngx_xassist_stay_done(ngx_xassist_write_t *write);
static void ngx_xassist_stay_next(ngx_xassist_stay_t *stay);
static void ngx_xassist_stay_again(ngx_event_t *ev);


ngx_xassist_stay_t *
ngx_xassist_stay_begin(ngx_xassist_worker_t *worker,
    const ngx_xassist_ctx_t *ctx, ngx_xassist_stay_pt refused, void *data)
{
    ngx_xassist_stay_t  *stay;

    stay = ngx_calloc(sizeof(ngx_xassist_stay_t), worker->log);
    if (stay == NULL) {
        return NULL;
    }

    stay->worker = worker;
    stay->refused = refused;
    stay->data = data;
    stay->session = ctx->session;
    stay->user = ctx->user;
    stay->call = ctx->call;
    stay->device = (uint8_t) ctx->device;
    stay->platform = (uint8_t) ctx->platform;

    stay->again.handler = ngx_xassist_stay_again;
    stay->again.data = &ngx_xassist_no_connection;
    stay->again.log = worker->log;

    if (ngx_xassist_id_mint(&stay->participant) != NGX_OK) {
        ngx_free(stay);
        return NULL;
    }

    ngx_xassist_stay_post(stay, STORE_OP_JOIN);

    return stay;
}


void
ngx_xassist_stay_end(ngx_xassist_stay_t *stay)
{
    stay->refused = NULL;

    if (!stay->busy) {
        ngx_xassist_stay_post(stay, STORE_OP_DETACH);
    }
}


/* Presence must not be lost to a full queue or an outage. */

static void
ngx_xassist_stay_post(ngx_xassist_stay_t *stay, store_op_kind_t kind)
{
    stay->kind = kind;
    stay->busy = 1;

    if (ngx_xassist_stay_fill(stay) != NGX_OK
        || ngx_xassist_writer_post(stay->worker, &stay->write) != NGX_OK)
    {
        ngx_add_timer(&stay->again, NGX_XASSIST_AGAIN);
    }
}


static ngx_int_t
ngx_xassist_stay_fill(ngx_xassist_stay_t *stay)
{
    store_op_t  *op;

    ngx_memzero(&stay->write, sizeof(ngx_xassist_write_t));
    stay->write.done = ngx_xassist_stay_done;
    op = &stay->write.op;

    if (ngx_xassist_writer_prepare(stay->worker, stay->kind, op) != NGX_OK) {
        return NGX_ERROR;
    }

    if (stay->kind == STORE_OP_JOIN) {
        op->actor = stay->user;
        op->in.join.session = stay->session;
        op->in.join.call = stay->call;
        op->in.join.participant = stay->participant;
        op->in.join.device = stay->device;
        op->in.join.platform = stay->platform;
        return NGX_OK;
    }

    op->actor = stay->participant;
    op->in.attach.call = stay->call;
    op->in.attach.participant = stay->participant;
    op->in.attach.failed = stay->kind == STORE_OP_DETACH && stay->joined;
    ngx_memcpy(op->in.attach.incarnation, stay->worker->incarnation,
               sizeof(stay->worker->incarnation));

    return NGX_OK;
}


static void
ngx_xassist_stay_done(ngx_xassist_write_t *write)
{
    ngx_xassist_stay_t  *stay = (ngx_xassist_stay_t *) write;

    stay->busy = 0;

    switch (write->op.status) {

    case STORE_OK:
        ngx_xassist_stay_next(stay);
        return;

    case STORE_REFUSED:
    case STORE_NOT_FOUND:

        if (stay->refused != NULL) {
            stay->refused(stay->data, write->op.status == STORE_REFUSED
                                      ? write->op.reason
                                      : STORE_REASON_CALL_ENDED);
        }

        ngx_free(stay);
        return;

    default:
        stay->busy = 1;
        ngx_add_timer(&stay->again, NGX_XASSIST_AGAIN);
    }
}


static void
ngx_xassist_stay_next(ngx_xassist_stay_t *stay)
{
    switch (stay->kind) {

    case STORE_OP_JOIN:
        stay->participant = stay->write.op.out.participant;
        stay->joined = 1;
        ngx_xassist_stay_post(stay, stay->refused != NULL ? STORE_OP_ATTACH
                                                          : STORE_OP_DETACH);
        return;

    case STORE_OP_ATTACH:
        stay->joined = 0;

        if (stay->refused == NULL) {
            ngx_xassist_stay_post(stay, STORE_OP_DETACH);
        }

        return;

    default:
        ngx_free(stay);
    }
}


static void
ngx_xassist_stay_again(ngx_event_t *ev)
{
    ngx_xassist_stay_t  *stay;

    stay = (ngx_xassist_stay_t *)
               ((u_char *) ev - offsetof(ngx_xassist_stay_t, again));

    /* Who ended before it began, or with this process, needs no write. */

    if (stay->refused == NULL && (ngx_exiting || stay->kind == STORE_OP_JOIN))
    {
        ngx_free(stay);
        return;
    }

    if (stay->refused == NULL && stay->kind == STORE_OP_ATTACH) {
        stay->kind = STORE_OP_DETACH;
    }

    ngx_xassist_stay_post(stay, stay->kind);
}
