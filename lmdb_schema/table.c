/* Keys and values in LMDB, each in the table of its class. */

#include <errno.h>
#include <stddef.h>

#include <lmdb_schema/lmdb_int.h>


static const struct {
    int             code;
    store_status_t  status;
} codes[] = {
    { MDB_SUCCESS,          STORE_OK },
    { MDB_NOTFOUND,         STORE_NOT_FOUND },
    { MDB_KEYEXIST,         STORE_CORRUPT },   /* the log went backwards */
    { MDB_MAP_FULL,         STORE_FULL },
    { MDB_TXN_FULL,         STORE_FULL },
    { MDB_READERS_FULL,     STORE_READERS },
    { MDB_MAP_RESIZED,      STORE_RESIZED },
    { MDB_VERSION_MISMATCH, STORE_NEWER },
    { MDB_PAGE_NOTFOUND,    STORE_CORRUPT },
    { MDB_CORRUPTED,        STORE_CORRUPT },
    { MDB_PANIC,            STORE_CORRUPT },
    { MDB_INVALID,          STORE_CORRUPT },
    { MDB_INCOMPATIBLE,     STORE_CORRUPT },
    { MDB_BAD_VALSIZE,      STORE_INVALID },
    { ENOENT,               STORE_NOT_FOUND },
    { EACCES,               STORE_DENIED },
    { EPERM,                STORE_DENIED },
    { EROFS,                STORE_DENIED },
    { ENOSPC,               STORE_FULL },
    { EDQUOT,               STORE_FULL },
    { ENOMEM,               STORE_NO_MEMORY }
};


static int open_cursor(store_txn_t *txn, uint8_t key_class,
    MDB_cursor **cursor);
static void from_slice(MDB_val *val, store_slice_t slice);
static void to_slice(store_slice_t *slice, const MDB_val *val);


store_status_t
store_lmdb_status(int rc)
{
    size_t  i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].code == rc) {
            return codes[i].status;
        }
    }

    return STORE_IO;
}


store_status_t
store_table_entries(store_txn_t *txn, uint64_t *n)
{
    int             rc;
    size_t          i;
    MDB_stat        stat;
    const MDB_dbi  *dbi = txn->env->dbi;

    *n = 0;

    for (i = 0; i < STORE_TABLES; i++) {

        if (i != STORE_TABLE_MAIN && dbi[i] == dbi[STORE_TABLE_MAIN]) {
            continue;
        }

        rc = mdb_stat(txn->txn, dbi[i], &stat);

        if (rc != 0) {
            *n = 0;
            return store_lmdb_status(rc);
        }

        /* the name of each stands in the main one */

        *n += stat.ms_entries;
        *n -= i != STORE_TABLE_MAIN;
    }

    return STORE_OK;
}


void
store_table_close(store_txn_t *txn)
{
    size_t  i;

    for (i = 0; i < STORE_TABLES; i++) {
        if (txn->cursors[i] != NULL) {
            mdb_cursor_close(txn->cursors[i]);
            txn->cursors[i] = NULL;
        }
    }
}


store_status_t
store_table_get(store_txn_t *txn, store_slice_t key, store_slice_t *value)
{
    int            rc;
    MDB_val        k, v;
    store_table_t  table;

    if (key.len == 0 || !store_table_of(key.data[0], &table)) {
        return STORE_NOT_FOUND;
    }

    from_slice(&k, key);
    rc = mdb_get(txn->txn, txn->env->dbi[table], &k, &v);

    if (rc == 0) {
        to_slice(value, &v);
    }

    return store_lmdb_status(rc);
}


store_status_t
store_table_put(store_txn_t *txn, store_slice_t key, store_slice_t value)
{
    MDB_val        k, v;
    unsigned       flags;
    store_table_t  table;

    if (key.len == 0 || !store_table_of(key.data[0], &table)) {
        return STORE_INVALID;
    }

    from_slice(&k, key);
    from_slice(&v, value);

    /* the log only grows: appending keeps its pages full */

    flags = table == STORE_TABLE_LOG ? MDB_APPEND : 0;

    return store_lmdb_status(mdb_put(txn->txn, txn->env->dbi[table], &k, &v,
                                     flags));
}


