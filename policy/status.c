/*
 * Names of the codes that leave the library.
 */

#include <policy/policy.h>


static const char *const  policy_status_texts[] = {
    [POLICY_OK] = "ok",
    [POLICY_INVALID] = "the input is not valid",
    [POLICY_NOT_FOUND] = "there is no such name",
    [POLICY_FORGED] = "it was not made here",
    [POLICY_EXPIRED] = "its time is over",
    [POLICY_CORRUPT] = "this is not a policy image",
    [POLICY_TOO_BIG] = "it is too big",
    [POLICY_NO_MEMORY] = "out of memory",
    [POLICY_CRYPTO] = "the cryptographic library refused"
};

static const char *const  policy_reason_names[] = {
    [POLICY_REASON_NONE] = "",
    [POLICY_REASON_SIGNED_OUT] = "signed_out",
    [POLICY_REASON_NOT_FOR_GUESTS] = "not_for_guests",
    [POLICY_REASON_NO_LICENCE] = "no_licence",
    [POLICY_REASON_PERMISSION_MISSING] = "permission_missing",
    [POLICY_REASON_UNKNOWN_RULE] = "unknown_rule",
    [POLICY_REASON_CORRUPT] = "corrupt",
    [POLICY_REASON_ATTRIBUTE_MISSING] = "attribute_missing"
};


const char *const  policy_kind_names[] = {
    "anonymous", "regular", "guest", "external", "service", NULL
};

const char *const  policy_device_names[] = {
    "none", "web", "mobile", "mobile_web", "glasses", NULL
};

const char *const  policy_fact_names[] = {
    "licensed", "single_user", "guest_in_call", "call_member", "call_owner",
    "same_account", "in_group", "inviter_holds", NULL
};

const char *const  policy_column_names[] = {
    "regular", "guest_mobile", "guest_mobile_web", "guest_web", "external",
    "service", NULL
};


const char *
policy_status_text(policy_status_t status)
{
    if ((unsigned) status
        >= sizeof(policy_status_texts) / sizeof(policy_status_texts[0]))
    {
        return "unknown status";
    }

    return policy_status_texts[status];
}


const char *
policy_reason_name(policy_reason_t reason)
{
    if ((unsigned) reason
        >= sizeof(policy_reason_names) / sizeof(policy_reason_names[0]))
    {
        return "unknown";
    }

    return policy_reason_names[reason];
}
