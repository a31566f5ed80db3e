#include "ngx_xassist_presence.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_media.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_room.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_AGAIN  1000                /* milliseconds */


/* A change of presence that belongs to no request. */
typedef struct {
    ngx_xassist_write_t    write;              /* first: cast from it */
    ngx_xassist_worker_t  *worker;
    ngx_xassist_tunnel_t  *tunnel;             /* ATTACH, while it lives */
    ngx_event_t            again;
} ngx_xassist_change_t;


static ngx_int_t ngx_xassist_presence_join(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);
static ngx_int_t ngx_xassist_presence_fill(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, store_op_t *op);
static void ngx_xassist_presence_resume(ngx_http_request_t *r);
static void ngx_xassist_presence_drop(ngx_xassist_ctx_t *ctx);
static ngx_int_t ngx_xassist_presence_joined(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);
static ngx_xassist_change_t *ngx_xassist_presence_change(
    ngx_xassist_worker_t *worker, store_op_kind_t kind,
    const ngx_xassist_ctx_t *ctx);
static void ngx_xassist_presence_post(ngx_xassist_change_t *change);
static void ngx_xassist_presence_done(ngx_xassist_write_t *write);
static void ngx_xassist_presence_again(ngx_event_t *ev);


ngx_int_t
ngx_xassist_presence_handler(ngx_http_request_t *r)
{
    ngx_xassist_ctx_t  *ctx;

    if (r != r->main || r->headers_in.upgrade == NULL) {
        return NGX_DECLINED;
    }

    ctx = ngx_xassist_ctx_get(r);

    if (ctx == NULL || ctx->verdict != NGX_XASSIST_ALLOW || !ctx->has_call
        || !ctx->known)
    {
        return NGX_DECLINED;
    }

    if (ctx->rooming != NULL) {
        return ngx_xassist_room_open(r, ctx);
    }

    if (ctx->joined) {
        return NGX_DECLINED;
    }

    if (ctx->joining) {
        return NGX_AGAIN;
    }

    if (ctx->join != NULL) {
        return ngx_xassist_presence_joined(r, ctx);
    }

    return ngx_xassist_presence_join(r, ctx);
}


