#include "ngx_xassist_decide.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_worker.h"


/* A reader that loses this many races against the writer refuses. */
#define NGX_XASSIST_RETRIES     16
#define NGX_XASSIST_ATTRIBUTES  16


/* What one decision works with; lives on the stack. */
typedef struct {
    ngx_http_request_t            *request;
    ngx_xassist_worker_t          *worker;
    ngx_xassist_ctx_t             *ctx;
    store_principal_t              principal;
    store_standing_t               standing;
    policy_query_t                 query;
    uint32_t                       roles[NGX_XASSIST_MAX_ROLES];
    uint32_t                       inviter_roles[NGX_XASSIST_MAX_ROLES];
    policy_attribute_t             attributes[NGX_XASSIST_ATTRIBUTES];
} ngx_xassist_decision_t;


static void ngx_xassist_decide_refuse(ngx_xassist_ctx_t *ctx,
    ngx_xassist_verdict_t verdict, ngx_xassist_reason_t reason);
static ngx_int_t ngx_xassist_decide_who(ngx_xassist_decision_t *d);
static ngx_int_t ngx_xassist_decide_read(ngx_xassist_decision_t *d,
    const store_id_t *session);
static void ngx_xassist_decide_ids(ngx_xassist_decision_t *d);
static ngx_int_t ngx_xassist_decide_keep(ngx_xassist_decision_t *d);
static void ngx_xassist_decide_policy(ngx_xassist_decision_t *d,
    const ngx_array_t *requires);
static ngx_int_t ngx_xassist_decide_rules(ngx_xassist_decision_t *d,
    const policy_image_t *image, const ngx_array_t *requires,
    policy_decision_t *decision, ngx_uint_t *slot);
static ngx_int_t ngx_xassist_decide_query(ngx_xassist_decision_t *d,
    const policy_image_t *image);
static policy_kind_t ngx_xassist_decide_kind(store_kind_t kind);
static uint32_t ngx_xassist_decide_profile(const policy_image_t *image,
    const store_slice_t *name);
static ngx_int_t ngx_xassist_decide_roles(const policy_image_t *image,
    const store_slice_t *names, uint32_t *roles, uint32_t *n);
static ngx_int_t ngx_xassist_decide_attributes(ngx_xassist_decision_t *d,
    const ngx_xassist_require_t *require);


void
ngx_xassist_decide(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_loc_conf_t *xlcf)
{
    ngx_str_t    text;
    store_id_t   call;

    if (xlcf->call == NULL) {
        ngx_xassist_decide_for(r, ctx, NULL, xlcf->requires);
        return;
    }

    /* What is no id names no call. */

    if (ngx_http_complex_value(r, xlcf->call, &text) != NGX_OK
        || ngx_xassist_id_parse(&text, &call) != NGX_OK)
    {
        ngx_memzero(&call, sizeof(store_id_t));
    }

    ngx_xassist_decide_for(r, ctx, &call, xlcf->requires);
}


void
ngx_xassist_decide_for(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const store_id_t *call, const ngx_array_t *requires)
{
    ngx_int_t               rc;
    struct timespec         before, after;
    ngx_xassist_decision_t  d;

    (void) clock_gettime(CLOCK_MONOTONIC, &before);

    ctx->verdict = NGX_XASSIST_UNDECIDED;
    ctx->reason = NGX_XASSIST_R_NONE;
    ctx->generation = 0;
    ngx_str_null(&ctx->rule);

    d.request = r;
    d.ctx = ctx;
    d.worker = ngx_xassist_worker(r);

    ctx->has_call = call != NULL;

    if (call != NULL) {
        ctx->call = *call;
    }

    if (ngx_xassist_worker_read(d.worker) != NGX_OK) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_ERROR,
                                  NGX_XASSIST_R_STORE_UNAVAILABLE);
        return;
    }

    rc = ngx_xassist_decide_who(&d);

    if (rc == NGX_OK) {
        ngx_xassist_decide_policy(&d, requires);

        if (ctx->verdict == NGX_XASSIST_ALLOW
            && ngx_xassist_decide_keep(&d) != NGX_OK)
        {
            rc = NGX_ERROR;
        }
    }

    store_read_reset(d.worker->read);

    if (rc == NGX_ERROR) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_ERROR,
                                  NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &after);

    ctx->took = (uint64_t) (after.tv_sec - before.tv_sec) * 1000000
                + (uint64_t) (after.tv_nsec - before.tv_nsec) / 1000;
}


