/* Agent seats follow the policy that is live. */

#ifndef NGX_XASSIST_SEATS_H
#define NGX_XASSIST_SEATS_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * Called from time to time: has the seats counted anew, a step at a time,
 * when they were counted by another policy or roles were changed without one.
 * Whichever worker comes first does it.
 */
void ngx_xassist_seats(ngx_xassist_worker_t *worker);

void ngx_xassist_seats_exit(ngx_xassist_worker_t *worker);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_SEATS_H */
