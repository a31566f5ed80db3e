#include "ngx_xassist_room.h"
#include "ngx_xassist_balance.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_media.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_room_int.h"
#include "ngx_xassist_target.h"
#include "ngx_xassist_worker.h"


/* Of what Janus answers: what is wanted, or was so already. */
#define NGX_XASSIST_ROOM_MADE     "\"videoroom\":\"created\""
#define NGX_XASSIST_ROOM_THERE    "\"error_code\":427"


/* A request that waits for its room; lives in a pool of its own, since the
   request's lives as long as the connection. */
struct ngx_xassist_rooming_s {
    ngx_xassist_tell_t        tell;            /* first: cast from it */
    ngx_pool_t               *pool;
    ngx_pool_cleanup_t       *cleanup;         /* of the request */
    ngx_uint_t                waiting;
};


static void ngx_xassist_room_cancel(void *data);
static void ngx_xassist_room_opened(ngx_xassist_tell_t *tell);
static ngx_int_t ngx_xassist_room_settle(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);
static ngx_uint_t ngx_xassist_room_people(ngx_xassist_worker_t *worker,
    const store_id_t *call);


ngx_int_t
ngx_xassist_room_open(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_pool_t                    *pool;
    ngx_xassist_rooming_t         *w;
    const ngx_xassist_target_t    *target;
    ngx_xassist_upstream_conf_t   *xucf;
    ngx_http_upstream_srv_conf_t  *upstream;

    if (ctx->rooming != NULL) {
        return ngx_xassist_room_settle(r, ctx);
    }

    xucf = ngx_xassist_balance_of(r, &upstream);

    if (xucf == NULL || xucf->room == NULL || ctx->media.len == 0) {
        return NGX_DECLINED;
    }

    target = ngx_xassist_target_of(xucf->api, &ctx->media);
    pool = ngx_create_pool(8192, r->connection->log);

    if (pool == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    w = ngx_pcalloc(pool, sizeof(ngx_xassist_rooming_t));

    if (w == NULL
        || (w->cleanup = ngx_pool_cleanup_add(r->pool, 0)) == NULL)
    {
        ngx_destroy_pool(pool);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    w->pool = pool;
    w->cleanup->handler = ngx_xassist_room_cancel;
    w->cleanup->data = w;
    w->tell.log = r->connection->log;
    w->tell.timeout = NGX_XASSIST_ROOM_TIMEOUT;
    w->tell.done = ngx_xassist_room_opened;
    w->tell.data = r;

    if (target == NULL
        || ngx_xassist_room_create(pool, xucf->room, target, ctx, &w->tell)
           != NGX_OK)
    {
        ngx_xassist_room_cancel(w);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->rooming = w;
    w->waiting = 1;

    r->write_event_handler = ngx_http_request_empty_handler;
    ngx_xassist_tell(&w->tell);

    return NGX_AGAIN;
}


static void
ngx_xassist_room_cancel(void *data)
{
    ngx_xassist_rooming_t  *w = data;

    w->cleanup->handler = NULL;

    ngx_xassist_tell_cancel(&w->tell);
    ngx_destroy_pool(w->pool);
}


static void
ngx_xassist_room_opened(ngx_xassist_tell_t *tell)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = tell->data;
    c = r->connection;

    ((ngx_xassist_rooming_t *) tell)->waiting = 0;

    ngx_http_set_log_request(c->log, r);

    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);

    ngx_http_run_posted_requests(c);
}


/*
 * Where people are in the call its room is there, whatever became of Janus's
 * other door: the handshake then says whether the server lives.  Where nobody
 * is, the call is better off elsewhere, and nobody is disturbed by that.
 */

static ngx_int_t
ngx_xassist_room_settle(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_int_t                      rc;
    ngx_uint_t                     people;
    ngx_xassist_tell_t            *tell;
    ngx_http_upstream_srv_conf_t  *upstream;

    if (ctx->rooming->waiting) {
        return NGX_AGAIN;
    }

    rc = NGX_DECLINED;
    tell = &ctx->rooming->tell;

    if (ngx_xassist_room_says(tell, NGX_XASSIST_ROOM_MADE,
                              NGX_XASSIST_ROOM_THERE))
    {
        goto done;
    }

    people = ngx_xassist_room_people(ngx_xassist_worker(r), &ctx->call);

    ngx_xassist_metrics_media(ngx_xassist_worker(r),
                              NGX_XASSIST_MEDIA_NO_ROOM);

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "xassist: media server %V did not make room %uL at %V: %s"
                  "%V%s", &ctx->media, ctx->room, &tell->name,
                  tell->why ? tell->why : "it answered ", &tell->body,
                  people ? "; there are people in the call" : "");

    if (people) {
        goto done;
    }

    if (tell->status == 0 && ngx_xassist_balance_of(r, &upstream) != NULL) {
        ngx_xassist_balance_fail(upstream, &ctx->media);
        ngx_xassist_media_lost(r, ctx);
    }

    rc = ngx_xassist_media_refuse(r, ctx);

done:

    ngx_xassist_room_cancel(ctx->rooming);
    ctx->rooming = NULL;

    return rc;
}


static ngx_uint_t
ngx_xassist_room_people(ngx_xassist_worker_t *worker, const store_id_t *call)
{
    ngx_uint_t    people;
    store_call_t  record;

    people = 0;

    if (ngx_xassist_worker_read(worker) == NGX_OK) {

        if (store_call_get(worker->read, call, &record) == STORE_OK) {
            people = record.here;
        }

        store_read_reset(worker->read);
    }

    return people;
}


ngx_uint_t
ngx_xassist_room_says(ngx_xassist_tell_t *tell, const char *one,
    const char *other)
{
    size_t      i, n;
    ngx_str_t  *body;

    body = &tell->body;

    for (i = 0, n = 0; i < body->len; i++) {
        if (body->data[i] > ' ') {
            body->data[n++] = body->data[i];
        }
    }

    body->len = n;

    return tell->status == NGX_HTTP_OK
           && (ngx_strnstr(body->data, (char *) one, n) != NULL
               || ngx_strnstr(body->data, (char *) other, n) != NULL);
}
