/* What the two parts of the courier share: rings and invitations. */

#ifndef NGX_XASSIST_COURIER_INT_H
#define NGX_XASSIST_COURIER_INT_H

#include "ngx_xassist_courier.h"
#include "ngx_xassist_told.h"


#define NGX_XASSIST_COURIER_SLOTS  4           /* invitations on their way */
#define NGX_XASSIST_COURIER_FIRST  1000        /* until the second try */


/* An invitation on its way. */
typedef struct {
    ngx_xassist_courier_t  *courier;
    store_id_t              id;
    ngx_uint_t              tries;
    uint64_t                created;
    store_delivery_t        became;
    uint64_t                retry;
    uint64_t                again;             /* to note it, 0: not yet */
    unsigned                busy:1;
    ngx_xassist_write_t     write;
} ngx_xassist_parcel_t;


struct ngx_xassist_courier_s {
    ngx_xassist_worker_t   *worker;
    ngx_event_t             tick;
    int                     lock;              /* -1: another's */
    uint64_t                txnid;             /* looked at up to there */
    uint64_t                again;             /* when there is more */

    ngx_xassist_told_t      told;
    uint64_t                telling;           /* of this event, 0: none */
    uint64_t                since;             /* its time */
    ngx_uint_t              tries;
    uint64_t                retry;

    ngx_xassist_parcel_t    parcels[NGX_XASSIST_COURIER_SLOTS];
};


#pragma GCC visibility push(hidden)

/* Sends what is due, as far as there are slots; within a read. */
store_status_t ngx_xassist_courier_parcels(ngx_xassist_courier_t *courier);

/* Tries again to note in the store what became of those that were sent. */
void ngx_xassist_courier_stuck(ngx_xassist_courier_t *courier);

/* Some are on their way, or being noted. */
ngx_uint_t ngx_xassist_courier_posted(const ngx_xassist_courier_t *courier);

/* Milliseconds until the next try, after so many. */
uint64_t ngx_xassist_courier_pause(ngx_uint_t tries);

/* What no repetition makes better. */
ngx_uint_t ngx_xassist_courier_refused(ngx_uint_t status);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_COURIER_INT_H */
