/*
 * Assistance: an agent acts for a user, in one session and for one user at a
 * time.  Nothing of a right is read or written here.
 */

#include <string.h>

#include <lmdb_schema/assist_int.h>
#include <lmdb_schema/team_int.h>


static store_status_t assist_start(store_view_t *view, store_op_t *op);
static store_status_t start_good(const store_op_t *op);
static store_status_t assist_pause(store_view_t *view, store_op_t *op);
static store_status_t assist_resume(store_view_t *view, store_op_t *op);
static store_status_t assist_stop(store_view_t *view, store_op_t *op);
static store_status_t may_assist(store_view_t *view, store_op_t *op,
    const store_session_t *session, const store_id_t *subject);
static store_status_t in_groups(store_view_t *view, const store_user_t *user,
    store_slice_t groups, bool *in);
static store_status_t leave_other(store_view_t *view, store_op_t *op,
    store_session_t *session);
static store_status_t leave(store_view_t *view, const store_op_t *op,
    store_session_t *session, store_interaction_t *interaction,
    const char *why);
static store_status_t release(store_view_t *view, const store_op_t *op,
    store_session_t *session, store_interaction_t *interaction);
static void enter(store_view_t *view, store_op_t *op,
    store_session_t *session, store_interaction_t *interaction);


const store_transition_t  store_assist_ops[] = {
    { STORE_OP_ASSIST_START, assist_start },
    { STORE_OP_ASSIST_PAUSE, assist_pause },
    { STORE_OP_ASSIST_RESUME, assist_resume },
    { STORE_OP_ASSIST_STOP, assist_stop },
    { 0, NULL }
};


static store_status_t
assist_start(store_view_t *view, store_op_t *op)
{
    store_status_t       rc;
    store_session_t      session;
    store_interaction_t  interaction;

    const store_id_t  *id = &op->in.assist.interaction;

    rc = start_good(op);

    if (rc != STORE_OK) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_interaction, NULL, id, &interaction);

    if (rc == STORE_OK) {
        if (!store_id_equal(&interaction.agent, &op->actor)
            || !store_id_equal(&interaction.subject, &op->in.assist.subject))
        {
            return STORE_EXISTS;
        }

        op->out.again = true;
        op->out.session = op->in.assist.session;
        return STORE_OK;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_assist_session(view, op, &op->in.assist.session, &session);

    if (rc == STORE_OK) {
        rc = may_assist(view, op, &session, &op->in.assist.subject);
    }

    if (rc == STORE_OK) {
        rc = leave_other(view, op, &session);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    memset(&interaction, 0, sizeof(interaction));
    interaction.id = *id;
    interaction.account = session.account;
    interaction.agent = session.user;
    interaction.subject = op->in.assist.subject;
    interaction.channel = op->in.assist.channel;
    interaction.service = op->in.assist.service;
    interaction.reason = op->in.assist.reason;
    interaction.started = op->now;

    store_interaction_write(view, op, &interaction, STORE_ENTRY_STARTED,
                            op->in.assist.reason);
    enter(view, op, &session, &interaction);
    store_interaction_event(view, op, &interaction, &session.id,
                            STORE_EVENT_ASSISTANCE_STARTED,
                            op->in.assist.reason);

    return STORE_OK;
}


static store_status_t
start_good(const store_op_t *op)
{
    if (store_id_none(&op->in.assist.interaction)
        || store_id_none(&op->in.assist.subject)
        || op->in.assist.channel == 0
        || op->in.assist.channel >= STORE_CHANNELS
        || !store_text_good(op->in.assist.service, 0, STORE_LIMIT_WORD)
        || !store_text_good(op->in.assist.reason, 0, STORE_LIMIT_COMMENT))
    {
        return STORE_INVALID;
    }

    return STORE_OK;
}


static store_status_t
assist_pause(store_view_t *view, store_op_t *op)
{
    store_status_t       rc;
    store_session_t      session;
    store_interaction_t  interaction;

    rc = store_assist_open(view, op, &session, &interaction);

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.session = session.id;

    if (interaction.state == STORE_INTERACTION_CLOSED) {
        return store_refuse(op, STORE_REASON_ASSISTANCE_ENDED);
    }

    if (interaction.state == STORE_INTERACTION_PAUSED) {
        op->out.again = true;
        return STORE_OK;
    }

    return leave(view, op, &session, &interaction, "paused");
}


static store_status_t
assist_resume(store_view_t *view, store_op_t *op)
{
    store_slice_t        none = { NULL, 0 };
    store_status_t       rc;
    store_session_t      session;
    store_interaction_t  interaction;

    rc = store_assist_open(view, op, &session, &interaction);

    if (rc != STORE_OK) {
        return rc;
    }

    if (interaction.state == STORE_INTERACTION_CLOSED) {
        return store_refuse(op, STORE_REASON_ASSISTANCE_ENDED);
    }

    if (interaction.state == STORE_INTERACTION_ACTIVE
        && store_id_equal(&interaction.session, &session.id)
        && store_id_equal(&session.assistance, &interaction.id))
    {
        op->out.again = true;
        op->out.session = session.id;
        op->out.expires = session.assist_until;
        return STORE_OK;
    }

    rc = may_assist(view, op, &session, &interaction.subject);

    if (rc == STORE_OK && interaction.entries >= STORE_LIMIT_ENTRIES) {
        rc = store_refuse(op, STORE_REASON_TOO_MANY);
    }

    if (rc == STORE_OK) {
        rc = leave_other(view, op, &session);
    }

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_interaction, NULL,
                              &op->in.assist.interaction, &interaction);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    store_interaction_write(view, op, &interaction, STORE_ENTRY_RESUMED, none);
    enter(view, op, &session, &interaction);
    store_interaction_event(view, op, &interaction, &session.id,
                            STORE_EVENT_ASSISTANCE_RESUMED, none);

    return STORE_OK;
}


