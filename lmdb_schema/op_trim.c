/*
 * Retention: what ended long ago goes, a bounded number of records at a time.
 * A walk over sessions, calls, invitations, interactions and tasks, which the
 * caller goes on with where it stopped; a call goes with everybody who was in
 * it, an interaction with its lines.
 */

#include <string.h>

#include <lmdb_schema/op_int.h>


typedef struct {
    store_view_t *view;
    store_op_t   *op;
    uint64_t      before;
    uint32_t      left;
} trim_t;


static store_status_t trim_walk(trim_t *t);
static store_status_t trim_class(trim_t *t, store_key_class_t key_class);
static store_status_t trim_record(trim_t *t, store_slice_t key,
    store_slice_t value);
static store_status_t trim_interaction(trim_t *t,
    const store_interaction_t *interaction);
static store_status_t trim_call(trim_t *t, const store_call_t *call);
static store_status_t trim_parts(trim_t *t, const store_call_t *call,
    bool look);
static store_status_t trim_links(trim_t *t, const store_call_t *call);
static store_status_t trim_guests(trim_t *t, const store_id_t *invitation);
static bool without_call(trim_t *t, const store_id_t *call);
static void take(trim_t *t, store_record_t record, const void *in);


const store_transition_t  store_trim_ops[] = {
    { STORE_OP_TRIM, store_trim },
    { 0, NULL }
};


store_status_t
store_trim(store_view_t *view, store_op_t *op)
{
    trim_t          t;
    uint64_t        upto;
    uint32_t        left;
    store_status_t  rc;

    if (op->in.trim.from.len > STORE_LIMIT_KEY) {
        return STORE_INVALID;
    }

    t.view = view;
    t.op = op;
    t.before = op->in.trim.ended_before;
    t.left = op->in.trim.max;

    if (t.left == 0 || t.left > STORE_LIMIT_SWEEP) {
        t.left = STORE_LIMIT_SWEEP;
    }

    rc = STORE_OK;

    if (op->in.trim.log_before != 0 && op->in.trim.from.len == 0) {
        left = t.left;
        upto = UINT64_MAX;

        if (op->in.trim.exported) {
            rc = store_log_exported(view, &upto);
        }

        if (rc == STORE_OK) {
            rc = store_log_trim(view, op->in.trim.log_before, upto, &t.left);
        }

        op->out.removed += left - t.left;

        if (t.left == 0) {
            op->out.more = true;
            return rc;
        }
    }

    if (rc == STORE_OK && t.before != 0) {
        rc = trim_walk(&t);
    }

    return rc;
}


static store_status_t
trim_walk(trim_t *t)
{
    size_t              i;
    uint8_t             at;
    store_status_t      rc;

    static const store_key_class_t  classes[] = {
        STORE_KEY_SESSION, STORE_KEY_CALL, STORE_KEY_INVITATION,
        STORE_KEY_INTERACTION, STORE_KEY_TASK
    };

    at = t->op->in.trim.from.len ? t->op->in.trim.from.key[0] : 0;

    for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if ((uint8_t) classes[i] < at) {
            continue;
        }

        rc = trim_class(t, classes[i]);

        if (rc != STORE_OK || t->op->out.more) {
            return rc;
        }
    }

    t->op->out.next.len = 0;

    return STORE_OK;
}


