/* X-Xassist-Assertion: what an upstream can verify by v1/jwks. */

#ifndef NGX_XASSIST_ASSERTION_H
#define NGX_XASSIST_ASSERTION_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* The value for an allowed request; empty without an assert key. */
ngx_int_t ngx_xassist_assertion(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ASSERTION_H */
