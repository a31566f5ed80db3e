/*
 * The operator's own app, as the join page offers it: open the link in it,
 * get it, or go on in the browser.
 */

#ifndef NGX_XASSIST_APP_H
#define NGX_XASSIST_APP_H

#include "ngx_xassist.h"
#include "ngx_xassist_platform.h"

#pragma GCC visibility push(hidden)

/* One line of xassist_app; what was not given is empty. */
typedef struct {
    ngx_xassist_platform_t  platform;
    ngx_str_t               store;             /* where to get it */
    ngx_str_t               link;              /* the escaped link follows */
    ngx_str_t               id;                /* ios: TEAM.BUNDLE, android:
                                                  package */
    ngx_str_t               cert;              /* android: SHA-256 */
} ngx_xassist_app_t;


/* xassist_app PLATFORM [store=URL] [link=PREFIX] [id=ID] [cert=SHA256] */
char *ngx_xassist_app_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* The app for the platform of the request, or NULL. */
const ngx_xassist_app_t *ngx_xassist_app(ngx_http_request_t *r);

/*
 * The address that this request's link has for others, `link` the token.
 * Its scheme is that of the cookies: secure ones come by https alone.
 */
ngx_int_t ngx_xassist_app_address(ngx_http_request_t *r,
    const ngx_str_t *token, ngx_str_t *address);

/* The address that opens `address` in the app; empty when there is none. */
ngx_int_t ngx_xassist_app_open(ngx_http_request_t *r,
    const ngx_xassist_app_t *app, const ngx_str_t *address, ngx_str_t *open);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_APP_H */
