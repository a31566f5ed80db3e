/* The terms of assistance, as a policy gives them. */

#include <string.h>

#include <policy/assistance.h>
#include <policy/image_int.h>


static policy_str_t policy_assistance_name(const policy_image_t *image,
    uint32_t range, uint32_t k);


policy_status_t
policy_assistance(const policy_image_t *image, policy_assistance_t *out)
{
    size_t          i;
    uint32_t        flags, weights[4];
    policy_array_t  special;

    memset(out, 0, sizeof(*out));
    out->requires = POLICY_NONE;

    if (!policy_array_open(image, POLICY_SPECIAL, &special)
        || !policy_array_get(&special, 0, POLICY_SPECIAL_ASSIST,
                             &out->requires)
        || !policy_array_get(&special, 0, POLICY_SPECIAL_ASSIST_ON, &flags)
        || !policy_array_get64(&special, 0, POLICY_SPECIAL_ASSIST_MAX,
                               &out->max_duration)
        || !policy_array_get(&special, 0, POLICY_SPECIAL_GROUPS + 1,
                             &out->groups)
        || !policy_array_get(&special, 0, POLICY_SPECIAL_SHORTCUTS + 1,
                             &out->shortcuts))
    {
        out->requires = POLICY_NONE;
        return POLICY_CORRUPT;
    }

    for (i = 0; i < 4; i++) {
        if (!policy_array_get(&special, 0,
                              POLICY_SPECIAL_DUPLICATES + (uint32_t) i,
                              &weights[i])
            || weights[i] > 100)
        {
            out->requires = POLICY_NONE;
            return POLICY_CORRUPT;
        }
    }

    out->mail = (uint8_t) weights[0];
    out->phone = (uint8_t) weights[1];
    out->name = (uint8_t) weights[2];
    out->threshold = (uint8_t) weights[3];
    out->reason_required = (flags & POLICY_FLAG_REASON) != 0;
    out->anonymous = (flags & POLICY_FLAG_ANONYMOUS) != 0;

    return POLICY_OK;
}


policy_str_t
policy_assistance_group(const policy_image_t *image, uint32_t k)
{
    return policy_assistance_name(image, POLICY_SPECIAL_GROUPS, k);
}


policy_str_t
policy_assistance_shortcut(const policy_image_t *image, uint32_t k)
{
    return policy_assistance_name(image, POLICY_SPECIAL_SHORTCUTS, k);
}


static policy_str_t
policy_assistance_name(const policy_image_t *image, uint32_t range,
    uint32_t k)
{
    uint32_t        first, count;
    policy_str_t    none = { "", 0 };
    policy_array_t  special, slices;

    if (!policy_array_open(image, POLICY_SPECIAL, &special)
        || !policy_array_open(image, POLICY_SLICES, &slices)
        || !policy_array_get(&special, 0, range, &first)
        || !policy_array_get(&special, 0, range + 1, &count)
        || k >= count || first > UINT32_MAX - k)
    {
        return none;
    }

    return policy_array_text(image, &slices, first + k, 0);
}
