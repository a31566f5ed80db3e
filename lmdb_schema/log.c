/* The log: one event per change, each with the hash of the one before. */

#include <string.h>

#include <lmdb_schema/view_int.h>


static store_status_t log_end(store_view_t *view);
static void log_key(store_key_t *key, uint64_t seq);


uint64_t
store_log_add(store_view_t *view, store_event_t *event)
{
    size_t          size;
    uint8_t        *bytes, hash[STORE_HASH_LEN];
    store_key_t     key;
    store_status_t  rc;

    if (view->status != STORE_OK) {
        return 0;
    }

    rc = log_end(view);

    if (rc != STORE_OK) {
        store_view_fail(view, rc);
        return 0;
    }

    event->seq = view->log_seq + 1;
    event->before.data = hash;
    event->before.len = 0;

    if (view->log_value.len != 0) {
        if (view->sha256(view->log_value.data, view->log_value.len, hash)
            != 0)
        {
            store_view_fail(view, STORE_IO);
            return 0;
        }

        event->before.len = sizeof(hash);
    }

    size = store_encoded_size(STORE_IS_event, event);
    bytes = size ? store_arena_take(view->arena, size) : NULL;

    if (bytes == NULL) {
        store_view_fail(view, size ? STORE_NO_MEMORY : STORE_INVALID);
        return 0;
    }

    view->log_value.data = bytes;
    view->log_value.len = store_encode(STORE_IS_event, event, bytes);
    view->log_seq = event->seq;

    event->before.data = NULL;
    event->before.len = 0;

    log_key(&key, event->seq);
    store_view_put(view, &key, view->log_value);

    return view->status == STORE_OK ? event->seq : 0;
}


store_status_t
store_log_read(store_view_t *view, uint64_t after, store_event_t *out)
{
    store_key_t     from;
    store_slice_t   key, value;
    store_status_t  rc;

    memset(out, 0, sizeof(*out));

    if (after == UINT64_MAX) {
        return STORE_NOT_FOUND;
    }

    log_key(&from, after + 1);
    rc = view->place->next(view, store_key_slice(&from), &key, &value);

    if (rc != STORE_OK) {
        return rc;
    }

    if (key.len != from.len || key.data[0] != STORE_KEY_EVENT) {
        return STORE_NOT_FOUND;
    }

    rc = store_decode(STORE_IS_event, value, out);

    if (rc != STORE_OK) {
        return rc;
    }

    if (out->seq != store_get_u64(key.data + 1)) {
        return STORE_CORRUPT;
    }

    return out->seq == after + 1 ? STORE_OK : STORE_TRIMMED;
}


store_status_t
store_log_next(store_txn_t *txn, uint64_t after, store_event_t *out)
{
    return store_log_read(store_txn_view(txn), after, out);
}


store_status_t
store_log_last(store_txn_t *txn, uint64_t *seq)
{
    return store_log_newest(store_txn_view(txn), seq);
}


store_status_t
store_log_newest(store_view_t *view, uint64_t *seq)
{
    store_slice_t   key, value;
    store_status_t  rc;

    *seq = 0;
    rc = view->place->last(view, STORE_KEY_EVENT, &key, &value);

    if (rc == STORE_NOT_FOUND) {
        return STORE_OK;
    }

    if (rc == STORE_OK && key.len != 9) {
        rc = STORE_CORRUPT;
    }

    if (rc == STORE_OK) {
        *seq = store_get_u64(key.data + 1);
    }

    return rc;
}


store_status_t
store_log_verify(store_txn_t *txn, store_sha256_pt sha256,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data,
    uint64_t *bad)
{
    return store_log_chain(store_txn_view(txn), sha256, progress, data, bad);
}


store_status_t
store_log_chain(store_view_t *view, store_sha256_pt sha256,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data,
    uint64_t *bad)
{
    uint8_t         hash[STORE_HASH_LEN];
    uint64_t        last, seq;
    store_key_t     prefix;
    store_walk_t    walk;
    store_event_t   event;
    store_slice_t   key, value;
    store_status_t  rc;
    store_anchor_t  anchor;

    *bad = 0;
    rc = store_log_newest(view, &last);

    if (rc == STORE_OK) {
        rc = store_log_anchor(view, &anchor);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    memcpy(hash, anchor.hash, sizeof(hash));

    store_key(&prefix, STORE_KEY_EVENT);
    store_walk(&walk, &prefix);

    for (seq = anchor.seq + 1; /* void */ ; seq++) {
        rc = store_walk_next(view, &walk, &key, &value);

        if (rc == STORE_NOT_FOUND) {

            /* trimming leaves the newest event */

            *bad = anchor.seq != 0 && seq == anchor.seq + 1 ? seq : 0;
            return STORE_OK;
        }

        if (rc != STORE_OK) {
            return rc;
        }

        rc = store_decode(STORE_IS_event, value, &event);

        if (rc == STORE_NEWER) {
            return rc;
        }

        if (rc != STORE_OK || key.len != 9
            || store_get_u64(key.data + 1) != seq || event.seq != seq
            || event.before.len != (seq == 1 ? 0 : STORE_HASH_LEN)
            || (seq != 1
                && memcmp(event.before.data, hash, STORE_HASH_LEN) != 0))
        {
            *bad = seq;
            return STORE_OK;
        }

        if (sha256(value.data, value.len, hash) != 0) {
            return STORE_IO;
        }

        if (progress != NULL) {
            progress(data, seq - anchor.seq, last - anchor.seq);
        }
    }
}


static store_status_t
log_end(store_view_t *view)
{
    store_slice_t   key;
    store_status_t  rc;

    if (view->log_known) {
        return STORE_OK;
    }

    rc = view->place->last(view, STORE_KEY_EVENT, &key, &view->log_value);

    if (rc == STORE_NOT_FOUND) {
        view->log_seq = 0;
        view->log_value.data = NULL;
        view->log_value.len = 0;

    } else if (rc != STORE_OK) {
        return rc;

    } else if (key.len != 9) {
        return STORE_CORRUPT;

    } else {
        view->log_seq = store_get_u64(key.data + 1);
    }

    view->log_known = true;

    return STORE_OK;
}


static void
log_key(store_key_t *key, uint64_t seq)
{
    store_key(key, STORE_KEY_EVENT);
    store_key_u64(key, seq);
}
