/*
 * Identity headers: removed when a client sends them, rebuilt for the
 * upstream when a decision allowed the request.
 */

#ifndef NGX_XASSIST_HEADERS_H
#define NGX_XASSIST_HEADERS_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Computes the hashes of our header names, once per configuration. */
ngx_int_t ngx_xassist_headers_init(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);

/*
 * Takes every header of the X-Xassist family out of the request, whatever
 * its case and whatever stands for its dashes.  Elements leave the list
 * without moving, since r->headers_in points at them.
 */
void ngx_xassist_headers_strip(ngx_http_request_t *r);

/* Puts the identity of an allowed request in, and takes our credentials
   (cookies, a consumed Authorization) out. */
ngx_int_t ngx_xassist_headers_inject(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);

/* Drops Set-Cookie lines of an upstream that name our cookies. */
void ngx_xassist_headers_answer(ngx_http_request_t *r);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_HEADERS_H */