/* Leaves it if it is active, and closes it for good. */

static store_status_t
assist_stop(store_view_t *view, store_op_t *op)
{
    store_slice_t        outcome;
    store_status_t       rc;
    store_session_t      session;
    store_interaction_t  interaction;

    if (op->in.assist.outcome >= STORE_OUTCOMES
        || !store_lines_good(op->in.assist.note, 0, STORE_LIMIT_COMMENT))
    {
        return STORE_INVALID;
    }

    rc = store_assist_open(view, op, &session, &interaction);

    if (rc != STORE_OK) {
        return rc;
    }

    op->out.session = session.id;

    if (interaction.state == STORE_INTERACTION_CLOSED) {
        op->out.again = true;
        return STORE_OK;
    }

    if (interaction.state == STORE_INTERACTION_ACTIVE) {
        rc = release(view, op, &session, &interaction);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    interaction.state = STORE_INTERACTION_CLOSED;
    interaction.closed = op->now;
    interaction.outcome = op->in.assist.outcome;
    interaction.op = op->id;

    store_interaction_write(view, op, &interaction, STORE_ENTRY_CLOSED,
                            op->in.assist.note);
    store_record_put(view, STORE_IS_interaction, &interaction);

    /* the note is for who reads the timesheet, not for who reads the log */

    outcome.data = (const uint8_t *)
        store_outcome_names[interaction.outcome];
    outcome.len = strlen(store_outcome_names[interaction.outcome]);
    store_interaction_event(view, op, &interaction, &session.id,
                            STORE_EVENT_ASSISTANCE_STOPPED, outcome);

    return STORE_OK;
}


/* A user of the same account who is not the agent, or nobody in particular.
   Who is of another account looks like somebody who is not there. */

static store_status_t
may_assist(store_view_t *view, store_op_t *op, const store_session_t *session,
    const store_id_t *subject)
{
    bool            in;
    store_user_t    user;
    store_status_t  rc;

    if (store_id_equal(subject, &store_anonymous)) {
        return STORE_OK;
    }

    if (store_id_equal(subject, &session->user)) {
        return store_refuse(op, STORE_REASON_NOT_A_MEMBER);
    }

    rc = store_record_get(view, STORE_IS_user, NULL, subject, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    if (!store_id_equal(&user.account, &session->account)) {
        return STORE_NOT_FOUND;
    }

    rc = in_groups(view, &user, op->in.assist.groups, &in);

    return rc != STORE_OK || in
           ? rc : store_refuse(op, STORE_REASON_NOT_A_MEMBER);
}


store_status_t
store_user_in_groups(store_txn_t *txn, const store_user_t *user,
    store_slice_t groups, bool *in)
{
    return in_groups(store_txn_view(txn), user, groups, in);
}


/* Whether the user is in a group of one of these names; in none that is
   named, everybody is. */

static store_status_t
in_groups(store_view_t *view, const store_user_t *user, store_slice_t groups,
    bool *in)
{
    store_slice_t   name;
    store_group_t   group;
    store_status_t  rc;
    store_member_t  member;

    *in = groups.len == 0;

    while (!*in && store_word_next(&groups, &name)) {

        rc = store_by_name(view, STORE_IS_group, STORE_KEY_GROUP_NAME,
                           &user->account, name, &group);

        if (rc == STORE_OK) {
            rc = store_member_find(view, &group.id, &user->id, &member);
        }

        if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
            return rc;
        }

        *in = rc == STORE_OK;
    }

    return STORE_OK;
}


/* Whom the agent assists now, in this session or another, is paused. */

static store_status_t
leave_other(store_view_t *view, store_op_t *op, store_session_t *session)
{
    store_key_t          key;
    store_status_t       rc;
    store_interaction_t  other;

    store_key(&key, STORE_KEY_INTERACTION_NOW);
    store_key_id(&key, &session->user);

    rc = store_record_by(view, STORE_IS_interaction, NULL, &key, &other);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    }

    return leave(view, op, session, &other, "switched");
}


