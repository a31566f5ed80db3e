/* The operating system, a client's claim; rules may ask for it. */

#ifndef NGX_XASSIST_PLATFORM_H
#define NGX_XASSIST_PLATFORM_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Numbers are stored in sessions and participants. */
typedef enum {
    NGX_XASSIST_PLATFORM_NONE = 0,
    NGX_XASSIST_IOS,
    NGX_XASSIST_ANDROID,
    NGX_XASSIST_WINDOWS,
    NGX_XASSIST_MAC,
    NGX_XASSIST_OTHER,
    NGX_XASSIST_PLATFORMS
} ngx_xassist_platform_t;


/* By what the app says of itself (Xassist-App: ios/2.1), else by User-Agent;
   `touch` is the page's hint, since an iPad may claim to be a Mac. */
ngx_xassist_platform_t ngx_xassist_platform(ngx_http_request_t *r,
    ngx_uint_t touch);

/* "ios", "android", ...; empty for none. */
const ngx_str_t *ngx_xassist_platform_name(ngx_uint_t platform);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_PLATFORM_H */
