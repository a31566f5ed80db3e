/*
 * What an image says, for tables, pages and the transitions' terms.
 */

#include <string.h>

#include <policy/image_int.h>


static policy_str_t policy_describe_slice(const policy_image_t *image,
    policy_section_t section, uint32_t i, uint32_t range, uint32_t k);
static uint64_t policy_setting(const policy_array_t *settings,
    policy_setting_t which);
static uint32_t policy_setting32(const policy_array_t *settings,
    policy_setting_t which);


policy_str_t
policy_rule_name(const policy_image_t *image, uint32_t rule)
{
    policy_array_t  rules;

    policy_array_open(image, POLICY_RULES, &rules);

    return policy_array_text(image, &rules, rule, POLICY_RULE_NAME);
}


policy_str_t
policy_role_name(const policy_image_t *image, uint32_t role)
{
    policy_array_t  roles;

    policy_array_open(image, POLICY_ROLES, &roles);

    return policy_array_text(image, &roles, role, POLICY_ROLE_NAME);
}


policy_status_t
policy_permission_at(const policy_image_t *image, uint32_t i,
    policy_permission_t *out)
{
    policy_array_t  all;

    if (!policy_array_open(image, POLICY_PERMISSIONS, &all)) {
        return POLICY_CORRUPT;
    }

    if (!policy_array_get(&all, i, POLICY_PERMISSION_COLUMNS, &out->columns))
    {
        return POLICY_NOT_FOUND;
    }

    out->name = policy_array_text(image, &all, i, POLICY_PERMISSION_NAME);
    out->area = policy_array_text(image, &all, i, POLICY_PERMISSION_AREA);
    out->feature = policy_array_text(image, &all, i,
                                     POLICY_PERMISSION_FEATURE);
    out->description = policy_array_text(image, &all, i,
                                         POLICY_PERMISSION_ABOUT);

    return POLICY_OK;
}


policy_str_t
policy_permission_alias(const policy_image_t *image, uint32_t i, uint32_t k)
{
    return policy_describe_slice(image, POLICY_PERMISSIONS, i,
                                 POLICY_PERMISSION_ALIASES, k);
}


uint32_t
policy_permission_requires(const policy_image_t *image, uint32_t i,
    uint32_t k)
{
    uint32_t        first, count, needed;
    policy_array_t  all, needs;

    if (!policy_array_open(image, POLICY_PERMISSIONS, &all)
        || !policy_array_open(image, POLICY_REQUIRES, &needs)
        || !policy_array_get(&all, i, POLICY_PERMISSION_NEEDS, &first)
        || !policy_array_get(&all, i, POLICY_PERMISSION_NEEDS + 1, &count)
        || k >= count || first > UINT32_MAX - k
        || !policy_array_get(&needs, first + k, 0, &needed))
    {
        return POLICY_NONE;
    }

    return needed;
}


policy_str_t
policy_rule_alias(const policy_image_t *image, uint32_t rule, uint32_t k)
{
    return policy_describe_slice(image, POLICY_RULES, rule,
                                 POLICY_RULE_ALIASES, k);
}


policy_str_t
policy_rule_attribute(const policy_image_t *image, uint32_t rule, uint32_t k)
{
    return policy_describe_slice(image, POLICY_RULES, rule,
                                 POLICY_RULE_ATTRIBUTES, k);
}


uint32_t
policy_rule_facts(const policy_image_t *image, uint32_t rule)
{
    uint32_t        i, first, count, facts, op, fact;
    policy_array_t  rules, code;

    facts = 0;

    if (!policy_array_open(image, POLICY_RULES, &rules)
        || !policy_array_open(image, POLICY_CODE, &code)
        || !policy_array_get(&rules, rule, POLICY_RULE_CODE, &first)
        || !policy_array_get(&rules, rule, POLICY_RULE_CODE + 1, &count)
        || count > POLICY_MAX_STEPS || first > UINT32_MAX - count)
    {
        return 0;
    }

    for (i = 0; i < count; i++) {
        if (policy_array_get(&code, first + i, 0, &op)
            && policy_array_get(&code, first + i, 1, &fact)
            && (op & 0xff) == POLICY_OP_FACT)
        {
            facts |= fact;
        }
    }

    return facts;
}


