/* The policy's side of a decision: rules, roles and settings of the image
   that is live. */

#ifndef NGX_XASSIST_EVALUATE_H
#define NGX_XASSIST_EVALUATE_H

#include "ngx_xassist.h"
#include "ngx_xassist_rule.h"

#pragma GCC visibility push(hidden)

/* What one decision works with; lives on the stack. */
typedef struct {
    ngx_http_request_t            *request;
    ngx_xassist_worker_t          *worker;
    ngx_xassist_ctx_t             *ctx;
    store_principal_t              principal;
    store_standing_t               standing;
    policy_query_t                 query;
    uint32_t                       roles[NGX_XASSIST_MAX_ROLES];
    uint32_t                       inviter_roles[NGX_XASSIST_MAX_ROLES];
    policy_attribute_t             attributes[NGX_XASSIST_ATTRIBUTES];
                                               /* of v1/policy/explain */
    store_id_t                     owner;      /* of the call it is about */
    u_char                         claimed[POLICY_JWT_ROLES];
                                               /* roles of a token that count */
    ngx_uint_t                     unseated;   /* some need an agent seat */
    unsigned                       again:1;    /* of the same things */
} ngx_xassist_decision_t;

/* What a policy is asked, and what it says. */
typedef struct {
    ngx_xassist_decision_t        *d;
    const ngx_array_t             *requires;   /* ngx_xassist_require_t */
    policy_decision_t              decision;
    uint64_t                       generation;
    ngx_uint_t                     slot;       /* of the line that decided */
    unsigned                       live:1;     /* the main zone's image */
} ngx_xassist_evaluated_t;


/* Decides by all of `requires` (ngx_xassist_require_t), and puts verdict,
   reason, rule and generation into the context. */
void ngx_xassist_evaluate(ngx_xassist_decision_t *d,
    const ngx_array_t *requires);

/* To ngx_xassist_look, of a ngx_xassist_evaluated_t: all lines must hold, the
   first that does not decides.  NGX_ERROR when the question could not be
   put. */
ngx_int_t ngx_xassist_evaluate_rules(const policy_image_t *image, void *data);

/* The question, without attributes, from principal and standing; of nobody
   unless ctx->known, of a call if ctx->has_call.  `live`: the image is that
   of the main zone.  NGX_ERROR with too many roles. */
ngx_int_t ngx_xassist_evaluate_query(ngx_xassist_decision_t *d,
    const policy_image_t *image, ngx_uint_t live);

/* Rule index of a slot in the live policy; POLICY_NONE when unknown. */
uint32_t ngx_xassist_slot(ngx_xassist_worker_t *worker,
    const policy_image_t *image, ngx_uint_t slot);

/* The settings of the live policy; NGX_ERROR when there is none. */
ngx_int_t ngx_xassist_settings(ngx_xassist_worker_t *worker,
    policy_settings_t *settings);

policy_kind_t ngx_xassist_evaluate_kind(store_kind_t kind);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_EVALUATE_H */
