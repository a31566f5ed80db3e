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
#define TEXT_LEN  8192                 /* of what a worker says of itself */


typedef struct {
    const char *name;
    uint32_t    workers;
    uint32_t    having;
    uint32_t    signing;
} naming_t;


static bool names(void *data, const void *record);
static bool says(const char *line, size_t len, const char *word,
    const char *name);
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
store_incarnations(const char *folder, store_visit_pt visit, void *data)
{
    int             fd, n;
    DIR            *dir;
    bool            more;
    char            path[PATH_LEN], text[TEXT_LEN];
    ssize_t         len;
    struct dirent  *entry;

    n = snprintf(path, sizeof(path), "%s/workers", folder);

    if (n < 0 || (size_t) n >= sizeof(path)) {
        return STORE_INVALID;
    }

    dir = opendir(path);

    if (dir == NULL) {
        return errno == ENOENT && access(folder, X_OK) == 0 ? STORE_OK
                                                            : STORE_IO;
    }

    more = true;

    while (more && (entry = readdir(dir)) != NULL) {

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
            len = pread(fd, text, sizeof(text) - 1, 0);
            text[len > 0 ? len : 0] = '\0';
            more = visit(data, text);
        }

        (void) close(fd);
    }

    (void) closedir(dir);

    return STORE_OK;
}


store_status_t
store_incarnations_naming(const char *folder, const char *name,
    uint32_t *workers, uint32_t *having, uint32_t *signing)
{
    naming_t        naming = { name, 0, 0, 0 };
    store_status_t  status;

    status = store_incarnations(folder, names, &naming);

    *workers = naming.workers;
    *having = naming.having;
    *signing = naming.signing;

    return status;
}


/* Lines "sign NAME" and "verify NAME". */

static bool
names(void *data, const void *record)
{
    size_t       len;
    naming_t    *naming = data;
    const char  *line;

    naming->workers++;

    for (line = record; *line != '\0'; line += len + (line[len] == '\n')) {
        len = strcspn(line, "\n");

        if (says(line, len, "sign ", naming->name)) {
            naming->having++;
            naming->signing++;
            break;
        }

        if (says(line, len, "verify ", naming->name)) {
            naming->having++;
            break;
        }
    }

    return true;
}


static bool
says(const char *line, size_t len, const char *word, const char *name)
{
    size_t  n;

    n = strlen(word);

    return len == n + strlen(name) && strncmp(line, word, n) == 0
           && strncmp(line + n, name, len - n) == 0;
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
