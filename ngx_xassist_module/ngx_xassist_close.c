#include "ngx_xassist_close.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_kick.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_worker.h"


/* How long a Close frame may wait for its boundary, in milliseconds. */
#define NGX_XASSIST_DEADLINE  2000

/* Of a reason that has no code of its own. */
#define NGX_XASSIST_CODE      4403


static void ngx_xassist_close_step(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_close_finish(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_close_up(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_close_cut(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_close_took(ngx_xassist_tunnel_t *tunnel);
static void ngx_xassist_close_writable(ngx_http_request_t *r);
static void ngx_xassist_close_boundary(ngx_event_t *ev);
static void ngx_xassist_close_deadline(ngx_event_t *ev);


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
    ngx_xassist_metrics_closed(tunnel->worker, reason);
    ngx_xassist_kick(r, tunnel->ctx);

    cl = tunnel->websocket ? ngx_pcalloc(r->pool, sizeof(ngx_xassist_close_t))
                           : NULL;

    if (cl == NULL || r->upstream == NULL
        || r->upstream->peer.connection == NULL)
    {
        ngx_xassist_close_cut(tunnel);
        return;
    }

    cl->tunnel = tunnel;
    cl->code = row->close ? row->close : NGX_XASSIST_CODE;
    cl->reason = row->code;
    cl->len = ngx_xassist_frame_close(cl->frame, (unsigned) cl->code,
                                      cl->reason.data, cl->reason.len, NULL);

    cl->deadline.handler = ngx_xassist_close_deadline;
    cl->deadline.data = &ngx_xassist_no_connection;
    cl->deadline.log = r->connection->log;

    cl->boundary.handler = ngx_xassist_close_boundary;
    cl->boundary.data = &ngx_xassist_no_connection;
    cl->boundary.log = r->connection->log;

    cl->writable = r->write_event_handler;
    r->write_event_handler = ngx_xassist_close_writable;

    tunnel->close = cl;

    ngx_add_timer(&cl->deadline, NGX_XASSIST_DEADLINE);

    ngx_xassist_close_step(tunnel);
}


/* Sends the Close frame as soon as nothing else stands before it. */

static void
ngx_xassist_close_step(ngx_xassist_tunnel_t *tunnel)
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

        ngx_xassist_close_cut(tunnel);
        return;
    }

    ngx_xassist_close_finish(tunnel);
}


/* nginx ends both sides by its own path when the upstream is at its end. */

static void
ngx_xassist_close_finish(ngx_xassist_tunnel_t *tunnel)
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
        ngx_xassist_close_cut(tunnel);
        return;
    }

    ngx_xassist_close_up(tunnel);
    ngx_xassist_close_took(tunnel);

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
ngx_xassist_close_up(ngx_xassist_tunnel_t *tunnel)
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

    len = ngx_xassist_frame_close(frame, (unsigned) tunnel->close->code,
                                  tunnel->close->reason.data,
                                  tunnel->close->reason.len, mask);

    /* A server that does not take it sees the end of the stream. */

    (void) tunnel->send_up(u->peer.connection, frame, len);
}


static void
ngx_xassist_close_cut(ngx_xassist_tunnel_t *tunnel)
{
    ngx_connection_t     *c;
    ngx_http_request_t   *r;

    r = tunnel->request;
    c = r->connection;

    ngx_xassist_close_took(tunnel);
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
ngx_xassist_close_took(ngx_xassist_tunnel_t *tunnel)
{
    uint64_t  now;

    now = ngx_xassist_now();

    if (tunnel->since != 0 && now >= tunnel->since) {
        ngx_xassist_metrics_observe(tunnel->worker,
                                    NGX_XASSIST_REVOCATION_SECONDS,
                                    (now - tunnel->since) * 1000);
    }

    tunnel->since = 0;
}


static void
ngx_xassist_close_writable(ngx_http_request_t *r)
{
    ngx_xassist_tunnel_t  *tunnel;

    tunnel = ngx_xassist_ctx_get(r)->tunnel;

    if (ngx_xassist_frame_boundary(&tunnel->down)
        && tunnel->retry_down == 0
        && r->out == NULL
        && !r->connection->buffered)
    {
        ngx_xassist_close_step(tunnel);
        return;
    }

    /* May free the request. */

    tunnel->close->writable(r);
}


static void
ngx_xassist_close_boundary(ngx_event_t *ev)
{
    ngx_connection_t     *c;
    ngx_http_request_t   *r;
    ngx_xassist_close_t  *cl;

    cl = (ngx_xassist_close_t *)
             ((u_char *) ev - offsetof(ngx_xassist_close_t, boundary));

    r = cl->tunnel->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_xassist_close_writable(r);
    ngx_http_run_posted_requests(c);
}


static void
ngx_xassist_close_deadline(ngx_event_t *ev)
{
    ngx_xassist_close_t  *cl;

    cl = (ngx_xassist_close_t *)
             ((u_char *) ev - offsetof(ngx_xassist_close_t, deadline));

    ngx_http_set_log_request(cl->tunnel->request->connection->log,
                             cl->tunnel->request);

    ngx_xassist_close_cut(cl->tunnel);
}
