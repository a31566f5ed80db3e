/* The tables that a store is in, and how one that was in one tree got there. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <lmdb_schema/lmdb_int.h>

#include "store_folder.h"


#define LINKS  300


static void
apply(store_env_t *env, store_op_t *op)
{
    assert_int_equal(store_apply(env, &op, 1), STORE_OK);
    assert_int_equal(op->status, STORE_OK);
}


static void
fill(store_env_t *env)
{
    uint32_t    i;
    store_op_t  op;

    folder_op(&op, STORE_OP_ACCOUNT_CREATE);
    op.in.account_create.account = folder_id(1000);
    op.in.account_create.name = folder_text("acme");
    apply(env, &op);

    folder_op(&op, STORE_OP_USER_CREATE);
    op.in.user_create.user = folder_id(1001);
    op.in.user_create.account = folder_id(1000);
    op.in.user_create.name = folder_text("olga");
    apply(env, &op);

    folder_op(&op, STORE_OP_CALL_CREATE);
    op.in.call_create.call = folder_id(1002);
    op.in.call_create.account = folder_id(1000);
    op.in.call_create.owner = folder_id(1001);
    op.in.call_create.kind = STORE_CALL_CONFERENCE;
    op.in.call_create.room = 1;
    op.presence.never_joined = 100000;
    apply(env, &op);

    for (i = 0; i < LINKS; i++) {
        folder_op(&op, STORE_OP_INVITATION_CREATE);
        op.in.invitation_create.invitation = folder_id(2000 + i);
        op.in.invitation_create.call = folder_id(1002);
        op.in.invitation_create.kind = STORE_INV_CONFERENCE;
        op.in.invitation_create.inviter = folder_id(1001);
        op.in.invitation_create.channel = 4;
        op.in.invitation_create.bound_to = 1;
        op.in.invitation_create.expires = op.now + 1000000;
        apply(env, &op);
    }
}


/* As versions before 3 had it: everything in the main tree. */

