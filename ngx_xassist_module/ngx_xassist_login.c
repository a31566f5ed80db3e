#include "ngx_xassist_login.h"
#include "ngx_xassist_account.h"
#include "ngx_xassist_login_state.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_device.h"
#include "ngx_xassist_platform.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_form.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_LOGIN_PATH  "/v1/login"


/* A stronger hash on its way to the store; outlives the request. */
typedef struct {
    ngx_xassist_write_t     write;
    u_char                  made[POLICY_PASSWORD_LEN];
    u_char                  was[POLICY_PASSWORD_LEN];
} ngx_xassist_rehash_t;


static void ngx_xassist_login_post(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_login_run(ngx_xassist_login_t *login);
static ngx_xassist_reason_t ngx_xassist_login_find(
    ngx_xassist_login_t *login);
static store_status_t ngx_xassist_login_account(ngx_xassist_login_t *login,
    store_id_t *id);
static void ngx_xassist_login_checked(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_login_provided(ngx_xassist_login_t *login);
static void ngx_xassist_login_took(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_login_session(ngx_xassist_login_t *login);
static void ngx_xassist_login_failed(ngx_xassist_login_t *login);
static void ngx_xassist_login_counted(ngx_xassist_write_t *write);
static void ngx_xassist_login_rehash(ngx_xassist_login_t *login);
static void ngx_xassist_login_rehashed(ngx_xassist_write_t *write);
static void ngx_xassist_login_resume(ngx_http_request_t *r);


ngx_int_t
ngx_xassist_login_conf(ngx_conf_t *cf)
{
    ngx_xassist_main_conf_t  *xmcf;

    xmcf = ngx_http_conf_get_module_main_conf(cf, ngx_xassist_module);

    if (xmcf->lockout != NULL) {
        return NGX_OK;
    }

    if (ngx_xassist_lockout_conf(cf, xmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_xassist_password_conf(cf, xmcf);
}


ngx_int_t
ngx_xassist_login_handler(ngx_http_request_t *r)
{
    size_t                len;
    ngx_int_t             rc;
    ngx_xassist_login_t  *login;

    len = sizeof(NGX_XASSIST_LOGIN_PATH) - 1;

    if (r->uri.len < len
        || ngx_memcmp(r->uri.data + r->uri.len - len, NGX_XASSIST_LOGIN_PATH,
                      len)
           != 0
        || !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_POST)))
    {
        return NGX_DECLINED;
    }

    login = ngx_pcalloc(r->pool, sizeof(ngx_xassist_login_t));

    if (login == NULL || ngx_xassist_login_init(login, r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    login->page = ngx_xassist_login_page;

    if (r->method == NGX_HTTP_POST) {

        if (r->headers_in.content_length_n > NGX_XASSIST_BODY_MAX) {
            return ngx_xassist_page_send_reason(r, NGX_XASSIST_R_TOO_LARGE);
        }

        rc = ngx_http_read_client_request_body(r, ngx_xassist_login_post);

        return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_arg(r, (u_char *) "next", 4, &login->back) == NGX_OK) {
        rc = ngx_xassist_form_field(r->pool, &r->args, "next", &login->back);
    }

    /* As an error_page of 401: back to what was asked for. */

    if (r->internal && login->back.len == 0) {
        login->back = r->unparsed_uri;
    }

    if (rc != NGX_OK || !ngx_xassist_login_back(&login->back)) {
        ngx_str_null(&login->back);
    }

    return ngx_xassist_login_page(login, NGX_XASSIST_R_NONE);
}


ngx_int_t
ngx_xassist_login_init(ngx_xassist_login_t *login, ngx_http_request_t *r)
{
    ngx_str_t  value;

    login->touch = ngx_http_arg(r, (u_char *) "touch", 5, &value) == NGX_OK
                   && value.len != 0;
    login->request = r;
    login->worker = ngx_xassist_worker(r);
    login->ctx = ngx_xassist_ctx_need(r);

    if (login->ctx == NULL) {
        return NGX_ERROR;
    }

    login->ctx->join = &login->write;

    return NGX_OK;
}


ngx_xassist_login_t *
ngx_xassist_login_of(ngx_http_request_t *r)
{
    return (ngx_xassist_login_t *) ((u_char *) ngx_xassist_ctx_get(r)->join
                                    - offsetof(ngx_xassist_login_t, write));
}


static void
ngx_xassist_login_post(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_xassist_login_run(ngx_xassist_login_of(r));

    /* AGAIN: a thread is busy with it, and the request goes on from there. */

    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(r, rc);
    }
}


static ngx_int_t
ngx_xassist_login_run(ngx_xassist_login_t *login)
{
    ngx_http_request_t    *r;
    ngx_xassist_reason_t   reason;

    r = login->request;
    reason = ngx_xassist_login_admit(login);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_login_body(login);
    }

    if (reason == NGX_XASSIST_R_NONE && login->ctx->claims != NULL) {
        login->display = login->ctx->claims->display;
        login->name = login->ctx->claims->name;

        reason = ngx_xassist_provider_admit(login->worker, login->ctx->claims,
                                            &login->provider);

        return reason == NGX_XASSIST_R_NONE
               ? ngx_xassist_login_provided(login)
               : ngx_xassist_login_answer(login, reason);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_login_find(login);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return ngx_xassist_login_answer(login, reason);
    }

    r->read_event_handler = ngx_http_test_reading;

    if (ngx_xassist_password_check(r, &login->password,
                                   ngx_xassist_login_checked)
        != NGX_OK)
    {
        return ngx_xassist_login_answer(login,
                                        NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    return NGX_AGAIN;
}


/*
 * The hash of who it claims to be.  Whether there is such a user shows
 * neither in what follows nor in how long it takes.
 */

static ngx_xassist_reason_t
ngx_xassist_login_find(ngx_xassist_login_t *login)
{
    u_char           *p;
    store_user_t      user;
    store_id_t        account;
    store_slice_t     name;
    store_status_t    status;

    ngx_xassist_lockout_keys(login->request, &login->account, &login->name,
                             &login->keys);

    login->wait = ngx_xassist_lockout_try(login->worker, &login->keys,
                                          ngx_xassist_now());

    if (login->wait != 0) {
        return NGX_XASSIST_R_TOO_MANY_ATTEMPTS;
    }

    if (ngx_xassist_worker_read(login->worker) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    name.data = login->name.data;
    name.len = login->name.len;

    status = ngx_xassist_login_account(login, &account);

    if (status == STORE_OK) {
        status = store_user_by_name(login->worker->read, &account, name,
                                    &user);
    }

    if (status == STORE_OK) {
        p = ngx_pnalloc(login->request->pool, user.password.len
                                              + user.display.len + 1);
        if (p != NULL) {
            login->user = user.id;
            login->password.hash.data = (char *) p;
            login->password.hash.len = user.password.len;
            p = ngx_cpymem(p, user.password.data, user.password.len);
            login->display.data = p;
            login->display.len = user.display.len;
            ngx_memcpy(p, user.display.data, user.display.len);

        } else {
            status = STORE_NO_MEMORY;
        }
    }

    store_read_reset(login->worker->read);

    return status == STORE_OK || status == STORE_NOT_FOUND
           ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


/* The account that is named, which must be that of the location, or else
   that one. */

static store_status_t
ngx_xassist_login_account(ngx_xassist_login_t *login, store_id_t *id)
{
    ngx_int_t        rc;
    store_id_t       place;
    store_slice_t    name;
    store_status_t   status;
    store_account_t  found;

    rc = ngx_xassist_account(login->request, login->worker->read, &place);

    if (rc == NGX_ERROR) {
        return STORE_NO_MEMORY;
    }

    if (rc == NGX_OK && login->account.len == 0) {
        *id = place;
        return STORE_OK;
    }

    name.data = login->account.data;
    name.len = login->account.len;

    status = store_account_by_name(login->worker->read, name, &found);

    if (status != STORE_OK) {
        return status;
    }

    *id = found.id;

    return rc == NGX_OK && !store_id_equal(&place, &found.id)
           ? STORE_NOT_FOUND : STORE_OK;
}


static void
ngx_xassist_login_checked(ngx_http_request_t *r)
{
    ngx_int_t             rc;
    ngx_xassist_login_t  *login;

    r->write_event_handler = ngx_http_request_empty_handler;

    login = ngx_xassist_login_of(r);

    if (login->password.status == POLICY_OK) {
        ngx_xassist_lockout_good(login->worker, &login->keys);
        rc = ngx_xassist_login_session(login);

    } else {
        ngx_xassist_login_failed(login);
        rc = ngx_xassist_login_answer(login, login->password.status
                                             == POLICY_FORGED
                                             ? NGX_XASSIST_R_SIGN_IN_FAILED
                                             : NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(r, rc);
    }
}


/* Counted for who helps the user, and not waited for: how long the answer
   takes tells nothing of whether there is such a user. */

static void
ngx_xassist_login_failed(ngx_xassist_login_t *login)
{
    ngx_xassist_write_t  *write;

    if (store_id_none(&login->user)
        || login->password.status != POLICY_FORGED)
    {
        return;
    }

    write = ngx_calloc(sizeof(ngx_xassist_write_t), login->worker->log);
    if (write == NULL) {
        return;
    }

    write->done = ngx_xassist_login_counted;

    if (ngx_xassist_writer_prepare(login->worker, STORE_OP_USER_FAILED,
                                   &write->op)
        == NGX_OK)
    {
        write->op.in.user_failed.user = login->user;

        if (ngx_xassist_writer_post(login->worker, write) == NGX_OK) {
            return;
        }
    }

    ngx_free(write);
}


static void
ngx_xassist_login_counted(ngx_xassist_write_t *write)
{
    ngx_free(write);
}


/* One change after the other, then the session. */

static ngx_int_t
ngx_xassist_login_provided(ngx_xassist_login_t *login)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = login->request;

    rc = ngx_xassist_provider_next(login->worker, r->pool, &login->provider,
                                   &login->write.op);

    if (rc == NGX_DONE) {
        login->user = login->provider.user;
        return ngx_xassist_login_session(login);
    }

    if (rc != NGX_OK
        || ngx_xassist_writer_wait(r, &login->write, ngx_xassist_login_took)
           != NGX_OK)
    {
        return ngx_xassist_login_answer(login,
                                        NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    return NGX_AGAIN;
}


static void
ngx_xassist_login_took(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_xassist_login_t   *login;
    ngx_xassist_reason_t   reason;

    r->write_event_handler = ngx_http_request_empty_handler;

    login = ngx_xassist_login_of(r);
    reason = ngx_xassist_provider_took(&login->provider, &login->write.op,
                                       r->connection->log);

    /* Somebody else may have made the same user meanwhile. */

    if (login->write.op.status == STORE_EXISTS && !login->twice) {
        login->twice = 1;
        reason = ngx_xassist_provider_admit(login->worker, login->ctx->claims,
                                            &login->provider);
    }

    rc = reason == NGX_XASSIST_R_NONE ? ngx_xassist_login_provided(login)
                                      : ngx_xassist_login_answer(login, reason);

    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(r, rc);
    }
}


/* Always a new id: one that was planted in the browser before is worth
   nothing. */

static ngx_int_t
ngx_xassist_login_session(ngx_xassist_login_t *login)
{
    store_op_t         *op;
    policy_settings_t   settings;

    op = &login->write.op;

    if (ngx_xassist_writer_prepare(login->worker, STORE_OP_SESSION_CREATE, op)
        != NGX_OK
        || ngx_xassist_settings(login->worker, &settings) != NGX_OK
        || ngx_xassist_id_mint(&op->in.session_create.session) != NGX_OK)
    {
        goto unavailable;
    }

    op->actor = login->user;
    op->in.session_create.user = login->user;
    op->in.session_create.device =
        (uint8_t) ngx_xassist_device(login->request, login->touch);
    op->in.session_create.platform =
        (uint8_t) ngx_xassist_platform(login->request, login->touch);
    op->in.session_create.lifetime = settings.session_lifetime;
    op->in.session_create.idle = settings.session_idle;
    op->in.session_create.per_user = settings.sessions_per_user;
    if (login->ctx->claims != NULL) {
        op->in.session_create.issued = ngx_max(login->ctx->claims->issued, 1);
    }

    op->in.session_create.password.data =
        (const uint8_t *) login->password.hash.data;
    op->in.session_create.password.len = login->password.hash.len;

    if (ngx_xassist_writer_wait(login->request, &login->write,
                                ngx_xassist_login_resume)
        != NGX_OK)
    {
        goto unavailable;
    }

    ngx_xassist_login_rehash(login);

    return NGX_AGAIN;

unavailable:

    return ngx_xassist_login_answer(login, NGX_XASSIST_R_STORE_UNAVAILABLE);
}


/* Behind the session in the same queue; nobody waits for it. */

static void
ngx_xassist_login_rehash(ngx_xassist_login_t *login)
{
    store_op_t            *op;
    ngx_xassist_rehash_t  *rehash;

    if (login->password.made_len == 0) {
        return;
    }

    rehash = ngx_calloc(sizeof(ngx_xassist_rehash_t), login->worker->log);
    if (rehash == NULL) {
        return;
    }

    op = &rehash->write.op;
    rehash->write.done = ngx_xassist_login_rehashed;

    if (ngx_xassist_writer_prepare(login->worker, STORE_OP_USER_PASSWORD, op)
        != NGX_OK)
    {
        ngx_free(rehash);
        return;
    }

    ngx_memcpy(rehash->made, login->password.made, login->password.made_len);
    ngx_memcpy(rehash->was, login->password.hash.data,
               login->password.hash.len);

    op->in.user_password.user = login->user;
    op->in.user_password.rehash = 1;
    op->in.user_password.hash.data = rehash->made;
    op->in.user_password.hash.len = login->password.made_len;
    op->in.user_password.was.data = rehash->was;
    op->in.user_password.was.len = login->password.hash.len;

    if (ngx_xassist_writer_post(login->worker, &rehash->write) != NGX_OK) {
        ngx_free(rehash);
    }
}


static void
ngx_xassist_login_rehashed(ngx_xassist_write_t *write)
{
    ngx_free(write);
}


static void
ngx_xassist_login_resume(ngx_http_request_t *r)
{
    store_op_t           *op;
    ngx_int_t             rc;
    ngx_xassist_login_t  *login;

    r->write_event_handler = ngx_http_request_empty_handler;

    login = ngx_xassist_login_of(r);
    op = &login->write.op;

    if (op->status == STORE_OK) {
        rc = ngx_xassist_login_made(login);

    } else if (op->status == STORE_REFUSED
               || (op->status == STORE_NOT_FOUND
                   && login->ctx->claims != NULL))
    {
        rc = ngx_xassist_login_answer(login,
                 op->reason == STORE_REASON_SUSPENDED
                 ? NGX_XASSIST_R_SUSPENDED : NGX_XASSIST_R_SIGN_IN_FAILED);

    } else {
        rc = ngx_xassist_login_answer(login,
                                      NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    ngx_http_finalize_request(r, rc);
}
