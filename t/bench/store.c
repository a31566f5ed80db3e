/*
 * The store at size and under load.  Writes lines of tab-separated figures:
 *
 *     fill     records   seconds (made durable once, at the end)   bytes of
 *              the file   bytes a record
 *     read     records   median and p99 of a decision's reads, ns
 *     link     records   the same of a random link's
 *     size     records   bytes an invitation with its index keys, and an
 *              event: keys, values and what LMDB adds to each
 *     commit   in flight redemptions a second, batched; one commit each
 *     beside   median and p99 of a decision's reads, ns: idle, and while
 *              another thread commits redemptions, 64 at a time
 *
 * Usage: store FOLDER RECORDS...
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <lmdb_schema/lmdb_int.h>
#include <policy/policy.h>


#define BATCH   512
#define READS   200000
#define CALLS   100


static uint64_t  state = 88172645463325252u;


static uint64_t
any(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;

    return state;
}


static uint64_t
clock_ns(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}


static int
digest(const void *data, size_t len, uint8_t out[32])
{
    return policy_sha256(data, len, out);
}


/* Random as real ids are, and known again by its number. */

static store_id_t
id(uint64_t kind, uint64_t n)
{
    uint64_t    x = (n + 1) * UINT64_C(0x9e3779b97f4a7c15) + kind;
    store_id_t  out = { { 0 } };

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    store_put_u64(out.b + 1, x);
    store_put_u32(out.b + 8, (uint32_t) (n + 1));
    out.b[9] ^= (uint8_t) (kind << 4);

    return out;
}


static store_slice_t
text(const char *s)
{
    store_slice_t  out = { (const uint8_t *) s, strlen(s) };

    return out;
}


static void
begin(store_op_t *op, store_op_kind_t kind)
{
    static uint64_t  n;

    memset(op, 0, sizeof(*op));
    op->kind = kind;
    op->id = id(9, n++);
    op->now = UINT64_C(1700000000000) + n;
    op->presence.never_joined = UINT64_C(100000000000);
    op->presence.guest_seats = UINT32_MAX;
}


static void
must(store_env_t *env, store_op_t *ops, size_t n)
{
    size_t       i;
    store_op_t  *list[BATCH] = { NULL };

    for (i = 0; i < n; i++) {
        list[i] = &ops[i];
    }

    if (store_apply(env, list, n) != STORE_OK) {
        (void) fprintf(stderr, "%s\n", store_status_text(ops[0].status));
        exit(1);
    }

    for (i = 0; i < n; i++) {
        if (ops[i].status != STORE_OK) {
            (void) fprintf(stderr, "operation %d: %s, %s\n",
                           (int) ops[i].kind,
                           store_status_text(ops[i].status),
                           store_reason_name(ops[i].reason));
            exit(1);
        }
    }
}


static void
people(store_env_t *env)
{
    uint64_t    i;
    store_op_t  op;

    begin(&op, STORE_OP_ACCOUNT_CREATE);
    op.in.account_create.account = id(1, 0);
    op.in.account_create.name = text("acme");
    must(env, &op, 1);

    begin(&op, STORE_OP_USER_CREATE);
    op.in.user_create.user = id(2, 0);
    op.in.user_create.account = id(1, 0);
    op.in.user_create.name = text("olga");
    op.in.user_create.roles = text("account_admin");
    op.in.user_create.licensed = true;
    must(env, &op, 1);

    begin(&op, STORE_OP_SESSION_CREATE);
    op.in.session_create.session = id(3, 0);
    op.in.session_create.user = id(2, 0);
    op.in.session_create.lifetime = UINT64_C(100000000000);
    must(env, &op, 1);

    for (i = 0; i < CALLS; i++) {
        begin(&op, STORE_OP_CALL_CREATE);
        op.in.call_create.call = id(4, i);
        op.in.call_create.account = id(1, 0);
        op.in.call_create.owner = id(2, 0);
        op.in.call_create.kind = STORE_CALL_CONFERENCE;
        op.in.call_create.room = i + 1;
        must(env, &op, 1);
    }
}


