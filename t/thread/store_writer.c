/*
 * What a worker does with its store, for ThreadSanitizer: one thread applies
 * batches that are handed over, as the group commit does, while the other
 * reads, follows the log and the transaction id, and takes the results back
 * (t/28-store-threads.t).
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb_schema/store.h>
#include <policy/policy.h>


#define BATCH  16
#define TURNS  60


static store_env_t     *env;
static store_op_t       ops[BATCH];
static store_op_t      *list[BATCH];
static size_t           posted;
static bool             stop;
static pthread_mutex_t  lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t   changed = PTHREAD_COND_INITIALIZER;


static int
digest(const void *data, size_t len, uint8_t out[STORE_HASH_LEN])
{
    return policy_sha256(data, len, out);
}


static store_id_t
id(uint8_t kind, size_t n)
{
    store_id_t  out = { { 0, kind } };

    out.b[10] = (uint8_t) (n >> 8);
    out.b[11] = (uint8_t) n;

    return out;
}


/* The task: everything posted, in one transaction. */

static void *
write_posted(void *data)
{
    size_t  n;

    (void) data;
    (void) pthread_mutex_lock(&lock);

    while (!stop) {
        if (posted == 0) {
            (void) pthread_cond_wait(&changed, &lock);
            continue;
        }

        n = posted;
        (void) pthread_mutex_unlock(&lock);

        if (store_apply(env, list, n) != STORE_OK) {
            (void) fprintf(stderr, "not applied\n");
            exit(1);
        }

        (void) pthread_mutex_lock(&lock);
        posted = 0;
        (void) pthread_cond_broadcast(&changed);
    }

    (void) pthread_mutex_unlock(&lock);

    return NULL;
}


static void
post(size_t turn, size_t n)
{
    size_t  i;
    char    name[32];

    static char  names[BATCH][32];

    memset(ops, 0, sizeof(ops));

    for (i = 0; i < n; i++) {
        (void) snprintf(name, sizeof(name), "a%zu", turn * BATCH + i);
        memcpy(names[i], name, sizeof(name));

        list[i] = &ops[i];
        ops[i].kind = STORE_OP_ACCOUNT_CREATE;
        ops[i].id = id(1, turn * BATCH + i);
        ops[i].now = 1700000000000 + turn;
        ops[i].in.account_create.account = id(2, turn * BATCH + i);
        ops[i].in.account_create.name.data = (uint8_t *) names[i];
        ops[i].in.account_create.name.len = strlen(names[i]);
    }

    (void) pthread_mutex_lock(&lock);
    posted = n;
    (void) pthread_cond_broadcast(&changed);
    (void) pthread_mutex_unlock(&lock);
}


static bool
busy(void)
{
    bool  answer;

    (void) pthread_mutex_lock(&lock);
    answer = posted != 0;
    (void) pthread_mutex_unlock(&lock);

    return answer;
}


/* The event loop: reads all the while; false when what was acknowledged is
   not there. */

static bool
read_on(store_txn_t *txn, size_t accounts, uint64_t *seq, uint64_t *reads)
{
    store_id_t       last;
    store_event_t    event;
    store_account_t  account;

    (void) store_txnid(env);

    if (store_read_renew(txn) != STORE_OK) {
        return false;
    }

    while (store_log_next(txn, *seq, &event) == STORE_OK) {
        *seq = event.seq;
    }

    if (accounts != 0) {
        last = id(2, accounts - 1);

        if (store_account_get(txn, &last, &account) != STORE_OK) {
            return false;
        }
    }

    store_read_reset(txn);
    (*reads)++;

    return true;
}


int
main(int argc, char **argv)
{
    bool             good = true;
    size_t           turn, i;
    uint64_t         seq = 0, reads = 0;
    pthread_t        thread;
    store_txn_t     *txn;
    store_error_t    error;
    store_options_t  options;

    if (argc != 2) {
        return 2;
    }

    memset(&options, 0, sizeof(options));
    options.path = argv[1];
    options.max = 64 << 20;
    options.sha256 = digest;
    options.create = true;

    if (store_open(&options, &env, &error) != STORE_OK
        || store_read_new(env, &txn) != STORE_OK
        || pthread_create(&thread, NULL, write_posted, NULL) != 0)
    {
        return 2;
    }

    for (turn = 0; good && turn < TURNS; turn++) {
        post(turn, BATCH);

        do {
            good = read_on(txn, turn * BATCH, &seq, &reads);
        } while (good && busy());

        for (i = 0; i < BATCH; i++) {
            good = good && ops[i].status == STORE_OK;
        }

        good = good && read_on(txn, (turn + 1) * BATCH, &seq, &reads);
    }

    (void) pthread_mutex_lock(&lock);
    stop = true;
    (void) pthread_cond_broadcast(&changed);
    (void) pthread_mutex_unlock(&lock);
    (void) pthread_join(thread, NULL);

    store_read_free(txn);
    store_close(env);
    (void) printf("%llu changes, %llu reads, event %llu\n",
                  (unsigned long long) TURNS * BATCH,
                  (unsigned long long) reads, (unsigned long long) seq);

    return good && seq == TURNS * BATCH ? 0 : 1;
}
