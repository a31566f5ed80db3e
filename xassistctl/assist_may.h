/* Whether an agent may assist, and on which terms, by the policy. */

#ifndef CTL_ASSIST_MAY_H
#define CTL_ASSIST_MAY_H

#include <xassistctl/open.h>

#pragma GCC visibility push(hidden)

/*
 * Fills in.assist.duration and groups of an operation that starts or resumes
 * assistance of in.assist.subject by `agent` in `session`.  `groups` has room
 * for STORE_LIMIT_VALUE bytes and must last as long as the operation.  CTL_NO
 * after a message when the policy says no.
 */
int ctl_assist_terms(const ctl_store_t *store, const policy_image_t *image,
    const store_session_t *session, bool reason_given, char *groups,
    store_op_t *op);

#pragma GCC visibility pop

#endif /* CTL_ASSIST_MAY_H */
