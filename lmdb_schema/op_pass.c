/*
 * Passes: shown on a device that is signed in, used on another.  A card signs
 * a user in there; a transfer takes a guest over.  The record goes when its
 * time is over, or when the session makes another.
 */

#include <string.h>

#include <lmdb_schema/pass_int.h>


static store_status_t pass_create(store_view_t *view, store_op_t *op);
static store_status_t pass_use(store_view_t *view, store_op_t *op);
static store_status_t void_former(store_view_t *view,
    const store_id_t *session);
static store_slice_t purpose_of(const store_pass_t *pass);
static store_reason_t reason_of(const store_pass_state_t *state,
    uint64_t now);


const store_transition_t  store_pass_ops[] = {
    { STORE_OP_PASS_CREATE, pass_create },
    { STORE_OP_PASS_USE, pass_use },
    { 0, NULL }
};


static store_status_t
pass_create(store_view_t *view, store_op_t *op)
{
    store_pass_t      pass;
    store_event_t     event;
    store_reason_t    reason;
    store_status_t    rc;
    store_session_t   session;
    const store_id_t *id = &op->in.pass_create.pass;

    if (store_id_none(id) || op->in.pass_create.valid_for == 0) {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_pass, NULL, id, &pass);

    if (rc == STORE_OK) {
        op->out.again = store_id_equal(&pass.session,
                                       &op->in.pass_create.session);
        op->out.expires = pass.expires;
        return op->out.again ? STORE_OK : STORE_EXISTS;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_session, NULL,
                          &op->in.pass_create.session, &session);

    if (rc != STORE_OK) {
        return rc;
    }

    if (session.kind == STORE_KIND_SERVICE) {
        return STORE_INVALID;
    }

    reason = store_session_reason(&session, op->now);

    if (reason != STORE_REASON_NONE) {
        return store_refuse(op, reason);
    }

    rc = void_former(view, &session.id);

    if (rc != STORE_OK) {
        return rc;
    }

    memset(&pass, 0, sizeof(pass));
    pass.id = *id;
    pass.account = session.account;
    pass.purpose = session.kind == STORE_KIND_USER ? STORE_PASS_CARD
                                                   : STORE_PASS_TRANSFER;
    pass.session = session.id;
    pass.user = session.user;
    pass.call = session.call;
    pass.participant = session.participant;
    pass.created = op->now;
    pass.expires = store_later(op->now, op->in.pass_create.valid_for);
    pass.op = op->id;

    store_record_put(view, STORE_IS_pass, &pass);

    store_op_event(op, STORE_EVENT_PASS_CREATED, &pass.account, &event);
    event.user = pass.user;
    event.session = pass.session;
    event.call = pass.call;
    event.participant = pass.participant;
    event.detail = purpose_of(&pass);
    (void) store_log_add(view, &event);

    op->out.expires = pass.expires;

    return STORE_OK;
}