static store_status_t
trim_class(trim_t *t, store_key_class_t key_class)
{
    store_key_t      prefix;
    store_walk_t     walk;
    store_slice_t    key, value;
    store_status_t   rc;
    store_cursor_t  *from = &t->op->in.trim.from;

    store_key(&prefix, key_class);
    store_walk(&walk, &prefix);

    if (from->len != 0 && from->key[0] == key_class) {
        memcpy(walk.from.data, from->key, from->len);
        walk.from.len = from->len;
    }

    while ((rc = store_walk_next(t->view, &walk, &key, &value)) == STORE_OK) {

        if (t->left == 0) {
            t->op->out.more = true;
            t->op->out.next.len = (uint8_t) key.len;
            memcpy(t->op->out.next.key, key.data, key.len);
            return STORE_OK;
        }

        t->left--;
        rc = trim_record(t, key, value);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    return rc == STORE_NOT_FOUND ? t->view->status : rc;
}


/* What does not decode stays: `store check` names it. */

static store_status_t
trim_record(trim_t *t, store_slice_t key, store_slice_t value)
{
    uint64_t             ended;
    store_any_t          any;
    store_call_t         call;
    store_session_t      session;
    store_invitation_t   inv;

    switch (key.data[0]) {

    case STORE_KEY_SESSION:
        if (store_decode(STORE_IS_session, value, &session) == STORE_OK
            && session.ended != 0 && session.ended < t->before
            && without_call(t, &session.call))
        {
            take(t, STORE_IS_session, &session);
        }

        return t->view->status;

    case STORE_KEY_CALL:
        if (store_decode(STORE_IS_call, value, &call) == STORE_OK
            && call.state == STORE_CALL_ENDED && call.ended_at < t->before)
        {
            return trim_call(t, &call);
        }

        return STORE_OK;

    case STORE_KEY_INTERACTION:
        if (store_decode(STORE_IS_interaction, value, &any) == STORE_OK
            && any.interaction.closed != 0
            && any.interaction.closed < t->before)
        {
            return trim_interaction(t, &any.interaction);
        }

        return STORE_OK;

    case STORE_KEY_TASK:
        if (store_decode(STORE_IS_task, value, &any) == STORE_OK
            && any.task.time < t->before)
        {
            take(t, STORE_IS_task, &any);
        }

        return t->view->status;

    default:
        if (store_decode(STORE_IS_invitation, value, &inv) != STORE_OK) {
            return STORE_OK;
        }

        ended = inv.ended != 0 ? inv.ended
                : inv.state == STORE_INV_EXPIRED ? inv.expires : 0;

        if (ended != 0 && ended < t->before && without_call(t, &inv.call)) {
            take(t, STORE_IS_invitation, &inv);
        }

        return t->view->status;
    }
}


/* With its lines, of which there are STORE_LIMIT_ENTRIES at most. */

static store_status_t
trim_interaction(trim_t *t, const store_interaction_t *interaction)
{
    store_key_t      prefix;
    store_walk_t     walk;
    store_slice_t    key, value;
    store_entry_t    entry;
    store_status_t   rc;

    store_key(&prefix, STORE_KEY_ENTRY);
    store_key_id(&prefix, &interaction->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(t->view, &walk, &key, &value)) == STORE_OK) {
        if (store_decode(STORE_IS_entry, value, &entry) != STORE_OK) {
            return STORE_OK;
        }

        take(t, STORE_IS_entry, &entry);
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    take(t, STORE_IS_interaction, interaction);

    return t->view->status;
}


static store_status_t
trim_call(trim_t *t, const store_call_t *call)
{
    store_status_t  rc;

    rc = trim_parts(t, call, true);

    if (rc == STORE_REFUSED) {
        return STORE_OK;
    }

    if (rc == STORE_OK) {
        rc = trim_parts(t, call, false);
    }

    if (rc == STORE_OK) {
        rc = trim_links(t, call);
    }

    if (rc == STORE_OK) {
        take(t, STORE_IS_call, call);
        rc = t->view->status;
    }

    return rc;
}


/* A call that still counts a connection or a seat is not over yet. */

static store_status_t
trim_parts(trim_t *t, const store_call_t *call, bool look)
{
    store_key_t          prefix;
    store_walk_t         walk;
    store_slice_t        key, value;
    store_status_t       rc;
    store_session_t      session;
    store_participant_t  part;

    store_key(&prefix, STORE_KEY_PARTICIPANT);
    store_key_id(&prefix, &call->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(t->view, &walk, &key, &value)) == STORE_OK) {

        if (store_decode(STORE_IS_participant, value, &part) != STORE_OK
            || (look && (part.attached != 0 || part.seat || part.due != 0)))
        {
            return STORE_REFUSED;
        }

        if (look) {
            continue;
        }

        if (!store_id_none(&part.session)
            && store_record_get(t->view, STORE_IS_session, NULL,
                                &part.session, &session)
               == STORE_OK
            && store_id_equal(&session.call, &call->id))
        {
            take(t, STORE_IS_session, &session);
        }

        take(t, STORE_IS_participant, &part);
    }

    return rc == STORE_NOT_FOUND ? t->view->status : rc;
}


static store_status_t
trim_links(trim_t *t, const store_call_t *call)
{
    store_id_t          id;
    store_key_t         prefix;
    store_walk_t        walk;
    store_slice_t       key, value;
    store_status_t      rc;
    store_invitation_t  inv;

    store_key(&prefix, STORE_KEY_INVITATION_CALL);
    store_key_id(&prefix, &call->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(t->view, &walk, &key, &value)) == STORE_OK) {

        if (!store_key_tail(key, &id)
            || store_record_get(t->view, STORE_IS_invitation, NULL, &id, &inv)
               != STORE_OK)
        {
            continue;
        }

        rc = trim_guests(t, &inv.id);

        if (rc != STORE_OK) {
            return rc;
        }

        take(t, STORE_IS_invitation, &inv);
    }

    return rc == STORE_NOT_FOUND ? t->view->status : rc;
}


/* Sessions that came by the invitation and are of no participant any more. */

static store_status_t
trim_guests(trim_t *t, const store_id_t *invitation)
{
    store_key_t      prefix;
    store_walk_t     walk;
    store_slice_t    key, value;
    store_status_t   rc;
    store_id_t       id;
    store_session_t  session;

    store_key(&prefix, STORE_KEY_SESSION_BROWSER);
    store_key_id(&prefix, invitation);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(t->view, &walk, &key, &value)) == STORE_OK) {
        if (store_key_tail(value, &id)
            && store_record_get(t->view, STORE_IS_session, NULL, &id,
                                &session)
               == STORE_OK)
        {
            take(t, STORE_IS_session, &session);
        }
    }

    return rc == STORE_NOT_FOUND ? t->view->status : rc;
}


/* Whether nothing waits for the end of that call: it goes with it. */

static bool
without_call(trim_t *t, const store_id_t *call)
{
    store_call_t  record;

    return store_id_none(call)
           || store_record_get(t->view, STORE_IS_call, NULL, call, &record)
              == STORE_NOT_FOUND;
}


static void
take(trim_t *t, store_record_t record, const void *in)
{
    store_record_remove(t->view, record, in);
    t->op->out.removed++;
}
