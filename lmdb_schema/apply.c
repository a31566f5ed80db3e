/* A batch of operations in one write transaction. */

#include <string.h>

#include <lmdb_schema/op_int.h>


static const store_transition_t *const  tables[] = {
    store_account_ops,
    store_media_ops,
    store_session_ops,
    store_login_ops,
    store_service_ops,
    store_call_ops,
    store_ring_ops,
    store_invitation_ops,
    store_redeem_ops,
    store_admit_ops,
    store_join_ops,
    store_presence_ops,
    store_sweep_ops,
    store_trim_ops,
    store_retain_ops,
    store_checkpoint_ops,
    store_assist_ops,
    store_interaction_ops,
    store_task_ops,
    store_profile_ops,
    store_pass_ops,
    store_team_ops,
    store_billing_ops,
    store_seats_ops,
    store_group_ops,
    store_transfer_ops,
    store_delivery_ops
};


static store_status_t run_all(store_env_t *env, store_op_t *const *ops,
    size_t n, size_t *spoiled);
static void forget(store_op_t *op);
static const store_transition_t *transition(store_op_kind_t kind);


store_status_t
store_apply(store_env_t *env, store_op_t *const *ops, size_t n)
{
    size_t          i, spoiled;
    store_status_t  rc;

    if (n > STORE_LIMIT_BATCH) {
        rc = STORE_INVALID;
        goto failed;
    }

    for (i = 0; i < n; i++) {
        forget(ops[i]);
    }

    /*
     * An operation that fails after it has written (a record on its way does
     * not verify) must not take the others with it: the batch is done again
     * without it.  Each turn takes one out, so it ends.
     */

    do {
        spoiled = n;
        rc = run_all(env, ops, n, &spoiled);
    } while (rc == STORE_OK && spoiled < n);

    if (rc == STORE_OK) {
        return STORE_OK;
    }

failed:

    for (i = 0; i < n; i++) {
        forget(ops[i]);
        ops[i]->status = rc;
    }

    return rc;
}


static store_status_t
run_all(store_env_t *env, store_op_t *const *ops, size_t n, size_t *spoiled)
{
    size_t          i;
    store_view_t   *view;
    store_status_t  rc;

    rc = store_write_begin(env, &view);

    if (rc != STORE_OK) {
        return rc;
    }

    for (i = 0; i < n; i++) {

        if (ops[i]->status == STORE_CORRUPT
            || ops[i]->status == STORE_INVALID)
        {
            continue;
        }

        if (!store_op_run(view, ops[i])) {
            continue;
        }

        rc = view->status;
        store_write_abort(env);

        if (rc != STORE_OK && rc != STORE_CORRUPT && rc != STORE_INVALID
            && rc != STORE_NEWER)
        {
            return rc;
        }

        forget(ops[i]);
        ops[i]->status = rc == STORE_INVALID ? rc : STORE_CORRUPT;
        *spoiled = i;

        return STORE_OK;
    }

    return store_write_commit(env);
}


store_status_t
store_apply_whole(store_env_t *env, store_op_t *const *ops, size_t n,
    bool commit, void (*progress)(void *data, uint64_t done, uint64_t total),
    void *data)
{
    bool            good, spoiled;
    size_t          i;
    store_view_t   *view;
    store_status_t  rc;

    if (n > STORE_LIMIT_BATCH) {
        return STORE_INVALID;
    }

    for (i = 0; i < n; i++) {
        forget(ops[i]);
    }

    rc = store_write_begin(env, &view);

    if (rc != STORE_OK) {
        return rc;
    }

    good = true;
    spoiled = false;

    for (i = 0; i < n && !spoiled; i++) {
        spoiled = store_op_run(view, ops[i]);

        if (spoiled && ops[i]->status == STORE_OK) {
            ops[i]->status = view->status;
        }

        good = good && ops[i]->status == STORE_OK;

        if (progress != NULL) {
            progress(data, i + 1, n);
        }
    }

    if (good && commit) {
        return store_write_commit(env);
    }

    store_write_abort(env);

    return good ? STORE_OK : STORE_REFUSED;
}


bool
store_op_run(store_view_t *view, store_op_t *op)
{
    uint64_t                   writes;
    const store_transition_t  *t;

    forget(op);
    t = transition(op->kind);

    if (t == NULL || op->now == 0 || store_id_none(&op->id)) {
        op->status = STORE_INVALID;
        return false;
    }

    writes = view->writes;
    view->account = op->account;

    if (!store_once_settled(view, op)) {
        op->status = t->run(view, op);

        if (op->status == STORE_OK) {
            store_once_keep(view, op);
        }
    }

    memset(&view->account, 0, sizeof(view->account));

    if (op->status != STORE_REFUSED) {
        op->reason = STORE_REASON_NONE;
    }

    return view->status != STORE_OK
           || (op->status != STORE_OK && view->writes != writes);
}


static void
forget(store_op_t *op)
{
    op->status = STORE_OK;
    op->reason = STORE_REASON_NONE;
    memset(&op->out, 0, sizeof(op->out));
}


static const store_transition_t *
transition(store_op_kind_t kind)
{
    size_t                     i;
    const store_transition_t  *t;

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (t = tables[i]; t->run != NULL; t++) {
            if (t->kind == kind) {
                return t;
            }
        }
    }

    return NULL;
}


store_status_t
store_refuse(store_op_t *op, store_reason_t reason)
{
    op->reason = reason;

    return STORE_REFUSED;
}


void
store_op_event(const store_op_t *op, store_event_kind_t kind,
    const store_id_t *account, store_event_t *event)
{
    memset(event, 0, sizeof(*event));

    event->time = op->now;
    event->kind = (uint32_t) kind;
    event->account = *account;
    event->actor = op->actor;
    event->subject = op->subject;
}


store_slice_t
store_reason_slice(store_reason_t reason)
{
    store_slice_t  slice;
    const char    *name = store_reason_name(reason);

    slice.data = (const uint8_t *) name;
    slice.len = strlen(name);

    return slice;
}


uint64_t
store_later(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}
