/*
 * Failed sign-ins, counted by account name and by address in memory that all
 * workers share.  Each failure beyond a few makes the next try wait longer,
 * for at most half a minute: nobody can lock another out for good.
 */

#ifndef NGX_XASSIST_LOCKOUT_H
#define NGX_XASSIST_LOCKOUT_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef struct {
    uint64_t    name;                          /* hashes, never 0 */
    uint64_t    address;
} ngx_xassist_lockout_t;


/* Once per configuration: the shared zone. */
ngx_int_t ngx_xassist_lockout_conf(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);

/* Who tries; names that differ in case alone are one. */
void ngx_xassist_lockout_keys(ngx_http_request_t *r,
    const ngx_str_t *account, const ngx_str_t *name,
    ngx_xassist_lockout_t *keys);

/*
 * Counts a try as failed, before it is looked at, so that many at one time
 * count, too.  Returns 0, or how many seconds to wait: not counted then.
 */
ngx_uint_t ngx_xassist_lockout_try(ngx_xassist_worker_t *worker,
    const ngx_xassist_lockout_t *keys, uint64_t now);

/* It was the right password after all. */
void ngx_xassist_lockout_good(ngx_xassist_worker_t *worker,
    const ngx_xassist_lockout_t *keys);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_LOCKOUT_H */
