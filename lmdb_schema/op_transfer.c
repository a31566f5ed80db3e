/*
 * A guest goes on with another device: the session there takes the place of
 * the one so far, and with it participant, seat and invitation.
 */

#include <string.h>

#include <lmdb_schema/pass_int.h>


/* Whether somebody removed from the call came by this browser. */
typedef struct {
    store_view_t    *view;
    const uint8_t   *browser;
    store_status_t   status;
    bool             found;
} barred_t;


static store_status_t transfer(store_view_t *view, store_op_t *op);
static store_status_t judge(store_view_t *view, const store_id_t *pass,
    const uint8_t browser[STORE_HASH_LEN], uint64_t now,
    store_pass_state_t *state, store_session_t *made);
static store_status_t here_already(store_view_t *view,
    const store_session_t *session, const uint8_t browser[STORE_HASH_LEN],
    store_session_t *other);
static store_status_t take_over(store_view_t *view, store_op_t *op,
    store_pass_state_t *state, store_session_t *other);
static void answer(store_op_t *op, const store_session_t *session);
static store_status_t bar(store_view_t *view,
    const uint8_t browser[STORE_HASH_LEN], store_pass_state_t *state);
static bool was_removed(void *data, const void *record);


const store_transition_t  store_transfer_ops[] = {
    { STORE_OP_TRANSFER, transfer },
    { 0, NULL }
};


static store_status_t
transfer(store_view_t *view, store_op_t *op)
{
    store_status_t      rc;
    store_session_t     made, other;
    store_pass_state_t  state;

    static const uint8_t  nobody[STORE_HASH_LEN];

    if (store_id_none(&op->in.transfer.session)
        || memcmp(op->in.transfer.browser, nobody, STORE_HASH_LEN) == 0)
    {
        return STORE_INVALID;
    }

    rc = judge(view, &op->in.transfer.pass, op->in.transfer.browser, op->now,
               &state, &made);

    if (rc != STORE_OK) {
        return rc;
    }

    if (state.reason != STORE_REASON_NONE) {
        return store_refuse(op, state.reason);
    }

    if (!store_id_none(&made.id)) {
        op->out.again = true;
        answer(op, &made);
        return STORE_OK;
    }

    /* one browser is not two people of one link */

    rc = here_already(view, &state.session, op->in.transfer.browser, &other);

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_none(&other.id) && other.ended == 0) {
        return store_refuse(op, STORE_REASON_USED);
    }

    rc = store_record_get(view, STORE_IS_session, NULL,
                          &op->in.transfer.session, &made);

    if (rc != STORE_NOT_FOUND) {
        return rc == STORE_OK ? STORE_EXISTS : rc;
    }

    return take_over(view, op, &state, &other);
}


/* The state of the pass; one that this very browser has used is as good as
   new, and `made` is what came of it. */

static store_status_t
judge(store_view_t *view, const store_id_t *pass,
    const uint8_t browser[STORE_HASH_LEN], uint64_t now,
    store_pass_state_t *state, store_session_t *made)
{
    store_status_t  rc;

    memset(made, 0, sizeof(*made));

    rc = store_pass_judge(view, pass, now, state);

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_none(&state->pass.id)
        && state->pass.purpose != STORE_PASS_TRANSFER)
    {
        state->reason = STORE_REASON_UNKNOWN_LINK;
        return STORE_OK;
    }

    if (state->pass.used == 0) {
        return state->reason == STORE_REASON_NONE
               ? bar(view, browser, state) : STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_session, NULL, &state->pass.made,
                          made);

    if (rc == STORE_OK && made->browser.len == STORE_HASH_LEN
        && memcmp(made->browser.data, browser, STORE_HASH_LEN) == 0)
    {
        state->reason = store_session_reason(made, now);
        return STORE_OK;
    }

    memset(made, 0, sizeof(*made));

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


/*
 * Who was removed from a call does not come back by the pass of somebody else
 * in it, whatever link he had: a new link of the owner's is the way.
 */

static store_status_t
bar(store_view_t *view, const uint8_t browser[STORE_HASH_LEN],
    store_pass_state_t *state)
{
    barred_t        barred = { view, browser, STORE_OK, false };
    store_key_t     prefix;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_PARTICIPANT);
    store_key_id(&prefix, &state->pass.call);

    rc = store_walk_rows(view, STORE_IS_participant, &prefix, was_removed,
                         &barred);

    if (barred.found) {
        state->reason = STORE_REASON_REMOVED;
    }

    return rc == STORE_OK ? barred.status : rc;
}


