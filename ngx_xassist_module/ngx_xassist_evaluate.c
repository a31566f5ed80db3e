#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_reason.h"


/* A reader that loses this many races against the writer refuses. */
#define NGX_XASSIST_RETRIES  16


static ngx_int_t ngx_xassist_evaluate_rules(ngx_xassist_decision_t *d,
    const policy_image_t *image, const ngx_array_t *requires,
    policy_decision_t *decision, ngx_uint_t *slot);
static ngx_int_t ngx_xassist_evaluate_query(ngx_xassist_decision_t *d,
    const policy_image_t *image);
static uint32_t ngx_xassist_evaluate_profile(const policy_image_t *image,
    const store_slice_t *name);
static ngx_int_t ngx_xassist_evaluate_roles(const policy_image_t *image,
    const store_slice_t *names, uint32_t *roles, uint32_t *n);
static ngx_int_t ngx_xassist_evaluate_attributes(ngx_xassist_decision_t *d,
    const ngx_xassist_require_t *require);


/*
 * Evaluates until what was read of the image was whole: the master may
 * publish two policies while one decision runs.
 */

void
ngx_xassist_evaluate(ngx_xassist_decision_t *d,
    const ngx_array_t *requires)
{
    ngx_int_t            rc;
    ngx_uint_t           i, slot;
    policy_zone_t       *zone;
    policy_image_t       image;
    policy_decision_t    decision;
    ngx_xassist_ctx_t   *ctx;
    ngx_xassist_rule_t  *rules;

    ctx = d->ctx;
    zone = d->worker->conf->zone->data;
    rules = d->worker->conf->rules.elts;

    for (i = 0; i < NGX_XASSIST_RETRIES; i++) {

        if (policy_zone_read(zone, &image) != POLICY_OK) {
            break;
        }

        slot = 0;
        rc = ngx_xassist_evaluate_rules(d, &image, requires, &decision, &slot);

        if (!policy_zone_settled(zone, &image)) {
            continue;
        }

        if (rc != NGX_OK) {
            break;
        }

        ctx->generation = image.generation;
        ctx->rule = rules[slot].name;

        if (decision.verdict == POLICY_ALLOW) {
            ctx->verdict = NGX_XASSIST_ALLOW;
            return;
        }

        ctx->verdict = decision.verdict == POLICY_DENY ? NGX_XASSIST_DENY
                                                       : NGX_XASSIST_ERROR;
        ctx->reason = ngx_xassist_reason_of_policy(decision.reason);

        if (decision.reason == POLICY_REASON_UNKNOWN_RULE) {
            ngx_log_error(NGX_LOG_ERR, d->request->connection->log, 0,
                          "xassist: the policy has no rule or permission "
                          "\"%V\" any more", &ctx->rule);
        }

        return;
    }

    ngx_log_error(NGX_LOG_ERR, d->request->connection->log, 0,
                  "xassist: the policy could not be read");

    ctx->verdict = NGX_XASSIST_ERROR;
    ctx->reason = NGX_XASSIST_R_STORE_UNAVAILABLE;
}


/* All lines must hold; the first that does not decides. */

