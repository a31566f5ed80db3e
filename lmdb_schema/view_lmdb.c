/* The view over an LMDB transaction, and those transactions. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/kept_int.h>
#include <lmdb_schema/lmdb_int.h>


/* Places in the line of those who write, far behind the data. */
#define LINE     4
#define LINE_AT  ((off_t) 1 << 62)


static store_status_t place_get(store_view_t *view, store_slice_t key,
    store_slice_t *value);
static store_status_t place_put(store_view_t *view, store_slice_t key,
    store_slice_t value);
static store_status_t place_remove(store_view_t *view, store_slice_t key);
static store_status_t place_next(store_view_t *view, store_slice_t from,
    store_slice_t *key, store_slice_t *value);
static store_status_t place_last(store_view_t *view,
    store_key_class_t key_class, store_slice_t *key, store_slice_t *value);
static store_status_t keep(store_view_t *view, store_slice_t *slice);
static int begin_in_turn(store_env_t *env, MDB_txn **txn);
static void in_line(store_env_t *env, int at, short type);


const store_place_t  store_place_lmdb = {
    place_get, place_put, place_remove, place_next, place_last
};


store_txn_t *
store_view_txn(store_view_t *view)
{
    return (store_txn_t *) (void *) view;
}


store_view_t *
store_txn_view(store_txn_t *txn)
{
    return &txn->view;
}


store_status_t
store_read_new(store_env_t *env, store_txn_t **out)
{
    int           rc;
    store_txn_t  *txn;

    *out = NULL;
    txn = calloc(1, sizeof(*txn));

    if (txn == NULL) {
        return STORE_NO_MEMORY;
    }

    txn->env = env;
    txn->view.place = &store_place_lmdb;
    txn->view.sha256 = env->sha256;

    rc = mdb_txn_begin(env->env, NULL, MDB_RDONLY, &txn->txn);

    if (rc == MDB_READERS_FULL && mdb_reader_check(env->env, NULL) == 0) {
        rc = mdb_txn_begin(env->env, NULL, MDB_RDONLY, &txn->txn);
    }

    if (rc != 0) {
        free(txn);
        return store_lmdb_status(rc);
    }

    mdb_txn_reset(txn->txn);
    *out = txn;

    return STORE_OK;
}


uint64_t
store_read_txnid(store_txn_t *txn)
{
    return (uint64_t) mdb_txn_id(txn->txn);
}


store_status_t
store_read_renew(store_txn_t *txn)
{
    int  rc;

    if (txn->open) {
        return STORE_OK;
    }

    rc = mdb_txn_renew(txn->txn);

    if (rc == 0) {
        txn->open = true;
        memset(txn->stale, true, sizeof(txn->stale));
        txn->view.log_known = false;
        txn->view.snapshot = store_read_txnid(txn);

        if (txn->moved != txn->env->moved) {
            txn->moved = txn->env->moved;
            store_kept_forget(&txn->view);
        }
    }

    return store_lmdb_status(rc);
}


void
store_read_reset(store_txn_t *txn)
{
    if (txn->open) {
        mdb_txn_reset(txn->txn);
        txn->open = false;
        txn->view.snapshot = 0;
    }
}


void
store_read_free(store_txn_t *txn)
{
    if (txn == NULL) {
        return;
    }

    store_table_close(txn);
    mdb_txn_abort(txn->txn);
    store_kept_free(&txn->view);
    free(txn);
}


store_status_t
store_read_keep(store_txn_t *txn)
{
    int  rc;

    store_table_close(txn);
    rc = mdb_txn_commit(txn->txn);
    store_kept_free(&txn->view);
    free(txn);

    return store_lmdb_status(rc);
}


store_status_t
store_write_begin(store_env_t *env, store_view_t **view)
{
    int           rc;
    store_txn_t  *txn = &env->write;

    memset(txn, 0, sizeof(*txn));

    txn->env = env;
    txn->view.place = &store_place_lmdb;
    txn->view.sha256 = env->sha256;
    txn->view.arena = &env->arena;

    if (env->read_only) {
        return STORE_DENIED;
    }

    rc = begin_in_turn(env, &txn->txn);

    if (rc != 0) {
        return store_lmdb_status(rc);
    }

    *view = &txn->view;

    return STORE_OK;
}


