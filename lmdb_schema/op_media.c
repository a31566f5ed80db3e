/* Which media server a call is on, and how many calls each has. */

#include <string.h>

#include <lmdb_schema/op_int.h>


static store_status_t call_place(store_view_t *view, store_op_t *op);
static store_status_t media_drain(store_view_t *view, store_op_t *op);
static store_status_t choose(store_view_t *view, const store_place_on_t *on,
    store_slice_t *best);
static bool on_server(const store_call_t *call);
static void add_calls(store_view_t *view, store_slice_t name, bool more);
static void keep(store_view_t *view, const store_media_t *media);


const store_transition_t  store_media_ops[] = {
    { STORE_OP_CALL_PLACE, call_place },
    { STORE_OP_MEDIA_DRAIN, media_drain },
    { 0, NULL }
};


static store_status_t
call_place(store_view_t *view, store_op_t *op)
{
    bool            placed;
    store_call_t    call;
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_call, NULL, &op->in.call_place.call,
                          &call);

    if (rc != STORE_OK) {
        return rc;
    }

    if (call.state == STORE_CALL_ENDED) {
        return store_refuse(op, STORE_REASON_CALL_ENDED);
    }

    op->out.call = call.id;
    op->out.room = call.room;

    rc = store_media_place(view, op, &op->in.call_place.on, &call, &placed);

    if (rc != STORE_OK || !placed) {
        op->out.again = true;
        return rc;
    }

    store_record_put(view, STORE_IS_call, &call);

    return view->status;
}


store_status_t
store_media_place(store_view_t *view, store_op_t *op,
    const store_place_on_t *on, store_call_t *call, bool *placed)
{
    store_slice_t   best;
    store_event_t   event;
    store_status_t  rc;

    *placed = false;

    if (on->n > STORE_LIMIT_SERVERS) {
        return STORE_INVALID;
    }

    if (store_slice_equal(call->media, on->from)) {
        rc = choose(view, on, &best);

        if (rc != STORE_OK) {
            return rc;
        }

        if (best.len != 0) {
            call->media = best;
            call->op = op->id;
            *placed = true;
        }

        if (*placed && on->from.len != 0) {
            store_op_event(op, STORE_EVENT_CALL_MOVED, &call->account,
                           &event);
            event.call = call->id;
            event.detail = call->media;
            (void) store_log_add(view, &event);
        }
    }

    if (call->media.len > sizeof(op->out.media)) {
        return STORE_CORRUPT;
    }

    op->out.media_len = (uint8_t) call->media.len;

    if (call->media.len != 0) {
        memcpy(op->out.media, call->media.data, call->media.len);
    }

    return STORE_OK;
}


/* The one that would have the fewest calls by weight with this one; never a
   drained one, nor the one it leaves. */

static store_status_t
choose(store_view_t *view, const store_place_on_t *on, store_slice_t *best)
{
    uint32_t               i;
    uint64_t               calls, weight;
    store_media_t          media;
    store_status_t         rc;
    const store_server_t  *server;

    memset(best, 0, sizeof(*best));
    calls = 0;
    weight = 0;

    for (i = 0; i < on->n; i++) {
        server = &on->servers[i];

        if (!store_text_good(server->name, 1, STORE_LIMIT_MEDIA)
            || server->name.len > STORE_LIMIT_MEDIA || server->weight == 0)
        {
            return STORE_INVALID;
        }

        rc = store_media_find(view, server->name, &media);

        if (rc != STORE_OK) {
            return rc;
        }

        if (media.drained || store_slice_equal(server->name, on->from)) {
            continue;
        }

        if (best->len == 0
            || ((uint64_t) media.calls + 1) * weight < calls * server->weight)
        {
            *best = server->name;
            calls = (uint64_t) media.calls + 1;
            weight = server->weight;
        }
    }

    return STORE_OK;
}


static store_status_t
media_drain(store_view_t *view, store_op_t *op)
{
    bool            drained = op->in.media_drain.drained;
    store_event_t   event;
    store_media_t   media;
    store_status_t  rc;
    store_slice_t   name = op->in.media_drain.name;

    static const store_id_t  nobody;

    if (!store_text_good(name, 1, STORE_LIMIT_MEDIA)
        || name.len > STORE_LIMIT_MEDIA)
    {
        return STORE_INVALID;
    }

    rc = store_media_find(view, name, &media);

    if (rc != STORE_OK) {
        return rc;
    }

    if (media.drained == drained) {
        op->out.again = true;
        return STORE_OK;
    }

    media.drained = drained;
    media.changed = op->now;
    media.op = op->id;
    keep(view, &media);

    store_op_event(op, drained ? STORE_EVENT_MEDIA_DRAINED
                               : STORE_EVENT_MEDIA_UNDRAINED,
                   &nobody, &event);
    event.detail = name;
    (void) store_log_add(view, &event);

    return view->status;
}


void
store_media_count(store_view_t *view, const store_call_t *before,
    const store_call_t *after)
{
    bool  was = before != NULL && on_server(before);
    bool  is = after != NULL && on_server(after);

    if (was && is && store_slice_equal(before->media, after->media)) {
        return;
    }

    if (was) {
        add_calls(view, before->media, false);
    }

    if (is) {
        add_calls(view, after->media, true);
    }
}


static bool
on_server(const store_call_t *call)
{
    return call->media.len != 0 && call->state != STORE_CALL_ENDED;
}


static void
add_calls(store_view_t *view, store_slice_t name, bool more)
{
    store_media_t   media;
    store_status_t  rc;

    rc = store_media_find(view, name, &media);

    if (rc == STORE_OK
        && (more ? media.calls == UINT32_MAX : media.calls == 0))
    {
        rc = STORE_CORRUPT;
    }

    if (rc != STORE_OK) {
        store_view_fail(view, rc);
        return;
    }

    media.calls = more ? media.calls + 1 : media.calls - 1;
    keep(view, &media);
}


/* A server that says nothing any more leaves no record behind. */

static void
keep(store_view_t *view, const store_media_t *media)
{
    if (media->calls == 0 && !media->drained) {
        store_record_remove(view, STORE_IS_media, media);
        return;
    }

    store_record_put(view, STORE_IS_media, media);
}


store_status_t
store_media_find(store_view_t *view, store_slice_t name, store_media_t *out)
{
    store_key_t     key;
    store_status_t  rc;

    store_key(&key, STORE_KEY_MEDIA);
    store_key_bytes(&key, name.data, name.len);

    rc = store_record_at(view, STORE_IS_media, &key, out);

    if (rc == STORE_NOT_FOUND) {
        out->name = name;
        return STORE_OK;
    }

    return rc;
}


store_status_t
store_media_get(store_txn_t *txn, store_slice_t name, store_media_t *out)
{
    return store_media_find(store_txn_view(txn), name, out);
}


store_status_t
store_media(store_txn_t *txn, store_visit_pt visit, void *data)
{
    store_key_t     prefix;
    store_walk_t    walk;
    store_view_t   *view = store_txn_view(txn);
    store_slice_t   key, value;
    store_media_t   media;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_MEDIA);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        rc = store_decode(STORE_IS_media, value, &media);

        if (rc != STORE_OK || !visit(data, &media)) {
            return rc;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