uint32_t
policy_permission_seat(const policy_image_t *image)
{
    uint32_t        i, flags;
    policy_array_t  all;

    if (!policy_array_open(image, POLICY_PERMISSIONS, &all)) {
        return POLICY_NONE;
    }

    for (i = 0; policy_array_get(&all, i, POLICY_PERMISSION_FLAGS, &flags);
         i++)
    {
        if (flags & POLICY_FLAG_SEATED) {
            return i;
        }
    }

    return POLICY_NONE;
}


policy_status_t
policy_role_at(const policy_image_t *image, uint32_t i, policy_role_t *out)
{
    uint32_t        flags;
    policy_array_t  all;

    if (!policy_array_open(image, POLICY_ROLES, &all)) {
        return POLICY_CORRUPT;
    }

    if (!policy_array_get(&all, i, POLICY_ROLE_FLAGS, &flags)) {
        return POLICY_NOT_FOUND;
    }

    out->name = policy_array_text(image, &all, i, POLICY_ROLE_NAME);
    out->title = policy_array_text(image, &all, i, POLICY_ROLE_TITLE);
    out->single_user = (flags & POLICY_FLAG_SINGLE_USER) != 0;
    out->groups = (flags & POLICY_FLAG_GROUPS) != 0;
    out->administrator = (flags & POLICY_FLAG_ADMINISTRATOR) != 0;
    out->billing = (flags & POLICY_FLAG_BILLING) != 0;

    return POLICY_OK;
}


bool
policy_role_grants(const policy_image_t *image, uint32_t role,
    uint32_t permission)
{
    policy_set_t    set;
    policy_array_t  roles, words;

    return policy_array_open(image, POLICY_ROLES, &roles)
           && policy_array_open(image, POLICY_WORDS, &words)
           && policy_set_load(&roles, role, POLICY_ROLE_SET, &set)
           && policy_set_has(&words, &set, permission);
}


policy_status_t
policy_profile_at(const policy_image_t *image, uint32_t i,
    policy_profile_t *out)
{
    uint32_t        flags;
    policy_array_t  all;

    if (!policy_array_open(image, POLICY_PROFILES, &all)) {
        return POLICY_CORRUPT;
    }

    if (!policy_array_get(&all, i, POLICY_PROFILE_FLAGS, &flags)
        || !policy_array_get64(&all, i, POLICY_PROFILE_IDLE,
                               &out->idle_timeout))
    {
        return POLICY_NOT_FOUND;
    }

    out->name = policy_array_text(image, &all, i, POLICY_PROFILE_NAME);
    out->title = policy_array_text(image, &all, i, POLICY_PROFILE_TITLE);
    out->description = policy_array_text(image, &all, i,
                                         POLICY_PROFILE_ABOUT);
    out->invite = (flags & POLICY_FLAG_INVITE) != 0;
    out->control = (flags & POLICY_FLAG_CONTROL) != 0;

    return POLICY_OK;
}


