/* Signing in by a provider's token: what it says of the user is taken over. */

#ifndef NGX_XASSIST_PROVIDER_H
#define NGX_XASSIST_PROVIDER_H

#include "ngx_xassist_jwt.h"
#include "ngx_xassist_reason.h"

#pragma GCC visibility push(hidden)

/*
 * Finds the user of verified claims, or has one made where xassist_jwt says
 * so, and has roles and teams follow the token.  These changes are queued:
 * whatever is queued after them comes to a store that has them, and finds no
 * such user when one could not be made.
 */
ngx_xassist_reason_t ngx_xassist_provider_admit(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, store_id_t *user);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_PROVIDER_H */
