/* Our three cookies: read, set, and kept from upstreams. */

#ifndef NGX_XASSIST_COOKIE_H
#define NGX_XASSIST_COOKIE_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef enum {
    NGX_XASSIST_COOKIE_USER = 0,
    NGX_XASSIST_COOKIE_GUEST,
    NGX_XASSIST_COOKIE_BROWSER,
    NGX_XASSIST_COOKIES
} ngx_xassist_cookie_t;

/* Values of all our cookies in one walk; one that is sent twice with
   different values is treated as not sent at all. */
void ngx_xassist_cookie_read(ngx_http_request_t *r,
    ngx_str_t values[NGX_XASSIST_COOKIES]);

/* Takes our cookies out of what the upstream will see; for a request that
   sent one. */
ngx_int_t ngx_xassist_cookie_cut(ngx_http_request_t *r);

/* Whether a Set-Cookie value sets one of ours. */
ngx_uint_t ngx_xassist_cookie_ours(ngx_http_request_t *r,
    const ngx_str_t *value);

/* Adds a Set-Cookie; max_age 0: until the browser closes.  An empty value
   takes the cookie away. */
ngx_int_t ngx_xassist_cookie_set(ngx_http_request_t *r,
    ngx_xassist_cookie_t which, const ngx_str_t *value, time_t max_age);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_COOKIE_H */
