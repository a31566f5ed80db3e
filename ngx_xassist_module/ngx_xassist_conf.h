/* Directives whose setters belong to no other file. */

#ifndef NGX_XASSIST_CONF_H
#define NGX_XASSIST_CONF_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

void *ngx_xassist_conf_create_main(ngx_conf_t *cf);
void *ngx_xassist_conf_create_loc(ngx_conf_t *cf);
char *ngx_xassist_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child);

char *ngx_xassist_conf_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_xassist_conf_node(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_xassist_conf_keys(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_xassist_conf_origin(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_xassist_conf_terms(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_xassist_conf_janus(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Postconfiguration: what is missing is named, with the directive. */
ngx_int_t ngx_xassist_conf_check(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);

/* Slot of a rule's name, made when new. */
ngx_int_t ngx_xassist_conf_slot(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf,
    const ngx_str_t *name, ngx_uint_t *slot);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CONF_H */