static store_status_t
leave(store_view_t *view, const store_op_t *op, store_session_t *session,
    store_interaction_t *interaction, const char *why)
{
    store_id_t      of;
    store_slice_t   text;
    store_status_t  rc;

    of = interaction->session;
    rc = release(view, op, session, interaction);

    if (rc != STORE_OK) {
        return rc;
    }

    text.data = (const uint8_t *) why;
    text.len = strlen(why);

    interaction->pauses++;
    store_interaction_write(view, op, interaction, STORE_ENTRY_PAUSED, text);
    store_record_put(view, STORE_IS_interaction, interaction);
    store_interaction_event(view, op, interaction, &of,
                            STORE_EVENT_ASSISTANCE_PAUSED, text);

    return STORE_OK;
}


/* Takes the session that it is active in, which may be another one than
   `session`, out of assistance, and counts the time. */

static store_status_t
release(store_view_t *view, const store_op_t *op, store_session_t *session,
    store_interaction_t *interaction)
{
    uint64_t         until;
    store_status_t   rc;
    store_session_t  other, *of;

    of = session;

    if (!store_id_equal(&interaction->session, &session->id)) {
        rc = store_record_get(view, STORE_IS_session, NULL,
                              &interaction->session, &other);

        if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
            return rc;
        }

        of = rc == STORE_OK ? &other : NULL;
    }

    until = 0;

    if (of != NULL && store_id_equal(&of->assistance, &interaction->id)) {
        until = of->assist_until;
        store_assist_clear(of);
        of->op = op->id;
        store_record_put(view, STORE_IS_session, of);
    }

    store_interaction_pause(op, interaction, until);

    return STORE_OK;
}


static void
enter(store_view_t *view, store_op_t *op, store_session_t *session,
    store_interaction_t *interaction)
{
    uint64_t  until;

    until = op->in.assist.duration == 0
            ? session->expires : store_later(op->now, op->in.assist.duration);

    if (until > session->expires) {
        until = session->expires;
    }

    interaction->state = STORE_INTERACTION_ACTIVE;
    interaction->session = session->id;
    interaction->resumed = op->now;
    interaction->op = op->id;
    store_record_put(view, STORE_IS_interaction, interaction);

    session->subject = interaction->subject;
    session->assistance = interaction->id;
    session->assist_since = op->now;
    session->assist_until = until;
    session->op = op->id;
    store_record_put(view, STORE_IS_session, session);

    op->out.session = session->id;
    op->out.expires = until;
}
