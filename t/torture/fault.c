/*
 * The Nth call of malloc, write, sync, mmap, open, lock fails, for each N
 * until none fails any more: opening, writing, reading, copying and closing
 * a store.  Every run ends denied or correct: nothing crashes, nothing leaks,
 * what was said to be done is there, what was not is not half there.
 *
 * The functions below stand in front of libc's for LMDB, too.
 */

#define _GNU_SOURCE
#define TORTURE_PLAIN_HASH

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "torture.h"


#define LINKS  12
#define MOST   20000                   /* no scenario has so many calls */

enum { MEMORY, WRITES, SYNCS, MAPS, OPENS, LOCKS, KINDS };

static const char *const  kinds[] = {
    "malloc", "write", "sync", "mmap", "open", "lock"
};

static struct {
    bool      on;
    int       kind;
    uint32_t  at;                      /* this call fails; 0: none */
    uint32_t  calls;
    bool      fired;
    bool      for_good;                /* and every one after it */
    long      live;                    /* pieces of memory */
} fault;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t align, size_t size);
extern void __libc_free(void *p);

#define SHOWN  __attribute__((visibility("default")))

SHOWN void *malloc(size_t size);
SHOWN void *calloc(size_t n, size_t size);
SHOWN void *realloc(void *p, size_t size);
SHOWN int posix_memalign(void **p, size_t align, size_t size);
SHOWN void free(void *p);
SHOWN ssize_t pwrite(int fd, const void *data, size_t len, off_t at);
SHOWN ssize_t writev(int fd, const struct iovec *iov, int n);
SHOWN ssize_t write(int fd, const void *data, size_t len);
SHOWN int fdatasync(int fd);
SHOWN int fsync(int fd);
SHOWN int msync(void *data, size_t len, int flags);
SHOWN void *mmap(void *at, size_t len, int prot, int flags, int fd,
    off_t offset);
SHOWN int open(const char *path, int flags, ...);
SHOWN int fcntl(int fd, int what, ...);


static bool
fails(int kind, int code)
{
    if (!fault.on || fault.kind != kind) {
        return false;
    }

    fault.calls++;

    if (fault.calls == fault.at
        || (fault.for_good && fault.at != 0 && fault.calls > fault.at))
    {
        fault.fired = true;
        errno = code;
        return true;
    }

    return false;
}


void *
malloc(size_t size)
{
    void  *p = fails(MEMORY, ENOMEM) ? NULL : __libc_malloc(size);

    fault.live += p != NULL;

    return p;
}


void *
calloc(size_t n, size_t size)
{
    void  *p = fails(MEMORY, ENOMEM) ? NULL : __libc_calloc(n, size);

    fault.live += p != NULL;

    return p;
}


void *
realloc(void *old, size_t size)
{
    void  *p = fails(MEMORY, ENOMEM) ? NULL : __libc_realloc(old, size);

    fault.live += p != NULL && old == NULL;

    return p;
}


int
posix_memalign(void **p, size_t align, size_t size)
{
    *p = fails(MEMORY, ENOMEM) ? NULL : __libc_memalign(align, size);
    fault.live += *p != NULL;

    return *p != NULL ? 0 : ENOMEM;
}


void
free(void *p)
{
    fault.live -= p != NULL;
    __libc_free(p);
}


#define REAL(name, type, ...) \
    static type (*real)(__VA_ARGS__); \
    *(void **) &real = real ? *(void **) &real : dlsym(RTLD_NEXT, name)


ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
    REAL("pwrite", ssize_t, int, const void *, size_t, off_t);

    return fails(WRITES, ENOSPC) ? -1 : real(fd, data, len, at);
}


ssize_t
write(int fd, const void *data, size_t len)
{
    REAL("write", ssize_t, int, const void *, size_t);

    return fails(WRITES, ENOSPC) ? -1 : real(fd, data, len);
}


ssize_t
writev(int fd, const struct iovec *iov, int n)
{
    REAL("writev", ssize_t, int, const struct iovec *, int);

    return fails(WRITES, EIO) ? -1 : real(fd, iov, n);
}


int
fdatasync(int fd)
{
    REAL("fdatasync", int, int);

    return fails(SYNCS, EIO) ? -1 : real(fd);
}


int
fsync(int fd)
{
    REAL("fsync", int, int);

    return fails(SYNCS, EIO) ? -1 : real(fd);
}


