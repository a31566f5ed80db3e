#include "ngx_xassist_api.h"
#include "ngx_xassist_api_route.h"
#include "ngx_xassist_body.h"
#include "ngx_xassist_card.h"
#include "ngx_xassist_conf.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_form.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_login.h"
#include "ngx_xassist_page.h"


static ngx_int_t ngx_xassist_api_handler(ngx_http_request_t *r);
static void ngx_xassist_api_post(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_api_run(ngx_xassist_api_t *api);
static ngx_xassist_reason_t ngx_xassist_api_admit(ngx_xassist_api_t *api);
static ngx_xassist_reason_t ngx_xassist_api_write(ngx_xassist_api_t *api);
static void ngx_xassist_api_resume(ngx_http_request_t *r);
static ngx_xassist_reason_t ngx_xassist_api_outcome(ngx_xassist_api_t *api);
static ngx_int_t ngx_xassist_api_answer(ngx_xassist_api_t *api,
    ngx_xassist_reason_t reason);
static ngx_int_t ngx_xassist_api_not_allowed(ngx_xassist_api_t *api,
    ngx_uint_t methods);


static const ngx_str_t  ngx_xassist_api_rules[NGX_XASSIST_API_RULES] = {
#define NGX_XASSIST_API_RULE(symbol, name)  ngx_string(name),
#include "ngx_xassist_api_rule.def"
#undef NGX_XASSIST_API_RULE
};


char *
ngx_xassist_api_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_xassist_api_handler;

    return ngx_xassist_login_conf(cf) == NGX_OK ? NGX_CONF_OK
                                                : NGX_CONF_ERROR;
}


