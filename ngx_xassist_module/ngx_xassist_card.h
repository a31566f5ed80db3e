/*
 * Login cards: a user who is signed in shows a code, and another device that
 * reads it is signed in, once and within minutes.
 */

#ifndef NGX_XASSIST_CARD_H
#define NGX_XASSIST_CARD_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Handler of v1/cards/TOKEN; NGX_DECLINED for every other path. */
ngx_int_t ngx_xassist_card_handler(ngx_http_request_t *r);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CARD_H */
