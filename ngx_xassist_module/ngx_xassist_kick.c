#include "ngx_xassist_kick.h"
#include "ngx_xassist_balance.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_target.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_KICK_TRIES    10
#define NGX_XASSIST_KICK_FEW      3            /* who may come back at once */
#define NGX_XASSIST_KICK_TIMEOUT  5000         /* milliseconds, of one try */
#define NGX_XASSIST_KICK_FIRST    250          /* until the second try */
#define NGX_XASSIST_KICK_PAUSE    15000        /* at most, between two */
#define NGX_XASSIST_KICK_TOKEN    60           /* seconds */


/* One telling, until the server agrees; lives in a pool of its own. */
typedef struct {
    ngx_xassist_tell_t        tell;            /* first: cast from it */
    ngx_pool_t               *pool;
    ngx_xassist_worker_t     *worker;
    ngx_uint_t                tries;
    ngx_uint_t                most;
    ngx_event_t               again;
    u_char                    who[NGX_XASSIST_ID_TEXT + 1];
} ngx_xassist_kicking_t;


static ngx_int_t ngx_xassist_kick_request(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, const ngx_xassist_target_t *target,
    ngx_xassist_kicking_t *k);
static ngx_int_t ngx_xassist_kick_body(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_pool_t *pool, ngx_str_t *body);
static void ngx_xassist_kick_try(ngx_xassist_kicking_t *k);
static void ngx_xassist_kick_done(ngx_xassist_tell_t *tell);
static void ngx_xassist_kick_again(ngx_event_t *ev);
static void ngx_xassist_kick_failed(ngx_xassist_kicking_t *k,
    const char *what);


void
ngx_xassist_kick(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_pool_t                    *pool;
    ngx_xassist_worker_t          *worker;
    ngx_xassist_kicking_t         *k;
    const ngx_xassist_target_t    *target;
    ngx_xassist_upstream_conf_t   *xucf;
    ngx_http_upstream_srv_conf_t  *upstream;

    worker = ngx_xassist_worker(r);
    xucf = ngx_xassist_balance_of(r, &upstream);

    if (xucf == NULL || worker == NULL || ctx->media.len == 0) {
        return;
    }

    target = ngx_xassist_target_of(xucf->kick, &ctx->media);

    if (target == NULL) {
        return;
    }

    /* These lose one connection, and keep their place in the call. */

    if (ctx->reason == NGX_XASSIST_R_MEDIA_MOVED
        || ctx->reason == NGX_XASSIST_R_TOO_MANY)
    {
        return;
    }

    pool = ngx_create_pool(8192, worker->log);
    if (pool == NULL) {
        return;
    }

    k = ngx_pcalloc(pool, sizeof(ngx_xassist_kicking_t));

    if (k == NULL) {
        ngx_destroy_pool(pool);
        return;
    }

    k->pool = pool;
    k->worker = worker;
    k->most = ngx_xassist_reason(ctx->reason)->retry ? NGX_XASSIST_KICK_FEW
                                                     : NGX_XASSIST_KICK_TRIES;
    k->tell.log = worker->log;
    k->tell.timeout = NGX_XASSIST_KICK_TIMEOUT;
    k->tell.done = ngx_xassist_kick_done;

    *ngx_xassist_id_text(k->who, ngx_xassist_credentials_who(ctx)) = '\0';

    /* Not cancelable: a worker that ends tells first, which is bounded. */

    k->again.handler = ngx_xassist_kick_again;
    k->again.data = &ngx_xassist_no_connection;
    k->again.log = worker->log;

    if (ngx_xassist_kick_request(r, ctx, target, k) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, worker->log, 0,
                      "xassist: media server %V could not be told that "
                      "participant %s was closed", &ctx->media, k->who);
        ngx_destroy_pool(pool);
        return;
    }

    ngx_xassist_kick_try(k);
}