static ngx_int_t
ngx_xassist_presence_join(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_int_t             rc;
    ngx_xassist_write_t  *write;

    /* Not of the request's pool, which lives as long as the connection. */

    write = ngx_calloc(sizeof(ngx_xassist_write_t), r->connection->log);
    if (write == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_xassist_presence_fill(r, ctx, &write->op);

    if (rc == NGX_OK
        && ngx_xassist_writer_wait(r, write, ngx_xassist_presence_resume)
           != NGX_OK)
    {
        rc = ngx_xassist_page_unavailable(ctx);
    }

    if (rc != NGX_OK) {
        ngx_free(write);
        return rc;
    }

    ctx->join = write;
    ctx->join_heap = 1;
    ctx->joining = 1;

    return NGX_AGAIN;
}


static ngx_int_t
ngx_xassist_presence_fill(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    store_op_t *op)
{
    ngx_int_t  rc;

    if (ngx_xassist_writer_prepare(ngx_xassist_worker(r), STORE_OP_JOIN, op)
        != NGX_OK
        || ngx_xassist_id_mint(&op->in.join.participant) != NGX_OK)
    {
        return ngx_xassist_page_unavailable(ctx);
    }

    op->actor = ctx->user;
    op->in.join.session = ctx->session;
    op->in.join.user = ctx->user;
    op->in.join.call = ctx->call;
    op->in.join.device = (uint8_t) ctx->device;
    op->in.join.platform = (uint8_t) ctx->platform;

    rc = ngx_xassist_media_plan(r, ctx, &op->in.join.on);

    return rc == NGX_DECLINED ? NGX_OK : rc;
}


static void
ngx_xassist_presence_resume(ngx_http_request_t *r)
{
    ngx_xassist_ctx_t  *ctx;

    ctx = ngx_xassist_ctx_get(r);
    ctx->joining = 0;

    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}


static ngx_int_t
ngx_xassist_presence_joined(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_int_t          rc;
    const store_op_t  *op;

    op = &ctx->join->op;

    if (op->status == STORE_OK) {
        ctx->joined = 1;
        ctx->participant = op->out.participant;

        rc = op->in.join.on.n != 0 ? ngx_xassist_media_took(r, ctx, op)
                                   : NGX_OK;
        ngx_xassist_presence_drop(ctx);

        return rc == NGX_OK ? ngx_xassist_room_open(r, ctx) : rc;
    }

    if (op->status == STORE_REFUSED) {
        ctx->verdict = NGX_XASSIST_DENY;
        ctx->reason = ngx_xassist_reason_of_store(op->reason);
        return ngx_xassist_page_refuse(ctx);
    }

    return ngx_xassist_page_unavailable(ctx);
}


static void
ngx_xassist_presence_drop(ngx_xassist_ctx_t *ctx)
{
    if (ctx->join_heap) {
        ngx_free(ctx->join);
        ctx->join = NULL;
        ctx->join_heap = 0;
    }
}


static ngx_xassist_change_t *
ngx_xassist_presence_change(ngx_xassist_worker_t *worker,
    store_op_kind_t kind, const ngx_xassist_ctx_t *ctx)
{
    store_op_t            *op;
    ngx_xassist_change_t  *change;

    change = ngx_calloc(sizeof(ngx_xassist_change_t), worker->log);
    if (change == NULL) {
        return NULL;
    }

    op = &change->write.op;

    if (ngx_xassist_writer_prepare(worker, kind, op) != NGX_OK) {
        ngx_free(change);
        return NULL;
    }

    op->actor = ctx->participant;
    op->in.attach.call = ctx->call;
    op->in.attach.participant = ctx->participant;
    ngx_memcpy(op->in.attach.incarnation, worker->incarnation,
               sizeof(worker->incarnation));

    change->worker = worker;
    change->write.done = ngx_xassist_presence_done;

    change->again.handler = ngx_xassist_presence_again;
    change->again.data = &ngx_xassist_no_connection;
    change->again.log = worker->log;

    return change;
}


void
ngx_xassist_presence_attach(ngx_xassist_tunnel_t *tunnel)
{
    ngx_xassist_change_t  *change;

    if (!tunnel->ctx->joined) {
        return;
    }

    change = ngx_xassist_presence_change(tunnel->worker, STORE_OP_ATTACH,
                                         tunnel->ctx);
    if (change == NULL) {
        return;
    }

    /* From here on it is the connection's end that takes the join back. */

    tunnel->ctx->joined = 0;
    tunnel->attached = 1;
    tunnel->attaching = &change->write;
    change->tunnel = tunnel;
    change->write.op.in.attach.opened = tunnel->opened;

    ngx_xassist_presence_post(change);

    /* The call may have been moved while the handshake was on its way. */

    if (tunnel->ctx->media.len) {
        ngx_xassist_live_doubt(tunnel, 0);
    }
}


void
ngx_xassist_presence_detach(ngx_xassist_tunnel_t *tunnel)
{
    const ngx_str_t       *why;
    ngx_xassist_change_t  *change;

    if (tunnel->attaching != NULL) {
        change = (ngx_xassist_change_t *) tunnel->attaching;
        change->tunnel = NULL;
        tunnel->attaching = NULL;
    }

    if (!tunnel->attached) {
        return;
    }

    tunnel->attached = 0;

    change = ngx_xassist_presence_change(tunnel->worker, STORE_OP_DETACH,
                                         tunnel->ctx);
    if (change != NULL) {
        why = &ngx_xassist_reason(tunnel->ctx->reason)->code;

        change->write.op.in.attach.opened = tunnel->opened;
        change->write.op.in.attach.why.data = why->data;
        change->write.op.in.attach.why.len = why->len;
        ngx_xassist_presence_post(change);
    }
}


void
ngx_xassist_presence_abandon(ngx_xassist_ctx_t *ctx)
{
    ngx_xassist_change_t  *change;
    ngx_xassist_worker_t  *worker;

    worker = ngx_xassist_worker(ctx->request);

    ngx_xassist_presence_drop(ctx);

    if (!ctx->joined || worker == NULL) {
        return;
    }

    ctx->joined = 0;

    change = ngx_xassist_presence_change(worker, STORE_OP_DETACH, ctx);
    if (change != NULL) {
        change->write.op.in.attach.failed = 1;
        ngx_xassist_presence_post(change);
    }
}


static void
ngx_xassist_presence_post(ngx_xassist_change_t *change)
{
    /* An attachment that is tried again must not overtake its own end. */

    if (change->write.op.kind == STORE_OP_ATTACH && change->tunnel == NULL) {
        ngx_free(change);
        return;
    }

    if (ngx_xassist_writer_post(change->worker, &change->write) == NGX_OK) {
        return;
    }

    /* Presence must not be lost to a full queue or an outage. */

    ngx_add_timer(&change->again, NGX_XASSIST_AGAIN);
}


static void
ngx_xassist_presence_again(ngx_event_t *ev)
{
    ngx_xassist_change_t  *change;

    change = (ngx_xassist_change_t *)
                 ((u_char *) ev - offsetof(ngx_xassist_change_t, again));

    if (ngx_exiting) {
        /* The lock of this incarnation goes, and its rows with it. */
        ngx_free(change);
        return;
    }

    ngx_xassist_presence_post(change);
}


static void
ngx_xassist_presence_done(ngx_xassist_write_t *write)
{
    ngx_xassist_change_t  *change = (ngx_xassist_change_t *) write;

    ngx_xassist_reason_t   reason;
    ngx_xassist_tunnel_t  *tunnel;

    tunnel = change->tunnel;

    switch (write->op.status) {

    case STORE_OK:
        break;

    case STORE_REFUSED:
    case STORE_NOT_FOUND:

        /* The right ended while the handshake was on its way. */

        if (tunnel != NULL) {
            tunnel->attaching = NULL;
            tunnel->attached = 0;

            reason = ngx_xassist_reason_of_store(write->op.reason);
            ngx_free(change);

            ngx_xassist_tunnel_close(tunnel,
                                     reason ? reason
                                            : NGX_XASSIST_R_CALL_ENDED);
            return;
        }

        break;

    default:
        ngx_add_timer(&change->again, NGX_XASSIST_AGAIN);
        return;
    }

    if (tunnel != NULL) {
        tunnel->attaching = NULL;
        tunnel->told = write->op.status == STORE_OK && write->op.out.told;

        if (tunnel->missed) {
            ngx_xassist_live_doubt(tunnel, 0);
        }

        ngx_xassist_tunnel_rest(tunnel);
    }

    ngx_free(change);
}
