/* What rings: for the owner a request that was answered, for others a call
   that they are asked to come to.  Answered, declined, or missed. */

#include <string.h>

#include <lmdb_schema/presence_int.h>


static store_status_t call_ring(store_view_t *view, store_op_t *op);
static store_status_t rung(store_scene_t *scene, store_op_t *op,
    const store_user_t *user);
static store_status_t caller_name(store_view_t *view, const store_op_t *op,
    store_slice_t *name);
static store_status_t call_answer(store_view_t *view, store_op_t *op);


const store_transition_t  store_ring_ops[] = {
    { STORE_OP_CALL_RING, call_ring },
    { STORE_OP_CALL_ACCEPT, call_answer },
    { STORE_OP_CALL_DECLINE, call_answer },
    { 0, NULL }
};


/* Whoever is rung counts as invited: the call is there for that user from
   then on, answered or not. */

static store_status_t
call_ring(store_view_t *view, store_op_t *op)
{
    store_user_t    user;
    store_scene_t   scene;
    store_status_t  rc;

    rc = store_scene_open(&scene, view, op, &op->in.ring.call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_user, NULL, &op->in.ring.user,
                              &user);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_equal(&user.account, &scene.call.account)) {
        return STORE_NOT_FOUND;
    }

    if (scene.call.state == STORE_CALL_ENDED) {
        return store_refuse(op, STORE_REASON_CALL_ENDED);
    }

    if (user.suspended) {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    op->out.call = scene.call.id;
    op->out.room = scene.call.room;

    rc = rung(&scene, op, &user);

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}


static store_status_t
rung(store_scene_t *scene, store_op_t *op, const store_user_t *user)
{
    store_event_t        event;
    store_slice_t        name;
    store_status_t       rc;
    store_participant_t  part;

    rc = store_part_of(scene->view, &scene->call.id, &user->id, &part);

    if (rc == STORE_NOT_FOUND) {

        if (store_id_none(&op->in.ring.participant)) {
            return STORE_INVALID;
        }

        memset(&part, 0, sizeof(part));
        part.id = op->in.ring.participant;
        part.call = scene->call.id;
        part.account = scene->call.account;
        part.kind = STORE_KIND_USER;
        part.state = STORE_PART_INVITED;
        part.user = user->id;
        part.name = user->display.len ? user->display : user->name;
        part.since = op->now;
        rc = STORE_OK;
    }

    if (rc == STORE_OK) {
        rc = caller_name(scene->view, op, &name);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.participant = part.id;
    op->out.expires = part.ring;

    if (part.state == STORE_PART_REMOVED) {
        return store_refuse(op, STORE_REASON_REMOVED);
    }

    if (store_part_holds(&part) || part.ring > op->now
        || store_id_equal(&part.op, &op->id))
    {
        op->out.again = true;
        return STORE_OK;
    }

    part.ring = op->presence.ring ? store_later(op->now, op->presence.ring)
                                  : 0;
    part.inviter = store_id_none(&part.inviter) ? op->actor : part.inviter;
    part.op = op->id;
    store_record_put(scene->view, STORE_IS_participant, &part);
    op->out.expires = part.ring;

    store_op_event(op, STORE_EVENT_CALL_RINGING, &part.account, &event);
    event.call = part.call;
    event.user = part.user;
    event.participant = part.id;
    event.detail = name;
    (void) store_log_add(scene->view, &event);

    return scene->view->status;
}


/* Who rings, for people to read. */

static store_status_t
caller_name(store_view_t *view, const store_op_t *op, store_slice_t *name)
{
    store_user_t    caller;
    store_status_t  rc;

    memset(name, 0, sizeof(*name));

    if (store_id_none(&op->actor)) {
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_user, NULL, &op->actor, &caller);

    if (rc == STORE_OK) {
        *name = caller.display.len ? caller.display : caller.name;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


/*
 * Yes or no to what rings; afterwards there is nothing left to answer, and
 * whoever was asked may still join.  The call's own ring is the owner's, and
 * of who takes it in the owner's place; nobody else declines it.
 */

static store_status_t
call_answer(store_view_t *view, store_op_t *op)
{
    bool                 others;
    store_scene_t        scene;
    store_status_t       rc;
    store_event_kind_t   kind;
    store_participant_t  part;

    kind = op->kind == STORE_OP_CALL_ACCEPT ? STORE_EVENT_CALL_ACCEPTED
                                            : STORE_EVENT_CALL_DECLINED;

    rc = store_scene_open(&scene, view, op, &op->in.call_end.call);

    if (rc != STORE_OK) {
        return rc;
    }

    if (scene.call.state == STORE_CALL_ENDED) {
        return store_refuse(op, STORE_REASON_CALL_ENDED);
    }

    op->out.call = scene.call.id;
    op->out.room = scene.call.room;

    rc = store_part_of(view, &scene.call.id, &op->actor, &part);

    if (rc == STORE_OK && part.ring != 0) {
        store_part_silence(&scene, &part, kind);
        store_record_put(view, STORE_IS_participant, &part);

        if (!store_id_equal(&op->actor, &scene.call.owner)) {
            return store_scene_close(&scene);
        }

    } else if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        return rc;

    } else {
        op->out.again = scene.call.ring == 0;
    }

    others = !store_id_none(&op->actor)
             && !store_id_equal(&op->actor, &scene.call.owner);

    if (others && op->kind == STORE_OP_CALL_DECLINE) {
        op->out.again = true;
        return STORE_OK;
    }

    store_scene_silence(&scene, kind);

    return store_scene_close(&scene);
}


void
store_scene_silence(store_scene_t *scene, store_event_kind_t kind)
{
    store_call_t   *call = &scene->call;
    store_event_t   event;

    if (call->ring == 0) {
        return;
    }

    call->ring = 0;
    call->op = scene->op->id;
    scene->changed = true;

    if (kind == STORE_EVENT_CALL_ACCEPTED) {
        call->answered = scene->op->now;
    }

    store_op_event(scene->op, kind, &call->account, &event);
    event.call = call->id;
    event.user = call->owner;
    (void) store_log_add(scene->view, &event);
}


void
store_part_silence(store_scene_t *scene, store_participant_t *part,
    store_event_kind_t kind)
{
    store_event_t  event;

    if (part->ring == 0) {
        return;
    }

    part->ring = 0;
    part->op = scene->op->id;

    store_op_event(scene->op, kind, &part->account, &event);
    event.call = part->call;
    event.user = part->user;
    event.participant = part->id;
    (void) store_log_add(scene->view, &event);
}
