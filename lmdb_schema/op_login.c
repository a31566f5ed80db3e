/* What users sign in with. */

#include <string.h>

#include <lmdb_schema/op_int.h>


static store_status_t user_password(store_view_t *view, store_op_t *op);


const store_transition_t  store_login_ops[] = {
    { STORE_OP_USER_PASSWORD, user_password },
    { 0, NULL }
};


static store_status_t
user_password(store_view_t *view, store_op_t *op)
{
    bool            any;
    store_user_t    user;
    store_event_t   event;
    store_status_t  rc;

    if (op->in.user_password.hash.len > STORE_LIMIT_HASH) {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_user, NULL,
                          &op->in.user_password.user, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    if (store_id_equal(&user.op, &op->id)) {
        op->out.again = true;
        return STORE_OK;
    }

    /* Made stronger, unless it became another meanwhile: nobody is signed
       out by that, and it is no change to tell of. */

    if (op->in.user_password.rehash) {
        if (store_slice_equal(user.password, op->in.user_password.was)) {
            user.password = op->in.user_password.hash;
            user.op = op->id;
            store_record_put(view, STORE_IS_user, &user);
        }

        return STORE_OK;
    }

    user.password = op->in.user_password.hash;
    user.op = op->id;
    store_record_put(view, STORE_IS_user, &user);

    store_op_event(op, STORE_EVENT_USER_PASSWORD, &user.account, &event);
    event.user = user.id;
    (void) store_log_add(view, &event);

    return store_user_sign_out(view, op, &user, &op->in.user_password.keep, 0,
                               &any);
}
