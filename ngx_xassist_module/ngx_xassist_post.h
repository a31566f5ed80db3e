/*
 * POSTs of the edge itself, to a system of the operator's: one try, and what
 * came of it.  Plain HTTP, to this host or a relay on it.
 */

#ifndef NGX_XASSIST_POST_H
#define NGX_XASSIST_POST_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Told once, from an event or from within ngx_xassist_post: the status of the
   answer, 0 when there was none. */
typedef void (*ngx_xassist_posted_pt)(void *data, ngx_uint_t status);

/* xassist_deliver and xassist_notify: URL [secret=FILE]; the offset in `cmd`
   is that of a target in the main configuration. */
char *ngx_xassist_post_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/*
 * Sends a JSON body, under a key by which a repetition is known.  With a
 * secret there is an Authorization: a JWS (HS256) of one minute that has the
 * SHA-256 of the body.  NGX_ERROR: not even tried, `posted` is not told.
 */
ngx_int_t ngx_xassist_post(const ngx_xassist_outside_t *target,
    ngx_log_t *log, const ngx_str_t *body, const ngx_str_t *key,
    ngx_xassist_posted_pt posted, void *data);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_POST_H */
