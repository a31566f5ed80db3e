/* What env.c, table.c and view_lmdb.c share: the only users of LMDB. */

#ifndef STORE_LMDB_INT_H
#define STORE_LMDB_INT_H

#include <lmdb.h>

#include <lmdb_schema/view_int.h>

#define STORE_SCHEMA_VERSION  3

#define STORE_META_SCHEMA     "schema"
#define STORE_META_LOADING    "loading"

/*
 * A read or write transaction and the view over it.  The one cursor belongs
 * to the transaction; a walk seeks by key at each step, so walks may nest.
 */
struct store_txn_s {
    store_view_t  view;                /* first: a view is its transaction */
    store_env_t  *env;
    MDB_txn      *txn;
    MDB_cursor   *cursor;
    bool          open;                /* of a reading one: renewed */
    bool          stale;               /* the cursor needs renewing */
};

struct store_env_s {
    MDB_env         *env;
    MDB_dbi          dbi;
    store_sha256_pt  sha256;
    bool             read_only;
    char            *data_file;
    store_arena_t    arena;            /* of the batch being applied */
    store_txn_t      write;            /* its transaction */
};

#pragma GCC visibility push(hidden)

extern const store_place_t store_place_lmdb;

/* The one place where LMDB's codes and errno become ours. */
store_status_t store_lmdb_status(int rc);

/* A compact copy of the store as of now, into an open file; of one that
   nobody else has open, and whose lock is held. */
store_status_t store_env_copy(store_env_t *env, int fd) STORE_USE_RESULT;
store_status_t store_file_copy(const char *folder, int fd)
    STORE_USE_RESULT;

/* Version 0 and STORE_NOT_FOUND without one, `empty` when nothing is there at
   all; STORE_NEWER, STORE_CORRUPT; STORE_INVALID while it is being loaded. */
store_status_t store_schema_read(store_txn_t *txn, uint32_t *version,
    bool *empty) STORE_USE_RESULT;

/* Writes our version into an empty store, or brings an older one up to it. */
store_status_t store_schema_write(store_env_t *env) STORE_USE_RESULT;
store_status_t store_schema_upgrade(store_view_t *view, uint32_t version)
    STORE_USE_RESULT;

/* Marks a store that is not whole yet: it is not opened. */
void store_schema_loading(store_view_t *view, bool loading);

/* How many keys there are, as LMDB counts them. */
store_status_t store_table_entries(store_txn_t *txn, uint64_t *n)
    STORE_USE_RESULT;

store_status_t store_table_get(store_txn_t *txn, store_slice_t key,
    store_slice_t *value) STORE_USE_RESULT;
store_status_t store_table_put(store_txn_t *txn, store_slice_t key,
    store_slice_t value) STORE_USE_RESULT;
store_status_t store_table_remove(store_txn_t *txn, store_slice_t key)
    STORE_USE_RESULT;

/* The first pair at or after `from`; the last pair before `before`. */
store_status_t store_table_seek(store_txn_t *txn, store_slice_t from,
    store_slice_t *key, store_slice_t *value) STORE_USE_RESULT;
store_status_t store_table_last(store_txn_t *txn, store_slice_t before,
    store_slice_t *key, store_slice_t *value) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_LMDB_INT_H */
