/* Making an invitation, giving it other terms, withdrawing it. */

#include <string.h>

#include <lmdb_schema/op_int.h>


#define BOUND_MAX    3
#define CHANNEL_MAX  4


static store_status_t invitation_create(store_view_t *view, store_op_t *op);
static bool well_formed(const store_op_t *op);
static store_status_t check_places(store_view_t *view, store_op_t *op,
    store_call_t *call);
static void fill(store_invitation_t *inv, const store_op_t *op,
    const store_call_t *call);
static store_status_t invitation_withdraw(store_view_t *view,
    store_op_t *op);
static store_status_t replaced(store_view_t *view, const store_op_t *op,
    store_invitation_t *old);
static void withdraw(store_view_t *view, const store_op_t *op,
    store_invitation_t *inv);
static store_status_t invitation_refused(store_view_t *view,
    store_op_t *op);
static store_status_t invitation_reapply(store_view_t *view,
    store_op_t *op);
static bool same_terms(const store_invitation_t *a,
    const store_invitation_t *b);
static void invitation_event(store_view_t *view, const store_op_t *op,
    store_event_kind_t kind, const store_invitation_t *inv);


const store_transition_t  store_invitation_ops[] = {
    { STORE_OP_INVITATION_CREATE, invitation_create },
    { STORE_OP_INVITATION_WITHDRAW, invitation_withdraw },
    { STORE_OP_INVITATION_REFUSED, invitation_refused },
    { STORE_OP_INVITATION_REAPPLY, invitation_reapply },
    { 0, NULL }
};


