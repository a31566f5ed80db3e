/* Batches over LMDB: durable, whole or not at all, by many processes. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store_folder.h"


enum { ACME = 1, OLGA = 2 };


static store_status_t
apply(store_env_t *env, store_op_t *op)
{
    store_status_t  rc = store_apply(env, &op, 1);

    return rc == STORE_OK ? op->status : rc;
}


static void
account(store_op_t *op, uint32_t n, const char *name)
{
    folder_op(op, STORE_OP_ACCOUNT_CREATE);
    op->in.account_create.account = folder_id(n);
    op->in.account_create.name = folder_text(name);
}


static void
user(store_op_t *op, uint32_t n, const char *name)
{
    folder_op(op, STORE_OP_USER_CREATE);
    op->in.user_create.user = folder_id(n);
    op->in.user_create.account = folder_id(ACME);
    op->in.user_create.name = folder_text(name);
}


/* Makes users named PREFIX0, PREFIX1, ... one batch of four after another;
   writes the number of those answered into `told`. */

static void
write_users(const char *path, const char *prefix, uint32_t from, uint32_t n,
    int told)
{
    char            names[4][32];
    uint32_t        i, k;
    store_op_t      ops[4], *batch[4];
    store_env_t    *env = folder_open(path, 0);

    for (i = 0; i < n; i += 4) {
        for (k = 0; k < 4; k++) {
            (void) snprintf(names[k], sizeof(names[k]), "%s%u", prefix,
                            (unsigned) (i + k));
            user(&ops[k], from + i + k, names[k]);
            batch[k] = &ops[k];
        }

        if (store_apply(env, batch, 4) != STORE_OK) {
            _exit(2);
        }

        for (k = 0; k < 4; k++) {
            if (ops[k].status != STORE_OK) {
                _exit(3);
            }
        }

        if (told != -1) {
            k = i + 4;

            if (write(told, &k, sizeof(k)) != sizeof(k)) {
                _exit(4);
            }
        }
    }

    store_close(env);
}


static uint32_t
users(store_env_t *env, const char *prefix, uint32_t n)
{
    char             name[32];
    uint32_t         i;
    store_id_t       id = folder_id(ACME);
    store_txn_t     *txn = folder_read(env);
    store_user_t     found;

    for (i = 0; i < n; i++) {
        (void) snprintf(name, sizeof(name), "%s%u", prefix, (unsigned) i);

        if (store_user_by_name(txn, &id, folder_text(name), &found)
            != STORE_OK)
        {
            break;
        }
    }

    store_read_free(txn);

    return i;
}


static void
one_refused_leaves_the_others(void **state)
{
    char             path[64];
    store_op_t       ops[4], *batch[4] = { ops, ops + 1, ops + 2, ops + 3 };
    store_env_t     *env;

    (void) state;
    env = folder_new(path, 0);

    account(&ops[0], ACME, "acme");
    user(&ops[1], OLGA, "olga");
    user(&ops[2], 3, "olga");
    user(&ops[3], 4, "emil");

    assert_int_equal(store_apply(env, batch, 4), STORE_OK);
    assert_int_equal(ops[0].status, STORE_OK);
    assert_int_equal(ops[1].status, STORE_OK);
    assert_int_equal(ops[2].status, STORE_EXISTS);
    assert_int_equal(ops[3].status, STORE_OK);

    /* asked again, the same answers and nothing new */

    assert_int_equal(store_apply(env, batch, 4), STORE_OK);
    assert_int_equal(ops[1].status, STORE_OK);
    assert_true(ops[1].out.again);
    assert_int_equal(ops[2].status, STORE_EXISTS);
    folder_whole(env);

    ops[0].id = folder_id(0);
    memset(ops[0].id.b, 0, STORE_ID_LEN);
    assert_int_equal(apply(env, &ops[0]), STORE_INVALID);
    ops[0].kind = STORE_OPS;
    assert_int_equal(apply(env, &ops[0]), STORE_INVALID);
    assert_int_equal(store_apply(env, NULL, 0), STORE_OK);

    folder_drop(env, path);
}