static ngx_int_t
ngx_xassist_kick_request(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_target_t *target, ngx_xassist_kicking_t *k)
{
    char                     token[NGX_XASSIST_JWT_MAX];
    char                     line[NGX_XASSIST_JWT_MAX + 32];
    ngx_str_t                path, body, host;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);
    line[0] = '\0';

    if (xlcf->livekit != NULL) {

        if (ngx_xassist_credentials_admin(k->pool, &ctx->call, xlcf->livekit,
                                          NGX_XASSIST_KICK_TOKEN
                                          + NGX_XASSIST_KICK_TRIES
                                            * NGX_XASSIST_KICK_PAUSE / 1000,
                                          token)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        (void) ngx_sprintf((u_char *) line,
                           "Authorization: Bearer %s" CRLF "%Z", token);
    }

    if (ngx_http_complex_value(r, (ngx_http_complex_value_t *) &target->value,
                               &path)
        != NGX_OK
        || ngx_xassist_kick_body(r, ctx, k->pool, &body) != NGX_OK
        || ngx_xassist_target_fill(target, &ctx->media, k->pool, &k->tell,
                                   &host)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_xassist_tell_post(k->pool, &path, &host, line, &body,
                                 &k->tell.request);
}


/* What LiveKit's RemoveParticipant reads is room and identity. */

static ngx_int_t
ngx_xassist_kick_body(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_pool_t *pool, ngx_str_t *body)
{
    ngx_xassist_json_t  json;

    ngx_xassist_json_init(&json, pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_id(&json, "room", &ctx->call);
    ngx_xassist_json_id(&json, "identity", ngx_xassist_credentials_who(ctx));
    ngx_xassist_json_number(&json, "media_room", ctx->room);
    ngx_xassist_json_str(&json, "server", &ctx->media);
    ngx_xassist_json_str(&json, "reason",
                         &ngx_xassist_reason(ctx->reason)->code);
    ngx_xassist_json_close(&json, '}');

    return ngx_xassist_json_done(&json, body);
}


static void
ngx_xassist_kick_try(ngx_xassist_kicking_t *k)
{
    k->tries++;
    ngx_xassist_tell(&k->tell);
}


/* Gone already is as good: 404 and 410. */

static void
ngx_xassist_kick_done(ngx_xassist_tell_t *tell)
{
    ngx_xassist_kicking_t  *k = (ngx_xassist_kicking_t *) tell;

    if (tell->status == 0) {
        ngx_xassist_kick_failed(k, tell->why);
        return;
    }

    if ((tell->status < 200 || tell->status >= 300) && tell->status != 404
        && tell->status != 410)
    {
        ngx_xassist_kick_failed(k, "it does not agree");
        return;
    }

    ngx_xassist_metrics_media(k->worker, NGX_XASSIST_MEDIA_TOLD);

    ngx_log_error(NGX_LOG_INFO, tell->log, 0,
                  "xassist: media server %V was told that participant %s was "
                  "closed: %i", &tell->name, k->who, tell->status);

    ngx_destroy_pool(k->pool);
}


static void
ngx_xassist_kick_failed(ngx_xassist_kicking_t *k, const char *what)
{
    ngx_msec_t  pause;

    if (k->tries >= k->most) {
        ngx_xassist_metrics_media(k->worker, NGX_XASSIST_MEDIA_UNTOLD);
        ngx_log_error(NGX_LOG_ALERT, k->tell.log, 0,
                      "xassist: media server %V was not told that participant "
                      "%s was closed: %s, after %ui tries",
                      &k->tell.name, k->who, what, k->tries);
        ngx_destroy_pool(k->pool);
        return;
    }

    if (k->tries == 1) {
        ngx_log_error(NGX_LOG_WARN, k->tell.log, 0,
                      "xassist: media server %V is to be told that "
                      "participant %s was closed: %s; trying again",
                      &k->tell.name, k->who, what);
    }

    pause = (ngx_msec_t) NGX_XASSIST_KICK_FIRST << (k->tries - 1);

    ngx_add_timer(&k->again, ngx_min(pause, NGX_XASSIST_KICK_PAUSE));
}


static void
ngx_xassist_kick_again(ngx_event_t *ev)
{
    ngx_xassist_kick_try((ngx_xassist_kicking_t *)
                         ((u_char *) ev
                          - offsetof(ngx_xassist_kicking_t, again)));
}
