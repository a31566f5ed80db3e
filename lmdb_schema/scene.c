/* Who is in a call, and what follows when somebody leaves it. */

#include <string.h>

#include <lmdb_schema/presence_int.h>


#define BOUND_INVITER  2
#define BOUND_OWNER    3


static bool is_bound(store_scene_t *scene, const store_participant_t *part,
    const store_id_t *gone, store_status_t *rc);
static store_status_t finish_one(store_scene_t *scene,
    store_participant_t *part, store_reason_t reason, uint64_t cause);


store_status_t
store_scene_open(store_scene_t *scene, store_view_t *view,
    const store_op_t *op, const store_id_t *call)
{
    memset(scene, 0, sizeof(*scene));

    scene->view = view;
    scene->op = op;

    return store_record_get(view, STORE_IS_call, NULL, call, &scene->call);
}


store_status_t
store_scene_close(store_scene_t *scene)
{
    int64_t          seats;
    store_status_t   rc;
    store_account_t  account;

    if (scene->changed) {
        store_record_put(scene->view, STORE_IS_call, &scene->call);
    }

    if (scene->seats != 0) {
        rc = store_record_get(scene->view, STORE_IS_account, NULL,
                              &scene->call.account, &account);

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
        }

        seats = (int64_t) account.seats + scene->seats;

        if (seats < 0 || seats > UINT32_MAX) {
            return STORE_CORRUPT;
        }

        account.seats = (uint32_t) seats;
        store_record_put(scene->view, STORE_IS_account, &account);
    }

    scene->changed = false;
    scene->seats = 0;

    return scene->view->status;
}


bool
store_part_holds(const store_participant_t *part)
{
    return part->state == STORE_PART_JOINING
           || part->state == STORE_PART_PRESENT
           || part->state == STORE_PART_AWAY;
}


store_reason_t
store_scene_room(store_scene_t *scene, const store_participant_t *part,
    store_status_t *rc)
{
    store_account_t          account;
    const store_presence_t  *presence = &scene->op->presence;

    if (presence->participants_per_call != 0
        && (uint64_t) scene->call.here + scene->call.joining
           >= presence->participants_per_call)
    {
        return STORE_REASON_CALL_FULL;
    }

    if (part->kind == STORE_KIND_USER) {
        return STORE_REASON_NONE;
    }

    *rc = store_record_get(scene->view, STORE_IS_account, NULL,
                           &scene->call.account, &account);

    if (*rc == STORE_OK && presence->guest_seats != UINT32_MAX
        && account.seats >= presence->guest_seats)
    {
        return STORE_REASON_NO_GUEST_SEAT;
    }

    return STORE_REASON_NONE;
}


bool
store_over_sockets(const store_op_t *op, const store_participant_t *part)
{
    uint32_t  max;

    max = part->kind == STORE_KIND_USER ? op->presence.sockets_per_user
                                        : op->presence.sockets_per_guest;

    return max != 0 && part->attached >= max;
}


void
store_scene_move(store_scene_t *scene, store_participant_t *part,
    store_part_state_t state)
{
    store_call_t  *call = &scene->call;

    if (part->state == STORE_PART_JOINING) {
        call->joining--;

    } else if (store_part_holds(part)) {
        call->here--;
    }

    part->state = (uint8_t) state;
    part->alone = 0;
    part->gone = 0;
    part->cause = 0;
    part->since = scene->op->now;
    part->op = scene->op->id;

    if (state == STORE_PART_JOINING) {
        call->joining++;

    } else if (store_part_holds(part)) {
        call->here++;

    } else {
        part->due = 0;
    }

    if (part->kind == STORE_KIND_GUEST || part->kind == STORE_KIND_EXTERNAL) {
        scene->seats += (int64_t) store_part_holds(part) - part->seat;
        part->seat = store_part_holds(part);
    }

    scene->changed = true;
}


uint64_t
store_scene_put(store_scene_t *scene, store_participant_t *part,
    store_event_kind_t kind, store_reason_t reason, uint64_t cause)
{
    store_event_t  event;

    store_record_put(scene->view, STORE_IS_participant, part);

    store_op_event(scene->op, kind, &part->account, &event);
    event.user = part->user;
    event.session = part->session;
    event.call = part->call;
    event.participant = part->id;
    event.invitation = part->invitation;
    event.cause = cause;

    event.detail = reason != STORE_REASON_NONE ? store_reason_slice(reason)
                                               : scene->why;

    return store_log_add(scene->view, &event);
}


