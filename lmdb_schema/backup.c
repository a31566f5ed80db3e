/* Copies of a whole store, durable when they have their name. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lmdb_schema/lmdb_int.h>


#define DATA_FILE  "/data.mdb"
#define LOCK_FILE  "/lock.mdb"
#define PATH_LEN   4096


typedef struct {
    char  file[PATH_LEN];
    char  made[PATH_LEN];
} copy_t;


static bool name_copy(copy_t *copy, const char *folder, const char *end);
static int open_copy(const copy_t *copy);
static store_status_t keep_copy(const copy_t *copy, const char *folder,
    int fd, store_status_t status);
static store_status_t lock_alone(const char *folder, int *fd);


store_status_t
store_backup(store_env_t *env, const char *folder)
{
    int     fd;
    copy_t  copy;

    if (!name_copy(&copy, folder, ".new")) {
        return STORE_INVALID;
    }

    if (access(copy.file, F_OK) == 0) {
        return STORE_EXISTS;
    }

    fd = open_copy(&copy);

    if (fd == -1) {
        return errno == EEXIST ? STORE_EXISTS : store_lmdb_status(errno);
    }

    return keep_copy(&copy, folder, fd, store_env_copy(env, fd));
}


store_status_t
store_compact(const char *folder)
{
    int             fd, lock;
    copy_t          copy;
    store_status_t  status;

    if (!name_copy(&copy, folder, ".compact")) {
        return STORE_INVALID;
    }

    status = lock_alone(folder, &lock);

    if (status != STORE_OK) {
        return status;
    }

    /* one that was left by a run that was killed */

    (void) unlink(copy.made);
    fd = open_copy(&copy);

    status = fd == -1 ? store_lmdb_status(errno)
                      : keep_copy(&copy, folder, fd,
                                  store_file_copy(folder, fd));

    (void) close(lock);

    return status;
}


/*
 * LMDB locks the first byte of its lock file, shared, for as long as a store
 * is open, and waits for it when it opens one.
 */

static store_status_t
lock_alone(const char *folder, int *fd)
{
    int           n;
    char          path[PATH_LEN];
    struct flock  lock;

    n = snprintf(path, sizeof(path), "%s%s", folder, LOCK_FILE);

    if (n < 0 || (size_t) n >= sizeof(path)) {
        return STORE_INVALID;
    }

    *fd = open(path, O_RDWR|O_CREAT|O_CLOEXEC|O_NOFOLLOW, 0600);

    if (*fd == -1) {
        return store_lmdb_status(errno);
    }

    memset(&lock, 0, sizeof(lock));
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_len = 1;

    if (fcntl(*fd, F_SETLK, &lock) != 0) {
        n = errno;
        (void) close(*fd);
        return n == EACCES || n == EAGAIN ? STORE_REFUSED
                                          : store_lmdb_status(n);
    }

    return STORE_OK;
}


static bool
name_copy(copy_t *copy, const char *folder, const char *end)
{
    int  n;

    n = snprintf(copy->file, sizeof(copy->file), "%s%s", folder, DATA_FILE);

    if (n < 0 || (size_t) n >= sizeof(copy->file)) {
        return false;
    }

    n = snprintf(copy->made, sizeof(copy->made), "%s%s%s", folder, DATA_FILE,
                 end);

    return n >= 0 && (size_t) n < sizeof(copy->made);
}


/* LMDB would make the file readable by everybody. */

static int
open_copy(const copy_t *copy)
{
    return open(copy->made, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC|O_NOFOLLOW,
                0600);
}


static store_status_t
keep_copy(const copy_t *copy, const char *folder, int fd,
    store_status_t status)
{
    if (status == STORE_OK
        && (fsync(fd) != 0 || rename(copy->made, copy->file) != 0))
    {
        status = store_lmdb_status(errno);
    }

    (void) close(fd);

    if (status != STORE_OK) {
        (void) unlink(copy->made);
        return status;
    }

    /* the name, too */

    fd = open(folder, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd == -1) {
        return store_lmdb_status(errno);
    }

    status = fsync(fd) == 0 ? STORE_OK : store_lmdb_status(errno);
    (void) close(fd);

    return status;
}
