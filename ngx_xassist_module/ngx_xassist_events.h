/*
 * Event streams: answers that go on while the right to them does.  One timer
 * of the worker looks whether anybody has committed, and lets every stream
 * read on in the log.
 */

#ifndef NGX_XASSIST_EVENTS_H
#define NGX_XASSIST_EVENTS_H

#include "ngx_xassist_api_route.h"

#pragma GCC visibility push(hidden)

/*
 * Answers the request with the events after *after (NULL: new ones alone), of
 * one call or (NULL) of all that is the caller's.  NONE: the stream is open,
 * or has failed for good, and api->sent is set.  With `present` the caller is
 * in that call as long as the stream is open.
 */
ngx_xassist_reason_t ngx_xassist_events_open(ngx_xassist_api_t *api,
    const store_id_t *call, const uint64_t *after, ngx_uint_t present);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_EVENTS_H */
