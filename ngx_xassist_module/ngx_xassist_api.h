/* The HTTP API: one table of routes below v1/. */

#ifndef NGX_XASSIST_API_H
#define NGX_XASSIST_API_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* xassist_api; */
char *ngx_xassist_api_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_API_H */
