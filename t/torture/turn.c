/*
 * Processes that commit one change after the other, as fast as they may: the
 * writer lock goes round, nobody is passed over for long, and none has much
 * more of it than another.
 */

#include <sys/mman.h>

#include "torture.h"


#define WRITERS  5
#define COMMITS  20000
#define IN_A_ROW 8                     /* while four others want it, too */


typedef struct {
    volatile uint32_t  ready;
    volatile uint32_t  commits;
    uint8_t            who[COMMITS + WRITERS];
} turns_t;


static void
writer(const char *path, turns_t *turns, uint8_t who, uint32_t commits)
{
    char           name[32];
    uint32_t       n;
    store_op_t     op;
    store_env_t   *env;
    store_error_t  error;

    if (torture_open(path, false, &env, &error) != STORE_OK) {
        _exit(3);
    }

    (void) __sync_fetch_and_add(&turns->ready, 1);

    while (turns->ready < WRITERS) {
        (void) usleep(100);
    }

    for (n = 0; turns->commits < commits; n++) {
        (void) snprintf(name, sizeof(name), "a%u-%u", (unsigned) who,
                        (unsigned) n);
        torture_op(&op, STORE_OP_ACCOUNT_CREATE);
        op.in.account_create.account = torture_mint();
        op.in.account_create.name = torture_text(name);

        if (torture_do(env, &op) != STORE_OK) {
            _exit(4);
        }

        turns->who[__sync_fetch_and_add(&turns->commits, 1)] = who;
    }

    store_close(env);
    _exit(0);
}


int
main(int argc, char **argv)
{
    int        status;
    pid_t      pids[WRITERS];
    uint8_t    i;
    turns_t   *turns;
    uint32_t   n, row = 0, longest = 0, least, most = 0, begun = 0;
    uint32_t   of[WRITERS] = { 0 };
    uint32_t   commits = torture_rounds(argc, argv, 240, COMMITS);
    torture_t  t;

    commits = commits > COMMITS ? COMMITS : commits;
    torture_seed(11);
    torture_new(&t, 1);
    store_close(t.env);

    turns = mmap(NULL, sizeof(*turns), PROT_READ|PROT_WRITE,
                 MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (turns == MAP_FAILED) {
        torture_die("mmap");
    }

    for (i = 0; i < WRITERS; i++) {
        pids[i] = fork();

        if (pids[i] == 0) {
            writer(t.path, turns, i, commits);
        }
    }

    for (i = 0; i < WRITERS; i++) {
        (void) waitpid(pids[i], &status, 0);

        if (status != 0) {
            torture_fail("writer %u ended with %x", (unsigned) i,
                         (unsigned) status);
        }
    }

    /* from when all of them have begun */

    for (n = 0; n < commits; n++) {
        row = n != 0 && turns->who[n] == turns->who[n - 1] ? row + 1 : 1;
        begun += of[turns->who[n]]++ == 0;
        longest = begun == WRITERS && row > longest ? row : longest;
    }

    least = commits;

    for (i = 0; i < WRITERS; i++) {
        least = of[i] < least ? of[i] : least;
        most = of[i] > most ? of[i] : most;
    }

    if (longest > IN_A_ROW) {
        torture_fail("one writer had %u turns in a row", (unsigned) longest);
    }

    if (least * WRITERS * 2 < commits) {
        torture_fail("one writer had %u turns of %u", (unsigned) least,
                     (unsigned) commits);
    }

    (void) munmap(turns, sizeof(*turns));
    torture_drop(t.path);
    (void) printf("turn: %u commits of %u writers, %u to %u each, %u in a row "
                  "at most, %u invariants broken\n", (unsigned) commits,
                  WRITERS, (unsigned) least, (unsigned) most,
                  (unsigned) longest, torture_failures);

    return torture_failures != 0;
}
