#include "ngx_xassist_kick.h"
#include "ngx_xassist_balance.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_KICK_TRIES    10
#define NGX_XASSIST_KICK_FEW      3            /* who may come back at once */
#define NGX_XASSIST_KICK_TIMEOUT  5000         /* milliseconds, of one try */
#define NGX_XASSIST_KICK_FIRST    250          /* until the second try */
#define NGX_XASSIST_KICK_PAUSE    15000        /* at most, between two */
#define NGX_XASSIST_KICK_TOKEN    60           /* seconds */


struct ngx_xassist_kick_s {
    ngx_addr_t                address;
    ngx_str_t                 host;
    ngx_http_complex_value_t  path;
};


/* One telling, until the server agrees; lives in a pool of its own. */
typedef struct {
    ngx_pool_t               *pool;
    ngx_log_t                *log;
    ngx_addr_t                address;         /* of the configuration's */
    ngx_buf_t                 request;
    u_char                    answer[16];      /* "HTTP/1.1 200 " */
    size_t                    len;
    ngx_uint_t                tries;
    ngx_uint_t                most;
    ngx_peer_connection_t     peer;
    ngx_event_t               again;
    u_char                    who[NGX_XASSIST_ID_TEXT + 1];
} ngx_xassist_kicking_t;


static ngx_int_t ngx_xassist_kick_request(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_xassist_kick_conf_t *kick,
    ngx_xassist_kicking_t *k);
static ngx_int_t ngx_xassist_kick_body(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_pool_t *pool, ngx_str_t *body);
static void ngx_xassist_kick_try(ngx_xassist_kicking_t *k);
static void ngx_xassist_kick_write(ngx_event_t *ev);
static void ngx_xassist_kick_read(ngx_event_t *ev);
static void ngx_xassist_kick_again(ngx_event_t *ev);
static void ngx_xassist_kick_answered(ngx_xassist_kicking_t *k);
static void ngx_xassist_kick_failed(ngx_xassist_kicking_t *k,
    const char *what);
static void ngx_xassist_kick_disconnect(ngx_xassist_kicking_t *k);


char *
ngx_xassist_kick_conf(ngx_conf_t *cf, const ngx_str_t *value,
    ngx_xassist_kick_conf_t **kick)
{
    ngx_url_t                          u;
    ngx_str_t                          path;
    ngx_http_compile_complex_value_t   ccv;

    if (value->len <= sizeof("kick=http://") - 1
        || ngx_strncmp(value->data, "kick=http://",
                       sizeof("kick=http://") - 1)
           != 0)
    {
        return "takes kick=http://HOST[:PORT]/PATH";
    }

    *kick = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_kick_conf_t));
    if (*kick == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.url.data = value->data + sizeof("kick=http://") - 1;
    u.url.len = value->len - (sizeof("kick=http://") - 1);
    u.default_port = 80;
    u.uri_part = 1;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in kick \"%V\"",
                           u.err ? u.err : "invalid URL", &u.url);
        return NGX_CONF_ERROR;
    }

    (*kick)->address = u.addrs[0];
    (*kick)->host = u.host;

    path = u.uri;

    if (path.len == 0) {
        ngx_str_set(&path, "/");
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));
    ccv.cf = cf;
    ccv.value = &path;
    ccv.complex_value = &(*kick)->path;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK
                                                          : NGX_CONF_ERROR;
}


void
ngx_xassist_kick(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_pool_t                    *pool;
    ngx_xassist_worker_t          *worker;
    ngx_xassist_kicking_t         *k;
    ngx_xassist_upstream_conf_t   *xucf;
    ngx_http_upstream_srv_conf_t  *upstream;

    worker = ngx_xassist_worker(r);
    xucf = ngx_xassist_balance_of(r, &upstream);

    if (xucf == NULL || xucf->kick == NULL || worker == NULL) {
        return;
    }

    /* These lose one connection, and keep their place in the call. */

    if (ctx->reason == NGX_XASSIST_R_MEDIA_MOVED
        || ctx->reason == NGX_XASSIST_R_TOO_MANY)
    {
        return;
    }

    pool = ngx_create_pool(2048, worker->log);
    if (pool == NULL) {
        return;
    }

    k = ngx_pcalloc(pool, sizeof(ngx_xassist_kicking_t));

    if (k == NULL) {
        ngx_destroy_pool(pool);
        return;
    }

    k->pool = pool;
    k->log = worker->log;
    k->address = xucf->kick->address;
    k->most = ngx_xassist_reason(ctx->reason)->retry ? NGX_XASSIST_KICK_FEW
                                                     : NGX_XASSIST_KICK_TRIES;

    *ngx_xassist_id_text(k->who, ngx_xassist_credentials_who(ctx)) = '\0';

    /* Not cancelable: a worker that ends tells first, which is bounded. */

    k->again.handler = ngx_xassist_kick_again;
    k->again.data = &ngx_xassist_no_connection;
    k->again.log = worker->log;

    if (ngx_xassist_kick_request(r, ctx, xucf->kick, k) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, worker->log, 0,
                      "xassist: the media server could not be told that "
                      "participant %s was closed", k->who);
        ngx_destroy_pool(pool);
        return;
    }

    ngx_xassist_kick_try(k);
}


