/* What people and programs see: our pages, and problems as JSON. */

#ifndef NGX_XASSIST_PAGE_H
#define NGX_XASSIST_PAGE_H

#include "ngx_xassist.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_template.h"

#pragma GCC visibility push(hidden)

struct ngx_xassist_pages_s {
    ngx_str_t                folder;
    ngx_xassist_template_t  *join;
    ngx_xassist_template_t  *refused;
    ngx_xassist_template_t  *waiting;
    ngx_xassist_template_t  *signin;
    ngx_xassist_template_t  *card;
};


/* xassist_pages DIR */
char *ngx_xassist_page_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/*
 * Marks a request as refused for the reason in its context, and returns the
 * status to give: 401, 403 or 503.  The body comes from the filter below,
 * unless an error_page of the operator took over.
 */
ngx_int_t ngx_xassist_page_refuse(ngx_xassist_ctx_t *ctx);
ngx_int_t ngx_xassist_page_unavailable(ngx_xassist_ctx_t *ctx);

/* Header and body of a refused request's answer. */
ngx_int_t ngx_xassist_page_header(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);

/* For content handlers: the whole answer, with the reason's own status. */
ngx_int_t ngx_xassist_page_send_reason(ngx_http_request_t *r,
    ngx_xassist_reason_t reason);

/* Sends a body with the headers that all our answers have. */
ngx_int_t ngx_xassist_page_send(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, ngx_str_t *body);

/* Says in how many seconds it is worth trying again. */
ngx_int_t ngx_xassist_page_retry(ngx_http_request_t *r, ngx_uint_t seconds);

/* Sends the header of an event stream; its body is the caller's. */
ngx_int_t ngx_xassist_page_stream(ngx_http_request_t *r);

/* ?lang=, else the first of en, de, fr in Accept-Language, else en. */
ngx_xassist_language_t ngx_xassist_page_language(ngx_http_request_t *r);

/* Whether the client asks for HTML, as browsers do. */
ngx_uint_t ngx_xassist_page_browser(ngx_http_request_t *r);

/* Appends lang and the section of the language; returns the new count. */
ngx_uint_t ngx_xassist_page_fields(ngx_xassist_field_t *fields,
    ngx_xassist_language_t language);

#define NGX_XASSIST_PAGE_HTML  "text/html; charset=utf-8"
#define NGX_XASSIST_PAGE_JSON  "application/json"

#pragma GCC visibility pop

#endif /* NGX_XASSIST_PAGE_H */
