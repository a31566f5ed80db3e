/* The request context, found again after internal redirects. */

#ifndef NGX_XASSIST_CTX_H
#define NGX_XASSIST_CTX_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* The context of the main request, or NULL when there is none yet. */
ngx_xassist_ctx_t *ngx_xassist_ctx_get(ngx_http_request_t *r);

/* The same, made when absent; NULL when out of memory. */
ngx_xassist_ctx_t *ngx_xassist_ctx_need(ngx_http_request_t *r);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CTX_H */
