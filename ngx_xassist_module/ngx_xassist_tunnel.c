#include "ngx_xassist_tunnel.h"
#include "ngx_xassist_assist.h"
#include "ngx_xassist_close.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_idle.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_presence.h"
#include "ngx_xassist_worker.h"


static ngx_xassist_tunnel_t *ngx_xassist_tunnel_register(
    ngx_http_request_t *r, ngx_xassist_ctx_t *ctx);
static void ngx_xassist_tunnel_pin(ngx_xassist_ctx_t *ctx);
static void ngx_xassist_tunnel_probe(ngx_connection_t *up);
static void ngx_xassist_tunnel_wrap(ngx_xassist_tunnel_t *tunnel);
static ngx_xassist_tunnel_t *ngx_xassist_tunnel_of(ngx_connection_t *c);
static ssize_t ngx_xassist_tunnel_down(ngx_connection_t *c, u_char *buf,
    size_t size);
static ssize_t ngx_xassist_tunnel_up(ngx_connection_t *c, u_char *buf,
    size_t size);
static void ngx_xassist_tunnel_cleanup(void *data);


ngx_int_t
ngx_xassist_tunnel_admit(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_str_t              upgrade;
    ngx_xassist_tunnel_t  *tunnel;

    ngx_xassist_tunnel_pin(ctx);

    /* Authority may have ended between the access phase and now. */

    ngx_xassist_decide_again(r, ctx, ctx->conf);

    if (ctx->verdict == NGX_XASSIST_ALLOW && !ngx_xassist_assist_same(ctx)) {
        ctx->verdict = NGX_XASSIST_DENY;
        ctx->reason = NGX_XASSIST_R_ASSISTANCE_ENDED;
    }

    if (ctx->verdict != NGX_XASSIST_ALLOW) {
        return ngx_xassist_page_refuse(ctx);
    }

    tunnel = ngx_xassist_tunnel_register(r, ctx);
    if (tunnel == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    upgrade = r->headers_in.upgrade->value;

    tunnel->websocket = upgrade.len == sizeof("websocket") - 1
                        && ngx_strncasecmp(upgrade.data,
                                           (u_char *) "websocket",
                                           upgrade.len)
                           == 0;

    ngx_xassist_tunnel_wrap(tunnel);
    ngx_xassist_presence_attach(tunnel);

    return NGX_OK;
}


/* Not an upgrade: a body that takes long, in one direction or the other. */

ngx_int_t
ngx_xassist_tunnel_stream(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    if (ctx->tunnel != NULL) {
        ctx->tunnel->conf = ctx->conf;
        return NGX_OK;
    }

    ngx_xassist_tunnel_pin(ctx);

    return ngx_xassist_tunnel_register(r, ctx) ? NGX_OK : NGX_ERROR;
}


static ngx_xassist_tunnel_t *
ngx_xassist_tunnel_register(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_http_cleanup_t    *cln;
    ngx_xassist_tunnel_t  *tunnel;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NULL;
    }

    tunnel = ngx_calloc(sizeof(ngx_xassist_tunnel_t), r->connection->log);
    if (tunnel == NULL) {
        return NULL;
    }

    tunnel->request = r;
    tunnel->ctx = ctx;
    tunnel->conf = ctx->conf;
    tunnel->worker = ngx_xassist_worker(r);

    if (!ctx->has_told) {
        ctx->told = ctx->subject;
        ctx->has_told = 1;
    }

    ctx->tunnel = tunnel;
    cln->handler = ngx_xassist_tunnel_cleanup;
    cln->data = tunnel;

    ngx_xassist_live_add(tunnel);
    ngx_xassist_idle_add(tunnel);

    return tunnel;
}


/*
 * It lives by the session that it came with: a browser may hold a second one,
 * which must not take over when the first ends.
 */

static void
ngx_xassist_tunnel_pin(ngx_xassist_ctx_t *ctx)
{
    if (!ctx->known) {
        return;
    }

    if (ctx->has_guest && store_id_equal(&ctx->session, &ctx->guest_session))
    {
        ctx->has_user = 0;

    } else {
        ctx->has_guest = 0;
    }
}


/*
 * nginx moves the bytes of a tunnel by c->send alone, and the 101 by
 * send_chain: the parsers start exactly where the frames start.
 */

static void
ngx_xassist_tunnel_wrap(ngx_xassist_tunnel_t *tunnel)
{
    ngx_connection_t  *down, *up;

    down = tunnel->request->connection;
    up = tunnel->request->upstream->peer.connection;

    ngx_xassist_tunnel_probe(up);

    tunnel->send_up = up->send;
    up->send = ngx_xassist_tunnel_up;

    if (tunnel->websocket) {
        tunnel->send_down = down->send;
        down->send = ngx_xassist_tunnel_down;
    }
}


/*
 * A server whose host is gone says nothing, and as long as the client speaks
 * no timeout of nginx's comes: the kernel asks, and gives up after a while,
 * also when bytes are under way.
 */

