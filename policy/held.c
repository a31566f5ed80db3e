/*
 * Who holds a permission: the ceiling first, then roles, the guests' set or
 * the profile layers, then what the permission requires, then the licence.
 */

#include <policy/decide_int.h>


static policy_truth_t policy_granted(const policy_eval_t *eval,
    uint32_t permission);
static policy_truth_t policy_granted_roles(const policy_eval_t *eval,
    uint32_t permission);
static policy_truth_t policy_granted_external(const policy_eval_t *eval,
    uint32_t permission);
static void policy_lacks(policy_value_t *value, policy_reason_t reason,
    uint32_t permission);


void
policy_held(const policy_eval_t *eval, uint32_t permission,
    policy_value_t *value)
{
    bool            guest;
    uint32_t        i, ceiling, flags, first, count, asked;
    policy_kind_t   kind;
    policy_truth_t  truth;

    kind = eval->query->kind;
    guest = kind == POLICY_KIND_GUEST || kind == POLICY_KIND_EXTERNAL;

    if (eval->column == POLICY_COLUMNS) {
        policy_lacks(value, POLICY_REASON_SIGNED_OUT, permission);
        return;
    }

    if (!policy_array_get(&eval->permissions, permission,
                          POLICY_PERMISSION_CEILING, &ceiling)
        || !policy_array_get(&eval->permissions, permission,
                             POLICY_PERMISSION_FLAGS, &flags)
        || !policy_array_get(&eval->permissions, permission,
                             POLICY_PERMISSION_NEEDS, &first)
        || !policy_array_get(&eval->permissions, permission,
                             POLICY_PERMISSION_NEEDS + 1, &count)
        || count > POLICY_MAX_REQUIRES)
    {
        policy_value_corrupt(value);
        return;
    }

    if ((ceiling >> eval->column & 1) == 0) {
        policy_lacks(value, guest ? POLICY_REASON_NOT_FOR_GUESTS
                                  : POLICY_REASON_PERMISSION_MISSING,
                     permission);
        return;
    }

    asked = permission;
    truth = policy_granted(eval, asked);

    for (i = 0; truth == POLICY_TRUE && i < count; i++) {
        if (first > UINT32_MAX - i
            || !policy_array_get(&eval->requires, first + i, 0, &asked))
        {
            policy_value_corrupt(value);
            return;
        }
        truth = policy_granted(eval, asked);
    }

    if (truth == POLICY_UNKNOWN) {
        policy_value_corrupt(value);
        return;
    }

    if (truth == POLICY_FALSE) {
        policy_lacks(value, POLICY_REASON_PERMISSION_MISSING, asked);
        return;
    }

    if (kind == POLICY_KIND_REGULAR && (flags & POLICY_FLAG_LICENSED)
        && (eval->facts & POLICY_FACT_LICENSED) == 0)
    {
        policy_lacks(value, POLICY_REASON_NO_LICENCE, permission);
        return;
    }

    value->truth = POLICY_TRUE;
    value->reason = POLICY_REASON_NONE;
    value->weight = POLICY_WEIGHT_PERMISSION;
    value->permission = POLICY_NONE;
}


void
policy_value_corrupt(policy_value_t *value)
{
    value->truth = POLICY_UNKNOWN;
    value->reason = POLICY_REASON_CORRUPT;
    value->weight = POLICY_WEIGHT_FACT;
    value->permission = POLICY_NONE;
}


static policy_truth_t
policy_granted(const policy_eval_t *eval, uint32_t permission)
{
    switch (eval->query->kind) {

    case POLICY_KIND_REGULAR:
        if ((eval->facts & POLICY_FACT_SINGLE_USER)
            && policy_set_has(&eval->words, &eval->single, permission))
        {
            return POLICY_TRUE;
        }
        /* fall through */

    case POLICY_KIND_SERVICE:
        return policy_granted_roles(eval, permission);

    case POLICY_KIND_GUEST:
        return policy_set_has(&eval->words, &eval->guests, permission)
               ? POLICY_TRUE : POLICY_FALSE;

    case POLICY_KIND_EXTERNAL:
        return policy_granted_external(eval, permission);

    default:
        return POLICY_UNKNOWN;
    }
}


static policy_truth_t
policy_granted_roles(const policy_eval_t *eval, uint32_t permission)
{
    uint32_t      i;
    policy_set_t  set;

    for (i = 0; i < eval->nsets; i++) {
        if (policy_set_has(&eval->words, &eval->sets[i], permission)) {
            return POLICY_TRUE;
        }
    }

    for (i = eval->loaded; i < eval->nasked; i++) {

        if (eval->asked[i] == POLICY_NONE) {
            continue;
        }

        if (!policy_set_load(&eval->roles, eval->asked[i], POLICY_ROLE_SET,
                             &set))
        {
            return POLICY_UNKNOWN;
        }

        if (policy_set_has(&eval->words, &set, permission)) {
            return POLICY_TRUE;
        }
    }

    return POLICY_FALSE;
}


/* The first layer that says allow or deny decides; allow is capped by what
   the inviter may hold, and ends with the inviter's part in the call. */
static policy_truth_t
policy_granted_external(const policy_eval_t *eval, uint32_t permission)
{
    bool                   allowed;
    uint32_t               i, layers[3], ceiling;
    policy_set_t           allow, deny;
    const policy_query_t  *query;

    query = eval->query;
    layers[0] = query->profiles[0];
    layers[1] = query->profiles[1];
    layers[2] = eval->fallback;

    /* An external has a profile; none given means that it is gone. */
    if (layers[0] == POLICY_NONE) {
        return POLICY_FALSE;
    }

    allowed = false;

    for (i = 0; i < 3; i++) {

        if (layers[i] == POLICY_NONE) {
            continue;
        }

        if (!policy_set_load(&eval->profiles, layers[i],
                             POLICY_PROFILE_ALLOW, &allow)
            || !policy_set_load(&eval->profiles, layers[i],
                                POLICY_PROFILE_DENY, &deny))
        {
            return POLICY_UNKNOWN;
        }

        if (policy_set_has(&eval->words, &deny, permission)) {
            return POLICY_FALSE;
        }

        if (policy_set_has(&eval->words, &allow, permission)) {
            allowed = true;
            break;
        }
    }

    if (!allowed || (eval->facts & POLICY_FACT_INVITER_HOLDS) == 0) {
        return POLICY_FALSE;
    }

    if (!policy_array_get(&eval->permissions, permission,
                          POLICY_PERMISSION_CEILING, &ceiling))
    {
        return POLICY_UNKNOWN;
    }

    if ((ceiling >> POLICY_COLUMN_REGULAR & 1) == 0) {
        return POLICY_FALSE;
    }

    return policy_granted_roles(eval, permission);
}


static void
policy_lacks(policy_value_t *value, policy_reason_t reason,
    uint32_t permission)
{
    value->truth = POLICY_FALSE;
    value->reason = (uint8_t) reason;
    value->weight = POLICY_WEIGHT_PERMISSION;
    value->permission = permission;
}
