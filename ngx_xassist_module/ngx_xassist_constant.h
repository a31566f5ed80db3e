/*
 * The configuration is constant once a worker runs: the test build holds it
 * against itself when the worker ends, so that every test would tell.
 */

#ifndef NGX_XASSIST_CONSTANT_H
#define NGX_XASSIST_CONSTANT_H

#include "ngx_xassist.h"

#if (XASSIST_TEST)

#pragma GCC visibility push(hidden)

/* A digest of what all locations have of ours and of nginx's core; *n is how
   many there are. */
uint64_t ngx_xassist_constant(ngx_xassist_main_conf_t *xmcf,
    ngx_cycle_t *cycle, ngx_uint_t *n);

#pragma GCC visibility pop

#endif

#endif /* NGX_XASSIST_CONSTANT_H */
