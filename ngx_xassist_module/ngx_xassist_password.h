/* Passwords are looked at on threads of their own, so many at one time. */

#ifndef NGX_XASSIST_PASSWORD_H
#define NGX_XASSIST_PASSWORD_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef struct {
    policy_str_t         password;
    policy_str_t         hash;                 /* empty: nobody's */
    policy_str_t         fresh;                /* hashed if it matches */

    policy_status_t      status;               /* of the match */
    char                 made[POLICY_PASSWORD_LEN];
    size_t               made_len;             /* of `fresh`, or of the same
                                                  where `hash` is weak */
} ngx_xassist_password_t;


/* Once per configuration: the thread pool. */
ngx_int_t ngx_xassist_password_conf(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);

/*
 * Looks at it, blocks the request meanwhile, and calls `resume` after that.
 * NGX_ERROR when too many wait already.
 */
ngx_int_t ngx_xassist_password_check(ngx_http_request_t *r,
    ngx_xassist_password_t *job, ngx_http_event_handler_pt resume);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_PASSWORD_H */
