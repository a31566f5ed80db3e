/* Sessions of users; the end of any session. */

#include <string.h>

#include <lmdb_schema/assist_int.h>


static store_status_t session_create(store_view_t *view, store_op_t *op);
static store_status_t session_revoke(store_view_t *view, store_op_t *op);
static store_status_t session_touch(store_view_t *view, store_op_t *op);
static store_status_t end_oldest(store_view_t *view, const store_op_t *op,
    const store_id_t *user, uint32_t keep);
static store_status_t next_of(store_view_t *view, const store_id_t *user,
    store_session_t *session);


const store_transition_t  store_session_ops[] = {
    { STORE_OP_SESSION_CREATE, session_create },
    { STORE_OP_SESSION_REVOKE, session_revoke },
    { STORE_OP_SESSION_TOUCH, session_touch },
    { 0, NULL }
};


static store_status_t
session_create(store_view_t *view, store_op_t *op)
{
    store_user_t      user;
    store_status_t    rc;
    store_account_t   account;
    store_session_t   session;
    const store_id_t *id = &op->in.session_create.session;

    if (store_id_none(id) || op->in.session_create.lifetime == 0) {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_session, NULL, id, &session);

    if (rc == STORE_OK) {
        if (!store_id_equal(&session.user, &op->in.session_create.user)) {
            return STORE_EXISTS;
        }

        op->out.again = true;
        op->out.session = *id;
        op->out.expires = session.expires;
        return STORE_OK;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_user, NULL,
                          &op->in.session_create.user, &user);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_account, NULL, &user.account,
                              &account);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (user.suspended || account.suspended) {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    /* It was changed while the old one was being looked at. */

    if (op->in.session_create.password.len != 0
        && !store_slice_equal(user.password, op->in.session_create.password))
    {
        return store_refuse(op, STORE_REASON_SIGNED_OUT);
    }

    memset(&session, 0, sizeof(session));
    session.id = *id;
    session.device = op->in.session_create.device;
    session.platform = op->in.session_create.platform;
    session.expires = store_later(op->now, op->in.session_create.lifetime);
    session.idle = op->in.session_create.idle;
    session.issued = op->in.session_create.issued;

    return store_session_add(view, op, &user, &session,
                             op->in.session_create.per_user, 0);
}


store_status_t
store_session_add(store_view_t *view, store_op_t *op,
    const store_user_t *user, store_session_t *session, uint32_t per_user,
    uint64_t cause)
{
    store_user_t    signed_in;
    store_event_t   event;
    store_status_t  rc;

    session->kind = STORE_KIND_USER;
    session->account = user->account;
    session->user = user->id;
    session->created = op->now;
    session->touched = op->now;
    session->op = op->id;

    if (per_user != 0) {
        rc = end_oldest(view, op, &user->id, per_user - 1);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    store_record_put(view, STORE_IS_session, session);

    signed_in = *user;
    signed_in.signed_in = op->now;
    signed_in.failed = 0;
    store_record_put(view, STORE_IS_user, &signed_in);

    store_op_event(op, STORE_EVENT_SESSION_CREATED, &user->account, &event);
    event.user = user->id;
    event.session = session->id;
    event.cause = cause;
    (void) store_log_add(view, &event);

    op->out.session = session->id;
    op->out.expires = session->expires;

    return STORE_OK;
}


static store_status_t
session_revoke(store_view_t *view, store_op_t *op)
{
    bool             any;
    store_user_t     user;
    store_status_t   rc;
    store_session_t  session;

    if (!store_id_none(&op->in.session_revoke.session)) {
        rc = store_record_get(view, STORE_IS_session, NULL,
                              &op->in.session_revoke.session, &session);

        if (rc != STORE_OK) {
            return rc;
        }

        op->out.again = session.ended != 0;
        op->out.session = session.id;
        store_session_end(view, op, &session, STORE_REASON_SIGNED_OUT, 0,
                          false);
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_user, NULL,
                          &op->in.session_revoke.user, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    if (op->in.session_revoke.before > op->now) {
        return STORE_INVALID;
    }

    rc = store_user_sign_out(view, op, &user, NULL,
                             op->in.session_revoke.before, &any);
    op->out.again = !any;

    return rc;
}


store_status_t
store_user_sign_out(store_view_t *view, const store_op_t *op,
    store_user_t *user, const store_id_t *keep, uint64_t before, bool *any)
{
    uint64_t         since;
    store_id_t       id;
    store_key_t      prefix;
    store_walk_t     walk;
    store_event_t    event;
    store_slice_t    key, value;
    store_status_t   rc;
    store_session_t  session;

    *any = false;

    store_key(&prefix, STORE_KEY_SESSION_USER);
    store_key_id(&prefix, &user->id);
    store_key_u8(&prefix, 0);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        (void) store_key_tail(key, &id);

        if (keep != NULL && store_id_equal(&id, keep)) {
            continue;
        }

        rc = store_record_get(view, STORE_IS_session, NULL, &id, &session);

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
        }

        if (before != 0 && store_session_begun(&session) >= before) {
            continue;
        }

        store_session_end(view, op, &session, STORE_REASON_SIGNED_OUT, 0,
                          false);

        if (view->status != STORE_OK) {
            return view->status;
        }

        *any = true;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    /* Who never came with a token has none to take back. */

    since = before != 0 ? before - 1 : op->now;

    if (user->subject.len != 0 && user->since < since) {
        user->since = since;
        user->op = op->id;
        store_record_put(view, STORE_IS_user, user);

        store_op_event(op, STORE_EVENT_USER_SIGNED_OUT, &user->account,
                       &event);
        event.user = user->id;
        (void) store_log_add(view, &event);
        *any = true;
    }

    return view->status;
}


uint64_t
store_session_begun(const store_session_t *session)
{
    return session->issued != 0 ? session->issued : session->created;
}


static store_status_t
session_touch(store_view_t *view, store_op_t *op)
{
    store_reason_t   reason;
    store_status_t   rc;
    store_session_t  session;

    rc = store_record_get(view, STORE_IS_session, NULL,
                          &op->in.session_touch.session, &session);

    if (rc != STORE_OK) {
        return rc;
    }

    reason = store_session_reason(&session, op->now);

    if (reason != STORE_REASON_NONE) {
        return store_refuse(op, reason);
    }

    op->out.session = session.id;
    op->out.expires = session.expires;

    if (op->now <= session.touched) {
        op->out.again = true;
        return STORE_OK;
    }

    session.touched = op->now;
    store_record_put(view, STORE_IS_session, &session);

    return STORE_OK;
}


/* Ends the oldest sessions until at most `keep` are left. */

static store_status_t
end_oldest(store_view_t *view, const store_op_t *op, const store_id_t *user,
    uint32_t keep)
{
    uint32_t         n;
    store_key_t      prefix;
    store_walk_t     walk;
    store_slice_t    key, value;
    store_status_t   rc;
    store_session_t  session;

    store_key(&prefix, STORE_KEY_SESSION_USER);
    store_key_id(&prefix, user);
    store_key_u8(&prefix, 0);
    store_walk(&walk, &prefix);

    n = 0;

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        n++;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    for ( /* void */ ; n > keep; n--) {
        rc = next_of(view, user, &session);

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
        }

        store_session_end(view, op, &session, STORE_REASON_SIGNED_OUT, 0,
                          false);

        if (view->status != STORE_OK) {
            return view->status;
        }
    }

    return STORE_OK;
}


