/* The store as text: there and back gives the same store, byte for byte. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_world.h"
#include "store_folder.h"


typedef struct {
    char   *text;
    size_t  len;
    size_t  room;
    size_t  stop;                      /* refuses the line at this length */
} text_t;


static bool
keep(void *data, const char *line, size_t len)
{
    text_t  *t = data;

    if (t->stop != 0 && t->len >= t->stop) {
        return false;
    }

    if (t->len + len + 1 > t->room) {
        t->room = 2 * (t->len + len + 1);
        t->text = realloc(t->text, t->room);
        assert_non_null(t->text);
    }

    memcpy(t->text + t->len, line, len);
    t->len += len;
    t->text[t->len] = '\0';

    return true;
}


static text_t
dumped(store_env_t *env)
{
    text_t        t = { NULL, 0, 0, 0 };
    store_txn_t  *txn = folder_read(env);

    assert_int_equal(store_dump(txn, keep, &t), STORE_OK);
    store_read_free(txn);

    return t;
}


/* The world of the transition tests, put into a store key by key. */

static store_env_t *
a_store(char path[64])
{
    world_t        w;
    store_env_t   *env = folder_new(path, 0);
    store_key_t    key;
    store_view_t  *view;
    store_slice_t  k, v;

    world(&w);
    arrive(&w, OLGAS, CALL, 70);
    invitation(&w, 71, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.name = text("100 % \xc3\xa4 b");
    w.op.in.invitation_create.expires = w.now + HOUR;
    done(&w);
    press(&w, 71, 500);
    done(&w);
    a_call(&w, 100, STORE_CALL_CONFERENCE);
    w.op.actor = id(OLGA);
    ask(&w, STORE_OP_TRIM);
    w.op.in.trim.log_before = UINT64_MAX;
    w.op.in.trim.max = 2;
    done(&w);

    assert_int_equal(store_write_begin(env, &view), STORE_OK);

    for (size_t i = 0; i < w.memory.n; i++) {
        store_memory_pair(&w.memory.pairs[i], &k, &v);
        key.len = 0;
        store_key_bytes(&key, k.data, k.len);
        store_view_put(view, &key, v);
    }

    assert_int_equal(store_write_commit(env), STORE_OK);
    end_of_world(&w);

    return env;
}


static store_status_t
load(store_env_t *env, const char *text, size_t len, store_error_t *error)
{
    size_t          n, at;
    const char     *end;
    store_load_t   *l;
    store_status_t  rc;

    rc = store_load_new(env, &l, error);

    for (at = 0; rc == STORE_OK && at < len; at += n) {
        end = memchr(text + at, '\n', len - at);
        n = end ? (size_t) (end - text) - at + 1 : len - at;
        rc = store_load_line(l, text + at, n, error);

        if (rc == STORE_OK && at % 7 == 0) {
            rc = store_load_commit(l);
        }
    }

    if (rc == STORE_OK) {
        rc = store_load_end(l, NULL, NULL, error);
    }

    store_load_free(l);

    return rc;
}


static void
same(store_env_t *a, store_env_t *b)
{
    store_txn_t    *ta = folder_read(a), *tb = folder_read(b);
    store_key_t     none;
    store_walk_t    wa, wb;
    store_slice_t   ka, va, kb, vb;
    store_status_t  rc;

    memset(&none, 0, sizeof(none));
    store_walk(&wa, &none);
    store_walk(&wb, &none);
    wa.from.len = wb.from.len = 1;
    wa.from.data[0] = wb.from.data[0] = 0;

    do {
        rc = store_walk_next(store_txn_view(ta), &wa, &ka, &va);
        assert_int_equal(store_walk_next(store_txn_view(tb), &wb, &kb, &vb),
                         rc);

        if (rc == STORE_OK) {
            assert_int_equal(ka.len, kb.len);
            assert_memory_equal(ka.data, kb.data, ka.len);
            assert_int_equal(va.len, vb.len);
            assert_memory_equal(va.data, vb.data, va.len);
        }
    } while (rc == STORE_OK);

    store_read_free(ta);
    store_read_free(tb);
}


static void
there_and_back(void **state)
{
    char           path[64], other[64];
    text_t         first, second;
    store_env_t   *env, *copy;
    store_error_t  error;

    (void) state;
    env = a_store(path);
    folder_whole(env);
    first = dumped(env);
    assert_non_null(strstr(first.text, " name=100%20%25%20\xc3\xa4%20b "));
    assert_int_equal(strncmp(first.text, "xassist-store 3\n", 16), 0);

    copy = folder_new(other, 0);
    assert_int_equal(load(copy, first.text, first.len, &error), STORE_OK);
    folder_whole(copy);
    second = dumped(copy);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.text, second.text, first.len);
    same(env, copy);

    /* not over what is there */

    assert_int_equal(load(copy, first.text, first.len, &error),
                     STORE_EXISTS);
    same(env, copy);

    free(first.text);
    free(second.text);
    folder_drop(env, path);
    folder_drop(copy, other);
}


