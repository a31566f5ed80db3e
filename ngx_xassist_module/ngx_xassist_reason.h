/* The table of reasons: code, HTTP status, close code, texts. */

#ifndef NGX_XASSIST_REASON_H
#define NGX_XASSIST_REASON_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef enum {
    NGX_XASSIST_EN = 0,
    NGX_XASSIST_DE,
    NGX_XASSIST_FR,
    NGX_XASSIST_LANGUAGES
} ngx_xassist_language_t;


typedef struct {
    ngx_str_t    code;
    ngx_uint_t   status;
    ngx_uint_t   close;                        /* 0: closes nothing */
    ngx_uint_t   retry;
    ngx_str_t    what[NGX_XASSIST_LANGUAGES];
    ngx_str_t    next[NGX_XASSIST_LANGUAGES];
} ngx_xassist_reason_row_t;


/* Never NULL; the row of NONE has an empty code and status 200. */
const ngx_xassist_reason_row_t *ngx_xassist_reason(ngx_xassist_reason_t reason);

ngx_xassist_reason_t ngx_xassist_reason_of_store(store_reason_t reason);
ngx_xassist_reason_t ngx_xassist_reason_of_policy(policy_reason_t reason);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_REASON_H */