int
msync(void *data, size_t len, int flags)
{
    REAL("msync", int, void *, size_t, int);

    return fails(SYNCS, EIO) ? -1 : real(data, len, flags);
}


void *
mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    REAL("mmap", void *, void *, size_t, int, int, int, off_t);

    /* those of a file: the others are malloc's own */

    return fd != -1 && fails(MAPS, ENOMEM)
           ? MAP_FAILED : real(at, len, prot, flags, fd, offset);
}


int
open(const char *path, int flags, ...)
{
    int      mode;
    va_list  args;

    REAL("open", int, const char *, int, ...);

    va_start(args, flags);
    mode = va_arg(args, int);
    va_end(args);

    return fails(OPENS, EMFILE) ? -1 : real(path, flags, mode);
}


int
fcntl(int fd, int what, ...)
{
    void     *lock;
    va_list   args;

    REAL("fcntl", int, int, int, ...);

    va_start(args, what);
    lock = va_arg(args, void *);
    va_end(args);

    return (what == F_SETLK || what == F_SETLKW || what == F_OFD_SETLKW)
           && fails(LOCKS, ENOLCK) ? -1 : real(fd, what, lock);
}


/* What a child did before it ended: shared with its parent. */

typedef struct {
    bool      redeemed[LINKS];         /* said to be done */
    bool      account;
    bool      backup;
    bool      fired;
    uint32_t  calls;
    uint32_t  denied;
    long      leaked;
} done_t;


static void
write_some(store_env_t *env, done_t *done)
{
    uint32_t     i;
    store_op_t   ops[LINKS], *list[LINKS], op;

    for (i = 0; i < LINKS; i++) {
        torture_redeem(&ops[i], i, i);
        list[i] = &ops[i];
    }

    for (i = 0; i < LINKS; i += 4) {
        if (store_apply(env, list + i, 4) != STORE_OK) {
            done->denied++;
        }
    }

    for (i = 0; i < LINKS; i++) {
        done->redeemed[i] = ops[i].status == STORE_OK;
    }

    torture_op(&op, STORE_OP_ACCOUNT_CREATE);
    op.in.account_create.account = torture_id(500);
    op.in.account_create.name = torture_text("another");
    done->account = torture_do(env, &op) == STORE_OK;

    torture_op(&op, STORE_OP_SWEEP);
    op.now += 1000000;
    (void) torture_do(env, &op);
}


static void
read_some(store_env_t *env, done_t *done)
{
    uint64_t            findings;
    store_id_t          id = torture_id(FIRST_LINK);
    store_txn_t        *txn;
    store_status_t      rc;
    store_invitation_t  inv;

    if (store_read_new(env, &txn) != STORE_OK) {
        done->denied++;
        return;
    }

    rc = store_read_renew(txn);

    if (rc == STORE_OK) {
        rc = store_invitation_get(txn, &id, &inv);

        if (rc == STORE_NOT_FOUND) {
            _exit(41);                 /* it is there: this is a lie */
        }

        rc = store_check(txn, torture_finding, NULL, &findings);

        if (rc == STORE_OK && findings != 0) {
            _exit(42);
        }
    }

    done->denied += rc != STORE_OK;
    store_read_free(txn);
}


static void *
nothing(void *data)
{
    return data;
}


/* What libc makes once and keeps is no leak: a thread's stack. */

static void
warm(void)
{
    pthread_t  thread;

    if (pthread_create(&thread, NULL, nothing, NULL) != 0
        || pthread_join(thread, NULL) != 0)
    {
        torture_die("thread");
    }
}


static void
scenario(const char *path, const char *copy, done_t *done)
{
    long            live;
    store_env_t    *env;
    store_error_t   error;

    warm();
    live = fault.live;
    fault.on = true;

    if (torture_open(path, false, &env, &error) == STORE_OK) {
        write_some(env, done);
        read_some(env, done);
        done->backup = store_backup(env, copy) == STORE_OK;
        store_close(env);

    } else {
        done->denied++;
    }

    fault.on = false;
    done->fired = fault.fired;
    done->calls = fault.calls;
    done->leaked = fault.live - live;
}


