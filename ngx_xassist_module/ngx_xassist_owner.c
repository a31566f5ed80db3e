#include <pwd.h>

#include "ngx_xassist_owner.h"


static void ngx_xassist_owner_file(int folder, const char *name,
    ngx_uid_t uid, ngx_log_t *log);


static const char *const  ngx_xassist_owner_files[] = {
    "data.mdb", "lock.mdb", "workers"
};


ngx_int_t
ngx_xassist_owner(ngx_cycle_t *cycle, ngx_uid_t *uid)
{
    struct passwd    *pw;
    ngx_core_conf_t  *ccf;

    if (geteuid() != 0) {
        *uid = geteuid();
        return NGX_OK;
    }

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (ccf->user != (ngx_uid_t) NGX_CONF_UNSET_UINT) {
        *uid = ccf->user;
        return NGX_OK;
    }

    /* the core fills it in only once all of the file is read */

    pw = getpwnam(NGX_USER);
    if (pw == NULL) {
        return NGX_ERROR;
    }

    *uid = pw->pw_uid;

    return NGX_OK;
}


void
ngx_xassist_owner_give(ngx_cycle_t *cycle, ngx_str_t *folder)
{
    int               fd;
    ngx_uid_t         uid;
    ngx_uint_t        i;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (geteuid() != 0 || !ccf->master
        || ngx_xassist_owner(cycle, &uid) != NGX_OK || uid == 0)
    {
        return;
    }

    fd = open((char *) folder->data, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return;
    }

    for (i = 0; i < 3; i++) {
        ngx_xassist_owner_file(fd, ngx_xassist_owner_files[i], uid,
                               cycle->log);
    }

    (void) close(fd);
}


/*
 * The folder is not root's: what stands there may be another file under the
 * name, so only what has no other name, and is no link, is given away.  What
 * others may read is root's on purpose: a store that can only be read.
 */

static void
ngx_xassist_owner_file(int folder, const char *name, ngx_uid_t uid,
    ngx_log_t *log)
{
    int          fd;
    struct stat  st;

    fd = openat(folder, name, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);
    if (fd == -1) {
        return;
    }

    if (fstat(fd, &st) == 0 && st.st_uid == 0
        && (st.st_mode & (S_IRGRP|S_IROTH)) == 0
        && (S_ISDIR(st.st_mode)
            || (S_ISREG(st.st_mode) && st.st_nlink == 1))
        && fchown(fd, uid, (gid_t) -1) != 0)
    {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                      "xassist: \"%s\" of the store cannot be given to the "
                      "workers' user", name);
    }

    (void) close(fd);
}