static void
one_damaged_record_leaves_the_others(void **state)
{
    char             path[64];
    uint8_t          junk[] = { 1, 9 };
    store_op_t       ops[3], *batch[3] = { ops, ops + 1, ops + 2 };
    store_env_t     *env;
    store_key_t      key;
    store_view_t    *view;
    store_slice_t    value = { junk, sizeof(junk) };

    (void) state;
    env = folder_new(path, 0);

    account(&ops[0], ACME, "acme");
    assert_int_equal(apply(env, &ops[0]), STORE_OK);
    user(&ops[0], OLGA, "olga");
    assert_int_equal(apply(env, &ops[0]), STORE_OK);

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    store_key(&key, STORE_KEY_USER);
    store_key_id(&key, &ops[0].in.user_create.user);
    store_view_put(view, &key, value);
    assert_int_equal(store_write_commit(env), STORE_OK);

    user(&ops[0], 3, "emil");
    folder_op(&ops[1], STORE_OP_USER_SET);
    ops[1].in.user_set.user = folder_id(OLGA);
    ops[1].in.user_set.set_suspended = true;
    ops[1].in.user_set.suspended = true;
    user(&ops[2], 4, "ute");

    assert_int_equal(store_apply(env, batch, 3), STORE_OK);
    assert_int_equal(ops[0].status, STORE_OK);
    assert_int_equal(ops[1].status, STORE_CORRUPT);
    assert_int_equal(ops[2].status, STORE_OK);

    folder_drop(env, path);
}


/* Ending the call comes to a damaged participant when it has written already:
   nothing of it may stay. */

static void
one_that_fails_late_leaves_nothing(void **state)
{
    char             path[64];
    uint8_t          junk[] = { 1, 9 };
    uint64_t         last;
    store_op_t       ops[3], *batch[3] = { ops, ops + 1, ops + 2 };
    store_env_t     *env;
    store_key_t      key;
    store_txn_t     *txn;
    store_call_t     call;
    store_view_t    *view;
    store_slice_t    value = { junk, sizeof(junk) };

    (void) state;
    env = folder_new(path, 0);

    account(&ops[0], ACME, "acme");
    assert_int_equal(apply(env, &ops[0]), STORE_OK);
    user(&ops[0], OLGA, "olga");
    assert_int_equal(apply(env, &ops[0]), STORE_OK);

    folder_op(&ops[0], STORE_OP_CALL_CREATE);
    ops[0].in.call_create.call = folder_id(6);
    ops[0].in.call_create.account = folder_id(ACME);
    ops[0].in.call_create.owner = folder_id(OLGA);
    ops[0].in.call_create.kind = STORE_CALL_CONFERENCE;
    ops[0].in.call_create.room = 1;
    assert_int_equal(apply(env, &ops[0]), STORE_OK);

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    store_key(&key, STORE_KEY_PARTICIPANT);
    store_key_id(&key, &ops[0].in.call_create.call);
    store_key_id(&key, &ops[0].in.call_create.call);
    store_view_put(view, &key, value);
    assert_int_equal(store_write_commit(env), STORE_OK);

    user(&ops[0], 3, "emil");
    folder_op(&ops[1], STORE_OP_CALL_END);
    ops[1].in.call_end.call = folder_id(6);
    user(&ops[2], 4, "ute");

    assert_int_equal(store_apply(env, batch, 3), STORE_OK);
    assert_int_equal(ops[0].status, STORE_OK);
    assert_int_equal(ops[1].status, STORE_CORRUPT);
    assert_int_equal(ops[2].status, STORE_OK);

    txn = folder_read(env);
    assert_int_equal(store_call_get(txn, &ops[1].in.call_end.call, &call),
                     STORE_OK);
    assert_int_equal(call.state, STORE_CALL_OPEN);
    assert_int_equal(store_log_last(txn, &last), STORE_OK);
    assert_int_equal(last, 5);
    assert_int_equal(store_log_verify(txn, folder_sha256, NULL, NULL, &last),
                     STORE_OK);
    assert_int_equal(last, 0);
    store_read_free(txn);

    folder_drop(env, path);
}