static store_status_t
invitation_create(store_view_t *view, store_op_t *op)
{
    store_call_t         call;
    store_status_t       rc;
    store_invitation_t   inv, old;
    const store_id_t    *id = &op->in.invitation_create.invitation;

    if (!well_formed(op)) {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_invitation, NULL, id, &inv);

    if (rc == STORE_OK) {
        if (!store_id_equal(&inv.inviter,
                            &op->in.invitation_create.inviter)
            || (!store_id_none(&op->in.invitation_create.call)
                && !store_id_equal(&inv.call,
                                   &op->in.invitation_create.call)))
        {
            return STORE_EXISTS;
        }

        op->out.again = true;
        op->out.call = inv.call;
        op->out.expires = inv.expires;
        return STORE_OK;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = check_places(view, op, &call);

    if (rc == STORE_OK) {
        rc = replaced(view, op, &old);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_none(&old.id) && old.state != STORE_INV_WITHDRAWN) {
        withdraw(view, op, &old);
        rc = store_withdraw_guests(view, op, &old, view->log_seq);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    memset(&inv, 0, sizeof(inv));
    fill(&inv, op, &call);

    store_record_put(view, STORE_IS_invitation, &inv);
    invitation_event(view, op, STORE_EVENT_INVITATION_CREATED, &inv);

    op->out.call = inv.call;
    op->out.expires = inv.expires;

    return STORE_OK;
}


static bool
well_formed(const store_op_t *op)
{
    if (store_id_none(&op->in.invitation_create.invitation)
        || op->in.invitation_create.kind < STORE_INV_CONFERENCE
        || op->in.invitation_create.kind > STORE_INV_EXTERNAL
        || op->in.invitation_create.bound_to == 0
        || op->in.invitation_create.bound_to > BOUND_MAX)
    {
        return false;
    }

    if (op->in.invitation_create.channel != 1
        && op->in.invitation_create.channel != 2
        && op->in.invitation_create.channel != CHANNEL_MAX)
    {
        return false;
    }

    if (op->in.invitation_create.expires != 0
        && op->in.invitation_create.expires <= op->now)
    {
        return false;
    }

    if (!store_text_good(op->in.invitation_create.name, 0, STORE_LIMIT_NAME)
        || !store_text_good(op->in.invitation_create.comment, 0,
                            STORE_LIMIT_COMMENT)
        || !store_text_good(op->in.invitation_create.to, 0, STORE_LIMIT_TO)
        || !store_text_good(op->in.invitation_create.base, 0, STORE_LIMIT_TO)
        || (op->in.invitation_create.base.len != 0
            && op->in.invitation_create.to.len == 0)
        || !store_text_good(op->in.invitation_create.profile, 0,
                            STORE_LIMIT_WORD))
    {
        return false;
    }

    /* without a call it must be one that the Join makes, for its inviter */

    if (store_id_none(&op->in.invitation_create.call)
        && (!op->in.invitation_create.opens_call
            || op->in.invitation_create.kind != STORE_INV_SERVICE_REQUEST
            || store_id_none(&op->in.invitation_create.inviter)))
    {
        return false;
    }

    /* whoever comes from outside is named, explained and given a profile */

    return op->in.invitation_create.kind != STORE_INV_EXTERNAL
           || (op->in.invitation_create.name.len != 0
               && op->in.invitation_create.comment.len != 0
               && op->in.invitation_create.profile.len != 0
               && !store_id_none(&op->in.invitation_create.inviter));
}


static store_status_t
check_places(store_view_t *view, store_op_t *op, store_call_t *call)
{
    bool              holds;
    store_user_t      user;
    store_status_t    rc;
    const store_id_t *inviter = &op->in.invitation_create.inviter;

    memset(call, 0, sizeof(*call));

    if (!store_id_none(&op->in.invitation_create.call)) {
        rc = store_record_get(view, STORE_IS_call, NULL,
                              &op->in.invitation_create.call, call);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    if (call->state == STORE_CALL_ENDED) {
        return store_refuse(op, STORE_REASON_CALL_ENDED);
    }

    if (store_id_none(inviter)) {
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_user, NULL, inviter, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    if (store_id_none(&call->id)) {
        call->account = user.account;
    }

    if (!store_id_equal(&user.account, &call->account)) {
        return STORE_NOT_FOUND;
    }

    if (user.suspended) {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    if (op->in.invitation_create.kind != STORE_INV_EXTERNAL) {
        return STORE_OK;
    }

    rc = store_user_there(view, &call->id, inviter, &holds);

    if (rc == STORE_OK && !holds) {
        return store_refuse(op, STORE_REASON_INVITER_LEFT);
    }

    return rc;
}


static void
fill(store_invitation_t *inv, const store_op_t *op, const store_call_t *call)
{
    inv->id = op->in.invitation_create.invitation;
    inv->account = call->account;
    inv->call = call->id;
    inv->kind = (uint8_t) op->in.invitation_create.kind;
    inv->state = STORE_INV_UNUSED;
    inv->inviter = op->in.invitation_create.inviter;
    inv->name = op->in.invitation_create.name;
    inv->comment = op->in.invitation_create.comment;
    inv->profile = op->in.invitation_create.profile;
    inv->channel = op->in.invitation_create.channel;
    inv->created = op->now;
    inv->expires = op->in.invitation_create.expires;
    inv->starts_at = op->in.invitation_create.starts_at;
    inv->uses = op->in.invitation_create.uses;
    inv->bound_to = op->in.invitation_create.bound_to;
    inv->opens_call = op->in.invitation_create.opens_call;
    inv->terms = op->in.invitation_create.terms;
    inv->idle = op->in.invitation_create.idle_timeout;

    if (op->in.invitation_create.base.len != 0) {
        inv->to = op->in.invitation_create.to;
        inv->base = op->in.invitation_create.base;
        inv->delivery = STORE_DELIVERY_QUEUED;
        inv->retry = op->now;
    }

    inv->op = op->id;
}


static store_status_t
invitation_withdraw(store_view_t *view, store_op_t *op)
{
    store_status_t      rc;
    store_invitation_t  inv;

    rc = store_record_get(view, STORE_IS_invitation, NULL,
                          &op->in.invitation_withdraw.invitation, &inv);

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.call = inv.call;

    if (inv.state == STORE_INV_WITHDRAWN) {
        op->out.again = true;
        return STORE_OK;
    }

    withdraw(view, op, &inv);

    return store_withdraw_guests(view, op, &inv, view->log_seq);
}


/* The invitation that the new one takes the place of; its id is none when
   there is no such thing. */

static store_status_t
replaced(store_view_t *view, const store_op_t *op, store_invitation_t *old)
{
    store_status_t    rc;
    const store_id_t *id = &op->in.invitation_create.replaces;

    memset(old, 0, sizeof(*old));

    if (store_id_none(id)) {
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_invitation, NULL, id, old);

    if (rc == STORE_OK
        && !store_id_equal(&old->inviter, &op->in.invitation_create.inviter))
    {
        return STORE_NOT_FOUND;
    }

    return rc;
}


static void
withdraw(store_view_t *view, const store_op_t *op, store_invitation_t *inv)
{
    /* what is not sent yet is not sent any more */

    if (inv->delivery == STORE_DELIVERY_QUEUED) {
        inv->delivery = STORE_DELIVERY_FAILED;
        inv->to.len = 0;
    }

    inv->state = STORE_INV_WITHDRAWN;
    inv->ended = op->now;
    inv->op = op->id;

    store_record_put(view, STORE_IS_invitation, inv);
    invitation_event(view, op, STORE_EVENT_INVITATION_WITHDRAWN, inv);
}


/* A second browser came with a link that is spent: its inviter is told, the
   first time. */

static store_status_t
invitation_refused(store_view_t *view, store_op_t *op)
{
    store_status_t      rc;
    store_invitation_t  inv;

    rc = store_record_get(view, STORE_IS_invitation, NULL,
                          &op->in.invitation_withdraw.invitation, &inv);

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.call = inv.call;

    if (inv.refused != 0 || inv.state != STORE_INV_USED) {
        op->out.again = true;
        return STORE_OK;
    }

    inv.refused = op->now;
    store_record_put(view, STORE_IS_invitation, &inv);
    invitation_event(view, op, STORE_EVENT_INVITATION_REFUSED, &inv);

    return STORE_OK;
}


/* The terms of a policy that came after it was sent.  Whoever came by it
   stays as he is; one that has ended does not come back. */

static store_status_t
invitation_reapply(store_view_t *view, store_op_t *op)
{
    store_status_t      rc;
    store_invitation_t  inv, old;

    if (op->in.invitation_reapply.bound_to == 0
        || op->in.invitation_reapply.bound_to > BOUND_MAX)
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_invitation, NULL,
                          &op->in.invitation_reapply.invitation, &inv);

    if (rc != STORE_OK) {
        return rc;
    }

    if (inv.state > STORE_INV_USED
        || (inv.expires != 0 && inv.expires <= op->now
            && (!inv.opens_call || store_id_none(&inv.call))))
    {
        return STORE_NOT_FOUND;
    }

    old = inv;
    inv.expires = op->in.invitation_reapply.valid_for == 0 ? 0
                  : store_later(inv.created,
                                op->in.invitation_reapply.valid_for);
    inv.uses = op->in.invitation_reapply.uses;
    inv.bound_to = op->in.invitation_reapply.bound_to;
    inv.terms = op->in.invitation_reapply.terms;
    inv.idle = op->in.invitation_reapply.idle_timeout;

    if (inv.used != 0) {
        inv.state = inv.uses != 0 && inv.used >= inv.uses
                    ? STORE_INV_USED : STORE_INV_REDEEMED;
    }

    op->out.call = inv.call;
    op->out.expires = inv.expires;

    if (same_terms(&inv, &old)) {
        op->out.again = true;
        return STORE_OK;
    }

    inv.op = op->id;
    store_record_put(view, STORE_IS_invitation, &inv);
    invitation_event(view, op, STORE_EVENT_INVITATION_REAPPLIED, &inv);

    return STORE_OK;
}


static bool
same_terms(const store_invitation_t *a, const store_invitation_t *b)
{
    return a->expires == b->expires && a->uses == b->uses
           && a->bound_to == b->bound_to && a->terms == b->terms
           && a->idle == b->idle && a->state == b->state;
}


static void
invitation_event(store_view_t *view, const store_op_t *op,
    store_event_kind_t kind, const store_invitation_t *inv)
{
    store_event_t  event;

    store_op_event(op, kind, &inv->account, &event);
    event.call = inv->call;
    event.user = inv->inviter;
    event.invitation = inv->id;

    if (kind == STORE_EVENT_INVITATION_REFUSED) {
        event.detail = store_reason_slice(STORE_REASON_USED);
    }

    (void) store_log_add(view, &event);
}
