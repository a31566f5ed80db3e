/*
 * Connections of participants, counted per worker incarnation.  A row is the
 * count (u32, big-endian) and the id of the operation that made it; where
 * the oldest has to make room, also when they were opened (u64 each, oldest
 * first), as far as they are told and 64 suffice:
 *
 *     60 CALL PARTICIPANT 8 bytes -> 00000002 00c1c2c3c4c5c6c7c8c9cacb
 *                                    0000019aa7c81e04
 *     61 8 bytes CALL PARTICIPANT -> (empty)
 */

#include <string.h>

#include <lmdb_schema/presence_int.h>


#define ROW_LEN          STORE_ATTACH_ROW
#define ROW_TIMES        64
#define INCARNATION_LEN  8


typedef struct {
    uint32_t    n;
    uint32_t    told;                  /* of n, those with a time */
    uint64_t    opened[ROW_TIMES];     /* oldest first */
    store_id_t  by;
} row_t;


static store_status_t row_read(store_view_t *view, const store_key_t *key,
    row_t *row);
static store_status_t row_parse(store_slice_t value, row_t *row);
static void row_write(store_view_t *view, const store_key_t *key,
    const row_t *row);
static bool row_insert(row_t *row, uint64_t opened);
static bool row_tells(const row_t *row, uint64_t opened);
static bool row_remove(row_t *row, uint64_t opened);
static void row_key(store_key_t *key, const store_id_t *call,
    const store_id_t *participant, const uint8_t *incarnation);
static void of_key(store_key_t *key, const store_id_t *call,
    const store_id_t *participant, const uint8_t *incarnation);


store_status_t
store_attach_add(store_view_t *view, store_op_t *op,
    const store_participant_t *part, const uint8_t incarnation[8])
{
    row_t           row;
    store_key_t     key, of;
    store_slice_t   empty = { NULL, 0 };
    store_status_t  rc;

    row_key(&key, &part->call, &part->id, incarnation);
    rc = row_read(view, &key, &row);

    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        return rc;
    }

    op->out.again = rc == STORE_OK && store_id_equal(&row.by, &op->id);

    if (op->out.again) {
        op->out.told = row_tells(&row, op->in.attach.opened);
        return STORE_OK;
    }

    if (row.n == UINT32_MAX) {
        return STORE_CORRUPT;
    }

    row.n++;
    row.by = op->id;

    if (op->presence.replace_oldest && op->in.attach.opened != 0) {
        op->out.told = row_insert(&row, op->in.attach.opened);
    }

    row_write(view, &key, &row);

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
    row_t           row;
    store_key_t     key;
    store_status_t  rc;

    *gone = 0;

    row_key(&key, &part->call, &part->id, incarnation);
    rc = row_read(view, &key, &row);

    if (rc == STORE_NOT_FOUND
        || (rc == STORE_OK && store_id_equal(&row.by, &op->id)))
    {
        return STORE_OK;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    /* Every one that still counts is told: this one made room before. */

    if (!row_remove(&row, op->in.attach.opened)
        && op->in.attach.opened != 0 && row.told == row.n)
    {
        return STORE_OK;
    }

    if (row.n <= 1) {
        return store_attach_drop(view, &part->call, &part->id, incarnation,
                                 gone);
    }

    *gone = 1;
    row.n--;
    row.told = row.told < row.n ? row.told : row.n;
    row.by = op->id;
    row_write(view, &key, &row);

    return view->status;
}


store_status_t
store_attach_oldest(store_view_t *view, const store_participant_t *part,
    uint64_t *opened, uint8_t incarnation[8])
{
    row_t           row, oldest;
    uint32_t        n;
    store_key_t     prefix, of;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_ATTACH);
    store_key_id(&prefix, &part->call);
    store_key_id(&prefix, &part->id);
    store_walk(&walk, &prefix);

    oldest.told = 0;

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (key.len != prefix.len + INCARNATION_LEN
            || row_parse(value, &row) != STORE_OK)
        {
            return STORE_CORRUPT;
        }

        if (row.told != 0
            && (oldest.told == 0 || row.opened[0] < oldest.opened[0]))
        {
            oldest = row;
            memcpy(incarnation, key.data + prefix.len, INCARNATION_LEN);
        }
    }

    if (rc != STORE_NOT_FOUND || oldest.told == 0) {
        return rc;
    }

    *opened = oldest.opened[0];

    if (oldest.n <= 1) {
        return store_attach_drop(view, &part->call, &part->id, incarnation,
                                 &n);
    }

    (void) row_remove(&oldest, *opened);
    oldest.n--;

    row_key(&of, &part->call, &part->id, incarnation);
    row_write(view, &of, &oldest);

    return view->status;
}


