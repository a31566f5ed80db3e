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

/*
 * Watch, inside its read: ends the rooms of calls that ended, and those that a
 * call left behind when it was moved.  A server is told until it agrees, for a
 * day; up to which event all have agreed stands in the store, so that another
 * worker, or the next start, goes on.  One worker does it.
 */
void ngx_xassist_room_ends(ngx_xassist_worker_t *worker);

/* The same from time to time, when there is something left. */
void ngx_xassist_room_look(ngx_xassist_worker_t *worker);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ROOM_H */
