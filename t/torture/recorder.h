/*
 * The writes and syncs of a run, and the file as a power failure may leave it
 * at any point: with every write before the last sync and any of those after
 * it, whole or torn.
 *
 * The functions below stand in front of libc's for LMDB, too.
 */

#ifndef RECORDER_H
#define RECORDER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>

#include "torture.h"


#define EVENTS   20000
#define SECTOR   512


typedef enum { WRITE, SYNC, ACKNOWLEDGED, MARKED, UNMARKED } event_kind_t;

typedef struct {
    event_kind_t  kind;
    off_t         at;
    size_t        len;
    uint8_t      *data;
    bool          durable;             /* when it returned: O_DSYNC */
    uint64_t      log;                 /* acknowledged: newest event */
} event_t;

static event_t   events[EVENTS];
static uint32_t  nevents;
static bool      recording;

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
    __attribute__((visibility("default")));
ssize_t writev(int fd, const struct iovec *iov, int n)
    __attribute__((visibility("default")));
ssize_t write(int fd, const void *data, size_t len)
    __attribute__((visibility("default")));
int fdatasync(int fd) __attribute__((visibility("default")));
int fsync(int fd) __attribute__((visibility("default")));
int msync(void *data, size_t len, int flags)
    __attribute__((visibility("default")));
int unlink(const char *path) __attribute__((visibility("default")));


static inline void
record(event_kind_t kind, int fd, const void *data, size_t len, off_t at)
{
    char      link[32], path[128];
    ssize_t   n;
    event_t  *event;

    if (!recording) {
        return;
    }

    if (fd != -1) {
        (void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        n = readlink(link, path, sizeof(path));

        if (kind == SYNC && n >= 8 && memcmp(path + n - 8, "/loading", 8) == 0)
        {
            kind = MARKED;

        } else if (n < 9 || memcmp(path + n - 9, "/data.mdb", 9) != 0) {
            return;
        }
    }

    if (nevents == EVENTS) {
        torture_die("too many events");
    }

    event = &events[nevents++];
    event->kind = kind;
    event->at = at;
    event->len = len;

    if (kind == WRITE) {
        event->data = malloc(len);
        memcpy(event->data, data, len);
        event->durable = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    }
}


ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);

    *(void **) &real = real ? *(void **) &real : dlsym(RTLD_NEXT, "pwrite");
    record(WRITE, fd, data, len, at);

    return real(fd, data, len, at);
}


ssize_t
write(int fd, const void *data, size_t len)
{
    static ssize_t (*real)(int, const void *, size_t);

    *(void **) &real = real ? *(void **) &real : dlsym(RTLD_NEXT, "write");

    if (recording) {
        record(WRITE, fd, data, len, lseek(fd, 0, SEEK_CUR));
    }

    return real(fd, data, len);
}


ssize_t
writev(int fd, const struct iovec *iov, int n)
{
    int    i;
    off_t  at;

    static ssize_t (*real)(int, const struct iovec *, int);

    *(void **) &real = real ? *(void **) &real : dlsym(RTLD_NEXT, "writev");

    if (recording) {
        at = lseek(fd, 0, SEEK_CUR);

        for (i = 0; i < n; i++) {
            record(WRITE, fd, iov[i].iov_base, iov[i].iov_len, at);
            at += (off_t) iov[i].iov_len;
        }
    }

    return real(fd, iov, n);
}


int
fdatasync(int fd)
{
    int  rc;

    static int (*real)(int);

    *(void **) &real = real ? *(void **) &real : dlsym(RTLD_NEXT,
                                                       "fdatasync");
    rc = real(fd);
    record(SYNC, fd, NULL, 0, 0);

    return rc;
}


int
fsync(int fd)
{
    int  rc;

    static int (*real)(int);

    *(void **) &real = real ? *(void **) &real : dlsym(RTLD_NEXT, "fsync");
    rc = real(fd);
    record(SYNC, fd, NULL, 0, 0);

    return rc;
}


int
msync(void *data, size_t len, int flags)
{
    int  rc;

    static int (*real)(void *, size_t, int);

    *(void **) &real = real ? *(void **) &real : dlsym(RTLD_NEXT, "msync");
    rc = real(data, len, flags);
    record(SYNC, -1, NULL, 0, 0);

    return rc;
}


int
unlink(const char *path)
{
    int     rc;
    size_t  len = strlen(path);

    static int (*real)(const char *);

    *(void **) &real = real ? *(void **) &real : dlsym(RTLD_NEXT, "unlink");
    rc = real(path);

    if (len >= 8 && memcmp(path + len - 8, "/loading", 8) == 0) {
        record(UNMARKED, -1, NULL, 0, 0);
    }

    return rc;
}


static inline void
acknowledge(uint64_t log)
{
    if (nevents == EVENTS) {
        torture_die("too many events");
    }

    events[nevents].kind = ACKNOWLEDGED;
    events[nevents++].log = log;
}


static inline void
apply(uint8_t *image, const event_t *event, bool torn)
{
    size_t  at;

    if (!torn) {
        memcpy(image + event->at, event->data, event->len);
        return;
    }

    for (at = 0; at < event->len; at += SECTOR) {
        if (torture_pick(2)) {
            memcpy(image + event->at + at, event->data + at,
                   event->len - at < SECTOR ? event->len - at : SECTOR);
        }
    }
}


/* The file after a failure at `point`: durable what was synced, of the rest
   what `all` or chance says. */

static inline void
build(uint8_t *image, const uint8_t *base, size_t size, uint32_t point,
    bool all)
{
    uint32_t  i, synced = 0;

    memcpy(image, base, size);

    for (i = 0; i < point; i++) {
        if (events[i].kind == SYNC) {
            synced = i;
        }
    }

    for (i = 0; i < point; i++) {
        if (events[i].kind != WRITE) {
            continue;
        }

        /* the last write was under way: what is durable later is not yet */

        if (i < synced || all || (events[i].durable && i + 1 < point)) {
            apply(image, &events[i], false);

        } else if (torture_pick(2)) {
            apply(image, &events[i], !events[i].durable
                                     && torture_pick(2) != 0);
        }
    }
}

#endif /* RECORDER_H */
