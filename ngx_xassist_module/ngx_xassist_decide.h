/* The decision: credentials, store and policy brought together. */

#ifndef NGX_XASSIST_DECIDE_H
#define NGX_XASSIST_DECIDE_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * Decides the request against what `xlcf` requires, as of now, and fills the
 * verdict, reason and principal of the context.  Called in the access phase,
 * again when the 101 arrives, and again whenever something changed that a
 * live connection may depend on.  Writes nothing, allocates at most the
 * texts of the principal, once per request.
 */
void ngx_xassist_decide(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_loc_conf_t *xlcf);

/* The same of a live connection, any number of times. */
void ngx_xassist_decide_again(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_loc_conf_t *xlcf);

/* The same for a call given by its id (NULL: none) and any list of
   ngx_xassist_require_t. */
void ngx_xassist_decide_for(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const store_id_t *call, const ngx_array_t *requires);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_DECIDE_H */
