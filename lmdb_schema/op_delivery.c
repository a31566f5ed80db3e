/*
 * What other systems are told: invitations that they send for us, and events.
 * The queue is the store's; whoever works it says here what came of it.
 */

#include <string.h>

#include <lmdb_schema/op_int.h>


static store_status_t delivered(store_view_t *view, store_op_t *op);
static store_status_t told(store_view_t *view, store_op_t *op);
static store_status_t find_told(store_view_t *view, store_slice_t name,
    store_told_t *out);


const store_transition_t  store_delivery_ops[] = {
    { STORE_OP_DELIVERED, delivered },
    { STORE_OP_TOLD, told },
    { 0, NULL }
};


const char *const  store_delivery_names[] = {
    "", "queued", "delivered", "failed", NULL
};


static store_status_t
delivered(store_view_t *view, store_op_t *op)
{
    store_event_t       event;
    store_status_t      rc;
    store_invitation_t  inv;
    store_delivery_t    became = op->in.delivered.became;

    if (became < STORE_DELIVERY_QUEUED || became > STORE_DELIVERY_FAILED) {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_invitation, NULL,
                          &op->in.delivered.invitation, &inv);

    if (rc != STORE_OK) {
        return rc;
    }

    if (inv.delivery != STORE_DELIVERY_QUEUED
        || store_id_equal(&inv.op, &op->id))
    {
        op->out.again = true;
        return STORE_OK;
    }

    inv.tries++;
    inv.op = op->id;
    inv.delivery = (uint8_t) became;

    if (became == STORE_DELIVERY_QUEUED) {
        inv.retry = op->in.delivered.retry;
        store_record_put(view, STORE_IS_invitation, &inv);
        return STORE_OK;
    }

    /* whose address it is, is nobody's business any more */

    inv.to.len = 0;
    inv.retry = 0;
    store_record_put(view, STORE_IS_invitation, &inv);

    store_op_event(op, became == STORE_DELIVERY_DELIVERED
                       ? STORE_EVENT_INVITATION_DELIVERED
                       : STORE_EVENT_INVITATION_UNDELIVERED,
                   &inv.account, &event);
    event.call = inv.call;
    event.user = inv.inviter;
    event.invitation = inv.id;
    (void) store_log_add(view, &event);

    return STORE_OK;
}


static store_status_t
told(store_view_t *view, store_op_t *op)
{
    store_told_t    record;
    store_status_t  rc;

    if (op->in.told.name.len == 0
        || !store_text_good(op->in.told.name, 1, STORE_LIMIT_WORD))
    {
        return STORE_INVALID;
    }

    rc = find_told(view, op->in.told.name, &record);

    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        return rc;
    }

    if (rc == STORE_OK && record.seq >= op->in.told.seq) {
        op->out.again = true;
        return STORE_OK;
    }

    if (rc == STORE_NOT_FOUND) {
        memset(&record, 0, sizeof(record));
        record.name = op->in.told.name;
    }

    record.seq = op->in.told.seq;
    record.op = op->id;
    store_record_put(view, STORE_IS_told, &record);

    return STORE_OK;
}


static store_status_t
find_told(store_view_t *view, store_slice_t name, store_told_t *out)
{
    store_key_t  key;

    store_key(&key, STORE_KEY_TOLD);
    store_key_bytes(&key, name.data, name.len);

    return store_record_at(view, STORE_IS_told, &key, out);
}


store_status_t
store_told(store_txn_t *txn, store_slice_t name, uint64_t *seq)
{
    store_told_t    record;
    store_status_t  rc;

    rc = find_told(store_txn_view(txn), name, &record);
    *seq = rc == STORE_OK ? record.seq : 0;

    return rc;
}


store_status_t
store_deliveries(store_txn_t *txn, store_visit_pt visit, void *data)
{
    store_id_t           id;
    store_key_t          prefix;
    store_walk_t         walk;
    store_view_t        *view = store_txn_view(txn);
    store_slice_t        key, value;
    store_status_t       rc;
    store_invitation_t   inv;

    store_key(&prefix, STORE_KEY_INVITATION_SEND);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (!store_key_tail(key, &id)) {
            return STORE_CORRUPT;
        }

        rc = store_record_get(view, STORE_IS_invitation, NULL, &id, &inv);

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
        }

        if (!visit(data, &inv)) {
            return STORE_OK;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
