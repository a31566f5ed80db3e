/* A token by a template: what reading it and filling it share. */

#ifndef NGX_XASSIST_CREDENTIALS_INT_H
#define NGX_XASSIST_CREDENTIALS_INT_H

#include "ngx_xassist_credentials.h"

#pragma GCC visibility push(hidden)

#define NGX_XASSIST_TOKEN_RULES  16            /* asked for by one */


typedef enum {
    NGX_XASSIST_CLAIM_TEXT = 0,                /* as it stands */
    NGX_XASSIST_CLAIM_VARIABLE,                /* inside a string */
    NGX_XASSIST_CLAIM_NOW,
    NGX_XASSIST_CLAIM_UNTIL,
    NGX_XASSIST_CLAIM_CONTROLS,
    NGX_XASSIST_CLAIM_MAY
} ngx_xassist_claim_kind_t;


typedef struct {
    ngx_xassist_claim_kind_t   kind;
    ngx_str_t                  text;
    ngx_uint_t                 index;          /* of a variable, or a rule */
} ngx_xassist_claim_t;


struct ngx_xassist_token_s {
    ngx_str_t                  name;
    ngx_str_t                  secret;
    time_t                     ttl;
    ngx_http_complex_value_t  *url;            /* NULL: none */
    ngx_array_t                claims;         /* ngx_xassist_claim_t */
    ngx_array_t                may;            /* rules that they ask for */
};

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CREDENTIALS_INT_H */
