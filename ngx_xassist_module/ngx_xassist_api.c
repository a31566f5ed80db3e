#include "ngx_xassist_api.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_device.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_variables.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_JANUS_MAX  192


/* What a route's handler is given. */
typedef struct {
    ngx_http_request_t  *request;
    ngx_xassist_ctx_t   *ctx;
    store_id_t           id;                   /* in place of the star */
    ngx_xassist_json_t   json;
    ngx_uint_t           status;
} ngx_xassist_call_t;


/*
 * A handler writes the JSON of a 200, or of the status that it sets, and
 * returns NONE; any other reason becomes a problem document.
 */
typedef struct {
    ngx_uint_t               methods;
    ngx_str_t                path;             /* a star stands for an id */
    ngx_xassist_reason_t   (*handler)(ngx_xassist_call_t *call);
} ngx_xassist_route_t;


static ngx_int_t ngx_xassist_api_handler(ngx_http_request_t *r);
static const ngx_xassist_route_t *ngx_xassist_api_route(
    ngx_http_request_t *r, store_id_t *id, ngx_uint_t *methods);
static ngx_uint_t ngx_xassist_api_match(const ngx_str_t *pattern,
    const ngx_str_t *path, store_id_t *id);
static ngx_xassist_reason_t ngx_xassist_api_health(ngx_xassist_call_t *call);
static ngx_xassist_reason_t ngx_xassist_api_me(ngx_xassist_call_t *call);
static ngx_xassist_reason_t ngx_xassist_api_ice(ngx_xassist_call_t *call);
static ngx_xassist_reason_t ngx_xassist_api_admission(
    ngx_xassist_call_t *call);
static ngx_xassist_reason_t ngx_xassist_api_janus(ngx_xassist_call_t *call,
    const ngx_xassist_loc_conf_t *xlcf);


static const ngx_xassist_route_t  ngx_xassist_routes[] = {

    { NGX_HTTP_GET|NGX_HTTP_HEAD, ngx_string("health"),
      ngx_xassist_api_health },

    { NGX_HTTP_GET|NGX_HTTP_HEAD, ngx_string("me"),
      ngx_xassist_api_me },

    { NGX_HTTP_GET|NGX_HTTP_HEAD, ngx_string("calls/*/ice"),
      ngx_xassist_api_ice },

    { NGX_HTTP_GET|NGX_HTTP_HEAD, ngx_string("calls/*/admission"),
      ngx_xassist_api_admission }
};


