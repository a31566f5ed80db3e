/*
 * Processes that write take turns: whoever waits for the writer lock has it
 * before who has just given it back, however fast that one asks again.
 */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store_folder.h"


#define ROUNDS    30
#define PATIENCE  20000                /* looks of half a millisecond */

enum { OURS = 1000, THEIRS = 2000 };


typedef struct {
    pid_t               pid;
    int                 go;
    volatile uint32_t  *round;         /* it asks for the lock in this one */
} other_t;


static void
write_one(store_env_t *env, uint32_t n)
{
    store_status_t  status;

    status = folder_account(env, n);

    if (status != STORE_OK) {
        print_error("account %u: %s\n", (unsigned) n,
                    store_status_text(status));
        abort();
    }
}


/* The other process writes whenever it is told to. */

static void
other(const char *path, int told, volatile uint32_t *round)
{
    char          byte;
    uint32_t      n;
    store_env_t  *env = folder_open(path, 0);

    for (n = 1; read(told, &byte, 1) == 1; n++) {
        *round = n;
        write_one(env, THEIRS + n);
    }

    store_close(env);
    _exit(0);
}


static void
start(other_t *o, const char *path)
{
    int  pipes[2];

    o->round = mmap(NULL, sizeof(*o->round), PROT_READ|PROT_WRITE,
                    MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal((const void *) o->round, MAP_FAILED);
    assert_int_equal(pipe(pipes), 0);

    o->pid = fork();
    assert_int_not_equal(o->pid, -1);

    if (o->pid == 0) {
        (void) close(pipes[1]);
        other(path, pipes[0], o->round);
    }

    (void) close(pipes[0]);
    o->go = pipes[1];
}


static void
end(other_t *o, int expected)
{
    int  status;

    (void) close(o->go);
    assert_int_equal(waitpid(o->pid, &status, 0), o->pid);
    assert_int_equal(status, expected);
    (void) munmap((void *) (uintptr_t) o->round, sizeof(*o->round));
}


/* It has begun to write, and sleeps: nothing is left that it would sleep for
   but the lock. */

static bool
waits(const other_t *o, uint32_t round)
{
    char   file[32], text[256], *state;
    FILE  *stat;

    if (*o->round != round) {
        return false;
    }

    (void) snprintf(file, sizeof(file), "/proc/%d/stat", (int) o->pid);
    stat = fopen(file, "r");
    state = stat != NULL && fgets(text, sizeof(text), stat) != NULL
            ? strrchr(text, ')') : NULL;

    if (stat != NULL) {
        (void) fclose(stat);
    }

    return state != NULL && state[1] == ' ' && state[2] == 'S';
}


static void
tell(const other_t *o, uint32_t round)
{
    int              looks;
    struct timespec  pause = { 0, 500000 };

    assert_int_equal(write(o->go, "x", 1), 1);

    for (looks = 0; looks < PATIENCE && !waits(o, round); looks++) {
        (void) nanosleep(&pause, NULL);
    }

    assert_true(looks < PATIENCE);
}


static uint32_t
account_of(store_txn_t *txn, uint64_t seq)
{
    store_event_t  event;

    assert_int_equal(store_log_next(txn, seq - 1, &event), STORE_OK);
    assert_int_equal(event.seq, seq);

    return store_get_u32(event.account.b + STORE_ID_LEN - 4);
}


static void
who_waits_is_next(void **state)
{
    char           path[64];
    other_t        o;
    uint32_t       n, late = 0;
    uint64_t       last;
    store_env_t   *env;
    store_txn_t   *txn;
    store_view_t  *view;

    (void) state;
    store_close(folder_new(path, 0));
    start(&o, path);
    env = folder_open(path, 0);

    for (n = 1; n <= ROUNDS; n++) {
        assert_int_equal(store_write_begin(env, &view), STORE_OK);
        tell(&o, n);
        assert_int_equal(store_write_commit(env), STORE_OK);
        write_one(env, OURS + n);

        /* ours came after the other's, so that is there, just before it */

        txn = folder_read(env);
        assert_int_equal(store_log_last(txn, &last), STORE_OK);

        if (last != 2 * (uint64_t) n || account_of(txn, last) != OURS + n
            || account_of(txn, last - 1) != THEIRS + n)
        {
            late++;
        }

        store_read_free(txn);

        while (last != 2 * (uint64_t) n) {
            txn = folder_read(env);
            assert_int_equal(store_log_last(txn, &last), STORE_OK);
            store_read_free(txn);
        }
    }

    assert_int_equal(late, 0);
    end(&o, 0);
    folder_whole(env);
    folder_drop(env, path);
}


static void
who_is_killed_while_it_waits_is_waited_for_no_more(void **state)
{
    char           path[64];
    other_t        o;
    uint32_t       n;
    store_env_t   *env;
    store_view_t  *view;

    (void) state;
    store_close(folder_new(path, 0));
    env = NULL;

    /* before the others' time is up, or not at all */

    (void) alarm(60);

    for (n = 1; n <= 5; n++) {
        start(&o, path);
        env = folder_open(path, 0);
        assert_int_equal(store_write_begin(env, &view), STORE_OK);
        tell(&o, 1);
        assert_int_equal(kill(o.pid, SIGKILL), 0);
        end(&o, SIGKILL);
        assert_int_equal(store_write_commit(env), STORE_OK);
        write_one(env, OURS + n);
        store_close(env);
    }

    (void) alarm(0);
    env = folder_open(path, 0);
    folder_whole(env);
    folder_drop(env, path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(who_waits_is_next),
        cmocka_unit_test(who_is_killed_while_it_waits_is_waited_for_no_more)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