static void
make_old(store_env_t *env, uint32_t version)
{
    size_t       i;
    MDB_txn     *txn;
    MDB_val      key, value;
    uint8_t      bytes[4];
    MDB_cursor  *cursor;

    assert_int_equal(mdb_txn_begin(env->env, NULL, 0, &txn), 0);

    for (i = STORE_TABLE_MAIN + 1; i < STORE_TABLES; i++) {
        assert_int_equal(mdb_cursor_open(txn, env->dbi[i], &cursor), 0);

        while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
            assert_int_equal(mdb_put(txn, env->dbi[STORE_TABLE_MAIN], &key,
                                     &value, 0), 0);
        }

        mdb_cursor_close(cursor);
        assert_int_equal(mdb_drop(txn, env->dbi[i], 1), 0);
    }

    store_put_u32(bytes, version);
    key.mv_data = "\x01" STORE_META_SCHEMA;
    key.mv_size = 1 + strlen(STORE_META_SCHEMA);
    value.mv_data = bytes;
    value.mv_size = sizeof(bytes);
    assert_int_equal(mdb_put(txn, env->dbi[STORE_TABLE_MAIN], &key, &value,
                             0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    store_layout_old(env);
}


static uint64_t
keys_of(store_env_t *env)
{
    uint64_t      n;
    store_txn_t  *txn = folder_read(env);

    assert_int_equal(store_table_entries(txn, &n), STORE_OK);
    store_read_free(txn);

    return n;
}


static void
readable(store_env_t *env)
{
    uint32_t             i;
    store_id_t           link;
    store_txn_t         *txn = folder_read(env);
    store_invitation_t   inv;

    for (i = 0; i < LINKS; i++) {
        link = folder_id(2000 + i);
        assert_int_equal(store_invitation_get(txn, &link, &inv), STORE_OK);
    }

    store_read_free(txn);
}


static void
an_older_store_is_moved_into_its_tables(void **state)
{
    int             i;
    char            path[64];
    uint32_t        version;
    uint64_t        keys;
    MDB_stat        stat;
    store_env_t    *env;
    store_txn_t    *txn;
    store_error_t   error;

    (void) state;

    for (version = 1; version < 3; version++) {
        env = folder_new(path, 0);
        fill(env);
        keys = keys_of(env);
        make_old(env, version);
        store_close(env);

        /* whoever may only read reads it where it is */

        assert_int_equal(folder_try(path, 0, false, true, &env, &error),
                         STORE_OK);
        assert_int_equal(keys_of(env), keys);
        readable(env);
        folder_whole(env);
        store_close(env);

        env = folder_open(path, 0);
        assert_int_equal(keys_of(env), keys);
        readable(env);
        folder_whole(env);

        txn = folder_read(env);
        assert_int_equal(mdb_stat(txn->txn, env->dbi[STORE_TABLE_INVITATION],
                                  &stat), 0);
        assert_int_equal(stat.ms_entries, LINKS);
        store_read_free(txn);
        store_close(env);

        for (i = 0; i < 2; i++) {
            env = folder_open(path, 0);
            assert_int_equal(keys_of(env), keys);
            folder_whole(env);
            store_close(env);
        }

        folder_drop(NULL, path);
    }
}


static void
one_without_room_to_move_is_left_as_it_was(void **state)
{
    char            path[64];
    uint64_t        keys;
    store_env_t    *env;
    store_stat_t    stat;
    store_error_t   error;

    (void) state;
    env = folder_new(path, 1 << 20);
    fill(env);
    make_old(env, 2);
    keys = keys_of(env);
    assert_int_equal(store_stat(env, &stat), STORE_OK);

    while (stat.used_bytes + 40960 < stat.map_bytes) {
        MDB_txn  *txn;
        MDB_val   key, value = { 4000, NULL };
        uint8_t   name[6] = { STORE_KEY_META, 'x' };

        store_put_u32(name + 2, (uint32_t) keys);
        key.mv_data = name;
        key.mv_size = sizeof(name);
        assert_int_equal(mdb_txn_begin(env->env, NULL, 0, &txn), 0);
        assert_int_equal(mdb_put(txn, env->dbi[STORE_TABLE_MAIN], &key,
                                 &value, MDB_RESERVE), 0);
        memset(value.mv_data, 1, value.mv_size);
        assert_int_equal(mdb_txn_commit(txn), 0);
        assert_int_equal(store_stat(env, &stat), STORE_OK);
        keys++;
    }

    store_close(env);
    assert_int_equal(folder_try(path, 1 << 20, false, false, &env, &error),
                     STORE_FULL);
    assert_int_equal(folder_try(path, 1 << 20, false, true, &env, &error),
                     STORE_OK);
    assert_int_equal(keys_of(env), keys);
    readable(env);
    store_close(env);

    env = folder_open(path, 16 << 20);
    assert_int_equal(keys_of(env), keys);
    readable(env);
    folder_whole(env);
    folder_drop(env, path);
}


static void
what_a_decision_reads_lies_apart_from_what_grows(void **state)
{
    size_t         i;
    store_table_t  table;

    static const uint8_t  main_ones[] = {
        STORE_KEY_META, STORE_KEY_ACCOUNT, STORE_KEY_USER, STORE_KEY_SESSION,
        STORE_KEY_CALL, STORE_KEY_PARTICIPANT, STORE_KEY_USER_NAME,
        STORE_KEY_PARTICIPANT_OF, STORE_KEY_ATTACH
    };

    (void) state;

    for (i = 0; i < sizeof(main_ones); i++) {
        assert_true(store_table_of(main_ones[i], &table));
        assert_int_equal(table, STORE_TABLE_MAIN);
    }

    assert_true(store_table_of(STORE_KEY_INVITATION_CALL, &table));
    assert_int_equal(table, STORE_TABLE_INDEX);
    assert_true(store_table_of(STORE_KEY_EVENT, &table));
    assert_int_equal(table, STORE_TABLE_LOG);
}


static void
no_key_begins_as_a_table_is_named(void **state)
{
    char           path[64];
    store_env_t   *env;
    store_key_t    key;
    store_view_t  *view;
    store_slice_t  value = { (const uint8_t *) "1", 1 };

    (void) state;
    env = folder_new(path, 0);

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    store_key(&key, (store_key_class_t) 2);
    store_key_bytes(&key, "log", 3);
    assert_int_equal(store_view_get(view, &key, &value), STORE_NOT_FOUND);
    store_view_put(view, &key, value);
    assert_int_equal(view->status, STORE_INVALID);
    store_write_abort(env);

    folder_whole(env);
    folder_drop(env, path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_older_store_is_moved_into_its_tables),
        cmocka_unit_test(one_without_room_to_move_is_left_as_it_was),
        cmocka_unit_test(what_a_decision_reads_lies_apart_from_what_grows),
        cmocka_unit_test(no_key_begins_as_a_table_is_named)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
