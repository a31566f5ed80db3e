/* What a call of the API says: its JSON body and its query. */

#ifndef NGX_XASSIST_BODY_H
#define NGX_XASSIST_BODY_H

#include "ngx_xassist_api_route.h"

#pragma GCC visibility push(hidden)

/* Reads the body by the members of the route; an empty one counts as {}. */
ngx_xassist_reason_t ngx_xassist_body_read(ngx_xassist_api_t *api);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_BODY_H */
