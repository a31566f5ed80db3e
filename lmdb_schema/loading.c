/*
 * The mark of a load, a file beside the data: what is loaded is synced once,
 * at the end, so that after a power failure before it nothing in the data
 * may be looked at, not even to find out.
 */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <lmdb_schema/lmdb_int.h>


#define MARK       "/loading"
#define MARK_PATH  4096


static bool path_of(const char *folder, char path[MARK_PATH]);
static store_status_t sync_of(const char *path, int flags);


bool
store_loading(const char *folder)
{
    char  path[MARK_PATH];

    return path_of(folder, path) && access(path, F_OK) == 0;
}


store_status_t
store_loading_begin(const char *folder)
{
    char            path[MARK_PATH];
    store_status_t  rc;

    if (!path_of(folder, path)) {
        return STORE_INVALID;
    }

    rc = sync_of(path, O_WRONLY | O_CREAT);

    return rc == STORE_OK ? sync_of(folder, O_RDONLY | O_DIRECTORY) : rc;
}


store_status_t
store_loading_end(const char *folder)
{
    char  path[MARK_PATH];

    if (!path_of(folder, path) || unlink(path) != 0) {
        return STORE_IO;
    }

    return sync_of(folder, O_RDONLY | O_DIRECTORY);
}


static bool
path_of(const char *folder, char path[MARK_PATH])
{
    int  n = snprintf(path, MARK_PATH, "%s" MARK, folder);

    return n > 0 && n < MARK_PATH;
}


static store_status_t
sync_of(const char *path, int flags)
{
    int  fd, rc;

    fd = open(path, flags | O_CLOEXEC, 0600);

    if (fd == -1) {
        return STORE_IO;
    }

    rc = fsync(fd);

    return close(fd) == 0 && rc == 0 ? STORE_OK : STORE_IO;
}
