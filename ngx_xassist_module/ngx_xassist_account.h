/* The account that a place of the configuration belongs to. */

#ifndef NGX_XASSIST_ACCOUNT_H
#define NGX_XASSIST_ACCOUNT_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * The account that xassist_account names for the request, by name or id;
 * zeros, which no account has, where it names none that there is.  The store
 * must be being read.  NGX_DECLINED: the location names no account;
 * NGX_ERROR: it could not be found out.
 */
ngx_int_t ngx_xassist_account(ngx_http_request_t *r, store_txn_t *txn,
    store_id_t *id);

/* Whether what belongs to the account `of` has no business here: NGX_DECLINED
   then, as the log says; NGX_OK, also where no account is named. */
ngx_int_t ngx_xassist_account_check(ngx_http_request_t *r, store_txn_t *txn,
    const store_id_t *of);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ACCOUNT_H */
