/*
 * The room of a call on the Janus server that it is on: made before the
 * first handshake is passed there, taken away when the call has ended.
 */

#ifndef NGX_XASSIST_ROOM_H
#define NGX_XASSIST_ROOM_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * Value of janus=: a file of lines `admin_secret TEXT`, `admin_key TEXT` and
 * `room NAME VALUE` (a setting of every room), which others may not read.
 */
char *ngx_xassist_room_conf(ngx_conf_t *cf, ngx_str_t *path,
    ngx_xassist_room_conf_t **room);

/*
 * PRECONTENT, once ctx->media is known and committed, and again when the
 * phases run on: NGX_DECLINED, the request may go there; NGX_AGAIN, it waits;
 * or a status that refuses.  A room that is there already is as good, so no
 * server is trusted to have kept one.
 */
ngx_int_t ngx_xassist_room_open(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);

/* Watch: an event of the log, inside its read.  One worker acts. */
void ngx_xassist_room_event(ngx_xassist_worker_t *worker,
    const store_event_t *event);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ROOM_H */
