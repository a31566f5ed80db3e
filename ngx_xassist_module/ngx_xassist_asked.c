#include "ngx_xassist_asked.h"


/* All rules that had to hold, in their order; the deciding one is
   $xassist_rule. */

ngx_int_t
ngx_xassist_asked_rules(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    size_t                     len;
    u_char                    *p;
    ngx_uint_t                 i;
    const ngx_uint_t          *slots;
    const ngx_xassist_rule_t  *rules;

    ngx_str_null(value);

    if (ctx->asked.nslots == 0) {
        return NGX_OK;
    }

    len = 0;
    rules = ngx_xassist_worker(r)->conf->rules.elts;
    slots = ctx->asked.more != NULL ? ctx->asked.more : ctx->asked.slots;

    for (i = 0; i < ctx->asked.nslots; i++) {
        len += rules[slots[i]].name.len + 1;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;

    for (i = 0; i < ctx->asked.nslots; i++) {

        if (i != 0) {
            *p++ = ',';
        }

        p = ngx_cpymem(p, rules[slots[i]].name.data,
                       rules[slots[i]].name.len);
    }

    value->len = p - value->data;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_asked_facts(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    size_t       len;
    u_char      *p;
    ngx_uint_t   i;

    ngx_str_null(value);

    if (ctx->asked.facts == 0) {
        return NGX_OK;
    }

    len = 0;

    for (i = 0; policy_fact_names[i] != NULL; i++) {
        len += ngx_strlen(policy_fact_names[i]) + 1;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;

    for (i = 0; policy_fact_names[i] != NULL; i++) {

        if ((ctx->asked.facts >> i & 1) == 0) {
            continue;
        }

        if (p != value->data) {
            *p++ = ',';
        }

        p = ngx_cpymem(p, policy_fact_names[i],
                       ngx_strlen(policy_fact_names[i]));
    }

    value->len = p - value->data;

    return NGX_OK;
}


/* name=value, joined by "&"; both percent-encoded, as in a query. */

ngx_int_t
ngx_xassist_asked_attributes(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    size_t               len;
    u_char              *p;
    ngx_uint_t           i;
    policy_attribute_t  *attribute;

    ngx_str_null(value);
    attribute = ctx->asked.attributes;

    if (ctx->asked.nattributes == 0) {
        return NGX_OK;
    }

    len = 0;

    for (i = 0; i < ctx->asked.nattributes; i++) {
        len += 3 * (attribute[i].name.len + attribute[i].value.len) + 2;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;

    for (i = 0; i < ctx->asked.nattributes; i++) {

        if (i != 0) {
            *p++ = '&';
        }

        p = (u_char *) ngx_escape_uri(p, (u_char *) attribute[i].name.data,
                                      attribute[i].name.len,
                                      NGX_ESCAPE_URI_COMPONENT);
        *p++ = '=';
        p = (u_char *) ngx_escape_uri(p, (u_char *) attribute[i].value.data,
                                      attribute[i].value.len,
                                      NGX_ESCAPE_URI_COMPONENT);
    }

    value->len = p - value->data;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_asked_profile(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ctx->asked.profiles[0];

    return NGX_OK;
}


ngx_int_t
ngx_xassist_asked_call_profile(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ctx->asked.profiles[1];

    return NGX_OK;
}


ngx_int_t
ngx_xassist_asked_inviter_roles(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    *value = ctx->asked.inviter_roles;

    return NGX_OK;
}
