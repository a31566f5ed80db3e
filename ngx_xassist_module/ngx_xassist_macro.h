/* Directives that expand to nginx's own. */

#ifndef NGX_XASSIST_MACRO_H
#define NGX_XASSIST_MACRO_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Parses text as if it stood at the top of nginx.conf. */
ngx_int_t ngx_xassist_macro_core(ngx_conf_t *cf, const char *text);

/* xassist_proxy UPSTREAM */
char *ngx_xassist_macro_proxy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* $xassist_connection: "upgrade" for an upgrade, else empty. */
ngx_int_t ngx_xassist_macro_init(ngx_conf_t *cf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_MACRO_H */
