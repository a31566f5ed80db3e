/* Opening a store: what is refused, and that it is left as it is. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store_folder.h"


#define NOBODY  65534


static void
make_account(store_env_t *env, uint32_t n, const char *name,
    store_status_t expect)
{
    store_op_t      op, *ops[1] = { &op };
    store_status_t  rc;

    folder_op(&op, STORE_OP_ACCOUNT_CREATE);
    op.in.account_create.account = folder_id(n);
    op.in.account_create.name = folder_text(name);
    rc = store_apply(env, ops, 1);
    assert_int_equal(rc == STORE_OK ? op.status : rc, expect);
}


static void
refused(const char *path, bool create, store_status_t status,
    const char *words)
{
    store_env_t    *env;
    store_error_t   error;

    assert_int_equal(folder_try(path, 0, create, false, &env, &error),
                     status);
    assert_null(env);
    assert_int_equal(error.code, status);

    if (strstr(error.text, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
    }
}


static void
made_opened_again_and_private(void **state)
{
    char          path[64], file[80];
    store_env_t  *env;
    struct stat   st;
    uint64_t      txnid;
    store_stat_t  figures;

    (void) state;
    env = folder_new(path, 0);

    (void) snprintf(file, sizeof(file), "%s/data.mdb", path);
    assert_string_equal(store_data_file(env), file);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    (void) snprintf(file, sizeof(file), "%s/lock.mdb", path);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    txnid = store_txnid(env);
    make_account(env, 1, "acme", STORE_OK);
    assert_int_equal(store_txnid(env), txnid + 1);
    store_close(env);

    env = folder_open(path, 0);
    make_account(env, 2, "acme", STORE_EXISTS);
    assert_int_equal(store_stat(env, &figures), STORE_OK);
    assert_int_equal(figures.log_last, 1);
    assert_int_equal(figures.readers_max, 1022);
    assert_int_equal(figures.map_bytes, 64 << 20);
    folder_drop(env, path);
}


static void
what_is_no_store_is_left_alone(void **state)
{
    FILE         *file;
    char          path[] = "/tmp/xassist-store-XXXXXX", data[80];
    struct stat   st;

    (void) state;
    assert_non_null(mkdtemp(path));
    (void) snprintf(data, sizeof(data), "%s/data.mdb", path);

    refused("/tmp/xassist-no-such-folder", false, STORE_NOT_FOUND, "init");
    refused("", false, STORE_INVALID, "path");
    refused(path, false, STORE_NOT_FOUND, "store init");
    assert_int_equal(access(data, F_OK), -1);

    file = fopen(data, "w");
    assert_non_null(file);
    (void) fclose(file);
    refused(path, false, STORE_CORRUPT, "is empty");
    assert_int_equal(stat(data, &st), 0);
    assert_int_equal(st.st_size, 0);

    file = fopen(data, "w");
    assert_non_null(file);

    for (int i = 0; i < 2000; i++) {
        (void) fputs("not a store ", file);
    }

    (void) fclose(file);
    refused(path, false, STORE_CORRUPT, "opened");
    refused(path, true, STORE_CORRUPT, "opened");
    assert_int_equal(stat(data, &st), 0);
    assert_int_equal(st.st_size, 24000);

    folder_drop(NULL, path);
}


/* Puts one raw pair and closes. */

static void
put_raw(const char *path, const char *word, const uint8_t *bytes, size_t len)
{
    store_env_t    *env = folder_open(path, 0);
    store_key_t     key;
    store_view_t   *view;
    store_slice_t   value = { bytes, len };

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    store_key(&key, STORE_KEY_META);
    store_key_bytes(&key, word, strlen(word));
    store_view_put(view, &key, value);
    assert_int_equal(store_write_commit(env), STORE_OK);
    store_close(env);
}


