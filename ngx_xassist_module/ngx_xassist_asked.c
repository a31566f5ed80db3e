#include "ngx_xassist_asked.h"


static ngx_int_t ngx_xassist_asked_lines(ngx_xassist_decision_t *d,
    const ngx_array_t *requires);
static ngx_int_t ngx_xassist_asked_given(ngx_http_request_t *r,
    ngx_xassist_asked_t *asked, const ngx_array_t *attributes);
static ngx_int_t ngx_xassist_asked_profiles(ngx_xassist_decision_t *d);
static void ngx_xassist_asked_copy(ngx_pool_t *pool, ngx_str_t *copy,
    const store_slice_t *text);
static ngx_int_t ngx_xassist_asked_external(ngx_xassist_ctx_t *ctx,
    ngx_str_t *value, size_t offset);


ngx_int_t
ngx_xassist_asked_keep(ngx_xassist_decision_t *d, const ngx_array_t *requires)
{
    if (!d->again && ngx_xassist_asked_lines(d, requires) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!d->ctx->known || d->principal.kind != STORE_KIND_EXTERNAL) {
        return NGX_OK;
    }

    return ngx_xassist_asked_profiles(d);
}


/* What is asked for, for this decision and every later one, and for the log;
   a guest's and a user's is found without a copy. */

static ngx_int_t
ngx_xassist_asked_lines(ngx_xassist_decision_t *d,
    const ngx_array_t *requires)
{
    uint16_t               *slots;
    ngx_uint_t              i, n;
    ngx_xassist_asked_t    *asked;
    ngx_xassist_require_t  *require;

    require = requires->elts;
    asked = &d->ctx->asked;

    ngx_memzero(asked, sizeof(ngx_xassist_asked_t));

    /* What asks for the API may have its lines on the stack. */

    slots = asked->slots;

    if (requires->nelts > NGX_XASSIST_SLOTS_HERE) {
        slots = ngx_palloc(d->request->pool,
                           requires->nelts * sizeof(uint16_t));
        if (slots == NULL) {
            return NGX_ERROR;
        }

        asked->more = slots;
    }

    n = 0;

    for (i = 0; i < requires->nelts; i++) {
        slots[i] = (uint16_t) require[i].slot;
        n += require[i].attributes != NULL ? require[i].attributes->nelts : 0;
    }

    asked->nslots = (uint16_t) requires->nelts;

    if (n == 0) {
        return NGX_OK;
    }

    asked->attributes = ngx_palloc(d->request->pool,
                                   n * sizeof(policy_attribute_t));
    if (asked->attributes == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < requires->nelts; i++) {
        if (require[i].attributes != NULL
            && ngx_xassist_asked_given(d->request, asked,
                                          require[i].attributes)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Once: after an internal redirect the variables may be others, and a
   connection that is decided again must not take memory each time. */

static ngx_int_t
ngx_xassist_asked_given(ngx_http_request_t *r, ngx_xassist_asked_t *asked,
    const ngx_array_t *attributes)
{
    ngx_str_t                 value;
    ngx_uint_t                i;
    policy_attribute_t       *given;
    ngx_xassist_attribute_t  *attribute;

    attribute = attributes->elts;

    for (i = 0; i < attributes->nelts; i++) {

        if (ngx_http_complex_value(r, &attribute[i].value, &value) != NGX_OK)
        {
            return NGX_ERROR;
        }

        given = &asked->attributes[asked->nattributes++];
        given->name.data = (char *) attribute[i].name.data;
        given->name.len = attribute[i].name.len;
        given->value.data = (char *) value.data;
        given->value.len = value.len;
    }

    return NGX_OK;
}


/* An external's, as of this decision: in the memory of the one before, since
   a stream of events decides for as long as it is open. */

static ngx_int_t
ngx_xassist_asked_profiles(ngx_xassist_decision_t *d)
{
    ngx_pool_t                    *pool;
    ngx_xassist_asked_external_t  *external;

    pool = d->request->pool;
    external = d->ctx->external;

    if (external == NULL) {
        external = ngx_pcalloc(pool, sizeof(ngx_xassist_asked_external_t));
        if (external == NULL) {
            return NGX_ERROR;
        }

        d->ctx->external = external;
    }

    d->ctx->asked.external = external;

    ngx_xassist_asked_copy(pool, &external->profiles[0],
                              &d->principal.profile);
    ngx_xassist_asked_copy(pool, &external->profiles[1],
                              &d->standing.call_profile);
    ngx_xassist_asked_copy(pool, &external->inviter_roles,
                              &d->standing.inviter_roles);

    return NGX_OK;
}


static void
ngx_xassist_asked_copy(ngx_pool_t *pool, ngx_str_t *copy,
    const store_slice_t *text)
{
    if (copy->len == text->len
        && (text->len == 0
            || ngx_memcmp(copy->data, text->data, text->len) == 0))
    {
        return;
    }

    copy->len = 0;
    copy->data = text->len != 0 ? ngx_pnalloc(pool, text->len) : NULL;

    if (copy->data != NULL) {
        ngx_memcpy(copy->data, text->data, text->len);
        copy->len = text->len;
    }
}

/* All rules that had to hold, in their order; the deciding one is
   $xassist_rule. */

ngx_int_t
ngx_xassist_asked_rules(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    size_t                     len;
    u_char                    *p;
    ngx_uint_t                 i;
    const uint16_t            *slots;
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
    return ngx_xassist_asked_external(ctx, value,
                     offsetof(ngx_xassist_asked_external_t, profiles[0]));
}


ngx_int_t
ngx_xassist_asked_call_profile(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    return ngx_xassist_asked_external(ctx, value,
                     offsetof(ngx_xassist_asked_external_t, profiles[1]));
}


ngx_int_t
ngx_xassist_asked_inviter_roles(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    return ngx_xassist_asked_external(ctx, value,
                     offsetof(ngx_xassist_asked_external_t, inviter_roles));
}


static ngx_int_t
ngx_xassist_asked_external(ngx_xassist_ctx_t *ctx, ngx_str_t *value,
    size_t offset)
{
    ngx_str_null(value);

    if (ctx->asked.external != NULL) {
        *value = *(ngx_str_t *) ((u_char *) ctx->asked.external + offset);
    }

    return NGX_OK;
}
