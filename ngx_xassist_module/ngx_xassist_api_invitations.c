/* Invitations: listed, shown to whom they concern, withdrawn. */

#include "ngx_xassist_api_route.h"


/* A walk over invitations. */
typedef struct {
    ngx_xassist_api_t  *api;
    ngx_uint_t          left;
    ngx_uint_t          more;
} ngx_xassist_invitations_t;


static bool ngx_xassist_invitations_visit(void *data, const void *record);
static ngx_xassist_reason_t ngx_xassist_invitations_find(
    ngx_xassist_api_t *api, ngx_xassist_api_rule_t rule, ngx_uint_t *own);


ngx_xassist_reason_t
ngx_xassist_api_invitations_of(ngx_xassist_api_t *api)
{
    uint64_t                   from;
    store_status_t             status;
    ngx_xassist_reason_t       reason;
    ngx_xassist_invitations_t  walk = { api, 0, 0 };

    reason = ngx_xassist_api_page(api, &walk.left, &from);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    ngx_xassist_json_open(&api->json, "invitations", '[');

    status = store_invitations(api->worker->read, &api->ids[0],
                               ngx_xassist_invitations_visit, &walk);

    store_read_reset(api->worker->read);

    ngx_xassist_json_close(&api->json, ']');
    ngx_xassist_json_bool(&api->json, "more", walk.more);

    return ngx_xassist_api_status(api, status);
}


ngx_xassist_reason_t
ngx_xassist_api_invitations_by(ngx_xassist_api_t *api)
{
    uint64_t                   from;
    store_status_t             status;
    ngx_xassist_reason_t       reason;
    ngx_xassist_invitations_t  walk = { api, 0, 0 };

    reason = ngx_xassist_api_page(api, &walk.left, &from);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    ngx_xassist_json_open(&api->json, "invitations", '[');

    status = STORE_OK;

    if (!store_id_none(&api->ctx->user)) {
        status = store_invitations_by(api->worker->read, &api->ctx->user,
                                      from, ngx_xassist_invitations_visit,
                                      &walk);
    }

    store_read_reset(api->worker->read);

    ngx_xassist_json_close(&api->json, ']');
    ngx_xassist_json_bool(&api->json, "more", walk.more);

    return ngx_xassist_api_status(api, status);
}


static bool
ngx_xassist_invitations_visit(void *data, const void *record)
{
    ngx_xassist_invitations_t  *walk = data;

    if (walk->left == 0) {
        walk->more = 1;
        return false;
    }

    walk->left--;

    ngx_xassist_json_open(&walk->api->json, NULL, '{');
    ngx_xassist_api_invitation(walk->api, record);
    ngx_xassist_json_close(&walk->api->json, '}');

    return true;
}


/* One's own is asked of nothing, others' of the call: where there is none
   yet, there is nothing to ask. */

static ngx_xassist_reason_t
ngx_xassist_invitations_find(ngx_xassist_api_t *api,
    ngx_xassist_api_rule_t rule, ngx_uint_t *own)
{
    store_id_t            call, account, inviter;
    store_status_t        status;
    store_invitation_t    inv;
    ngx_xassist_reason_t  reason;

    ngx_memzero(&call, sizeof(store_id_t));
    ngx_memzero(&account, sizeof(store_id_t));
    ngx_memzero(&inviter, sizeof(store_id_t));

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_invitation_get(api->worker->read, &api->ids[0], &inv);

    if (status == STORE_OK) {
        call = inv.call;
        account = inv.account;
        inviter = inv.inviter;
    }

    store_read_reset(api->worker->read);

    if (status != STORE_OK && status != STORE_NOT_FOUND) {
        return ngx_xassist_api_status(api, status);
    }

    /* Who asks is known after the first question. */

    reason = store_id_none(&call)
             ? ngx_xassist_api_ask(api, NGX_XASSIST_API_INVITATIONS_OWN, NULL)
             : ngx_xassist_api_ask_past(api, NGX_XASSIST_API_INVITATIONS_OWN,
                                        &call);

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    *own = !store_id_none(&inviter)
           && store_id_equal(&inviter, &api->ctx->user);

    if (status == STORE_NOT_FOUND
        || !store_id_equal(&account, &api->ctx->account)
        || (store_id_none(&call) && !*own))
    {
        return NGX_XASSIST_R_NOT_FOUND;
    }

    return *own ? NGX_XASSIST_R_NONE
                : ngx_xassist_api_ask_past(api, rule, &call);
}


ngx_xassist_reason_t
ngx_xassist_api_invitations_get(ngx_xassist_api_t *api)
{
    ngx_str_t             link;
    ngx_uint_t            own;
    store_status_t        status;
    store_invitation_t    inv;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_invitations_find(api,
                                 NGX_XASSIST_API_INVITATIONS_GET, &own);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_invitation_get(api->worker->read, &api->ids[0], &inv);

    if (status == STORE_OK) {
        ngx_xassist_api_invitation(api, &inv);
    }

    store_read_reset(api->worker->read);

    if (status == STORE_OK && own) {

        if (ngx_xassist_api_link(api, POLICY_TOKEN_LINK, &api->ids[0], &link)
            != NGX_OK)
        {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }

        ngx_xassist_json_str(&api->json, "link", &link);
    }

    return ngx_xassist_api_status(api, status);
}


ngx_xassist_reason_t
ngx_xassist_api_invitations_withdraw(ngx_xassist_api_t *api)
{
    ngx_uint_t            own;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_invitations_find(api,
                                 NGX_XASSIST_API_INVITATIONS_WITHDRAW, &own);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    api->write.op.in.invitation_withdraw.invitation = api->ids[0];

    return ngx_xassist_api_op(api, STORE_OP_INVITATION_WITHDRAW);
}


ngx_xassist_reason_t
ngx_xassist_api_invitations_withdrawn(ngx_xassist_api_t *api)
{
    ngx_xassist_json_id(&api->json, "id", &api->ids[0]);
    ngx_xassist_json_word(&api->json, "state", "withdrawn");
    ngx_xassist_json_bool(&api->json, "again", api->write.op.out.again);

    return NGX_XASSIST_R_NONE;
}
