/* The device class, a client's claim that never widens a ceiling. */

#ifndef NGX_XASSIST_DEVICE_H
#define NGX_XASSIST_DEVICE_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* By xassist_device when that names one, else by what the app says of itself
   (Xassist-App: ios/2.1), else by User-Agent; `touch` is the page's hint,
   since a tablet may claim to be a desktop. */
policy_device_t ngx_xassist_device(ngx_http_request_t *r, ngx_uint_t touch);

/* "web", "mobile", ...; empty for none. */
const ngx_str_t *ngx_xassist_device_name(policy_device_t device);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_DEVICE_H */