static bool
was_removed(void *data, const void *record)
{
    barred_t                   *barred = data;
    store_session_t             session;
    const store_participant_t  *part = record;

    if (part->state != STORE_PART_REMOVED || store_id_none(&part->session)) {
        return true;
    }

    barred->status = store_record_get(barred->view, STORE_IS_session, NULL,
                                      &part->session, &session);

    if (barred->status == STORE_NOT_FOUND) {
        barred->status = STORE_OK;
        return true;
    }

    barred->found = barred->status == STORE_OK
                    && session.browser.len == STORE_HASH_LEN
                    && memcmp(session.browser.data, barred->browser,
                              STORE_HASH_LEN)
                       == 0;

    return barred->status == STORE_OK && !barred->found;
}


/* Whom the link knows by that browser, when it is somebody else. */

static store_status_t
here_already(store_view_t *view, const store_session_t *session,
    const uint8_t browser[STORE_HASH_LEN], store_session_t *other)
{
    store_status_t  rc;

    rc = store_session_by_browser(view, &session->invitation, browser, other);

    if (rc == STORE_NOT_FOUND
        || (rc == STORE_OK
            && store_id_equal(&other->participant, &session->participant)))
    {
        memset(other, 0, sizeof(*other));
        return STORE_OK;
    }

    return rc;
}


/*
 * The browser so far is forgotten: with the link it would come back as the
 * same person, of whom there is one.
 */

static store_status_t
take_over(store_view_t *view, store_op_t *op, store_pass_state_t *state,
    store_session_t *other)
{
    uint64_t             cause;
    store_event_t        event;
    store_status_t       rc;
    store_session_t      session;
    store_participant_t  part;

    session = state->session;

    rc = store_record_get(view, STORE_IS_participant, &session.call,
                          &session.participant, &part);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    op->actor = part.id;
    cause = store_pass_spend(view, op, &state->pass,
                             &op->in.transfer.session);

    state->session.browser.len = 0;
    store_session_end(view, op, &state->session, STORE_REASON_SIGNED_OUT,
                      cause, false);

    if (!store_id_none(&other->id)) {
        store_session_forget(view, op, other);
    }

    session.id = op->in.transfer.session;
    session.device = op->in.transfer.device;
    session.platform = op->in.transfer.platform;
    session.browser.data = op->in.transfer.browser;
    session.browser.len = STORE_HASH_LEN;
    session.created = op->now;
    session.touched = op->now;
    session.op = op->id;
    store_record_put(view, STORE_IS_session, &session);

    part.session = session.id;
    part.device = session.device;
    part.platform = session.platform;
    store_record_put(view, STORE_IS_participant, &part);

    store_op_event(op, STORE_EVENT_SESSION_CREATED, &session.account, &event);
    event.session = session.id;
    event.call = session.call;
    event.participant = session.participant;
    event.invitation = session.invitation;
    event.cause = cause;
    (void) store_log_add(view, &event);

    answer(op, &session);

    return view->status;
}


static void
answer(store_op_t *op, const store_session_t *session)
{
    op->out.session = session->id;
    op->out.participant = session->participant;
    op->out.call = session->call;
    op->out.expires = session->expires;
}


store_status_t
store_transfer(store_txn_t *txn, const store_id_t *pass,
    const uint8_t browser[STORE_HASH_LEN], uint64_t now, store_link_t *out)
{
    store_call_t         call;
    store_view_t        *view = store_txn_view(txn);
    store_status_t       rc;
    store_session_t      made;
    store_invitation_t   inv;
    store_pass_state_t   state;

    memset(out, 0, sizeof(*out));
    out->transfer = true;
    out->reason = STORE_REASON_UNKNOWN_LINK;

    rc = judge(view, pass, browser, now, &state, &made);

    if (rc != STORE_OK) {
        return rc;
    }

    out->reason = state.reason;

    if (state.reason != STORE_REASON_NONE) {
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_call, NULL, &state.pass.call, &call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_invitation, NULL,
                              &state.session.invitation, &inv);
    }

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    out->kind = (store_inv_kind_t) inv.kind;
    out->state = (store_inv_state_t) inv.state;
    out->account = state.pass.account;
    out->call = state.pass.call;
    out->session = made.id;
    out->name = state.session.name;
    out->title = call.title;
    out->expires = state.pass.expires;
    out->same_browser = !store_id_none(&made.id);

    return STORE_OK;
}
