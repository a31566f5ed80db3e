/* Passes: what lets one more device in, once, within minutes. */

#ifndef STORE_PASS_INT_H
#define STORE_PASS_INT_H

#include <lmdb_schema/op_int.h>

/* A pass with what stands behind it, as of now. */
typedef struct {
    store_pass_t    pass;
    store_session_t session;           /* that it was shown on */
    store_user_t    user;              /* a card's */
    store_account_t account;
    store_reason_t  reason;
} store_pass_state_t;

#pragma GCC visibility push(hidden)

/*
 * Reads a pass and says whether it can be used; a pass that is not there has
 * the reason EXPIRED, since only those of ours get that far.
 */
store_status_t store_pass_judge(store_view_t *view, const store_id_t *pass,
    uint64_t now, store_pass_state_t *out) STORE_USE_RESULT;

/*
 * Spends it: `made` is the session that came of it, which may be the one
 * that it was shown on.  Returns the sequence of its event.
 */
uint64_t store_pass_spend(store_view_t *view, const store_op_t *op,
    store_pass_t *pass, const store_id_t *made);

#pragma GCC visibility pop

#endif /* STORE_PASS_INT_H */
