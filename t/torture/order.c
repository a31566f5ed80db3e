/*
 * A power failure at any point: the writes and syncs of a run are recorded,
 * and the file is built again as it may have been left, with every write
 * before the last sync and any of those after it, whole or torn.  It opens,
 * everything agrees, and what was acknowledged by then is there.
 */

#include "recorder.h"


#define LINKS  40


static uint64_t
newest(store_env_t *env)
{
    store_stat_t  stat;

    return store_stat(env, &stat) == STORE_OK ? stat.log_last : 0;
}


/* A run: changes of every kind, acknowledged one batch after the other. */

static void
run(store_env_t *env, uint32_t batches)
{
    uint32_t     i, k, n;
    store_op_t   ops[6], *list[6];
    store_id_t   session = torture_id(OWNERS), call = torture_id(FIRST_CALL);

    for (i = 0; i < batches; i++) {
        n = 1 + torture_pick(6);

        for (k = 0; k < n; k++) {
            list[k] = &ops[k];

            switch (torture_pick(4)) {
            case 0:
                torture_op(&ops[k], STORE_OP_JOIN);
                ops[k].in.join.session = session;
                ops[k].in.join.call = call;
                ops[k].in.join.participant = torture_mint();
                ops[k].in.join.device = 1;
                break;
            case 1:
                torture_op(&ops[k], STORE_OP_SWEEP);
                break;
            default:
                torture_redeem(&ops[k], torture_pick(LINKS), i);
            }
        }

        if (store_apply(env, list, n) != STORE_OK) {
            torture_fail("a batch failed");
        }

        for (k = 0; k < n; k++) {
            if (ops[k].kind == STORE_OP_REDEEM && ops[k].status == STORE_OK) {
                session = ops[k].out.session;
                call = ops[k].out.call;
            }
        }

        recording = false;
        acknowledge(newest(env));
        recording = true;
    }
}


static void
look(const char *path, const uint8_t *image, size_t size, uint32_t point)
{
    int             fd;
    char            file[128];
    uint32_t        i;
    uint64_t        least = 0, most = 0, log;
    store_env_t    *env;
    store_error_t   error;

    for (i = 0; i < nevents; i++) {
        if (events[i].kind == ACKNOWLEDGED) {
            if (i < point) {
                least = events[i].log;
            }

            most = events[i].log;

            if (i >= point) {
                break;
            }
        }
    }

    (void) snprintf(file, sizeof(file), "%s/data.mdb", path);
    fd = open(file, O_WRONLY|O_CREAT|O_TRUNC, 0600);

    if (fd == -1 || write(fd, image, size) != (ssize_t) size) {
        torture_die(file);
    }

    (void) close(fd);

    if (torture_open(path, false, &env, &error) != STORE_OK) {
        torture_fail("at %u: %s", (unsigned) point, error.text);
        return;
    }

    log = newest(env);

    if (log < least || log > most) {
        torture_fail("at %u: the log ends at %llu, not from %llu to %llu",
                     (unsigned) point, (unsigned long long) log,
                     (unsigned long long) least, (unsigned long long) most);
    }

    if (!torture_whole(env, torture_finding)) {
        torture_fail("at %u: not whole", (unsigned) point);
    }

    store_close(env);
    (void) snprintf(file, sizeof(file), "%s/lock.mdb", path);
    (void) unlink(file);
}


int
main(int argc, char **argv)
{
    int        fd;
    char       file[128], again[] = "/tmp/xassist-torture-XXXXXX";
    size_t     size, used;
    uint8_t   *base, *image;
    uint32_t   i, k, batches, draws, tried = 0, writes = 0, syncs = 0;
    torture_t  t;

    torture_seed(2);
    batches = torture_rounds(argc, argv, 30, 300);
    draws = batches > 100 ? 12 : 4;
    torture_new(&t, LINKS);

    size = 4 << 20;
    base = calloc(1, size);
    image = malloc(size);
    (void) snprintf(file, sizeof(file), "%s/data.mdb", t.path);
    fd = open(file, O_RDONLY);

    if (fd == -1 || read(fd, base, size) <= 0 || mkdtemp(again) == NULL) {
        torture_die(file);
    }

    (void) close(fd);
    recording = true;
    run(t.env, batches);
    recording = false;
    store_close(t.env);
    used = 0;

    for (i = 0; i < nevents; i++) {
        writes += events[i].kind == WRITE;
        syncs += events[i].kind == SYNC || events[i].durable;

        if (events[i].kind == WRITE
            && (size_t) events[i].at + events[i].len > used)
        {
            used = (size_t) events[i].at + events[i].len;
        }
    }

    if (used > size || writes == 0 || syncs == 0) {
        torture_die("nothing was recorded, or too much");
    }

    used = used < 1 << 19 ? 1 << 19 : used;

    for (i = 1; i <= nevents && torture_failures < 10; i++) {
        if (events[i - 1].kind != WRITE) {
            continue;
        }

        for (k = 0; k <= draws; k++) {
            build(image, base, used, i, k == 0);
            look(again, image, used, i);
            tried++;
        }
    }

    torture_drop(t.path);
    torture_drop(again);
    (void) printf("order: %u writes, %u syncs, %u orders tried, "
                  "%u invariants broken\n", (unsigned) writes,
                  (unsigned) syncs, (unsigned) tried, torture_failures);

    return torture_failures != 0;
}
