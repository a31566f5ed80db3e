/* Credentials as variables: where the location admits to a call. */

#include "ngx_xassist_credentials.h"


static const ngx_xassist_loc_conf_t *ngx_xassist_credentials_here(
    ngx_http_request_t *r, const ngx_xassist_ctx_t *ctx);
static ngx_int_t ngx_xassist_credentials_copy(ngx_http_request_t *r,
    const char *text, ngx_str_t *value);
static ngx_int_t ngx_xassist_credentials_janus_value(ngx_http_request_t *r,
    const ngx_xassist_ctx_t *ctx, ngx_uint_t room, ngx_str_t *value);


static const ngx_xassist_loc_conf_t *
ngx_xassist_credentials_here(ngx_http_request_t *r,
    const ngx_xassist_ctx_t *ctx)
{
    if (ctx->verdict != NGX_XASSIST_ALLOW || !ctx->has_call || !ctx->known) {
        return NULL;
    }

    return ngx_http_get_module_loc_conf(r, ngx_xassist_module);
}


static ngx_int_t
ngx_xassist_credentials_copy(ngx_http_request_t *r, const char *text,
    ngx_str_t *value)
{
    value->len = ngx_strlen(text);
    value->data = ngx_pnalloc(r->pool, value->len);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(value->data, text, value->len);

    return NGX_OK;
}


ngx_int_t
ngx_xassist_credentials_value(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    char                           token[NGX_XASSIST_JWT_MAX];
    const ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_xassist_credentials_here(r, ctx);

    if (xlcf == NULL || xlcf->livekit == NULL
        || ngx_xassist_credentials_room(r, ctx, xlcf->livekit, token)
           != NGX_OK)
    {
        return NGX_OK;
    }

    return ngx_xassist_credentials_copy(r, token, value);
}


ngx_int_t
ngx_xassist_credentials_value_meeting(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value)
{
    const ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_xassist_credentials_here(r, ctx);

    if (xlcf == NULL || xlcf->meeting == NULL
        || ngx_xassist_credentials_meeting(r, ctx, xlcf->meeting, value)
           != NGX_OK)
    {
        ngx_str_null(value);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_credentials_janus_value(ngx_http_request_t *r,
    const ngx_xassist_ctx_t *ctx, ngx_uint_t room, ngx_str_t *value)
{
    char                           token[NGX_XASSIST_JANUS_TOKEN];
    const ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_xassist_credentials_here(r, ctx);

    if (xlcf == NULL || xlcf->janus_secret.len == 0
        || ngx_xassist_credentials_token_of(ctx, xlcf, room, token) != NGX_OK)
    {
        return NGX_OK;
    }

    return ngx_xassist_credentials_copy(r, token, value);
}


ngx_int_t
ngx_xassist_credentials_value_janus(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value)
{
    return ngx_xassist_credentials_janus_value(r, ctx, 0, value);
}


ngx_int_t
ngx_xassist_credentials_value_room(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value)
{
    return ngx_xassist_credentials_janus_value(r, ctx, 1, value);
}


ngx_int_t
ngx_xassist_credentials_value_turn_name(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value)
{
    char                           name[NGX_XASSIST_TURN_NAME];
    char                           credential[POLICY_TURN_LEN];
    uint64_t                       until;
    const ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_xassist_credentials_here(r, ctx);

    if (xlcf == NULL || xlcf->turn == NULL) {
        return NGX_OK;
    }

    until = ngx_xassist_credentials_until(ctx,
                              ngx_xassist_credentials_turn_ttl(xlcf->turn));

    if (ngx_xassist_credentials_relay(ctx, xlcf->turn, until, name,
                                      credential)
        != NGX_OK)
    {
        return NGX_OK;
    }

    return ngx_xassist_credentials_copy(r, name, value);
}


/* Of the name that this request has, or a second between the two would part
   them. */

ngx_int_t
ngx_xassist_credentials_value_turn(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value)
{
    char                           name[NGX_XASSIST_TURN_NAME];
    char                           credential[POLICY_TURN_LEN];
    u_char                        *p;
    ngx_int_t                      until;
    ngx_uint_t                     key;
    ngx_http_variable_value_t     *v;
    const ngx_xassist_loc_conf_t  *xlcf;

    static ngx_str_t  variable = ngx_string("xassist_turn_name");

    xlcf = ngx_xassist_credentials_here(r, ctx);

    if (xlcf == NULL || xlcf->turn == NULL) {
        return NGX_OK;
    }

    key = ngx_hash_key(variable.data, variable.len);
    v = ngx_http_get_variable(r, &variable, key);

    if (v == NULL || v->not_found) {
        return NGX_OK;
    }

    p = ngx_strlchr(v->data, v->data + v->len, ':');
    until = p != NULL ? ngx_atoi(v->data, p - v->data) : NGX_ERROR;

    if (until == NGX_ERROR
        || ngx_xassist_credentials_relay(ctx, xlcf->turn, (uint64_t) until,
                                         name, credential)
           != NGX_OK)
    {
        return NGX_OK;
    }

    return ngx_xassist_credentials_copy(r, credential, value);
}
