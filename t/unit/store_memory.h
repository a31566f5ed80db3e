/*
 * The view of the store over a table in memory: what transitions are tested
 * over without LMDB.  Values live until store_memory_free, as the contract of
 * a view asks.
 */

#ifndef STORE_MEMORY_H
#define STORE_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/view_int.h>
#include <policy/policy.h>


typedef struct {
    uint8_t *bytes;                    /* key, then value */
    size_t   key;
    size_t   value;
} store_pair_t;

typedef struct {
    store_view_t   view;               /* first */
    store_arena_t  arena;
    store_pair_t  *pairs;              /* sorted by key */
    size_t         n;
    size_t         room;
    uint64_t       fail_at;            /* this write fails; 0: none */
    uint64_t       puts;
} store_memory_t;


static inline int
store_memory_sha256(const void *data, size_t len, uint8_t out[32])
{
    return policy_sha256(data, len, out);
}


/* The place of the first pair whose key is not below `key`. */

static inline size_t
store_memory_find(const store_memory_t *m, store_slice_t key, bool *equal)
{
    int     c;
    size_t  low = 0, high = m->n, at, len;

    *equal = false;

    while (low < high) {
        at = (low + high) / 2;
        len = m->pairs[at].key < key.len ? m->pairs[at].key : key.len;
        c = memcmp(m->pairs[at].bytes, key.data, len);

        if (c == 0) {
            c = (m->pairs[at].key > key.len) - (m->pairs[at].key < key.len);
        }

        if (c == 0) {
            *equal = true;
            return at;
        }

        if (c < 0) {
            low = at + 1;
        } else {
            high = at;
        }
    }

    return low;
}


static inline void
store_memory_pair(const store_pair_t *pair, store_slice_t *key,
    store_slice_t *value)
{
    key->data = pair->bytes;
    key->len = pair->key;
    value->data = pair->bytes + pair->key;
    value->len = pair->value;
}


static inline store_status_t
store_memory_get(store_view_t *view, store_slice_t key, store_slice_t *value)
{
    bool             equal;
    size_t           at;
    store_slice_t    found;
    store_memory_t  *m = (store_memory_t *) (void *) view;

    at = store_memory_find(m, key, &equal);

    if (!equal) {
        return STORE_NOT_FOUND;
    }

    store_memory_pair(&m->pairs[at], &found, value);

    return STORE_OK;
}


static inline store_status_t
store_memory_put(store_view_t *view, store_slice_t key, store_slice_t value)
{
    bool             equal;
    size_t           at;
    store_pair_t     pair;
    store_memory_t  *m = (store_memory_t *) (void *) view;

    if (++m->puts == m->fail_at) {
        return STORE_FULL;
    }

    at = store_memory_find(m, key, &equal);

    pair.bytes = store_arena_take(&m->arena, key.len + value.len);
    pair.key = key.len;
    pair.value = value.len;

    memcpy(pair.bytes, key.data, key.len);

    if (value.len != 0) {
        memcpy(pair.bytes + key.len, value.data, value.len);
    }

    if (equal) {
        m->pairs[at] = pair;
        return STORE_OK;
    }

    if (m->n == m->room) {
        m->room = m->room ? 2 * m->room : 64;
        m->pairs = realloc(m->pairs, m->room * sizeof(*m->pairs));

        if (m->pairs == NULL) {
            abort();
        }
    }

    memmove(m->pairs + at + 1, m->pairs + at,
            (m->n - at) * sizeof(*m->pairs));
    m->pairs[at] = pair;
    m->n++;

    return STORE_OK;
}


static inline store_status_t
store_memory_remove(store_view_t *view, store_slice_t key)
{
    bool             equal;
    size_t           at;
    store_memory_t  *m = (store_memory_t *) (void *) view;

    at = store_memory_find(m, key, &equal);

    if (!equal) {
        return STORE_NOT_FOUND;
    }

    m->n--;
    memmove(m->pairs + at, m->pairs + at + 1,
            (m->n - at) * sizeof(*m->pairs));

    return STORE_OK;
}


static inline store_status_t
store_memory_next(store_view_t *view, store_slice_t from, store_slice_t *key,
    store_slice_t *value)
{
    bool             equal;
    size_t           at;
    store_memory_t  *m = (store_memory_t *) (void *) view;

    at = store_memory_find(m, from, &equal);

    if (at == m->n || m->pairs[at].bytes[0] != from.data[0]) {
        return STORE_NOT_FOUND;
    }

    store_memory_pair(&m->pairs[at], key, value);

    return STORE_OK;
}


static inline store_status_t
store_memory_last(store_view_t *view, store_key_class_t key_class,
    store_slice_t *key, store_slice_t *value)
{
    bool             equal;
    size_t           at;
    uint8_t          after = (uint8_t) (key_class + 1);
    store_slice_t    end = { &after, 1 };
    store_memory_t  *m = (store_memory_t *) (void *) view;

    at = store_memory_find(m, end, &equal);

    if (at == 0 || m->pairs[at - 1].bytes[0] != key_class) {
        return STORE_NOT_FOUND;
    }

    store_memory_pair(&m->pairs[at - 1], key, value);

    return STORE_OK;
}


static inline void
store_memory_init(store_memory_t *m)
{
    static const store_place_t  place = {
        store_memory_get, store_memory_put, store_memory_remove,
        store_memory_next, store_memory_last
    };

    memset(m, 0, sizeof(*m));

    m->view.place = &place;
    m->view.arena = &m->arena;
    m->view.sha256 = store_memory_sha256;
}


static inline void
store_memory_free(store_memory_t *m)
{
    store_arena_free(&m->arena);
    free(m->pairs);
}

#endif /* STORE_MEMORY_H */
