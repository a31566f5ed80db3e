#include "ngx_xassist_assist.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_look.h"
#include "ngx_xassist_roles.h"


typedef struct {
    ngx_pool_t           *pool;
    policy_assistance_t  *terms;
    ngx_str_t            *groups;
} ngx_xassist_assist_look_t;

typedef struct {
    const store_user_t   *user;
    policy_decision_t     decision;
} ngx_xassist_assist_may_t;


static ngx_int_t ngx_xassist_assist_look(const policy_image_t *image,
    void *data);
static ngx_int_t ngx_xassist_assist_groups(const policy_image_t *image,
    ngx_pool_t *pool, ngx_uint_t n, ngx_str_t *groups);
static ngx_int_t ngx_xassist_assist_names(const policy_image_t *image,
    void *data);
static ngx_int_t ngx_xassist_assist_allowed(const policy_image_t *image,
    void *data);


ngx_uint_t
ngx_xassist_assist_same(const ngx_xassist_ctx_t *ctx)
{
    return !ctx->has_told || store_id_equal(&ctx->subject, &ctx->told);
}


void
ngx_xassist_assist_subject(const ngx_xassist_ctx_t *ctx, store_op_t *op)
{
    if (ctx != NULL && ctx->known
        && !store_id_none(&op->actor)
        && store_id_equal(&op->actor, &ctx->user))
    {
        op->subject = ctx->subject;
    }
}


uint32_t
ngx_xassist_assist_rule(const policy_image_t *image, const ngx_str_t *name)
{
    policy_str_t         text;
    policy_assistance_t  terms;

    static const ngx_str_t  requires = ngx_string("assistance.requires");

    if (name->len == requires.len
        && ngx_memcmp(name->data, requires.data, requires.len) == 0)
    {
        return policy_assistance(image, &terms) == POLICY_OK
               ? terms.requires : POLICY_NONE;
    }

    text.data = (char *) name->data;
    text.len = name->len;

    return policy_rule_find(image, text);
}


ngx_int_t
ngx_xassist_assist_terms(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    policy_assistance_t *terms, ngx_str_t *groups)
{
    ngx_xassist_assist_look_t  look;

    look.pool = pool;
    look.terms = terms;
    look.groups = groups;

    return ngx_xassist_look(worker->conf->zone->data,
                            ngx_xassist_assist_look, &look);
}


static ngx_int_t
ngx_xassist_assist_look(const policy_image_t *image, void *data)
{
    ngx_xassist_assist_look_t  *look = data;

    return policy_assistance(image, look->terms) == POLICY_OK
           ? ngx_xassist_assist_groups(image, look->pool, look->terms->groups,
                                       look->groups)
           : NGX_ERROR;
}


static ngx_int_t
ngx_xassist_assist_groups(const policy_image_t *image, ngx_pool_t *pool,
    ngx_uint_t n, ngx_str_t *groups)
{
    u_char        *p;
    size_t         len;
    ngx_uint_t     i;
    policy_str_t   name;

    ngx_str_null(groups);

    if (n == 0) {
        return NGX_OK;
    }

    len = 0;

    for (i = 0; i < n && len <= STORE_LIMIT_VALUE; i++) {
        len += policy_assistance_group(image, i).len + 1;
    }

    /* Lost names would open what they closed, were none left. */

    p = len <= STORE_LIMIT_VALUE ? ngx_pnalloc(pool, len) : NULL;
    if (p == NULL) {
        return NGX_ERROR;
    }

    groups->data = p;

    for (i = 0; i < n; i++) {
        name = policy_assistance_group(image, i);

        /* The policy may have changed since its names were counted. */

        if (name.len + 1 > len - (p - groups->data)) {
            return NGX_ERROR;
        }

        p = ngx_cpymem(p, name.data, name.len);
        *p++ = ',';
    }

    groups->len = p - groups->data;

    return NGX_OK;
}


ngx_array_t *
ngx_xassist_assist_shortcuts(ngx_xassist_worker_t *worker, ngx_pool_t *pool)
{
    ngx_array_t  *names;

    names = ngx_array_create(pool, 8, sizeof(ngx_str_t));

    return names != NULL
           && ngx_xassist_look(worker->conf->zone->data,
                               ngx_xassist_assist_names, names)
              == NGX_OK ? names : NULL;
}


static ngx_int_t
ngx_xassist_assist_names(const policy_image_t *image, void *data)
{
    ngx_array_t  *names = data;

    ngx_str_t            *name;
    ngx_uint_t            i;
    policy_str_t          text;
    policy_assistance_t   terms;

    names->nelts = 0;

    if (policy_assistance(image, &terms) != POLICY_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < terms.shortcuts; i++) {
        text = policy_assistance_shortcut(image, i);
        name = text.len <= STORE_LIMIT_FIELD ? ngx_array_push(names) : NULL;
        if (name == NULL) {
            return NGX_ERROR;
        }

        name->len = text.len;
        name->data = ngx_pnalloc(names->pool, text.len + 1);
        if (name->data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(name->data, text.data, text.len);
    }

    return NGX_OK;
}


ngx_int_t
ngx_xassist_assist_may(ngx_xassist_worker_t *worker, const store_user_t *user)
{
    ngx_xassist_assist_may_t  look;

    look.user = user;

    return !user->suspended
           && ngx_xassist_look(worker->conf->zone->data,
                               ngx_xassist_assist_allowed, &look)
              == NGX_OK
           && look.decision.verdict == POLICY_ALLOW ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_xassist_assist_allowed(const policy_image_t *image, void *data)
{
    ngx_xassist_assist_may_t  *look = data;

    uint32_t             roles[NGX_XASSIST_MAX_ROLES];
    policy_query_t       query;
    policy_assistance_t  terms;

    ngx_memzero(&look->decision, sizeof(policy_decision_t));
    ngx_memzero(&query, sizeof(policy_query_t));

    query.kind = POLICY_KIND_REGULAR;
    query.device = POLICY_DEVICE_WEB;
    query.facts = look->user->licensed ? POLICY_FACT_LICENSED : 0;
    query.profiles[0] = POLICY_NONE;
    query.profiles[1] = POLICY_NONE;
    query.roles = roles;

    if (ngx_xassist_roles(image, &look->user->roles, roles, &query.nroles)
        != NGX_OK
        || policy_assistance(image, &terms) != POLICY_OK)
    {
        return NGX_ERROR;
    }

    policy_decide(image, terms.requires, &query, &look->decision);

    return NGX_OK;
}
