/* What the transitions of assistance share, its words, and its reads. */

#include <string.h>

#include <lmdb_schema/assist_int.h>


const store_id_t  store_anonymous = {
    { 0, 'a', 'n', 'o', 'n', 'y', 'm', 'o', 'u', 's', 0, 0 }
};

const char *const  store_interaction_state_names[] = {
    "", "active", "paused", "closed", NULL
};

const char *const  store_channel_names[] = {
    "", "phone", "email", "face", "letter", "social", "chat", "other", NULL
};

const char *const  store_outcome_names[] = {
    "unknown", "resolved", "unresolved", NULL
};

const char *const  store_entry_kind_names[] = {
    "", "started", "paused", "resumed", "note", "reassigned", "closed", NULL
};

const char *const  store_task_kind_names[] = {
    "", "done", "saved", "submitted", NULL
};


store_status_t
store_assist_session(store_view_t *view, store_op_t *op,
    const store_id_t *id, store_session_t *session)
{
    store_user_t     user;
    store_reason_t   reason;
    store_status_t   rc;
    store_account_t  account;

    rc = store_record_get(view, STORE_IS_session, NULL, id, session);

    if (rc != STORE_OK) {
        return rc;
    }

    if (session->kind != STORE_KIND_USER
        || !store_id_equal(&session->user, &op->actor))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_user, NULL, &session->user, &user);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_account, NULL,
                              &session->account, &account);
    }

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    reason = store_session_reason(session, op->now);

    if (reason == STORE_REASON_NONE && (user.suspended || account.suspended)) {
        reason = STORE_REASON_SUSPENDED;
    }

    return reason == STORE_REASON_NONE ? STORE_OK : store_refuse(op, reason);
}


store_status_t
store_assist_open(store_view_t *view, store_op_t *op,
    store_session_t *session, store_interaction_t *interaction)
{
    store_status_t  rc;

    rc = store_assist_session(view, op, &op->in.assist.session, session);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_interaction, NULL,
                              &op->in.assist.interaction, interaction);
    }

    if (rc == STORE_OK && !store_id_equal(&interaction->agent, &op->actor)) {
        return STORE_NOT_FOUND;
    }

    return rc;
}


void
store_assist_end(store_view_t *view, const store_op_t *op,
    store_session_t *session, store_slice_t why)
{
    store_status_t       rc;
    store_interaction_t  interaction;

    if (store_id_none(&session->assistance)) {
        return;
    }

    rc = store_record_get(view, STORE_IS_interaction, NULL,
                          &session->assistance, &interaction);

    if (rc == STORE_OK && interaction.state == STORE_INTERACTION_ACTIVE) {
        store_interaction_pause(op, &interaction,
                                session->assist_until < session->expires
                                ? session->assist_until : session->expires);
        interaction.pauses++;
        store_interaction_write(view, op, &interaction, STORE_ENTRY_PAUSED,
                                why);
        store_record_put(view, STORE_IS_interaction, &interaction);
        store_interaction_event(view, op, &interaction, &session->id,
                                STORE_EVENT_ASSISTANCE_STOPPED, why);
    }

    store_assist_clear(session);
}


void
store_assist_clear(store_session_t *session)
{
    memset(&session->subject, 0, sizeof(session->subject));
    memset(&session->assistance, 0, sizeof(session->assistance));
    session->assist_since = 0;
    session->assist_until = 0;
}


uint64_t
store_interaction_spent(const store_interaction_t *interaction, uint64_t now)
{
    if (interaction->state != STORE_INTERACTION_ACTIVE
        || now <= interaction->resumed)
    {
        return interaction->spent;
    }

    return store_later(interaction->spent, now - interaction->resumed);
}


void
store_interaction_pause(const store_op_t *op,
    store_interaction_t *interaction, uint64_t until)
{
    uint64_t  now = op->now;

    if (until != 0 && until < now) {
        now = until;
    }

    interaction->spent = store_interaction_spent(interaction, now);
    interaction->state = STORE_INTERACTION_PAUSED;
    interaction->paused = now;
    interaction->resumed = 0;
    memset(&interaction->session, 0, sizeof(interaction->session));
    interaction->op = op->id;
}


void
store_interaction_write(store_view_t *view, const store_op_t *op,
    store_interaction_t *interaction, store_entry_kind_t kind,
    store_slice_t text)
{
    store_entry_t  entry;

    memset(&entry, 0, sizeof(entry));
    entry.interaction = interaction->id;
    entry.seq = ++interaction->entries;
    entry.time = op->now;
    entry.kind = (uint8_t) kind;
    entry.actor = op->actor;
    entry.text = text;
    entry.op = op->id;

    store_record_put(view, STORE_IS_entry, &entry);
}


void
store_interaction_event(store_view_t *view, const store_op_t *op,
    const store_interaction_t *interaction, const store_id_t *session,
    store_event_kind_t kind, store_slice_t detail)
{
    store_event_t  event;

    store_op_event(op, kind, &interaction->account, &event);
    event.subject = interaction->subject;
    event.session = *session;
    event.interaction = interaction->id;
    event.detail = detail;

    if (!store_id_equal(&interaction->subject, &store_anonymous)) {
        event.user = interaction->subject;
    }

    (void) store_log_add(view, &event);
}
