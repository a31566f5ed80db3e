/*
 * Worker incarnations: a file STORE/workers/HEX, locked while its process
 * lives.  The kernel drops the lock however the process ends.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lmdb_schema/store.h>


#define PATH_LEN  4096
#define KEYS_LEN  4096                 /* of what a worker says of its keys */


static bool names(int fd, const char *name, bool *signs);
static bool file_path(char *path, const char *folder,
    const uint8_t incarnation[8], const char *suffix);


int
store_incarnation_open(const char *folder, const uint8_t incarnation[8])
{
    int   fd, n;
    char  path[PATH_LEN], made[PATH_LEN];

    n = snprintf(path, sizeof(path), "%s/workers", folder);

    if (n < 0 || (size_t) n >= sizeof(path)
        || (mkdir(path, 0700) != 0 && errno != EEXIST))
    {
        return -1;
    }

    if (!file_path(path, folder, incarnation, "")
        || !file_path(made, folder, incarnation, ".new"))
    {
        return -1;
    }

    fd = open(made, O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC|O_NOFOLLOW, 0600);

    if (fd == -1) {
        return -1;
    }

    /* it gets its name when it is locked: nobody sees it without */

    if (flock(fd, LOCK_EX|LOCK_NB) != 0 || rename(made, path) != 0) {
        (void) unlink(made);
        (void) close(fd);
        return -1;
    }

    return fd;
}


void
store_incarnation_close(const char *folder, const uint8_t incarnation[8],
    int fd)
{
    char  path[PATH_LEN];

    if (fd == -1) {
        return;
    }

    if (file_path(path, folder, incarnation, "")) {
        (void) unlink(path);
    }

    (void) close(fd);
}


bool
store_incarnation_dead(const char *folder, const uint8_t incarnation[8])
{
    int   fd;
    bool  dead;
    char  path[PATH_LEN];

    if (!file_path(path, folder, incarnation, "")) {
        return false;
    }

    fd = open(path, O_RDWR|O_CLOEXEC|O_NOFOLLOW);

    if (fd == -1) {
        return errno == ENOENT;
    }

    dead = flock(fd, LOCK_EX|LOCK_NB) == 0;

    if (dead) {
        (void) unlink(path);
    }

    (void) close(fd);

    return dead;
}


store_status_t
store_incarnations_naming(const char *folder, const char *name,
    uint32_t *workers, uint32_t *having, uint32_t *signing)
{
    int             fd, n;
    DIR            *dir;
    bool            signs;
    char            path[PATH_LEN];
    struct dirent  *entry;

    *workers = 0;
    *having = 0;
    *signing = 0;

    n = snprintf(path, sizeof(path), "%s/workers", folder);

    if (n < 0 || (size_t) n >= sizeof(path)) {
        return STORE_INVALID;
    }

    dir = opendir(path);

    if (dir == NULL) {
        return errno == ENOENT && access(folder, X_OK) == 0 ? STORE_OK
                                                            : STORE_IO;
    }

    while ((entry = readdir(dir)) != NULL) {

        if (entry->d_name[0] == '.') {
            continue;
        }

        fd = openat(dirfd(dir), entry->d_name, O_RDONLY|O_CLOEXEC|O_NOFOLLOW);

        if (fd == -1) {
            if (errno == ENOENT) {
                continue;
            }

            (void) closedir(dir);
            return STORE_DENIED;
        }

        /* who holds no lock is dead, and does not count */

        if (flock(fd, LOCK_SH|LOCK_NB) != 0) {
            (*workers)++;

            if (names(fd, name, &signs)) {
                (*having)++;
                *signing += signs;
            }
        }

        (void) close(fd);
    }

    (void) closedir(dir);

    return STORE_OK;
}


/* Lines "sign NAME" and "verify NAME". */

static bool
names(int fd, const char *name, bool *signs)
{
    char     text[KEYS_LEN], *line, *next;
    ssize_t  n;

    n = pread(fd, text, sizeof(text) - 1, 0);

    if (n <= 0) {
        return false;
    }

    text[n] = '\0';

    for (line = text; *line != '\0'; line = next) {
        next = line + strcspn(line, "\n");

        if (*next != '\0') {
            *next++ = '\0';
        }

        *signs = strncmp(line, "sign ", 5) == 0;

        if ((*signs && strcmp(line + 5, name) == 0)
            || (strncmp(line, "verify ", 7) == 0
                && strcmp(line + 7, name) == 0))
        {
            return true;
        }
    }

    return false;
}


static bool
file_path(char *path, const char *folder, const uint8_t incarnation[8],
    const char *suffix)
{
    int  n;

    n = snprintf(path, PATH_LEN,
                 "%s/workers/%02x%02x%02x%02x%02x%02x%02x%02x%s", folder,
                 incarnation[0], incarnation[1], incarnation[2],
                 incarnation[3], incarnation[4], incarnation[5],
                 incarnation[6], incarnation[7], suffix);

    return n > 0 && n < PATH_LEN;
}
