/* Assistance: whom the caller works for.  No decision looks at it. */

#ifndef NGX_XASSIST_ASSIST_H
#define NGX_XASSIST_ASSIST_H

#include "ngx_xassist.h"


#pragma GCC visibility push(hidden)

/* Whether whom the caller assists now is whom the upstream was told of. */
ngx_uint_t ngx_xassist_assist_same(const ngx_xassist_ctx_t *ctx);

/* Puts the subject into an operation that the caller is the actor of. */
void ngx_xassist_assist_subject(const ngx_xassist_ctx_t *ctx, store_op_t *op);

/* The rule of a name; "assistance.requires" is the one that the policy's
   member of that name names. */
uint32_t ngx_xassist_assist_rule(const policy_image_t *image,
    const ngx_str_t *name);

/* The live policy's terms; `groups` comma-separated, in the pool. */
ngx_int_t ngx_xassist_assist_terms(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, policy_assistance_t *terms, ngx_str_t *groups);

/* Names of the tasks that the live policy offers, ngx_str_t in the pool; NULL
   when they cannot be told. */
ngx_array_t *ngx_xassist_assist_shortcuts(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool);

/* NGX_OK when a user may assist by the live policy, else NGX_DECLINED. */
ngx_int_t ngx_xassist_assist_may(ngx_xassist_worker_t *worker,
    const store_user_t *user);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ASSIST_H */
