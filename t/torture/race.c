/*
 * Processes race for links for one person each, over stores of their own
 * handle, while others read.  Each link is a register that is written once:
 * exactly one redemption wins, and no history of calls says otherwise: a
 * refusal as "used" may not have ended before the winner had begun, and who
 * reads "used" does not read "unused" afterwards.
 */

#include <sched.h>
#include <sys/mman.h>

#include "torture.h"


#define WRITERS  4
#define READERS  3
#define LINKS    256


typedef struct {
    uint64_t  begun;
    uint64_t  ended;
    bool      won;
    bool      used;                    /* refused as used */
} press_t;

typedef struct {
    volatile uint32_t  ready;
    volatile uint32_t  writing;
    press_t            presses[WRITERS][LINKS];
    uint64_t           reads[READERS];
    uint32_t           went_back[READERS];
} race_t;


static void
writer(const char *path, race_t *race, uint32_t who)
{
    uint32_t        i, k, n, at, order[LINKS];
    store_op_t      ops[16], *list[16];
    store_env_t    *env;
    store_error_t   error;
    press_t        *press;
    uint64_t        begun, ended;

    torture_seed(who + 100);

    if (torture_open(path, false, &env, &error) != STORE_OK) {
        _exit(3);
    }

    for (i = 0; i < LINKS; i++) {
        order[i] = i;
    }

    /* near to the order of the others, so that they meet */

    for (i = 0; i + 8 < LINKS; i++) {
        k = i + torture_pick(8);
        at = order[i];
        order[i] = order[k];
        order[k] = at;
    }

    (void) __sync_fetch_and_add(&race->ready, 1);

    while (race->ready < WRITERS + READERS) {
        (void) sched_yield();
    }

    for (i = 0; i < LINKS; i += n) {
        n = 1 + torture_pick(16);
        n = n > LINKS - i ? LINKS - i : n;

        for (k = 0; k < n; k++) {
            torture_redeem(&ops[k], order[i + k], i + k);
            list[k] = &ops[k];
        }

        begun = torture_clock();

        if (store_apply(env, list, n) != STORE_OK) {
            _exit(4);
        }

        ended = torture_clock();

        for (k = 0; k < n; k++) {
            press = &race->presses[who][order[i + k]];
            press->begun = begun;
            press->ended = ended;
            press->won = ops[k].status == STORE_OK;
            press->used = ops[k].status == STORE_REFUSED
                          && ops[k].reason == STORE_REASON_USED;
        }
    }

    store_close(env);
    (void) __sync_fetch_and_sub(&race->writing, 1);
    _exit(0);
}


static void
reader(const char *path, race_t *race, uint32_t who)
{
    bool                 seen[LINKS] = { false };
    uint32_t             i;
    store_id_t           id;
    store_env_t         *env;
    store_txn_t         *txn;
    store_error_t        error;
    store_invitation_t   inv;

    torture_seed(who + 200);

    if (torture_open(path, false, &env, &error) != STORE_OK
        || store_read_new(env, &txn) != STORE_OK)
    {
        _exit(3);
    }

    (void) __sync_fetch_and_add(&race->ready, 1);

    while (race->writing != 0) {
        if (store_read_renew(txn) != STORE_OK) {
            _exit(5);
        }

        for (i = 0; i < 32; i++) {
            uint32_t  link = torture_pick(LINKS);

            id = torture_id(FIRST_LINK + link);

            if (store_invitation_get(txn, &id, &inv) != STORE_OK) {
                _exit(6);
            }

            race->went_back[who] += seen[link] && inv.used == 0;
            seen[link] |= inv.used != 0;
            race->reads[who]++;
        }

        store_read_reset(txn);
    }

    store_read_free(txn);
    store_close(env);
    _exit(0);
}


static void
judge(race_t *race, uint64_t *presses)
{
    uint32_t        link, who, winners;
    const press_t  *press, *winner;

    for (link = 0; link < LINKS; link++) {
        winners = 0;
        winner = NULL;

        for (who = 0; who < WRITERS; who++) {
            press = &race->presses[who][link];
            (*presses)++;

            if (press->won) {
                winners++;
                winner = press;

            } else if (!press->used) {
                torture_fail("link %u: neither won nor used",
                             (unsigned) link);
            }
        }

        if (winners != 1) {
            torture_fail("link %u: %u winners", (unsigned) link,
                         (unsigned) winners);
            continue;
        }

        for (who = 0; who < WRITERS; who++) {
            press = &race->presses[who][link];

            if (!press->won && press->ended < winner->begun) {
                torture_fail("link %u: used before it was", (unsigned) link);
            }
        }
    }
}


static void
one_race(uint64_t *presses, uint64_t *reads)
{
    int         status;
    pid_t       pids[WRITERS + READERS];
    race_t     *race;
    uint32_t    i;
    torture_t   t;

    torture_new(&t, LINKS);
    store_close(t.env);

    race = mmap(NULL, sizeof(*race), PROT_READ|PROT_WRITE,
                MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    if (race == MAP_FAILED) {
        torture_die("mmap");
    }

    race->writing = WRITERS;

    for (i = 0; i < WRITERS + READERS; i++) {
        pids[i] = fork();

        if (pids[i] == 0) {
            if (i < WRITERS) {
                writer(t.path, race, i);
            } else {
                reader(t.path, race, i - WRITERS);
            }
        }
    }

    for (i = 0; i < WRITERS + READERS; i++) {
        (void) waitpid(pids[i], &status, 0);

        if (status != 0) {
            torture_fail("process %u ended with %x", (unsigned) i,
                         (unsigned) status);
            race->writing = 0;
        }
    }

    judge(race, presses);

    for (i = 0; i < READERS; i++) {
        *reads += race->reads[i];

        if (race->went_back[i] != 0) {
            torture_fail("a reader went back in time");
        }
    }

    if (torture_open(t.path, false, &t.env, &(store_error_t) { 0 })
        != STORE_OK || !torture_whole(t.env, torture_finding))
    {
        torture_fail("the store is not whole");
    }

    store_close(t.env);
    (void) munmap(race, sizeof(*race));
    torture_drop(t.path);
}


int
main(int argc, char **argv)
{
    uint32_t  i, rounds = torture_rounds(argc, argv, 6, 200);
    uint64_t  presses = 0, reads = 0;

    torture_seed(4);

    for (i = 0; i < rounds && torture_failures < 10; i++) {
        one_race(&presses, &reads);
    }

    (void) printf("race: %llu presses on %u links by %u writers, %llu reads "
                  "beside them, %u invariants broken\n",
                  (unsigned long long) presses, (unsigned) (rounds * LINKS),
                  WRITERS, (unsigned long long) reads, torture_failures);

    return torture_failures != 0;
}
