#include "ngx_xassist_reason.h"


static const ngx_xassist_reason_row_t  ngx_xassist_reasons[] = {

    { ngx_string(""), NGX_HTTP_OK, 0, 0,
      { ngx_string(""), ngx_string(""), ngx_string("") },
      { ngx_string(""), ngx_string(""), ngx_string("") } },

#define NGX_XASSIST_REASON(symbol, code, status, close, retry,               \
    what_en, next_en, what_de, next_de, what_fr, next_fr)                    \
    { ngx_string(code), status, close, retry,                                \
      { ngx_string(what_en), ngx_string(what_de), ngx_string(what_fr) },     \
      { ngx_string(next_en), ngx_string(next_de), ngx_string(next_fr) } },
#include "ngx_xassist_reason.def"
#undef NGX_XASSIST_REASON
};


static const uint8_t  ngx_xassist_store_reasons[STORE_REASONS] = {
    [STORE_REASON_NONE] = NGX_XASSIST_R_NONE,
    [STORE_REASON_UNKNOWN_LINK] = NGX_XASSIST_R_UNKNOWN_LINK,
    [STORE_REASON_WITHDRAWN] = NGX_XASSIST_R_WITHDRAWN,
    [STORE_REASON_EXPIRED] = NGX_XASSIST_R_EXPIRED,
    [STORE_REASON_NOT_YET] = NGX_XASSIST_R_NOT_YET,
    [STORE_REASON_CALL_ENDED] = NGX_XASSIST_R_CALL_ENDED,
    [STORE_REASON_INVITER_LEFT] = NGX_XASSIST_R_INVITER_LEFT,
    [STORE_REASON_REMOVED] = NGX_XASSIST_R_REMOVED,
    [STORE_REASON_USED] = NGX_XASSIST_R_USED,
    [STORE_REASON_TERMS_REQUIRED] = NGX_XASSIST_R_TERMS_REQUIRED,
    [STORE_REASON_CALL_FULL] = NGX_XASSIST_R_CALL_FULL,
    [STORE_REASON_NO_GUEST_SEAT] = NGX_XASSIST_R_NO_GUEST_SEAT,
    [STORE_REASON_SIGNED_OUT] = NGX_XASSIST_R_SIGNED_OUT,
    [STORE_REASON_IDLE] = NGX_XASSIST_R_IDLE,
    [STORE_REASON_SUSPENDED] = NGX_XASSIST_R_SUSPENDED,
    [STORE_REASON_TOO_MANY] = NGX_XASSIST_R_TOO_MANY,
    [STORE_REASON_CHANNEL_NOT_ALLOWED] = NGX_XASSIST_R_CHANNEL_NOT_ALLOWED,
    [STORE_REASON_NOT_A_MEMBER] = NGX_XASSIST_R_PERMISSION_MISSING,
    [STORE_REASON_KEY_REUSED] = NGX_XASSIST_R_KEY_REUSED,
    [STORE_REASON_ASSISTANCE_ENDED] = NGX_XASSIST_R_ASSISTANCE_ENDED,
    [STORE_REASON_LIMIT_REACHED] = NGX_XASSIST_R_LIMIT_REACHED,
    [STORE_REASON_NO_SEAT] = NGX_XASSIST_R_NO_SEAT,
    [STORE_REASON_ADMINISTRATOR_REQUIRED]
        = NGX_XASSIST_R_ADMINISTRATOR_REQUIRED,
    [STORE_REASON_ONE_BILLING_CONTACT] = NGX_XASSIST_R_ONE_BILLING_CONTACT
};


const ngx_xassist_reason_row_t *
ngx_xassist_reason(ngx_xassist_reason_t reason)
{
    if ((ngx_uint_t) reason >= NGX_XASSIST_REASONS) {
        reason = NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    return &ngx_xassist_reasons[reason];
}


ngx_xassist_reason_t
ngx_xassist_reason_of_store(store_reason_t reason)
{
    if (reason == STORE_REASON_NONE) {
        return NGX_XASSIST_R_NONE;
    }

    /* A reason that this table does not know must still refuse. */
    if ((ngx_uint_t) reason >= STORE_REASONS
        || ngx_xassist_store_reasons[reason] == NGX_XASSIST_R_NONE)
    {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    return ngx_xassist_store_reasons[reason];
}


ngx_xassist_reason_t
ngx_xassist_reason_of_policy(policy_reason_t reason)
{
    switch (reason) {

    case POLICY_REASON_NONE:
        return NGX_XASSIST_R_NONE;

    case POLICY_REASON_SIGNED_OUT:
        return NGX_XASSIST_R_SIGNED_OUT;

    case POLICY_REASON_NOT_FOR_GUESTS:
        return NGX_XASSIST_R_NOT_FOR_GUESTS;

    case POLICY_REASON_NO_LICENCE:
        return NGX_XASSIST_R_NO_LICENCE;

    default:
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }
}