static ngx_int_t
ngx_xassist_kick_request(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_xassist_kick_conf_t *kick, ngx_xassist_kicking_t *k)
{
    char                     token[NGX_XASSIST_JWT_MAX];
    u_char                  *p;
    size_t                   len;
    ngx_str_t                path, body;
    ngx_xassist_loc_conf_t  *xlcf;

    static const char  format[] =
        "POST %V HTTP/1.1" CRLF
        "Host: %V" CRLF
        "Connection: close" CRLF
        "Content-Type: application/json" CRLF
        "Content-Length: %uz" CRLF
        "%s%s%s" CRLF "%V";

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);
    token[0] = '\0';

    if (ngx_http_complex_value(r, &kick->path, &path) != NGX_OK
        || ngx_xassist_kick_body(r, ctx, k->pool, &body) != NGX_OK
        || (xlcf->livekit != NULL
            && ngx_xassist_credentials_admin(k->pool, &ctx->call,
                                             xlcf->livekit,
                                             NGX_XASSIST_KICK_TOKEN
                                             + NGX_XASSIST_KICK_TRIES
                                               * NGX_XASSIST_KICK_PAUSE
                                               / 1000,
                                             token)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    len = sizeof(format) + path.len + kick->host.len + body.len
          + NGX_SIZE_T_LEN + sizeof("Authorization: Bearer " CRLF)
          + ngx_strlen(token);

    p = ngx_pnalloc(k->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    k->request.start = p;
    k->request.last = ngx_snprintf(p, len, format, &path, &kick->host,
                                   body.len,
                                   token[0] ? "Authorization: Bearer " : "",
                                   token, token[0] ? CRLF : "", &body);

    return NGX_OK;
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
    ngx_int_t          rc;
    ngx_connection_t  *c;

    k->tries++;
    k->len = 0;
    k->request.pos = k->request.start;

    ngx_memzero(&k->peer, sizeof(ngx_peer_connection_t));
    k->peer.sockaddr = k->address.sockaddr;
    k->peer.socklen = k->address.socklen;
    k->peer.name = &k->address.name;
    k->peer.get = ngx_event_get_peer;
    k->peer.log = k->log;
    k->peer.log_error = NGX_ERROR_INFO;

    rc = ngx_event_connect_peer(&k->peer);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        ngx_xassist_kick_failed(k, "it cannot be reached");
        return;
    }

    c = k->peer.connection;
    c->data = k;
    c->log = k->log;
    c->read->log = k->log;
    c->write->log = k->log;
    c->read->handler = ngx_xassist_kick_read;
    c->write->handler = ngx_xassist_kick_write;

    ngx_add_timer(c->read, NGX_XASSIST_KICK_TIMEOUT);

    if (rc == NGX_OK) {
        ngx_xassist_kick_write(c->write);
    }
}


static void
ngx_xassist_kick_write(ngx_event_t *ev)
{
    ssize_t                 n;
    ngx_connection_t       *c;
    ngx_xassist_kicking_t  *k;

    c = ev->data;
    k = c->data;

    while (k->request.pos < k->request.last) {

        n = c->send(c, k->request.pos, k->request.last - k->request.pos);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n <= 0) {
            ngx_xassist_kick_failed(k, "it ended the connection");
            return;
        }

        k->request.pos += n;
    }

    if (ngx_handle_write_event(ev, 0) != NGX_OK) {
        ngx_xassist_kick_failed(k, "it cannot be written to");
    }
}


static void
ngx_xassist_kick_read(ngx_event_t *ev)
{
    ssize_t                 n;
    ngx_connection_t       *c;
    ngx_xassist_kicking_t  *k;

    c = ev->data;
    k = c->data;

    if (ev->timedout) {
        ngx_xassist_kick_failed(k, "it does not answer");
        return;
    }

    while (k->len < sizeof(k->answer)) {

        n = c->recv(c, k->answer + k->len, sizeof(k->answer) - k->len);

        if (n == NGX_AGAIN) {

            if (ngx_handle_read_event(ev, 0) != NGX_OK) {
                ngx_xassist_kick_failed(k, "it cannot be read from");
            }

            return;
        }

        if (n <= 0) {
            ngx_xassist_kick_failed(k, "it ended the connection");
            return;
        }

        k->len += n;
    }

    ngx_xassist_kick_answered(k);
}


/* Gone already is as good: 404 and 410. */

static void
ngx_xassist_kick_answered(ngx_xassist_kicking_t *k)
{
    ngx_int_t  status;

    status = ngx_strncmp(k->answer, "HTTP/1.", 7) == 0
             ? ngx_atoi(k->answer + sizeof("HTTP/1.1 ") - 1, 3) : NGX_ERROR;

    if ((status >= 200 && status < 300) || status == 404 || status == 410) {

        ngx_log_error(NGX_LOG_INFO, k->log, 0,
                      "xassist: media server %V was told that participant %s "
                      "was closed: %i", &k->address.name, k->who, status);

        ngx_xassist_kick_disconnect(k);
        ngx_destroy_pool(k->pool);
        return;
    }

    ngx_xassist_kick_failed(k, "it does not agree");
}


static void
ngx_xassist_kick_failed(ngx_xassist_kicking_t *k, const char *what)
{
    ngx_msec_t  pause;

    ngx_xassist_kick_disconnect(k);

    if (k->tries >= k->most) {
        ngx_log_error(NGX_LOG_ALERT, k->log, 0,
                      "xassist: media server %V was not told that participant "
                      "%s was closed: %s, after %ui tries",
                      &k->address.name, k->who, what, k->tries);
        ngx_destroy_pool(k->pool);
        return;
    }

    if (k->tries == 1) {
        ngx_log_error(NGX_LOG_WARN, k->log, 0,
                      "xassist: media server %V is to be told that "
                      "participant %s was closed: %s; trying again",
                      &k->address.name, k->who, what);
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


static void
ngx_xassist_kick_disconnect(ngx_xassist_kicking_t *k)
{
    if (k->peer.connection != NULL) {
        ngx_close_connection(k->peer.connection);
        k->peer.connection = NULL;
    }
}