static void
two_processes_write_at_once(void **state)
{
    int           status;
    char          path[64];
    pid_t         pid[2];
    uint32_t      i;
    store_op_t    op;
    store_env_t  *env;

    (void) state;
    env = folder_new(path, 0);
    account(&op, ACME, "acme");
    assert_int_equal(apply(env, &op), STORE_OK);
    store_close(env);

    for (i = 0; i < 2; i++) {
        pid[i] = fork();
        assert_int_not_equal(pid[i], -1);

        if (pid[i] == 0) {
            write_users(path, i ? "b" : "a", 1000 + 1000 * i, 200, -1);
            _exit(0);
        }
    }

    for (i = 0; i < 2; i++) {
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }

    env = folder_open(path, 0);
    assert_int_equal(users(env, "a", 200), 200);
    assert_int_equal(users(env, "b", 200), 200);
    folder_whole(env);
    folder_drop(env, path);
}


static void
killed_in_the_middle(void **state)
{
    int            pipes[2], status;
    char           path[64], prefix[8];
    pid_t          pid;
    uint32_t       turn, told, seen;
    store_op_t     op;
    store_env_t   *env;

    (void) state;
    env = folder_new(path, 0);
    account(&op, ACME, "acme");
    assert_int_equal(apply(env, &op), STORE_OK);
    store_close(env);

    for (turn = 0; turn < 8; turn++) {
        (void) snprintf(prefix, sizeof(prefix), "t%u-", (unsigned) turn);
        assert_int_equal(pipe(pipes), 0);

        pid = fork();
        assert_int_not_equal(pid, -1);

        if (pid == 0) {
            (void) close(pipes[0]);
            write_users(path, prefix, 10000 * (turn + 1), 100000, pipes[1]);
            _exit(0);
        }

        (void) close(pipes[1]);
        (void) usleep(3000 + 4000 * turn);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));

        told = 0;

        while (read(pipes[0], &seen, sizeof(seen)) == sizeof(seen)) {
            told = seen;
        }

        (void) close(pipes[0]);

        /* all that was answered is there, and batches are whole */

        env = folder_open(path, 0);
        seen = users(env, prefix, 100000);
        assert_true(seen == told || seen == told + 4);
        folder_whole(env);

        account(&op, 2000000 + turn, prefix);
        assert_int_equal(apply(env, &op), STORE_OK);
        store_close(env);
    }

    env = folder_open(path, 0);
    folder_drop(env, path);
}


static void
a_full_map_stops_writes_alone(void **state)
{
    char             path[64], name[32];
    uint32_t         i;
    store_id_t       last;
    store_op_t       ops[2], *batch[2] = { ops, ops + 1 };
    store_env_t     *env;
    store_txn_t     *txn;
    store_user_t     found;
    store_stat_t     before, after;
    store_status_t   rc;

    (void) state;
    env = folder_new(path, UINT64_C(1) << 20);
    account(&ops[0], ACME, "acme");
    assert_int_equal(apply(env, &ops[0]), STORE_OK);

    for (i = 0, rc = STORE_OK; rc == STORE_OK && i < 20000; i += 2) {
        (void) snprintf(name, sizeof(name), "u%u", (unsigned) i);
        user(&ops[0], 10 + i, name);
        user(&ops[1], 11 + i, name + 1);
        rc = store_apply(env, batch, 2);
    }

    assert_int_equal(rc, STORE_FULL);
    assert_int_equal(ops[0].status, STORE_FULL);
    assert_int_equal(ops[1].status, STORE_FULL);
    last = folder_id(11 + i - 4);

    assert_int_equal(store_stat(env, &before), STORE_OK);

    for (i = 0; i < 5; i++) {
        assert_int_equal(store_apply(env, batch, 2), STORE_FULL);
    }

    assert_int_equal(store_stat(env, &after), STORE_OK);
    assert_int_equal(before.txnid, after.txnid);
    assert_int_equal(before.log_last, after.log_last);

    /* reads go on; nothing of what failed is there, all else is */

    txn = folder_read(env);
    assert_int_equal(store_user_get(txn, &ops[0].in.user_create.user, &found),
                     STORE_NOT_FOUND);
    assert_int_equal(store_user_get(txn, &last, &found), STORE_OK);
    store_read_free(txn);

    folder_whole(env);
    folder_drop(env, path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(one_refused_leaves_the_others),
        cmocka_unit_test(one_damaged_record_leaves_the_others),
        cmocka_unit_test(one_that_fails_late_leaves_nothing),
        cmocka_unit_test(two_processes_write_at_once),
        cmocka_unit_test(killed_in_the_middle),
        cmocka_unit_test(a_full_map_stops_writes_alone)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
