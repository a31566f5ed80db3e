#include "ngx_xassist_media.h"
#include "ngx_xassist_balance.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_room.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_writer.h"


/* A move that belongs to no request; lives in a pool of its own. */
typedef struct {
    ngx_xassist_write_t    write;              /* first: cast from it */
    ngx_pool_t            *pool;
    ngx_xassist_worker_t  *worker;
} ngx_xassist_move_t;


static ngx_int_t ngx_xassist_media_place(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);
static void ngx_xassist_media_resume(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_media_placed(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);
static ngx_int_t ngx_xassist_media_from(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);
static void ngx_xassist_media_again(ngx_http_request_t *r);
static void ngx_xassist_media_done(ngx_xassist_write_t *write);


ngx_int_t
ngx_xassist_media_handler(ngx_http_request_t *r)
{
    ngx_xassist_ctx_t  *ctx;

    if (r != r->main || r->headers_in.upgrade != NULL) {
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

    if (ctx->media.len) {
        return NGX_DECLINED;
    }

    if (ctx->joining) {
        return NGX_AGAIN;
    }

    if (ctx->join != NULL) {
        return ngx_xassist_media_placed(r, ctx);
    }

    return ngx_xassist_media_place(r, ctx);
}


static ngx_int_t
ngx_xassist_media_place(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_int_t                      rc;
    store_place_on_t               on;
    ngx_xassist_write_t           *write;
    ngx_http_upstream_srv_conf_t  *upstream;

    if (ngx_xassist_balance_of(r, &upstream) == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_xassist_media_from(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->media.len && !ngx_xassist_balance_dead(upstream, &ctx->media)) {
        return NGX_DECLINED;
    }

    rc = ngx_xassist_media_plan(r, ctx, &on);

    if (rc != NGX_OK) {
        return rc;
    }

    write = ngx_pcalloc(r->pool, sizeof(ngx_xassist_write_t));
    if (write == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_str_null(&ctx->media);

    if (ngx_xassist_writer_prepare(ngx_xassist_worker(r), STORE_OP_CALL_PLACE,
                                   &write->op)
        != NGX_OK)
    {
        return ngx_xassist_page_unavailable(ctx);
    }

    write->op.in.call_place.call = ctx->call;
    write->op.in.call_place.on = on;

    if (ngx_xassist_writer_wait(r, write, ngx_xassist_media_resume)
        != NGX_OK)
    {
        return ngx_xassist_page_unavailable(ctx);
    }

    ctx->join = write;
    ctx->joining = 1;

    return NGX_AGAIN;
}


static void
ngx_xassist_media_resume(ngx_http_request_t *r)
{
    ngx_xassist_ctx_get(r)->joining = 0;

    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}


static ngx_int_t
ngx_xassist_media_placed(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_int_t          rc;
    const store_op_t  *op;

    op = &ctx->join->op;

    if (op->status == STORE_OK) {
        rc = ngx_xassist_media_took(r, ctx, op);
        return rc == NGX_OK ? ngx_xassist_room_open(r, ctx) : rc;
    }

    if (op->status == STORE_REFUSED) {
        ctx->verdict = NGX_XASSIST_DENY;
        ctx->reason = ngx_xassist_reason_of_store(op->reason);
        return ngx_xassist_page_refuse(ctx);
    }

    return ngx_xassist_page_unavailable(ctx);
}


ngx_int_t
ngx_xassist_media_plan(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    store_place_on_t *on)
{
    ngx_str_t                      from;
    ngx_xassist_choice_t           choice;
    ngx_http_upstream_srv_conf_t  *upstream;

    ngx_memzero(on, sizeof(store_place_on_t));

    if (ngx_xassist_balance_of(r, &upstream) == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_xassist_media_from(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    from = ctx->media;

    if (ngx_xassist_balance_choice(upstream, r->pool, &from, &choice)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (choice.n == 0 && from.len == 0) {
        return ngx_xassist_media_refuse(r, ctx);
    }

    /* The transition looks again: with a `from` it moves the call if that is
       still where it is, without it says where it went. */

    if (choice.dead) {
        on->from.data = from.data;
        on->from.len = from.len;
    }

    on->servers = choice.servers;
    on->n = choice.n;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_media_took(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const store_op_t *op)
{
    if (op->out.media_len == 0) {

        /* Every server is drained. */

        return ngx_xassist_media_refuse(r, ctx);
    }

    ctx->media.data = ngx_pnalloc(r->pool, op->out.media_len);
    if (ctx->media.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->media.len = op->out.media_len;
    ngx_memcpy(ctx->media.data, op->out.media, ctx->media.len);

    return NGX_OK;
}


/* Where the call was when this request was decided; empty: nowhere. */

static ngx_int_t
ngx_xassist_media_from(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ctx->media.len = ctx->placed_len;

    if (ctx->media.len == 0) {
        return NGX_OK;
    }

    ctx->media.data = ngx_pnalloc(r->pool, ctx->media.len);
    if (ctx->media.data == NULL) {
        ctx->media.len = 0;
        return NGX_ERROR;
    }

    ngx_memcpy(ctx->media.data, ctx->placed, ctx->media.len);

    return NGX_OK;
}


ngx_int_t
ngx_xassist_media_refuse(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_xassist_metrics_media(ngx_xassist_worker(r),
                              NGX_XASSIST_MEDIA_UNAVAILABLE);
    ngx_xassist_media_again(r);

    ctx->verdict = NGX_XASSIST_ERROR;
    ctx->reason = NGX_XASSIST_R_MEDIA_UNAVAILABLE;

    return ngx_xassist_page_refuse(ctx);
}


void
ngx_xassist_media_lost(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_pool_t                    *pool;
    ngx_xassist_move_t            *move;
    ngx_xassist_choice_t           choice;
    ngx_xassist_worker_t          *worker;
    ngx_http_upstream_srv_conf_t  *upstream;

    worker = ngx_xassist_worker(r);

    if (worker == NULL || ngx_xassist_balance_of(r, &upstream) == NULL) {
        return;
    }

    pool = ngx_create_pool(4096, worker->log);
    if (pool == NULL) {
        return;
    }

    move = ngx_pcalloc(pool, sizeof(ngx_xassist_move_t));

    if (move == NULL
        || ngx_xassist_balance_choice(upstream, pool, &ctx->media, &choice)
           != NGX_OK
        || choice.n == 0
        || ngx_xassist_writer_prepare(worker, STORE_OP_CALL_PLACE,
                                      &move->write.op)
           != NGX_OK)
    {
        goto failed;
    }

    move->write.op.in.call_place.on.from.len = ctx->media.len;
    move->write.op.in.call_place.on.from.data = ngx_pstrdup(pool, &ctx->media);

    if (move->write.op.in.call_place.on.from.data == NULL) {
        goto failed;
    }

    move->write.op.in.call_place.on.servers = choice.servers;
    move->write.op.in.call_place.on.n = choice.n;
    move->write.op.in.call_place.call = ctx->call;
    move->write.done = ngx_xassist_media_done;
    move->pool = pool;
    move->worker = worker;

    if (ngx_xassist_writer_post(worker, &move->write) == NGX_OK) {
        return;
    }

failed:

    /* Whoever comes next tries the server, and this, again. */

    ngx_destroy_pool(pool);
}


static void
ngx_xassist_media_done(ngx_xassist_write_t *write)
{
    ngx_xassist_move_t  *move = (ngx_xassist_move_t *) write;

    u_char       id[NGX_XASSIST_ID_TEXT + 1];
    store_op_t  *op;

    op = &write->op;

    if (op->status == STORE_OK && !op->out.again) {

        ngx_xassist_metrics_media(move->worker, NGX_XASSIST_MEDIA_MOVED);

        *ngx_xassist_id_text(id, &op->in.call_place.call) = '\0';

        ngx_log_error(NGX_LOG_WARN, move->worker->log, 0,
                      "xassist: call %s was moved from media server %*s, "
                      "which cannot be reached, to %*s", id,
                      op->in.call_place.on.from.len,
                      op->in.call_place.on.from.data,
                      (size_t) op->out.media_len, op->out.media);
    }

    ngx_destroy_pool(move->pool);
}


ngx_uint_t
ngx_xassist_media_moved(const ngx_xassist_ctx_t *ctx)
{
    return ctx->media.len && ctx->placed_len
           && (ctx->placed_len != ctx->media.len
               || ngx_memcmp(ctx->placed, ctx->media.data, ctx->media.len)
                  != 0);
}


void
ngx_xassist_media_answer(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_uint_t        status;
    ngx_table_elt_t  *h;

    status = r->headers_out.status;

    /* Not what the server itself answered so. */

    if (ctx->media.len == 0 || r->upstream == NULL || ctx->refused
        || (status != NGX_HTTP_BAD_GATEWAY
            && status != NGX_HTTP_GATEWAY_TIME_OUT)
        || r->upstream->headers_in.status_n == status)
    {
        return;
    }

    ctx->reason = NGX_XASSIST_R_MEDIA_UNAVAILABLE;
    ctx->refused = 1;
    ctx->status = status;

    ngx_xassist_metrics_media(ngx_xassist_worker(r),
                              NGX_XASSIST_MEDIA_UNAVAILABLE);

    if (r->headers_in.upgrade != NULL && r->upstream->request_sent
        && status == NGX_HTTP_BAD_GATEWAY)
    {
        h = ngx_xassist_header(r, "sec-websocket-protocol",
                               sizeof("sec-websocket-protocol") - 1);

        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "xassist: media server %V ended the handshake without "
                      "an answer; the client asked for %s \"%V\"",
                      &ctx->media, h ? "subprotocol" : "upgrade",
                      h ? &h->value : &r->headers_in.upgrade->value);
    }

    ngx_xassist_media_again(r);
}


/* Pages come back by themselves; by then the call may have moved. */

static void
ngx_xassist_media_again(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    if (r->method != NGX_HTTP_GET || r->headers_in.upgrade != NULL) {
        return;
    }

    h = ngx_list_push(&r->headers_out.headers);

    if (h != NULL) {
        ngx_memzero(h, sizeof(ngx_table_elt_t));
        h->hash = 1;
        ngx_str_set(&h->key, "Refresh");
        ngx_str_set(&h->value, "2");
    }
}


ngx_int_t
ngx_xassist_value_media(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ctx->media;

    return NGX_OK;
}
