/* Whether locations name the upstreams that have xassist_media. */

#ifndef NGX_XASSIST_NAMED_H
#define NGX_XASSIST_NAMED_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* When a location is merged: takes note of the upstream that it names. */
void ngx_xassist_named(ngx_conf_t *cf);

/*
 * Postconfiguration: warns of upstreams that no location names.  What
 * proxy_pass leads to by a variable is known with each request alone, and too
 * late then to wait for a place: such a request of a call is refused.
 */
void ngx_xassist_named_check(ngx_conf_t *cf);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_NAMED_H */