/* The oldest session of the user that has not ended. */

static store_status_t
next_of(store_view_t *view, const store_id_t *user, store_session_t *session)
{
    store_id_t      id;
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_SESSION_USER);
    store_key_id(&prefix, user);
    store_key_u8(&prefix, 0);
    store_walk(&walk, &prefix);

    rc = store_walk_next(view, &walk, &key, &value);

    if (rc != STORE_OK) {
        return rc;
    }

    (void) store_key_tail(key, &id);
    rc = store_record_get(view, STORE_IS_session, NULL, &id, session);

    if (rc == STORE_NOT_FOUND || (rc == STORE_OK && session->ended != 0)) {
        return STORE_CORRUPT;
    }

    return rc;
}


store_reason_t
store_session_reason(const store_session_t *session, uint64_t now)
{
    if (session->ended != 0) {
        return session->reason > STORE_REASON_NONE
               && session->reason < STORE_REASONS
               ? (store_reason_t) session->reason : STORE_REASON_SIGNED_OUT;
    }

    if (session->expires <= now) {
        return STORE_REASON_SIGNED_OUT;
    }

    if (session->idle != 0
        && store_later(session->touched, session->idle) <= now)
    {
        return STORE_REASON_IDLE;
    }

    return STORE_REASON_NONE;
}


void
store_session_end(store_view_t *view, const store_op_t *op,
    store_session_t *session, store_reason_t reason, uint64_t cause,
    bool quiet)
{
    store_event_t  event;

    if (session->ended != 0) {
        return;
    }

    store_assist_end(view, op, session, store_reason_slice(reason));

    session->ended = op->now;
    session->reason = (uint8_t) reason;
    session->op = op->id;

    store_record_put(view, STORE_IS_session, session);

    if (quiet) {
        return;
    }

    store_op_event(op, op->kind == STORE_OP_SWEEP
                       && (reason == STORE_REASON_SIGNED_OUT
                           || reason == STORE_REASON_IDLE)
                       ? STORE_EVENT_SESSION_EXPIRED
                       : STORE_EVENT_SESSION_REVOKED,
                   &session->account, &event);

    event.user = session->user;
    event.session = session->id;
    event.call = session->call;
    event.participant = session->participant;
    event.invitation = session->invitation;
    event.cause = cause;
    event.detail = store_reason_slice(reason);
    (void) store_log_add(view, &event);
}


void
store_session_forget(store_view_t *view, const store_op_t *op,
    store_session_t *session)
{
    session->browser.len = 0;
    session->op = op->id;
    store_record_put(view, STORE_IS_session, session);
}