store_status_t
store_scene_leave(store_scene_t *scene, store_participant_t *part,
    store_reason_t reason, uint64_t cause)
{
    uint64_t        seq;
    store_status_t  rc;

    rc = store_attach_clear(scene->view, part);

    if (rc != STORE_OK) {
        return rc;
    }

    part->attached = 0;
    part->left = scene->op->now;
    store_scene_move(scene, part, STORE_PART_LEFT);

    seq = store_scene_put(scene, part, STORE_EVENT_PARTICIPANT_LEFT, reason,
                          cause);

    return store_scene_after(scene, part, seq);
}


store_status_t
store_scene_unjoin(store_scene_t *scene, store_participant_t *part)
{
    uint64_t  seq;

    store_scene_move(scene, part, part->before == STORE_PART_INVITED
                                  ? STORE_PART_INVITED : STORE_PART_LEFT);

    seq = store_scene_put(scene, part, STORE_EVENT_PARTICIPANT_FAILED,
                          STORE_REASON_NONE, 0);

    return store_scene_after(scene, part, seq);
}


store_status_t
store_scene_detached(store_scene_t *scene, store_participant_t *part,
    uint32_t n, uint64_t grace)
{
    part->attached = part->attached > n ? part->attached - n : 0;
    part->op = scene->op->id;

    if (part->attached != 0 || part->state != STORE_PART_PRESENT) {
        store_record_put(scene->view, STORE_IS_participant, part);
        return scene->view->status;
    }

    if (grace == 0) {
        return store_scene_leave(scene, part, STORE_REASON_NONE, 0);
    }

    store_scene_move(scene, part, STORE_PART_AWAY);
    part->due = store_later(scene->op->now, grace);

    /* a service call waits for its expert longer than guests who may be there
       only with him */

    if (part->kind == STORE_KIND_USER && scene->op->presence.grace < grace) {
        part->alone = store_later(scene->op->now, scene->op->presence.grace);
    }

    part->cause = store_scene_put(scene, part, STORE_EVENT_PARTICIPANT_AWAY,
                                  STORE_REASON_NONE, 0);
    store_record_put(scene->view, STORE_IS_participant, part);

    return scene->view->status;
}


store_status_t
store_scene_alone(store_scene_t *scene, store_participant_t *part)
{
    uint64_t  seq;

    part->alone = 0;
    part->gone = 1;
    part->op = scene->op->id;
    seq = store_scene_put(scene, part, STORE_EVENT_PARTICIPANT_GONE,
                          STORE_REASON_NONE, part->cause);

    return store_scene_desert(scene, &part->user, seq);
}


store_status_t
store_scene_after(store_scene_t *scene, const store_participant_t *part,
    uint64_t cause)
{
    store_call_t            *call = &scene->call;
    store_status_t           rc;
    const store_presence_t  *presence = &scene->op->presence;

    if (call->state == STORE_CALL_ENDED) {
        return scene->view->status;
    }

    if (part->kind == STORE_KIND_USER) {
        rc = store_scene_desert(scene, &part->user, cause);

        if (rc != STORE_OK || call->state == STORE_CALL_ENDED) {
            return rc;
        }

        if (presence->end_when_owner_left
            && call->state == STORE_CALL_LIVE
            && store_id_equal(&part->user, &call->owner))
        {
            return store_scene_finish(scene, STORE_REASON_CALL_ENDED, cause);
        }
    }

    if (call->state != STORE_CALL_LIVE || call->here != 0
        || call->joining != 0)
    {
        return scene->view->status;
    }

    /* a guest who comes early and goes does not end a conference */

    if (presence->end_when_empty
        && (call->regular || call->kind == STORE_CALL_SERVICE))
    {
        return store_scene_finish(scene, STORE_REASON_CALL_ENDED, cause);
    }

    if (presence->never_joined != 0) {
        call->due = store_later(scene->op->now, presence->never_joined);
        scene->changed = true;
    }

    return scene->view->status;
}


