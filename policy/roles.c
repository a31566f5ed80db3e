/*
 * The set of permissions of each role, its includes counted; of the guests;
 * of the one user of a single-user account.
 */

#include <string.h>

#include <policy/build_int.h>


static uint32_t policy_roles_find(policy_build_t *build,
    const policy_ref_t *ref);
static policy_status_t policy_roles_guests(policy_build_t *build);
static policy_status_t policy_roles_single(policy_build_t *build);
static policy_ref_t policy_role_ref(const void *ctx, uint32_t node);


policy_status_t
policy_build_roles(policy_build_t *build)
{
    uint32_t                  i, k, e, node, permission, *order;
    uint64_t                  dense[64];
    policy_graph_t            graph;
    policy_status_t           status;
    const policy_doc_role_t  *role;

    status = policy_names_graph(build, &build->doc.roles,
                                sizeof(policy_doc_role_t),
                                offsetof(policy_doc_role_t, includes),
                                policy_roles_find, &graph);
    if (status != POLICY_OK) {
        return status;
    }

    order = policy_arena_take(&build->arena, graph.nodes, sizeof(*order));
    build->role_sets = policy_arena_take(&build->arena, graph.nodes,
                                         sizeof(policy_set_t));
    if (order == NULL || build->role_sets == NULL
        || !policy_graph_order(&graph, &build->arena, order,
                               "roles include one another", policy_role_ref,
                               build, build->errors))
    {
        return POLICY_NO_MEMORY;
    }

    for (i = 0; i < graph.nodes; i++) {
        node = order[i];
        role = policy_doc_role(build, node);
        memset(dense, 0, sizeof(dense));

        for (k = 0; k < role->grants.count; k++) {
            permission = policy_build_permission(build,
                                                 &role->grants.items[k]);
            if (permission != POLICY_NONE) {
                policy_dense_add(dense, permission);
            }
        }

        for (e = graph.first[node]; e < graph.first[node + 1]; e++) {
            policy_dense_merge(build, &build->role_sets[graph.edges[e]],
                               dense);
        }

        status = policy_dense_store(build, dense, &build->role_sets[node]);
        if (status != POLICY_OK) {
            return status;
        }
    }

    status = policy_roles_guests(build);

    return status == POLICY_OK ? policy_roles_single(build) : status;
}


policy_status_t
policy_dense_store(policy_build_t *build, const uint64_t dense[64],
    policy_set_t *set)
{
    uint32_t  i;

    set->mask = 0;
    set->first = policy_writer_count(&build->writer, POLICY_WORDS);

    for (i = 0; i < 64; i++) {
        if (dense[i] != 0) {
            set->mask |= (uint64_t) 1 << i;
            policy_writer_word64(&build->writer, POLICY_WORDS, dense[i]);
        }
    }

    return build->writer.status;
}


void
policy_dense_merge(const policy_build_t *build, const policy_set_t *set,
    uint64_t dense[64])
{
    uint32_t         i;
    const uint32_t  *words;

    if (set->mask == 0) {
        return;
    }

    words = build->writer.sections[POLICY_WORDS].words
            + 2 * (size_t) set->first;

    for (i = 0; i < 64; i++) {
        if (set->mask >> i & 1) {
            dense[i] |= (uint64_t) words[1] << 32 | words[0];
            words += 2;
        }
    }
}


static uint32_t
policy_roles_find(policy_build_t *build, const policy_ref_t *ref)
{
    return policy_index_resolve(&build->roles, ref, "role", build->errors);
}


/* What guests get are permissions, and roles for all that these grant. */
static policy_status_t
policy_roles_guests(policy_build_t *build)
{
    uint32_t               i, permission;
    uint64_t               dense[64];
    const policy_ref_t    *ref;
    const policy_entry_t  *role;

    memset(dense, 0, sizeof(dense));

    for (i = 0; i < build->doc.guests.count; i++) {

        ref = &build->doc.guests.items[i];
        role = policy_index_find(&build->roles, ref->name);

        if (role != NULL
            && policy_index_find(&build->rules, ref->name) == NULL)
        {
            policy_dense_merge(build, &build->role_sets[role->target], dense);
            continue;
        }

        permission = policy_build_permission(build, ref);
        if (permission != POLICY_NONE) {
            policy_dense_add(dense, permission);
        }
    }

    return policy_dense_store(build, dense, &build->guests);
}


static policy_status_t
policy_roles_single(policy_build_t *build)
{
    uint32_t  i;
    uint64_t  dense[64];

    memset(dense, 0, sizeof(dense));

    for (i = 0; i < build->doc.roles.count; i++) {
        if (policy_doc_role(build, i)->single_user != 0) {
            policy_dense_merge(build, &build->role_sets[i], dense);
        }
    }

    return policy_dense_store(build, dense, &build->single);
}


static policy_ref_t
policy_role_ref(const void *ctx, uint32_t node)
{
    return policy_doc_role(ctx, node)->name;
}