static void
fill(store_env_t *env, uint64_t from, uint64_t to)
{
    size_t      n;
    uint64_t    i;
    store_op_t *ops = calloc(BATCH, sizeof(*ops));

    for (i = from, n = 0; i < to; i++) {
        begin(&ops[n], STORE_OP_INVITATION_CREATE);
        ops[n].in.invitation_create.invitation = id(5, i);
        ops[n].in.invitation_create.call = id(4, i % CALLS);
        ops[n].in.invitation_create.kind = STORE_INV_CONFERENCE;
        ops[n].in.invitation_create.inviter = id(2, 0);
        ops[n].in.invitation_create.channel = 4;
        ops[n].in.invitation_create.bound_to = 1;
        ops[n].in.invitation_create.uses = 1;
        ops[n].in.invitation_create.expires = ops[n].now + 100000000;

        if (++n == BATCH || i + 1 == to) {
            must(env, ops, n);
            n = 0;
        }

        if ((i & 0xffff) == 0 && getenv("XASSIST_PROGRESS")) {
            (void) fprintf(stderr, "\r%llu", (unsigned long long) i);
        }
    }

    free(ops);
}


static int
compare(const void *a, const void *b)
{
    uint64_t  x = *(const uint64_t *) a, y = *(const uint64_t *) b;

    return (x > y) - (x < y);
}


/* What a request with a session reads, and what one with a link does. */

static bool
decide(store_txn_t *txn, uint64_t records)
{
    store_id_t         session = id(3, 0), call = id(4, any() % CALLS);
    store_principal_t  who;
    store_standing_t   standing;

    (void) records;

    return store_principal(txn, &session, 1700000000000, &who) == STORE_OK
           && store_standing(txn, &who, &call, 1700000000000, &standing)
              == STORE_OK;
}


static bool
look_up(store_txn_t *txn, uint64_t records)
{
    uint8_t       browser[32] = { 0 };
    store_id_t    link = id(5, any() % records);
    store_link_t  said;

    return store_link(txn, &link, browser, 1700000000000, &said) == STORE_OK;
}


static void
measure_reads(store_env_t *env, uint64_t records)
{
    size_t        i, k;
    uint64_t      begun, *took = malloc(READS * sizeof(*took));
    store_txn_t  *txn;

    static const struct {
        const char  *name;
        bool       (*run)(store_txn_t *txn, uint64_t records);
    } reads[] = {
        { "read", decide }, { "link", look_up }
    };

    if (took == NULL || store_read_new(env, &txn) != STORE_OK) {
        exit(1);
    }

    for (k = 0; k < 2; k++) {
        for (i = 0; i < READS; i++) {
            begun = clock_ns();

            if (store_read_renew(txn) != STORE_OK
                || !reads[k].run(txn, records))
            {
                (void) fprintf(stderr, "a read failed\n");
                exit(1);
            }

            store_read_reset(txn);
            took[i] = clock_ns() - begun;
        }

        qsort(took, READS, sizeof(*took), compare);
        (void) printf("%s\t%llu\t%llu\t%llu\n", reads[k].name,
                      (unsigned long long) records,
                      (unsigned long long) took[READS / 2],
                      (unsigned long long) took[READS * 99 / 100]);
    }

    store_read_free(txn);
    free(took);
}


static void
measure_size(store_env_t *env, uint64_t records)
{
    size_t          i;
    uint64_t        bytes[256] = { 0 };
    store_txn_t    *txn;
    store_walk_t    walk;
    store_slice_t   key, value;

    static const uint8_t  of_invitation[] = {
        STORE_KEY_INVITATION, STORE_KEY_INVITATION_CALL,
        STORE_KEY_INVITATION_BY, STORE_KEY_DUE
    };

    if (store_read_new(env, &txn) != STORE_OK
        || store_read_renew(txn) != STORE_OK)
    {
        exit(1);
    }

    store_walk_all(&walk);

    while (store_walk_next(store_txn_view(txn), &walk, &key, &value)
           == STORE_OK)
    {
        /* a node's head and its slot in the page */
        bytes[key.data[0]] += key.len + value.len + 10;
    }

    store_read_free(txn);

    for (i = 1; i < sizeof(of_invitation); i++) {
        bytes[STORE_KEY_INVITATION] += bytes[of_invitation[i]];
    }

    (void) printf("size\t%llu\t%llu\t%llu\n", (unsigned long long) records,
                  (unsigned long long) bytes[STORE_KEY_INVITATION] / records,
                  (unsigned long long) bytes[STORE_KEY_EVENT] / records);
}


static uint64_t
redeem(store_env_t *env, uint64_t *next, size_t flight, size_t batch,
    uint64_t ns)
{
    size_t       i, k;
    uint64_t     begun, done;
    store_op_t  *ops = calloc(BATCH, sizeof(*ops));

    begun = clock_ns();
    done = 0;

    while (clock_ns() - begun < ns) {
        for (i = 0; i < flight; i++) {
            begin(&ops[i], STORE_OP_REDEEM);
            ops[i].in.redeem.invitation = id(5, *next);
            ops[i].in.redeem.session = id(6, *next);
            ops[i].in.redeem.participant = id(7, *next);
            store_put_u64(ops[i].in.redeem.browser, ++*next);
            ops[i].in.redeem.name = text("Gus");
            ops[i].in.redeem.lifetime = 1000000;
        }

        for (k = 0; k < flight; k += batch) {
            must(env, ops + k, flight - k < batch ? flight - k : batch);
        }

        done += flight;
    }

    free(ops);

    return done * 1000000000 / (clock_ns() - begun);
}


