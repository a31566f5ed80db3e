/*
 * The balancer of media servers: nginx's least_conn, but for requests of a
 * call, which go to the server that the call is on.  Where that is has been
 * decided, and committed, before the connection is made.
 */

#ifndef NGX_XASSIST_BALANCE_H
#define NGX_XASSIST_BALANCE_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef struct {
    ngx_http_upstream_init_pt        init_upstream;    /* least_conn's */
    ngx_http_upstream_init_peer_pt   init_peer;
    ngx_array_t                     *kick;             /* targets, or NULL */
    ngx_array_t                     *api;              /* of Janus, as well */
    ngx_xassist_room_conf_t         *room;             /* NULL: none made */
    ngx_flag_t                       media;
    ngx_uint_t                       named;            /* by a location */
} ngx_xassist_upstream_conf_t;


/* Where a call may go. */
typedef struct {
    store_server_t                  *servers;          /* of the pool given */
    uint32_t                         n;
    ngx_uint_t                       dead;             /* it must leave */
} ngx_xassist_choice_t;


/* The modules whose locations have an upstream; ends with NULL. */
extern const char * const  ngx_xassist_balance_modules[];

void *ngx_xassist_balance_create(ngx_conf_t *cf);

/* xassist_media [kick=[SERVER=]URL ...] [janus=FILE [api=[SERVER=]URL ...]] */
char *ngx_xassist_balance_conf(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* Postconfiguration: which modules' locations have an upstream. */
void ngx_xassist_balance_find(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf);

/* Our settings of the upstream{} that the location proxies to, and that
   upstream; NULL when it is none with xassist_media. */
ngx_xassist_upstream_conf_t *ngx_xassist_balance_of(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t **upstream);

/* Whether it is not one of the upstream's servers, or its connections fail. */
ngx_uint_t ngx_xassist_balance_dead(ngx_http_upstream_srv_conf_t *upstream,
    const ngx_str_t *name);

/* Whether it is one of the upstream's servers, in whatever state. */
ngx_uint_t ngx_xassist_balance_has(ngx_http_upstream_srv_conf_t *upstream,
    const ngx_str_t *name);

/* Counts against the server as a connection that failed does. */
void ngx_xassist_balance_fail(ngx_http_upstream_srv_conf_t *upstream,
    const ngx_str_t *name);

/*
 * The servers that can take a call that is on `from` (empty: on none).  It is
 * dead when it is not one of the upstream's, or its connections fail.  Names
 * are copied: peers live in shared memory.
 */
ngx_int_t ngx_xassist_balance_choice(ngx_http_upstream_srv_conf_t *upstream,
    ngx_pool_t *pool, const ngx_str_t *from, ngx_xassist_choice_t *choice);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_BALANCE_H */
