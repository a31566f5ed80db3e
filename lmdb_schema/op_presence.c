/* Joining a call and leaving it. */

#include <string.h>

#include <lmdb_schema/presence_int.h>


#define JOINING_DEFAULT  30000


static store_status_t join(store_view_t *view, store_op_t *op);
static store_status_t join_who(store_view_t *view, store_op_t *op,
    const store_session_t *session, const store_call_t *call,
    store_participant_t *part);
static store_status_t join_part(store_scene_t *scene, store_op_t *op,
    store_participant_t *part);
static store_reason_t no_room(store_scene_t *scene,
    const store_participant_t *part, store_status_t *rc);
static bool over_sockets(const store_op_t *op,
    const store_participant_t *part);
static store_status_t attach(store_view_t *view, store_op_t *op);
static void arrive(store_scene_t *scene, store_participant_t *part);
static store_status_t detach(store_view_t *view, store_op_t *op);
static store_status_t leave(store_view_t *view, store_op_t *op);
static store_status_t remove_from(store_view_t *view, store_op_t *op);


const store_transition_t  store_presence_ops[] = {
    { STORE_OP_JOIN, join },
    { STORE_OP_ATTACH, attach },
    { STORE_OP_DETACH, detach },
    { STORE_OP_LEAVE, leave },
    { STORE_OP_REMOVE, remove_from },
    { 0, NULL }
};