char *
ngx_xassist_api_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_xassist_api_handler;
    xlcf->api = 1;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_xassist_api_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_str_t                   body;
    ngx_uint_t                  methods;
    ngx_xassist_call_t          call;
    ngx_xassist_reason_t        reason;
    ngx_xassist_loc_conf_t     *xlcf;
    const ngx_xassist_route_t  *route;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);
    route = ngx_xassist_api_route(r, &call.id, &methods);

    if (route == NULL) {
        return methods ? NGX_HTTP_NOT_ALLOWED
                       : ngx_xassist_page_send_reason(r,
                                                      NGX_XASSIST_R_NOT_FOUND);
    }

    call.request = r;
    call.status = NGX_HTTP_OK;
    call.ctx = ngx_xassist_ctx_need(r);

    if (call.ctx == NULL || ngx_xassist_identify(r, call.ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (call.ctx->ambiguous) {
        return NGX_HTTP_BAD_REQUEST;
    }

    if (!ngx_xassist_origin_ok(r, call.ctx, xlcf)) {
        return ngx_xassist_page_send_reason(r, NGX_XASSIST_R_ORIGIN_REFUSED);
    }

    ngx_xassist_json_init(&call.json, r->pool);
    ngx_xassist_json_open(&call.json, NULL, '{');

    reason = route->handler(&call);

    if (reason != NGX_XASSIST_R_NONE) {
        return ngx_xassist_page_send_reason(r, reason);
    }

    ngx_xassist_json_close(&call.json, '}');

    if (ngx_xassist_json_done(&call.json, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_page_send(r, call.status, NGX_XASSIST_PAGE_JSON,
                                 &body);
}


/* NULL with methods 0: no such path; otherwise the path, but not so. */

static const ngx_xassist_route_t *
ngx_xassist_api_route(ngx_http_request_t *r, store_id_t *id,
    ngx_uint_t *methods)
{
    u_char                     *p;
    ngx_str_t                   path;
    ngx_uint_t                  i;
    const ngx_xassist_route_t  *route;

    *methods = 0;

    p = ngx_strnstr(r->uri.data, "/v1/", r->uri.len);
    if (p == NULL) {
        return NULL;
    }

    path.data = p + sizeof("/v1/") - 1;
    path.len = r->uri.data + r->uri.len - path.data;

    for (i = 0;
         i < sizeof(ngx_xassist_routes) / sizeof(ngx_xassist_routes[0]);
         i++)
    {
        route = &ngx_xassist_routes[i];

        if (!ngx_xassist_api_match(&route->path, &path, id)) {
            continue;
        }

        if (route->methods & r->method) {
            return route;
        }

        *methods |= route->methods;
    }

    return NULL;
}


static ngx_uint_t
ngx_xassist_api_match(const ngx_str_t *pattern, const ngx_str_t *path,
    store_id_t *id)
{
    size_t      before, after;
    u_char     *star;
    ngx_str_t   text;

    star = ngx_strlchr(pattern->data, pattern->data + pattern->len, '*');

    if (star == NULL) {
        return pattern->len == path->len
               && ngx_memcmp(pattern->data, path->data, path->len) == 0;
    }

    before = star - pattern->data;
    after = pattern->len - before - 1;

    if (path->len != before + NGX_XASSIST_ID_TEXT + after
        || ngx_memcmp(pattern->data, path->data, before) != 0
        || ngx_memcmp(star + 1, path->data + path->len - after, after) != 0)
    {
        return 0;
    }

    text.data = path->data + before;
    text.len = NGX_XASSIST_ID_TEXT;

    return ngx_xassist_id_parse(&text, id) == NGX_OK;
}


static ngx_xassist_reason_t
ngx_xassist_api_health(ngx_xassist_call_t *call)
{
    uint64_t               generation;
    ngx_uint_t             store;
    ngx_xassist_worker_t  *worker;

    worker = ngx_xassist_worker(call->request);

    store = worker->env != NULL;
    generation = policy_zone_generation(worker->conf->zone->data);

    if (!store || generation == 0) {
        call->status = NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    ngx_xassist_json_bool(&call->json, "store", store);
    ngx_xassist_json_number(&call->json, "generation", generation);
    ngx_xassist_json_time(&call->json, "policy_loaded",
                          policy_zone_loaded(worker->conf->zone->data));
    ngx_xassist_json_number(&call->json, "live",
                            ngx_xassist_live_count(worker));

    return NGX_XASSIST_R_NONE;
}


static ngx_xassist_reason_t
ngx_xassist_api_me(ngx_xassist_call_t *call)
{
    ngx_xassist_ctx_t   *ctx;
    ngx_xassist_json_t  *json;

    ctx = call->ctx;
    json = &call->json;

    ngx_xassist_decide_for(call->request, ctx, NULL,
                        &ngx_xassist_worker(call->request)->conf->signed_in);

    if (ctx->verdict != NGX_XASSIST_ALLOW) {
        return ctx->reason;
    }

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

static ngx_xassist_reason_t
ngx_xassist_api_admission(ngx_xassist_call_t *call)
{
    ngx_xassist_ctx_t  *ctx;

    ctx = call->ctx;

    ngx_xassist_decide_for(call->request, ctx, &call->id,
                          &ngx_xassist_worker(call->request)->conf->in_call);

    if (ctx->reason == NGX_XASSIST_R_STORE_UNAVAILABLE) {
        return ctx->reason;
    }

    ngx_xassist_json_bool(&call->json, "admitted",
                          ctx->verdict == NGX_XASSIST_ALLOW);
    ngx_xassist_json_str(&call->json, "reason",
                         &ngx_xassist_reason(ctx->reason)->code);

    return NGX_XASSIST_R_NONE;
}


static ngx_xassist_reason_t
ngx_xassist_api_ice(ngx_xassist_call_t *call)
{
    ngx_xassist_ctx_t       *ctx;
    ngx_xassist_json_t      *json;
    ngx_xassist_reason_t     reason;
    ngx_xassist_loc_conf_t  *xlcf;

    ctx = call->ctx;
    json = &call->json;
    xlcf = ngx_http_get_module_loc_conf(call->request, ngx_xassist_module);

    ngx_xassist_decide_for(call->request, ctx, &call->id,
                          &ngx_xassist_worker(call->request)->conf->in_call);

    if (ctx->verdict != NGX_XASSIST_ALLOW) {

        /* As at the call's own location: 401, 403 or 503. */

        return ctx->reason;
    }

    ngx_xassist_json_id(json, "call", &ctx->call);
    ngx_xassist_json_number(json, "room", ctx->room);
    ngx_xassist_json_str(json, "display", &ctx->name);

    if (xlcf->janus_secret.len != 0) {
        reason = ngx_xassist_api_janus(call, xlcf);

        if (reason != NGX_XASSIST_R_NONE) {
            return reason;
        }
    }

    ngx_xassist_json_open(json, "ice_servers", '[');
    ngx_xassist_json_close(json, ']');

    return NGX_XASSIST_R_NONE;
}


/*
 * Two tokens (Janus: token_auth and signed_tokens): one to speak to the
 * server at all, one for the room of this call and no other.  Neither
 * outlives the session.
 */

static ngx_xassist_reason_t
ngx_xassist_api_janus(ngx_xassist_call_t *call,
    const ngx_xassist_loc_conf_t *xlcf)
{
    char           token[NGX_XASSIST_JANUS_MAX];
    u_char         room[sizeof("janus.plugin.videoroom,room=")
                        + NGX_INT64_LEN];
    uint64_t       expires;
    ngx_uint_t     i;
    policy_str_t   secret;
    policy_str_t   descriptors[2];

    static const char * const  names[] = { "token", "room_token" };

    expires = ngx_xassist_now() / 1000 + (uint64_t) xlcf->janus_ttl;

    if (call->ctx->expires) {
        expires = ngx_min(expires, call->ctx->expires / 1000);
    }

    secret.data = (char *) xlcf->janus_secret.data;
    secret.len = xlcf->janus_secret.len;

    descriptors[0].data = "janus,janus.plugin.videoroom";
    descriptors[0].len = sizeof("janus,janus.plugin.videoroom") - 1;

    descriptors[1].data = (char *) room;
    descriptors[1].len = ngx_sprintf(room, "janus.plugin.videoroom,room=%uL",
                                     call->ctx->room)
                         - room;

    ngx_xassist_json_open(&call->json, "janus", '{');

    for (i = 0; i < 2; i++) {

        if (policy_janus_token(secret, expires, descriptors[i], token,
                               sizeof(token))
            != POLICY_OK)
        {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }

        ngx_xassist_json_text(&call->json, names[i], (u_char *) token,
                              ngx_strlen(token));
    }

    ngx_xassist_json_close(&call->json, '}');

    return NGX_XASSIST_R_NONE;
}
