/*
 * What the live policy would say to somebody else, and why: every test that
 * the decision makes, from the principal as the store has it now.
 */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_assist.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_group.h"
#include "ngx_xassist_look.h"


typedef struct {
    ngx_str_t    rule;
    ngx_str_t    user;                 /* id or name in the account */
    ngx_str_t    session;
    ngx_str_t    call;
} ngx_xassist_explain_asked_t;

typedef struct {
    ngx_xassist_api_t        *api;
    const ngx_str_t          *rule;
    ngx_xassist_decision_t   *d;
} ngx_xassist_explain_look_t;


static ngx_xassist_reason_t ngx_xassist_explain_asked(
    ngx_xassist_api_t *api, ngx_xassist_explain_asked_t *asked,
    ngx_xassist_decision_t *d);
static ngx_xassist_reason_t ngx_xassist_explain_member(
    ngx_xassist_api_t *api, ngx_str_t *name, ngx_str_t *value,
    ngx_xassist_explain_asked_t *asked, ngx_xassist_decision_t *d);
static ngx_int_t ngx_xassist_explain_decode(ngx_pool_t *pool,
    ngx_str_t *text);
static ngx_xassist_reason_t ngx_xassist_explain_who(ngx_xassist_api_t *api,
    const ngx_xassist_explain_asked_t *asked, ngx_xassist_decision_t *d);
static ngx_xassist_reason_t ngx_xassist_explain_user(ngx_xassist_api_t *api,
    const ngx_str_t *user, ngx_xassist_decision_t *d);
static ngx_xassist_reason_t ngx_xassist_explain_call(ngx_xassist_api_t *api,
    const ngx_str_t *call, ngx_xassist_decision_t *d);
static ngx_xassist_reason_t ngx_xassist_explain_by(ngx_xassist_api_t *api,
    const ngx_str_t *rule, ngx_xassist_decision_t *d);
static ngx_int_t ngx_xassist_explain_look(const policy_image_t *image,
    void *data);
static ngx_int_t ngx_xassist_explain_rule(ngx_xassist_api_t *api,
    const policy_image_t *image, const ngx_str_t *rule,
    ngx_xassist_decision_t *d);
static void ngx_xassist_explain_step(void *ctx,
    const policy_explained_t *step);
static void ngx_xassist_explain_verdict(ngx_xassist_api_t *api,
    policy_verdict_t verdict, const char *reason,
    const policy_str_t *missing);


ngx_xassist_reason_t
ngx_xassist_api_policy_explain(ngx_xassist_api_t *api)
{
    ngx_xassist_ctx_t            ctx;
    ngx_xassist_reason_t         reason;
    ngx_xassist_decision_t       d;
    ngx_xassist_explain_asked_t  asked;

    ngx_memzero(&asked, sizeof(asked));
    ngx_memzero(&ctx, sizeof(ctx));
    ngx_memzero(&d, sizeof(d));

    d.request = api->request;
    d.worker = api->worker;
    d.ctx = &ctx;

    reason = ngx_xassist_explain_asked(api, &asked, &d);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    reason = ngx_xassist_explain_who(api, &asked, &d);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_explain_by(api, &asked.rule, &d);
    }

    store_read_reset(api->worker->read);

    return reason;
}


/* The members of the query: unknown and repeated ones are errors, since a
   question that was misread has a wrong answer. */

static ngx_xassist_reason_t
ngx_xassist_explain_asked(ngx_xassist_api_t *api,
    ngx_xassist_explain_asked_t *asked, ngx_xassist_decision_t *d)
{
    u_char                *p, *end, *last, *sign;
    ngx_str_t              name, value;
    ngx_xassist_reason_t   reason;

    end = api->request->args.data + api->request->args.len;

    for (p = api->request->args.data; p < end; p = last + 1) {

        last = ngx_strlchr(p, end, '&');
        if (last == NULL) {
            last = end;
        }

        sign = ngx_strlchr(p, last, '=');
        if (sign == NULL) {
            return ngx_xassist_api_wrong(api, "the query must be members "
                                              "name=value");
        }

        name.data = p;
        name.len = sign - p;
        value.data = sign + 1;
        value.len = last - sign - 1;

        if (ngx_xassist_explain_decode(api->request->pool, &name) != NGX_OK
            || ngx_xassist_explain_decode(api->request->pool, &value)
               != NGX_OK)
        {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }

        reason = ngx_xassist_explain_member(api, &name, &value, asked, d);

        if (reason != NGX_XASSIST_R_NONE) {
            return reason;
        }
    }

    if (asked->rule.len == 0) {
        return ngx_xassist_api_wrong(api, "rule must name a rule or "
                                          "permission");
    }

    if (asked->user.len != 0 && asked->session.len != 0) {
        return ngx_xassist_api_wrong(api, "user and session exclude each "
                                          "other");
    }

    return NGX_XASSIST_R_NONE;
}


