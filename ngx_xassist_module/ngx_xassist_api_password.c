/* A user's own password, changed by who knows it; and public keys. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_lockout.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_password.h"


#define NGX_XASSIST_PASSWORD_LEAST  8


const policy_body_member_t  ngx_xassist_body_password[] = {
    { .name = "old", .type = POLICY_MEMBER_TEXT },
    { .name = "new", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


typedef struct {
    ngx_xassist_password_t  job;
    ngx_xassist_lockout_t   keys;
} ngx_xassist_api_password_t;


static void ngx_xassist_api_password_checked(ngx_http_request_t *r);
static void ngx_xassist_api_password_changed(ngx_http_request_t *r);


static ngx_inline ngx_xassist_api_t *
ngx_xassist_api_of(ngx_http_request_t *r);


/* Two waits, for a thread and for the store: it answers by itself. */

ngx_xassist_reason_t
ngx_xassist_api_password(ngx_xassist_api_t *api)
{
    u_char                      *p;
    ngx_str_t                    none, id;
    ngx_uint_t                   wait;
    store_user_t                 user;
    store_status_t               status;
    ngx_xassist_reason_t         reason;
    ngx_xassist_api_password_t  *change;

    if (api->ctx->kind != POLICY_KIND_REGULAR) {
        return NGX_XASSIST_R_NOT_FOR_GUESTS;
    }

    if (api->members[1].text.len < NGX_XASSIST_PASSWORD_LEAST
        || api->members[1].text.len > POLICY_PASSWORD_MOST)
    {
        return ngx_xassist_api_wrong(api, "\"new\" must have 8 to 1024 "
                                          "bytes");
    }

    change = ngx_pcalloc(api->request->pool,
                         sizeof(ngx_xassist_api_password_t));
    if (change == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    id.data = api->ctx->user.b;
    id.len = STORE_ID_LEN;
    ngx_str_null(&none);
    ngx_xassist_lockout_keys(api->request, &none, &id, &change->keys);

    wait = ngx_xassist_lockout_try(api->worker, &change->keys,
                                   ngx_xassist_now());

    if (wait != 0) {
        return ngx_xassist_page_retry(api->request, wait) == NGX_OK
               ? NGX_XASSIST_R_TOO_MANY_ATTEMPTS
               : NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_user_get(api->worker->read, &api->ctx->user, &user);

    if (status == STORE_OK) {
        p = ngx_pnalloc(api->request->pool, user.password.len + 1);

        if (p != NULL) {
            change->job.hash.data = (char *) p;
            change->job.hash.len = user.password.len;
            ngx_memcpy(p, user.password.data, user.password.len);

        } else {
            status = STORE_NO_MEMORY;
        }
    }

    store_read_reset(api->worker->read);

    if (status != STORE_OK) {
        return ngx_xassist_api_status(api, status);
    }

    change->job.password = api->members[0].text;
    change->job.fresh = api->members[1].text;

    if (ngx_xassist_password_check(api->request, &change->job,
                                   ngx_xassist_api_password_checked)
        != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    api->data = change;
    api->sent = 1;
    api->rc = NGX_AGAIN;

    return NGX_XASSIST_R_NONE;
}


static ngx_inline ngx_xassist_api_t *
ngx_xassist_api_of(ngx_http_request_t *r)
{
    return (ngx_xassist_api_t *) ((u_char *) ngx_xassist_ctx_get(r)->join
                                  - offsetof(ngx_xassist_api_t, write));
}


static void
ngx_xassist_api_password_checked(ngx_http_request_t *r)
{
    ngx_xassist_api_t           *api;
    ngx_xassist_reason_t         reason;
    ngx_xassist_api_password_t  *change;

    r->write_event_handler = ngx_http_request_empty_handler;

    api = ngx_xassist_api_of(r);
    change = api->data;

    if (change->job.status == POLICY_FORGED) {
        reason = NGX_XASSIST_R_SIGN_IN_FAILED;

    } else if (change->job.status != POLICY_OK || change->job.made_len == 0) {
        reason = NGX_XASSIST_R_STORE_UNAVAILABLE;

    } else {
        ngx_xassist_lockout_good(api->worker, &change->keys);
        reason = ngx_xassist_api_op(api, STORE_OP_USER_PASSWORD);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        api->write.op.in.user_password.user = api->ctx->user;
        api->write.op.in.user_password.keep = api->ctx->session;
        api->write.op.in.user_password.hash.data =
            (const uint8_t *) change->job.made;
        api->write.op.in.user_password.hash.len = change->job.made_len;

        if (ngx_xassist_writer_wait(r, &api->write,
                                    ngx_xassist_api_password_changed)
            == NGX_OK)
        {
            return;
        }

        reason = NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    ngx_http_finalize_request(r, ngx_xassist_page_send_reason(r, reason));
}


static void
ngx_xassist_api_password_changed(ngx_http_request_t *r)
{
    ngx_str_t           body;
    ngx_xassist_api_t  *api;

    r->write_event_handler = ngx_http_request_empty_handler;

    api = ngx_xassist_api_of(r);

    if (api->write.op.status != STORE_OK) {
        ngx_http_finalize_request(r, ngx_xassist_page_send_reason(r,
                                         NGX_XASSIST_R_STORE_UNAVAILABLE));
        return;
    }

    ngx_str_set(&body, "{\"changed\":true}");

    ngx_http_finalize_request(r, ngx_xassist_page_send(r, NGX_HTTP_OK,
                                         NGX_XASSIST_PAGE_JSON, &body));
}


/* The keys that upstreams verify X-Xassist-Assertion with. */

ngx_xassist_reason_t
ngx_xassist_api_jwks(ngx_xassist_api_t *api)
{
    ngx_str_t  body;

    body.data = ngx_pnalloc(api->request->pool, POLICY_ASSERTION_MAX);

    if (body.data == NULL
        || policy_assertion_jwks(api->worker->conf->keys, (char *) body.data,
                                 POLICY_ASSERTION_MAX, &body.len)
           != POLICY_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    api->sent = 1;
    api->rc = ngx_xassist_page_send(api->request, NGX_HTTP_OK,
                                    NGX_XASSIST_PAGE_JSON, &body);

    return NGX_XASSIST_R_NONE;
}
