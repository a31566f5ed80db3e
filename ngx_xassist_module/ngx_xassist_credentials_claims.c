/* Tokens by a template: JSON Web Tokens for whatever checks them by a shared
   secret. */

#include "ngx_xassist_credentials_int.h"
#include "ngx_xassist_ctx.h"


static ngx_int_t ngx_xassist_claims_token(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, const ngx_xassist_token_t *token,
    char out[NGX_XASSIST_JWT_MAX]);
static ngx_int_t ngx_xassist_claims_fill(ngx_http_request_t *r,
    const ngx_xassist_ctx_t *ctx, const ngx_xassist_token_t *token,
    const ngx_uint_t *may, ngx_str_t *claims);
static u_char *ngx_xassist_claims_put(ngx_http_request_t *r,
    const ngx_xassist_ctx_t *ctx, const ngx_xassist_token_t *token,
    const ngx_xassist_claim_t *claim, const ngx_uint_t *may, u_char *p,
    u_char *last);
static ngx_int_t ngx_xassist_claims_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


ngx_int_t
ngx_xassist_credentials_sign(const ngx_str_t *secret, const ngx_str_t *claims,
    char token[NGX_XASSIST_JWT_MAX])
{
    policy_str_t  key, text;

    key.data = (char *) secret->data;
    key.len = secret->len;
    text.data = (char *) claims->data;
    text.len = claims->len;

    return policy_hs256(key, text, token, NGX_XASSIST_JWT_MAX) == POLICY_OK
           ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_xassist_credentials_tokens(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_xassist_json_t *json)
{
    char                     text[NGX_XASSIST_JWT_MAX];
    u_char                   name[64];
    ngx_str_t                url;
    ngx_uint_t               i;
    ngx_xassist_token_t     *token;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);
    token = xlcf->tokens->elts;

    ngx_xassist_json_open(json, "tokens", '{');

    for (i = 0; i < xlcf->tokens->nelts; i++) {

        if (ngx_xassist_claims_token(r, ctx, &token[i], text) != NGX_OK) {
            return NGX_ERROR;
        }

        (void) ngx_snprintf(name, sizeof(name), "%V%Z", &token[i].name);
        name[sizeof(name) - 1] = '\0';

        ngx_xassist_json_open(json, (char *) name, '{');

        if (token[i].url != NULL) {

            if (ngx_http_complex_value(r, token[i].url, &url) != NGX_OK) {
                return NGX_ERROR;
            }

            ngx_xassist_json_str(json, "url", &url);
        }

        ngx_xassist_json_word(json, "token", text);
        ngx_xassist_json_close(json, '}');
    }

    ngx_xassist_json_close(json, '}');

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_claims_token(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_token_t *token, char out[NGX_XASSIST_JWT_MAX])
{
    ngx_str_t   claims;
    ngx_uint_t  may[NGX_XASSIST_TOKEN_RULES];

    if (ngx_xassist_credentials_may(r, ctx, &token->may, may) != NGX_OK
        || ngx_xassist_claims_fill(r, ctx, token, may, &claims) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_xassist_credentials_sign(&token->secret, &claims, out);
}


static ngx_int_t
ngx_xassist_claims_fill(ngx_http_request_t *r, const ngx_xassist_ctx_t *ctx,
    const ngx_xassist_token_t *token, const ngx_uint_t *may,
    ngx_str_t *claims)
{
    u_char                     *p, *last;
    ngx_uint_t                  i;
    const ngx_xassist_claim_t  *claim;

    claims->data = ngx_pnalloc(r->pool, NGX_XASSIST_JWT_MAX);
    if (claims->data == NULL) {
        return NGX_ERROR;
    }

    p = claims->data;
    last = p + NGX_XASSIST_JWT_MAX;
    claim = token->claims.elts;

    for (i = 0; i < token->claims.nelts; i++) {

        p = ngx_xassist_claims_put(r, ctx, token, &claim[i], may, p, last);

        if (p == NULL) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "xassist: the claims of token \"%V\" are too long",
                          &token->name);
            return NGX_ERROR;
        }
    }

    claims->len = p - claims->data;

    return NGX_OK;
}


