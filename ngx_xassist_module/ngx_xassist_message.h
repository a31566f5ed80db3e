/* What an inviter sends: texts by kind and language, with the link. */

#ifndef NGX_XASSIST_MESSAGE_H
#define NGX_XASSIST_MESSAGE_H

#include "ngx_xassist.h"
#include "ngx_xassist_reason.h"

#pragma GCC visibility push(hidden)

typedef struct {
    ngx_str_t   subject;
    ngx_str_t   text;
    ngx_str_t   address;               /* mailto:, sms:, or the link itself */
} ngx_xassist_message_t;


/*
 * Fills the message of an invitation; `to` may be empty.  NGX_ERROR when out
 * of memory.
 */
ngx_int_t ngx_xassist_message(ngx_pool_t *pool, store_inv_kind_t kind,
    ngx_uint_t channel, ngx_xassist_language_t language,
    const ngx_str_t *inviter, const ngx_str_t *link, const ngx_str_t *to,
    ngx_xassist_message_t *message);

/* Whether text can be where an invitation by that channel goes. */
ngx_uint_t ngx_xassist_message_to(ngx_uint_t channel, const ngx_str_t *to);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_MESSAGE_H */
