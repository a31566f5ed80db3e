/*
 * What the torture programs share: a small world in a store of its own, and
 * operations in it.  Each program takes "short" or a number of rounds, tells
 * figures in its last line, and ends with 1 when an invariant broke.
 */

#ifndef TORTURE_H
#define TORTURE_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <lmdb_schema/view_int.h>
#include <policy/policy.h>


#define CALLS  6

enum { ACCOUNT = 1, OWNER = 2, OWNERS = 3, FIRST_CALL = 10,
       FIRST_LINK = 1000 };


typedef struct {
    char         path[64];
    uint32_t     links;
    store_env_t *env;
} torture_t;


static uint64_t  torture_random;
static unsigned  torture_failures;


static inline void
torture_fail(const char *format, ...)
{
    va_list  args;

    va_start(args, format);
    (void) vfprintf(stderr, format, args);
    va_end(args);
    (void) fputc('\n', stderr);
    torture_failures++;
}


static inline void
torture_die(const char *what)
{
    (void) fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(2);
}


static inline uint32_t
torture_pick(uint32_t n)
{
    torture_random ^= torture_random << 13;
    torture_random ^= torture_random >> 7;
    torture_random ^= torture_random << 17;

    return (uint32_t) (torture_random >> 33) % n;
}


static inline void
torture_seed(uint64_t salt)
{
    const char  *seed = getenv("TORTURE_SEED");

    torture_random = seed ? strtoull(seed, NULL, 10)
                          : (uint64_t) time(NULL) * 1000003;
    torture_random = (torture_random + salt) * UINT64_C(0x9e3779b97f4a7c15)
                     + 1;
}


/* "short" gives the first number, nothing the second. */

static inline uint32_t
torture_rounds(int argc, char **argv, uint32_t few, uint32_t many)
{
    if (argc > 1 && strcmp(argv[1], "short") == 0) {
        return few;
    }

    return argc > 1 ? (uint32_t) strtoul(argv[1], NULL, 10) : many;
}


static inline uint64_t
torture_clock(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec;
}


static inline int
torture_sha256(const void *data, size_t len, uint8_t out[32])
{
#ifdef TORTURE_PLAIN_HASH

    /* any mixing will do, and OpenSSL keeps memory after an error */

    const uint8_t  *p = data;
    uint64_t        h[4] = { 1, 2, 3, 4 };

    for (size_t i = 0; i < len; i++) {
        h[i % 4] = (h[i % 4] ^ p[i]) * UINT64_C(0x100000001b3);
    }

    for (int i = 0; i < 4; i++) {
        store_put_u64(out + 8 * i, h[i] * UINT64_C(0x9e3779b97f4a7c15));
    }

    return 0;

#else

    return policy_sha256(data, len, out);

#endif
}


static inline store_id_t
torture_id(uint32_t n)
{
    store_id_t  out = { { 0, 0x70 } };

    store_put_u32(out.b + STORE_ID_LEN - 4, n);

    return out;
}


/* An id that nobody else mints. */

static inline store_id_t
torture_mint(void)
{
    static uint32_t  n;
    store_id_t       out = { { 0, 0x71 } };

    store_put_u32(out.b + 2, (uint32_t) getpid());
    store_put_u32(out.b + 8, ++n);

    return out;
}


static inline store_slice_t
torture_text(const char *s)
{
    store_slice_t  out = { (const uint8_t *) s, strlen(s) };

    return out;
}


static inline void
torture_op(store_op_t *op, store_op_kind_t kind)
{
    memset(op, 0, sizeof(*op));
    op->kind = kind;
    op->id = torture_mint();
    op->now = UINT64_C(1700000000000) + torture_clock() / 1000000;
    op->presence.grace = 20;
    op->presence.request_grace = 20;
    op->presence.joining = 20;
    op->presence.never_joined = UINT64_C(3600000);
    op->presence.guest_seats = UINT32_MAX;
}


static inline store_status_t
torture_do(store_env_t *env, store_op_t *op)
{
    store_op_t      *ops[1] = { op };
    store_status_t   rc = store_apply(env, ops, 1);

    return rc == STORE_OK ? op->status : rc;
}


static inline store_status_t
torture_open(const char *path, bool create, store_env_t **env,
    store_error_t *error)
{
    store_options_t  options;

    memset(&options, 0, sizeof(options));
    options.path = path;
    options.max = UINT64_C(256) << 20;
    options.sha256 = torture_sha256;
    options.create = create;

    return store_open(&options, env, error);
}


static inline void
torture_must(store_env_t *env, store_op_t *op)
{
    store_status_t  rc = torture_do(env, op);

    if (rc != STORE_OK) {
        (void) fprintf(stderr, "operation %d: %s\n", (int) op->kind,
                       store_status_text(rc));
        exit(2);
    }
}


/* An account, its owner with a session, calls, links for one person each. */

