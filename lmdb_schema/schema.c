/*
 * The version of the schema, in `meta`: checked whenever a store is opened.
 * An older store is brought up step by step, in one transaction, by the table
 * below; a newer one is refused and left as it is.
 *
 *     01 "schema"   00000003      version 3
 *     01 "loading"  01            a load has begun and not ended
 */

#include <string.h>

#include <lmdb_schema/lmdb_int.h>


static store_status_t read_version(store_view_t *view, uint32_t *version,
    bool *empty);
static void write_version(store_view_t *view, uint32_t version);
static store_status_t to_2(store_view_t *view);
static store_status_t to_3(store_view_t *view);
static store_status_t index_again(store_view_t *view,
    store_key_class_t key_class);


/* One row a version; the last one leads to STORE_SCHEMA_VERSION. */

static const struct {
    uint32_t          from;
    store_status_t  (*run)(store_view_t *view);
} steps[] = {
    { 1, to_2 },
    { 2, to_3 }
};


store_status_t
store_schema_read(store_txn_t *txn, uint32_t *version, bool *empty)
{
    return read_version(store_txn_view(txn), version, empty);
}


store_status_t
store_schema_write(store_env_t *env)
{
    bool            empty;
    uint32_t        version;
    store_view_t   *view;
    store_status_t  rc;

    rc = store_write_begin(env, &view);

    if (rc != STORE_OK) {
        return rc;
    }

    /* another process may have been first */

    rc = read_version(view, &version, &empty);

    if (rc == STORE_NOT_FOUND && empty) {
        rc = store_layout_open(&env->write, true);
        write_version(view, STORE_SCHEMA_VERSION);

    } else if (rc == STORE_OK && version == STORE_SCHEMA_VERSION) {
        rc = store_layout_open(&env->write, false);

    } else if (rc == STORE_OK) {
        rc = store_schema_upgrade(view, version);
    }

    if (rc == STORE_OK) {
        rc = store_write_commit(env);

    } else {
        store_write_abort(env);
    }

    if (rc != STORE_OK) {
        store_layout_old(env);
    }

    return rc;
}


store_status_t
store_schema_upgrade(store_view_t *view, uint32_t version)
{
    size_t          i;
    store_status_t  rc;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {

        if (steps[i].from != version) {
            continue;
        }

        rc = steps[i].run(view);

        if (rc != STORE_OK) {
            return rc;
        }

        version++;
        write_version(view, version);
    }

    return version == STORE_SCHEMA_VERSION ? view->status : STORE_NEWER;
}


void
store_schema_loading(store_view_t *view, bool loading)
{
    uint8_t        one = 1;
    store_key_t    key;
    store_slice_t  value = { &one, 1 };

    store_key(&key, STORE_KEY_META);
    store_key_bytes(&key, STORE_META_LOADING, strlen(STORE_META_LOADING));

    if (loading) {
        store_view_put(view, &key, value);
    } else {
        store_view_remove(view, &key);
    }
}


static store_status_t
read_version(store_view_t *view, uint32_t *version, bool *empty)
{
    store_key_t     key;
    store_walk_t    walk;
    store_slice_t   first, value;
    store_status_t  rc;

    *version = 0;
    *empty = false;

    store_key(&key, STORE_KEY_META);
    store_key_bytes(&key, STORE_META_SCHEMA, strlen(STORE_META_SCHEMA));

    rc = store_view_get(view, &key, &value);

    if (rc == STORE_NOT_FOUND) {
        store_walk_all(&walk);
        *empty = store_walk_next(view, &walk, &first, &value)
                 == STORE_NOT_FOUND;
        return rc;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (value.len != 4 || store_get_u32(value.data) == 0) {
        return STORE_CORRUPT;
    }

    *version = store_get_u32(value.data);

    if (*version > STORE_SCHEMA_VERSION) {
        return STORE_NEWER;
    }

    store_key(&key, STORE_KEY_META);
    store_key_bytes(&key, STORE_META_LOADING, strlen(STORE_META_LOADING));

    rc = store_view_get(view, &key, &value);

    return rc == STORE_NOT_FOUND ? STORE_OK
                                 : rc == STORE_OK ? STORE_INVALID : rc;
}


static void
write_version(store_view_t *view, uint32_t version)
{
    uint8_t        bytes[4];
    store_key_t    key;
    store_slice_t  value = { bytes, sizeof(bytes) };

    store_put_u32(bytes, version);

    store_key(&key, STORE_KEY_META);
    store_key_bytes(&key, STORE_META_SCHEMA, strlen(STORE_META_SCHEMA));
    store_view_put(view, &key, value);
}


/* Answers and checkpoints appeared; what was there stays as it is. */

static store_status_t
to_2(store_view_t *view)
{
    return view->status;
}


/*
 * Teams, groups and cards appeared; what was in one tree went into several,
 * in this transaction, so that the store is as it was, or whole; users became
 * found by search, and their open calls by them.
 */

static store_status_t
to_3(store_view_t *view)
{
    store_status_t  rc;

    rc = store_layout_open(store_view_txn(view), true);

    if (rc == STORE_OK) {
        rc = store_layout_move(store_view_txn(view));
    }

    if (rc == STORE_OK) {
        rc = index_again(view, STORE_KEY_USER);
    }

    if (rc == STORE_OK) {
        rc = index_again(view, STORE_KEY_CALL);
    }

    return rc == STORE_OK ? index_again(view, STORE_KEY_PARTICIPANT) : rc;
}


/* Puts the index keys that records of a class have by now. */

static store_status_t
index_again(store_view_t *view, store_key_class_t key_class)
{
    size_t           i, n;
    store_any_t      any;
    store_key_t      prefix;
    store_walk_t     walk;
    store_slice_t    key, value;
    store_record_t   record = store_record_of((uint8_t) key_class);
    store_status_t   rc;
    store_derived_t  derived[STORE_DERIVED_MAX];

    store_key(&prefix, key_class);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        rc = store_decode(record, value, &any);

        if (rc != STORE_OK) {
            return rc;
        }

        n = store_derive(record, &any, view->sha256, derived);

        for (i = 0; i < n; i++) {
            value.data = derived[i].id.b;
            value.len = derived[i].valued ? STORE_ID_LEN : 0;
            store_view_put(view, &derived[i].key, value);
        }
    }

    return rc == STORE_NOT_FOUND ? view->status : rc;
}
