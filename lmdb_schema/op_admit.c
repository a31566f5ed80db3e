/* A user who opens a link as himself: one of the call's from then on. */

#include <string.h>

#include <lmdb_schema/op_int.h>


static store_status_t admit(store_view_t *view, store_op_t *op);
static store_status_t check_user(store_view_t *view, store_op_t *op,
    const store_judged_t *judged, store_user_t *user);
static void invite(store_view_t *view, store_op_t *op,
    store_judged_t *judged, store_participant_t *part);


const store_transition_t  store_admit_ops[] = {
    { STORE_OP_ADMIT, admit },
    { 0, NULL }
};


static store_status_t
admit(store_view_t *view, store_op_t *op)
{
    store_user_t         user;
    store_status_t       rc;
    store_judged_t       judged;
    store_participant_t  part;

    static const uint8_t  nobody[STORE_HASH_LEN];

    if (store_id_none(&op->in.admit.participant)) {
        return STORE_INVALID;
    }

    rc = store_judge(view, &op->in.admit.invitation, nobody, op->now,
                     &judged);

    if (rc == STORE_OK) {
        rc = check_user(view, op, &judged, &user);
    }

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND
               ? store_refuse(op, STORE_REASON_UNKNOWN_LINK) : rc;
    }

    rc = store_part_of(view, &judged.call.id, &user.id, &part);

    if (rc == STORE_NOT_FOUND) {
        memset(&part, 0, sizeof(part));
        part.id = op->in.admit.participant;
        part.call = judged.call.id;
        part.account = judged.call.account;
        part.kind = STORE_KIND_USER;
        part.state = STORE_PART_INVITED;
        part.user = user.id;
        part.name = user.display.len ? user.display : user.name;
        part.since = op->now;

    } else if (rc != STORE_OK) {
        return rc;
    }

    if (part.state == STORE_PART_REMOVED) {
        return store_refuse(op, STORE_REASON_REMOVED);
    }

    op->out.call = judged.call.id;
    op->out.room = judged.call.room;
    op->out.participant = part.id;
    op->out.again = !store_id_none(&part.inviter)
                    || store_id_equal(&judged.call.owner, &user.id);

    if (!op->out.again) {
        invite(view, op, &judged, &part);
    }

    return STORE_OK;
}


/* Users may start early, so NOT_YET holds nobody up; an external invitation
   is for somebody from outside. */

static store_status_t
check_user(store_view_t *view, store_op_t *op, const store_judged_t *judged,
    store_user_t *user)
{
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_user, NULL, &op->in.admit.user,
                          user);

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_equal(&user->account, &judged->invitation.account)) {
        return STORE_NOT_FOUND;
    }

    if (user->suspended) {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    if (judged->call.state == STORE_CALL_ENDED) {
        return store_refuse(op, STORE_REASON_CALL_ENDED);
    }

    if (judged->reason != STORE_REASON_NONE
        && judged->reason != STORE_REASON_NOT_YET)
    {
        return store_refuse(op, judged->reason);
    }

    if (judged->invitation.kind == STORE_INV_EXTERNAL
        || store_id_none(&judged->call.id))
    {
        return store_refuse(op, STORE_REASON_NOT_A_MEMBER);
    }

    return STORE_OK;
}


static void
invite(store_view_t *view, store_op_t *op, store_judged_t *judged,
    store_participant_t *part)
{
    store_event_t        event;
    store_invitation_t  *inv = &judged->invitation;

    part->inviter = inv->inviter;
    part->op = op->id;
    store_record_put(view, STORE_IS_participant, part);

    inv->used++;
    inv->state = inv->uses != 0 && inv->used >= inv->uses
                 ? STORE_INV_USED : STORE_INV_REDEEMED;
    inv->op = op->id;
    store_record_put(view, STORE_IS_invitation, inv);

    store_op_event(op, STORE_EVENT_INVITATION_REDEEMED, &inv->account,
                   &event);
    event.call = part->call;
    event.participant = part->id;
    event.invitation = inv->id;
    event.user = inv->inviter;
    event.detail = part->name;
    (void) store_log_add(view, &event);
}
