/* Joining a call: a place is taken before the handshake goes upstream. */

#include <string.h>

#include <lmdb_schema/presence_int.h>


#define JOINING_DEFAULT  30000


static store_status_t join(store_view_t *view, store_op_t *op);
static store_status_t join_session(store_view_t *view, const store_op_t *op,
    store_session_t *session);
static store_status_t join_who(store_view_t *view, store_op_t *op,
    const store_session_t *session, const store_call_t *call,
    store_participant_t *part);
static store_status_t user_part(store_view_t *view, const store_op_t *op,
    const store_call_t *call, const store_user_t *user,
    store_participant_t *part);
static store_status_t join_part(store_scene_t *scene, store_op_t *op,
    store_participant_t *part);


const store_transition_t  store_join_ops[] = {
    { STORE_OP_JOIN, join },
    { 0, NULL }
};


static store_status_t
join(store_view_t *view, store_op_t *op)
{
    bool                 placed;
    store_scene_t        scene;
    store_reason_t       reason;
    store_status_t       rc;
    store_session_t      session;
    store_participant_t  part;

    rc = join_session(view, op, &session);

    if (rc == STORE_NOT_FOUND) {
        return store_refuse(op, STORE_REASON_SIGNED_OUT);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    reason = store_session_reason(&session, op->now);

    if (reason != STORE_REASON_NONE) {
        return store_refuse(op, reason);
    }

    rc = store_scene_open(&scene, view, op, &op->in.join.call);

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_equal(&scene.call.account, &session.account)) {
        return STORE_NOT_FOUND;
    }

    if (scene.call.state == STORE_CALL_ENDED) {
        return store_refuse(op, STORE_REASON_CALL_ENDED);
    }

    rc = join_who(view, op, &session, &scene.call, &part);

    if (rc != STORE_OK) {
        return rc;
    }

    rc = join_part(&scene, op, &part);

    if (rc == STORE_OK && op->in.join.on.n != 0) {
        rc = store_media_place(view, op, &op->in.join.on, &scene.call,
                               &placed);
        scene.changed = scene.changed || placed;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.session = session.id;
    op->out.participant = part.id;
    op->out.call = scene.call.id;
    op->out.room = scene.call.room;
    op->out.expires = session.expires;

    return store_scene_close(&scene);
}


/* A user who came with a token of a provider has no session: what counts of
   one is made up. */

static store_status_t
join_session(store_view_t *view, const store_op_t *op,
    store_session_t *session)
{
    store_user_t    user;
    store_status_t  rc;

    if (!store_id_none(&op->in.join.session)
        || store_id_none(&op->in.join.user))
    {
        return store_record_get(view, STORE_IS_session, NULL,
                                &op->in.join.session, session);
    }

    rc = store_record_get(view, STORE_IS_user, NULL, &op->in.join.user,
                          &user);

    if (rc != STORE_OK) {
        return rc;
    }

    memset(session, 0, sizeof(*session));
    session->kind = STORE_KIND_USER;
    session->account = user.account;
    session->user = user.id;
    session->expires = UINT64_MAX;

    return STORE_OK;
}


/* The participant of the session. */

static store_status_t
join_who(store_view_t *view, store_op_t *op, const store_session_t *session,
    const store_call_t *call, store_participant_t *part)
{
    store_user_t     user;
    store_status_t   rc;
    store_account_t  account;

    rc = store_record_get(view, STORE_IS_account, NULL, &session->account,
                          &account);

    if (rc == STORE_OK && session->kind == STORE_KIND_USER) {
        rc = store_record_get(view, STORE_IS_user, NULL, &session->user,
                              &user);
    }

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND
               ? store_refuse(op, STORE_REASON_SIGNED_OUT) : rc;
    }

    if (account.suspended
        || (session->kind == STORE_KIND_USER && user.suspended))
    {
        return store_refuse(op, STORE_REASON_SUSPENDED);
    }

    if (session->kind != STORE_KIND_USER) {

        if (!store_id_equal(&session->call, &call->id)) {
            return store_refuse(op, STORE_REASON_NOT_A_MEMBER);
        }

        if (call->starts_at > op->now) {
            return store_refuse(op, STORE_REASON_NOT_YET);
        }

        rc = store_record_get(view, STORE_IS_participant, &call->id,
                              &session->participant, part);

        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    return user_part(view, op, call, &user, part);
}


/* A user's participant, maybe a new one: it is not put yet. */

static store_status_t
user_part(store_view_t *view, const store_op_t *op, const store_call_t *call,
    const store_user_t *user, store_participant_t *part)
{
    store_status_t  rc;

    rc = store_part_of(view, &call->id, &user->id, part);

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    if (store_id_none(&op->in.join.participant)) {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_participant, &call->id,
                          &op->in.join.participant, part);

    if (rc != STORE_NOT_FOUND) {
        return rc == STORE_OK ? STORE_EXISTS : rc;
    }

    /* nobody yet: `left` is where a failed handshake takes it back to */

    part->id = op->in.join.participant;
    part->call = call->id;
    part->account = call->account;
    part->kind = STORE_KIND_USER;
    part->state = STORE_PART_LEFT;
    part->user = user->id;
    part->name = user->display.len ? user->display : user->name;

    return STORE_OK;
}


static store_status_t
join_part(store_scene_t *scene, store_op_t *op, store_participant_t *part)
{
    uint64_t        due;
    store_reason_t  reason;
    store_status_t  rc;

    due = store_later(op->now, op->presence.joining ? op->presence.joining
                                                    : JOINING_DEFAULT);

    switch (part->state) {

    case STORE_PART_REMOVED:
        return store_refuse(op, STORE_REASON_REMOVED);

    case STORE_PART_PRESENT:
        op->out.again = true;
        return store_over_sockets(op, part) && !op->presence.replace_oldest
               ? store_refuse(op, STORE_REASON_TOO_MANY) : STORE_OK;

    case STORE_PART_JOINING:
    case STORE_PART_AWAY:
        op->out.again = true;

        if (part->due < due) {
            part->due = due;
            store_record_put(scene->view, STORE_IS_participant, part);
        }

        return STORE_OK;

    default:
        break;
    }

    rc = STORE_OK;
    reason = store_scene_room(scene, part, &rc);

    if (rc != STORE_OK) {
        return rc;
    }

    if (reason != STORE_REASON_NONE) {
        return store_refuse(op, reason);
    }

    part->before = part->state;
    part->device = op->in.join.device ? op->in.join.device : part->device;
    part->platform = op->in.join.platform ? op->in.join.platform
                                          : part->platform;
    store_scene_move(scene, part, STORE_PART_JOINING);
    part->due = due;

    (void) store_scene_put(scene, part, STORE_EVENT_PARTICIPANT_JOINING,
                           STORE_REASON_NONE, 0);

    return scene->view->status;
}
