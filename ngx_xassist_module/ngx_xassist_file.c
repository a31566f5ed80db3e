#include "ngx_xassist_file.h"
#include "ngx_xassist_owner.h"


static ngx_int_t ngx_xassist_file_secret(ngx_conf_t *cf, ngx_str_t *path,
    ngx_file_info_t *fi);


ngx_int_t
ngx_xassist_file_read(ngx_conf_t *cf, ngx_str_t *path, size_t max,
    ngx_uint_t secret, ngx_str_t *text)
{
    off_t            size;
    size_t           done;
    ssize_t          n;
    ngx_fd_t         fd;
    ngx_int_t        rc;
    ngx_file_info_t  fi;

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "cannot open \"%V\"; make the file, or correct "
                           "the path", path);
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", path);
        goto done;
    }

    if (!ngx_is_file(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" is not a file",
                           path);
        goto done;
    }

    if (secret && ngx_xassist_file_secret(cf, path, &fi) != NGX_OK) {
        goto done;
    }

    size = ngx_file_size(&fi);

    if ((uint64_t) size > max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" has %O bytes, at most %uz are taken",
                           path, size, max);
        goto done;
    }

    text->data = ngx_pnalloc(cf->pool, (size_t) size + 1);
    if (text->data == NULL) {
        goto done;
    }

    for (done = 0; done < (size_t) size; done += n) {

        n = ngx_read_fd(fd, text->data + done, (size_t) size - done);

        if (n <= 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, n < 0 ? ngx_errno : 0,
                               "reading \"%V\" failed", path);
            goto done;
        }
    }

    text->len = (size_t) size;
    text->data[text->len] = '\0';
    rc = NGX_OK;

done:

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", path);
    }

    return rc;
}


static ngx_int_t
ngx_xassist_file_secret(ngx_conf_t *cf, ngx_str_t *path, ngx_file_info_t *fi)
{
    ngx_uid_t  uid;

    if (fi->st_mode & S_IRWXO) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" holds secrets and others may use it "
                           "(mode %ui%ui%ui); run: chmod o= %V",
                           path, (ngx_uint_t) (fi->st_mode >> 6) & 7,
                           (ngx_uint_t) (fi->st_mode >> 3) & 7,
                           (ngx_uint_t) fi->st_mode & 7, path);
        return NGX_ERROR;
    }

    if (fi->st_uid != 0
        && (ngx_xassist_owner(cf->cycle, &uid) != NGX_OK
            || fi->st_uid != uid))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" belongs to user %ui, neither root nor the "
                           "worker's; run: chown root %V",
                           path, (ngx_uint_t) fi->st_uid, path);
        return NGX_ERROR;
    }

    return NGX_OK;
}