/*
 * LMDB's lock goes to whoever asks first once it is free, and that is whoever
 * has just given it back: who writes one batch after the other would keep all
 * others out.  So those who wait for it stand in line: each holds its place,
 * asleep or not, until the one before it is free.  The kernel frees the places
 * of who is killed; where it gives none, the order is LMDB's.
 */

static int
begin_in_turn(store_env_t *env, MDB_txn **txn)
{
    int  rc, at;

    for (at = LINE - 1; at >= 0; at--) {
        in_line(env, at, F_WRLCK);

        if (at + 1 < LINE) {
            in_line(env, at + 1, F_UNLCK);
        }
    }

    rc = mdb_txn_begin(env->env, NULL, 0, txn);
    in_line(env, 0, F_UNLCK);

    return rc;
}


static void
in_line(store_env_t *env, int at, short type)
{
    struct flock  lock;

    memset(&lock, 0, sizeof(lock));
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = LINE_AT + at;
    lock.l_len = 1;

    while (fcntl(env->line, F_OFD_SETLKW, &lock) != 0 && errno == EINTR) {
        continue;
    }
}


store_status_t
store_write_commit(store_env_t *env)
{
    int             rc;
    store_status_t  status;
    store_txn_t    *txn = &env->write;

    if (txn->view.status != STORE_OK) {
        status = txn->view.status;
        store_write_abort(env);
        return status;
    }

    store_table_close(txn);

    /* frees the transaction whatever comes of it */
    rc = mdb_txn_commit(txn->txn);
    txn->txn = NULL;

    store_arena_reset(&env->arena);

    return store_lmdb_status(rc);
}


void
store_write_abort(store_env_t *env)
{
    store_txn_t  *txn = &env->write;

    store_table_close(txn);

    if (txn->txn != NULL) {
        mdb_txn_abort(txn->txn);
        txn->txn = NULL;
    }

    store_arena_reset(&env->arena);
}


static store_status_t
place_get(store_view_t *view, store_slice_t key, store_slice_t *value)
{
    store_status_t  rc;

    rc = store_table_get(store_view_txn(view), key, value);

    return rc == STORE_OK ? keep(view, value) : rc;
}


static store_status_t
place_put(store_view_t *view, store_slice_t key, store_slice_t value)
{
    return store_table_put(store_view_txn(view), key, value);
}


static store_status_t
place_remove(store_view_t *view, store_slice_t key)
{
    return store_table_remove(store_view_txn(view), key);
}


static store_status_t
place_next(store_view_t *view, store_slice_t from, store_slice_t *key,
    store_slice_t *value)
{
    store_status_t  rc;

    rc = store_table_seek(store_view_txn(view), from, key, value);

    /* one of a class before is a damaged page: who walks sees to it */

    if (rc == STORE_OK && key->len != 0 && key->data[0] > from.data[0]) {
        return STORE_NOT_FOUND;
    }

    if (rc == STORE_OK) {
        rc = keep(view, key);
    }

    return rc == STORE_OK ? keep(view, value) : rc;
}


static store_status_t
place_last(store_view_t *view, store_key_class_t key_class,
    store_slice_t *key, store_slice_t *value)
{
    store_status_t  rc;

    rc = store_table_last(store_view_txn(view), (uint8_t) key_class, key,
                          value);

    if (rc != STORE_OK) {
        return rc;
    }

    if (key->len == 0 || key->data[0] != key_class) {
        return STORE_NOT_FOUND;
    }

    rc = keep(view, key);

    return rc == STORE_OK ? keep(view, value) : rc;
}


static store_status_t
keep(store_view_t *view, store_slice_t *slice)
{
    uint8_t  *copy;

    if (view->arena == NULL || slice->len == 0) {
        return STORE_OK;
    }

    copy = store_arena_take(view->arena, slice->len);

    if (copy == NULL) {
        store_view_fail(view, STORE_NO_MEMORY);
        return STORE_NO_MEMORY;
    }

    memcpy(copy, slice->data, slice->len);
    slice->data = copy;

    return STORE_OK;
}
