/* What env.c, table.c and view_lmdb.c share: the only users of LMDB. */

#ifndef STORE_LMDB_INT_H
#define STORE_LMDB_INT_H

#include <lmdb.h>

#include <lmdb_schema/view_int.h>

#define STORE_SCHEMA_VERSION  3

#define STORE_META_SCHEMA     "schema"
#define STORE_META_LOADING    "loading"

/* LMDB's trees; layout.c says what is in which. */
typedef enum {
    STORE_TABLE_MAIN = 0, STORE_TABLE_INVITATION, STORE_TABLE_HISTORY,
    STORE_TABLE_INDEX, STORE_TABLE_DUE, STORE_TABLE_LOG, STORE_TABLES
} store_table_t;

/*
 * A read or write transaction and the view over it.  The cursor of each table
 * belongs to it; a walk seeks by key at each step, so walks may nest.
 */
struct store_txn_s {
    store_view_t  view;                /* first: a view is its transaction */
    store_env_t  *env;
    MDB_txn      *txn;
    MDB_cursor   *cursors[STORE_TABLES];
    bool          stale[STORE_TABLES]; /* the cursor needs renewing */
    bool          open;                /* of a reading one: renewed */
    uint64_t      moved;               /* of the environment, then */
};

struct store_env_s {
    MDB_env         *env;
    MDB_dbi          dbi[STORE_TABLES];
    store_sha256_pt  sha256;
    bool             read_only;
    char            *data_file;
    int              line;             /* of the data: who is to write */
    uint64_t         moved;            /* how often its map was laid anew */
    store_arena_t    arena;            /* of the batch being applied */
    store_txn_t      write;            /* its transaction */
};

#pragma GCC visibility push(hidden)

extern const store_place_t store_place_lmdb;

/* The transaction that a view over LMDB is of. */
store_txn_t *store_view_txn(store_view_t *view);

/* The one place where LMDB's codes and errno become ours. */
store_status_t store_lmdb_status(int rc);

/* While `on`, nothing is durable: for what is thrown away after a crash. */
store_status_t store_env_hurry(store_env_t *env, bool on);

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
/* The mark of a load beside the data, durable when these return. */
bool store_loading(const char *folder);
store_status_t store_loading_begin(const char *folder) STORE_USE_RESULT;
store_status_t store_loading_end(const char *folder) STORE_USE_RESULT;

void store_schema_loading(store_view_t *view, bool loading);

/* Frees a reading transaction; handles that were opened in it stay open. */
store_status_t store_read_keep(store_txn_t *txn) STORE_USE_RESULT;

/* The table of a class of keys; false: no key begins so. */
bool store_table_of(uint8_t key_class, store_table_t *table);

/*
 * The tables' handles, which are the environment's from then on: of a store
 * of version 3, or made in a write transaction.  Those of an older one, where
 * one tree holds everything; and what brings that up: each pair goes into its
 * table, which takes one transaction, and room for all of it once more.
 */
store_status_t store_layout_open(store_txn_t *txn, bool create)
    STORE_USE_RESULT;
store_status_t store_layout_move(store_txn_t *txn) STORE_USE_RESULT;
void store_layout_old(store_env_t *env);

void store_table_close(store_txn_t *txn);

/* How many keys there are, as LMDB counts them. */
store_status_t store_table_entries(store_txn_t *txn, uint64_t *n)
    STORE_USE_RESULT;

store_status_t store_table_get(store_txn_t *txn, store_slice_t key,
    store_slice_t *value) STORE_USE_RESULT;
store_status_t store_table_put(store_txn_t *txn, store_slice_t key,
    store_slice_t value) STORE_USE_RESULT;
/* The same of a key that is not there yet, and is mostly the last of its
   table: STORE_EXISTS otherwise. */
store_status_t store_table_append(store_txn_t *txn, store_slice_t key,
    store_slice_t value) STORE_USE_RESULT;
store_status_t store_table_remove(store_txn_t *txn, store_slice_t key)
    STORE_USE_RESULT;

/* In the table of that class, whatever class is found: the first pair at or
   after `from`; the last one of the class or of those before it. */
store_status_t store_table_seek(store_txn_t *txn, store_slice_t from,
    store_slice_t *key, store_slice_t *value) STORE_USE_RESULT;
store_status_t store_table_last(store_txn_t *txn, uint8_t key_class,
    store_slice_t *key, store_slice_t *value) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_LMDB_INT_H */
