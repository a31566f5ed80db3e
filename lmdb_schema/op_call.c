/* Making a call, ending it, handing it over. */

#include <string.h>

#include <lmdb_schema/presence_int.h>


static store_status_t call_create(store_view_t *view, store_op_t *op);
static store_status_t call_end(store_view_t *view, store_op_t *op);
static store_status_t call_hand_over(store_view_t *view, store_op_t *op);
static store_status_t keep_member(store_view_t *view, const store_op_t *op,
    const store_call_t *call, const store_id_t *former);


const store_transition_t  store_call_ops[] = {
    { STORE_OP_CALL_CREATE, call_create },
    { STORE_OP_CALL_END, call_end },
    { STORE_OP_CALL_HAND_OVER, call_hand_over },
    { 0, NULL }
};


static store_status_t
call_create(store_view_t *view, store_op_t *op)
{
    uint64_t          from;
    store_call_t      call;
    store_user_t      owner;
    store_event_t     event;
    store_status_t    rc;
    store_account_t   account;
    const store_id_t *id = &op->in.call_create.call;

    if (store_id_none(id)
        || !store_text_good(op->in.call_create.title, 0, STORE_LIMIT_TITLE)
        || !store_text_good(op->in.call_create.profile, 0, STORE_LIMIT_WORD)
        || (op->in.call_create.kind != STORE_CALL_CONFERENCE
            && op->in.call_create.kind != STORE_CALL_SERVICE)
        || op->in.call_create.room == 0
        || op->in.call_create.room >= STORE_ROOM_MAX)
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_call, NULL, id, &call);

    if (rc == STORE_OK) {
        if (!store_id_equal(&call.owner, &op->in.call_create.owner)) {
            return STORE_EXISTS;
        }

        op->out.again = true;
        op->out.call = *id;
        op->out.room = call.room;
        return STORE_OK;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_user, NULL,
                          &op->in.call_create.owner, &owner);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_account, NULL, &owner.account,
                              &account);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_equal(&owner.account, &op->in.call_create.account)) {
        return STORE_NOT_FOUND;
    }

    if (owner.suspended || account.suspended) {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    memset(&call, 0, sizeof(call));
    call.id = *id;
    call.account = owner.account;
    call.kind = (uint8_t) op->in.call_create.kind;
    call.state = STORE_CALL_OPEN;
    call.owner = owner.id;
    call.title = op->in.call_create.title;
    call.profile = op->in.call_create.profile;
    call.room = op->in.call_create.room;
    call.created = op->now;
    call.starts_at = op->in.call_create.starts_at;
    call.op = op->id;

    if (op->presence.never_joined != 0) {
        from = call.starts_at > op->now ? call.starts_at : op->now;
        call.due = store_later(from, op->presence.never_joined);
    }

    store_record_put(view, STORE_IS_call, &call);

    store_op_event(op, STORE_EVENT_CALL_CREATED, &call.account, &event);
    event.call = *id;
    event.user = owner.id;
    event.detail = call.title;
    (void) store_log_add(view, &event);

    op->out.call = *id;
    op->out.room = call.room;

    return STORE_OK;
}


static store_status_t
call_end(store_view_t *view, store_op_t *op)
{
    store_scene_t   scene;
    store_status_t  rc;

    rc = store_scene_open(&scene, view, op, &op->in.call_end.call);

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.call = scene.call.id;
    op->out.room = scene.call.room;

    if (scene.call.state == STORE_CALL_ENDED) {
        op->out.again = true;
        return STORE_OK;
    }

    rc = store_scene_finish(&scene, STORE_REASON_CALL_ENDED, 0);

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}


/* Ownership goes to another user; whoever had it stays one of the call's.
   Those who may stay only while the owner is there go when he is not. */

static store_status_t
call_hand_over(store_view_t *view, store_op_t *op)
{
    bool              there;
    uint64_t          cause;
    store_id_t        former;
    store_event_t     event;
    store_scene_t     scene;
    store_user_t      user;
    store_status_t    rc;
    const store_id_t *to = &op->in.hand_over.user;

    rc = store_scene_open(&scene, view, op, &op->in.hand_over.call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_user, NULL, to, &user);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_equal(&user.account, &scene.call.account)) {
        return STORE_NOT_FOUND;
    }

    op->out.call = scene.call.id;
    op->out.room = scene.call.room;

    if (scene.call.state == STORE_CALL_ENDED) {
        return store_refuse(op, STORE_REASON_CALL_ENDED);
    }

    if (store_id_equal(&scene.call.owner, to)) {
        op->out.again = true;
        return STORE_OK;
    }

    if (user.suspended) {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    rc = store_user_there(view, &scene.call.id, to, &there);

    if (rc != STORE_OK) {
        return rc;
    }

    former = scene.call.owner;
    scene.call.owner = *to;
    scene.call.op = op->id;
    scene.changed = true;

    rc = keep_member(view, op, &scene.call, &former);

    if (rc != STORE_OK) {
        return rc;
    }

    store_op_event(op, STORE_EVENT_CALL_HANDED_OVER, &scene.call.account,
                   &event);
    event.call = scene.call.id;
    event.user = *to;
    cause = store_log_add(view, &event);

    if (!there) {
        rc = store_scene_desert(&scene, to, cause);
    }

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}


/* Whoever owned the call counts as invited by whoever owns it now. */

static store_status_t
keep_member(store_view_t *view, const store_op_t *op,
    const store_call_t *call, const store_id_t *former)
{
    store_user_t         user;
    store_status_t       rc;
    store_participant_t  part;

    if (store_id_none(former)) {
        return STORE_OK;
    }

    rc = store_part_of(view, &call->id, former, &part);

    if (rc == STORE_NOT_FOUND) {

        if (store_id_none(&op->in.hand_over.participant)) {
            return STORE_INVALID;
        }

        rc = store_record_get(view, STORE_IS_user, NULL, former, &user);

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_OK : rc;
        }

        memset(&part, 0, sizeof(part));
        part.id = op->in.hand_over.participant;
        part.call = call->id;
        part.account = call->account;
        part.kind = STORE_KIND_USER;
        part.state = STORE_PART_INVITED;
        part.user = *former;
        part.name = user.display.len ? user.display : user.name;
        part.since = op->now;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    part.inviter = call->owner;
    part.op = op->id;
    store_record_put(view, STORE_IS_participant, &part);

    return STORE_OK;
}
