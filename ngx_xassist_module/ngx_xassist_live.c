#include "ngx_xassist_live_int.h"
#include "ngx_xassist_ending.h"
#include "ngx_xassist_presence.h"
#include "ngx_xassist_worker.h"


/* A power of two; 16 bytes each. */
#define NGX_XASSIST_BUCKETS  8192

/* Connections are told apart by times at most so far ahead of the clock, ms. */
#define NGX_XASSIST_AHEAD       1000


/* Where a connection's id of each key stands in its context. */

static const size_t  ngx_xassist_live_ids[NGX_XASSIST_KEY_ALL] = {
    [NGX_XASSIST_KEY_SESSION] = offsetof(ngx_xassist_ctx_t, session),
    [NGX_XASSIST_KEY_USER] = offsetof(ngx_xassist_ctx_t, user),
    [NGX_XASSIST_KEY_ACCOUNT] = offsetof(ngx_xassist_ctx_t, account),
    [NGX_XASSIST_KEY_CALL] = offsetof(ngx_xassist_ctx_t, call),
    [NGX_XASSIST_KEY_INVITATION] = offsetof(ngx_xassist_ctx_t, invitation),
    [NGX_XASSIST_KEY_PARTICIPANT] = offsetof(ngx_xassist_ctx_t, participant),
    [NGX_XASSIST_KEY_INVITER] = offsetof(ngx_xassist_ctx_t, inviter)
};


const store_id_t *
ngx_xassist_live_id(ngx_xassist_tunnel_t *tunnel, ngx_uint_t key)
{
    return (store_id_t *) ((u_char *) tunnel->ctx
                           + ngx_xassist_live_ids[key]);
}


ngx_xassist_tunnel_t *
ngx_xassist_live_of(ngx_queue_t *q, ngx_uint_t key)
{
    return (ngx_xassist_tunnel_t *)
               ((u_char *) q - offsetof(ngx_xassist_tunnel_t, keys)
                - key * sizeof(ngx_queue_t));
}


/* Ids are random bytes behind the first: any four of them are a hash. */

ngx_queue_t *
ngx_xassist_live_bucket(ngx_xassist_live_t *live, ngx_uint_t key,
    const store_id_t *id)
{
    uint32_t  hash;

    if (key == NGX_XASSIST_KEY_ALL) {
        return &live->all;
    }

    ngx_memcpy(&hash, &id->b[STORE_ID_LEN - sizeof(hash)], sizeof(hash));

    return &live->buckets[key][hash & (NGX_XASSIST_BUCKETS - 1)];
}


ngx_int_t
ngx_xassist_live_init(ngx_xassist_worker_t *worker)
{
    ngx_uint_t           i, key;
    ngx_xassist_live_t  *live;

    live = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_live_t));
    if (live == NULL) {
        return NGX_ERROR;
    }

    for (key = 0; key < NGX_XASSIST_KEY_ALL; key++) {

        live->buckets[key] = ngx_palloc(worker->cycle->pool,
                                  NGX_XASSIST_BUCKETS * sizeof(ngx_queue_t));
        if (live->buckets[key] == NULL) {
            return NGX_ERROR;
        }

        for (i = 0; i < NGX_XASSIST_BUCKETS; i++) {
            ngx_queue_init(&live->buckets[key][i]);
        }
    }

    ngx_queue_init(&live->all);

    live->worker = worker;
    ngx_xassist_live_mark_init(live);

    worker->live = live;

    return NGX_OK;
}


void
ngx_xassist_live_exit(ngx_xassist_worker_t *worker)
{
    ngx_queue_t           *q;
    ngx_xassist_live_t    *live;
    ngx_xassist_tunnel_t  *tunnel;

    live = worker->live;

    for (q = ngx_queue_head(&live->all);
         q != ngx_queue_sentinel(&live->all);
         q = ngx_queue_next(q))
    {
        tunnel = ngx_xassist_live_of(q, NGX_XASSIST_KEY_ALL);
        ngx_xassist_presence_detach(tunnel);
    }

    ngx_xassist_live_mark_exit(live);
}


/*
 * No two of a worker are opened at one time: it is by this that the store
 * tells the connections of a participant apart.  A clock that was set back is
 * followed all the same.
 */

void
ngx_xassist_live_add(ngx_xassist_tunnel_t *tunnel)
{
    uint64_t             now;
    ngx_uint_t           key;
    const store_id_t    *id;
    ngx_xassist_live_t  *live;

    live = tunnel->worker->live;
    now = ngx_xassist_now();

    live->opened = live->opened < now || live->opened - now > NGX_XASSIST_AHEAD
                   ? now : live->opened + 1;
    tunnel->opened = live->opened;

    for (key = 0; key < NGX_XASSIST_KEY_ALL; key++) {

        id = ngx_xassist_live_id(tunnel, key);

        if (store_id_none(id)) {
            ngx_queue_init(&tunnel->keys[key]);
            continue;
        }

        ngx_queue_insert_tail(ngx_xassist_live_bucket(live, key, id),
                              &tunnel->keys[key]);
    }

    ngx_queue_insert_tail(&live->all, &tunnel->keys[NGX_XASSIST_KEY_ALL]);
    live->count++;
}


void
ngx_xassist_live_remove(ngx_xassist_tunnel_t *tunnel)
{
    ngx_uint_t  key;

    ngx_xassist_live_mark_leave(tunnel->worker->live, tunnel);

    for (key = 0; key < NGX_XASSIST_KEYS; key++) {
        ngx_queue_remove(&tunnel->keys[key]);
    }

    if (tunnel->is_ending) {
        ngx_xassist_ending_remove(tunnel);
    }

    tunnel->worker->live->count--;
}


void
ngx_xassist_live_each(ngx_xassist_worker_t *worker, ngx_xassist_key_t key,
    const store_id_t *id, ngx_xassist_live_pt visit, void *data)
{
    ngx_queue_t           *q, *bucket;
    ngx_xassist_tunnel_t  *tunnel;

    bucket = ngx_xassist_live_bucket(worker->live, key, id);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        tunnel = ngx_xassist_live_of(q, key);

        if (store_id_equal(ngx_xassist_live_id(tunnel, key), id)) {
            visit(tunnel, data);
        }
    }
}


ngx_uint_t
ngx_xassist_live_count(ngx_xassist_worker_t *worker)
{
    return worker->live->count;
}
