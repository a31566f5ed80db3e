/*
 * Where a media server is told something: an address for all servers of an
 * upstream, in which `*` stands for the server, or one for a single server.
 */

#ifndef NGX_XASSIST_TARGET_H
#define NGX_XASSIST_TARGET_H

#include "ngx_xassist_tell.h"

#pragma GCC visibility push(hidden)

typedef struct {
    ngx_str_t                  server;         /* empty: every server */
    ngx_str_t                  host;           /* of the Host header */
    in_port_t                  port;           /* behind *, 0: its own */
    ngx_addr_t                 address;        /* where it is not * */
    ngx_str_t                  path;
    ngx_http_complex_value_t   value;          /* the path, with variables */
} ngx_xassist_target_t;


/*
 * "[SERVER=]http://HOST[:PORT]/PATH", pushed to *targets, which is made when
 * NULL.  HOST is `*` for the server itself: with a port it is on the same
 * host, without one it is the server's own.
 */
char *ngx_xassist_target_conf(ngx_conf_t *cf, const ngx_str_t *value,
    ngx_array_t **targets);

/* The one for this server; NULL when there is none. */
const ngx_xassist_target_t *ngx_xassist_target_of(const ngx_array_t *targets,
    const ngx_str_t *server);

/* Fills the address, and the name for logs, of what is told to a server;
   `host` is for the request.  All in `pool`. */
ngx_int_t ngx_xassist_target_fill(const ngx_xassist_target_t *target,
    const ngx_str_t *server, ngx_pool_t *pool, ngx_xassist_tell_t *tell,
    ngx_str_t *host);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_TARGET_H */
