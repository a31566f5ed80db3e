/* Variables, and the values that headers share with them. */

#ifndef NGX_XASSIST_VARIABLES_H
#define NGX_XASSIST_VARIABLES_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

ngx_int_t ngx_xassist_variables_init(ngx_conf_t *cf);

/* Each sets `value`, empty when this request has none; NGX_ERROR when out of
   memory.  Values live as long as the request. */
ngx_int_t ngx_xassist_value_actor(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_value_subject(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_value_kind(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_value_account(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_value_roles(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_value_device(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_value_call(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_value_invitation(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);

const ngx_str_t *ngx_xassist_kind_name(policy_kind_t kind);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_VARIABLES_H */
