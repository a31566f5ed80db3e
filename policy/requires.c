/*
 * What a permission requires, and what that requires.
 */

#include <string.h>

#include <policy/build_int.h>


static void policy_requires_one(policy_build_t *build,
    const policy_graph_t *graph, uint32_t permission, uint32_t licensed);
static uint32_t policy_requires_licensed(policy_build_t *build);
static policy_ref_t policy_permission_ref(const void *ctx, uint32_t node);


policy_status_t
policy_build_requires(policy_build_t *build)
{
    uint32_t         i, n, licensed, seated, *order;
    policy_graph_t   graph;
    policy_status_t  status;

    n = build->doc.permissions.count;

    build->permissions = policy_arena_take(&build->arena, n,
                                           sizeof(*build->permissions));
    order = policy_arena_take(&build->arena, n, sizeof(*order));
    if (build->permissions == NULL || order == NULL) {
        return POLICY_NO_MEMORY;
    }

    status = policy_names_graph(build, &build->doc.permissions,
                                sizeof(policy_doc_permission_t),
                                offsetof(policy_doc_permission_t, requires),
                                policy_build_permission, &graph);
    if (status != POLICY_OK) {
        return status;
    }

    if (!policy_graph_order(&graph, &build->arena, order,
                            "permissions require one another",
                            policy_permission_ref, build, build->errors))
    {
        return POLICY_NO_MEMORY;
    }

    licensed = policy_requires_licensed(build);
    seated = build->doc.seated.name.len != 0
             ? policy_build_permission(build, &build->doc.seated)
             : POLICY_NONE;

    for (i = 0; i < n; i++) {
        policy_requires_one(build, &graph, order[i], licensed);
        build->permissions[order[i]].seated = order[i] == seated;
    }

    return build->writer.status;
}


/* Comes after all that it requires: their lists are whole. */
static void
policy_requires_one(policy_build_t *build, const policy_graph_t *graph,
    uint32_t permission, uint32_t licensed)
{
    uint32_t                        c, e, k, n, to, need;
    uint32_t                        needs[POLICY_MAX_REQUIRES];
    uint64_t                        seen[64];
    const uint32_t                 *words;
    policy_build_permission_t      *made;
    const policy_doc_permission_t  *written;

    written = policy_doc_permission(build, permission);
    made = &build->permissions[permission];
    made->licensed = permission == licensed;

    for (c = 0; c < POLICY_COLUMNS; c++) {
        made->ceiling |= (written->columns[c] != 0 ? 1u : 0u) << c;
    }

    memset(seen, 0, sizeof(seen));
    policy_dense_add(seen, permission);
    n = 0;

    for (e = graph->first[permission]; e < graph->first[permission + 1]; e++) {

        to = graph->edges[e];
        made->ceiling &= build->permissions[to].ceiling;
        made->licensed |= build->permissions[to].licensed;

        for (k = 0; k <= build->permissions[to].nneeds; k++) {
            words = build->writer.sections[POLICY_REQUIRES].words;
            need = k == 0 ? to : words[build->permissions[to].needs + k - 1];

            if (seen[need >> 6] >> (need & 63) & 1) {
                continue;
            }

            if (n == POLICY_MAX_REQUIRES) {
                policy_error_at(build->errors, written->name.place, "\"%.*s\" "
                                "requires more than %u others",
                                POLICY_SHOWN(written->name.name),
                                POLICY_MAX_REQUIRES);
                return;
            }

            policy_dense_add(seen, need);
            needs[n++] = need;
        }
    }

    made->needs = policy_writer_count(&build->writer, POLICY_REQUIRES);
    made->nneeds = n;
    policy_writer_put(&build->writer, POLICY_REQUIRES, needs, n);
}


/* licences.regular, or xa_xassist where there is one of that name. */
static uint32_t
policy_requires_licensed(policy_build_t *build)
{
    const policy_entry_t  *entry;

    if (build->doc.licensed.name.len != 0) {
        return policy_build_permission(build, &build->doc.licensed);
    }

    entry = policy_index_find(&build->rules, policy_text("xa_xassist"));

    if (entry == NULL || entry->target < POLICY_BUILTINS
        || entry->target - POLICY_BUILTINS >= build->doc.permissions.count)
    {
        return POLICY_NONE;
    }

    return entry->target - POLICY_BUILTINS;
}


static policy_ref_t
policy_permission_ref(const void *ctx, uint32_t node)
{
    return policy_doc_permission(ctx, node)->name;
}
