/* Connections that come and go; leaving a call and being removed. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <lmdb_schema/presence_int.h>


static store_status_t enter(store_scene_t *scene, store_view_t *view,
    store_op_t *op, const store_id_t *call, const store_id_t *participant,
    store_participant_t *part);
static store_status_t attach(store_view_t *view, store_op_t *op);
static store_reason_t may_attach(store_view_t *view, const store_op_t *op,
    store_scene_t *scene, store_participant_t *part, store_status_t *rc);
static store_reason_t make_room(store_scene_t *scene,
    store_participant_t *part, store_status_t *rc);
static void arrive(store_scene_t *scene, store_participant_t *part);
static store_status_t detach(store_view_t *view, store_op_t *op);
static store_status_t leave(store_view_t *view, store_op_t *op);
static store_status_t report(store_view_t *view, store_op_t *op);
static store_status_t remove_from(store_view_t *view, store_op_t *op);
static store_status_t bar(store_scene_t *scene,
    const store_participant_t *part, uint64_t cause);


const store_transition_t  store_presence_ops[] = {
    { STORE_OP_ATTACH, attach },
    { STORE_OP_DETACH, detach },
    { STORE_OP_LEAVE, leave },
    { STORE_OP_REMOVE, remove_from },
    { STORE_OP_REPORT, report },
    { 0, NULL }
};


/* The call and who it is about, which is part of the answer. */

static store_status_t
enter(store_scene_t *scene, store_view_t *view, store_op_t *op,
    const store_id_t *call, const store_id_t *participant,
    store_participant_t *part)
{
    store_status_t  rc;

    rc = store_scene_open(scene, view, op, call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_participant, call, participant,
                              part);
    }

    if (rc == STORE_OK) {
        op->out.call = part->call;
        op->out.participant = part->id;
    }

    return rc;
}


static store_status_t
attach(store_view_t *view, store_op_t *op)
{
    store_scene_t        scene;
    store_status_t       rc;
    store_reason_t       reason;
    store_participant_t  part;

    rc = enter(&scene, view, op, &op->in.attach.call,
               &op->in.attach.participant, &part);

    if (rc != STORE_OK) {
        return rc;
    }

    reason = may_attach(view, op, &scene, &part, &rc);

    if (rc != STORE_OK) {
        return rc;
    }

    if (reason != STORE_REASON_NONE) {
        return store_refuse(op, reason);
    }

    rc = store_attach_add(view, op, &part, op->in.attach.incarnation);

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.room = scene.call.room;

    if (op->out.again) {
        return STORE_OK;
    }

    part.attached++;
    arrive(&scene, &part);

    return store_scene_close(&scene);
}


static store_reason_t
may_attach(store_view_t *view, const store_op_t *op, store_scene_t *scene,
    store_participant_t *part, store_status_t *rc)
{
    store_reason_t   reason;
    store_session_t  session;

    if (scene->call.state == STORE_CALL_ENDED) {
        return STORE_REASON_CALL_ENDED;
    }

    if (part->state == STORE_PART_REMOVED) {
        return STORE_REASON_REMOVED;
    }

    if (!store_id_none(&part->session)) {
        *rc = store_record_get(view, STORE_IS_session, NULL, &part->session,
                               &session);

        if (*rc != STORE_OK) {
            return STORE_REASON_SIGNED_OUT;
        }

        reason = store_session_reason(&session, op->now);

        if (reason != STORE_REASON_NONE) {
            return reason;
        }
    }

    if (store_over_sockets(op, part) && !store_id_equal(&part->op, &op->id)) {

        if (!op->presence.replace_oldest) {
            return STORE_REASON_TOO_MANY;
        }

        reason = make_room(scene, part, rc);

        if (reason != STORE_REASON_NONE || *rc != STORE_OK) {
            return reason;
        }
    }

    /* its joining may have run out before the handshake was through */

    return store_part_holds(part) ? STORE_REASON_NONE
                                  : store_scene_room(scene, part, rc);
}


/* The oldest connection goes; whoever holds it learns from the event. */