static store_status_t
join(store_view_t *view, store_op_t *op)
{
    store_scene_t        scene;
    store_reason_t       reason;
    store_status_t       rc;
    store_session_t      session;
    store_participant_t  part;

    rc = store_record_get(view, STORE_IS_session, NULL, &op->in.join.session,
                          &session);

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


/* The participant of the session: a guest's, or a user's, maybe a new one. */

static store_status_t
join_who(store_view_t *view, store_op_t *op, const store_session_t *session,
    const store_call_t *call, store_participant_t *part)
{
    store_key_t      key;
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

    store_key(&key, STORE_KEY_PARTICIPANT_OF);
    store_key_id(&key, &call->id);
    store_key_id(&key, &user.id);

    rc = store_record_by(view, STORE_IS_participant, &call->id, &key, part);

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
    part->user = user.id;
    part->name = user.display.len ? user.display : user.name;

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
        return over_sockets(op, part)
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
    reason = no_room(scene, part, &rc);

    if (rc != STORE_OK) {
        return rc;
    }

    if (reason != STORE_REASON_NONE) {
        return store_refuse(op, reason);
    }

    part->before = part->state;
    part->device = op->in.join.device ? op->in.join.device : part->device;
    store_scene_move(scene, part, STORE_PART_JOINING);
    part->due = due;

    (void) store_scene_put(scene, part, STORE_EVENT_PARTICIPANT_JOINING,
                           STORE_REASON_NONE, 0);

    return scene->view->status;
}


/* Why one more cannot take a place. */

static store_reason_t
no_room(store_scene_t *scene, const store_participant_t *part,
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


static bool
over_sockets(const store_op_t *op, const store_participant_t *part)
{
    uint32_t  max;

    max = part->kind == STORE_KIND_USER ? op->presence.sockets_per_user
                                        : op->presence.sockets_per_guest;

    return max != 0 && part->attached >= max;
}


static store_status_t
attach(store_view_t *view, store_op_t *op)
{
    bool                 again;
    store_scene_t        scene;
    store_status_t       rc;
    store_reason_t       reason;
    store_session_t      session;
    store_participant_t  part;

    rc = store_scene_open(&scene, view, op, &op->in.attach.call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_participant,
                              &op->in.attach.call, &op->in.attach.participant,
                              &part);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    reason = scene.call.state == STORE_CALL_ENDED ? STORE_REASON_CALL_ENDED
             : part.state == STORE_PART_REMOVED ? STORE_REASON_REMOVED
             : STORE_REASON_NONE;

    if (reason == STORE_REASON_NONE && !store_id_none(&part.session)) {
        rc = store_record_get(view, STORE_IS_session, NULL, &part.session,
                              &session);

        if (rc != STORE_OK) {
            return rc;
        }

        reason = store_session_reason(&session, op->now);
    }

    if (reason == STORE_REASON_NONE && !store_part_holds(&part)) {
        /* its joining ran out before the handshake was through */
        reason = no_room(&scene, &part, &rc);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    if (reason != STORE_REASON_NONE) {
        return store_refuse(op, reason);
    }

    if (over_sockets(op, &part) && !store_id_equal(&part.op, &op->id)) {
        return store_refuse(op, STORE_REASON_TOO_MANY);
    }

    rc = store_attach_add(view, op, &part, op->in.attach.incarnation, &again);

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.call = part.call;
    op->out.participant = part.id;
    op->out.room = scene.call.room;
    op->out.again = again;

    if (again) {
        return STORE_OK;
    }

    part.attached++;
    arrive(&scene, &part);

    return store_scene_close(&scene);
}


static void
arrive(store_scene_t *scene, store_participant_t *part)
{
    uint64_t       seq;
    store_call_t  *call = &scene->call;
    store_event_t  event;

    seq = 0;

    if (call->state == STORE_CALL_OPEN) {
        call->state = STORE_CALL_LIVE;
        call->live_at = scene->op->now;
        call->op = scene->op->id;
        scene->changed = true;

        store_op_event(scene->op, STORE_EVENT_CALL_LIVE, &call->account,
                       &event);
        event.call = call->id;
        event.participant = part->id;
        seq = store_log_add(scene->view, &event);
    }

    if (call->due != 0
        || (part->kind == STORE_KIND_USER && call->regular == 0))
    {
        call->due = 0;
        call->regular = part->kind == STORE_KIND_USER ? 1 : call->regular;
        scene->changed = true;
    }

    if (part->state == STORE_PART_PRESENT) {
        part->op = scene->op->id;
        store_record_put(scene->view, STORE_IS_participant, part);
        return;
    }

    store_scene_move(scene, part, STORE_PART_PRESENT);
    part->due = 0;
    part->joined = part->joined ? part->joined : scene->op->now;

    (void) store_scene_put(scene, part, STORE_EVENT_PARTICIPANT_PRESENT,
                           STORE_REASON_NONE, seq);
}


static store_status_t
detach(store_view_t *view, store_op_t *op)
{
    uint32_t             n;
    uint64_t             grace;
    store_scene_t        scene;
    store_status_t       rc;
    store_participant_t  part;

    rc = store_scene_open(&scene, view, op, &op->in.attach.call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_participant,
                              &op->in.attach.call, &op->in.attach.participant,
                              &part);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.call = part.call;
    op->out.participant = part.id;

    if (op->in.attach.failed) {
        if (part.state != STORE_PART_JOINING) {
            op->out.again = true;
            return STORE_OK;
        }

        rc = store_scene_unjoin(&scene, &part);

        return rc == STORE_OK ? store_scene_close(&scene) : rc;
    }

    rc = store_attach_sub(view, op, &part, op->in.attach.incarnation, &n);

    if (rc != STORE_OK) {
        return rc;
    }

    if (n == 0) {
        op->out.again = true;
        return STORE_OK;
    }

    grace = store_scene_grace(&scene);
    rc = store_scene_detached(&scene, &part, n, grace);

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}


static store_status_t
leave(store_view_t *view, store_op_t *op)
{
    store_scene_t        scene;
    store_status_t       rc;
    store_participant_t  part;

    rc = store_scene_open(&scene, view, op, &op->in.leave.call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_participant, &op->in.leave.call,
                              &op->in.leave.participant, &part);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.call = part.call;
    op->out.participant = part.id;

    if (!store_part_holds(&part)) {
        op->out.again = true;
        return STORE_OK;
    }

    rc = store_scene_leave(&scene, &part, STORE_REASON_NONE, 0);

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}


static store_status_t
remove_from(store_view_t *view, store_op_t *op)
{
    bool                 held;
    uint64_t             seq;
    store_scene_t        scene;
    store_status_t       rc;
    store_session_t      session;
    store_participant_t  part;

    rc = store_scene_open(&scene, view, op, &op->in.leave.call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_participant, &op->in.leave.call,
                              &op->in.leave.participant, &part);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.call = part.call;
    op->out.participant = part.id;

    if (part.state == STORE_PART_REMOVED) {
        op->out.again = true;
        return STORE_OK;
    }

    if (scene.call.state == STORE_CALL_ENDED) {
        return store_refuse(op, STORE_REASON_CALL_ENDED);
    }

    rc = store_attach_clear(view, &part);

    if (rc != STORE_OK) {
        return rc;
    }

    held = store_part_holds(&part);
    part.attached = 0;
    part.left = held ? op->now : part.left;
    store_scene_move(&scene, &part, STORE_PART_REMOVED);
    seq = store_scene_put(&scene, &part, STORE_EVENT_PARTICIPANT_REMOVED,
                          STORE_REASON_REMOVED, 0);

    /* the invitation of a link for one is spent, so barring the session
       bars the link: whoever tries it is `removed` or `used` */

    if (!store_id_none(&part.session)) {
        rc = store_record_get(view, STORE_IS_session, NULL, &part.session,
                              &session);

        if (rc != STORE_OK) {
            return rc;
        }

        store_session_end(view, op, &session, STORE_REASON_REMOVED, seq,
                          false);
    }

    rc = held ? store_scene_after(&scene, &part, seq) : STORE_OK;

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}
