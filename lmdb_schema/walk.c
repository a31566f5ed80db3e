/* Records found through keys that begin alike: by id, by name, in place. */

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

        if (!store_key_tail(key, &id)) {
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
store_walk_values(store_view_t *view, store_record_t record,
    const store_key_t *prefix, store_visit_pt visit, void *data)
{
    store_id_t      id;
    store_any_t     any;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_walk(&walk, prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (value.len != STORE_ID_LEN) {
            return STORE_CORRUPT;
        }

        memcpy(id.b, value.data, STORE_ID_LEN);
        rc = store_record_get(view, record, NULL, &id, &any);

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
        }

        if (!visit(data, &any)) {
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
