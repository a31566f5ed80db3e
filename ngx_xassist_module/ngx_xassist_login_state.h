/* A sign-in on its way: what its files share. */

#ifndef NGX_XASSIST_LOGIN_STATE_H
#define NGX_XASSIST_LOGIN_STATE_H

#include "ngx_xassist_lockout.h"
#include "ngx_xassist_password.h"
#include "ngx_xassist_provider.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_template.h"
#include "ngx_xassist_writer.h"

#pragma GCC visibility push(hidden)

typedef struct ngx_xassist_login_s  ngx_xassist_login_t;

struct ngx_xassist_login_s {
    ngx_http_request_t     *request;
    ngx_xassist_ctx_t      *ctx;
    ngx_xassist_worker_t   *worker;
    ngx_str_t               account;
    ngx_str_t               name;
    ngx_str_t               back;              /* where a form leads to */
    ngx_str_t               display;
    store_id_t              user;              /* none: there is no such */
    ngx_xassist_lockout_t   keys;
    ngx_uint_t              wait;              /* seconds, when locked */
    ngx_xassist_password_t  password;
    ngx_xassist_provider_t  provider;          /* of a token */
    ngx_xassist_write_t     write;
    ngx_int_t             (*page)(ngx_xassist_login_t *login,
                                  ngx_xassist_reason_t reason);
    unsigned                form:1;
    unsigned                twice:1;           /* the user was looked for */
    unsigned                browser:1;         /* came with an Origin */
    unsigned                touch:1;           /* of the page's script */
};


/* A field of a page of ours; a list ends with no name. */
typedef struct {
    const char             *name;
    const ngx_str_t        *value;
} ngx_xassist_shown_t;


/* Begins one, and puts it where ngx_xassist_login_of finds it. */
ngx_int_t ngx_xassist_login_init(ngx_xassist_login_t *login,
    ngx_http_request_t *r);
ngx_xassist_login_t *ngx_xassist_login_of(ngx_http_request_t *r);


/* Whether it may sign in from where it comes; then what it says. */
ngx_xassist_reason_t ngx_xassist_login_admit(ngx_xassist_login_t *login);
ngx_xassist_reason_t ngx_xassist_login_body(ngx_xassist_login_t *login);

/* Whether a text is a path of this host to lead a browser to. */
ngx_uint_t ngx_xassist_login_back(const ngx_str_t *back);

/* The session's answer, a refusal's, and the page. */
ngx_int_t ngx_xassist_login_made(ngx_xassist_login_t *login);
ngx_int_t ngx_xassist_login_answer(ngx_xassist_login_t *login,
    ngx_xassist_reason_t reason);
ngx_int_t ngx_xassist_login_page(ngx_xassist_login_t *login,
    ngx_xassist_reason_t reason);

/* A page with the reason and what else it shows; without a template the
   reason alone. */
ngx_int_t ngx_xassist_login_render(ngx_xassist_login_t *login,
    ngx_xassist_reason_t reason, ngx_xassist_template_t *page,
    const ngx_xassist_shown_t *shown);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_LOGIN_STATE_H */
