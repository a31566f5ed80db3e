/*
 * Telling a media server that somebody's right has ended, where it would go
 * on by itself.
 */

#ifndef NGX_XASSIST_KICK_H
#define NGX_XASSIST_KICK_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * The connection is being closed for the reason in its context: told until
 * the server agrees, ten times at most.  `r` is not needed afterwards.
 */
void ngx_xassist_kick(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_KICK_H */
