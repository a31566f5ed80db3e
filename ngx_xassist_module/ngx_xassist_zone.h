/* The policy: read at configuration, published when the cycle runs. */

#ifndef NGX_XASSIST_ZONE_H
#define NGX_XASSIST_ZONE_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* xassist_policy FILE zone=NAME:SIZE [shadow=FILE] */
char *ngx_xassist_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Postconfiguration: compiles the file; every error names its place, and
   every rule that the configuration requires must exist. */
ngx_int_t ngx_xassist_zone_compile(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);

/* Lays a policy zone over what is free of the slab pool; NULL after a line
   in the log. */
void *ngx_xassist_zone_format(ngx_shm_zone_t *zone);

/* SHA-256 of the live policy's text in hexadecimal; its generation, or 0 and
   zeros when there is none.  `zone` is what zone->data of a policy is. */
uint64_t ngx_xassist_zone_digest(const void *zone, u_char hex[64]);

/* init_module: publishes; never fails (nginx would exit). */
void ngx_xassist_zone_publish(ngx_cycle_t *cycle);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ZONE_H */
