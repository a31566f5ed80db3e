/*
 * Transitions: one static function per operation of store.h, listed in the
 * table of its file; apply.c finds it there.
 *
 * A transition reads, decides, and only then writes.  It returns STORE_OK, or
 * STORE_REFUSED with op->reason, or another status; on anything but STORE_OK
 * it should have written nothing, and apply.c sees to it that nothing stays.
 *
 * Asking again after an unknown outcome, with the same operation, gives the
 * same answer with out.again set, and writes nothing.  How each knows itself:
 *
 *     *_CREATE             the record with the minted id is there and is of
 *                          the same name, owner or inviter (else EXISTS)
 *     USER_SET, _PROFILE   the record's `op`
 *     USER_FAILED          counts again: it is a hint, not a record
 *     SESSION_REVOKE, CALL_END, _ACCEPT, _DECLINE, INVITATION_WITHDRAW,
 *     LEAVE, REMOVE        the state asked for is there already
 *     REDEEM               the browser has a session by this invitation
 *     JOIN                 the participant holds a place in the call
 *     DELIVERED            the record's `op`, or it is not queued
 *     TOLD                 it was told of that event already
 *     TRANSFER             the session that came of it is of this browser
 *     CALL_RING            it rings already, or the user is in the call
 *     ATTACH, DETACH       the row of (participant, worker) keeps the id of
 *                          the operation that made it; a row that is gone
 *                          has nothing to take away.  Another operation of
 *                          the same worker on the same row in between makes
 *                          an ATTACH count twice: a worker asks again before
 *                          it goes on, and one that is dead loses its rows
 *     CALL_PLACE           the call is on another server than `from`
 *     MEDIA_DRAIN          the server is in that state already
 *     ASSIST_START, TASK   the record with the minted id is there
 *     ASSIST_PAUSE, _RESUME, _STOP, INTERACTION_REASSIGN
 *                          the state asked for is there already
 *     INTERACTION_NOTE     the newest line's `op`
 *     PASS_CREATE          the record with the minted id is there
 *     PASS_USE             the session with the minted id is there and is of
 *                          this operation
 *     ADMIT                the user is one of the call's
 *     TEAM_SET             the record's `op`
 *     ACCOUNT_SEATS, _BILLING
 *                          the state asked for is there already
 *     TEAM_ADD, _REMOVE, GROUP_ADD, _REMOVE, _MANAGER, USER_TEAMS
 *                          the state asked for is there already
 *     TEAM_DELETE, GROUP_DELETE
 *                          STORE_NOT_FOUND: what is gone is gone
 *     SWEEP                looks at the time anew each time
 *     SEATS                all are counted by these terms
 */

#ifndef STORE_OP_INT_H
#define STORE_OP_INT_H

#include <lmdb_schema/view_int.h>

typedef struct {
    store_op_kind_t  kind;
    store_status_t (*run)(store_view_t *view, store_op_t *op);
} store_transition_t;

#pragma GCC visibility push(hidden)

/* Each ends with a row whose `run` is NULL. */
extern const store_transition_t store_account_ops[];
extern const store_transition_t store_media_ops[];
extern const store_transition_t store_session_ops[];
extern const store_transition_t store_login_ops[];
extern const store_transition_t store_service_ops[];
extern const store_transition_t store_call_ops[];
extern const store_transition_t store_ring_ops[];
extern const store_transition_t store_invitation_ops[];
extern const store_transition_t store_redeem_ops[];
extern const store_transition_t store_admit_ops[];
extern const store_transition_t store_join_ops[];
extern const store_transition_t store_presence_ops[];
extern const store_transition_t store_sweep_ops[];
extern const store_transition_t store_trim_ops[];
extern const store_transition_t store_retain_ops[];
extern const store_transition_t store_checkpoint_ops[];
extern const store_transition_t store_assist_ops[];
extern const store_transition_t store_interaction_ops[];
extern const store_transition_t store_task_ops[];
extern const store_transition_t store_profile_ops[];
extern const store_transition_t store_pass_ops[];
extern const store_transition_t store_team_ops[];
extern const store_transition_t store_billing_ops[];
extern const store_transition_t store_seats_ops[];
extern const store_transition_t store_group_ops[];
extern const store_transition_t store_transfer_ops[];
extern const store_transition_t store_delivery_ops[];

/* Runs one operation over a view and sets its status; true when what is in
   the view must not be committed (a failure after a write). */
bool store_op_run(store_view_t *view, store_op_t *op);

/* Whether an Idempotency-Key settles it: done before, or not to be done. */
bool store_once_settled(store_view_t *view, store_op_t *op);

/* Fills out.made, and keeps the answer under its Idempotency-Key. */
void store_once_keep(store_view_t *view, store_op_t *op);

store_status_t store_refuse(store_op_t *op, store_reason_t reason);

