/* Roles that a provider's token claims, and which of them count. */

#ifndef NGX_XASSIST_CLAIMED_H
#define NGX_XASSIST_CLAIMED_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * Writes the roles of `text` to `buffer` (text->len bytes), by the live
 * policy: without the billing contact's, unless that is `billing`, the role
 * that the user has in the store as such; unless `seated`, without those
 * that need an agent seat: *unseated says that there were some.  NGX_ERROR
 * without a policy.
 */
ngx_int_t ngx_xassist_claimed(ngx_xassist_worker_t *worker,
    const ngx_str_t *text, const store_slice_t *billing, ngx_uint_t seated,
    u_char *buffer, store_slice_t *roles, ngx_uint_t *unseated);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CLAIMED_H */
