/* The caller's account: users, seats, and who its billing contact is. */

#include "ngx_xassist_api_admin.h"


ngx_xassist_reason_t
ngx_xassist_api_account_get(ngx_xassist_api_t *api)
{
    store_status_t        status;
    store_account_t       account;
    ngx_xassist_json_t   *json;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    json = &api->json;
    status = store_account_get(api->worker->read, &api->ctx->account,
                               &account);

    if (status == STORE_OK) {
        ngx_xassist_json_id(json, "id", &account.id);
        ngx_xassist_json_slice(json, "name", &account.name);
        ngx_xassist_json_number(json, "users", account.users);
        ngx_xassist_json_number(json, "seats", account.limit);
        ngx_xassist_json_number(json, "agents", account.agents);
        ngx_xassist_json_number(json, "guests", account.seats);
        ngx_xassist_api_person(api, "billing", &account.billing);
        ngx_xassist_json_time(json, "created", account.created);
    }

    return ngx_xassist_api_end(api, status);
}


/* Who is it hands it on: there is always one, and never two. */

ngx_xassist_reason_t
ngx_xassist_api_account_bill(ngx_xassist_api_t *api)
{
    store_id_t            user;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_id_given(api, &api->members[0], &user);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_op(api, STORE_OP_ACCOUNT_BILLING);
    }

    api->write.op.in.account_billing.account = api->ctx->account;
    api->write.op.in.account_billing.user = user;

    return reason;
}
