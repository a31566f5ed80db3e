#include "ngx_xassist_tunnel.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_presence.h"
#include "ngx_xassist_worker.h"


/* How long a Close frame may wait for its boundary, in milliseconds. */
#define NGX_XASSIST_DEADLINE  2000


/* What only a closing connection needs; lives in the request's pool. */
struct ngx_xassist_close_s {
    ngx_xassist_tunnel_t       *tunnel;
    ngx_http_event_handler_pt   writable;      /* nginx's own */
    ngx_event_t                 deadline;
    ngx_event_t                 boundary;      /* posted when reached */
    ngx_uint_t                  code;
    ngx_str_t                   reason;
    size_t                      len;
    size_t                      sent;
    u_char                      frame[NGX_XASSIST_CLOSE_MAX];
};


static void ngx_xassist_tunnel_wrap(ngx_xassist_tunnel_t *tunnel);
static ngx_xassist_tunnel_t *ngx_xassist_tunnel_of(ngx_connection_t *c);
static ssize_t ngx_xassist_tunnel_down(ngx_connection_t *c, u_char *buf,
    size_t size);
static ssize_t ngx_xassist_tunnel_up(ngx_connection_t *c, u_char *buf,
    size_t size);
static void ngx_xassist_tunnel_step(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_tunnel_finish(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_tunnel_finish_up(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_tunnel_cut(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_tunnel_writable(ngx_http_request_t *r);
static void ngx_xassist_tunnel_boundary(ngx_event_t *ev);
static void ngx_xassist_tunnel_deadline(ngx_event_t *ev);
static void ngx_xassist_tunnel_end(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_tunnel_cleanup(void *data);


ngx_int_t
ngx_xassist_tunnel_admit(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_str_t              upgrade;
    ngx_http_cleanup_t    *cln;
    ngx_xassist_tunnel_t  *tunnel;

    /* Authority may have ended between the access phase and now. */

    ngx_xassist_decide(r, ctx, ctx->conf);

    if (ctx->verdict != NGX_XASSIST_ALLOW) {
        return ngx_xassist_page_refuse(ctx);
    }

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    tunnel = ngx_calloc(sizeof(ngx_xassist_tunnel_t), r->connection->log);
    if (tunnel == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    tunnel->request = r;
    tunnel->ctx = ctx;
    tunnel->conf = ctx->conf;
    tunnel->worker = ngx_xassist_worker(r);

    upgrade = r->headers_in.upgrade->value;

    tunnel->websocket = upgrade.len == sizeof("websocket") - 1
                        && ngx_strncasecmp(upgrade.data,
                                           (u_char *) "websocket",
                                           upgrade.len)
                           == 0;

    ctx->tunnel = tunnel;
    cln->handler = ngx_xassist_tunnel_cleanup;
    cln->data = tunnel;

    ngx_xassist_live_add(tunnel);
    ngx_xassist_tunnel_wrap(tunnel);
    ngx_xassist_presence_attach(tunnel);

    return NGX_OK;
}


/*
 * nginx moves the bytes of a tunnel by c->send alone, and the 101 by
 * send_chain: the parsers start exactly where the frames start.
 */

static void
ngx_xassist_tunnel_wrap(ngx_xassist_tunnel_t *tunnel)
{
    ngx_connection_t  *down, *up;

    if (!tunnel->websocket) {
        return;
    }

    down = tunnel->request->connection;
    up = tunnel->request->upstream->peer.connection;

    tunnel->send_down = down->send;
    tunnel->send_up = up->send;

    down->send = ngx_xassist_tunnel_down;
    up->send = ngx_xassist_tunnel_up;
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
    size_t                 rest;
    ssize_t                n;
    ngx_xassist_tunnel_t  *tunnel;

    tunnel = ngx_xassist_tunnel_of(c);

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

    if (tunnel->close != NULL && ngx_xassist_frame_boundary(&tunnel->down)) {
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
        ngx_xassist_frame_feed(&tunnel->up, buf, n);

    } else if (n == NGX_AGAIN) {
        tunnel->retry_up = c->ssl ? size : 0;
    }

    return n;
}


void
ngx_xassist_tunnel_close(ngx_xassist_tunnel_t *tunnel,
    ngx_xassist_reason_t reason)
{
    ngx_http_request_t              *r;
    ngx_xassist_close_t             *cl;
    const ngx_xassist_reason_row_t  *row;

    if (tunnel->close != NULL || tunnel->ended) {
        return;
    }

    r = tunnel->request;
    row = ngx_xassist_reason(reason);

    ngx_http_set_log_request(r->connection->log, r);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "xassist: live connection closed: %V", &row->code);

    tunnel->ctx->reason = reason;

    cl = tunnel->websocket ? ngx_pcalloc(r->pool, sizeof(ngx_xassist_close_t))
                           : NULL;

    if (cl == NULL || r->upstream == NULL
        || r->upstream->peer.connection == NULL)
    {
        ngx_xassist_tunnel_cut(tunnel);
        return;
    }

    cl->tunnel = tunnel;
    cl->code = row->close ? row->close : 4403;
    cl->reason = row->code;
    cl->len = ngx_xassist_frame_close(cl->frame, cl->code, &cl->reason, NULL);

    cl->deadline.handler = ngx_xassist_tunnel_deadline;
    cl->deadline.data = &ngx_xassist_no_connection;
    cl->deadline.log = r->connection->log;

    cl->boundary.handler = ngx_xassist_tunnel_boundary;
    cl->boundary.data = &ngx_xassist_no_connection;
    cl->boundary.log = r->connection->log;

    cl->writable = r->write_event_handler;
    r->write_event_handler = ngx_xassist_tunnel_writable;

    tunnel->close = cl;

    ngx_add_timer(&cl->deadline, NGX_XASSIST_DEADLINE);

    ngx_xassist_tunnel_step(tunnel);
}


/* Sends the Close frame as soon as nothing else stands before it. */

static void
ngx_xassist_tunnel_step(ngx_xassist_tunnel_t *tunnel)
{
    ssize_t               n;
    ngx_connection_t     *c;
    ngx_xassist_close_t  *cl;

    cl = tunnel->close;
    c = tunnel->request->connection;

    if (!ngx_xassist_frame_boundary(&tunnel->down)
        || tunnel->retry_down != 0
        || tunnel->request->out != NULL
        || c->buffered)
    {
        return;
    }

    while (cl->sent < cl->len) {

        n = NGX_AGAIN;

        if (c->write->ready) {
            n = tunnel->send_down(c, cl->frame + cl->sent,
                                  cl->len - cl->sent);
        }

        if (n > 0) {
            cl->sent += n;
            continue;
        }

        if (n == NGX_AGAIN
            && ngx_handle_write_event(c->write, 0) == NGX_OK)
        {
            return;
        }

        ngx_xassist_tunnel_cut(tunnel);
        return;
    }

    ngx_xassist_tunnel_finish(tunnel);
}


/* nginx ends both sides by its own path when the upstream is at its end. */

static void
ngx_xassist_tunnel_finish(ngx_xassist_tunnel_t *tunnel)
{
    ngx_connection_t           *c;
    ngx_http_request_t         *r;
    ngx_http_upstream_t        *u;
    ngx_http_event_handler_pt   writable;

    r = tunnel->request;
    c = r->connection;
    u = r->upstream;
    writable = tunnel->close->writable;

    if (u->peer.connection == NULL) {
        ngx_xassist_tunnel_cut(tunnel);
        return;
    }

    ngx_xassist_tunnel_finish_up(tunnel);

    r->write_event_handler = writable;
    ngx_xassist_tunnel_end(tunnel);

    /* Else an unread byte of the client turns the FIN into a RST. */

    r->lingering_close = 1;

    u->buffer.pos = u->buffer.last;
    u->peer.connection->read->eof = 1;
    u->peer.connection->read->ready = 0;

    writable(r);
    ngx_http_run_posted_requests(c);
}


static void
ngx_xassist_tunnel_finish_up(ngx_xassist_tunnel_t *tunnel)
{
    size_t                len;
    u_char                mask[4];
    u_char                frame[NGX_XASSIST_CLOSE_MAX];
    ngx_http_upstream_t  *u;

    u = tunnel->request->upstream;

    if (!ngx_xassist_frame_boundary(&tunnel->up)
        || tunnel->retry_up != 0
        || u->from_client.pos != u->from_client.last
        || !u->peer.connection->write->ready
        || policy_random(mask, sizeof(mask)) != POLICY_OK)
    {
        return;
    }

    len = ngx_xassist_frame_close(frame, tunnel->close->code,
                                  &tunnel->close->reason, mask);

    /* A server that does not take it sees the end of the stream. */

    (void) tunnel->send_up(u->peer.connection, frame, len);
}


static void
ngx_xassist_tunnel_cut(ngx_xassist_tunnel_t *tunnel)
{
    ngx_connection_t     *c;
    ngx_http_request_t   *r;

    r = tunnel->request;
    c = r->connection;

    ngx_xassist_tunnel_end(tunnel);

    /*
     * Counted once more: the upstream's cleanup would otherwise free the
     * request inside terminate's own loop.  CLOSE keeps TLS quiet.
     */

    r->main->count++;
    ngx_http_finalize_request(r, NGX_HTTP_CLOSE);
    ngx_http_run_posted_requests(c);
}


static void
ngx_xassist_tunnel_writable(ngx_http_request_t *r)
{
    ngx_xassist_tunnel_t  *tunnel;

    tunnel = ngx_xassist_ctx_get(r)->tunnel;

    if (ngx_xassist_frame_boundary(&tunnel->down)
        && tunnel->retry_down == 0
        && r->out == NULL
        && !r->connection->buffered)
    {
        ngx_xassist_tunnel_step(tunnel);
        return;
    }

    /* May free the request. */

    tunnel->close->writable(r);
}


static void
ngx_xassist_tunnel_boundary(ngx_event_t *ev)
{
    ngx_xassist_close_t  *cl;

    cl = (ngx_xassist_close_t *)
             ((u_char *) ev - offsetof(ngx_xassist_close_t, boundary));

    ngx_http_set_log_request(cl->tunnel->request->connection->log,
                             cl->tunnel->request);

    ngx_xassist_tunnel_step(cl->tunnel);
}


static void
ngx_xassist_tunnel_deadline(ngx_event_t *ev)
{
    ngx_xassist_close_t  *cl;

    cl = (ngx_xassist_close_t *)
             ((u_char *) ev - offsetof(ngx_xassist_close_t, deadline));

    ngx_http_set_log_request(cl->tunnel->request->connection->log,
                             cl->tunnel->request);

    ngx_xassist_tunnel_cut(cl->tunnel);
}


/* Out of the registry and of the send path; the memory goes with the
   request. */

static void
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
