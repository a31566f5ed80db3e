/* A worker's file is locked while it lives, however it ends. */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <lmdb_schema/store.h>


static const uint8_t  mine[8] = { 0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3 };
static const uint8_t  other[8] = { 1 };


static void
folder(char path[64])
{
    (void) snprintf(path, 64, "/tmp/xassist-store-XXXXXX");
    assert_non_null(mkdtemp(path));
}


static void
drop(const char *path)
{
    char  workers[80];

    (void) snprintf(workers, sizeof(workers), "%s/workers", path);
    assert_int_equal(rmdir(workers), 0);
    assert_int_equal(rmdir(path), 0);
}


static void
open_and_closed(void **state)
{
    int          fd;
    char         path[64], file[128];
    struct stat  st;

    (void) state;
    folder(path);

    assert_true(store_incarnation_dead(path, mine));

    fd = store_incarnation_open(path, mine);
    assert_int_not_equal(fd, -1);
    assert_false(store_incarnation_dead(path, mine));
    assert_true(store_incarnation_dead(path, other));

    (void) snprintf(file, sizeof(file), "%s/workers/deadbeef00010203", path);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    store_incarnation_close(path, mine, fd);
    assert_true(store_incarnation_dead(path, mine));
    store_incarnation_close(path, mine, -1);

    drop(path);
}


static void
killed(void **state)
{
    int    status, pipes[2];
    char   path[64], byte;
    pid_t  pid;

    (void) state;
    folder(path);
    assert_int_equal(pipe(pipes), 0);

    pid = fork();
    assert_int_not_equal(pid, -1);

    if (pid == 0) {
        byte = store_incarnation_open(path, mine) == -1;
        (void) !write(pipes[1], &byte, 1);
        (void) pause();
        _exit(0);
    }

    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(byte, 0);
    assert_false(store_incarnation_dead(path, mine));

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(store_incarnation_dead(path, mine));
    assert_true(store_incarnation_dead(path, mine));

    (void) close(pipes[0]);
    (void) close(pipes[1]);
    drop(path);
}


static void
a_folder_that_is_none(void **state)
{
    (void) state;

    assert_int_equal(store_incarnation_open("/tmp/xassist-no-such-folder",
                                            mine), -1);
    assert_int_equal(store_incarnation_open("/dev/null", mine), -1);
    assert_false(store_incarnation_dead("/dev/null", mine));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(open_and_closed),
        cmocka_unit_test(killed),
        cmocka_unit_test(a_folder_that_is_none)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
