/* Small files read whole at configuration. */

#ifndef NGX_XASSIST_FILE_H
#define NGX_XASSIST_FILE_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * Reads a file of at most `max` bytes into cf->pool, followed by a NUL that
 * `text` does not count.  The path is made absolute as nginx does for its own
 * files.  With `secret` set the file must not be readable or writable by
 * others, and must belong to root or the worker's user.  Errors are logged
 * with the directive's place; NGX_ERROR then.
 */
ngx_int_t ngx_xassist_file_read(ngx_conf_t *cf, ngx_str_t *path, size_t max,
    ngx_uint_t secret, ngx_str_t *text);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_FILE_H */
