/* Records found through index keys, and through keys that begin alike. */

#include <string.h>

#include <lmdb_schema/op_int.h>


store_status_t
store_walk_ids(store_view_t *view, store_record_t record,
    const store_key_t *prefix, uint64_t from, store_visit_pt visit,
    void *data)
{
    bool             more;
    store_id_t       id;
    store_any_t      any;
    store_call_t     call;
    store_walk_t     walk;
    store_slice_t    key, value;
    store_status_t   rc;

    memset(&call, 0, sizeof(call));
    store_walk(&walk, prefix);

    if (from != 0) {
        store_key_u64(&walk.from, from);
    }

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (value.len == STORE_ID_LEN) {
            memcpy(id.b, value.data, STORE_ID_LEN);

        } else if (value.len != 0 || !store_key_tail(key, &id)) {
            return STORE_CORRUPT;
        }

        rc = store_record_get(view, record, NULL, &id, &any);

        if (rc == STORE_OK && record == STORE_IS_invitation) {

            if (store_id_none(&any.invitation.call)) {
                memset(&call, 0, sizeof(call));

            } else if (!store_id_equal(&call.id, &any.invitation.call)) {
                rc = store_record_get(view, STORE_IS_call, NULL,
                                      &any.invitation.call, &call);
            }

            any.invitation.state = (uint8_t)
                store_invitation_state(&any.invitation, &call, 0);
        }

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
        }

        more = visit(data, &any);

        if (!more) {
            return STORE_OK;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


store_status_t
store_walk_rows(store_view_t *view, store_record_t record,
    const store_key_t *prefix, store_visit_pt visit, void *data)
{
    store_any_t     any;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_walk(&walk, prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        rc = store_decode(record, value, &any);

        if (rc != STORE_OK) {
            return rc;
        }

        if (!visit(data, &any)) {
            return STORE_OK;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


store_status_t
store_walk_of(store_txn_t *txn, store_record_t record,
    store_key_class_t key_class, const store_id_t *of, uint64_t from,
    store_visit_pt visit, void *data)
{
    store_key_t  prefix;

    store_key(&prefix, key_class);
    store_key_id(&prefix, of);

    return store_walk_ids(store_txn_view(txn), record, &prefix, from, visit,
                          data);
}


store_status_t
store_rows_of(store_txn_t *txn, store_record_t record,
    store_key_class_t key_class, const store_id_t *of, store_visit_pt visit,
    void *data)
{
    store_key_t  prefix;

    store_key(&prefix, key_class);
    store_key_id(&prefix, of);

    return store_walk_rows(store_txn_view(txn), record, &prefix, visit, data);
}


store_status_t
store_by_name(store_view_t *view, store_record_t record,
    store_key_class_t key_class, const store_id_t *account,
    store_slice_t name, void *out)
{
    store_key_t  key;

    store_key(&key, key_class);

    if (account != NULL) {
        store_key_id(&key, account);
    }

    store_key_name(&key, name, view->sha256);

    return store_record_by(view, record, NULL, &key, out);
}


store_status_t
store_part_of(store_view_t *view, const store_id_t *call,
    const store_id_t *user, store_participant_t *out)
{
    store_key_t  key;

    store_key(&key, STORE_KEY_PARTICIPANT_OF);
    store_key_id(&key, call);
    store_key_id(&key, user);

    return store_record_by(view, STORE_IS_participant, call, &key, out);
}


store_status_t
store_session_by_browser(store_view_t *view, const store_id_t *invitation,
    const uint8_t browser[STORE_HASH_LEN], store_session_t *out)
{
    store_key_t  key;

    store_key(&key, STORE_KEY_SESSION_BROWSER);
    store_key_id(&key, invitation);
    store_key_bytes(&key, browser, STORE_HASH_LEN);

    return store_record_by(view, STORE_IS_session, NULL, &key, out);
}
