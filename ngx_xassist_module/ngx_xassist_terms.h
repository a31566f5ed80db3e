/* What roles mean for an account, told to the store with a change. */

#ifndef NGX_XASSIST_TERMS_H
#define NGX_XASSIST_TERMS_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Fills op->terms by the live policy; the lists live in the pool. */
ngx_int_t ngx_xassist_terms(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    store_op_t *op);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_TERMS_H */