static void
fields_of_a_newer_version_are_kept(void **state)
{
    char            path[64], other[64];
    text_t          t;
    store_key_t     key;
    store_id_t      id = folder_id(1);
    store_env_t    *env, *copy;
    store_view_t   *view;
    store_error_t   error;
    store_slice_t   value;

    static const uint8_t  bytes[] = {
        2, 1, 12, 0, 0x1d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
        2, 1, 'a', 200, 2, 7, 8
    };

    (void) state;
    env = folder_new(path, 0);
    value.data = bytes;
    value.len = sizeof(bytes);
    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    store_key(&key, STORE_KEY_ACCOUNT);
    store_key_id(&key, &id);
    store_view_put(view, &key, value);
    assert_int_equal(store_write_commit(env), STORE_OK);

    t = dumped(env);
    assert_non_null(strstr(t.text, " name=a rest=c8020708\n"));
    copy = folder_new(other, 0);
    assert_int_equal(load(copy, t.text, t.len, &error), STORE_OK);
    free(t.text);
    t = dumped(copy);
    assert_non_null(strstr(t.text, " name=a rest=c8020708\n"));

    free(t.text);
    folder_drop(env, path);
    folder_drop(copy, other);
}


/* The key by which a browser comes back leads to the session that is open,
   whichever of the two has the higher id. */

static void
a_browser_finds_its_open_session(void **state)
{
    int            ended;
    char           path[64], line[2048];
    uint8_t        browser[32];
    store_id_t     inv = folder_id(7);
    store_env_t   *env;
    store_key_t    key;
    store_txn_t   *txn;
    store_error_t  error;
    store_slice_t  id;

    (void) state;
    memset(browser, 0xab, sizeof(browser));

    for (ended = 1; ended <= 2; ended++) {
        (void) snprintf(line, sizeof(line), "xassist-store 3\n"
            "session id=%s kind=2 invitation=%s browser=%s %s\n"
            "session id=%s kind=2 invitation=%s browser=%s %s\nend 2\n",
            "001d00000000000000000001", "001d00000000000000000007",
            "abababababababababababababababababababababababababababababababab",
            ended == 1 ? "ended=5" : "expires=9",
            "001d00000000000000000002", "001d00000000000000000007",
            "abababababababababababababababababababababababababababababababab",
            ended == 2 ? "ended=5" : "expires=9");

        env = folder_new(path, 0);
        assert_int_equal(load(env, line, strlen(line), &error), STORE_OK);

        txn = folder_read(env);
        store_key(&key, STORE_KEY_SESSION_BROWSER);
        store_key_id(&key, &inv);
        store_key_bytes(&key, browser, sizeof(browser));
        assert_int_equal(store_view_get(store_txn_view(txn), &key, &id),
                         STORE_OK);
        assert_int_equal(id.data[11], 3 - ended);
        store_read_free(txn);
        folder_drop(env, path);
    }
}


