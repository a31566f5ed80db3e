/*
 * Retention as the workers keep it: one of them at a time takes a step of the
 * walk that op_trim.c does, and where it stopped stands in `meta`, so that any
 * of them goes on, also after a restart.
 *
 *     01 "retain"     0000018bcfe56800             the next walk begins then
 *     01 "retain"     0000000000000000 13 00a1..ab one goes on from here
 *     01 "exported"   000000000000002a             events are kept up to 42
 *                                                  elsewhere
 */

#include <string.h>

#include <lmdb_schema/op_int.h>


#define RETAIN    "retain"
#define EXPORTED  "exported"


static store_status_t retain(store_view_t *view, store_op_t *op);
static store_status_t exported(store_view_t *view, store_op_t *op);
static store_status_t read_row(store_view_t *view, uint64_t *when,
    store_cursor_t *from);
static void write_row(store_view_t *view, uint64_t when,
    const store_cursor_t *from);
static void meta_key(store_key_t *key, const char *word);


const store_transition_t  store_retain_ops[] = {
    { STORE_OP_RETAIN, retain },
    { STORE_OP_EXPORTED, exported },
    { 0, NULL }
};


static store_status_t
retain(store_view_t *view, store_op_t *op)
{
    uint64_t        when, keep = op->in.retain.keep;
    store_op_t      step;
    store_cursor_t  from;
    store_status_t  rc;

    if (keep == 0 || op->in.retain.every == 0) {
        return STORE_INVALID;
    }

    rc = read_row(view, &when, &from);

    if (rc != STORE_OK || when > op->now || op->now <= keep) {
        return rc;
    }

    step = *op;
    memset(&step.in, 0, sizeof(step.in));
    step.in.trim.log_before = op->now - keep;
    step.in.trim.ended_before = op->now - keep;
    step.in.trim.exported = op->in.retain.exported;
    step.in.trim.max = op->in.retain.max;
    step.in.trim.from = from;

    rc = store_trim(view, &step);

    if (rc == STORE_OK) {
        op->out.removed = step.out.removed;
        op->out.more = step.out.more;
        write_row(view, step.out.more ? 0
                        : store_later(op->now, op->in.retain.every),
                  &step.out.next);
        rc = view->status;
    }

    return rc;
}


/* It goes forward alone, and no further than the log does. */

static store_status_t
exported(store_view_t *view, store_op_t *op)
{
    uint8_t         bytes[8];
    uint64_t        seq, last;
    store_key_t     key;
    store_slice_t   value = { bytes, sizeof(bytes) };
    store_status_t  rc;

    rc = store_log_newest(view, &last);

    if (rc == STORE_OK) {
        rc = store_log_exported(view, &seq);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (op->in.exported.seq > last) {
        return STORE_NOT_FOUND;
    }

    if (op->in.exported.seq > seq) {
        store_put_u64(bytes, op->in.exported.seq);
        meta_key(&key, EXPORTED);
        store_view_put(view, &key, value);
    }

    return view->status;
}


store_status_t
store_log_exported(store_view_t *view, uint64_t *seq)
{
    store_key_t     key;
    store_slice_t   value;
    store_status_t  rc;

    *seq = 0;
    meta_key(&key, EXPORTED);
    rc = store_view_get(view, &key, &value);

    if (rc == STORE_OK) {
        if (value.len != 8) {
            return STORE_CORRUPT;
        }

        *seq = store_get_u64(value.data);
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


store_status_t
store_retain_next(store_txn_t *txn, uint64_t *when)
{
    store_cursor_t  from;

    return read_row(store_txn_view(txn), when, &from);
}


static store_status_t
read_row(store_view_t *view, uint64_t *when, store_cursor_t *from)
{
    store_key_t     key;
    store_slice_t   value;
    store_status_t  rc;

    *when = 0;
    memset(from, 0, sizeof(*from));
    meta_key(&key, RETAIN);
    rc = store_view_get(view, &key, &value);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    }

    if (value.len < 8 || value.len > 8 + STORE_LIMIT_KEY) {
        return STORE_CORRUPT;
    }

    *when = store_get_u64(value.data);
    from->len = (uint8_t) (value.len - 8);
    memcpy(from->key, value.data + 8, from->len);

    return STORE_OK;
}


static void
write_row(store_view_t *view, uint64_t when, const store_cursor_t *from)
{
    uint8_t        bytes[8 + STORE_LIMIT_KEY];
    store_key_t    key;
    store_slice_t  value = { bytes, 8 };

    store_put_u64(bytes, when);
    memcpy(bytes + 8, from->key, from->len);
    value.len += from->len;

    meta_key(&key, RETAIN);
    store_view_put(view, &key, value);
}


static void
meta_key(store_key_t *key, const char *word)
{
    store_key(key, STORE_KEY_META);
    store_key_bytes(key, word, strlen(word));
}