static ngx_int_t
ngx_xassist_evaluate_rules(ngx_xassist_decision_t *d,
    const policy_image_t *image, const ngx_array_t *requires,
    policy_decision_t *decision, ngx_uint_t *slot)
{
    ngx_uint_t              i;
    ngx_xassist_require_t  *require;

    if (ngx_xassist_evaluate_query(d, image) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(decision, sizeof(policy_decision_t));

    require = requires->elts;

    for (i = 0; i < requires->nelts; i++) {

        *slot = require[i].slot;

        if (ngx_xassist_evaluate_attributes(d, &require[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        policy_decide(image, ngx_xassist_slot(d->worker, image, *slot),
                      &d->query, decision);

        if (decision->verdict != POLICY_ALLOW) {
            break;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_evaluate_query(ngx_xassist_decision_t *d,
    const policy_image_t *image)
{
    policy_query_t     *q;
    store_standing_t   *ss;
    store_principal_t  *sp;

    q = &d->query;
    sp = &d->principal;
    ss = &d->standing;

    ngx_memzero(q, sizeof(policy_query_t));
    q->profiles[0] = POLICY_NONE;
    q->profiles[1] = POLICY_NONE;

    if (!d->ctx->known) {
        q->kind = POLICY_KIND_ANONYMOUS;
        return NGX_OK;
    }

    q->kind = ngx_xassist_evaluate_kind(sp->kind);
    q->device = sp->device;
    q->facts = (sp->licensed ? POLICY_FACT_LICENSED : 0)
               | (sp->single_user ? POLICY_FACT_SINGLE_USER : 0);

    if (d->ctx->has_call) {
        q->facts |= POLICY_FACT_SAME_ACCOUNT
                    | (ss->in_call ? POLICY_FACT_GUEST_IN_CALL : 0)
                    | (ss->member ? POLICY_FACT_CALL_MEMBER : 0)
                    | (ss->owner ? POLICY_FACT_CALL_OWNER : 0)
                    | (ss->inviter_holds ? POLICY_FACT_INVITER_HOLDS : 0);
    }

    if (ngx_xassist_evaluate_roles(image, &sp->roles, d->roles, &q->nroles)
        != NGX_OK
        || ngx_xassist_evaluate_roles(image, &ss->inviter_roles,
                                    d->inviter_roles, &q->ninviter_roles)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    q->roles = d->roles;
    q->inviter_roles = d->inviter_roles;

    if (q->kind == POLICY_KIND_EXTERNAL) {
        q->profiles[0] = ngx_xassist_evaluate_profile(image, &sp->profile);
        q->profiles[1] = ngx_xassist_evaluate_profile(image, &ss->call_profile);
    }

    return NGX_OK;
}


policy_kind_t
ngx_xassist_evaluate_kind(store_kind_t kind)
{
    switch (kind) {

    case STORE_KIND_USER:
        return POLICY_KIND_REGULAR;

    case STORE_KIND_GUEST:
        return POLICY_KIND_GUEST;

    case STORE_KIND_EXTERNAL:
        return POLICY_KIND_EXTERNAL;

    case STORE_KIND_SERVICE:
        return POLICY_KIND_SERVICE;
    }

    return POLICY_KIND_ANONYMOUS;
}


/*
 * A profile that is named and gone must not fall through to the next layer:
 * an index out of range makes the decision an error.
 */

static uint32_t
ngx_xassist_evaluate_profile(const policy_image_t *image,
    const store_slice_t *name)
{
    uint32_t      profile;
    policy_str_t  text;

    if (name->len == 0) {
        return POLICY_NONE;
    }

    text.data = (const char *) name->data;
    text.len = name->len;

    profile = policy_profile_find(image, text);

    return profile == POLICY_NONE ? POLICY_NONE - 1 : profile;
}


static ngx_int_t
ngx_xassist_evaluate_roles(const policy_image_t *image,
    const store_slice_t *names, uint32_t *roles, uint32_t *n)
{
    const u_char  *p, *end, *last;

    *n = 0;

    if (names->len == 0) {
        return NGX_OK;
    }

    end = names->data + names->len;

    for (p = names->data; p < end; p = last + 1) {

        last = memchr(p, ',', end - p);
        if (last == NULL) {
            last = end;
        }

        /* Dropping a role could make a rule with `not` allow. */

        if (*n == NGX_XASSIST_MAX_ROLES) {
            return NGX_ERROR;
        }

        roles[(*n)++] = policy_role_find(image,
                            (policy_str_t) { (const char *) p, last - p });
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_evaluate_attributes(ngx_xassist_decision_t *d,
    const ngx_xassist_require_t *require)
{
    ngx_str_t                 value;
    ngx_uint_t                i;
    ngx_xassist_attribute_t  *attribute;

    d->query.attributes = d->attributes;
    d->query.nattributes = 0;

    if (require->attributes == NULL) {
        return NGX_OK;
    }

    attribute = require->attributes->elts;

    for (i = 0; i < require->attributes->nelts; i++) {

        if (i == NGX_XASSIST_ATTRIBUTES
            || ngx_http_complex_value(d->request, &attribute[i].value, &value)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        d->attributes[i].name.data = (char *) attribute[i].name.data;
        d->attributes[i].name.len = attribute[i].name.len;
        d->attributes[i].value.data = (char *) value.data;
        d->attributes[i].value.len = value.len;
        d->query.nattributes++;
    }

    return NGX_OK;
}


uint32_t
ngx_xassist_slot(ngx_xassist_worker_t *worker, const policy_image_t *image,
    ngx_uint_t slot)
{
    ngx_uint_t           i;
    ngx_xassist_rule_t  *rules;

    if (worker->generation != image->generation) {

        rules = worker->conf->rules.elts;

        for (i = 0; i < worker->conf->rules.nelts; i++) {
            worker->slots[i] = policy_rule_find(image,
                                   (policy_str_t) {
                                       (char *) rules[i].name.data,
                                       rules[i].name.len });
        }

        /* Names read from a torn image must be looked up again. */

        worker->generation = policy_zone_settled(worker->conf->zone->data,
                                                 image)
                             ? image->generation : 0;
    }

    return worker->slots[slot];
}


ngx_int_t
ngx_xassist_settings(ngx_xassist_worker_t *worker,
    policy_settings_t *settings)
{
    ngx_uint_t        i;
    policy_zone_t    *zone;
    policy_image_t    image;
    policy_status_t   status;

    zone = worker->conf->zone->data;

    for (i = 0; i < NGX_XASSIST_RETRIES; i++) {

        if (policy_zone_read(zone, &image) != POLICY_OK) {
            return NGX_ERROR;
        }

        status = policy_settings(&image, settings);

        if (policy_zone_settled(zone, &image)) {
            return status == POLICY_OK ? NGX_OK : NGX_ERROR;
        }
    }

    return NGX_ERROR;
}
