/*
 * Pages of a store are written over, each in several ways.  Opening it and
 * reading everything gives an error, or what was there; and the check of the
 * whole finds what matters.  A process per try: LMDB trusts its pages, and
 * what it makes of some is its end, which is counted and bounded.
 */

#include <fcntl.h>
#include <signal.h>

#include "torture.h"


#define LINKS  200
#define PAGE   4096

enum { DENIED = 10, FOUND, SAME, WRONG };


static uint64_t  findings;


static void
quiet(void *data, const char *sentence)
{
    (void) data;
    (void) sentence;
    findings++;
}


/* Reads each link and the log; true when all is as it was made. */

static bool
as_it_was(store_env_t *env, bool *denied)
{
    uint32_t             i;
    store_id_t           id, call, owner = torture_id(OWNER);
    store_txn_t         *txn;
    store_status_t       rc;
    store_invitation_t   inv;

    *denied = true;

    if (store_read_new(env, &txn) != STORE_OK
        || store_read_renew(txn) != STORE_OK)
    {
        return false;
    }

    *denied = false;

    for (i = 0; i < LINKS; i++) {
        id = torture_id(FIRST_LINK + i);
        call = torture_id(FIRST_CALL + i % CALLS);
        rc = store_invitation_get(txn, &id, &inv);

        if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
            *denied = true;
            break;
        }

        if (rc != STORE_OK || !store_id_equal(&inv.call, &call)
            || !store_id_equal(&inv.inviter, &owner) || inv.uses != 1)
        {
            store_read_free(txn);
            return false;
        }
    }

    store_read_free(txn);

    return true;
}


static void
try_it(const char *path)
{
    bool            denied, same;
    store_env_t    *env;
    store_error_t   error;

    (void) alarm(10);

    if (torture_open(path, false, &env, &error) != STORE_OK) {
        _exit(DENIED);
    }

    same = as_it_was(env, &denied);

    if (!torture_whole(env, quiet)) {
        _exit(denied ? DENIED : FOUND);
    }

    _exit(denied ? DENIED : same ? SAME : WRONG);
}


static void
damage(uint8_t *image, size_t pages, size_t page, uint32_t way)
{
    size_t    i;
    uint8_t  *p = image + page * PAGE;

    switch (way) {
    case 0:
        memset(p, 0, PAGE);
        break;
    case 1:
        memset(p, 0xff, PAGE);
        break;
    case 2:
        for (i = 0; i < PAGE; i++) {
            p[i] = (uint8_t) torture_pick(256);
        }
        break;
    case 3:
        memcpy(p, image + torture_pick((uint32_t) pages) * PAGE, PAGE);
        break;
    case 4:
        p[torture_pick(PAGE)] ^= (uint8_t) (1 << torture_pick(8));
        break;
    default:
        memset(p + PAGE / 2, 0, PAGE / 2);
        break;
    }
}


int
main(int argc, char **argv)
{
    int        fd, status;
    char       file[128], path[] = "/tmp/xassist-torture-XXXXXX";
    pid_t      pid;
    size_t     page, pages;
    ssize_t    size;
    uint8_t   *image, *copy;
    uint32_t   turn, turns, tries = 0, denied = 0, same = 0, ended = 0;
    uint32_t   found = 0, unseen = 0;
    torture_t  t;

    torture_seed(5);
    turns = torture_rounds(argc, argv, 6, 60);
    torture_new(&t, LINKS);
    store_close(t.env);

    image = malloc(8 << 20);
    copy = malloc(8 << 20);
    (void) snprintf(file, sizeof(file), "%s/data.mdb", t.path);
    fd = open(file, O_RDONLY);
    size = fd == -1 ? -1 : read(fd, image, 8 << 20);

    if (size <= 0 || mkdtemp(path) == NULL) {
        torture_die(file);
    }

    (void) close(fd);
    pages = (size_t) size / PAGE;

    for (turn = 0; turn < turns; turn++) {
        for (page = 0; page < pages && torture_failures < 10; page++) {
            memcpy(copy, image, (size_t) size);
            damage(copy, pages, page, turn % 6);

            (void) snprintf(file, sizeof(file), "%s/data.mdb", path);
            fd = open(file, O_WRONLY|O_CREAT|O_TRUNC, 0600);

            if (write(fd, copy, (size_t) size) != size) {
                torture_die(file);
            }

            (void) close(fd);
            pid = fork();

            if (pid == 0) {
                (void) close(STDERR_FILENO);
                try_it(path);
            }

            (void) waitpid(pid, &status, 0);
            tries++;
            (void) snprintf(file, sizeof(file), "%s/lock.mdb", path);
            (void) unlink(file);

            if (WIFSIGNALED(status)) {
                ended++;

                if (WTERMSIG(status) == SIGALRM) {
                    torture_fail("page %zu, way %u: no end", page,
                                 (unsigned) (turn % 6));
                }

                continue;
            }

            denied += WEXITSTATUS(status) == DENIED;
            found += WEXITSTATUS(status) == FOUND;
            same += WEXITSTATUS(status) == SAME;

            /* a bit of a value, an older page: only a checksum would show */

            if (WEXITSTATUS(status) == WRONG
                && (turn % 6 == 3 || turn % 6 == 4))
            {
                unseen++;

            } else if (WEXITSTATUS(status) == WRONG) {
                torture_fail("page %zu, way %u: wrong, and not found", page,
                             (unsigned) (turn % 6));
            }
        }
    }

    if (unseen * 50 > tries) {
        torture_fail("too much is unseen");
    }

    if (ended * 3 > tries) {
        torture_fail("too much is LMDB's end");
    }

    torture_drop(t.path);
    torture_drop(path);
    (void) printf("pages: %u pages written over: %u denied, %u found by the "
                  "check, %u without effect, %u bits or older pages unseen, "
                  "%u ended within LMDB, %u invariants broken\n",
                  (unsigned) tries,
                  (unsigned) denied, (unsigned) found, (unsigned) same,
                  (unsigned) unseen, (unsigned) ended, torture_failures);

    return torture_failures != 0;
}
