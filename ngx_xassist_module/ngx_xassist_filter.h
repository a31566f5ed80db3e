/* What leaves the edge: our refusals' bodies, and the 101 of an upgrade. */

#ifndef NGX_XASSIST_FILTER_H
#define NGX_XASSIST_FILTER_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

ngx_int_t ngx_xassist_filter_init(ngx_conf_t *cf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_FILTER_H */
