/* The open calls of a user. */

#include <string.h>

#include <lmdb_schema/view_int.h>


typedef struct {
    store_view_t     *view;
    const store_id_t *user;
    store_visit_pt    visit;
    void             *data;
    bool              stopped;
} calls_t;


static store_status_t walk(calls_t *calls, store_key_class_t key_class,
    bool owned);


store_status_t
store_calls_of(store_txn_t *txn, const store_id_t *user,
    store_visit_pt visit, void *data)
{
    calls_t         calls = { store_txn_view(txn), user, visit, data, false };
    store_status_t  rc;

    rc = walk(&calls, STORE_KEY_CALL_OWNER, true);

    return rc == STORE_OK && !calls.stopped
           ? walk(&calls, STORE_KEY_PARTICIPANT_BY, false) : rc;
}


/* The call's id follows the user's in both keys. */

static store_status_t
walk(calls_t *calls, store_key_class_t key_class, bool owned)
{
    store_id_t      id;
    store_key_t     prefix;
    store_call_t    call;
    store_walk_t    at;
    store_slice_t   key, value;
    store_status_t  rc;

    store_key(&prefix, key_class);
    store_key_id(&prefix, calls->user);
    store_walk(&at, &prefix);

    while ((rc = store_walk_next(calls->view, &at, &key, &value))
           == STORE_OK)
    {
        if (key.len < 1 + 2 * STORE_ID_LEN) {
            return STORE_CORRUPT;
        }

        memcpy(id.b, key.data + 1 + STORE_ID_LEN, STORE_ID_LEN);
        rc = store_record_get(calls->view, STORE_IS_call, NULL, &id, &call);

        if (rc == STORE_NOT_FOUND) {
            continue;                  /* trimmed before its participants */
        }

        if (rc != STORE_OK) {
            return rc;
        }

        /* who owns it is in it, too */

        if (call.state == STORE_CALL_ENDED
            || owned != store_id_equal(&call.owner, calls->user))
        {
            continue;
        }

        if (!calls->visit(calls->data, &call)) {
            calls->stopped = true;
            return STORE_OK;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
