/* The Join press: a link becomes a guest session. */

#include <string.h>

#include <lmdb_schema/op_int.h>


static store_status_t redeem(store_view_t *view, store_op_t *op);
static store_status_t check_room(store_view_t *view, store_op_t *op,
    const store_judged_t *judged);
static store_status_t again(store_view_t *view, store_op_t *op,
    store_judged_t *judged);
static bool terms_changed(const store_op_t *op,
    const store_judged_t *judged);
static store_status_t first_time(store_view_t *view, store_op_t *op,
    store_judged_t *judged);
static store_status_t new_call(store_view_t *view, store_op_t *op,
    store_judged_t *judged);
static void tell(store_view_t *view, const store_op_t *op,
    const store_session_t *session, const store_call_t *call, bool opens);
static bool choose_name(const store_op_t *op, const store_invitation_t *inv,
    store_slice_t *name);
static void fill_session(store_session_t *session, const store_op_t *op,
    const store_judged_t *judged);
static void answer(store_op_t *op, const store_session_t *session,
    const store_call_t *call);


const store_transition_t  store_redeem_ops[] = {
    { STORE_OP_REDEEM, redeem },
    { 0, NULL }
};


static store_status_t
redeem(store_view_t *view, store_op_t *op)
{
    store_status_t  rc;
    store_judged_t  judged;

    static const uint8_t  nobody[STORE_HASH_LEN];

    if (store_id_none(&op->in.redeem.session)
        || store_id_none(&op->in.redeem.participant)
        || memcmp(op->in.redeem.browser, nobody, STORE_HASH_LEN) == 0
        || op->in.redeem.lifetime == 0
        || !store_text_good(op->in.redeem.terms_version, 0,
                            STORE_LIMIT_WORD))
    {
        return STORE_INVALID;
    }

    rc = store_judge(view, &op->in.redeem.invitation, op->in.redeem.browser,
                     op->now, &judged);

    if (rc == STORE_NOT_FOUND) {
        return store_refuse(op, STORE_REASON_UNKNOWN_LINK);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (judged.reason != STORE_REASON_NONE) {
        return store_refuse(op, judged.reason);
    }

    if (judged.same_browser) {
        return again(view, op, &judged);
    }

    if (judged.invitation.terms && !op->in.redeem.terms_accepted) {
        return store_refuse(op, STORE_REASON_TERMS_REQUIRED);
    }

    rc = check_room(view, op, &judged);

    return rc == STORE_OK ? first_time(view, op, &judged) : rc;
}


static store_status_t
check_room(store_view_t *view, store_op_t *op, const store_judged_t *judged)
{
    store_status_t           rc;
    store_account_t          account;
    const store_presence_t  *presence = &op->presence;

    rc = store_record_get(view, STORE_IS_account, NULL,
                          &judged->invitation.account, &account);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    if (account.suspended) {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    if (presence->participants_per_call != 0
        && (uint64_t) judged->call.here + judged->call.joining
           >= presence->participants_per_call)
    {
        return store_refuse(op, STORE_REASON_CALL_FULL);
    }

    /* looked at, not taken: presence takes a seat and gives it back */

    if (presence->guest_seats != UINT32_MAX
        && account.seats >= presence->guest_seats)
    {
        return store_refuse(op, STORE_REASON_NO_GUEST_SEAT);
    }

    return STORE_OK;
}


/* The same browser: its session, or a new one where that has run out. */

static store_status_t
again(store_view_t *view, store_op_t *op, store_judged_t *judged)
{
    bool                 asked;
    store_event_t        event;
    store_status_t       rc;
    store_session_t      session;
    store_participant_t  part;

    op->out.again = true;
    asked = terms_changed(op, judged);

    if (asked && !op->in.redeem.terms_accepted) {
        return store_refuse(op, STORE_REASON_TERMS_REQUIRED);
    }

    if (asked) {
        judged->session.terms = op->in.redeem.terms_version;
        judged->session.terms_at = op->now;
    }

    if (store_session_reason(&judged->session, op->now) == STORE_REASON_NONE)
    {
        if (asked) {
            judged->session.op = op->id;
            store_record_put(view, STORE_IS_session, &judged->session);
        }

        answer(op, &judged->session, &judged->call);
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_participant, &judged->session.call,
                          &judged->session.participant, &part);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    rc = store_record_get(view, STORE_IS_session, NULL,
                          &op->in.redeem.session, &session);

    if (rc != STORE_NOT_FOUND) {
        return rc == STORE_OK ? STORE_EXISTS : rc;
    }

    session = judged->session;
    store_session_end(view, op, &judged->session, STORE_REASON_SIGNED_OUT, 0,
                      true);
    store_session_forget(view, op, &judged->session);

    session.id = op->in.redeem.session;
    session.created = op->now;
    session.touched = op->now;
    session.expires = store_later(op->now, op->in.redeem.lifetime);
    session.ended = 0;
    session.reason = STORE_REASON_NONE;
    session.op = op->id;
    store_record_put(view, STORE_IS_session, &session);

    part.session = session.id;
    store_record_put(view, STORE_IS_participant, &part);

    store_op_event(op, STORE_EVENT_SESSION_CREATED, &session.account, &event);
    event.session = session.id;
    event.call = session.call;
    event.participant = session.participant;
    event.invitation = session.invitation;
    (void) store_log_add(view, &event);

    answer(op, &session, &judged->call);

    return STORE_OK;
}


/* Whether there is a newer version of the terms than the one accepted. */

static bool
terms_changed(const store_op_t *op, const store_judged_t *judged)
{
    return judged->invitation.terms
           && op->in.redeem.terms_version.len != 0
           && !store_slice_equal(judged->session.terms,
                                 op->in.redeem.terms_version);
}


static store_status_t
first_time(store_view_t *view, store_op_t *op, store_judged_t *judged)
{
    bool                 opens;
    store_status_t       rc;
    store_session_t      session, taken;
    store_invitation_t  *inv = &judged->invitation;
    store_participant_t  part;

    memset(&session, 0, sizeof(session));

    if (!choose_name(op, inv, &session.name)) {
        return STORE_INVALID;
    }

    opens = store_id_none(&inv->call);
    rc = opens ? new_call(view, op, judged) : STORE_OK;

    if (rc != STORE_OK) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_participant, &judged->call.id,
                          &op->in.redeem.participant, &part);

    if (rc == STORE_NOT_FOUND) {
        rc = store_record_get(view, STORE_IS_session, NULL,
                              &op->in.redeem.session, &taken);
    }

    if (rc != STORE_NOT_FOUND) {
        return rc == STORE_OK ? STORE_EXISTS : rc;
    }

    fill_session(&session, op, judged);

    memset(&part, 0, sizeof(part));
    part.id = session.participant;
    part.call = session.call;
    part.account = session.account;
    part.kind = session.kind;
    part.state = STORE_PART_INVITED;
    part.session = session.id;
    part.invitation = inv->id;
    part.inviter = inv->inviter;
    part.name = session.name;
    part.device = session.device;
    part.platform = session.platform;
    part.since = op->now;
    part.op = op->id;

    inv->call = judged->call.id;
    inv->used++;
    inv->state = inv->uses != 0 && inv->used >= inv->uses
                 ? STORE_INV_USED : STORE_INV_REDEEMED;
    inv->op = op->id;

    if (opens) {
        store_record_put(view, STORE_IS_call, &judged->call);
    }

    store_record_put(view, STORE_IS_session, &session);
    store_record_put(view, STORE_IS_participant, &part);
    store_record_put(view, STORE_IS_invitation, inv);

    tell(view, op, &session, &judged->call, opens);
    answer(op, &session, &judged->call);

    return STORE_OK;
}


/* The one call of a service request, made by its first Join. */

static store_status_t
new_call(store_view_t *view, store_op_t *op, store_judged_t *judged)
{
    store_call_t     *call = &judged->call;
    store_user_t      owner;
    store_status_t    rc;
    const store_id_t *id = &op->in.redeem.call;

    if (store_id_none(id) || op->in.redeem.room == 0
        || op->in.redeem.room >= STORE_ROOM_MAX)
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_call, NULL, id, call);

    if (rc != STORE_NOT_FOUND) {
        return rc == STORE_OK ? STORE_EXISTS : rc;
    }

    rc = store_record_get(view, STORE_IS_user, NULL,
                          &judged->invitation.inviter, &owner);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    if (owner.suspended) {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    call->id = *id;
    call->account = judged->invitation.account;
    call->kind = STORE_CALL_SERVICE;
    call->state = STORE_CALL_OPEN;
    call->owner = owner.id;
    call->room = op->in.redeem.room;
    call->created = op->now;
    call->opener = op->in.redeem.participant;
    call->op = op->id;

    if (op->presence.never_joined != 0) {
        call->due = store_later(op->now, op->presence.never_joined);
    }

    if (op->presence.ring != 0) {
        call->ring = store_later(op->now, op->presence.ring);
    }

    return STORE_OK;
}


static void
tell(store_view_t *view, const store_op_t *op,
    const store_session_t *session, const store_call_t *call, bool opens)
{
    uint64_t       seq;
    store_event_t  event;

    store_op_event(op, STORE_EVENT_INVITATION_REDEEMED, &session->account,
                   &event);
    event.user = session->inviter;
    event.session = session->id;
    event.call = session->call;
    event.participant = session->participant;
    event.invitation = session->invitation;
    seq = store_log_add(view, &event);

    if (!opens) {
        return;
    }

    store_op_event(op, STORE_EVENT_CALL_CREATED, &session->account, &event);
    event.call = call->id;
    event.user = call->owner;
    event.invitation = session->invitation;
    event.cause = seq;
    seq = store_log_add(view, &event);

    if (call->ring != 0) {
        store_op_event(op, STORE_EVENT_CALL_RINGING, &session->account,
                       &event);
        event.call = call->id;
        event.user = call->owner;
        event.participant = session->participant;
        event.cause = seq;
        event.detail = session->name;
        (void) store_log_add(view, &event);
    }
}


/* An external's name is the inviter's, a guest's is what it types. */

static bool
choose_name(const store_op_t *op, const store_invitation_t *inv,
    store_slice_t *name)
{
    *name = op->in.redeem.name;

    if (inv->kind == STORE_INV_EXTERNAL || name->len == 0) {
        *name = inv->name;
    }

    return store_text_good(*name, 1, STORE_LIMIT_NAME);
}


static void
fill_session(store_session_t *session, const store_op_t *op,
    const store_judged_t *judged)
{
    const store_invitation_t  *inv = &judged->invitation;

    session->id = op->in.redeem.session;
    session->kind = inv->kind == STORE_INV_EXTERNAL ? STORE_KIND_EXTERNAL
                                                    : STORE_KIND_GUEST;
    session->account = inv->account;
    session->call = judged->call.id;
    session->participant = op->in.redeem.participant;
    session->invitation = inv->id;
    session->inviter = inv->inviter;
    session->profile = inv->profile;
    session->device = op->in.redeem.device;
    session->platform = op->in.redeem.platform;
    session->browser.data = op->in.redeem.browser;
    session->browser.len = STORE_HASH_LEN;
    session->created = op->now;
    session->expires = store_later(op->now, op->in.redeem.lifetime);
    session->idle = inv->idle;
    session->touched = op->now;
    session->op = op->id;

    if (op->in.redeem.terms_accepted) {
        session->terms = op->in.redeem.terms_version;
        session->terms_at = op->now;
    }
}


static void
answer(store_op_t *op, const store_session_t *session,
    const store_call_t *call)
{
    op->out.session = session->id;
    op->out.participant = session->participant;
    op->out.call = session->call;
    op->out.room = call->room;
    op->out.expires = session->expires;
}
