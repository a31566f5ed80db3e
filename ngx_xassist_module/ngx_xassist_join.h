/* The join page of a link, and the POST that redeems it. */

#ifndef NGX_XASSIST_JOIN_H
#define NGX_XASSIST_JOIN_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* xassist_join; */
char *ngx_xassist_join_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_JOIN_H */
