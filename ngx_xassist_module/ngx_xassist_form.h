/* The body of a small POST, and application/x-www-form-urlencoded in it. */

#ifndef NGX_XASSIST_FORM_H
#define NGX_XASSIST_FORM_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

#define NGX_XASSIST_BODY_MAX  8192

/* The whole body in one string; NGX_DECLINED when it is over the limit. */
ngx_int_t ngx_xassist_form_body(ngx_http_request_t *r, ngx_str_t *body);

/*
 * The decoded value of a field, empty when absent.  NGX_DECLINED when it is
 * given twice or its escapes are wrong.
 */
ngx_int_t ngx_xassist_form_field(ngx_pool_t *pool, const ngx_str_t *body,
    const char *name, ngx_str_t *value);

/* Whether text is a name for people to read: 1 to 64 characters of UTF-8,
   none a control character; outer blanks are cut. */
ngx_uint_t ngx_xassist_form_name(ngx_str_t *text);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_FORM_H */
