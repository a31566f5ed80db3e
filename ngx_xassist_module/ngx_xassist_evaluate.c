#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_asked.h"
#include "ngx_xassist_assist.h"
#include "ngx_xassist_group.h"
#include "ngx_xassist_look.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_roles.h"
#include "ngx_xassist_shadow.h"


static void ngx_xassist_evaluate_live(ngx_xassist_decision_t *d,
    const ngx_array_t *requires);
static uint32_t ngx_xassist_evaluate_slot(ngx_xassist_decision_t *d,
    const policy_image_t *image, ngx_uint_t slot);
static ngx_int_t ngx_xassist_evaluate_held(ngx_xassist_decision_t *d,
    const policy_image_t *image, ngx_uint_t live, const store_slice_t *names,
    uint32_t *roles, uint32_t *n);
static ngx_int_t ngx_xassist_evaluate_call(ngx_xassist_decision_t *d,
    const ngx_str_t *text);
static uint32_t ngx_xassist_evaluate_facts(const store_standing_t *ss);
static uint32_t ngx_xassist_evaluate_profile(const policy_image_t *image,
    const store_slice_t *name);
static ngx_int_t ngx_xassist_evaluate_attributes(ngx_xassist_decision_t *d,
    const ngx_xassist_require_t *require, ngx_uint_t *given);
static ngx_int_t ngx_xassist_evaluate_settings(const policy_image_t *image,
    void *data);


void
ngx_xassist_evaluate(ngx_xassist_decision_t *d,
    const ngx_array_t *requires)
{
    if (ngx_xassist_asked_keep(d, requires) != NGX_OK) {
        d->ctx->verdict = NGX_XASSIST_ERROR;
        d->ctx->reason = NGX_XASSIST_R_STORE_UNAVAILABLE;
        return;
    }

    d->query.facts = 0;

    ngx_xassist_evaluate_live(d, requires);

    d->ctx->asked.facts = d->query.facts;

    if (d->worker->conf->shadow != NULL) {
        ngx_xassist_shadow(d, requires);
    }
}


static void
ngx_xassist_evaluate_live(ngx_xassist_decision_t *d,
    const ngx_array_t *requires)
{
    ngx_xassist_ctx_t       *ctx;
    ngx_xassist_rule_t      *rules;
    ngx_xassist_evaluated_t  ev;

    ctx = d->ctx;

    ev.d = d;
    ev.requires = requires;
    ev.live = 1;

    if (ngx_xassist_look(d->worker->conf->zone->data,
                         ngx_xassist_evaluate_rules, &ev)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_ERR, d->request->connection->log, 0,
                      "xassist: the policy could not be read");

        ctx->verdict = NGX_XASSIST_ERROR;
        ctx->reason = NGX_XASSIST_R_STORE_UNAVAILABLE;
        return;
    }

    rules = d->worker->conf->rules.elts;

    ctx->generation = ev.generation;
    ctx->rule = rules[ev.slot].name;

    if (ev.decision.verdict == POLICY_ALLOW) {
        ctx->verdict = NGX_XASSIST_ALLOW;
        return;
    }

    ctx->verdict = ev.decision.verdict == POLICY_DENY ? NGX_XASSIST_DENY
                                                      : NGX_XASSIST_ERROR;
    ctx->reason = ngx_xassist_reason_of_policy(ev.decision.reason);

    if (d->unseated
        && ev.decision.reason == POLICY_REASON_PERMISSION_MISSING)
    {
        ctx->reason = NGX_XASSIST_R_NO_SEAT;
    }

    if (ev.decision.reason == POLICY_REASON_UNKNOWN_RULE) {
        ngx_log_error(NGX_LOG_ERR, d->request->connection->log, 0,
                      "xassist: the policy has no rule or permission \"%V\" "
                      "any more", &ctx->rule);
    }
}


