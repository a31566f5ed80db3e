/* What the service says of itself, of the caller, and of a call's media. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_device.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_variables.h"


ngx_xassist_reason_t
ngx_xassist_api_health(ngx_xassist_api_t *api)
{
    uint64_t               generation;
    ngx_uint_t             store;
    ngx_xassist_worker_t  *worker;

    worker = api->worker;

    store = worker->env != NULL;
    generation = policy_zone_generation(worker->conf->zone->data);

    if (!store || generation == 0) {
        api->status = NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    ngx_xassist_json_str(&api->json, "node", worker->conf->node.len != 0
                                             ? &worker->conf->node
                                             : &worker->cycle->hostname);
    ngx_xassist_json_bool(&api->json, "store", store);
    ngx_xassist_api_policy_live(api, "generation", "policy_sha256",
                                "policy_loaded");
    ngx_xassist_json_number(&api->json, "live",
                            ngx_xassist_live_count(worker));

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_me(ngx_xassist_api_t *api)
{
    ngx_xassist_ctx_t   *ctx;
    ngx_xassist_json_t  *json;

    ctx = api->ctx;
    json = &api->json;

    ngx_xassist_json_str(json, "kind", ngx_xassist_kind_name(ctx->kind));
    ngx_xassist_json_str(json, "name", &ctx->name);
    ngx_xassist_json_id(json, "account", &ctx->account);
    ngx_xassist_json_id(json, "user", &ctx->user);
    ngx_xassist_json_str(json, "roles", &ctx->roles);
    ngx_xassist_json_str(json, "device",
                         ngx_xassist_device_name(ctx->device));
    ngx_xassist_json_time(json, "expires", ctx->expires);

    return NGX_XASSIST_R_NONE;
}


/* Whether the caller is let into the call now, for pages whose handshake was
   refused: a browser cannot read why. */

ngx_xassist_reason_t
ngx_xassist_api_admission(ngx_xassist_api_t *api)
{
    ngx_xassist_ctx_t  *ctx;

    ctx = api->ctx;

    ngx_xassist_decide_for(api->request, ctx, &api->ids[0],
                           &api->worker->conf->in_call);

    if (ctx->reason == NGX_XASSIST_R_STORE_UNAVAILABLE) {
        return ctx->reason;
    }

    ngx_xassist_json_bool(&api->json, "admitted",
                          ctx->verdict == NGX_XASSIST_ALLOW);
    ngx_xassist_json_str(&api->json, "reason",
                         &ngx_xassist_reason(ctx->reason)->code);

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_ice(ngx_xassist_api_t *api)
{
    ngx_xassist_ctx_t   *ctx;
    ngx_xassist_json_t  *json;

    ctx = api->ctx;
    json = &api->json;

    ngx_xassist_json_id(json, "call", &ctx->call);
    ngx_xassist_json_number(json, "room", ctx->room);
    ngx_xassist_json_str(json, "display", &ctx->name);

    return ngx_xassist_credentials_json(api->request, ctx, json);
}
