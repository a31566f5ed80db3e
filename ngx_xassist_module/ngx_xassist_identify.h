/* Who says that he asks: tokens and Origin of a request's head. */

#ifndef NGX_XASSIST_IDENTIFY_H
#define NGX_XASSIST_IDENTIFY_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * Reads the credentials of a request, once: cookies and Bearer tokens whose
 * MAC holds.  What does not verify counts as not sent.  NGX_OK, or NGX_ERROR
 * when out of memory.
 */
ngx_int_t ngx_xassist_identify(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx);

/*
 * Whether the Origin allows what is asked.  A present and foreign Origin
 * never does; a change or an upgrade decided by a cookie needs one.
 */
ngx_uint_t ngx_xassist_origin_ok(ngx_http_request_t *r,
    const ngx_xassist_ctx_t *ctx, const ngx_xassist_loc_conf_t *xlcf);

/* A header of the request by lower-case name, or NULL. */
ngx_table_elt_t *ngx_xassist_header(ngx_http_request_t *r,
    const char *lowcase, size_t len);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_IDENTIFY_H */
