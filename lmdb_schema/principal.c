/* Who asks, and how they stand to a call: the reads of a decision. */

#include <string.h>

#include <lmdb_schema/kept_int.h>
#include <lmdb_schema/op_int.h>


static void of_user(const store_user_t *user, store_principal_t *out);
static store_status_t without_session(store_txn_t *txn,
    const store_user_t *user, store_principal_t *out);
static store_status_t part_of(store_view_t *view,
    const store_principal_t *principal, const store_id_t *call,
    store_participant_t *part);
static store_status_t cap(store_view_t *view,
    const store_principal_t *principal, const store_call_t *call,
    store_standing_t *out);


store_status_t
store_principal(store_txn_t *txn, const store_id_t *id, uint64_t now,
    store_principal_t *out)
{
    store_reason_t          reason;
    store_status_t          rc;
    store_signed_t          room;
    const store_signed_t   *who;
    const store_session_t  *session;

    memset(out, 0, sizeof(*out));
    out->session = *id;
    out->reason = STORE_REASON_SIGNED_OUT;

    rc = store_signed(store_txn_view(txn), id, &room, &who);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    }

    session = &who->session;

    out->kind = (store_kind_t) session->kind;
    out->account = session->account;
    out->user = session->user;
    out->call = session->call;
    out->participant = session->participant;
    out->invitation = session->invitation;
    out->inviter = session->inviter;
    out->name = session->name;
    out->roles = session->roles;
    out->profile = session->profile;
    out->device = session->device;
    out->platform = session->platform;
    out->expires = session->expires;
    out->idle = session->idle;
    out->touched = session->touched;
    out->single_user = who->account.users == 1;

    if (session->ended == 0 && session->assist_until > now) {
        out->subject = session->subject;
        out->assistance = session->assistance;
    }

    if (who->user_gone) {
        return STORE_OK;
    }

    out->reason = STORE_REASON_NONE;

    if (session->kind == STORE_KIND_USER) {
        of_user(&who->user, out);
    }

    reason = store_session_reason(session, now);

    if (reason != STORE_REASON_NONE) {
        out->reason = reason;

    } else if (who->account.suspended) {
        out->reason = STORE_REASON_SUSPENDED;
    }

    return STORE_OK;
}


static void
of_user(const store_user_t *user, store_principal_t *out)
{
    out->name = user->display.len ? user->display : user->name;
    out->roles = user->roles;
    out->licensed = user->licensed != 0;

    if (user->suspended) {
        out->reason = STORE_REASON_SUSPENDED;
    }
}


