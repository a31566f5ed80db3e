/* The pages that a visit of a link is answered with. */

#ifndef NGX_XASSIST_VISIT_PAGE_H
#define NGX_XASSIST_VISIT_PAGE_H

#include "ngx_xassist_visit.h"

#pragma GCC visibility push(hidden)

/*
 * join.html: what is joined, a nonce for this browser, and for a reason
 * other than NONE what has to be mended.  Gives the browser its cookie.
 */
ngx_int_t ngx_xassist_visit_join_page(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t reason);

/*
 * waiting.html: the call has not started (NOT_YET), or who made the request
 * is being called (NONE).  The page goes on by itself.
 */
ngx_int_t ngx_xassist_visit_waiting_page(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t reason);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_VISIT_PAGE_H */
