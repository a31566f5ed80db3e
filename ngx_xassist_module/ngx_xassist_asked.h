/* What a decision was made from, as variables: with them in the access log,
   xassistctl policy replay asks again. */

#ifndef NGX_XASSIST_ASKED_H
#define NGX_XASSIST_ASKED_H

#include "ngx_xassist.h"
#include "ngx_xassist_evaluate.h"

#pragma GCC visibility push(hidden)

/* Puts into the context what is asked for; a second time (d->again) only
   what may have changed, without taking memory for what did not. */
ngx_int_t ngx_xassist_asked_keep(ngx_xassist_decision_t *d,
    const ngx_array_t *requires);

ngx_int_t ngx_xassist_asked_rules(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_asked_facts(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_asked_attributes(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_asked_profile(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_asked_call_profile(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_asked_inviter_roles(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ASKED_H */