static ngx_xassist_reason_t
ngx_xassist_explain_member(ngx_xassist_api_t *api, ngx_str_t *name,
    ngx_str_t *value, ngx_xassist_explain_asked_t *asked,
    ngx_xassist_decision_t *d)
{
    ngx_uint_t           i;
    ngx_str_t           *member;
    policy_attribute_t  *attribute;

    static const struct {
        ngx_str_t  name;
        size_t     offset;
    } members[] = {
        { ngx_string("rule"), offsetof(ngx_xassist_explain_asked_t, rule) },
        { ngx_string("user"), offsetof(ngx_xassist_explain_asked_t, user) },
        { ngx_string("session"),
          offsetof(ngx_xassist_explain_asked_t, session) },
        { ngx_string("call"), offsetof(ngx_xassist_explain_asked_t, call) }
    };

    static const ngx_str_t  prefix = ngx_string("attribute.");

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {

        if (name->len != members[i].name.len
            || ngx_memcmp(name->data, members[i].name.data, name->len) != 0)
        {
            continue;
        }

        member = (ngx_str_t *) ((u_char *) asked + members[i].offset);

        if (member->data != NULL) {
            return ngx_xassist_api_wrong(api, "a member of the query stands "
                                              "twice");
        }

        *member = *value;

        return NGX_XASSIST_R_NONE;
    }

    if (name->len <= prefix.len
        || ngx_memcmp(name->data, prefix.data, prefix.len) != 0)
    {
        return ngx_xassist_api_wrong(api, "the query has rule, user, "
                                          "session, call and attribute.NAME");
    }

    if (d->query.nattributes == NGX_XASSIST_ATTRIBUTES) {
        return ngx_xassist_api_wrong(api, "too many attributes");
    }

    attribute = &d->attributes[d->query.nattributes++];
    attribute->name.data = (char *) name->data + prefix.len;
    attribute->name.len = name->len - prefix.len;
    attribute->value.data = (char *) value->data;
    attribute->value.len = value->len;

    return NGX_XASSIST_R_NONE;
}


static ngx_int_t
ngx_xassist_explain_decode(ngx_pool_t *pool, ngx_str_t *text)
{
    u_char  *from, *to, *copy;

    copy = ngx_pnalloc(pool, text->len + 1);
    if (copy == NULL) {
        return NGX_ERROR;
    }

    from = text->data;
    to = copy;

    ngx_unescape_uri(&to, &from, text->len, 0);

    text->data = copy;
    text->len = to - copy;

    return NGX_OK;
}


/* Nobody of another account is told of: it is as if there were none. */

