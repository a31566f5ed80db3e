/* Tokens cut out of everything that can reach a log or an upstream. */

#ifndef NGX_XASSIST_REDACT_H
#define NGX_XASSIST_REDACT_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * Replaces whatever looks like one of our tokens, percent-encoded or not, by
 * TOKEN_ and four hex digits of its SHA-256.  `text` is given new memory,
 * never overwritten in place: nginx's own strings share one buffer.  The
 * first token that is a whole path segment is stored in `token`, unless that
 * is NULL.
 * NGX_OK when something was replaced, NGX_DECLINED when not, NGX_ERROR.
 */
ngx_int_t ngx_xassist_redact(ngx_pool_t *pool, ngx_str_t *text,
    ngx_str_t *token);

/* The same of one line, into a buffer of the same size; returns what is
   left of it. */
size_t ngx_xassist_redact_line(u_char *line, size_t len, u_char *to);

/* POST_READ: the request line, URI, arguments and Referer, once. */
ngx_int_t ngx_xassist_redact_request(ngx_http_request_t *r);

/* LOG, before all others: requests that never reached POST_READ. */
ngx_int_t ngx_xassist_redact_log(ngx_http_request_t *r);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_REDACT_H */
