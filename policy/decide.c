/*
 * The decision: a query and a rule to allow, deny or error.
 */

#include <string.h>

#include <policy/decide_int.h>


static bool policy_eval_open(policy_eval_t *eval, const policy_image_t *image,
    const policy_query_t *query);
static bool policy_eval_check(const policy_eval_t *eval);
static bool policy_eval_roles(policy_eval_t *eval);
static bool policy_indexes_check(const uint32_t *indexes, uint32_t n,
    uint32_t max, uint32_t count);
static uint32_t policy_column(policy_kind_t kind, policy_device_t device);


void
policy_decide(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, policy_decision_t *decision)
{
    policy_decide_traced(image, rule, query, NULL, NULL, decision);
}


void
policy_decide_traced(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, policy_trace_pt trace, void *ctx,
    policy_decision_t *decision)
{
    policy_eval_t   eval;
    policy_value_t  value;

    eval.trace = trace;
    eval.trace_ctx = ctx;

    decision->verdict = POLICY_ERROR;
    decision->reason = POLICY_REASON_CORRUPT;
    decision->rule = rule;
    decision->permission = POLICY_NONE;

    if (!policy_eval_open(&eval, image, query)) {
        return;
    }

    if (rule >= eval.rules.count) {
        decision->reason = POLICY_REASON_UNKNOWN_RULE;
        return;
    }

    if (!policy_eval_check(&eval) || !policy_eval_roles(&eval)) {
        return;
    }

    policy_run(&eval, rule, &value);

    decision->reason = (policy_reason_t) value.reason;
    decision->permission = value.permission;

    if (value.truth != POLICY_UNKNOWN) {
        decision->verdict = value.truth == POLICY_TRUE ? POLICY_ALLOW
                                                       : POLICY_DENY;
    }
}


static bool
policy_eval_open(policy_eval_t *eval, const policy_image_t *image,
    const policy_query_t *query)
{
    policy_array_t  special;

    eval->image = image;
    eval->query = query;
    eval->column = policy_column(query->kind, query->device);
    eval->facts = query->facts;

    /* An external never owns a call, whatever the record says. */
    if (query->kind == POLICY_KIND_EXTERNAL) {
        eval->facts &= ~POLICY_FACT_CALL_OWNER;
    }

    return policy_array_open(image, POLICY_PERMISSIONS, &eval->permissions)
           && policy_array_open(image, POLICY_REQUIRES, &eval->requires)
           && policy_array_open(image, POLICY_ROLES, &eval->roles)
           && policy_array_open(image, POLICY_WORDS, &eval->words)
           && policy_array_open(image, POLICY_PROFILES, &eval->profiles)
           && policy_array_open(image, POLICY_RULES, &eval->rules)
           && policy_array_open(image, POLICY_CODE, &eval->code)
           && policy_array_open(image, POLICY_SPECIAL, &special)
           && policy_set_load(&special, 0, POLICY_SPECIAL_GUESTS,
                              &eval->guests)
           && policy_set_load(&special, 0, POLICY_SPECIAL_SINGLE,
                              &eval->single)
           && policy_array_get(&special, 0, POLICY_SPECIAL_DEFAULT,
                               &eval->fallback);
}


/* A wrong index is an error even where the rule would not look at it. */
static bool
policy_eval_check(const policy_eval_t *eval)
{
    const policy_query_t  *query;

    query = eval->query;

    if ((unsigned) query->kind > POLICY_KIND_SERVICE
        || query->nattributes > POLICY_MAX_ATTRIBUTES)
    {
        return false;
    }

    return policy_indexes_check(query->roles, query->nroles,
                                POLICY_MAX_QUERY_ROLES, eval->roles.count)
           && policy_indexes_check(query->inviter_roles,
                                   query->ninviter_roles,
                                   POLICY_MAX_QUERY_ROLES, eval->roles.count)
           && (query->kind != POLICY_KIND_EXTERNAL
               || policy_indexes_check(query->profiles, 2, 2,
                                       eval->profiles.count));
}


/* An external asks by what the inviter holds; a guest's record may claim
   roles, but they are not asked. */
static bool
policy_eval_roles(policy_eval_t *eval)
{
    bool                   external;
    uint32_t               i;
    const policy_query_t  *query;

    query = eval->query;
    external = query->kind == POLICY_KIND_EXTERNAL;

    eval->asked = external ? query->inviter_roles : query->roles;
    eval->nasked = external ? query->ninviter_roles : query->nroles;
    eval->nsets = 0;

    for (i = 0; i < eval->nasked && eval->nsets < POLICY_SETS_HELD; i++) {
        if (eval->asked[i] != POLICY_NONE
            && !policy_set_load(&eval->roles, eval->asked[i], POLICY_ROLE_SET,
                                &eval->sets[eval->nsets++]))
        {
            return false;
        }
    }

    eval->loaded = i;

    return true;
}


static bool
policy_indexes_check(const uint32_t *indexes, uint32_t n, uint32_t max,
    uint32_t count)
{
    uint32_t  i;

    if (n > max) {
        return false;
    }

    for (i = 0; i < n; i++) {
        if (indexes[i] != POLICY_NONE && indexes[i] >= count) {
            return false;
        }
    }

    return true;
}


/* A guest on anything unknown counts as guest_web. */
static uint32_t
policy_column(policy_kind_t kind, policy_device_t device)
{
    switch (kind) {

    case POLICY_KIND_REGULAR:
        return POLICY_COLUMN_REGULAR;

    case POLICY_KIND_GUEST:
        switch (device) {
        case POLICY_DEVICE_MOBILE:
            return POLICY_COLUMN_GUEST_MOBILE;
        case POLICY_DEVICE_MOBILE_WEB:
            return POLICY_COLUMN_GUEST_MOBILE_WEB;
        default:
            return POLICY_COLUMN_GUEST_WEB;
        }

    case POLICY_KIND_EXTERNAL:
        return POLICY_COLUMN_EXTERNAL;

    case POLICY_KIND_SERVICE:
        return POLICY_COLUMN_SERVICE;

    default:
        return POLICY_COLUMNS;
    }
}