ngx_int_t
ngx_xassist_api_check(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    ngx_uint_t              i, known;
    ngx_xassist_rule_t     *rules;
    ngx_xassist_require_t  *require;

    if (ngx_array_init(&xmcf->api, cf->pool, NGX_XASSIST_API_RULES,
                       sizeof(ngx_xassist_require_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_XASSIST_API_RULES; i++) {

        require = ngx_array_push(&xmcf->api);
        require->attributes = NULL;
        known = xmcf->rules.nelts;

        if (ngx_xassist_conf_slot(cf, xmcf, &ngx_xassist_api_rules[i],
                                  &require->slot)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        /* A policy may leave it out: then nobody may. */

        rules = xmcf->rules.elts;

        if (require->slot >= known) {
            rules[require->slot].optional = 1;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_api_handler(ngx_http_request_t *r)
{
    ngx_int_t           rc;
    ngx_uint_t          methods;
    ngx_xassist_api_t  *api;

    rc = ngx_xassist_login_handler(r);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    rc = ngx_xassist_card_handler(r);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    api = ngx_pcalloc(r->pool, sizeof(ngx_xassist_api_t));
    if (api == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    api->request = r;
    api->worker = ngx_xassist_worker(r);
    api->status = NGX_HTTP_OK;
    api->ctx = ngx_xassist_ctx_need(r);

    if (api->ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    api->ctx->join = &api->write;
    api->route = ngx_xassist_api_route(api, &methods);

    if (api->route != NULL && api->route->members != NULL) {

        if (r->headers_in.content_length_n > NGX_XASSIST_BODY_MAX) {
            return ngx_xassist_page_send_reason(r,
                                                NGX_XASSIST_R_TOO_LARGE);
        }

        rc = ngx_http_read_client_request_body(r, ngx_xassist_api_post);

        return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (api->route == NULL) {
        return methods ? ngx_xassist_api_not_allowed(api, methods)
                       : ngx_xassist_page_send_reason(r,
                                                   NGX_XASSIST_R_NOT_FOUND);
    }

    rc = ngx_xassist_api_run(api);

    if (rc == NGX_AGAIN) {
        r->main->count++;
        return NGX_DONE;
    }

    return rc;
}


static void
ngx_xassist_api_post(ngx_http_request_t *r)
{
    ngx_int_t           rc;
    ngx_xassist_api_t  *api;

    api = (ngx_xassist_api_t *) ((u_char *) ngx_xassist_ctx_get(r)->join
                                 - offsetof(ngx_xassist_api_t, write));

    rc = ngx_xassist_api_run(api);

    /* AGAIN: the commit is in flight and will finalize the request. */

    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(r, rc);
    }
}


/* From a whole request to its answer, or to a change under way. */

static ngx_int_t
ngx_xassist_api_run(ngx_xassist_api_t *api)
{
    ngx_xassist_reason_t  reason;

    ngx_xassist_json_init(&api->json, api->request->pool);
    ngx_xassist_json_open(&api->json, NULL, '{');

    reason = ngx_xassist_api_admit(api);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = api->route->ask(api);
    }

    if (api->sent) {
        return api->rc;
    }

    if (reason == NGX_XASSIST_R_NONE && api->route->done != NULL) {
        reason = ngx_xassist_api_once(api);

        if (reason == NGX_XASSIST_R_NONE) {
            reason = ngx_xassist_api_write(api);
        }

        if (reason == NGX_XASSIST_R_NONE) {
            return NGX_AGAIN;
        }
    }

    return ngx_xassist_api_answer(api, reason);
}


static ngx_xassist_reason_t
ngx_xassist_api_admit(ngx_xassist_api_t *api)
{
    ngx_http_request_t      *r;
    ngx_xassist_reason_t     reason;
    ngx_xassist_loc_conf_t  *xlcf;

    r = api->request;
    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (ngx_xassist_identify(r, api->ctx) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (api->ctx->ambiguous) {
        return ngx_xassist_api_wrong(api, "both a cookie and a Bearer token "
                                          "were sent");
    }

    if (!ngx_xassist_origin_ok(r, api->ctx, xlcf)) {
        return NGX_XASSIST_R_ORIGIN_REFUSED;
    }

    if (api->route->ask_of == NGX_XASSIST_ASK) {
        reason = ngx_xassist_api_ask(api, api->route->rule, NULL);

    } else if (api->route->ask_of == NGX_XASSIST_ASK_CALL) {
        reason = ngx_xassist_api_ask(api, api->route->rule, &api->ids[0]);

    } else if (api->route->ask_of == NGX_XASSIST_ASK_ANY) {

        /* A session that has ended takes nobody's link away. */

        api->ctx->has_user = 0;
        api->ctx->has_guest = 0;
        reason = ngx_xassist_api_ask(api, api->route->rule, NULL);

    } else if (api->route->ask_of == NGX_XASSIST_ASK_PAST) {
        reason = ngx_xassist_api_ask_past(api, api->route->rule,
                                          &api->ids[0]);

    } else {
        reason = NGX_XASSIST_R_NONE;
    }

    /* Who may not ask is not told what is wrong with the question. */

    if (reason == NGX_XASSIST_R_NONE && api->route->members != NULL) {
        reason = ngx_xassist_body_read(api);
    }

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_ask(ngx_xassist_api_t *api, ngx_xassist_api_rule_t rule,
    const store_id_t *call)
{
    ngx_array_t             one;
    ngx_xassist_require_t  *requires;

    requires = api->worker->conf->api.elts;

    one.elts = &requires[rule];
    one.nelts = 1;

    ngx_xassist_decide_for(api->request, api->ctx, call, &one);

    if (api->ctx->verdict == NGX_XASSIST_ALLOW) {
        return NGX_XASSIST_R_NONE;
    }

    return api->ctx->reason != NGX_XASSIST_R_NONE
           ? api->ctx->reason : NGX_XASSIST_R_PERMISSION_MISSING;
}


ngx_xassist_reason_t
ngx_xassist_api_ask_past(ngx_xassist_api_t *api, ngx_xassist_api_rule_t rule,
    const store_id_t *call)
{
    ngx_xassist_reason_t  reason;

    api->ctx->past = 1;
    reason = ngx_xassist_api_ask(api, rule, call);
    api->ctx->past = 0;

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_ask_user(ngx_xassist_api_t *api, ngx_xassist_api_rule_t rule,
    const store_id_t *user)
{
    ngx_xassist_reason_t  reason;

    api->ctx->object = user;
    reason = ngx_xassist_api_ask(api, rule, NULL);
    api->ctx->object = NULL;

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_ask_group(ngx_xassist_api_t *api, ngx_xassist_api_rule_t rule,
    const store_id_t *group)
{
    ngx_xassist_reason_t  reason;

    api->ctx->object_group = 1;
    reason = ngx_xassist_api_ask_user(api, rule, group);
    api->ctx->object_group = 0;

    return reason;
}


static ngx_xassist_reason_t
ngx_xassist_api_write(ngx_xassist_api_t *api)
{
    api->request->read_event_handler = ngx_http_test_reading;

    return ngx_xassist_writer_wait(api->request, &api->write,
                                   ngx_xassist_api_resume)
           == NGX_OK ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


static void
ngx_xassist_api_resume(ngx_http_request_t *r)
{
    ngx_xassist_api_t     *api;
    ngx_xassist_reason_t   reason;

    api = (ngx_xassist_api_t *) ((u_char *) ngx_xassist_ctx_get(r)->join
                                 - offsetof(ngx_xassist_api_t, write));

    r->write_event_handler = ngx_http_request_empty_handler;

    reason = ngx_xassist_api_outcome(api);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = api->route->done(api);
    }

    ngx_http_finalize_request(r, ngx_xassist_api_answer(api, reason));
}


static ngx_xassist_reason_t
ngx_xassist_api_outcome(ngx_xassist_api_t *api)
{
    switch (api->write.op.status) {

    case STORE_OK:
        return NGX_XASSIST_R_NONE;

    case STORE_REFUSED:
        return ngx_xassist_reason_of_store(api->write.op.reason);

    case STORE_NOT_FOUND:
        return NGX_XASSIST_R_NOT_FOUND;

    case STORE_EXISTS:
        return NGX_XASSIST_R_NAME_TAKEN;

    case STORE_INVALID:
        return ngx_xassist_api_wrong(api, "a value is too long or holds "
                                          "characters that it must not");

    default:
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }
}


static ngx_int_t
ngx_xassist_api_answer(ngx_xassist_api_t *api, ngx_xassist_reason_t reason)
{
    ngx_str_t                        body;
    const char                      *type;
    const ngx_xassist_reason_row_t  *row;

    if (reason != NGX_XASSIST_R_NONE && api->detail == NULL) {
        return ngx_xassist_page_send_reason(api->request, reason);
    }

    type = NGX_XASSIST_PAGE_JSON;

    if (reason != NGX_XASSIST_R_NONE) {
        type = "application/problem+json";
        row = ngx_xassist_reason(reason);
        api->status = row->status;

        ngx_xassist_json_init(&api->json, api->request->pool);
        ngx_xassist_json_open(&api->json, NULL, '{');
        ngx_xassist_json_word(&api->json, "type",
                              "urn:xassist:reason:invalid_request");
        ngx_xassist_json_str(&api->json, "title",
                             &row->what[NGX_XASSIST_EN]);
        ngx_xassist_json_number(&api->json, "status", row->status);
        ngx_xassist_json_word(&api->json, "detail", api->detail);
        ngx_xassist_json_str(&api->json, "reason", &row->code);
    }

    ngx_xassist_json_close(&api->json, '}');

    if (ngx_xassist_json_done(&api->json, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_page_send(api->request, api->status, type, &body);
}


static ngx_int_t
ngx_xassist_api_not_allowed(ngx_xassist_api_t *api, ngx_uint_t methods)
{
    u_char           *p;
    ngx_uint_t        i;
    ngx_table_elt_t  *h;

    static const struct {
        ngx_uint_t    method;
        ngx_str_t     name;
    } names[] = {
        { NGX_HTTP_GET, ngx_string("GET, HEAD") },
        { NGX_HTTP_POST, ngx_string("POST") },
        { NGX_HTTP_PATCH, ngx_string("PATCH") },
        { NGX_HTTP_DELETE, ngx_string("DELETE") }
    };

    h = ngx_list_push(&api->request->headers_out.headers);
    p = ngx_pnalloc(api->request->pool,
                    sizeof("GET, HEAD, POST, PATCH, DELETE"));

    if (h == NULL || p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));
    h->hash = 1;
    ngx_str_set(&h->key, "Allow");
    h->value.data = p;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        if (methods & names[i].method) {
            p = ngx_sprintf(p, "%s%V", p == h->value.data ? "" : ", ",
                            &names[i].name);
        }
    }

    h->value.len = p - h->value.data;

    return ngx_xassist_page_send_reason(api->request,
                                        NGX_XASSIST_R_METHOD_NOT_ALLOWED);
}
