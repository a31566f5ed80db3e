/*
 * Telling another server something: one POST over HTTP, one answer, within a
 * time.  Who tells decides whether to try again.
 */

#ifndef NGX_XASSIST_TELL_H
#define NGX_XASSIST_TELL_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

#define NGX_XASSIST_TELL_MAX  2048             /* of an answer, head and all */


typedef struct ngx_xassist_tell_s  ngx_xassist_tell_t;

struct ngx_xassist_tell_s {

    /* Given; the memory behind it lives until `done` or the cancel. */
    ngx_log_t               *log;
    struct sockaddr         *sockaddr;
    socklen_t                socklen;
    ngx_str_t                name;             /* of the server, for logs */
    ngx_str_t                request;          /* head and body */
    ngx_msec_t               timeout;          /* of the whole */
    void                   (*done)(ngx_xassist_tell_t *tell);
    void                    *data;

    /* What came of it. */
    ngx_int_t                status;           /* 0: no answer */
    ngx_str_t                body;             /* in `answer`, maybe cut */
    const char              *why;              /* there is no answer */

    /* Of this file. */
    size_t                   sent;
    size_t                   len;
    ngx_event_t              ended;            /* leads to `done` */
    ngx_peer_connection_t    peer;
    u_char                   answer[NGX_XASSIST_TELL_MAX];
};


/*
 * The request as it goes over the wire, in `pool`: `line` is a further line
 * of the head with its CRLF, or empty.
 */
ngx_int_t ngx_xassist_tell_post(ngx_pool_t *pool, const ngx_str_t *path,
    const ngx_str_t *host, const char *line, const ngx_str_t *body,
    ngx_str_t *request);

/*
 * Begins; `done` is called once, later, never from within, and may begin
 * again or free the memory.
 */
void ngx_xassist_tell(ngx_xassist_tell_t *tell);

/* `done` will not be called.  Allowed at any time, also of a zeroed one. */
void ngx_xassist_tell_cancel(ngx_xassist_tell_t *tell);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_TELL_H */