store_status_t
store_scene_finish(store_scene_t *scene, store_reason_t reason,
    uint64_t cause)
{
    uint64_t              seq;
    store_key_t           prefix;
    store_walk_t          walk;
    store_call_t         *call = &scene->call;
    store_event_t         event;
    store_slice_t         key, value;
    store_status_t        rc;
    store_participant_t   part;

    call->state = STORE_CALL_ENDED;
    call->ended_at = scene->op->now;
    call->reason = (uint8_t) reason;
    call->due = 0;
    call->ring = 0;
    call->op = scene->op->id;
    scene->changed = true;

    store_op_event(scene->op, STORE_EVENT_CALL_ENDED, &call->account, &event);
    event.call = call->id;
    event.user = call->owner;
    event.cause = cause;
    event.detail = store_reason_slice(reason);
    seq = store_log_add(scene->view, &event);

    store_key(&prefix, STORE_KEY_PARTICIPANT);
    store_key_id(&prefix, &call->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(scene->view, &walk, &key, &value))
           == STORE_OK)
    {
        rc = store_decode(STORE_IS_participant, value, &part);

        if (rc == STORE_OK) {
            rc = finish_one(scene, &part, STORE_REASON_CALL_ENDED, seq);
        }

        if (rc != STORE_OK) {
            return rc;
        }
    }

    return rc == STORE_NOT_FOUND ? scene->view->status : rc;
}


uint64_t
store_scene_grace(const store_scene_t *scene)
{
    return scene->call.kind == STORE_CALL_SERVICE
           ? scene->op->presence.request_grace : scene->op->presence.grace;
}


static store_status_t
finish_one(store_scene_t *scene, store_participant_t *part,
    store_reason_t reason, uint64_t cause)
{
    store_status_t   rc;
    store_session_t  session;

    if (!store_id_none(&part->session)) {
        rc = store_record_get(scene->view, STORE_IS_session, NULL,
                              &part->session, &session);

        if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
            return rc;
        }

        if (rc == STORE_OK) {
            /* the event of who leaves speaks for the session, too */
            store_session_end(scene->view, scene->op, &session, reason,
                              cause, store_part_holds(part));
        }
    }

    if (!store_part_holds(part)) {

        if (part->ring != 0) {
            part->ring = 0;
            store_record_put(scene->view, STORE_IS_participant, part);
        }

        return scene->view->status;
    }

    part->ring = 0;

    return store_scene_leave(scene, part, reason, cause);
}


store_status_t
store_scene_desert(store_scene_t *scene, const store_id_t *gone,
    uint64_t cause)
{
    store_key_t          prefix;
    store_walk_t         walk;
    store_slice_t        key, value;
    store_status_t       rc;
    store_session_t      session;
    store_participant_t  part;

    store_key(&prefix, STORE_KEY_PARTICIPANT);
    store_key_id(&prefix, &scene->call.id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(scene->view, &walk, &key, &value))
           == STORE_OK)
    {
        rc = store_decode(STORE_IS_participant, value, &part);

        if (rc != STORE_OK) {
            return rc;
        }

        if (!is_bound(scene, &part, gone, &rc)) {
            if (rc != STORE_OK) {
                return rc;
            }
            continue;
        }

        rc = store_record_get(scene->view, STORE_IS_session, NULL,
                              &part.session, &session);

        if (rc == STORE_OK) {
            store_session_end(scene->view, scene->op, &session,
                              STORE_REASON_INVITER_LEFT, cause, false);

        } else if (rc != STORE_NOT_FOUND) {
            return rc;
        }

        if (store_part_holds(&part)) {
            rc = store_scene_leave(scene, &part, STORE_REASON_INVITER_LEFT,
                                   cause);

            if (rc != STORE_OK || scene->call.state == STORE_CALL_ENDED) {
                return rc;
            }
        }
    }

    return rc == STORE_NOT_FOUND ? scene->view->status : rc;
}


/* Whether `part` may stay only while `gone` does. */

static bool
is_bound(store_scene_t *scene, const store_participant_t *part,
    const store_id_t *gone, store_status_t *rc)
{
    store_invitation_t  inv;

    *rc = STORE_OK;

    if (part->kind == STORE_KIND_USER || store_id_none(&part->invitation)
        || part->state == STORE_PART_REMOVED)
    {
        return false;
    }

    *rc = store_record_get(scene->view, STORE_IS_invitation, NULL,
                           &part->invitation, &inv);

    if (*rc != STORE_OK) {
        *rc = *rc == STORE_NOT_FOUND ? STORE_CORRUPT : *rc;
        return false;
    }

    if (inv.bound_to == BOUND_INVITER) {
        return store_id_equal(&inv.inviter, gone);
    }

    return inv.bound_to == BOUND_OWNER
           && store_id_equal(&scene->call.owner, gone);
}
