/* What time and dead workers do to the store, in bounded steps. */

#include <string.h>

#include <lmdb_schema/assist_int.h>
#include <lmdb_schema/presence_int.h>


#define INCARNATION_LEN  8
#define DUE_HEAD         9             /* class and time */


static store_status_t sweep(store_view_t *view, store_op_t *op);
static store_status_t sweep_due(store_view_t *view, store_op_t *op,
    uint32_t *left);
static store_status_t due_step(store_view_t *view, store_op_t *op,
    store_slice_t key);
static store_status_t due_session(store_view_t *view, store_op_t *op,
    store_session_t *session);
static store_status_t due_call(store_view_t *view, store_op_t *op,
    const store_call_t *call);
static store_status_t due_participant(store_view_t *view, store_op_t *op,
    store_participant_t *part);
static store_status_t due_invitation(store_view_t *view, store_op_t *op,
    store_invitation_t *inv);
static store_status_t sweep_dead(store_view_t *view, store_op_t *op,
    uint32_t *left);
static store_status_t dead_row(store_view_t *view, store_op_t *op,
    store_slice_t key);


const store_transition_t  store_sweep_ops[] = {
    { STORE_OP_SWEEP, sweep },
    { 0, NULL }
};


static store_status_t
sweep(store_view_t *view, store_op_t *op)
{
    uint32_t        left;
    store_status_t  rc;

    left = op->in.sweep.max;

    if (left == 0 || left > STORE_LIMIT_SWEEP) {
        left = STORE_LIMIT_SWEEP;
    }

    rc = STORE_OK;

    if (op->in.sweep.folder != NULL) {
        rc = sweep_dead(view, op, &left);
    }

    if (rc == STORE_OK) {
        rc = sweep_due(view, op, &left);
    }

    op->out.more = left == 0;

    return rc;
}


