/* Signing in: the page, the form, the JSON. */

#ifndef NGX_XASSIST_LOGIN_H
#define NGX_XASSIST_LOGIN_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Once per configuration: threads and shared memory. */
ngx_int_t ngx_xassist_login_conf(ngx_conf_t *cf);

/* Handler of v1/login; NGX_DECLINED for every other path. */
ngx_int_t ngx_xassist_login_handler(ngx_http_request_t *r);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_LOGIN_H */
