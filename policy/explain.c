/*
 * A decision, told step by step: what was tested, and what settled it.
 */

#include <policy/decide_int.h>
#include <policy/index_int.h>


typedef struct {
    policy_explained_pt  each;
    void                *ctx;
} policy_teller_t;


static void policy_explain_step(const policy_eval_t *eval, uint32_t op,
    uint32_t argument, const policy_value_t *value);
static void policy_explain_permission(const policy_eval_t *eval,
    uint32_t permission, const policy_value_t *value,
    policy_explained_t *step);
static void policy_explain_held(const policy_eval_t *eval,
    uint32_t permission, policy_explained_t *step);
static bool policy_explain_profile(const policy_eval_t *eval,
    uint32_t permission, policy_explained_t *step);
static policy_str_t policy_explain_bit(const char *const *names,
    uint32_t bits);


void
policy_explain(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, policy_explained_pt each, void *ctx,
    policy_decision_t *decision)
{
    policy_teller_t  teller;

    teller.each = each;
    teller.ctx = ctx;

    policy_decide_traced(image, rule, query, policy_explain_step, &teller,
                         decision);
}


static void
policy_explain_step(const policy_eval_t *eval, uint32_t op,
    uint32_t argument, const policy_value_t *value)
{
    policy_array_t          operands;
    policy_explained_t      step;
    const policy_teller_t  *teller;

    step.test = "constant";
    step.name = policy_text(value->truth == POLICY_TRUE ? "everybody"
                                                        : "nobody");
    step.value = value->truth == POLICY_TRUE ? POLICY_ALLOW
                 : value->truth == POLICY_FALSE ? POLICY_DENY : POLICY_ERROR;
    step.by = "";
    step.source = policy_text("");

    switch (op & 0xff) {

    case POLICY_OP_PERMISSION:
        policy_explain_permission(eval, argument, value, &step);
        break;

    case POLICY_OP_KIND:
        step.test = "kind";
        step.name = (argument & (argument - 1)) == 0
                    ? policy_explain_bit(policy_kind_names, argument)
                    : policy_text(argument >> POLICY_KIND_REGULAR & 1
                                  ? "authenticated" : "guest or external");
        step.by = "kind";
        step.source = policy_explain_bit(policy_kind_names,
                                         1u << eval->query->kind);
        break;

    case POLICY_OP_FACT:
        step.test = "fact";
        step.name = policy_explain_bit(policy_fact_names, argument);
        break;

    case POLICY_OP_EQUAL:
    case POLICY_OP_IN:
        step.test = "attribute";
        if (policy_array_open(eval->image, POLICY_OPERANDS, &operands)) {
            step.name = policy_array_text(eval->image, &operands, argument,
                                          1);
        }
        if (value->truth == POLICY_UNKNOWN) {
            step.by = "attribute missing";
        }
        break;

    default:
        break;
    }

    teller = eval->trace_ctx;
    teller->each(teller->ctx, &step);
}


static void
policy_explain_permission(const policy_eval_t *eval, uint32_t permission,
    const policy_value_t *value, policy_explained_t *step)
{
    uint32_t  ceiling;

    step->test = "permission";
    step->name = policy_array_text(eval->image, &eval->permissions,
                                   permission, POLICY_PERMISSION_NAME);

    if (value->truth == POLICY_TRUE) {
        policy_explain_held(eval, permission, step);
        return;
    }

    if (!policy_array_get(&eval->permissions, permission,
                          POLICY_PERMISSION_CEILING, &ceiling))
    {
        return;
    }

    if (eval->column == POLICY_COLUMNS) {
        step->by = "kind";
        step->source = policy_text("anonymous");

    } else if ((ceiling >> eval->column & 1) == 0) {
        step->by = "ceiling";
        step->source = policy_text(policy_column_names[eval->column]);

    } else if (value->reason == POLICY_REASON_NO_LICENCE) {
        step->by = "licence";

    } else if (value->permission != permission) {
        step->by = "requires";
        step->source = policy_array_text(eval->image, &eval->permissions,
                                         value->permission,
                                         POLICY_PERMISSION_NAME);

    } else if (eval->query->kind == POLICY_KIND_EXTERNAL
               && policy_explain_profile(eval, permission, step))
    {
        /* A profile allows it: it is the inviter who does not hold it. */
        step->by = "inviter";

    } else if (eval->query->kind == POLICY_KIND_GUEST) {
        step->by = "guests";

    } else if (eval->query->kind != POLICY_KIND_EXTERNAL) {
        step->by = "no role";
    }
}


static void
policy_explain_held(const policy_eval_t *eval, uint32_t permission,
    policy_explained_t *step)
{
    uint32_t               i;
    const policy_query_t  *query;

    query = eval->query;

    switch (query->kind) {

    case POLICY_KIND_GUEST:
        step->by = "guests";
        return;

    case POLICY_KIND_EXTERNAL:
        (void) policy_explain_profile(eval, permission, step);
        return;

    default:
        break;
    }

    for (i = 0; i < query->nroles; i++) {
        if (policy_role_grants(eval->image, query->roles[i], permission)) {
            step->by = "role";
            step->source = policy_role_name(eval->image, query->roles[i]);
            return;
        }
    }

    step->by = "single user";
}


/* Names the layer that says allow or deny; whether it says allow. */
static bool
policy_explain_profile(const policy_eval_t *eval, uint32_t permission,
    policy_explained_t *step)
{
    bool          denied;
    uint32_t      i, layers[3];
    policy_set_t  allow, deny;

    step->by = "no profile";
    layers[0] = eval->query->profiles[0];
    layers[1] = eval->query->profiles[1];
    layers[2] = eval->fallback;

    for (i = 0; i < 3 && layers[0] != POLICY_NONE; i++) {

        if (layers[i] == POLICY_NONE
            || !policy_set_load(&eval->profiles, layers[i],
                                POLICY_PROFILE_ALLOW, &allow)
            || !policy_set_load(&eval->profiles, layers[i],
                                POLICY_PROFILE_DENY, &deny))
        {
            continue;
        }

        denied = policy_set_has(&eval->words, &deny, permission);

        if (denied || policy_set_has(&eval->words, &allow, permission)) {
            step->by = "profile";
            step->source = policy_array_text(eval->image, &eval->profiles,
                                             layers[i],
                                             POLICY_PROFILE_NAME);
            return !denied;
        }
    }

    return false;
}


/* The name of the lowest bit. */
static policy_str_t
policy_explain_bit(const char *const *names, uint32_t bits)
{
    while (*names != NULL && (bits & 1) == 0 && bits != 0) {
        bits >>= 1;
        names++;
    }

    return policy_text(*names != NULL ? *names : "");
}