static store_status_t
sweep_due(store_view_t *view, store_op_t *op, uint32_t *left)
{
    store_key_t     prefix, due;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_DUE);
    store_walk(&walk, &prefix);
    rc = STORE_OK;

    while (*left != 0
           && (rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK)
    {
        if (key.len <= DUE_HEAD || store_get_u64(key.data + 1) > op->now) {
            return key.len <= DUE_HEAD ? STORE_CORRUPT : STORE_OK;
        }

        (*left)--;
        rc = due_step(view, op, key);

        if (rc == STORE_CORRUPT || rc == STORE_NOT_FOUND) {

            /* nothing to act on: the key alone goes, the rest goes on */

            store_key(&due, STORE_KEY_DUE);
            store_key_bytes(&due, key.data + 1, key.len - 1);
            store_view_remove(view, &due);
            rc = view->status;
        }

        if (rc != STORE_OK) {
            return rc;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


/* Acts on one due key; whatever it does moves or removes that key. */

static store_status_t
due_step(store_view_t *view, store_op_t *op, store_slice_t key)
{
    uint64_t        writes;
    store_any_t     any;
    store_key_t     primary;
    store_record_t  record;
    store_status_t  rc;

    switch (key.data[DUE_HEAD]) {
    case STORE_KEY_SESSION:
        record = STORE_IS_session;
        break;
    case STORE_KEY_CALL:
        record = STORE_IS_call;
        break;
    case STORE_KEY_PARTICIPANT:
        record = STORE_IS_participant;
        break;
    case STORE_KEY_INVITATION:
        record = STORE_IS_invitation;
        break;
    case STORE_KEY_ANSWER:
        record = STORE_IS_answer;
        break;
    case STORE_KEY_PASS:
        record = STORE_IS_pass;
        break;
    default:
        return STORE_CORRUPT;
    }

    primary.len = 0;
    store_key_bytes(&primary, key.data + DUE_HEAD, key.len - DUE_HEAD);
    rc = store_record_at(view, record, &primary, &any);

    if (rc != STORE_OK) {
        return rc;
    }

    writes = view->writes;

    switch (record) {
    case STORE_IS_session:
        rc = due_session(view, op, &any.session);
        break;
    case STORE_IS_call:
        rc = due_call(view, op, &any.call);
        break;
    case STORE_IS_participant:
        rc = due_participant(view, op, &any.participant);
        break;
    case STORE_IS_answer:
        store_record_remove(view, STORE_IS_answer, &any.answer);
        break;
    case STORE_IS_pass:
        store_record_remove(view, STORE_IS_pass, &any.pass);
        break;
    default:
        rc = due_invitation(view, op, &any.invitation);
        break;
    }

    if (rc == STORE_OK) {
        rc = view->status;
    }

    if ((rc == STORE_CORRUPT || rc == STORE_NOT_FOUND)
        && view->writes != writes)
    {
        store_view_fail(view, STORE_CORRUPT);
    }

    return rc;
}


static store_status_t
due_session(store_view_t *view, store_op_t *op, store_session_t *session)
{
    store_reason_t  reason;

    reason = store_session_reason(session, op->now);

    if (session->ended == 0 && reason == STORE_REASON_NONE
        && session->assist_until != 0 && session->assist_until <= op->now)
    {
        store_assist_end(view, op, session,
                         store_reason_slice(STORE_REASON_EXPIRED));
        session->op = op->id;
        store_record_put(view, STORE_IS_session, session);
        return STORE_OK;
    }

    if (session->ended != 0 || reason == STORE_REASON_NONE) {
        return STORE_CORRUPT;
    }

    store_session_end(view, op, session, reason, 0, false);

    return STORE_OK;
}


static store_status_t
due_call(store_view_t *view, store_op_t *op, const store_call_t *call)
{
    store_scene_t   scene;
    store_status_t  rc;

    rc = store_scene_open(&scene, view, op, &call->id);

    if (rc != STORE_OK) {
        return rc;
    }

    if (call->ring != 0 && call->ring <= op->now) {
        store_scene_silence(&scene, STORE_EVENT_CALL_MISSED);

    } else if (call->here != 0 || call->joining != 0) {

        /* somebody is at the door: look again when that is settled */

        scene.call.due = store_later(op->now, 60000);
        scene.changed = true;

    } else {
        rc = store_scene_finish(&scene, STORE_REASON_EXPIRED, 0);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    return store_scene_close(&scene);
}


static store_status_t
due_participant(store_view_t *view, store_op_t *op,
    store_participant_t *part)
{
    bool            settled = false;
    store_scene_t   scene;
    store_status_t  rc;

    rc = store_scene_open(&scene, view, op, &part->call);

    if (rc != STORE_OK) {
        return rc;
    }

    if (part->ring != 0 && part->ring <= op->now) {
        store_part_silence(&scene, part, STORE_EVENT_CALL_MISSED);
        store_record_put(view, STORE_IS_participant, part);
        settled = part->due == 0 || part->due > op->now;
    }

    if (part->alone != 0 && part->alone <= op->now) {
        rc = store_scene_alone(&scene, part);
        settled = part->due == 0 || part->due > op->now
                  || scene.call.state == STORE_CALL_ENDED;
    }

    if (settled || rc != STORE_OK) {
        return rc == STORE_OK ? store_scene_close(&scene) : rc;
    }

    switch (part->state) {

    case STORE_PART_JOINING:
        rc = store_scene_unjoin(&scene, part);
        break;

    case STORE_PART_AWAY:
        rc = store_scene_leave(&scene, part, STORE_REASON_NONE, part->cause);
        break;

    default:
        return STORE_CORRUPT;
    }

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}


static store_status_t
due_invitation(store_view_t *view, store_op_t *op, store_invitation_t *inv)
{
    store_event_t  event;

    inv->state = STORE_INV_EXPIRED;
    inv->op = op->id;
    store_record_put(view, STORE_IS_invitation, inv);

    store_op_event(op, STORE_EVENT_INVITATION_EXPIRED, &inv->account, &event);
    event.call = inv->call;
    event.user = inv->inviter;
    event.invitation = inv->id;
    (void) store_log_add(view, &event);

    return STORE_OK;
}


/* Connections of workers that are gone. */

static store_status_t
sweep_dead(store_view_t *view, store_op_t *op, uint32_t *left)
{
    bool            dead, known;
    uint8_t         last[INCARNATION_LEN];
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_ATTACH_OF);
    store_walk(&walk, &prefix);

    known = false;
    dead = false;
    rc = STORE_OK;

    while (*left != 0
           && (rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK)
    {
        if (key.len != 1 + INCARNATION_LEN + 2 * STORE_ID_LEN) {
            return STORE_CORRUPT;
        }

        if (!known || memcmp(last, key.data + 1, INCARNATION_LEN) != 0) {
            memcpy(last, key.data + 1, INCARNATION_LEN);
            known = true;
            dead = store_incarnation_dead(op->in.sweep.folder, last);
        }

        if (!dead) {
            /* on to the next worker */
            memset(walk.from.data + 1 + INCARNATION_LEN, 0xff,
                   2 * STORE_ID_LEN);
            continue;
        }

        (*left)--;
        rc = dead_row(view, op, key);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
dead_row(store_view_t *view, store_op_t *op, store_slice_t key)
{
    uint32_t             n;
    store_id_t           call, participant;
    store_scene_t        scene;
    store_status_t       rc;
    store_participant_t  part;
    const uint8_t       *p = key.data + 1 + INCARNATION_LEN;

    memcpy(call.b, p, STORE_ID_LEN);
    memcpy(participant.b, p + STORE_ID_LEN, STORE_ID_LEN);

    rc = store_attach_drop(view, &call, &participant, key.data + 1, &n);

    if (rc != STORE_OK || n == 0) {
        return rc;
    }

    rc = store_scene_open(&scene, view, op, &call);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_participant, &call, &participant,
                              &part);
    }

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    }

    rc = store_scene_detached(&scene, &part, n, store_scene_grace(&scene));

    return rc == STORE_OK ? store_scene_close(&scene) : rc;
}
