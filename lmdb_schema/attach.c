/*
 * Connections of participants, counted per worker incarnation.  A row is the
 * count (u32, big-endian) and the id of the operation that made it:
 *
 *     60 CALL PARTICIPANT 8 bytes -> 00000002 00c1c2c3c4c5c6c7c8c9cacb
 *     61 8 bytes CALL PARTICIPANT -> (empty)
 */

#include <string.h>

#include <lmdb_schema/presence_int.h>


#define ROW_LEN          (4 + STORE_ID_LEN)
#define INCARNATION_LEN  8


static store_status_t row_read(store_view_t *view, const store_key_t *key,
    uint32_t *n, store_id_t *by);
static void row_write(store_view_t *view, const store_key_t *key, uint32_t n,
    const store_id_t *by);
static void row_key(store_key_t *key, const store_id_t *call,
    const store_id_t *participant, const uint8_t *incarnation);
static void of_key(store_key_t *key, const store_id_t *call,
    const store_id_t *participant, const uint8_t *incarnation);


store_status_t
store_attach_add(store_view_t *view, const store_op_t *op,
    const store_participant_t *part, const uint8_t incarnation[8],
    bool *again)
{
    uint32_t        n;
    store_id_t      by;
    store_key_t     key, of;
    store_slice_t   empty = { NULL, 0 };
    store_status_t  rc;

    row_key(&key, &part->call, &part->id, incarnation);
    rc = row_read(view, &key, &n, &by);

    *again = rc == STORE_OK && store_id_equal(&by, &op->id);

    if (*again || (rc != STORE_OK && rc != STORE_NOT_FOUND)) {
        return rc;
    }

    if (n == UINT32_MAX) {
        return STORE_CORRUPT;
    }

    row_write(view, &key, n + 1, &op->id);

    if (rc == STORE_NOT_FOUND) {
        of_key(&of, &part->call, &part->id, incarnation);
        store_view_put(view, &of, empty);
    }

    return view->status;
}


store_status_t
store_attach_sub(store_view_t *view, const store_op_t *op,
    const store_participant_t *part, const uint8_t incarnation[8],
    uint32_t *gone)
{
    uint32_t        n;
    store_id_t      by;
    store_key_t     key;
    store_status_t  rc;

    *gone = 0;

    row_key(&key, &part->call, &part->id, incarnation);
    rc = row_read(view, &key, &n, &by);

    if (rc == STORE_NOT_FOUND
        || (rc == STORE_OK && store_id_equal(&by, &op->id)))
    {
        return STORE_OK;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (n <= 1) {
        return store_attach_drop(view, &part->call, &part->id, incarnation,
                                 gone);
    }

    *gone = 1;
    row_write(view, &key, n - 1, &op->id);

    return view->status;
}


store_status_t
store_attach_drop(store_view_t *view, const store_id_t *call,
    const store_id_t *participant, const uint8_t incarnation[8], uint32_t *n)
{
    store_id_t      by;
    store_key_t     key;
    store_status_t  rc;

    row_key(&key, call, participant, incarnation);
    rc = row_read(view, &key, n, &by);

    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        return rc;
    }

    if (rc == STORE_OK) {
        store_view_remove(view, &key);
    }

    of_key(&key, call, participant, incarnation);
    store_view_remove(view, &key);

    return view->status;
}


store_status_t
store_attach_clear(store_view_t *view, const store_participant_t *part)
{
    uint32_t        n;
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    if (part->attached == 0) {
        return STORE_OK;
    }

    store_key(&prefix, STORE_KEY_ATTACH);
    store_key_id(&prefix, &part->call);
    store_key_id(&prefix, &part->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (key.len != prefix.len + INCARNATION_LEN) {
            return STORE_CORRUPT;
        }

        rc = store_attach_drop(view, &part->call, &part->id,
                               key.data + prefix.len, &n);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
row_read(store_view_t *view, const store_key_t *key, uint32_t *n,
    store_id_t *by)
{
    store_slice_t   value;
    store_status_t  rc;

    *n = 0;
    rc = store_view_get(view, key, &value);

    if (rc != STORE_OK) {
        return rc;
    }

    if (value.len != ROW_LEN) {
        return STORE_CORRUPT;
    }

    *n = store_get_u32(value.data);
    memcpy(by->b, value.data + 4, STORE_ID_LEN);

    return STORE_OK;
}


static void
row_write(store_view_t *view, const store_key_t *key, uint32_t n,
    const store_id_t *by)
{
    uint8_t        row[ROW_LEN];
    store_slice_t  value = { row, sizeof(row) };

    store_put_u32(row, n);
    memcpy(row + 4, by->b, STORE_ID_LEN);
    store_view_put(view, key, value);
}


static void
row_key(store_key_t *key, const store_id_t *call,
    const store_id_t *participant, const uint8_t *incarnation)
{
    store_key(key, STORE_KEY_ATTACH);
    store_key_id(key, call);
    store_key_id(key, participant);
    store_key_bytes(key, incarnation, INCARNATION_LEN);
}


static void
of_key(store_key_t *key, const store_id_t *call,
    const store_id_t *participant, const uint8_t *incarnation)
{
    store_key(key, STORE_KEY_ATTACH_OF);
    store_key_bytes(key, incarnation, INCARNATION_LEN);
    store_key_id(key, call);
    store_key_id(key, participant);
}