static void
what_is_wrong_is_said(void **state)
{
    char           path[64];
    size_t         i;
    store_env_t   *env;
    store_error_t  error;

#define HEAD  "xassist-store 3\n"
#define ID    "001d00000000000000000001"

    static const struct {
        const char     *text;
        store_status_t  status;
        const char     *says;
    } wrong[] = {
        { "", STORE_INVALID, "cut short" },
        { "\n", STORE_INVALID, "empty line" },
        { "account id=" ID "\n", STORE_INVALID, "no dump" },
        { "xassist-store\n", STORE_INVALID, "no version" },
        { "xassist-store 0\n", STORE_INVALID, "no version" },
        { "xassist-store 3000\n", STORE_NEWER, "newer version" },
        { HEAD, STORE_INVALID, "cut short" },
        { HEAD "end 1\n", STORE_INVALID, "does not count" },
        { HEAD "end 0\nend 0\n", STORE_INVALID, "after" },
        { HEAD "thing id=" ID "\n", STORE_INVALID, "no kind of record" },
        { HEAD "account name=a\n", STORE_INVALID, "no key" },
        { HEAD "account id=00\n", STORE_INVALID, "value of \"id\"" },
        { HEAD "account id=" ID " id=" ID "\n", STORE_INVALID, "twice" },
        { HEAD "account id=" ID " shoe=3\n", STORE_INVALID, "\"shoe\"" },
        { HEAD "account id=" ID " name\n", STORE_INVALID, "NAME=VALUE" },
        { HEAD "account id=" ID " name=\n", STORE_INVALID, "\"name\"" },
        { HEAD "account id=" ID " name=%4\n", STORE_INVALID, "\"name\"" },
        { HEAD "account id=" ID " name=%zz\n", STORE_INVALID, "\"name\"" },
        { HEAD "account id=" ID " users=4294967296\n", STORE_INVALID,
          "\"users\"" },
        { HEAD "account id=" ID " suspended=256\n", STORE_INVALID,
          "\"suspended\"" },
        { HEAD "account id=" ID " users=-1\n", STORE_INVALID, "\"users\"" },
        { HEAD "account id=" ID " rest=0100\n", STORE_INVALID, "\"rest\"" },
        { HEAD "row 0\n", STORE_INVALID, "row" },
        { HEAD "row 10" ID " 01\n", STORE_INVALID, "for a record" },
        { HEAD "row 40ff 01\n", STORE_INVALID, "for a record" },
        { HEAD "row 01736368656d61 00000001\n", STORE_INVALID,
          "key of another" },
        { HEAD "account id=" ID " name=a\naccount id=" ID " name=b\n",
          STORE_INVALID, "key of another" }
    };

    (void) state;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        env = folder_new(path, 0);
        assert_int_equal(load(env, wrong[i].text, strlen(wrong[i].text),
                              &error), wrong[i].status);

        if (strstr(error.text, wrong[i].says) == NULL) {
            print_error("%s: %s\n", wrong[i].text, error.text);
            fail();
        }

        /* and what was begun is not taken for a store */

        store_close(env);
        assert_int_equal(folder_try(path, 0, false, false, &env, &error),
                         STORE_CORRUPT);
        folder_drop(NULL, path);
    }
}


static void
every_cut_is_found(void **state)
{
    char           path[64], other[64];
    size_t         len;
    text_t         t;
    store_env_t   *env, *copy;
    store_error_t  error;

    (void) state;
    env = a_store(path);
    t = dumped(env);

    for (len = 0; len + 1 < t.len; len += 61) {
        copy = folder_new(other, 0);
        assert_int_not_equal(load(copy, t.text, len, &error), STORE_OK);
        folder_drop(copy, other);
    }

    free(t.text);
    folder_drop(env, path);
}


static void
a_reader_that_stops_is_told(void **state)
{
    char          path[64];
    text_t        t = { NULL, 0, 0, 100 };
    store_env_t  *env = a_store(path);
    store_txn_t  *txn = folder_read(env);

    (void) state;
    assert_int_equal(store_dump(txn, keep, &t), STORE_IO);
    store_read_free(txn);
    free(t.text);
    folder_drop(env, path);
}


static void
compacted_in_place(void **state)
{
    char          path[64];
    text_t        before, after;
    pid_t         pid;
    int           status, pipes[2];
    char          byte;
    store_env_t  *env = a_store(path);

    (void) state;
    before = dumped(env);

    /* in use by another process: refused; by nobody: done */

    store_close(env);
    assert_int_equal(pipe(pipes), 0);
    pid = fork();

    if (pid == 0) {
        env = folder_open(path, 0);
        (void) !write(pipes[1], "x", 1);
        (void) pause();
        _exit(0);
    }

    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(store_compact(path), STORE_REFUSED);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);

    assert_int_equal(store_compact(path), STORE_OK);
    env = folder_open(path, 0);
    after = dumped(env);
    assert_string_equal(before.text, after.text);
    folder_whole(env);
    store_close(env);

    assert_int_equal(store_compact("/tmp/xassist-no-such"), STORE_NOT_FOUND);

    (void) close(pipes[0]);
    (void) close(pipes[1]);
    free(before.text);
    free(after.text);
    folder_drop(NULL, path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(fields_of_a_newer_version_are_kept),
        cmocka_unit_test(a_browser_finds_its_open_session),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(every_cut_is_found),
        cmocka_unit_test(a_reader_that_stops_is_told),
        cmocka_unit_test(compacted_in_place)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