static store_reason_t
make_room(store_scene_t *scene, store_participant_t *part,
    store_status_t *rc)
{
    char           text[2 * 8 + 21];
    size_t         n;
    uint8_t        worker[8];
    uint64_t       opened;
    store_event_t  event;

    *rc = store_attach_oldest(scene->view, part, &opened, worker);

    if (*rc == STORE_NOT_FOUND) {
        *rc = STORE_OK;
        return STORE_REASON_TOO_MANY;
    }

    if (*rc != STORE_OK) {
        return STORE_REASON_TOO_MANY;
    }

    part->attached--;

    for (n = 0; n < sizeof(worker); n++) {
        (void) snprintf(text + 2 * n, 3, "%02x", worker[n]);
    }

    (void) snprintf(text + 2 * n, sizeof(text) - 2 * n, "%" PRIu64, opened);

    store_op_event(scene->op, STORE_EVENT_PARTICIPANT_CROWDED,
                   &scene->call.account, &event);
    event.call = part->call;
    event.participant = part->id;
    event.session = part->session;
    event.user = part->user;
    event.detail.data = (const uint8_t *) text;
    event.detail.len = strlen(text);

    (void) store_log_add(scene->view, &event);

    return STORE_REASON_NONE;
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

    if (part->kind == STORE_KIND_USER
        && store_id_equal(&part->user, &call->owner))
    {
        store_scene_silence(scene, STORE_EVENT_CALL_ACCEPTED);
    }

    store_part_silence(scene, part, STORE_EVENT_CALL_ACCEPTED);

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

    rc = enter(&scene, view, op, &op->in.attach.call,
               &op->in.attach.participant, &part);

    if (rc != STORE_OK) {
        return rc;
    }

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

    scene.why = op->in.attach.why;
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

    rc = enter(&scene, view, op, &op->in.leave.call,
               &op->in.leave.participant, &part);

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_part_holds(&part)) {
        op->out.again = true;
        return STORE_OK;
    }

    rc = store_scene_leave(&scene, &part, STORE_REASON_NONE, 0);

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}


/* Somebody else sees the participant in the call: it is there until the same
   one says that it left. */

static store_status_t
report(store_view_t *view, store_op_t *op)
{
    store_scene_t        scene;
    store_reason_t       reason;
    store_status_t       rc;
    store_participant_t  part;

    rc = enter(&scene, view, op, &op->in.leave.call,
               &op->in.leave.participant, &part);

    if (rc != STORE_OK) {
        return rc;
    }

    if (part.state == STORE_PART_PRESENT) {
        op->out.again = true;
        return STORE_OK;
    }

    reason = may_attach(view, op, &scene, &part, &rc);

    if (rc != STORE_OK) {
        return rc;
    }

    if (reason != STORE_REASON_NONE) {
        return store_refuse(op, reason);
    }

    arrive(&scene, &part);

    return store_scene_close(&scene);
}


static store_status_t
remove_from(store_view_t *view, store_op_t *op)
{
    bool                 held;
    uint64_t             seq;
    store_scene_t        scene;
    store_status_t       rc;
    store_participant_t  part;

    rc = enter(&scene, view, op, &op->in.leave.call,
               &op->in.leave.participant, &part);

    if (rc != STORE_OK) {
        return rc;
    }

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
    part.ring = 0;
    part.left = held ? op->now : part.left;
    store_scene_move(&scene, &part, STORE_PART_REMOVED);
    seq = store_scene_put(&scene, &part, STORE_EVENT_PARTICIPANT_REMOVED,
                          STORE_REASON_REMOVED, 0);

    rc = bar(&scene, &part, seq);

    if (rc == STORE_OK && held) {
        rc = store_scene_after(&scene, &part, seq);
    }

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}


/* The invitation of a link for one is spent, so barring the session bars the
   link: whoever tries it is `removed` or `used`. */

static store_status_t
bar(store_scene_t *scene, const store_participant_t *part, uint64_t cause)
{
    store_status_t   rc;
    store_session_t  session;

    if (store_id_none(&part->session)) {
        return STORE_OK;
    }

    rc = store_record_get(scene->view, STORE_IS_session, NULL,
                          &part->session, &session);

    if (rc == STORE_OK) {
        store_session_end(scene->view, scene->op, &session,
                          STORE_REASON_REMOVED, cause, false);
    }

    return rc;
}
