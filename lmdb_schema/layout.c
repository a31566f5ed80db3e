/*
 * Which of LMDB's trees holds what.  What every decision reads stays in the
 * main one, which is then as deep as the people and calls there are ask for,
 * however many invitations, index keys and events lie beside it.
 *
 * The main tree holds the names of the others, too, as keys of their own, in
 * front of all records; so no class of keys begins as a name does.
 */

#include <string.h>

#include <lmdb_schema/lmdb_int.h>


#define NAME  "\002"


static const char *const  names[STORE_TABLES] = {
    [STORE_TABLE_INVITATION] = NAME "invitation",
    [STORE_TABLE_HISTORY] = NAME "history",
    [STORE_TABLE_INDEX] = NAME "index",
    [STORE_TABLE_DUE] = NAME "due",
    [STORE_TABLE_LOG] = NAME "log"
};


/* Ranges of classes, the first that holds one; any other is in the main. */

static const struct {
    uint8_t        from;
    uint8_t        to;
    store_table_t  table;
} ranges[] = {
    { STORE_KEY_INVITATION, STORE_KEY_INVITATION, STORE_TABLE_INVITATION },
    { STORE_KEY_INTERACTION, STORE_KEY_TASK, STORE_TABLE_HISTORY },
    { STORE_KEY_CHECKPOINT, STORE_KEY_ANSWER, STORE_TABLE_HISTORY },
    { STORE_KEY_ACCOUNT_NAME, STORE_KEY_USER_NAME, STORE_TABLE_MAIN },
    { STORE_KEY_PARTICIPANT_OF, STORE_KEY_PARTICIPANT_OF, STORE_TABLE_MAIN },
    { STORE_KEY_USER_SUBJECT, STORE_KEY_USER_SUBJECT, STORE_TABLE_MAIN },
    { STORE_KEY_DUE, STORE_KEY_DUE, STORE_TABLE_DUE },
    { STORE_KEY_ACCOUNT_NAME, 0x5f, STORE_TABLE_INDEX },
    { STORE_KEY_EVENT, STORE_KEY_EVENT, STORE_TABLE_LOG }
};


static int move(MDB_txn *txn, const MDB_dbi *dbi);
static int move_pair(MDB_txn *txn, MDB_dbi to, const MDB_val *key,
    const MDB_val *value);


bool
store_table_of(uint8_t key_class, store_table_t *table)
{
    size_t  i;

    *table = STORE_TABLE_MAIN;

    if (key_class < STORE_KEY_INVITATION) {
        return key_class != NAME[0];
    }

    for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (key_class >= ranges[i].from && key_class <= ranges[i].to) {
            *table = ranges[i].table;
            return true;
        }
    }

    return true;
}


store_status_t
store_layout_open(store_txn_t *txn, bool create)
{
    int           rc;
    size_t        i;
    MDB_dbi       dbi[STORE_TABLES];
    store_env_t  *env = txn->env;

    dbi[STORE_TABLE_MAIN] = env->dbi[STORE_TABLE_MAIN];

    for (i = STORE_TABLE_MAIN + 1; i < STORE_TABLES; i++) {
        rc = mdb_dbi_open(txn->txn, names[i], create ? MDB_CREATE : 0,
                          &dbi[i]);

        if (rc != 0) {
            return rc == MDB_NOTFOUND ? STORE_CORRUPT : store_lmdb_status(rc);
        }
    }

    memcpy(env->dbi, dbi, sizeof(dbi));

    return STORE_OK;
}


store_status_t
store_layout_move(store_txn_t *txn)
{
    return store_lmdb_status(move(txn->txn, txn->env->dbi));
}


void
store_layout_old(store_env_t *env)
{
    size_t  i;

    for (i = 0; i < STORE_TABLES; i++) {
        env->dbi[i] = env->dbi[STORE_TABLE_MAIN];
    }
}


/* Keys come in order, so each table is filled by appending. */

static int
move(MDB_txn *txn, const MDB_dbi *dbi)
{
    int             rc;
    MDB_val         key, value;
    MDB_cursor     *cursor;
    store_table_t   table;

    rc = mdb_cursor_open(txn, dbi[STORE_TABLE_MAIN], &cursor);

    if (rc != 0) {
        return rc;
    }

    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {

        if (!store_table_of(*(const uint8_t *) key.mv_data, &table)
            || table == STORE_TABLE_MAIN)
        {
            continue;
        }

        rc = move_pair(txn, dbi[table], &key, &value);

        if (rc == 0) {
            rc = mdb_cursor_del(cursor, 0);
        }

        if (rc != 0) {
            break;
        }
    }

    mdb_cursor_close(cursor);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* What a cursor gives may go with the next write. */

static int
move_pair(MDB_txn *txn, MDB_dbi to, const MDB_val *key, const MDB_val *value)
{
    uint8_t  bytes[STORE_LIMIT_KEY + STORE_LIMIT_VALUE];
    MDB_val  k, v;

    if (key->mv_size > STORE_LIMIT_KEY || value->mv_size > STORE_LIMIT_VALUE) {
        return MDB_CORRUPTED;
    }

    memcpy(bytes, key->mv_data, key->mv_size);
    memcpy(bytes + key->mv_size, value->mv_data, value->mv_size);

    k.mv_data = bytes;
    k.mv_size = key->mv_size;
    v.mv_data = bytes + key->mv_size;
    v.mv_size = value->mv_size;

    return mdb_put(txn, to, &k, &v, MDB_APPEND);
}
