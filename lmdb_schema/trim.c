/*
 * Trimming the log.  What is cut off leaves its end in `meta`, so that the
 * chain goes on from there:
 *
 *     01 "anchor"   000000000000002a 9f86..0a08      event 42 and its hash
 */

#include <string.h>

#include <lmdb_schema/view_int.h>


#define ANCHOR      "anchor"
#define ANCHOR_LEN  (8 + STORE_HASH_LEN)


static void anchor_key(store_key_t *key);
static store_status_t before_time(store_slice_t value, uint64_t before);


store_status_t
store_log_anchor(store_view_t *view, store_anchor_t *anchor)
{
    store_key_t     key;
    store_slice_t   value;
    store_status_t  rc;

    memset(anchor, 0, sizeof(*anchor));
    anchor_key(&key);
    rc = store_view_get(view, &key, &value);

    if (rc == STORE_NOT_FOUND) {
        return STORE_OK;
    }

    if (rc == STORE_OK
        && (value.len != ANCHOR_LEN || store_get_u64(value.data) == 0))
    {
        rc = STORE_CORRUPT;
    }

    if (rc == STORE_OK) {
        anchor->seq = store_get_u64(value.data);
        memcpy(anchor->hash, value.data + 8, STORE_HASH_LEN);
    }

    return rc;
}


store_status_t
store_log_trim(store_view_t *view, uint64_t before, uint64_t upto,
    uint32_t *left)
{
    bool            cut;
    uint64_t        last;
    uint8_t         bytes[ANCHOR_LEN];
    store_key_t     prefix, key;
    store_walk_t    walk;
    store_slice_t   name, value, end = { bytes, sizeof(bytes) };
    store_status_t  rc;

    rc = store_log_newest(view, &last);

    if (rc != STORE_OK) {
        return rc;
    }

    store_key(&prefix, STORE_KEY_EVENT);
    store_walk(&walk, &prefix);
    cut = false;

    while (*left != 0
           && (rc = store_walk_next(view, &walk, &name, &value)) == STORE_OK)
    {
        if (name.len != 9 || store_get_u64(name.data + 1) >= last
            || store_get_u64(name.data + 1) > upto)
        {
            break;
        }

        rc = before_time(value, before);

        if (rc != STORE_OK) {
            break;
        }

        store_put_u64(bytes, store_get_u64(name.data + 1));

        if (view->sha256(value.data, value.len, bytes + 8) != 0) {
            rc = STORE_IO;
            break;
        }

        store_key(&key, STORE_KEY_EVENT);
        store_key_u64(&key, store_get_u64(name.data + 1));
        store_view_remove(view, &key);

        (*left)--;
        cut = true;
    }

    if (cut) {
        anchor_key(&key);
        store_view_put(view, &key, end);
    }

    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        store_view_fail(view, rc);
    }

    return view->status;
}


/* STORE_NOT_FOUND for an event that stays. */

static store_status_t
before_time(store_slice_t value, uint64_t before)
{
    store_event_t   event;
    store_status_t  rc;

    rc = store_decode(STORE_IS_event, value, &event);

    if (rc == STORE_OK && event.time >= before) {
        rc = STORE_NOT_FOUND;
    }

    return rc;
}


static void
anchor_key(store_key_t *key)
{
    store_key(key, STORE_KEY_META);
    store_key_bytes(key, ANCHOR, strlen(ANCHOR));
}


store_status_t
store_log_trimmed(store_txn_t *txn, uint64_t *seq)
{
    store_anchor_t  anchor;
    store_status_t  rc;

    rc = store_log_anchor(store_txn_view(txn), &anchor);
    *seq = anchor.seq;

    return rc;
}