store_status_t
store_table_append(store_txn_t *txn, store_slice_t key, store_slice_t value)
{
    int            rc;
    MDB_val        k, v;
    store_table_t  table;

    if (key.len == 0 || !store_table_of(key.data[0], &table)) {
        return STORE_INVALID;
    }

    from_slice(&k, key);
    from_slice(&v, value);
    rc = mdb_put(txn->txn, txn->env->dbi[table], &k, &v, MDB_APPEND);

    if (rc == MDB_KEYEXIST) {
        rc = mdb_put(txn->txn, txn->env->dbi[table], &k, &v,
                     MDB_NOOVERWRITE);
    }

    return rc == MDB_KEYEXIST ? STORE_EXISTS : store_lmdb_status(rc);
}


store_status_t
store_table_remove(store_txn_t *txn, store_slice_t key)
{
    MDB_val        k;
    store_table_t  table;

    if (key.len == 0 || !store_table_of(key.data[0], &table)) {
        return STORE_NOT_FOUND;
    }

    from_slice(&k, key);

    return store_lmdb_status(mdb_del(txn->txn, txn->env->dbi[table], &k,
                                     NULL));
}


store_status_t
store_table_seek(store_txn_t *txn, store_slice_t from, store_slice_t *key,
    store_slice_t *value)
{
    int          rc;
    MDB_val      k, v;
    MDB_cursor  *cursor;

    rc = from.len == 0 ? MDB_NOTFOUND
                       : open_cursor(txn, from.data[0], &cursor);

    if (rc == 0) {
        from_slice(&k, from);
        rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    }

    if (rc == 0) {
        to_slice(key, &k);
        to_slice(value, &v);
    }

    return store_lmdb_status(rc);
}


store_status_t
store_table_last(store_txn_t *txn, uint8_t key_class, store_slice_t *key,
    store_slice_t *value)
{
    int          rc;
    uint8_t      after = (uint8_t) (key_class + 1);
    MDB_val      k, v;
    MDB_cursor  *cursor;

    rc = open_cursor(txn, key_class, &cursor);

    if (rc == 0) {
        k.mv_data = &after;
        k.mv_size = 1;
        rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);

        if (rc == 0) {
            rc = mdb_cursor_get(cursor, &k, &v, MDB_PREV);

        } else if (rc == MDB_NOTFOUND) {
            rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
        }
    }

    if (rc == 0) {
        to_slice(key, &k);
        to_slice(value, &v);
    }

    return store_lmdb_status(rc);
}


static int
open_cursor(store_txn_t *txn, uint8_t key_class, MDB_cursor **cursor)
{
    int            rc;
    store_table_t  table;

    if (!store_table_of(key_class, &table)) {
        return MDB_NOTFOUND;
    }

    rc = 0;

    if (txn->cursors[table] == NULL) {
        rc = mdb_cursor_open(txn->txn, txn->env->dbi[table],
                             &txn->cursors[table]);

        if (rc != 0) {
            txn->cursors[table] = NULL;
        }

    } else if (txn->stale[table]) {
        rc = mdb_cursor_renew(txn->txn, txn->cursors[table]);
    }

    txn->stale[table] = false;
    *cursor = txn->cursors[table];

    return rc;
}


static void
from_slice(MDB_val *val, store_slice_t slice)
{
    /* LMDB does not write through it */
    val->mv_data = (void *) (uintptr_t) slice.data;
    val->mv_size = slice.len;
}


static void
to_slice(store_slice_t *slice, const MDB_val *val)
{
    slice->data = val->mv_data;
    slice->len = val->mv_size;
}
