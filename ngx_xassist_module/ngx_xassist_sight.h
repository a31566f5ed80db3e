/* Events of assistance: which of them the caller of a stream may see. */

#ifndef NGX_XASSIST_SIGHT_H
#define NGX_XASSIST_SIGHT_H

#include "ngx_xassist_api_route.h"

#pragma GCC visibility push(hidden)

/* Whose assistance the policy shows: one's own, that of agents in groups that
   one manages, everybody's. */
typedef struct {
    unsigned  own:1;
    unsigned  group:1;
    unsigned  all:1;
} ngx_xassist_sight_t;

/* Asks the policy: no read transaction may be open, and the decision in the
   context is another one then. */
void ngx_xassist_sight_take(ngx_xassist_api_t *api,
    ngx_xassist_sight_t *sight);

/* Whether the event is one of assistance. */
ngx_uint_t ngx_xassist_sight_about(const store_event_t *event);

/* Whether the caller sees it; worker->read is open. */
ngx_uint_t ngx_xassist_sight_of(ngx_xassist_api_t *api,
    const ngx_xassist_sight_t *sight, const store_event_t *event);

/* The members that such an event has beside those of all. */
void ngx_xassist_sight_write(ngx_xassist_json_t *json,
    const store_event_t *event);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_SIGHT_H */
