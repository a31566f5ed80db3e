/* A visit of a link: which invitation, which browser, what it says now. */

#ifndef NGX_XASSIST_VISIT_H
#define NGX_XASSIST_VISIT_H

#include "ngx_xassist.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_writer.h"

#pragma GCC visibility push(hidden)

#define NGX_XASSIST_BROWSER_TEXT  22


/* One visit of a link. */
typedef struct {
    ngx_http_request_t   *request;
    ngx_xassist_ctx_t    *ctx;
    store_id_t            invitation;          /* or the pass of a transfer */
    ngx_uint_t            placed;              /* the caller knows that it
                                                  stands in its place */
    u_char                browser[POLICY_BROWSER_LEN];
    u_char                hash[STORE_HASH_LEN];
    ngx_uint_t            known_browser;       /* it sent the cookie, or
                                                  the caller set `browser` */

    store_link_t          link;                /* texts: of r->pool */
    ngx_str_t             name;                /* that the inviter gave */
    ngx_str_t             typed;               /* that the guest gave */
    ngx_str_t             title;
    ngx_str_t             inviter;
    store_id_t            user;                /* who is signed in and may
                                                  come as himself */
    ngx_str_t             me;                  /* his name */
    ngx_uint_t            transfer;            /* of a guest to this device,
                                                  not of an invitation */
    uint64_t              ring;                /* of a service request's
                                                  call: until when */
    ngx_uint_t            answered;            /* ... somebody came to it */
    ngx_uint_t            asks_terms;          /* that are not accepted */
    ngx_uint_t            wait;                /* the page that waits for
                                                  them was asked for */

    ngx_xassist_write_t   write;
} ngx_xassist_visit_t;


/*
 * Reads link and browser, changing nothing; the reason says whether it can
 * be joined now.  NGX_ERROR only when out of memory or randomness.
 */
ngx_int_t ngx_xassist_visit_open(ngx_http_request_t *r,
    ngx_xassist_visit_t *visit, ngx_xassist_reason_t *reason);

/*
 * Prepares the write that redeems the link for this browser, with ids for all
 * that it may make.  NGX_ERROR without randomness or policy.
 */
ngx_int_t ngx_xassist_visit_redeem(ngx_xassist_visit_t *visit,
    const ngx_str_t *name, ngx_uint_t touch, ngx_uint_t terms);

/* Prepares the write by which `user` comes as himself. */
ngx_int_t ngx_xassist_visit_admit(ngx_xassist_visit_t *visit);

/* Whether who joined by this request would be alone in the call. */
ngx_uint_t ngx_xassist_visit_waits(const ngx_xassist_visit_t *visit);

/* Lets the inviter know that a second browser came with a spent link. */
void ngx_xassist_visit_refused(ngx_xassist_visit_t *visit);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_VISIT_H */
