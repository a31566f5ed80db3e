/* The two files by which phones let an app open the links of a host. */

#ifndef NGX_XASSIST_WELLKNOWN_H
#define NGX_XASSIST_WELLKNOWN_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * xassist_wellknown; in `location /.well-known/`.  Made of the xassist_app
 * lines of ios and android; what no line tells of is not found.
 */
char *ngx_xassist_wellknown_conf(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_WELLKNOWN_H */
