#include <string.h>

#include <lmdb_schema/limits.h>
#include <policy/assistance.h>

#include <xassistctl/args.h>
#include <xassistctl/assist_may.h>


#define ROLES  128


typedef struct {
    const policy_image_t *image;
    policy_query_t        query;
    uint32_t              roles[ROLES];
} agent_t;


static int agent_take(const ctl_store_t *store, const policy_image_t *image,
    const store_session_t *session, agent_t *agent);
static bool agent_may(const agent_t *agent, uint32_t rule);
static bool agent_may_by(const agent_t *agent, const char *rule);
static bool take_groups(const policy_image_t *image, uint32_t n, char *groups,
    store_slice_t *out);


int
ctl_assist_terms(const ctl_store_t *store, const policy_image_t *image,
    const store_session_t *session, bool reason_given, char *groups,
    store_op_t *op)
{
    int                  rc;
    bool                 may;
    agent_t              agent;
    policy_assistance_t  terms;

    rc = agent_take(store, image, session, &agent);

    if (rc != CTL_OK) {
        return rc;
    }

    if (policy_assistance(image, &terms) != POLICY_OK) {
        ctl_complain("the policy's terms of assistance cannot be read");
        return CTL_FAILURE;
    }

    may = agent_may(&agent, terms.requires);

    if (may && store_id_equal(&op->in.assist.subject, &store_anonymous)) {
        may = terms.anonymous
              && agent_may_by(&agent, "api.assistance.anonymous");
    }

    if (!may) {
        ctl_complain("the policy does not let the agent do that: "
                     "permission_missing");
        return CTL_NO;
    }

    if (terms.reason_required && !reason_given) {
        ctl_complain("the policy wants a --reason");
        return CTL_NO;
    }

    op->in.assist.duration = terms.max_duration;

    if (terms.groups == 0 || agent_may_by(&agent, "api.assistance.all-users"))
    {
        return CTL_OK;
    }

    if (!take_groups(image, terms.groups, groups, &op->in.assist.groups)) {
        ctl_complain("the policy's scope_groups are too long");
        return CTL_FAILURE;
    }

    return CTL_OK;
}


static int
agent_take(const ctl_store_t *store, const policy_image_t *image,
    const store_session_t *session, agent_t *agent)
{
    const char         *p, *end, *last;
    store_principal_t   principal;

    if (store_principal_user(store->txn, &session->user, &principal)
        != STORE_OK)
    {
        ctl_complain("the agent cannot be read");
        return CTL_FAILURE;
    }

    memset(agent, 0, sizeof(*agent));
    agent->image = image;
    agent->query.kind = POLICY_KIND_REGULAR;
    agent->query.device = (policy_device_t) session->device;
    agent->query.facts = POLICY_FACT_SAME_ACCOUNT
                         | (principal.licensed ? POLICY_FACT_LICENSED : 0)
                         | (principal.single_user ? POLICY_FACT_SINGLE_USER
                                                  : 0);
    agent->query.profiles[0] = POLICY_NONE;
    agent->query.profiles[1] = POLICY_NONE;
    agent->query.roles = agent->roles;

    if (principal.roles.len == 0) {
        return CTL_OK;
    }

    p = (const char *) principal.roles.data;
    end = p + principal.roles.len;

    for ( ; p < end; p = last + 1) {
        last = memchr(p, ',', (size_t) (end - p));
        last = last != NULL ? last : end;

        /* dropping a role could make a rule with `not` allow */

        if (agent->query.nroles == ROLES) {
            ctl_complain("the agent has too many roles");
            return CTL_FAILURE;
        }

        agent->roles[agent->query.nroles++] =
            policy_role_find(image, (policy_str_t) { p, (size_t) (last - p) });
    }

    return CTL_OK;
}


static bool
agent_may(const agent_t *agent, uint32_t rule)
{
    policy_decision_t  decision;

    if (rule == POLICY_NONE) {
        return false;
    }

    memset(&decision, 0, sizeof(decision));
    policy_decide(agent->image, rule, &agent->query, &decision);

    return decision.verdict == POLICY_ALLOW;
}


static bool
agent_may_by(const agent_t *agent, const char *rule)
{
    return agent_may(agent, policy_rule_find(agent->image,
                                   (policy_str_t) { rule, strlen(rule) }));
}


static bool
take_groups(const policy_image_t *image, uint32_t n, char *groups,
    store_slice_t *out)
{
    size_t        len = 0;
    uint32_t      i;
    policy_str_t  name;

    for (i = 0; i < n; i++) {
        name = policy_assistance_group(image, i);

        if (name.len + 1 > STORE_LIMIT_VALUE - len) {
            return false;
        }

        memcpy(groups + len, name.data, name.len);
        len += name.len;
        groups[len++] = ',';
    }

    out->data = (const uint8_t *) groups;
    out->len = len;

    return true;
}