/* NULL when there is no room for it. */

static u_char *
ngx_xassist_claims_put(ngx_http_request_t *r, const ngx_xassist_ctx_t *ctx,
    const ngx_xassist_token_t *token, const ngx_xassist_claim_t *claim,
    const ngx_uint_t *may, u_char *p, u_char *last)
{
    size_t                      room;
    ngx_uint_t                  holds;
    ngx_http_variable_value_t  *v;

    room = last - p;

    switch (claim->kind) {

    case NGX_XASSIST_CLAIM_TEXT:

        return claim->text.len <= room
               ? ngx_cpymem(p, claim->text.data, claim->text.len) : NULL;

    case NGX_XASSIST_CLAIM_VARIABLE:

        v = ngx_http_get_indexed_variable(r, claim->index);

        if (v == NULL || v->not_found) {
            return p;
        }

        return v->len + ngx_escape_json(NULL, v->data, v->len) <= room
               ? (u_char *) ngx_escape_json(p, v->data, v->len) : NULL;

    case NGX_XASSIST_CLAIM_NOW:
    case NGX_XASSIST_CLAIM_UNTIL:

        return room >= NGX_INT64_LEN
               ? ngx_sprintf(p, "%uL", claim->kind == NGX_XASSIST_CLAIM_NOW
                                       ? ngx_xassist_now() / 1000
                                       : ngx_xassist_credentials_until(ctx,
                                                               token->ttl))
               : NULL;

    default:

        holds = claim->kind == NGX_XASSIST_CLAIM_MAY
                ? may[claim->index]
                : ngx_xassist_credentials_controls(r, ctx);

        return room >= sizeof("false")
               ? ngx_sprintf(p, "%s", holds ? "true" : "false") : NULL;
    }
}


ngx_int_t
ngx_xassist_credentials_variables(ngx_conf_t *cf)
{
    ngx_str_t             name;
    ngx_http_variable_t  *v;

    ngx_str_set(&name, "xassist_token_");

    v = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE
                                         |NGX_HTTP_VAR_PREFIX);
    if (v == NULL) {
        return NGX_ERROR;
    }

    v->get_handler = ngx_xassist_claims_variable;

    return NGX_OK;
}


/* $xassist_token_NAME */

static ngx_int_t
ngx_xassist_claims_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    char                     text[NGX_XASSIST_JWT_MAX];
    ngx_str_t                name;
    ngx_uint_t               i;
    ngx_xassist_ctx_t       *ctx;
    ngx_xassist_token_t     *token;
    ngx_xassist_loc_conf_t  *xlcf;

    name = *(ngx_str_t *) data;
    name.data += sizeof("xassist_token_") - 1;
    name.len -= sizeof("xassist_token_") - 1;

    v->not_found = 1;

    ctx = ngx_xassist_ctx_get(r);
    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (ctx == NULL || xlcf->tokens == NULL
        || ctx->verdict != NGX_XASSIST_ALLOW || !ctx->has_call || !ctx->known)
    {
        return NGX_OK;
    }

    token = xlcf->tokens->elts;

    for (i = 0; i < xlcf->tokens->nelts; i++) {

        if (token[i].name.len != name.len
            || ngx_memcmp(token[i].name.data, name.data, name.len) != 0
            || ngx_xassist_claims_token(r, ctx, &token[i], text) != NGX_OK)
        {
            continue;
        }

        v->len = ngx_strlen(text);
        v->data = ngx_pnalloc(r->pool, v->len);
        if (v->data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(v->data, text, v->len);
        v->valid = 1;
        v->no_cacheable = 0;
        v->not_found = 0;
        break;
    }

    return NGX_OK;
}