/* As a worker does it: the thread that reads goes on while one commits. */

typedef struct {
    store_env_t *env;
    uint64_t     next;
} writer_t;


static void *
commit_on(void *data)
{
    writer_t  *writer = data;

    (void) redeem(writer->env, &writer->next, 64, 64, 3000000000u);

    return NULL;
}


static void
read_for(store_txn_t *txn, uint64_t ns, uint64_t figures[2])
{
    size_t    n = 0;
    uint64_t  begun, first = clock_ns(), *took = malloc(4 * READS * 8);

    if (took == NULL) {
        exit(1);
    }

    while (n < 4 * READS && clock_ns() - first < ns) {
        begun = clock_ns();

        if (store_read_renew(txn) != STORE_OK || !decide(txn, 0)) {
            exit(1);
        }

        store_read_reset(txn);
        took[n++] = clock_ns() - begun;

        /* as a loop of events would, which is not busy all the time */

        while (clock_ns() - begun < 5000) {
            continue;
        }
    }

    qsort(took, n, sizeof(*took), compare);
    figures[0] = took[n / 2];
    figures[1] = took[n * 99 / 100];
    free(took);
}


static void
measure_beside(store_env_t *env, uint64_t next)
{
    uint64_t      idle[2], busy[2];
    writer_t      writer = { env, next };
    pthread_t     thread;
    store_txn_t  *txn;

    if (store_read_new(env, &txn) != STORE_OK) {
        exit(1);
    }

    read_for(txn, 2000000000u, idle);

    if (pthread_create(&thread, NULL, commit_on, &writer) != 0) {
        exit(1);
    }

    read_for(txn, 2000000000u, busy);
    (void) pthread_join(thread, NULL);
    store_read_free(txn);
    (void) printf("beside\t%llu\t%llu\t%llu\t%llu\n",
                  (unsigned long long) idle[0], (unsigned long long) idle[1],
                  (unsigned long long) busy[0], (unsigned long long) busy[1]);
}


int
main(int argc, char **argv)
{
    int              i;
    char             file[256];
    size_t           k;
    uint64_t         from, to, next, begun, batched, single;
    struct stat      before, after;
    store_env_t     *env;
    store_error_t    error;
    store_options_t  options;

    static const size_t  flights[] = { 1, 8, 64, 512 };

    memset(&options, 0, sizeof(options));

    if (argc < 3) {
        return 2;
    }

    options.path = argv[1];
    options.sha256 = digest;
    options.create = true;

    if (store_open(&options, &env, &error) != STORE_OK) {
        (void) fprintf(stderr, "%s\n", error.text);
        return 1;
    }

    (void) snprintf(file, sizeof(file), "%s/data.mdb", argv[1]);
    people(env);
    from = 0;

    for (i = 2; i < argc; i++) {
        to = strtoull(argv[i], NULL, 10);

        if (stat(file, &before) != 0) {
            return 1;
        }

        begun = clock_ns();

        if (store_env_hurry(env, true) != STORE_OK) {
            return 1;
        }

        fill(env, from, to);

        if (store_env_hurry(env, false) != STORE_OK) {
            return 1;
        }

        if (stat(file, &after) != 0) {
            return 1;
        }

        (void) printf("fill\t%llu\t%.2f\t%llu\t%.1f\n",
                      (unsigned long long) to,
                      (double) (clock_ns() - begun) / 1e9,
                      (unsigned long long) after.st_size,
                      (double) after.st_size / (double) to);
        measure_reads(env, to);
        (void) fflush(stdout);
        from = to;
    }

    measure_size(env, from);
    next = 0;

    for (k = 0; k < sizeof(flights) / sizeof(flights[0]); k++) {
        batched = redeem(env, &next, flights[k], flights[k], 1000000000);
        single = redeem(env, &next, flights[k], 1, 1000000000);
        (void) printf("commit\t%zu\t%llu\t%llu\n", flights[k],
                      (unsigned long long) batched,
                      (unsigned long long) single);
        (void) fflush(stdout);
    }

    measure_beside(env, next);
    store_close(env);

    return 0;
}