static inline void
torture_world(store_env_t *env, uint32_t links)
{
    uint32_t     i;
    store_op_t  *ops[512], *many = calloc(512, sizeof(store_op_t)), op;

    torture_op(&op, STORE_OP_ACCOUNT_CREATE);
    op.in.account_create.account = torture_id(ACCOUNT);
    op.in.account_create.name = torture_text("acme");
    torture_must(env, &op);

    torture_op(&op, STORE_OP_USER_CREATE);
    op.in.user_create.user = torture_id(OWNER);
    op.in.user_create.account = torture_id(ACCOUNT);
    op.in.user_create.name = torture_text("olga");
    op.in.user_create.roles = torture_text("account_admin");
    op.in.user_create.licensed = true;
    torture_must(env, &op);

    torture_op(&op, STORE_OP_SESSION_CREATE);
    op.in.session_create.session = torture_id(OWNERS);
    op.in.session_create.user = torture_id(OWNER);
    op.in.session_create.device = 1;
    op.in.session_create.lifetime = UINT64_C(1000000000);
    torture_must(env, &op);

    for (i = 0; i < CALLS; i++) {
        torture_op(&op, STORE_OP_CALL_CREATE);
        op.in.call_create.call = torture_id(FIRST_CALL + i);
        op.in.call_create.account = torture_id(ACCOUNT);
        op.in.call_create.owner = torture_id(OWNER);
        op.in.call_create.kind = STORE_CALL_CONFERENCE;
        op.in.call_create.room = 100 + i;
        torture_must(env, &op);
    }

    for (i = 0; i < links; i++) {
        ops[i % 512] = &many[i % 512];
        torture_op(&many[i % 512], STORE_OP_INVITATION_CREATE);
        many[i % 512].in.invitation_create.invitation =
            torture_id(FIRST_LINK + i);
        many[i % 512].in.invitation_create.call =
            torture_id(FIRST_CALL + i % CALLS);
        many[i % 512].in.invitation_create.kind = STORE_INV_CONFERENCE;
        many[i % 512].in.invitation_create.inviter = torture_id(OWNER);
        many[i % 512].in.invitation_create.channel = 4;
        many[i % 512].in.invitation_create.bound_to = 1;
        many[i % 512].in.invitation_create.uses = 1;

        if (i % 512 == 511 || i + 1 == links) {
            if (store_apply(env, ops, i % 512 + 1) != STORE_OK
                || many[0].status != STORE_OK)
            {
                (void) fprintf(stderr, "links: %s\n",
                               store_status_text(many[0].status));
                exit(2);
            }
        }
    }

    free(many);
}


static inline void
torture_new(torture_t *t, uint32_t links)
{
    store_error_t  error;

    (void) strcpy(t->path, "/tmp/xassist-torture-XXXXXX");
    t->links = links;

    if (mkdtemp(t->path) == NULL) {
        torture_die(t->path);
    }

    if (torture_open(t->path, true, &t->env, &error) != STORE_OK) {
        (void) fprintf(stderr, "%s\n", error.text);
        exit(2);
    }

    torture_world(t->env, links);
}


static inline void
torture_drop(const char *path)
{
    size_t  i;
    char    file[128];

    static const char *const  names[] = {
        "/data.mdb", "/lock.mdb", "/loading", "/data.mdb.new",
        "/data.mdb.compact", ""
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void) snprintf(file, sizeof(file), "%s%s", path, names[i]);
        (void) remove(file);
    }
}


static inline void
torture_redeem(store_op_t *op, uint32_t link, uint32_t browser)
{
    torture_op(op, STORE_OP_REDEEM);
    op->in.redeem.invitation = torture_id(FIRST_LINK + link);
    op->in.redeem.session = torture_mint();
    op->in.redeem.participant = torture_mint();
    store_put_u32(op->in.redeem.browser, browser);
    store_put_u32(op->in.redeem.browser + 4, (uint32_t) getpid());
    op->in.redeem.name = torture_text("Gus");
    op->in.redeem.device = 1;
    op->in.redeem.terms_accepted = true;
    op->in.redeem.terms_version = torture_text("1");
    op->in.redeem.lifetime = UINT64_C(100000000);
}


static inline void
torture_finding(void *data, const char *sentence)
{
    (void) data;
    torture_fail("check: %s", sentence);
}


/* Everything agrees: records, index keys, counters, the log's chain. */

static inline bool
torture_whole(store_env_t *env, store_finding_pt finding)
{
    uint64_t        findings = 0;
    store_txn_t    *txn;
    store_status_t  rc;

    rc = store_read_new(env, &txn);

    if (rc == STORE_OK) {
        rc = store_read_renew(txn);

        if (rc == STORE_OK) {
            rc = store_check(txn, finding, NULL, &findings);
        }

        store_read_free(txn);
    }

    return rc == STORE_OK && findings == 0;
}

#endif /* TORTURE_H */
