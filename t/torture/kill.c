/*
 * Processes that write to one store are killed at random points.  After each
 * kill: what was acknowledged is there, no link for one person was redeemed
 * twice, records, indexes, counters and the log agree, nobody's reader slot
 * stays.
 */

#define _GNU_SOURCE

#include <fcntl.h>
#include <signal.h>

#include "torture.h"


#define WRITERS  3
#define LINKS    600
#define RENEW    40                    /* rounds until a new store */


typedef struct {
    uint32_t   kind;                   /* 0: a batch, durable up to `log` */
    uint32_t   link;
    uint64_t   log;
    store_id_t id;
} ack_t;

static struct {
    uint64_t   acks;
    uint64_t   kills;
    uint64_t   log;                    /* the newest event acknowledged */
    uint64_t   won[LINKS];
    store_id_t winner[LINKS];
    store_id_t ended[CALLS];
    bool       over[CALLS];
    store_id_t made[65536];
    uint32_t   nmade;
} seen;


static void
say(int out, const ack_t *ack)
{
    if (write(out, ack, sizeof(*ack)) != sizeof(*ack)) {
        _exit(5);
    }
}


/* What one worker does until it is killed. */

static void
writer(const char *path, int out)
{
    ack_t           ack;
    uint8_t         worker[8];
    uint32_t        n, i, turn = 0;
    store_op_t      ops[8], *list[8];
    store_env_t    *env;
    store_stat_t    stat;
    store_error_t   error;
    store_id_t      session = { { 0 } }, part = { { 0 } }, call = { { 0 } };

    torture_seed((uint64_t) getpid());
    store_put_u32(worker, (uint32_t) getpid());
    store_put_u32(worker + 4, 1);

    if (torture_open(path, false, &env, &error) != STORE_OK) {
        (void) fprintf(stderr, "%s\n", error.text);
        _exit(3);
    }

    for ( ;; ) {
        n = 1 + torture_pick(8);

        for (i = 0; i < n; i++) {
            list[i] = &ops[i];

            switch (torture_pick(12)) {

            case 0: case 1: case 2: case 3:
                torture_redeem(&ops[i], torture_pick(LINKS), turn++);
                break;

            case 4: case 5:
                torture_op(&ops[i], STORE_OP_JOIN);
                ops[i].in.join.session = session;
                ops[i].in.join.call = call;
                ops[i].in.join.device = 1;
                break;

            case 6: case 7:
                torture_op(&ops[i], torture_pick(2) ? STORE_OP_ATTACH
                                                    : STORE_OP_DETACH);
                ops[i].in.attach.call = call;
                ops[i].in.attach.participant = part;
                memcpy(ops[i].in.attach.incarnation, worker, 8);
                break;

            case 8:
                torture_op(&ops[i], STORE_OP_SWEEP);
                ops[i].in.sweep.max = 16;
                ops[i].in.sweep.folder = path;
                break;

            case 9:
                torture_op(&ops[i], STORE_OP_CALL_CREATE);
                ops[i].in.call_create.call = torture_mint();
                ops[i].in.call_create.account = torture_id(ACCOUNT);
                ops[i].in.call_create.owner = torture_id(OWNER);
                ops[i].in.call_create.kind = STORE_CALL_CONFERENCE;
                ops[i].in.call_create.room = 1;
                break;

            case 10:
                torture_op(&ops[i], STORE_OP_LEAVE);
                ops[i].in.leave.call = call;
                ops[i].in.leave.participant = part;
                break;

            default:
                torture_op(&ops[i], STORE_OP_SESSION_TOUCH);
                ops[i].in.session_touch.session = torture_id(OWNERS);

                if (torture_pick(60) == 0) {
                    torture_op(&ops[i], STORE_OP_CALL_END);
                    ops[i].in.call_end.call =
                        torture_id(FIRST_CALL + torture_pick(CALLS));
                }
            }
        }

        if (store_apply(env, list, n) != STORE_OK) {
            (void) fprintf(stderr, "a batch failed: %s\n",
                           store_status_text(ops[0].status));
            _exit(4);
        }

        for (i = 0; i < n; i++) {
            if (ops[i].status != STORE_OK) {
                continue;
            }

            memset(&ack, 0, sizeof(ack));
            ack.kind = (uint32_t) ops[i].kind;

            switch (ops[i].kind) {
            case STORE_OP_REDEEM:
                session = ack.id = ops[i].out.session;
                part = ops[i].out.participant;
                call = ops[i].out.call;
                ack.link = store_get_u32(ops[i].in.redeem.invitation.b + 8)
                           - FIRST_LINK;
                break;
            case STORE_OP_CALL_CREATE:
                ack.id = ops[i].in.call_create.call;
                break;
            case STORE_OP_CALL_END:
                ack.id = ops[i].in.call_end.call;
                break;
            default:
                break;
            }

            say(out, &ack);
        }

        memset(&ack, 0, sizeof(ack));

        if (store_stat(env, &stat) != STORE_OK) {
            _exit(6);
        }

        ack.log = stat.log_last;
        say(out, &ack);
    }
}