/* A new event of this operation: kind, time, actor and account filled in. */
void store_op_event(const store_op_t *op, store_event_kind_t kind,
    const store_id_t *account, store_event_t *event);

/* The text of a reason as an event's detail. */
store_slice_t store_reason_slice(store_reason_t reason);

/* Well-formed UTF-8 without control characters, `min` to `max` code points,
   no blank at either end. */
bool store_text_good(store_slice_t text, size_t min, size_t max);

/* The same with line breaks (LF), but for either end. */
bool store_lines_good(store_slice_t text, size_t min, size_t max);

/* Bytes of the character at p, 0 when it is not well-formed. */
size_t store_text_character(const uint8_t *p, size_t len, uint32_t *c);

/* Comma-separated words without blanks; empty is good. */
bool store_words_good(store_slice_t words);

/* Takes the next word off a comma-separated list; false: there is none. */
bool store_word_next(store_slice_t *words, store_slice_t *word);
bool store_words_have(store_slice_t words, store_slice_t word);

/* Adds words that are not there yet to the `*len` bytes of `buffer`; false:
   more than `size` bytes. */
bool store_words_add(store_slice_t words, uint8_t *buffer, size_t size,
    size_t *len);

/* `words` as they become by a change, each once, written into `buffer`;
   false: more than `size` bytes. */
bool store_words_change(store_slice_t words, store_words_change_t how,
    store_slice_t change, uint8_t *buffer, size_t size, store_slice_t *out);

bool store_slice_equal(store_slice_t a, store_slice_t b);

/*
 * Puts the call on the server with the fewest calls by weight, if it is on
 * `from` (empty: on none yet); an event tells of a move.  The caller puts the
 * call's record when *placed.  out.media is where the call is now, empty
 * when no server can take it.
 */
store_status_t store_media_place(store_view_t *view, store_op_t *op,
    const store_place_on_t *on, store_call_t *call, bool *placed)
    STORE_USE_RESULT;

/* a + b, not beyond the end of time. */
uint64_t store_later(uint64_t a, uint64_t b);

/* NONE when the session holds at `now`; the user's and the account's
   suspension are looked at by whoever reads those. */
store_reason_t store_session_reason(const store_session_t *session,
    uint64_t now);

/*
 * A new session of a user, with its event; ends the oldest ones beyond
 * `per_user`.  The caller fills id, device, expires and idle.
 */
store_status_t store_session_add(store_view_t *view, store_op_t *op,
    const store_user_t *user, store_session_t *session, uint32_t per_user,
    uint64_t cause) STORE_USE_RESULT;

/* Ends a session; with an event unless `quiet`.  Ended ones stay as they
   are. */
void store_session_end(store_view_t *view, const store_op_t *op,
    store_session_t *session, store_reason_t reason, uint64_t cause,
    bool quiet);

/* Its browser is another session's from now on: the link knows a browser by
   one session, and each derives that key. */
void store_session_forget(store_view_t *view, const store_op_t *op,
    store_session_t *session);

/* Ends the sessions of a user but one, and the tokens issued so far; of both
   what is older than `before`, unless that is 0.  *any: there was something to
   end. */
store_status_t store_user_sign_out(store_view_t *view, const store_op_t *op,
    store_user_t *user, const store_id_t *keep, uint64_t before, bool *any)
    STORE_USE_RESULT;

/* When whatever a session came of was made: the sign-in, the token that was
   swapped for it, or the session whose card it is. */
uint64_t store_session_begun(const store_session_t *session);

/* A step of STORE_OP_TRIM. */
store_status_t store_trim(store_view_t *view, store_op_t *op)
    STORE_USE_RESULT;

/* ---- what a link says --------------------------------------------------- */

typedef struct {
    store_invitation_t invitation;
    store_call_t       call;           /* id is none when there is none yet */
    store_session_t    session;        /* of this browser */
    bool               same_browser;
    store_inv_state_t  state;          /* as of now */
    store_reason_t     reason;
} store_judged_t;

/* The order of reasons of DESIGN section 6 up to `used`; what comes after it
   depends on the redemption.  STORE_NOT_FOUND: no such invitation. */
store_status_t store_judge(store_view_t *view, const store_id_t *invitation,
    const uint8_t browser[STORE_HASH_LEN], uint64_t now, store_judged_t *out)
    STORE_USE_RESULT;

/* The state of an invitation as of now, call and time considered. */
store_inv_state_t store_invitation_state(const store_invitation_t *inv,
    const store_call_t *call, uint64_t now);

/* Signs out who came by an invitation for one person, now withdrawn. */
store_status_t store_withdraw_guests(store_view_t *view,
    const store_op_t *op, const store_invitation_t *inv, uint64_t cause)
    STORE_USE_RESULT;

/* Whether the user is in the call, present or away, but not away for so long
   that guests may not stay with nobody else. */
store_status_t store_user_there(store_view_t *view, const store_id_t *call,
    const store_id_t *user, bool *there) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_OP_INT_H */
