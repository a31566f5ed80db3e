#include "ngx_xassist_variables.h"
#include "ngx_xassist_asked.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_device.h"
#include "ngx_xassist_platform.h"
#include "ngx_xassist_media.h"
#include "ngx_xassist_reason.h"


typedef ngx_int_t (*ngx_xassist_value_pt)(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);


typedef struct {
    ngx_str_t              name;
    ngx_xassist_value_pt   value;
} ngx_xassist_variable_t;


static ngx_int_t ngx_xassist_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_xassist_variable_uri(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_xassist_value_id(ngx_http_request_t *r,
    const store_id_t *id, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_number(ngx_http_request_t *r,
    uint64_t number, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_decision(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_reason(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_rule(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_name(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_platform(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_generation(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_time(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
static ngx_int_t ngx_xassist_value_shadow(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);


static const ngx_xassist_variable_t  ngx_xassist_variables[] = {
    { ngx_string("xassist_decision"), ngx_xassist_value_decision },
    { ngx_string("xassist_reason"), ngx_xassist_value_reason },
    { ngx_string("xassist_rule"), ngx_xassist_value_rule },
    { ngx_string("xassist_kind"), ngx_xassist_value_kind },
    { ngx_string("xassist_device"), ngx_xassist_value_device },
    { ngx_string("xassist_platform"), ngx_xassist_value_platform },
    { ngx_string("xassist_actor"), ngx_xassist_value_actor },
    { ngx_string("xassist_subject"), ngx_xassist_value_subject },
    { ngx_string("xassist_account"), ngx_xassist_value_account },
    { ngx_string("xassist_name"), ngx_xassist_value_name },
    { ngx_string("xassist_roles"), ngx_xassist_value_roles },
    { ngx_string("xassist_call"), ngx_xassist_value_call },
    { ngx_string("xassist_media"), ngx_xassist_value_media },
    { ngx_string("xassist_livekit"), ngx_xassist_credentials_value },
    { ngx_string("xassist_janus_token"), ngx_xassist_credentials_value_janus },
    { ngx_string("xassist_room_token"), ngx_xassist_credentials_value_room },
    { ngx_string("xassist_turn_name"),
      ngx_xassist_credentials_value_turn_name },
    { ngx_string("xassist_turn_password"),
      ngx_xassist_credentials_value_turn },
    { ngx_string("xassist_bigbluebutton"),
      ngx_xassist_credentials_value_meeting },
    { ngx_string("xassist_invitation"), ngx_xassist_value_invitation },
    { ngx_string("xassist_generation"), ngx_xassist_value_generation },
    { ngx_string("xassist_time"), ngx_xassist_value_time },
    { ngx_string("xassist_rules"), ngx_xassist_asked_rules },
    { ngx_string("xassist_facts"), ngx_xassist_asked_facts },
    { ngx_string("xassist_attributes"), ngx_xassist_asked_attributes },
    { ngx_string("xassist_profile"), ngx_xassist_asked_profile },
    { ngx_string("xassist_call_profile"), ngx_xassist_asked_call_profile },
    { ngx_string("xassist_inviter_roles"), ngx_xassist_asked_inviter_roles },
    { ngx_string("xassist_shadow"), ngx_xassist_value_shadow }
};


static const ngx_str_t  ngx_xassist_kinds[] = {
    [POLICY_KIND_ANONYMOUS] = ngx_string("anonymous"),
    [POLICY_KIND_REGULAR] = ngx_string("regular"),
    [POLICY_KIND_GUEST] = ngx_string("guest"),
    [POLICY_KIND_EXTERNAL] = ngx_string("external"),
    [POLICY_KIND_SERVICE] = ngx_string("service")
};


static const ngx_str_t  ngx_xassist_verdicts[] = {
    [NGX_XASSIST_UNDECIDED] = ngx_string(""),
    [NGX_XASSIST_ALLOW] = ngx_string("allow"),
    [NGX_XASSIST_DENY] = ngx_string("deny"),
    [NGX_XASSIST_ERROR] = ngx_string("error")
};


ngx_int_t
ngx_xassist_variables_init(ngx_conf_t *cf)
{
    ngx_str_t             name;
    ngx_uint_t            i;
    ngx_http_variable_t  *v;

    for (i = 0;
         i < sizeof(ngx_xassist_variables) / sizeof(ngx_xassist_variables[0]);
         i++)
    {
        name = ngx_xassist_variables[i].name;

        v = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (v == NULL) {
            return NGX_ERROR;
        }

        v->get_handler = ngx_xassist_variable;
        v->data = (uintptr_t) &ngx_xassist_variables[i];
    }

    ngx_str_set(&name, "xassist_uri");

    v = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
    if (v == NULL) {
        return NGX_ERROR;
    }

    v->get_handler = ngx_xassist_variable_uri;

    return ngx_xassist_credentials_variables(cf);
}


static ngx_int_t
ngx_xassist_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_str_t                      value;
    ngx_xassist_ctx_t             *ctx;
    const ngx_xassist_variable_t  *variable;

    variable = (const ngx_xassist_variable_t *) data;
    ctx = ngx_xassist_ctx_get(r);

    ngx_str_null(&value);

    if (ctx != NULL && variable->value(r, ctx, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (value.len == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = value.data;
    v->len = value.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/* The request URI; tokens were cut out of it when the head had been read. */

static ngx_int_t
ngx_xassist_variable_uri(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    v->data = r->unparsed_uri.data;
    v->len = r->unparsed_uri.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_value_id(ngx_http_request_t *r, const store_id_t *id,
    ngx_str_t *value)
{
    ngx_str_null(value);

    if (store_id_none(id)) {
        return NGX_OK;
    }

    value->data = ngx_pnalloc(r->pool, NGX_XASSIST_ID_TEXT);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    value->len = ngx_xassist_id_text(value->data, id) - value->data;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_value_number(ngx_http_request_t *r, uint64_t number,
    ngx_str_t *value)
{
    value->data = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    value->len = ngx_sprintf(value->data, "%uL", number) - value->data;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_value_decision(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ngx_xassist_verdicts[ctx->verdict];

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_value_shadow(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ngx_xassist_verdicts[ctx->shadow];

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_value_reason(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ngx_xassist_reason(ctx->reason)->code;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_value_rule(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ctx->rule;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_value_actor(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    const store_id_t  *id;

    /* A guest is known by the participant that the link made. */

    id = store_id_none(&ctx->user) ? &ctx->participant : &ctx->user;

    if (ctx->actor.len == 0 || !store_id_equal(id, &ctx->actor_id)) {

        if (ngx_xassist_value_id(r, id, &ctx->actor) != NGX_OK) {
            return NGX_ERROR;
        }

        ctx->actor_id = *id;
    }

    *value = ctx->actor;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_value_subject(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    if (store_id_none(&ctx->subject)) {
        return ngx_xassist_value_actor(r, ctx, value);
    }

    if (store_id_equal(&ctx->subject, &store_anonymous)) {
        ngx_str_set(value, "anonymous");
        return NGX_OK;
    }

    return ngx_xassist_value_id(r, &ctx->subject, value);
}


ngx_int_t
ngx_xassist_value_kind(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    ngx_str_null(value);

    if (ctx->verdict != NGX_XASSIST_UNDECIDED || ctx->known) {
        *value = *ngx_xassist_kind_name(ctx->kind);
    }

    return NGX_OK;
}


const ngx_str_t *
ngx_xassist_kind_name(policy_kind_t kind)
{
    if ((ngx_uint_t) kind >= sizeof(ngx_xassist_kinds) / sizeof(ngx_str_t)) {
        kind = POLICY_KIND_ANONYMOUS;
    }

    return &ngx_xassist_kinds[kind];
}


ngx_int_t
ngx_xassist_value_account(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    return ngx_xassist_value_id(r, &ctx->account, value);
}


ngx_int_t
ngx_xassist_value_roles(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ctx->roles;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_value_name(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ctx->name;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_value_device(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = *ngx_xassist_device_name(ctx->device);

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_value_platform(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = *ngx_xassist_platform_name(ctx->platform);

    return NGX_OK;
}


ngx_int_t
ngx_xassist_value_call(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    return ngx_xassist_value_id(r, &ctx->call, value);
}


ngx_int_t
ngx_xassist_value_invitation(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    return ngx_xassist_value_id(r, &ctx->invitation, value);
}


static ngx_int_t
ngx_xassist_value_generation(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    return ctx->generation ? ngx_xassist_value_number(r, ctx->generation,
                                                      value)
                           : NGX_OK;
}


static ngx_int_t
ngx_xassist_value_time(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    return ctx->verdict != NGX_XASSIST_UNDECIDED
           ? ngx_xassist_value_number(r, ctx->took, value) : NGX_OK;
}
