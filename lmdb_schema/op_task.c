/* The history of users: what they did, or what was done for them. */

#include <string.h>

#include <lmdb_schema/assist_int.h>


static store_status_t task_record(store_view_t *view, store_op_t *op);


const store_transition_t  store_task_ops[] = {
    { STORE_OP_TASK, task_record },
    { 0, NULL }
};


/* It happened already: a session that has ended meanwhile is no reason not to
   record it, and the subject is the one that the operation names. */

static store_status_t
task_record(store_view_t *view, store_op_t *op)
{
    store_task_t      task;
    store_status_t    rc;
    store_session_t   session;

    if (store_id_none(&op->in.task.task)
        || op->in.task.kind == 0 || op->in.task.kind >= STORE_TASKS
        || !store_text_good(op->in.task.name, 1, STORE_LIMIT_WORD)
        || !store_text_good(op->in.task.detail, 0, STORE_LIMIT_TITLE))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_task, NULL, &op->in.task.task,
                          &task);

    if (rc == STORE_OK) {
        if (!store_id_equal(&task.actor, &op->actor)) {
            return STORE_EXISTS;
        }

        op->out.again = true;
        return STORE_OK;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_session, NULL, &op->in.task.session,
                          &session);

    if (rc != STORE_OK) {
        return rc;
    }

    if (session.kind != STORE_KIND_USER
        || !store_id_equal(&session.user, &op->actor))
    {
        return STORE_INVALID;
    }

    memset(&task, 0, sizeof(task));
    task.id = op->in.task.task;
    task.account = session.account;
    task.subject = store_id_none(&op->subject) ? op->actor : op->subject;
    task.name = op->in.task.name;
    task.detail = op->in.task.detail;
    task.kind = op->in.task.kind;

    if (store_id_equal(&session.subject, &task.subject)) {
        task.interaction = session.assistance;
    }

    store_task_put(view, op, &session, &task);

    return STORE_OK;
}


void
store_task_put(store_view_t *view, const store_op_t *op,
    const store_session_t *session, store_task_t *task)
{
    store_event_t  event;

    task->actor = op->actor;
    task->time = op->now;
    task->op = op->id;

    store_record_put(view, STORE_IS_task, task);

    store_op_event(op, STORE_EVENT_TASK_RECORDED, &task->account, &event);
    event.session = session->id;
    event.interaction = task->interaction;
    event.detail = task->name;

    if (!store_id_equal(&task->subject, &store_anonymous)) {
        event.user = task->subject;
    }

    (void) store_log_add(view, &event);
}