static store_status_t
void_former(store_view_t *view, const store_id_t *session)
{
    store_key_t     key;
    store_pass_t    pass;
    store_status_t  rc;

    store_key(&key, STORE_KEY_PASS_SESSION);
    store_key_id(&key, session);

    rc = store_record_by(view, STORE_IS_pass, NULL, &key, &pass);

    if (rc == STORE_OK) {
        store_record_remove(view, STORE_IS_pass, &pass);
        rc = view->status;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


/* A session of its own, so that either can be signed out alone. */

static store_status_t
pass_use(store_view_t *view, store_op_t *op)
{
    uint64_t            cause;
    store_status_t      rc;
    store_session_t     session;
    store_pass_state_t  state;
    const store_id_t   *id = &op->in.pass_use.session;

    if (store_id_none(id) || op->in.pass_use.lifetime == 0) {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_session, NULL, id, &session);

    if (rc == STORE_OK) {
        op->out.again = store_id_equal(&session.op, &op->id);
        op->out.session = session.id;
        op->out.expires = session.expires;
        return op->out.again ? STORE_OK : STORE_EXISTS;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_pass_judge(view, &op->in.pass_use.pass, op->now, &state);

    if (rc != STORE_OK) {
        return rc;
    }

    if (state.reason != STORE_REASON_NONE) {
        return store_refuse(op, state.reason);
    }

    if (state.pass.purpose != STORE_PASS_CARD) {
        return STORE_INVALID;
    }

    op->actor = state.user.id;

    memset(&session, 0, sizeof(session));
    session.id = *id;
    session.device = op->in.pass_use.device;
    session.platform = op->in.pass_use.platform;
    session.expires = store_later(op->now, op->in.pass_use.lifetime);
    session.idle = op->in.pass_use.idle;
    session.issued = store_session_begun(&state.session);

    /* or one card after the other would keep a sign-in alive for ever */

    if (session.expires > state.session.expires) {
        session.expires = state.session.expires;
    }

    cause = store_pass_spend(view, op, &state.pass, id);

    return store_session_add(view, op, &state.user, &session,
                             op->in.pass_use.per_user, cause);
}


uint64_t
store_pass_spend(store_view_t *view, const store_op_t *op, store_pass_t *pass,
    const store_id_t *made)
{
    store_event_t  event;

    pass->used = op->now;
    pass->made = *made;
    pass->op = op->id;
    store_record_put(view, STORE_IS_pass, pass);

    store_op_event(op, STORE_EVENT_PASS_USED, &pass->account, &event);
    event.user = pass->user;
    event.session = pass->session;
    event.call = pass->call;
    event.participant = pass->participant;
    event.detail = purpose_of(pass);

    return store_log_add(view, &event);
}


static store_slice_t
purpose_of(const store_pass_t *pass)
{
    store_slice_t  out;
    const char    *name;

    name = store_pass_purpose_name((store_pass_purpose_t) pass->purpose);
    out.data = (const uint8_t *) name;
    out.len = strlen(name);

    return out;
}


store_status_t
store_pass_judge(store_view_t *view, const store_id_t *pass, uint64_t now,
    store_pass_state_t *out)
{
    store_status_t  rc;

    memset(out, 0, sizeof(*out));

    rc = store_record_get(view, STORE_IS_pass, NULL, pass, &out->pass);

    if (rc == STORE_NOT_FOUND) {
        out->reason = STORE_REASON_EXPIRED;
        return STORE_OK;
    }

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_session, NULL,
                              &out->pass.session, &out->session);
    }

    if (rc == STORE_NOT_FOUND) {
        out->reason = STORE_REASON_SIGNED_OUT;
        return STORE_OK;
    }

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_account, NULL,
                              &out->pass.account, &out->account);
    }

    if (rc == STORE_OK && !store_id_none(&out->pass.user)) {
        rc = store_record_get(view, STORE_IS_user, NULL, &out->pass.user,
                              &out->user);
    }

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    out->reason = reason_of(out, now);

    return STORE_OK;
}


static store_reason_t
reason_of(const store_pass_state_t *state, uint64_t now)
{
    if (state->pass.used != 0) {
        return STORE_REASON_USED;
    }

    if (state->pass.expires <= now) {
        return STORE_REASON_EXPIRED;
    }

    if (state->user.suspended || state->account.suspended) {
        return STORE_REASON_SUSPENDED;
    }

    return store_session_reason(&state->session, now);
}


store_status_t
store_pass(store_txn_t *txn, const store_id_t *pass, uint64_t now,
    store_pass_view_t *out)
{
    store_status_t      rc;
    store_pass_state_t  state;

    memset(out, 0, sizeof(*out));

    rc = store_pass_judge(store_txn_view(txn), pass, now, &state);

    if (rc != STORE_OK) {
        return rc;
    }

    out->reason = state.reason;
    out->purpose = (store_pass_purpose_t) state.pass.purpose;
    out->account = state.pass.account;
    out->session = state.pass.session;
    out->user = state.pass.user;
    out->call = state.pass.call;
    out->participant = state.pass.participant;
    out->account_name = state.account.name;
    out->expires = state.pass.expires;

    if (state.pass.purpose == STORE_PASS_CARD) {
        out->name = state.user.display.len ? state.user.display
                                           : state.user.name;

    } else {
        out->name = state.session.name;
    }

    return STORE_OK;
}