static void
ngx_xassist_decide_refuse(ngx_xassist_ctx_t *ctx,
    ngx_xassist_verdict_t verdict, ngx_xassist_reason_t reason)
{
    ctx->verdict = verdict;
    ctx->reason = reason;
}


/*
 * Which of the credentials counts.  Where a call is named, a guest's session
 * wins if it is of that call; elsewhere a guest's cookie says nothing.
 * NGX_DECLINED: refused, with the reason in the context.
 */

static ngx_int_t
ngx_xassist_decide_who(ngx_xassist_decision_t *d)
{
    ngx_int_t           rc;
    ngx_xassist_ctx_t  *ctx;

    ctx = d->ctx;

    if (ngx_xassist_identify(d->request, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(&d->principal, sizeof(store_principal_t));
    ngx_memzero(&d->standing, sizeof(store_standing_t));
    ctx->known = 0;

    if (ctx->has_guest && (ctx->has_call || ctx->bearer)) {

        rc = ngx_xassist_decide_read(d, &ctx->guest_session);

        if (rc != NGX_OK) {
            return rc;
        }

        if (!ctx->has_user || d->standing.in_call) {
            goto found;
        }
    }

    if (ctx->has_user) {

        rc = ngx_xassist_decide_read(d, &ctx->user_session);

        if (rc != NGX_OK) {
            return rc;
        }

        goto found;
    }

    ctx->kind = POLICY_KIND_ANONYMOUS;

    return NGX_OK;

found:

    ngx_xassist_decide_ids(d);

    if (d->principal.reason != STORE_REASON_NONE) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_DENY,
                         ngx_xassist_reason_of_store(d->principal.reason));
        return NGX_DECLINED;
    }

    ctx->known = 1;

    if (!ctx->has_call) {
        return NGX_OK;
    }

    if (!d->standing.known) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_DENY,
                                  NGX_XASSIST_R_PERMISSION_MISSING);
        return NGX_DECLINED;
    }

    if (d->standing.reason != STORE_REASON_NONE) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_DENY,
                         ngx_xassist_reason_of_store(d->standing.reason));
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_decide_read(ngx_xassist_decision_t *d, const store_id_t *session)
{
    uint64_t         now;
    store_status_t   status;
    const char      *what;

    now = ngx_xassist_now();
    what = "principal";

    status = store_principal(d->worker->read, session, now, &d->principal);

    if (status == STORE_OK && d->ctx->has_call
        && d->principal.reason == STORE_REASON_NONE)
    {
        what = "standing";
        status = store_standing(d->worker->read, &d->principal,
                                &d->ctx->call, now, &d->standing);
    }

    if (status != STORE_OK) {
        ngx_log_error(NGX_LOG_ERR, d->request->connection->log, 0,
                      "xassist: reading the %s failed: %s", what,
                      store_status_text(status));
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Also of a principal that is refused: the log shall name it. */

static void
ngx_xassist_decide_ids(ngx_xassist_decision_t *d)
{
    store_principal_t  *sp;
    ngx_xassist_ctx_t  *ctx;

    ctx = d->ctx;
    sp = &d->principal;

    ctx->kind = ngx_xassist_decide_kind(sp->kind);
    ctx->device = sp->device;
    ctx->session = sp->session;
    ctx->account = sp->account;
    ctx->user = sp->user;
    ctx->invitation = sp->invitation;
    ctx->expires = sp->expires;
    ctx->participant = ctx->has_call ? d->standing.participant
                                     : sp->participant;
    ctx->room = d->standing.room;
}


/* Copies what outlives the read transaction into the request's pool. */

static ngx_int_t
ngx_xassist_decide_keep(ngx_xassist_decision_t *d)
{
    u_char             *p;
    store_principal_t  *sp;
    ngx_xassist_ctx_t  *ctx;

    ctx = d->ctx;
    sp = &d->principal;

    if (!ctx->known) {
        return NGX_OK;
    }

    if (ctx->name.data == NULL && sp->name.len + sp->roles.len) {
        p = ngx_pnalloc(d->request->pool, sp->name.len + sp->roles.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ctx->name.data = p;
        ctx->name.len = sp->name.len;
        p = ngx_cpymem(p, sp->name.data, sp->name.len);

        ctx->roles.data = p;
        ctx->roles.len = sp->roles.len;
        ngx_memcpy(p, sp->roles.data, sp->roles.len);
    }

    return NGX_OK;
}


/*
 * Evaluates until what was read of the image was whole: the master may
 * publish two policies while one decision runs.
 */

static void
ngx_xassist_decide_policy(ngx_xassist_decision_t *d,
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
        rc = ngx_xassist_decide_rules(d, &image, requires, &decision, &slot);

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

        ngx_xassist_decide_refuse(ctx, decision.verdict == POLICY_DENY
                                       ? NGX_XASSIST_DENY : NGX_XASSIST_ERROR,
                              ngx_xassist_reason_of_policy(decision.reason));

        if (decision.reason == POLICY_REASON_UNKNOWN_RULE) {
            ngx_log_error(NGX_LOG_ERR, d->request->connection->log, 0,
                          "xassist: the policy has no rule or permission "
                          "\"%V\" any more", &ctx->rule);
        }

        return;
    }

    ngx_log_error(NGX_LOG_ERR, d->request->connection->log, 0,
                  "xassist: the policy could not be read");

    ngx_xassist_decide_refuse(ctx, NGX_XASSIST_ERROR,
                              NGX_XASSIST_R_STORE_UNAVAILABLE);
}


/* All lines must hold; the first that does not decides. */

static ngx_int_t
ngx_xassist_decide_rules(ngx_xassist_decision_t *d,
    const policy_image_t *image, const ngx_array_t *requires,
    policy_decision_t *decision, ngx_uint_t *slot)
{
    ngx_uint_t              i;
    ngx_xassist_require_t  *require;

    if (ngx_xassist_decide_query(d, image) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(decision, sizeof(policy_decision_t));

    require = requires->elts;

    for (i = 0; i < requires->nelts; i++) {

        *slot = require[i].slot;

        if (ngx_xassist_decide_attributes(d, &require[i]) != NGX_OK) {
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
ngx_xassist_decide_query(ngx_xassist_decision_t *d,
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

    q->kind = ngx_xassist_decide_kind(sp->kind);
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

    if (ngx_xassist_decide_roles(image, &sp->roles, d->roles, &q->nroles)
        != NGX_OK
        || ngx_xassist_decide_roles(image, &ss->inviter_roles,
                                    d->inviter_roles, &q->ninviter_roles)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    q->roles = d->roles;
    q->inviter_roles = d->inviter_roles;

    if (q->kind == POLICY_KIND_EXTERNAL) {
        q->profiles[0] = ngx_xassist_decide_profile(image, &sp->profile);
        q->profiles[1] = ngx_xassist_decide_profile(image, &ss->call_profile);
    }

    return NGX_OK;
}


static policy_kind_t
ngx_xassist_decide_kind(store_kind_t kind)
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
ngx_xassist_decide_profile(const policy_image_t *image,
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
ngx_xassist_decide_roles(const policy_image_t *image,
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
ngx_xassist_decide_attributes(ngx_xassist_decision_t *d,
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
