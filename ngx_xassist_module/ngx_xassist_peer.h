/*
 * Services that are known by their connection: by the certificate that TLS
 * verified, or by the unix socket that was made for them.
 */

#ifndef NGX_XASSIST_PEER_H
#define NGX_XASSIST_PEER_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* xassist_service ID; */
char *ngx_xassist_peer_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Of a request without any credentials in its head: puts what its connection
   proves into the context. */
void ngx_xassist_peer_identify(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx);

/* The service of that certificate, within a read; none: an id of zeros.
   NGX_ERROR when it could not be read. */
ngx_int_t ngx_xassist_peer_find(ngx_xassist_worker_t *worker,
    ngx_xassist_ctx_t *ctx);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_PEER_H */
