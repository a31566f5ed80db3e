/*
 * Names to indexes.  One look at a hash table, whatever the policy's size;
 * the seed of each table was chosen so that no name needs many.
 */

#include <string.h>

#include <policy/image_int.h>


static uint32_t policy_find(const policy_image_t *image, unsigned table,
    policy_str_t name);


uint32_t
policy_rule_find(const policy_image_t *image, policy_str_t name)
{
    return policy_find(image, 0, name);
}


uint32_t
policy_role_find(const policy_image_t *image, policy_str_t name)
{
    return policy_find(image, 1, name);
}


uint32_t
policy_profile_find(const policy_image_t *image, policy_str_t name)
{
    return policy_find(image, 2, name);
}


uint32_t
policy_permission_find(const policy_image_t *image, policy_str_t name)
{
    uint32_t        rule;
    policy_array_t  permissions;

    rule = policy_find(image, 0, name);

    if (rule == POLICY_NONE || rule < POLICY_BUILTINS
        || !policy_array_open(image, POLICY_PERMISSIONS, &permissions)
        || rule - POLICY_BUILTINS >= permissions.count)
    {
        return POLICY_NONE;
    }

    return rule - POLICY_BUILTINS;
}


static uint32_t
policy_find(const policy_image_t *image, unsigned table, policy_str_t name)
{
    uint32_t        i, hash, seed, slot, entry, stored, target;
    policy_str_t    text;
    policy_array_t  names, buckets, special;

    if (!policy_array_open(image, POLICY_RULE_NAMES + table, &names)
        || !policy_array_open(image, POLICY_RULE_BUCKETS + table, &buckets)
        || !policy_array_open(image, POLICY_SPECIAL, &special)
        || !policy_array_get(&special, 0, POLICY_SPECIAL_SEEDS + table, &seed)
        || buckets.count == 0 || (buckets.count & (buckets.count - 1)) != 0)
    {
        return POLICY_NONE;
    }

    name = policy_name_trim(name);
    hash = policy_name_hash(seed, name);

    for (i = 0; i < POLICY_MAX_PROBES; i++) {

        slot = (hash + i) & (buckets.count - 1);

        if (!policy_array_get(&buckets, slot, 0, &entry) || entry == 0
            || !policy_array_get(&names, entry - 1, POLICY_NAME_HASH,
                                 &stored))
        {
            break;
        }

        if (stored != hash) {
            continue;
        }

        text = policy_array_text(image, &names, entry - 1, POLICY_NAME_TEXT);
        if (text.len == name.len
            && memcmp(text.data, name.data, name.len) == 0)
        {
            return policy_array_get(&names, entry - 1, POLICY_NAME_TARGET,
                                    &target) ? target : POLICY_NONE;
        }
    }

    return POLICY_NONE;
}
