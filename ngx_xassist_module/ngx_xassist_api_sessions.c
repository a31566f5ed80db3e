/* Sessions: whose there are, and their end. */

#include "ngx_xassist_api_admin.h"
#include "ngx_xassist_api_users.h"
#include "ngx_xassist_cookie.h"
#include "ngx_xassist_device.h"


typedef struct {
    ngx_xassist_api_t  *api;
    uint64_t            now;
} ngx_xassist_sessions_t;


const policy_body_member_t  ngx_xassist_body_logout[] = {
    { .name = "everywhere", .type = POLICY_MEMBER_BOOL },
    { .name = NULL }
};


const policy_body_member_t  ngx_xassist_body_sign_out[] = {
    { .name = "before", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


static bool ngx_xassist_api_session(void *data, const void *record);


/*
 * Signs out the session that asks, or with "everywhere" all sessions of the
 * user and the tokens of the provider issued so far.
 */

ngx_xassist_reason_t
ngx_xassist_api_logout(ngx_xassist_api_t *api)
{
    store_op_t            *op;
    ngx_str_t              none;
    ngx_xassist_reason_t   reason;

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_LOGOUT_CREATE, NULL);

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    /* A guest is asked of no call here, and may leave all the same. */

    if (!api->ctx->known && api->ctx->has_guest) {
        api->ctx->session = api->ctx->guest_session;

    } else if (!api->ctx->known || api->ctx->service) {
        return NGX_XASSIST_R_SIGNED_OUT;
    }

    reason = ngx_xassist_api_op(api, STORE_OP_SESSION_REVOKE);

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    op = &api->write.op;

    /* A token of the provider is no session: it ends with all others. */

    if (api->ctx->kind == POLICY_KIND_REGULAR
        && (api->members[0].truth || api->ctx->claims != NULL))
    {
        op->in.session_revoke.user = api->ctx->user;

    } else {
        op->in.session_revoke.session = api->ctx->session;
    }

    if (!api->ctx->bearer) {
        ngx_str_null(&none);

        if (ngx_xassist_cookie_set(api->request,
                                   api->ctx->known ? NGX_XASSIST_COOKIE_USER
                                                 : NGX_XASSIST_COOKIE_GUEST,
                                   &none, 0)
            != NGX_OK)
        {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }
    }

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_logged_out(ngx_xassist_api_t *api)
{
    ngx_xassist_json_bool(&api->json, "signed_out", 1);

    return NGX_XASSIST_R_NONE;
}


/* One's own, or with ?user=ID another's for who may change users. */

ngx_xassist_reason_t
ngx_xassist_api_sessions_list(ngx_xassist_api_t *api)
{
    ngx_str_t                text;
    store_id_t               whose;
    store_user_t             user;
    store_status_t           status;
    ngx_xassist_reason_t     reason;
    ngx_xassist_sessions_t   sessions;

    whose = api->ctx->user;

    if (ngx_http_arg(api->request, (u_char *) "user", 4, &text) == NGX_OK
        && ngx_xassist_id_parse(&text, &whose) != NGX_OK)
    {
        return ngx_xassist_api_wrong(api, "\"user\" is no id");
    }

    if (!store_id_equal(&whose, &api->ctx->user)) {
        reason = ngx_xassist_api_ask_user(api,
                                          NGX_XASSIST_API_SESSIONS_OTHERS,
                                          &whose);
        if (reason != NGX_XASSIST_R_NONE) {
            return reason;
        }
    }

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    sessions.api = api;
    sessions.now = ngx_xassist_now();

    status = store_user_get(api->worker->read, &whose, &user);
    status = ngx_xassist_api_own(api, status, &user.account);

    ngx_xassist_json_open(&api->json, "sessions", '[');

    if (status == STORE_OK) {
        status = store_sessions(api->worker->read, &whose,
                                ngx_xassist_api_session, &sessions);
    }

    ngx_xassist_json_close(&api->json, ']');
    return ngx_xassist_api_end(api, status);
}


static bool
ngx_xassist_api_session(void *data, const void *record)
{
    ngx_xassist_json_t      *json;
    const store_session_t   *session = record;
    ngx_xassist_sessions_t  *sessions = data;

    if (session->ended != 0 || session->expires <= sessions->now) {
        return true;
    }

    json = &sessions->api->json;

    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_id(json, "id", &session->id);
    ngx_xassist_json_str(json, "device",
                         ngx_xassist_device_name(session->device));
    ngx_xassist_json_time(json, "created", session->created);
    ngx_xassist_json_time(json, "touched", session->touched);
    ngx_xassist_json_time(json, "expires", session->expires);
    ngx_xassist_json_bool(json, "current",
                          store_id_equal(&session->id,
                                         &sessions->api->ctx->session));
    ngx_xassist_json_close(json, '}');

    return true;
}


/* What is not the caller's to end is not there. */

ngx_xassist_reason_t
ngx_xassist_api_sessions_revoke(ngx_xassist_api_t *api)
{
    store_status_t         status;
    store_session_t        session;
    ngx_xassist_reason_t   reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_session_get(api->worker->read, &api->ids[0], &session);
    status = ngx_xassist_api_own(api, status, &session.account);
    store_read_reset(api->worker->read);

    if (status != STORE_OK) {
        return ngx_xassist_api_status(api, status);
    }

    if (!store_id_equal(&session.user, &api->ctx->user)
        && ngx_xassist_api_ask_user(api, NGX_XASSIST_API_SESSIONS_OTHERS,
                                    &session.user)
           != NGX_XASSIST_R_NONE)
    {
        return NGX_XASSIST_R_NOT_FOUND;
    }

    reason = ngx_xassist_api_op(api, STORE_OP_SESSION_REVOKE);
    api->write.op.in.session_revoke.session = api->ids[0];

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_sessions_revoked(ngx_xassist_api_t *api)
{
    ngx_xassist_json_id(&api->json, "id", &api->ids[0]);
    ngx_xassist_json_bool(&api->json, "again", api->write.op.out.again);

    return NGX_XASSIST_R_NONE;
}


/* All of them, or what began before a time: that a device was lost is known
   later than it was. */

ngx_xassist_reason_t
ngx_xassist_api_users_sign_out(ngx_xassist_api_t *api)
{
    store_op_t                  *op;
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *before;

    op = &api->write.op;
    before = &api->members[0];

    reason = ngx_xassist_api_admin_of(api, NGX_XASSIST_API_USERS_SIGN_OUT,
                                      &api->ids[0]);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_op(api, STORE_OP_SESSION_REVOKE);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    op->in.session_revoke.user = api->ids[0];

    if (before->given
        && (ngx_xassist_api_time((u_char *) before->text.data,
                                 before->text.len,
                                 &op->in.session_revoke.before)
            != NGX_OK
            || op->in.session_revoke.before == 0
            || op->in.session_revoke.before > op->now))
    {
        return ngx_xassist_api_wrong(api, "\"before\" must be a time that "
                                          "has been, as in RFC 3339");
    }

    return NGX_XASSIST_R_NONE;
}