static void
a_newer_schema_is_refused(void **state)
{
    char          path[64];
    store_env_t  *env;

    static const uint8_t  newer[] = { 0, 0, 0, 99 }, wrong[] = { 1 };

    (void) state;
    env = folder_new(path, 0);
    make_account(env, 1, "acme", STORE_OK);
    store_close(env);

    put_raw(path, "schema", newer, sizeof(newer));
    refused(path, false, STORE_NEWER, "newer version");
    refused(path, true, STORE_NEWER, "newer version");

    folder_drop(NULL, path);

    env = folder_new(path, 0);
    store_close(env);
    put_raw(path, "schema", wrong, sizeof(wrong));
    refused(path, true, STORE_CORRUPT, "not a store");
    folder_drop(NULL, path);
}


static void
read_only(void **state)
{
    int              status;
    char             path[64], file[80];
    pid_t            pid;
    store_id_t       id = folder_id(1);
    store_env_t     *env;
    store_txn_t     *txn;
    store_error_t    error;
    store_account_t  account;

    (void) state;
    env = folder_new(path, 0);
    make_account(env, 1, "acme", STORE_OK);
    store_close(env);

    assert_int_equal(folder_try(path, 0, false, true, &env, &error),
                     STORE_OK);
    make_account(env, 2, "other", STORE_DENIED);
    txn = folder_read(env);
    assert_int_equal(store_account_get(txn, &id, &account), STORE_OK);
    store_read_free(txn);
    store_close(env);

    /* files that may not be written: told so, nothing harmed */

    (void) snprintf(file, sizeof(file), "%s/data.mdb", path);
    assert_int_equal(chmod(path, 0755), 0);
    assert_int_equal(chmod(file, 0444), 0);

    pid = fork();
    assert_int_not_equal(pid, -1);

    if (pid == 0) {
        if (geteuid() == 0 && setuid(NOBODY) != 0) {
            _exit(1);
        }

        _exit(folder_try(path, 0, false, false, &env, &error)
              == STORE_DENIED ? 0 : 2);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);

    env = folder_open(path, 0);
    folder_whole(env);
    folder_drop(env, path);
}


static void
a_reader_sees_its_moment(void **state)
{
    char              path[64];
    store_id_t        id = folder_id(2);
    store_env_t      *env;
    store_txn_t      *txn;
    store_account_t   account;

    (void) state;
    env = folder_new(path, 0);
    make_account(env, 1, "acme", STORE_OK);

    txn = folder_read(env);
    assert_int_equal(store_account_get(txn, &id, &account), STORE_NOT_FOUND);
    make_account(env, 2, "later", STORE_OK);
    assert_int_equal(store_account_get(txn, &id, &account), STORE_NOT_FOUND);
    assert_int_equal(store_account_by_name(txn, folder_text("later"),
                                           &account), STORE_NOT_FOUND);

    store_read_reset(txn);
    assert_int_equal(store_read_renew(txn), STORE_OK);
    assert_int_equal(store_account_get(txn, &id, &account), STORE_OK);
    assert_int_equal(store_account_by_name(txn, folder_text("later"),
                                           &account), STORE_OK);

    store_read_free(txn);
    store_read_free(NULL);
    folder_drop(env, path);
}


static void
long_names_have_keys(void **state)
{
    char              path[64], name[65];
    uint32_t          n;
    store_env_t      *env;
    store_txn_t      *txn;
    store_account_t   account;

    (void) state;
    env = folder_new(path, 0);

    for (n = 1; n <= 64; n++) {
        memset(name, 'n', n);
        name[n] = '\0';
        make_account(env, n, name, STORE_OK);
        make_account(env, 100 + n, name, STORE_EXISTS);
    }

    txn = folder_read(env);

    for (n = 1; n <= 64; n++) {
        memset(name, 'n', n);
        name[n] = '\0';
        assert_int_equal(store_account_by_name(txn, folder_text(name),
                                               &account), STORE_OK);
        assert_int_equal(account.id.b[STORE_ID_LEN - 1], n);
    }

    store_read_free(txn);
    folder_whole(env);
    folder_drop(env, path);
}


