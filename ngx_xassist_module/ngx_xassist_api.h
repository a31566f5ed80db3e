/* The HTTP API. */

#ifndef NGX_XASSIST_API_H
#define NGX_XASSIST_API_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* xassist_api; */
char *ngx_xassist_api_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Postconfiguration: a slot for each rule that the API asks. */
ngx_int_t ngx_xassist_api_check(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_API_H */
