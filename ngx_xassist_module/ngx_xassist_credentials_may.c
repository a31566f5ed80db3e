/* What a participant may do in the call: grants of media servers. */

#include "ngx_xassist_conf.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_look.h"


/* What an upstream is told of in the assertion. */

static ngx_str_t  ngx_xassist_grants[] = {
    ngx_string("xa_icall_media"),
    ngx_string("xa_icall_chat"),
    ngx_string("xa_icall_share-screen"),
    ngx_string("xa_icall_annotate"),
    ngx_string("xa_icall_files"),
    ngx_string("xa_icall_record"),
    ngx_string("xa_icall_invite"),
    ngx_string("xa_icall_remove")
};

#define NGX_XASSIST_GRANTS                                                    \
    (sizeof(ngx_xassist_grants) / sizeof(ngx_xassist_grants[0]))


static ngx_int_t ngx_xassist_credentials_look(const policy_image_t *image,
    void *data);


ngx_int_t
ngx_xassist_credentials_rule(ngx_conf_t *cf, ngx_array_t *rules,
    const ngx_str_t *name)
{
    ngx_array_t              *list;
    ngx_xassist_require_t    *require;
    ngx_xassist_main_conf_t  *xmcf;

    xmcf = ngx_http_conf_get_module_main_conf(cf, ngx_xassist_module);
    xmcf->used = 1;

    list = ngx_array_push(rules);

    if (list == NULL
        || ngx_array_init(list, cf->pool, 1, sizeof(ngx_xassist_require_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    require = ngx_array_push(list);
    if (require == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(require, sizeof(ngx_xassist_require_t));

    return ngx_xassist_conf_slot(cf, xmcf, name, &require->slot);
}


ngx_int_t
ngx_xassist_credentials_may(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_array_t *rules, ngx_uint_t *may)
{
    store_id_t            call;
    ngx_int_t             rc;
    ngx_uint_t            i;
    ngx_array_t          *list;
    ngx_xassist_ctx_t     admitted;

    admitted = *ctx;
    call = ctx->call;
    rc = NGX_OK;
    list = rules->elts;

    for (i = 0; i < rules->nelts; i++) {

        ngx_xassist_decide_for(r, ctx, &call, &list[i]);

        may[i] = ctx->verdict == NGX_XASSIST_ALLOW;

        if (ctx->verdict == NGX_XASSIST_ERROR) {
            rc = NGX_ERROR;
        }
    }

    /* The decision that admitted is the one to be told of. */

    *ctx = admitted;

    return rc;
}


ngx_uint_t
ngx_xassist_credentials_controls(ngx_http_request_t *r,
    const ngx_xassist_ctx_t *ctx)
{
    ngx_str_t          *profiles;
    ngx_uint_t          i;
    policy_str_t        name;

    if (ctx->kind != POLICY_KIND_EXTERNAL) {
        return 1;
    }

    if (ctx->asked.external == NULL) {
        return 0;
    }

    profiles = ctx->asked.external->profiles;

    for (i = 0; i < 2 && profiles[i].len == 0; i++) { /* void */ }

    if (i == 2) {
        return 0;
    }

    name.data = (char *) profiles[i].data;
    name.len = profiles[i].len;

    return ngx_xassist_look(ngx_xassist_worker(r)->conf->zone->data,
                            ngx_xassist_credentials_look, &name)
           == NGX_OK;
}


static ngx_int_t
ngx_xassist_credentials_look(const policy_image_t *image, void *data)
{
    const policy_str_t  *name = data;

    uint32_t          profile;
    policy_profile_t  found;

    profile = policy_profile_find(image, *name);

    return profile != POLICY_NONE
           && policy_profile_at(image, profile, &found) == POLICY_OK
           && found.control ? NGX_OK : NGX_DECLINED;
}


/* A policy of other names has none of these, and need not. */

ngx_int_t
ngx_xassist_credentials_init(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    ngx_uint_t           i, n;
    ngx_xassist_rule_t  *rules;

    if (ngx_array_init(&xmcf->grants, cf->pool, NGX_XASSIST_GRANTS,
                       sizeof(ngx_array_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_XASSIST_GRANTS; i++) {
        n = xmcf->rules.nelts;

        if (ngx_xassist_credentials_rule(cf, &xmcf->grants,
                                         &ngx_xassist_grants[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (xmcf->rules.nelts > n) {
            rules = xmcf->rules.elts;
            rules[n].optional = 1;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_xassist_credentials_grants(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_xassist_json_t *json)
{
    ngx_uint_t                i, may[NGX_XASSIST_GRANTS];
    ngx_xassist_main_conf_t  *xmcf;

    if (ctx->verdict != NGX_XASSIST_ALLOW || !ctx->has_call || !ctx->known) {
        return NGX_OK;
    }

    xmcf = ngx_http_get_module_main_conf(r, ngx_xassist_module);

    if (ngx_xassist_credentials_may(r, ctx, &xmcf->grants, may) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_xassist_json_number(json, "room", ctx->room);

    ngx_xassist_json_word(json, "mode",
                          ngx_xassist_credentials_controls(r, ctx)
                          ? "control" : "view");

    ngx_xassist_json_open(json, "grants", '[');

    for (i = 0; i < NGX_XASSIST_GRANTS; i++) {
        if (may[i]) {
            ngx_xassist_json_str(json, NULL, &ngx_xassist_grants[i]);
        }
    }

    ngx_xassist_json_close(json, ']');

    return NGX_OK;
}