static void
a_backup_is_a_store(void **state)
{
    char              path[64], copy[] = "/tmp/xassist-store-XXXXXX";
    char              file[80];
    store_id_t        id = folder_id(1);
    store_env_t      *env;
    store_txn_t      *txn;
    struct stat       st;
    store_account_t   account;

    (void) state;
    env = folder_new(path, 0);
    make_account(env, 1, "acme", STORE_OK);

    assert_int_equal(store_backup(env, "/tmp/xassist-no-such-folder"),
                     STORE_NOT_FOUND);
    assert_non_null(mkdtemp(copy));
    assert_int_equal(store_backup(env, copy), STORE_OK);
    assert_int_equal(store_backup(env, copy), STORE_EXISTS);
    (void) snprintf(file, sizeof(file), "%s/data.mdb", copy);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    make_account(env, 2, "later", STORE_OK);
    folder_drop(env, path);

    env = folder_open(copy, 0);
    folder_whole(env);
    txn = folder_read(env);
    assert_int_equal(store_account_get(txn, &id, &account), STORE_OK);
    id = folder_id(2);
    assert_int_equal(store_account_get(txn, &id, &account), STORE_NOT_FOUND);
    store_read_free(txn);
    make_account(env, 2, "acme", STORE_EXISTS);
    folder_drop(env, copy);
}


/* Every slot taken: an error that says so, and room again afterwards. */

static void
readers_run_out(void **state)
{
    char           path[64];
    size_t         n;
    store_env_t   *env;
    store_txn_t   *txns[STORE_READERS_MAX + 1], *txn;
    store_status_t  rc;

    (void) state;
    env = folder_new(path, 0);
    rc = STORE_OK;

    for (n = 0; n <= STORE_READERS_MAX; n++) {
        rc = store_read_new(env, &txns[n]);

        if (rc != STORE_OK) {
            break;
        }
    }

    assert_int_equal(rc, STORE_READERS);
    assert_true(n > 1000);
    assert_non_null(strstr(store_status_text(rc), "readers"));
    make_account(env, 1, "writes go on", STORE_OK);

    store_read_free(txns[--n]);
    assert_int_equal(store_read_new(env, &txn), STORE_OK);
    store_read_free(txn);

    while (n != 0) {
        store_read_free(txns[--n]);
    }

    folder_drop(env, path);
}


/* Slots of a process that was killed are taken back. */

static void
killed_readers_leave_their_slots(void **state)
{
    int           status, pipes[2];
    char          path[64], byte;
    pid_t         pid;
    size_t        n;
    store_env_t  *env;
    store_txn_t  *txns[1000];
    store_stat_t  before, after;

    (void) state;
    env = folder_new(path, 0);
    assert_int_equal(store_stat(env, &before), STORE_OK);
    store_close(env);
    assert_int_equal(pipe(pipes), 0);
    pid = fork();

    if (pid == 0) {
        env = folder_open(path, 0);

        for (n = 0; n < 50; n++) {
            (void) folder_read(env);
        }

        (void) !write(pipes[1], "x", 1);
        (void) pause();
        _exit(0);
    }

    assert_int_equal(read(pipes[0], &byte, 1), 1);
    env = folder_open(path, 0);
    assert_int_equal(store_stat(env, &after), STORE_OK);
    assert_true(after.readers >= 50);
    store_close(env);

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    env = folder_open(path, 0);
    make_account(env, 1, "acme", STORE_OK);
    folder_whole(env);

    for (n = 0; n < 1000; n++) {
        txns[n] = folder_read(env);
    }

    while (n != 0) {
        store_read_free(txns[--n]);
    }

    (void) close(pipes[0]);
    (void) close(pipes[1]);
    store_close(env);
    folder_drop(NULL, path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(made_opened_again_and_private),
        cmocka_unit_test(what_is_no_store_is_left_alone),
        cmocka_unit_test(a_newer_schema_is_refused),
        cmocka_unit_test(read_only),
        cmocka_unit_test(a_reader_sees_its_moment),
        cmocka_unit_test(long_names_have_keys),
        cmocka_unit_test(a_backup_is_a_store),
        cmocka_unit_test(readers_run_out),
        cmocka_unit_test(killed_readers_leave_their_slots)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