store_status_t
store_principal_subject(store_txn_t *txn, store_slice_t subject,
    uint64_t issued, store_principal_t *out)
{
    store_user_t    user;
    store_status_t  rc;

    memset(out, 0, sizeof(*out));
    out->reason = STORE_REASON_SIGNED_OUT;

    rc = store_user_by_subject(txn, subject, &user);

    if (rc == STORE_OK) {
        rc = without_session(txn, &user, out);
    }

    /* Seconds are what a token counts in. */

    if (rc == STORE_OK && user.since != 0
        && issued / 1000 <= user.since / 1000)
    {
        out->reason = STORE_REASON_SIGNED_OUT;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


store_status_t
store_principal_user(store_txn_t *txn, const store_id_t *id,
    store_principal_t *out)
{
    store_user_t    user;
    store_status_t  rc;

    memset(out, 0, sizeof(*out));
    out->reason = STORE_REASON_SIGNED_OUT;

    rc = store_user_get(txn, id, &user);

    if (rc == STORE_OK) {
        rc = without_session(txn, &user, out);
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
without_session(store_txn_t *txn, const store_user_t *user,
    store_principal_t *out)
{
    store_status_t    rc;
    store_account_t   account;

    rc = store_account_get(txn, &user->account, &account);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    out->kind = STORE_KIND_USER;
    out->account = user->account;
    out->user = user->id;
    out->name = user->display.len ? user->display : user->name;
    out->roles = user->roles;
    out->licensed = user->licensed != 0;
    out->single_user = account.users == 1;
    out->seated = user->seat || account.limit == 0;
    out->billing = user->billing;
    out->reason = user->suspended || account.suspended
                  ? STORE_REASON_SUSPENDED : STORE_REASON_NONE;

    return STORE_OK;
}


store_status_t
store_standing(store_txn_t *txn, const store_principal_t *principal,
    const store_id_t *id, uint64_t now, store_standing_t *out)
{
    bool                 guest;
    store_view_t        *view = store_txn_view(txn);
    store_call_t         call;
    store_status_t       rc;
    store_participant_t  part;

    memset(out, 0, sizeof(*out));

    rc = store_record_get(view, STORE_IS_call, NULL, id, &call);

    if (rc == STORE_NOT_FOUND
        || (rc == STORE_OK
            && !store_id_equal(&call.account, &principal->account)))
    {
        return STORE_OK;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    guest = principal->kind == STORE_KIND_GUEST
            || principal->kind == STORE_KIND_EXTERNAL;

    out->known = true;
    out->state = (store_call_state_t) call.state;
    out->kind = (store_call_kind_t) call.kind;
    out->room = call.room;
    out->owner_id = call.owner;
    out->media = call.media;
    out->call_profile = call.profile;

    rc = part_of(view, principal, id, &part);

    if (rc == STORE_OK) {
        out->participant = part.id;
        out->part_state = (store_part_state_t) part.state;

    } else if (rc != STORE_NOT_FOUND) {
        memset(out, 0, sizeof(*out));
        return rc;
    }

    if (guest) {
        out->in_call = store_id_equal(&principal->call, id);
        out->member = out->in_call;
        out->owner = principal->kind == STORE_KIND_GUEST && out->in_call
                     && store_id_equal(&principal->participant,
                                       &call.opener);

    } else if (principal->kind == STORE_KIND_USER) {
        out->owner = store_id_equal(&principal->user, &call.owner);
        out->member = out->owner
                      || (rc == STORE_OK && !store_id_none(&part.inviter));
    }

    if (principal->kind == STORE_KIND_EXTERNAL && out->in_call) {
        rc = cap(view, principal, &call, out);

        if (rc != STORE_OK) {
            memset(out, 0, sizeof(*out));
            return rc;
        }
    }

    if (principal->reason != STORE_REASON_NONE) {
        out->reason = principal->reason;

    } else if (guest && !out->in_call) {
        out->reason = STORE_REASON_NOT_A_MEMBER;

    } else if (call.state == STORE_CALL_ENDED) {
        out->reason = STORE_REASON_CALL_ENDED;

    } else if (guest && call.starts_at > now) {
        out->reason = STORE_REASON_NOT_YET;

    } else if (out->part_state == STORE_PART_REMOVED) {
        out->reason = STORE_REASON_REMOVED;
    }

    return STORE_OK;
}


static store_status_t
part_of(store_view_t *view, const store_principal_t *principal,
    const store_id_t *call, store_participant_t *part)
{
    if (principal->kind != STORE_KIND_USER) {
        return store_id_equal(&principal->call, call)
               ? store_record_get(view, STORE_IS_participant, call,
                                  &principal->participant, part)
               : STORE_NOT_FOUND;
    }

    return store_part_of(view, call, &principal->user, part);
}


/* What the inviter holds, while the inviter holds it. */

static store_status_t
cap(store_view_t *view, const store_principal_t *principal,
    const store_call_t *call, store_standing_t *out)
{
    store_user_t    inviter;
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_user, NULL, &principal->inviter,
                          &inviter);

    if (rc == STORE_NOT_FOUND) {
        return STORE_OK;
    }

    if (rc != STORE_OK || inviter.suspended) {
        return rc;
    }

    out->inviter_roles = inviter.roles;

    return store_user_there(view, &call->id, &inviter.id,
                            &out->inviter_holds);
}
