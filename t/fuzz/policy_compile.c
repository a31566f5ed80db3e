/*
 * Any bytes as policy.json: refused with at least one error, or made into an
 * image that verifies and decides.
 */

#include <stdlib.h>

#include <policy/policy.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t           i, roles[1] = { 0 };
    policy_role_t      role;
    policy_error_t     items[4];
    policy_image_t     image;
    policy_query_t     query = { 0 };
    policy_status_t    status;
    policy_errors_t    errors = { items, 4, 0 };
    policy_decision_t  decision;

    status = policy_compile((const char *) data, size, &image, &errors);

    if (status != POLICY_OK) {
        if (image.base != NULL
            || (status == POLICY_INVALID && errors.count == 0))
        {
            abort();
        }
        return 0;
    }

    if (errors.count != 0
        || policy_image_verify(image.base, image.size) != POLICY_OK)
    {
        abort();
    }

    query.kind = POLICY_KIND_REGULAR;
    query.roles = roles;
    query.nroles = policy_role_at(&image, 0, &role) == POLICY_OK;
    query.profiles[0] = query.profiles[1] = POLICY_NONE;

    for (i = 0; policy_rule_name(&image, i).len != 0; i++) {
        policy_decide(&image, i, &query, &decision);

        /* Only an attribute that was not given in may be an error. */
        if (decision.verdict == POLICY_ERROR
            && decision.reason != POLICY_REASON_ATTRIBUTE_MISSING)
        {
            abort();
        }

        if (policy_rule_find(&image, policy_rule_name(&image, i)) != i) {
            abort();
        }
    }

    policy_image_free(&image);

    return 0;
}
