/* What a link says now: the order of reasons, in one place. */

#include <string.h>

#include <lmdb_schema/op_int.h>


#define BOUND_INVITER  2
#define BOUND_OWNER    3


static store_status_t find_session(store_view_t *view,
    const uint8_t browser[STORE_HASH_LEN], store_judged_t *out);
static store_status_t inviter_left(store_view_t *view,
    const store_judged_t *judged, bool *left);
static store_status_t removed(store_view_t *view,
    const store_judged_t *judged, bool *barred);


store_status_t
store_judge(store_view_t *view, const store_id_t *invitation,
    const uint8_t browser[STORE_HASH_LEN], uint64_t now, store_judged_t *out)
{
    bool                 left, barred;
    store_call_t        *call = &out->call;
    store_status_t       rc;
    store_invitation_t  *inv = &out->invitation;

    memset(out, 0, sizeof(*out));

    rc = store_record_get(view, STORE_IS_invitation, NULL, invitation, inv);

    if (rc == STORE_OK && !store_id_none(&inv->call)) {
        rc = store_record_get(view, STORE_IS_call, NULL, &inv->call, call);

        if (rc == STORE_NOT_FOUND) {
            rc = STORE_CORRUPT;
        }
    }

    if (rc != STORE_OK) {
        out->reason = STORE_REASON_UNKNOWN_LINK;
        return rc;
    }

    out->state = store_invitation_state(inv, call, now);

    rc = find_session(view, browser, out);

    if (rc == STORE_OK) {
        rc = inviter_left(view, out, &left);
    }

    if (rc == STORE_OK) {
        rc = removed(view, out, &barred);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (inv->state == STORE_INV_WITHDRAWN) {
        out->reason = STORE_REASON_WITHDRAWN;

    } else if (inv->state == STORE_INV_EXPIRED
               || (inv->expires != 0 && inv->expires <= now
                   && !(inv->opens_call && !store_id_none(&inv->call)
                        && inv->used != 0)))
    {
        out->reason = STORE_REASON_EXPIRED;

    } else if (inv->starts_at > now || call->starts_at > now) {
        out->reason = STORE_REASON_NOT_YET;

    } else if (call->state == STORE_CALL_ENDED) {
        out->reason = STORE_REASON_CALL_ENDED;

    } else if (left) {
        out->reason = STORE_REASON_INVITER_LEFT;

    } else if (barred) {
        out->reason = STORE_REASON_REMOVED;

    } else if (!out->same_browser && inv->uses != 0
               && inv->used >= inv->uses)
    {
        out->reason = STORE_REASON_USED;
    }

    return STORE_OK;
}


store_inv_state_t
store_invitation_state(const store_invitation_t *inv,
    const store_call_t *call, uint64_t now)
{
    if (inv->state == STORE_INV_WITHDRAWN
        || inv->state == STORE_INV_EXPIRED)
    {
        return (store_inv_state_t) inv->state;
    }

    if (call != NULL && call->state == STORE_CALL_ENDED) {
        return STORE_INV_DEAD;
    }

    if (inv->state == STORE_INV_UNUSED && inv->expires != 0
        && inv->expires <= now)
    {
        return STORE_INV_EXPIRED;
    }

    return (store_inv_state_t) inv->state;
}


store_status_t
store_user_there(store_view_t *view, const store_id_t *call,
    const store_id_t *user, bool *there)
{
    store_status_t       rc;
    store_participant_t  part;

    *there = false;
    rc = store_part_of(view, call, user, &part);

    if (rc == STORE_OK) {
        *there = (part.state == STORE_PART_PRESENT
                  || part.state == STORE_PART_AWAY)
                 && !part.gone;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
find_session(store_view_t *view, const uint8_t browser[STORE_HASH_LEN],
    store_judged_t *out)
{
    store_status_t  rc;

    static const uint8_t  nobody[STORE_HASH_LEN];

    if (memcmp(browser, nobody, STORE_HASH_LEN) == 0) {
        return STORE_OK;
    }

    rc = store_session_by_browser(view, &out->invitation.id, browser,
                                  &out->session);
    out->same_browser = rc == STORE_OK;

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
inviter_left(store_view_t *view, const store_judged_t *judged, bool *left)
{
    bool              holds;
    store_status_t    rc;
    const store_id_t *user;

    *left = false;

    if (store_id_none(&judged->call.id)) {
        return STORE_OK;
    }

    switch (judged->invitation.bound_to) {

    case BOUND_INVITER:
        user = &judged->invitation.inviter;
        break;

    case BOUND_OWNER:
        user = &judged->call.owner;
        break;

    default:
        return STORE_OK;
    }

    rc = store_user_there(view, &judged->call.id, user, &holds);
    *left = !holds;

    return rc;
}


static store_status_t
removed(store_view_t *view, const store_judged_t *judged, bool *barred)
{
    store_status_t       rc;
    store_participant_t  part;

    *barred = false;

    if (!judged->same_browser) {
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_participant,
                          &judged->session.call,
                          &judged->session.participant, &part);

    if (rc == STORE_OK) {
        *barred = part.state == STORE_PART_REMOVED;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


store_status_t
store_link_account(store_txn_t *txn, const store_id_t *link, bool transfer,
    store_id_t *account)
{
    store_pass_t         pass;
    store_view_t        *view = store_txn_view(txn);
    store_status_t       rc;
    store_invitation_t   inv;

    if (transfer) {
        rc = store_record_get(view, STORE_IS_pass, NULL, link, &pass);
        *account = pass.account;

    } else {
        rc = store_record_get(view, STORE_IS_invitation, NULL, link, &inv);
        *account = inv.account;
    }

    if (rc != STORE_OK) {
        memset(account, 0, sizeof(*account));
    }

    return rc;
}


store_status_t
store_link(store_txn_t *txn, const store_id_t *invitation,
    const uint8_t browser[STORE_HASH_LEN], uint64_t now, store_link_t *out)
{
    store_user_t     inviter;
    store_view_t    *view = store_txn_view(txn);
    store_judged_t   judged;
    store_status_t   rc;
    store_account_t  account;

    memset(out, 0, sizeof(*out));
    out->reason = STORE_REASON_UNKNOWN_LINK;

    rc = store_judge(view, invitation, browser, now, &judged);

    if (rc == STORE_NOT_FOUND) {
        return STORE_OK;
    }

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_account, NULL,
                              &judged.invitation.account, &account);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    out->reason = account.suspended ? STORE_REASON_SUSPENDED : judged.reason;
    out->kind = (store_inv_kind_t) judged.invitation.kind;
    out->state = judged.state;
    out->account = judged.invitation.account;
    out->call = judged.invitation.call;
    out->session = judged.session.id;
    out->name = judged.invitation.name;
    out->title = judged.call.title;
    out->starts_at = judged.invitation.starts_at > judged.call.starts_at
                     ? judged.invitation.starts_at : judged.call.starts_at;
    out->expires = judged.invitation.expires;
    out->terms = judged.invitation.terms != 0;
    out->accepted = judged.session.terms;
    out->same_browser = judged.same_browser;

    if (store_id_none(&judged.invitation.inviter)) {
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_user, NULL,
                          &judged.invitation.inviter, &inviter);

    if (rc == STORE_OK) {
        out->inviter_name = inviter.display.len ? inviter.display
                                                : inviter.name;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
