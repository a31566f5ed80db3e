/* What a user is known by, changed by the user or by who assists. */

#include <string.h>

#include <lmdb_schema/assist_int.h>


static store_status_t user_profile(store_view_t *view, store_op_t *op);
static store_status_t profile_good(const store_op_t *op);
static store_status_t profile_may(store_view_t *view, store_op_t *op,
    const store_user_t *user, store_session_t *session);
static bool profile_change(const store_op_t *op, store_user_t *user,
    store_slice_t *changed, char text[STORE_LIMIT_WORD]);
static store_status_t user_failed(store_view_t *view, store_op_t *op);


const store_transition_t  store_profile_ops[] = {
    { STORE_OP_USER_PROFILE, user_profile },
    { STORE_OP_USER_FAILED, user_failed },
    { 0, NULL }
};


static const struct {
    const char *name;
    size_t      offset;
    size_t      max;                   /* characters */
} fields[STORE_PROFILE_FIELDS] = {
    { "display", offsetof(store_user_t, display), STORE_LIMIT_DISPLAY },
    { "first", offsetof(store_user_t, first), STORE_LIMIT_NAME },
    { "last", offsetof(store_user_t, last), STORE_LIMIT_NAME },
    { "mail", offsetof(store_user_t, mail), STORE_LIMIT_MAIL },
    { "phone", offsetof(store_user_t, phone), STORE_LIMIT_PHONE }
};


static store_status_t
user_profile(store_view_t *view, store_op_t *op)
{
    char             text[STORE_LIMIT_WORD];
    store_task_t     task;
    store_user_t     user;
    store_event_t    event;
    store_slice_t    changed;
    store_status_t   rc;
    store_session_t  session;

    static const uint8_t  name[] = "profile";

    rc = profile_good(op);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_user, NULL,
                              &op->in.user_profile.user, &user);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (store_id_equal(&user.op, &op->id)) {
        op->out.again = true;
        return STORE_OK;
    }

    rc = profile_may(view, op, &user, &session);

    if (rc != STORE_OK || !profile_change(op, &user, &changed, text)) {
        return rc;
    }

    user.op = op->id;
    store_record_put(view, STORE_IS_user, &user);

    store_op_event(op, STORE_EVENT_USER_PROFILE, &user.account, &event);
    event.user = user.id;
    event.detail = changed;
    (void) store_log_add(view, &event);

    if (store_id_none(&op->actor)) {
        return STORE_OK;
    }

    memset(&task, 0, sizeof(task));
    task.id = op->in.user_profile.task;
    task.account = user.account;
    task.subject = user.id;
    task.name.data = name;
    task.name.len = sizeof(name) - 1;
    task.detail = changed;
    task.kind = op->in.user_profile.kind;

    if (store_id_equal(&session.subject, &user.id)) {
        task.interaction = session.assistance;
    }

    store_task_put(view, op, &session, &task);

    return STORE_OK;
}


static store_status_t
profile_good(const store_op_t *op)
{
    size_t  i;

    if (op->in.user_profile.kind == 0
        || op->in.user_profile.kind >= STORE_TASKS
        || (!store_id_none(&op->actor)
            && store_id_none(&op->in.user_profile.task)))
    {
        return STORE_INVALID;
    }

    for (i = 0; i < STORE_PROFILE_FIELDS; i++) {
        if ((op->in.user_profile.set & 1u << i) != 0
            && !store_text_good(op->in.user_profile.to[i], 0, fields[i].max))
        {
            return STORE_INVALID;
        }
    }

    return STORE_OK;
}


/*
 * The user, who may have come with a token; the system; or an agent for as
 * long as it is this user who is assisted, which may have ended since the
 * request was admitted.
 */

static store_status_t
profile_may(store_view_t *view, store_op_t *op, const store_user_t *user,
    store_session_t *session)
{
    store_status_t  rc;

    memset(session, 0, sizeof(*session));

    if (store_id_none(&op->in.user_profile.session)) {
        return store_id_none(&op->actor)
               || store_id_equal(&op->actor, &user->id)
               ? STORE_OK : STORE_INVALID;
    }

    rc = store_assist_session(view, op, &op->in.user_profile.session,
                              session);

    if (rc != STORE_OK || store_id_equal(&session->user, &user->id)) {
        return rc;
    }

    if (!store_id_equal(&session->account, &user->account)) {
        return STORE_NOT_FOUND;
    }

    return store_id_equal(&session->subject, &user->id)
           && session->assist_until > op->now
           ? STORE_OK : store_refuse(op, STORE_REASON_ASSISTANCE_ENDED);
}


/* Whether anything is other than before; their names, by comma. */

static bool
profile_change(const store_op_t *op, store_user_t *user,
    store_slice_t *changed, char text[STORE_LIMIT_WORD])
{
    size_t          i, len;
    store_slice_t  *field;

    changed->data = (const uint8_t *) text;
    changed->len = 0;

    for (i = 0; i < STORE_PROFILE_FIELDS; i++) {
        field = (store_slice_t *) (void *) ((char *) user
                                            + fields[i].offset);

        if ((op->in.user_profile.set & 1u << i) == 0
            || store_slice_equal(*field, op->in.user_profile.to[i]))
        {
            continue;
        }

        *field = op->in.user_profile.to[i];

        if (changed->len != 0) {
            text[changed->len++] = ',';
        }

        len = strlen(fields[i].name);
        memcpy(text + changed->len, fields[i].name, len);
        changed->len += len;
    }

    return changed->len != 0;
}


/* No event: it is shown to who helps the user, and takes no right. */

static store_status_t
user_failed(store_view_t *view, store_op_t *op)
{
    store_user_t    user;
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_user, NULL,
                          &op->in.user_failed.user, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    user.failed += user.failed < UINT32_MAX;
    user.failed_at = op->now;
    store_record_put(view, STORE_IS_user, &user);

    return STORE_OK;
}