ngx_int_t
ngx_xassist_evaluate_rules(const policy_image_t *image, void *data)
{
    ngx_xassist_evaluated_t  *ev = data;

    uint32_t                 facts, rule;
    ngx_uint_t               i, given, grouped;
    ngx_xassist_require_t   *require;
    ngx_xassist_decision_t  *d;

    d = ev->d;
    ev->slot = 0;
    ev->generation = image->generation;
    ngx_memzero(&ev->decision, sizeof(policy_decision_t));

    if (ngx_xassist_evaluate_query(d, image, ev->live) != NGX_OK) {
        return NGX_ERROR;
    }

    given = 0;
    facts = d->query.facts;
    require = ev->requires->elts;

    for (i = 0; i < ev->requires->nelts; i++) {

        ev->slot = require[i].slot;
        d->query.facts = facts;
        d->owner = d->standing.owner_id;

        if (ngx_xassist_evaluate_attributes(d, &require[i], &given)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        rule = ev->live ? ngx_xassist_slot(d->worker, image, ev->slot)
                        : ngx_xassist_evaluate_slot(d, image, ev->slot);

        grouped = ev->live ? d->worker->grouped[ev->slot]
                           : (policy_rule_facts(image, rule)
                              & POLICY_FACT_IN_GROUP) != 0;

        if (grouped && ngx_xassist_group(d) != NGX_OK) {
            return NGX_ERROR;
        }

        policy_decide(image, rule, &d->query, &ev->decision);

        if (ev->decision.verdict != POLICY_ALLOW) {
            break;
        }
    }

    return NGX_OK;
}


static uint32_t
ngx_xassist_evaluate_slot(ngx_xassist_decision_t *d,
    const policy_image_t *image, ngx_uint_t slot)
{
    ngx_xassist_rule_t  *rules;

    rules = d->worker->conf->rules.elts;

    return ngx_xassist_assist_rule(image, &rules[slot].name);
}


ngx_int_t
ngx_xassist_evaluate_query(ngx_xassist_decision_t *d,
    const policy_image_t *image, ngx_uint_t live)
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
               | (sp->single_user ? POLICY_FACT_SINGLE_USER : 0)
               | (d->ctx->has_place ? POLICY_FACT_SAME_ACCOUNT : 0);

    if (d->ctx->has_call) {
        q->facts |= ngx_xassist_evaluate_facts(ss);
    }

    if (ngx_xassist_evaluate_held(d, image, live, &sp->roles, d->roles,
                                  &q->nroles)
        != NGX_OK
        || ngx_xassist_evaluate_held(d, image, live, &ss->inviter_roles,
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


static ngx_int_t
ngx_xassist_evaluate_held(ngx_xassist_decision_t *d,
    const policy_image_t *image, ngx_uint_t live, const store_slice_t *names,
    uint32_t *roles, uint32_t *n)
{
    return live ? ngx_xassist_roles_live(d->worker, image, names, roles, n)
                : ngx_xassist_roles(image, names, roles, n);
}


static uint32_t
ngx_xassist_evaluate_facts(const store_standing_t *ss)
{
    return POLICY_FACT_SAME_ACCOUNT
           | (ss->in_call ? POLICY_FACT_GUEST_IN_CALL : 0)
           | (ss->member ? POLICY_FACT_CALL_MEMBER : 0)
           | (ss->owner ? POLICY_FACT_CALL_OWNER : 0)
           | (ss->inviter_holds ? POLICY_FACT_INVITER_HOLDS : 0);
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


/* Those of the line, which stand at `given` of all. */

static ngx_int_t
ngx_xassist_evaluate_attributes(ngx_xassist_decision_t *d,
    const ngx_xassist_require_t *require, ngx_uint_t *given)
{
    ngx_str_t              value;
    ngx_uint_t             i, n;
    ngx_xassist_asked_t   *asked;
    policy_attribute_t    *attribute;

    d->query.nattributes = 0;

    if (require->attributes == NULL) {
        return NGX_OK;
    }

    asked = &d->ctx->asked;
    n = require->attributes->nelts;

    if (*given + n > asked->nattributes) {
        return NGX_ERROR;
    }

    attribute = &asked->attributes[*given];
    *given += n;

    d->query.attributes = attribute;
    d->query.nattributes = n;

    for (i = 0; i < n; i++) {

        if (attribute[i].name.len != 4
            || ngx_strncmp(attribute[i].name.data, "call", 4) != 0)
        {
            continue;
        }

        value.data = (u_char *) attribute[i].value.data;
        value.len = attribute[i].value.len;

        if (ngx_xassist_evaluate_call(d, &value) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * call=ID where xassist_call names none: the rule asks about that call, and
 * nobody joins it.  It may have ended; then whoever was in it took part, but
 * a guest's session is of it no more.
 */

static ngx_int_t
ngx_xassist_evaluate_call(ngx_xassist_decision_t *d, const ngx_str_t *text)
{
    store_id_t        call;
    store_standing_t  ss;

    if (d->ctx->has_call || !d->ctx->known
        || ngx_xassist_id_parse(text, &call) != NGX_OK)
    {
        return NGX_OK;
    }

    if (store_standing(d->worker->read, &d->principal, &call,
                       ngx_xassist_now(), &ss)
        != STORE_OK)
    {
        return NGX_ERROR;
    }

    if (!ss.known) {
        return NGX_OK;
    }

    if (ss.state == STORE_CALL_ENDED && ss.part_state >= STORE_PART_PRESENT) {
        ss.member = 1;
    }

    if (ss.reason != STORE_REASON_NONE) {
        ss.in_call = 0;
    }

    /* The cap of an external is known only where xassist_call names it. */

    ss.inviter_holds = 0;

    d->owner = ss.owner_id;
    d->query.facts |= ngx_xassist_evaluate_facts(&ss);

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
            worker->slots[i] = ngx_xassist_assist_rule(image,
                                                       &rules[i].name);
            worker->grouped[i] = (policy_rule_facts(image, worker->slots[i])
                                  & POLICY_FACT_IN_GROUP) != 0;
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
    return ngx_xassist_look(worker->conf->zone->data,
                            ngx_xassist_evaluate_settings, settings);
}


static ngx_int_t
ngx_xassist_evaluate_settings(const policy_image_t *image, void *data)
{
    policy_settings_t  *settings = data;

    return policy_settings(image, settings) == POLICY_OK ? NGX_OK : NGX_ERROR;
}
