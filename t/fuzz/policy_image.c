/*
 * Any bytes as an image: refused, or decides within its bounds.  The readers
 * run over what was refused, too: a torn image is never verified.
 */

#include <stdlib.h>
#include <string.h>

#include <policy/policy.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const policy_image_t *image);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t         *copy;
    policy_image_t   image;

    /* Exact in size, and aligned as an image is. */
    copy = malloc(size + (size == 0));
    if (copy == NULL) {
        return 0;
    }
    memcpy(copy, data, size);

    (void) (policy_image_verify(copy, size) == POLICY_OK);

    image.base = copy;
    image.size = size;
    image.generation = 1;
    use(&image);

    free(copy);

    return 0;
}


static void
use(const policy_image_t *image)
{
    int                 kind;
    uint32_t            i, k, roles[3] = { 0, 1, POLICY_NONE };
    policy_role_t       role;
    policy_query_t      query;
    policy_terms_t      terms;
    policy_profile_t    profile;
    policy_settings_t   settings;
    policy_decision_t   decision;
    policy_attribute_t  attribute = { { "k", 1 }, { "v", 1 } };
    policy_permission_t permission;

    memset(&query, 0, sizeof(query));
    query.facts = ~0u;
    query.roles = roles;
    query.nroles = 3;
    query.inviter_roles = roles;
    query.ninviter_roles = 3;
    query.attributes = &attribute;
    query.nattributes = 1;

    for (i = 0; i < 24; i++) {
        for (kind = POLICY_KIND_ANONYMOUS; kind <= POLICY_KIND_SERVICE;
             kind++)
        {
            query.kind = (policy_kind_t) kind;
            policy_decide(image, i, &query, &decision);
        }

        for (k = 0; k < 2; k++) {
            (void) policy_rule_alias(image, i, k);
            (void) policy_rule_attribute(image, i, k);
            (void) policy_permission_alias(image, i, k);
            (void) policy_permission_requires(image, i, k);
            (void) policy_role_grants(image, i, k);
        }

        (void) policy_rule_find(image, policy_rule_name(image, i));
        (void) policy_role_find(image, policy_role_name(image, i));
        (void) (policy_permission_at(image, i, &permission) == POLICY_OK);
        (void) (policy_role_at(image, i, &role) == POLICY_OK);
        (void) (policy_profile_at(image, i, &profile) == POLICY_OK);
        (void) (policy_terms(image, (policy_invitation_t) i, &terms)
                == POLICY_OK);
    }

    (void) (policy_settings(image, &settings) == POLICY_OK);
}