static void
whole(const char *path, const char *what, const done_t *done)
{
    uint32_t             i;
    store_id_t           id;
    store_env_t         *env;
    store_txn_t         *txn;
    store_error_t        error;
    store_account_t      account;
    store_invitation_t   inv;

    if (torture_open(path, false, &env, &error) != STORE_OK) {
        torture_fail("%s: %s", what, error.text);
        return;
    }

    if (!torture_whole(env, torture_finding)) {
        torture_fail("%s: not whole", what);
    }

    if (done != NULL && store_read_new(env, &txn) == STORE_OK
        && store_read_renew(txn) == STORE_OK)
    {
        for (i = 0; i < LINKS; i++) {
            id = torture_id(FIRST_LINK + i);

            if (store_invitation_get(txn, &id, &inv) != STORE_OK
                || (done->redeemed[i] && inv.used != 1))
            {
                torture_fail("%s: link %u was said to be redeemed", what,
                             (unsigned) i);
            }
        }

        id = torture_id(500);

        if (done->account && store_account_get(txn, &id, &account)
                             != STORE_OK)
        {
            torture_fail("%s: an account was said to be made", what);
        }

        store_read_free(txn);
    }

    store_close(env);
}


static void
copy_file(const char *from, const char *to)
{
    int      in, out;
    char     buffer[65536];
    ssize_t  n;

    in = open(from, O_RDONLY, 0);
    out = open(to, O_WRONLY|O_CREAT|O_TRUNC, 0600);

    while ((n = read(in, buffer, sizeof(buffer))) > 0) {
        if (write(out, buffer, (size_t) n) != n) {
            torture_die(to);
        }
    }

    (void) close(in);
    (void) close(out);
}


/* One child with one fault; true while there are more calls to fail. */

static bool
one(const torture_t *t, int kind, uint32_t at, bool for_good, done_t *done,
    uint64_t *denied)
{
    int    status;
    char   path[] = "/tmp/xassist-torture-XXXXXX", from[128], to[128];
    char   copy[] = "/tmp/xassist-torture-XXXXXX", what[64];
    pid_t  pid;

    (void) snprintf(what, sizeof(what), "%s %u%s", kinds[kind],
                    (unsigned) at, for_good ? " and on" : "");

    if (mkdtemp(path) == NULL || mkdtemp(copy) == NULL) {
        torture_die(path);
    }

    (void) snprintf(from, sizeof(from), "%s/data.mdb", t->path);
    (void) snprintf(to, sizeof(to), "%s/data.mdb", path);
    copy_file(from, to);
    memset(done, 0, sizeof(*done));

    pid = fork();

    if (pid == 0) {
        fault.kind = kind;
        fault.at = at;
        fault.for_good = for_good;
        scenario(path, copy, done);
        _exit(0);
    }

    (void) waitpid(pid, &status, 0);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        torture_fail("%s: ended with %x", what, (unsigned) status);
        done->fired = at < MOST;
    }

    if (done->leaked) {
        torture_fail("%s: %ld pieces of memory leaked", what, done->leaked);
    }

    whole(path, what, done);

    if (done->backup) {
        whole(copy, what, NULL);
    }

    *denied += done->denied != 0;
    torture_drop(path);
    torture_drop(copy);

    return done->fired;
}


int
main(int argc, char **argv)
{
    int        kind, mode;
    done_t    *done;
    uint32_t   at, step, faults = 0;
    uint64_t   denied = 0;
    torture_t  t;

    torture_seed(3);
    step = torture_rounds(argc, argv, 5, 1);
    step = step == 0 ? 1 : step;
    torture_new(&t, LINKS);
    store_close(t.env);

    done = mmap(NULL, sizeof(*done), PROT_READ|PROT_WRITE,
                MAP_SHARED|MAP_ANONYMOUS, -1, 0);

    for (kind = 0; kind < KINDS; kind++) {
        for (mode = 0; mode < 2; mode++) {
            for (at = 1; at < MOST && torture_failures < 10; at++) {

                if (!one(&t, kind, at, mode == 1, done, &denied)) {
                    break;
                }

                faults++;

                if (at > 40) {
                    at += step - 1;
                }
            }
        }
    }

    torture_drop(t.path);
    (void) printf("fault: %u faults, %llu runs denied something, "
                  "%u invariants broken\n", (unsigned) faults,
                  (unsigned long long) denied, torture_failures);

    return torture_failures != 0;
}
