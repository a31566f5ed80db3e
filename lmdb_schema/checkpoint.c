/* Signed statements of what the log was, and holding the log against them. */

#include <string.h>

#include <lmdb_schema/op_int.h>


#define HEAD  "xassist-checkpoint-1"


static store_status_t checkpoint(store_view_t *view, store_op_t *op);
static store_status_t event_hash(store_view_t *view, uint64_t seq,
    uint8_t hash[STORE_HASH_LEN]);


const store_transition_t  store_checkpoint_ops[] = {
    { STORE_OP_CHECKPOINT, checkpoint },
    { 0, NULL }
};


static store_status_t
checkpoint(store_view_t *view, store_op_t *op)
{
    uint8_t             hash[STORE_HASH_LEN], message[STORE_CHECKPOINT_LEN];
    uint8_t             signature[STORE_SIGNATURE_LEN];
    uint64_t            last;
    store_key_t         key;
    store_slice_t       value;
    store_status_t      rc;
    store_checkpoint_t  record;

    if (op->in.checkpoint.sign == NULL) {
        return STORE_INVALID;
    }

    rc = store_log_newest(view, &last);

    if (rc == STORE_OK) {
        rc = last == 0 ? STORE_NOT_FOUND : event_hash(view, last, hash);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    store_key(&key, STORE_KEY_CHECKPOINT);
    store_key_u64(&key, last);
    rc = store_view_get(view, &key, &value);

    if (rc != STORE_NOT_FOUND) {
        op->out.again = rc == STORE_OK;
        return rc;
    }

    memset(&record, 0, sizeof(record));
    record.seq = last;
    record.time = op->now;
    record.hash.data = hash;
    record.hash.len = sizeof(hash);
    record.signature.data = signature;
    record.signature.len = sizeof(signature);

    rc = store_checkpoint_message(&record, message);

    if (rc == STORE_OK
        && op->in.checkpoint.sign(op->in.checkpoint.data, message,
                                  sizeof(message), &record.key, signature)
           != 0)
    {
        rc = STORE_IO;
    }

    if (rc == STORE_OK) {
        store_record_put(view, STORE_IS_checkpoint, &record);
    }

    return rc;
}


store_status_t
store_checkpoint_message(const store_checkpoint_t *record,
    uint8_t out[STORE_CHECKPOINT_LEN])
{
    if (record->hash.len != STORE_HASH_LEN
        || record->signature.len != STORE_SIGNATURE_LEN)
    {
        return STORE_CORRUPT;
    }

    memcpy(out, HEAD, strlen(HEAD));
    out += strlen(HEAD);
    store_put_u64(out, record->seq);
    store_put_u64(out + 8, record->time);
    memcpy(out + 16, record->hash.data, STORE_HASH_LEN);

    return STORE_OK;
}


store_status_t
store_checkpoint_next(store_txn_t *txn, uint64_t after,
    store_checkpoint_t *out)
{
    store_key_t     from;
    store_view_t   *view = store_txn_view(txn);
    store_slice_t   key, value;
    store_status_t  rc;

    memset(out, 0, sizeof(*out));

    if (after == UINT64_MAX) {
        return STORE_NOT_FOUND;
    }

    store_key(&from, STORE_KEY_CHECKPOINT);
    store_key_u64(&from, after + 1);
    rc = view->place->next(view, store_key_slice(&from), &key, &value);

    if (rc == STORE_OK && key.data[0] != STORE_KEY_CHECKPOINT) {
        rc = STORE_NOT_FOUND;
    }

    return rc == STORE_OK ? store_decode(STORE_IS_checkpoint, value, out)
                          : rc;
}


store_status_t
store_checkpoint_last(store_txn_t *txn, store_checkpoint_t *out)
{
    store_view_t   *view = store_txn_view(txn);
    store_slice_t   key, value;
    store_status_t  rc;

    memset(out, 0, sizeof(*out));
    rc = view->place->last(view, STORE_KEY_CHECKPOINT, &key, &value);

    return rc == STORE_OK ? store_decode(STORE_IS_checkpoint, value, out)
                          : rc;
}


store_status_t
store_log_matches(store_txn_t *txn, uint64_t seq, store_slice_t hash,
    bool *matches)
{
    uint8_t         now[STORE_HASH_LEN];
    store_status_t  rc;

    *matches = false;
    rc = event_hash(store_txn_view(txn), seq, now);

    if (rc == STORE_OK) {
        *matches = hash.len == STORE_HASH_LEN
                   && memcmp(now, hash.data, STORE_HASH_LEN) == 0;
    }

    return rc;
}


/* Of an event that is there, or of the one that the log was cut after. */

static store_status_t
event_hash(store_view_t *view, uint64_t seq, uint8_t hash[STORE_HASH_LEN])
{
    store_key_t     key;
    store_slice_t   value;
    store_anchor_t  anchor;
    store_status_t  rc;

    store_key(&key, STORE_KEY_EVENT);
    store_key_u64(&key, seq);
    rc = store_view_get(view, &key, &value);

    if (rc == STORE_OK) {
        return view->sha256(value.data, value.len, hash) == 0 ? STORE_OK
                                                              : STORE_IO;
    }

    if (rc != STORE_NOT_FOUND) {
        return rc;
    }

    rc = store_log_anchor(view, &anchor);

    if (rc != STORE_OK || anchor.seq < seq || seq == 0) {
        return rc == STORE_OK ? STORE_NOT_FOUND : rc;
    }

    memcpy(hash, anchor.hash, STORE_HASH_LEN);

    return anchor.seq == seq ? STORE_OK : STORE_TRIMMED;
}
