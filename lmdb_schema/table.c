/* Keys and values in LMDB: one table, typed keys. */

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


static int open_cursor(store_txn_t *txn);
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
    int       rc;
    MDB_stat  stat;

    rc = mdb_stat(txn->txn, txn->env->dbi, &stat);
    *n = rc == 0 ? stat.ms_entries : 0;

    return store_lmdb_status(rc);
}


store_status_t
store_table_get(store_txn_t *txn, store_slice_t key, store_slice_t *value)
{
    int      rc;
    MDB_val  k, v;

    from_slice(&k, key);
    rc = mdb_get(txn->txn, txn->env->dbi, &k, &v);

    if (rc == 0) {
        to_slice(value, &v);
    }

    return store_lmdb_status(rc);
}


store_status_t
store_table_put(store_txn_t *txn, store_slice_t key, store_slice_t value)
{
    MDB_val   k, v;
    unsigned  flags;

    from_slice(&k, key);
    from_slice(&v, value);

    /* the log is last in the tree: appending keeps its pages full */

    flags = key.data[0] == STORE_KEY_EVENT ? MDB_APPEND : 0;

    return store_lmdb_status(mdb_put(txn->txn, txn->env->dbi, &k, &v, flags));
}


store_status_t
store_table_remove(store_txn_t *txn, store_slice_t key)
{
    MDB_val  k;

    from_slice(&k, key);

    return store_lmdb_status(mdb_del(txn->txn, txn->env->dbi, &k, NULL));
}


store_status_t
store_table_seek(store_txn_t *txn, store_slice_t from, store_slice_t *key,
    store_slice_t *value)
{
    int      rc;
    MDB_val  k, v;

    rc = open_cursor(txn);

    if (rc == 0) {
        from_slice(&k, from);
        rc = mdb_cursor_get(txn->cursor, &k, &v, MDB_SET_RANGE);
    }

    if (rc == 0) {
        to_slice(key, &k);
        to_slice(value, &v);
    }

    return store_lmdb_status(rc);
}


store_status_t
store_table_last(store_txn_t *txn, store_slice_t before, store_slice_t *key,
    store_slice_t *value)
{
    int      rc;
    MDB_val  k, v;

    rc = open_cursor(txn);

    if (rc == 0) {
        from_slice(&k, before);
        rc = mdb_cursor_get(txn->cursor, &k, &v, MDB_SET_RANGE);

        if (rc == 0) {
            rc = mdb_cursor_get(txn->cursor, &k, &v, MDB_PREV);

        } else if (rc == MDB_NOTFOUND) {
            rc = mdb_cursor_get(txn->cursor, &k, &v, MDB_LAST);
        }
    }

    if (rc == 0) {
        to_slice(key, &k);
        to_slice(value, &v);
    }

    return store_lmdb_status(rc);
}


static int
open_cursor(store_txn_t *txn)
{
    int  rc;

    if (txn->cursor == NULL) {
        rc = mdb_cursor_open(txn->txn, txn->env->dbi, &txn->cursor);

        if (rc != 0) {
            txn->cursor = NULL;
        }

        return rc;
    }

    if (txn->stale) {
        txn->stale = false;
        return mdb_cursor_renew(txn->txn, txn->cursor);
    }

    return 0;
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