store_status_t
store_attach_drop(store_view_t *view, const store_id_t *call,
    const store_id_t *participant, const uint8_t incarnation[8], uint32_t *n)
{
    row_t           row;
    store_key_t     key;
    store_status_t  rc;

    row_key(&key, call, participant, incarnation);
    rc = row_read(view, &key, &row);
    *n = row.n;

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


store_status_t
store_attached(store_txn_t *txn, const store_id_t *call,
    const store_id_t *participant, const uint8_t incarnation[8],
    uint64_t opened, bool *counts)
{
    row_t           row;
    store_key_t     key;
    store_status_t  rc;

    row_key(&key, call, participant, incarnation);
    rc = row_read(store_txn_view(txn), &key, &row);
    *counts = rc == STORE_OK && row_tells(&row, opened);

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
row_read(store_view_t *view, const store_key_t *key, row_t *row)
{
    store_slice_t   value;
    store_status_t  rc;

    row->n = 0;
    row->told = 0;

    rc = store_view_get(view, key, &value);

    return rc == STORE_OK ? row_parse(value, row) : rc;
}


static store_status_t
row_parse(store_slice_t value, row_t *row)
{
    uint32_t  i;

    if (!store_attach_row(value)) {
        return STORE_CORRUPT;
    }

    row->n = store_get_u32(value.data);
    memcpy(row->by.b, value.data + 4, STORE_ID_LEN);

    row->told = (uint32_t) ((value.len - ROW_LEN) / 8);

    for (i = 0; i < row->told; i++) {
        row->opened[i] = store_get_u64(value.data + ROW_LEN + 8 * i);
    }

    return STORE_OK;
}


bool
store_attach_row(store_slice_t value)
{
    return value.len >= ROW_LEN
           && (value.len - ROW_LEN) % 8 == 0
           && (value.len - ROW_LEN) / 8 <= ROW_TIMES
           && (value.len - ROW_LEN) / 8 <= store_get_u32(value.data);
}


static void
row_write(store_view_t *view, const store_key_t *key, const row_t *row)
{
    uint32_t       i;
    uint8_t        bytes[ROW_LEN + 8 * ROW_TIMES];
    store_slice_t  value = { bytes, ROW_LEN + 8 * row->told };

    store_put_u32(bytes, row->n);
    memcpy(bytes + 4, row->by.b, STORE_ID_LEN);

    for (i = 0; i < row->told; i++) {
        store_put_u64(bytes + ROW_LEN + 8 * i, row->opened[i]);
    }

    store_view_put(view, key, value);
}


/* Of more than there is room for, the oldest are told. */

static bool
row_insert(row_t *row, uint64_t opened)
{
    uint32_t  i;

    if (row->told == ROW_TIMES) {
        return false;
    }

    for (i = row->told++; i > 0 && row->opened[i - 1] > opened; i--) {
        row->opened[i] = row->opened[i - 1];
    }

    row->opened[i] = opened;

    return true;
}


static bool
row_tells(const row_t *row, uint64_t opened)
{
    uint32_t  i;

    for (i = 0; i < row->told && row->opened[i] != opened; i++) {
        /* void */
    }

    return i < row->told;
}


static bool
row_remove(row_t *row, uint64_t opened)
{
    uint32_t  i;

    for (i = 0; i < row->told; i++) {

        if (row->opened[i] == opened) {
            row->told--;
            memmove(&row->opened[i], &row->opened[i + 1],
                    (row->told - i) * sizeof(row->opened[0]));
            return true;
        }
    }

    return false;
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