policy_status_t
policy_terms(const policy_image_t *image, policy_invitation_t kind,
    policy_terms_t *out)
{
    uint32_t        i, present, bound, flags;
    policy_array_t  all;

    if (kind < POLICY_INVITATION_CONFERENCE
        || kind > POLICY_INVITATION_EXTERNAL)
    {
        return POLICY_NOT_FOUND;
    }

    i = (uint32_t) kind - 1;

    if (!policy_array_open(image, POLICY_TERMS, &all)
        || !policy_array_get(&all, i, POLICY_TERMS_PRESENT, &present)
        || !policy_array_get64(&all, i, POLICY_TERMS_VALID, &out->valid_for)
        || !policy_array_get(&all, i, POLICY_TERMS_USES, &out->uses)
        || !policy_array_get(&all, i, POLICY_TERMS_CHANNELS, &out->channels)
        || !policy_array_get(&all, i, POLICY_TERMS_BOUND, &bound)
        || !policy_array_get(&all, i, POLICY_TERMS_FLAGS, &flags)
        || !policy_array_get64(&all, i, POLICY_TERMS_IDLE,
                               &out->idle_timeout))
    {
        return POLICY_CORRUPT;
    }

    out->bound_to = (policy_bound_t) bound;
    out->opens_call = (flags & POLICY_FLAG_OPENS_CALL) != 0;
    out->terms = (flags & POLICY_FLAG_TERMS) != 0;

    return present != 0 ? POLICY_OK : POLICY_NOT_FOUND;
}


policy_status_t
policy_settings(const policy_image_t *image, policy_settings_t *out)
{
    policy_array_t  all;

    memset(out, 0, sizeof(*out));

    if (!policy_array_open(image, POLICY_SETTINGS, &all)
        || all.count < POLICY_SETTINGS_COUNT)
    {
        return POLICY_CORRUPT;
    }

    out->presence_grace = policy_setting(&all, POLICY_SET_PRESENCE_GRACE);
    out->end_when_empty = policy_setting(&all, POLICY_SET_END_WHEN_EMPTY) != 0;
    out->end_when_owner_left = policy_setting(&all,
                                       POLICY_SET_END_WHEN_OWNER_LEFT) != 0;
    out->request_grace = policy_setting(&all, POLICY_SET_REQUEST_GRACE);
    out->never_joined = policy_setting(&all, POLICY_SET_NEVER_JOINED);
    out->ring = policy_setting(&all, POLICY_SET_RING);
    out->session_lifetime = policy_setting(&all, POLICY_SET_SESSION_LIFETIME);
    out->session_idle = policy_setting(&all, POLICY_SET_SESSION_IDLE);
    out->sessions_per_user = policy_setting32(&all,
                                              POLICY_SET_SESSIONS_PER_USER);
    out->guest_seats = policy_setting32(&all, POLICY_SET_GUEST_SEATS);
    out->sockets_per_guest = policy_setting32(&all,
                                              POLICY_SET_SOCKETS_PER_GUEST);
    out->sockets_per_user = policy_setting32(&all,
                                             POLICY_SET_SOCKETS_PER_USER);
    out->participants_per_call = policy_setting32(&all,
                                           POLICY_SET_PARTICIPANTS_PER_CALL);
    out->max_age = policy_setting(&all, POLICY_SET_MAX_AGE);
    out->replace_oldest = policy_setting(&all, POLICY_SET_REPLACE_OLDEST) != 0;

    return POLICY_OK;
}


static policy_str_t
policy_describe_slice(const policy_image_t *image, policy_section_t section,
    uint32_t i, uint32_t range, uint32_t k)
{
    uint32_t        first, count;
    policy_str_t    none;
    policy_array_t  all, slices;

    none.data = "";
    none.len = 0;

    if (!policy_array_open(image, section, &all)
        || !policy_array_open(image, POLICY_SLICES, &slices)
        || !policy_array_get(&all, i, range, &first)
        || !policy_array_get(&all, i, range + 1, &count)
        || k >= count || first > UINT32_MAX - k)
    {
        return none;
    }

    return policy_array_text(image, &slices, first + k, 0);
}


static uint64_t
policy_setting(const policy_array_t *settings, policy_setting_t which)
{
    uint64_t  value;

    return policy_array_get64(settings, which, 0, &value) ? value : 0;
}


static uint32_t
policy_setting32(const policy_array_t *settings, policy_setting_t which)
{
    return (uint32_t) policy_setting(settings, which);
}
