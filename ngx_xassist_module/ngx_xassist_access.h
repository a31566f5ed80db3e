/* The phases of a request. */

#ifndef NGX_XASSIST_ACCESS_H
#define NGX_XASSIST_ACCESS_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Puts our handlers into POST_READ, ACCESS, PRECONTENT and LOG. */
ngx_int_t ngx_xassist_access_init(ngx_conf_t *cf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ACCESS_H */
