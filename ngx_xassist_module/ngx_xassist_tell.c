#include "ngx_xassist_tell.h"
#include "ngx_xassist_worker.h"


static void ngx_xassist_tell_write(ngx_event_t *ev);
static void ngx_xassist_tell_read(ngx_event_t *ev);
static ngx_uint_t ngx_xassist_tell_whole(const ngx_xassist_tell_t *tell);
static void ngx_xassist_tell_answered(ngx_xassist_tell_t *tell);
static void ngx_xassist_tell_end(ngx_xassist_tell_t *tell, const char *why);
static void ngx_xassist_tell_ended(ngx_event_t *ev);


ngx_int_t
ngx_xassist_tell_post(ngx_pool_t *pool, const ngx_str_t *path,
    const ngx_str_t *host, const char *line, const ngx_str_t *body,
    ngx_str_t *request)
{
    size_t  len;

    static const char  format[] =
        "POST %V HTTP/1.1" CRLF
        "Host: %V" CRLF
        "Connection: close" CRLF
        "Content-Type: application/json" CRLF
        "Content-Length: %uz" CRLF
        "%s" CRLF "%V";

    len = sizeof(format) + path->len + host->len + body->len
          + NGX_SIZE_T_LEN + ngx_strlen(line);

    request->data = ngx_pnalloc(pool, len);
    if (request->data == NULL) {
        return NGX_ERROR;
    }

    request->len = ngx_snprintf(request->data, len, format, path, host,
                                body->len, line, body)
                   - request->data;

    return NGX_OK;
}


void
ngx_xassist_tell(ngx_xassist_tell_t *tell)
{
    ngx_int_t          rc;
    ngx_connection_t  *c;

    tell->status = 0;
    tell->why = NULL;
    tell->sent = 0;
    tell->len = 0;
    ngx_str_null(&tell->body);

    ngx_memzero(&tell->ended, sizeof(ngx_event_t));
    tell->ended.handler = ngx_xassist_tell_ended;
    tell->ended.data = &ngx_xassist_no_connection;
    tell->ended.log = tell->log;

    ngx_memzero(&tell->peer, sizeof(ngx_peer_connection_t));
    tell->peer.sockaddr = tell->sockaddr;
    tell->peer.socklen = tell->socklen;
    tell->peer.name = &tell->name;
    tell->peer.get = ngx_event_get_peer;
    tell->peer.log = tell->log;
    tell->peer.log_error = NGX_ERROR_INFO;

    rc = ngx_event_connect_peer(&tell->peer);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        ngx_xassist_tell_end(tell, "it cannot be reached");
        return;
    }

    c = tell->peer.connection;
    c->data = tell;
    c->log = tell->log;
    c->read->log = tell->log;
    c->write->log = tell->log;
    c->read->handler = ngx_xassist_tell_read;
    c->write->handler = ngx_xassist_tell_write;

    ngx_add_timer(c->read, tell->timeout);

    if (rc == NGX_OK) {
        ngx_xassist_tell_write(c->write);
    }
}


static void
ngx_xassist_tell_write(ngx_event_t *ev)
{
    ssize_t              n;
    ngx_connection_t    *c;
    ngx_xassist_tell_t  *tell;

    c = ev->data;
    tell = c->data;

    while (tell->sent < tell->request.len) {

        n = c->send(c, tell->request.data + tell->sent,
                    tell->request.len - tell->sent);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n <= 0) {
            ngx_xassist_tell_end(tell, tell->sent ? "it ended the connection"
                                                  : "it cannot be reached");
            return;
        }

        tell->sent += n;
    }

    if (ngx_handle_write_event(ev, 0) != NGX_OK) {
        ngx_xassist_tell_end(tell, "it cannot be written to");
    }
}


static void
ngx_xassist_tell_read(ngx_event_t *ev)
{
    ssize_t              n;
    ngx_connection_t    *c;
    ngx_xassist_tell_t  *tell;

    c = ev->data;
    tell = c->data;

    if (ev->timedout) {
        ngx_xassist_tell_end(tell, tell->sent ? "it does not answer"
                                              : "it cannot be reached");
        return;
    }

    while (tell->len < sizeof(tell->answer)) {

        n = c->recv(c, tell->answer + tell->len,
                    sizeof(tell->answer) - tell->len);

        if (n == NGX_AGAIN) {

            if (ngx_xassist_tell_whole(tell)) {
                break;
            }

            if (ngx_handle_read_event(ev, 0) != NGX_OK) {
                ngx_xassist_tell_end(tell, "it cannot be read from");
            }

            return;
        }

        if (n <= 0) {
            break;
        }

        tell->len += n;
    }

    ngx_xassist_tell_answered(tell);
}


/* As far as its Content-Length says; without one the end of the connection
   is the end. */

static ngx_uint_t
ngx_xassist_tell_whole(const ngx_xassist_tell_t *tell)
{
    u_char     *p, *end, *last;
    ngx_int_t   length;

    static const char  name[] = CRLF "content-length:";

    last = (u_char *) tell->answer + tell->len;

    end = ngx_strlcasestrn((u_char *) tell->answer, last,
                           (u_char *) CRLF CRLF, 3);
    if (end == NULL) {
        return 0;
    }

    p = ngx_strlcasestrn((u_char *) tell->answer, end, (u_char *) name,
                         sizeof(name) - 2);
    if (p == NULL) {
        return 0;
    }

    p += sizeof(name) - 1;

    while (p < end && *p == ' ') {
        p++;
    }

    for (length = 0;
         p < end && *p >= '0' && *p <= '9' && length <= NGX_XASSIST_TELL_MAX;
         p++)
    {
        length = length * 10 + (*p - '0');
    }

    return last - (end + 4) >= length;
}


static void
ngx_xassist_tell_answered(ngx_xassist_tell_t *tell)
{
    u_char     *end;
    ngx_int_t   status;

    status = NGX_ERROR;

    if (tell->len >= sizeof("HTTP/1.1 200") - 1
        && ngx_strncmp(tell->answer, "HTTP/1.", 7) == 0)
    {
        status = ngx_atoi(tell->answer + sizeof("HTTP/1.1 ") - 1, 3);
    }

    if (status == NGX_ERROR) {
        ngx_xassist_tell_end(tell, tell->sent ? "it ended the connection"
                                              : "it cannot be reached");
        return;
    }

    end = ngx_strlcasestrn(tell->answer, tell->answer + tell->len,
                           (u_char *) CRLF CRLF, 3);

    if (end != NULL) {
        tell->body.data = end + 4;
        tell->body.len = tell->answer + tell->len - tell->body.data;
    }

    tell->status = status;
    ngx_xassist_tell_end(tell, NULL);
}


static void
ngx_xassist_tell_end(ngx_xassist_tell_t *tell, const char *why)
{
    tell->why = why;

    if (tell->peer.connection != NULL) {
        ngx_close_connection(tell->peer.connection);
        tell->peer.connection = NULL;
    }

    ngx_post_event(&tell->ended, &ngx_posted_events);
}


static void
ngx_xassist_tell_ended(ngx_event_t *ev)
{
    ngx_xassist_tell_t  *tell;

    tell = (ngx_xassist_tell_t *)
               ((u_char *) ev - offsetof(ngx_xassist_tell_t, ended));

    tell->done(tell);
}


void
ngx_xassist_tell_cancel(ngx_xassist_tell_t *tell)
{
    if (tell->peer.connection != NULL) {
        ngx_close_connection(tell->peer.connection);
        tell->peer.connection = NULL;
    }

    if (tell->ended.posted) {
        ngx_delete_posted_event(&tell->ended);
    }
}
