/* Signing in by a provider's token: what it says of the user is taken over. */

#ifndef NGX_XASSIST_PROVIDER_H
#define NGX_XASSIST_PROVIDER_H

#include "ngx_xassist_jwt.h"
#include "ngx_xassist_reason.h"

#pragma GCC visibility push(hidden)

/* One sign-in: its changes come one after the other, each waited for, so that
   one that is refused is the end of it. */
typedef struct {
    const ngx_xassist_claims_t  *claims;
    store_id_t                   user;
    store_id_t                   account;      /* none: the user is there */
    ngx_uint_t                   step;
} ngx_xassist_provider_t;


/* Finds the user of verified claims, or says that one is to be made, where
   xassist_jwt has it so. */
ngx_xassist_reason_t ngx_xassist_provider_admit(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, ngx_xassist_provider_t *provider);

/*
 * Fills the next change that makes the user, roles or teams what the token
 * says; its texts live in the pool.  NGX_DONE, with a zeroed operation: there
 * is none any more.
 */
ngx_int_t ngx_xassist_provider_next(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, ngx_xassist_provider_t *provider, store_op_t *op);

/* What came of it: a reason not to sign in, or none. */
ngx_xassist_reason_t ngx_xassist_provider_took(
    const ngx_xassist_provider_t *provider, const store_op_t *op,
    ngx_log_t *log);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_PROVIDER_H */