static void
ngx_xassist_tunnel_probe(ngx_connection_t *up)
{
    ngx_uint_t  i;

    static const struct {
        int   level;
        int   name;
        int   value;
    } options[] = {
        { SOL_SOCKET, SO_KEEPALIVE, 1 },
        { IPPROTO_TCP, TCP_KEEPIDLE, 15 },
        { IPPROTO_TCP, TCP_KEEPINTVL, 5 },
        { IPPROTO_TCP, TCP_KEEPCNT, 3 },
        { IPPROTO_TCP, TCP_USER_TIMEOUT, 30000 }
    };

    if (up->sockaddr != NULL && up->sockaddr->sa_family == AF_UNIX) {
        return;
    }

    for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {

        if (setsockopt(up->fd, options[i].level, options[i].name,
                       &options[i].value, sizeof(int))
            == -1)
        {
            ngx_log_error(NGX_LOG_INFO, up->log, ngx_socket_errno,
                          "setsockopt(%d, %d) failed", options[i].level,
                          options[i].name);
            return;
        }
    }
}


/* Both connections of a tunnel have the request as their data. */

static ngx_xassist_tunnel_t *
ngx_xassist_tunnel_of(ngx_connection_t *c)
{
    return ngx_xassist_ctx_get(c->data)->tunnel;
}


static ssize_t
ngx_xassist_tunnel_down(ngx_connection_t *c, u_char *buf, size_t size)
{
    size_t                 rest, given;
    ssize_t                n;
    ngx_xassist_tunnel_t  *tunnel;

    tunnel = ngx_xassist_tunnel_of(c);
    given = size;

    if (tunnel->close != NULL) {

        if (ngx_xassist_frame_boundary(&tunnel->down)
            && tunnel->retry_down == 0)
        {
            return NGX_AGAIN;
        }

        /*
         * Cut at the boundary, but never below what TLS has been offered:
         * a retry must offer at least the same bytes.
         */

        rest = ngx_xassist_frame_rest(&tunnel->down, buf, size);
        size = ngx_min(size, ngx_max(rest, tunnel->retry_down));
    }

    n = tunnel->send_down(c, buf, size);

    if (n == NGX_AGAIN) {
        tunnel->retry_down = c->ssl ? size : 0;
        return n;
    }

    if (n <= 0) {
        return n;
    }

    tunnel->retry_down = 0;
    ngx_xassist_frame_feed(&tunnel->down, buf, n);

    /*
     * What TLS had been offered may end in the middle of a frame whose rest is
     * here: nginx waits for a full socket to drain, and it is not full.
     */

    if (tunnel->close != NULL
        && (ngx_xassist_frame_boundary(&tunnel->down) || (size_t) n < given))
    {
        ngx_post_event(&tunnel->close->boundary, &ngx_posted_events);
    }

    return n;
}


static ssize_t
ngx_xassist_tunnel_up(ngx_connection_t *c, u_char *buf, size_t size)
{
    ssize_t                n;
    ngx_xassist_tunnel_t  *tunnel;

    tunnel = ngx_xassist_tunnel_of(c);

    n = tunnel->send_up(c, buf, size);

    if (n > 0) {
        tunnel->retry_up = 0;

        if (tunnel->websocket) {
            ngx_xassist_frame_feed(&tunnel->up, buf, n);

        } else {
            tunnel->up.data = 1;
        }

    } else if (n == NGX_AGAIN) {
        tunnel->retry_up = c->ssl ? size : 0;
    }

    return n;
}


void
ngx_xassist_tunnel_rest(ngx_xassist_tunnel_t *tunnel)
{
    ngx_buf_t            *b;
    ngx_http_upstream_t  *u;

    u = tunnel->request->upstream;

    if (tunnel->send_up == NULL || u == NULL || tunnel->close != NULL) {
        return;
    }

    b = &u->from_client;

    if (b->start == NULL || b->pos != b->last
        || ngx_pfree(tunnel->request->pool, b->start) != NGX_OK)
    {
        return;
    }

    b->start = NULL;
    b->pos = NULL;
    b->last = NULL;
    b->end = NULL;
}


/* Out of the registry and of the send path; the memory goes with the
   request. */

void
ngx_xassist_tunnel_end(ngx_xassist_tunnel_t *tunnel)
{
    ngx_http_request_t   *r;
    ngx_xassist_close_t  *cl;

    if (tunnel->ended) {
        return;
    }

    tunnel->ended = 1;

    r = tunnel->request;
    cl = tunnel->close;

    ngx_xassist_live_remove(tunnel);
    ngx_xassist_idle_remove(tunnel);
    ngx_xassist_presence_detach(tunnel);

    if (tunnel->send_down != NULL) {
        r->connection->send = tunnel->send_down;
    }

    if (tunnel->send_up != NULL && r->upstream != NULL
        && r->upstream->peer.connection != NULL)
    {
        r->upstream->peer.connection->send = tunnel->send_up;
    }

    if (cl == NULL) {
        return;
    }

    if (cl->deadline.timer_set) {
        ngx_del_timer(&cl->deadline);
    }

    if (cl->boundary.posted) {
        ngx_delete_posted_event(&cl->boundary);
    }
}


static void
ngx_xassist_tunnel_cleanup(void *data)
{
    ngx_xassist_tunnel_t  *tunnel = data;

    ngx_xassist_tunnel_end(tunnel);

    tunnel->ctx->tunnel = NULL;
    ngx_free(tunnel);
}
