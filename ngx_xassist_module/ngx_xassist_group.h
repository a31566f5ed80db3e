/* Whether what a decision is about is in a group that the actor manages. */

#ifndef NGX_XASSIST_GROUP_H
#define NGX_XASSIST_GROUP_H

#include "ngx_xassist_evaluate.h"

#pragma GCC visibility push(hidden)

/*
 * Adds POLICY_FACT_IN_GROUP to the question.  It is about ctx->object, or
 * about what the attributes user=ID and device=NAME of the line name (all of
 * them must be in such a group), or else about the owner of the call.  Reads
 * nothing when none of them is known; the caller asks only for a rule that
 * looks at the fact.
 */
ngx_int_t ngx_xassist_group(ngx_xassist_decision_t *d);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_GROUP_H */