static void
take(const ack_t *ack)
{
    uint32_t  call;

    if (ack->kind == 0) {
        seen.log = ack->log > seen.log ? ack->log : seen.log;
        return;
    }

    seen.acks++;

    switch ((store_op_kind_t) ack->kind) {

    case STORE_OP_REDEEM:
        if (seen.won[ack->link]++ != 0
            && !store_id_equal(&seen.winner[ack->link], &ack->id))
        {
            torture_fail("link %u was redeemed twice", (unsigned) ack->link);
        }

        seen.winner[ack->link] = ack->id;
        break;

    case STORE_OP_CALL_CREATE:
        if (seen.nmade < sizeof(seen.made) / sizeof(seen.made[0])) {
            seen.made[seen.nmade++] = ack->id;
        }
        break;

    case STORE_OP_CALL_END:
        call = store_get_u32(ack->id.b + 8) - FIRST_CALL;
        seen.over[call] = true;
        break;

    default:
        break;
    }
}


/* What was acknowledged is there. */

static void
look(const char *path)
{
    uint32_t             i;
    store_id_t           id;
    store_env_t         *env;
    store_txn_t         *txn;
    store_stat_t         stat;
    store_call_t         call;
    store_error_t        error;
    store_session_t      session;
    store_invitation_t   inv;

    if (torture_open(path, false, &env, &error) != STORE_OK) {
        torture_fail("after a kill: %s", error.text);
        return;
    }

    (void) torture_whole(env, torture_finding);

    if (store_read_new(env, &txn) != STORE_OK
        || store_read_renew(txn) != STORE_OK)
    {
        torture_fail("no reader");
        store_close(env);
        return;
    }

    for (i = 0; i < LINKS; i++) {
        id = torture_id(FIRST_LINK + i);

        if (store_invitation_get(txn, &id, &inv) != STORE_OK
            || inv.used > 1)
        {
            torture_fail("link %u: used %u times", (unsigned) i,
                         (unsigned) inv.used);
        }

        if (seen.won[i] != 0
            && (inv.used != 1
                || store_session_get(txn, &seen.winner[i], &session)
                   != STORE_OK))
        {
            torture_fail("link %u: its redemption is lost", (unsigned) i);
        }
    }

    for (i = 0; i < CALLS; i++) {
        id = torture_id(FIRST_CALL + i);

        if (seen.over[i] && (store_call_get(txn, &id, &call) != STORE_OK
                             || call.state != STORE_CALL_ENDED))
        {
            torture_fail("call %u: its end is lost", (unsigned) i);
        }
    }

    for (i = 0; i < seen.nmade; i++) {
        if (store_call_get(txn, &seen.made[i], &call) != STORE_OK) {
            torture_fail("a call that was made is lost");
        }
    }

    store_read_free(txn);

    if (store_stat(env, &stat) != STORE_OK || stat.readers > 2) {
        torture_fail("%u reader slots stay", (unsigned) stat.readers);
    }

    /* every change of a state has its event; what came after it is whole */

    if (stat.log_last < seen.log) {
        torture_fail("the log ends at %llu, not at %llu",
                     (unsigned long long) stat.log_last,
                     (unsigned long long) seen.log);
    }

    store_close(env);
}


/* Writers start, run for a moment, and are killed; all, or one first. */

static void
one_round(const char *path)
{
    int             i, status, pipes[WRITERS][2];
    ack_t           ack;
    pid_t           pids[WRITERS];
    struct timespec pause = { 0, 0 };

    for (i = 0; i < WRITERS; i++) {
        if (pipe(pipes[i]) != 0) {
            torture_die("pipe");
        }

        /* acknowledgements are never waited for by who writes them */

        (void) fcntl(pipes[i][1], F_SETPIPE_SZ, 1 << 20);
        pids[i] = fork();

        if (pids[i] == 0) {
            writer(path, pipes[i][1]);
        }

        (void) close(pipes[i][1]);
    }

    for (i = 0; i < WRITERS; i++) {
        pause.tv_nsec = (long) torture_pick(12000000) + 100000;
        (void) nanosleep(&pause, NULL);
        (void) kill(pids[i], SIGKILL);
        seen.kills++;
    }

    for (i = 0; i < WRITERS; i++) {
        (void) waitpid(pids[i], &status, 0);

        if (!WIFSIGNALED(status)) {
            torture_fail("a writer ended by itself: %d", WEXITSTATUS(status));
        }

        while (read(pipes[i][0], &ack, sizeof(ack)) == sizeof(ack)) {
            take(&ack);
        }

        (void) close(pipes[i][0]);
    }
}


int
main(int argc, char **argv)
{
    uint32_t   i, rounds = torture_rounds(argc, argv, 70, 1500);
    torture_t  t;

    torture_seed(1);
    t.path[0] = '\0';

    for (i = 0; i < rounds && torture_failures < 10; i++) {

        if (i % RENEW == 0) {
            if (i != 0) {
                torture_drop(t.path);
            }

            memset(seen.won, 0, sizeof(seen.won));
            memset(seen.over, 0, sizeof(seen.over));
            seen.nmade = 0;
            seen.log = 0;
            torture_new(&t, LINKS);
            store_close(t.env);
        }

        one_round(t.path);
        look(t.path);
    }

    torture_drop(t.path);
    (void) printf("kill: %llu kills, %llu changes acknowledged, "
                  "%u invariants broken\n", (unsigned long long) seen.kills,
                  (unsigned long long) seen.acks, torture_failures);

    return torture_failures != 0;
}
