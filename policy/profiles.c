/*
 * What each profile allows and denies; what it names not, it leaves open.
 */

#include <string.h>

#include <policy/build_int.h>


static policy_status_t policy_profile_sets(policy_build_t *build, uint32_t i);


policy_status_t
policy_build_profiles(policy_build_t *build)
{
    uint32_t         i, n;
    policy_status_t  status;

    n = build->doc.profiles.count;

    build->allow_sets = policy_arena_take(&build->arena, n,
                                          sizeof(policy_set_t));
    build->deny_sets = policy_arena_take(&build->arena, n,
                                         sizeof(policy_set_t));
    if (build->allow_sets == NULL || build->deny_sets == NULL) {
        return POLICY_NO_MEMORY;
    }

    for (i = 0; i < n; i++) {
        status = policy_profile_sets(build, i);
        if (status != POLICY_OK) {
            return status;
        }
    }

    build->fallback = POLICY_NONE;

    if (build->doc.fallback.name.len != 0) {
        build->fallback = policy_index_resolve(&build->profiles,
                                               &build->doc.fallback,
                                               "profile", build->errors);
    }

    return POLICY_OK;
}


static policy_status_t
policy_profile_sets(policy_build_t *build, uint32_t i)
{
    uint32_t                     k, permission;
    uint64_t                     sets[2][64];
    policy_status_t              status;
    const policy_doc_profile_t  *profile;
    const policy_doc_verdict_t  *verdicts;

    profile = policy_doc_profile(build, i);
    verdicts = profile->permissions.items;
    memset(sets, 0, sizeof(sets));

    for (k = 0; k < profile->permissions.count; k++) {

        permission = policy_build_permission(build, &verdicts[k].name);
        if (permission == POLICY_NONE) {
            continue;
        }

        if ((sets[0][permission >> 6] | sets[1][permission >> 6])
            >> (permission & 63) & 1)
        {
            policy_error_at(build->errors, verdicts[k].name.place, "\"%.*s\" "
                            "was given before, under another of its names",
                            POLICY_SHOWN(verdicts[k].name.name));
        }

        policy_dense_add(sets[verdicts[k].deny != 0], permission);
    }

    status = policy_dense_store(build, sets[0], &build->allow_sets[i]);
    if (status != POLICY_OK) {
        return status;
    }

    return policy_dense_store(build, sets[1], &build->deny_sets[i]);
}