static ngx_xassist_reason_t
ngx_xassist_explain_who(ngx_xassist_api_t *api,
    const ngx_xassist_explain_asked_t *asked, ngx_xassist_decision_t *d)
{
    uint64_t               now;
    store_id_t             session;
    store_status_t         status;
    ngx_xassist_reason_t   reason;

    now = ngx_xassist_now();

    if (asked->session.data != NULL) {

        if (ngx_xassist_id_parse(&asked->session, &session) != NGX_OK) {
            return ngx_xassist_api_wrong(api, "session must be the id of a "
                                              "session");
        }

        status = store_principal(api->worker->read, &session, now,
                                 &d->principal);
        reason = ngx_xassist_api_status(api, status);

    } else if (asked->user.data != NULL) {
        reason = ngx_xassist_explain_user(api, &asked->user, d);

    } else if (store_id_none(&api->ctx->session)) {

        /* A token of the provider comes without a session. */

        reason = ngx_xassist_api_status(api,
                     store_principal_user(api->worker->read,
                                          &api->ctx->user, &d->principal));

    } else {
        reason = ngx_xassist_api_status(api,
                     store_principal(api->worker->read, &api->ctx->session,
                                     now, &d->principal));
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (d->principal.kind == 0
        || !store_id_equal(&d->principal.account, &api->ctx->account))
    {
        return NGX_XASSIST_R_NOT_FOUND;
    }

    d->ctx->known = 1;

    return asked->call.data != NULL
           ? ngx_xassist_explain_call(api, &asked->call, d)
           : NGX_XASSIST_R_NONE;
}


static ngx_xassist_reason_t
ngx_xassist_explain_user(ngx_xassist_api_t *api, const ngx_str_t *user,
    ngx_xassist_decision_t *d)
{
    store_id_t      id;
    store_user_t    record;
    store_slice_t   name;
    store_status_t  status;

    name.data = user->data;
    name.len = user->len;

    status = store_user_by_name(api->worker->read, &api->ctx->account, name,
                                &record);

    if (status == STORE_OK) {
        id = record.id;

    } else if (status != STORE_NOT_FOUND
               || ngx_xassist_id_parse(user, &id) != NGX_OK)
    {
        return ngx_xassist_api_status(api, status);
    }

    return ngx_xassist_api_status(api,
               store_principal_user(api->worker->read, &id, &d->principal));
}


static ngx_xassist_reason_t
ngx_xassist_explain_call(ngx_xassist_api_t *api, const ngx_str_t *call,
    ngx_xassist_decision_t *d)
{
    store_id_t             id;
    ngx_xassist_reason_t   reason;

    if (ngx_xassist_id_parse(call, &id) != NGX_OK) {
        return ngx_xassist_api_wrong(api, "call must be the id of a call");
    }

    reason = ngx_xassist_api_status(api,
                 store_standing(api->worker->read, &d->principal, &id,
                                ngx_xassist_now(), &d->standing));

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (!d->standing.known) {
        return NGX_XASSIST_R_NOT_FOUND;
    }

    d->ctx->has_call = 1;

    return NGX_XASSIST_R_NONE;
}


static ngx_xassist_reason_t
ngx_xassist_explain_by(ngx_xassist_api_t *api, const ngx_str_t *rule,
    ngx_xassist_decision_t *d)
{
    ngx_int_t                   rc;
    ngx_xassist_explain_look_t  look;

    look.api = api;
    look.rule = rule;
    look.d = d;

    rc = ngx_xassist_look(api->worker->conf->zone->data,
                          ngx_xassist_explain_look, &look);

    if (rc == NGX_DECLINED) {
        return ngx_xassist_api_wrong(api, "the policy has no rule or "
                                          "permission of that name");
    }

    return rc == NGX_OK ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


static ngx_int_t
ngx_xassist_explain_look(const policy_image_t *image, void *data)
{
    ngx_xassist_explain_look_t  *look = data;

    store_reason_t           reason;
    ngx_xassist_api_t       *api;
    ngx_xassist_decision_t  *d;

    api = look->api;
    d = look->d;

    reason = d->principal.reason != STORE_REASON_NONE
             ? d->principal.reason : d->standing.reason;

    ngx_xassist_json_init(&api->json, api->request->pool);
    ngx_xassist_json_open(&api->json, NULL, '{');
    ngx_xassist_json_number(&api->json, "generation", image->generation);
    ngx_xassist_json_str(&api->json, "rule", look->rule);
    ngx_xassist_json_slice(&api->json, "name", &d->principal.name);
    ngx_xassist_json_slice(&api->json, "roles", &d->principal.roles);
    ngx_xassist_json_open(&api->json, "steps", '[');

    /* Who has no right at all, or none in that call, is asked nothing. */

    if (reason == STORE_REASON_NONE) {
        return ngx_xassist_explain_rule(api, image, look->rule, d);
    }

    ngx_xassist_explain_verdict(api, POLICY_DENY,
        (char *) ngx_xassist_reason(
            ngx_xassist_reason_of_store(reason))->code.data, NULL);

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_explain_rule(ngx_xassist_api_t *api, const policy_image_t *image,
    const ngx_str_t *rule, ngx_xassist_decision_t *d)
{
    uint32_t             index, nattributes;
    policy_decision_t    decision;
    policy_permission_t  missing;

    index = ngx_xassist_assist_rule(image, rule);

    if (index == POLICY_NONE) {
        return NGX_DECLINED;
    }

    nattributes = d->query.nattributes;

    if (ngx_xassist_evaluate_query(d, image, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    d->query.attributes = d->attributes;
    d->query.nattributes = nattributes;
    d->owner = d->standing.owner_id;

    if ((policy_rule_facts(image, index) & POLICY_FACT_IN_GROUP)
        && ngx_xassist_group(d) != NGX_OK)
    {
        return NGX_ERROR;
    }

    policy_explain(image, index, &d->query, ngx_xassist_explain_step,
                   &api->json, &decision);

    ngx_memzero(&missing, sizeof(missing));

    if (decision.permission != POLICY_NONE
        && policy_permission_at(image, decision.permission, &missing)
           != POLICY_OK)
    {
        return NGX_ERROR;
    }

    ngx_xassist_explain_verdict(api, decision.verdict,
                                policy_reason_name(decision.reason),
                                missing.name.len ? &missing.name : NULL);

    return NGX_OK;
}


static void
ngx_xassist_explain_step(void *ctx, const policy_explained_t *step)
{
    ngx_xassist_json_t  *json;

    json = ctx;

    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_word(json, "test", step->test);
    ngx_xassist_json_text(json, "name", (u_char *) step->name.data,
                          step->name.len);
    ngx_xassist_json_word(json, "value",
                          step->value == POLICY_ALLOW ? "yes"
                          : step->value == POLICY_DENY ? "no" : "error");
    ngx_xassist_json_word(json, "by", step->by);
    ngx_xassist_json_text(json, "source", (u_char *) step->source.data,
                          step->source.len);
    ngx_xassist_json_close(json, '}');
}


static void
ngx_xassist_explain_verdict(ngx_xassist_api_t *api, policy_verdict_t verdict,
    const char *reason, const policy_str_t *missing)
{
    ngx_xassist_json_close(&api->json, ']');
    ngx_xassist_json_word(&api->json, "verdict",
                          verdict == POLICY_ALLOW ? "allow"
                          : verdict == POLICY_DENY ? "deny" : "error");
    ngx_xassist_json_word(&api->json, "reason", reason);

    if (missing == NULL) {
        ngx_xassist_json_null(&api->json, "missing");
        return;
    }

    ngx_xassist_json_text(&api->json, "missing", (u_char *) missing->data,
                          missing->len);
}
