/*
 * What a permission requires, and what that requires.
 */

#include <string.h>

#include <policy/build_int.h>


static policy_status_t policy_requires_graph(policy_build_t *build,
    policy_graph_t *graph);
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

    status = policy_requires_graph(build, &graph);
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


static policy_status_t
policy_requires_graph(policy_build_t *build, policy_graph_t *graph)
{
    uint32_t                        i, k, n, to;
    const policy_doc_permission_t  *permission;

    graph->nodes = build->doc.permissions.count;
    n = 0;

    for (i = 0; i < graph->nodes; i++) {
        n += policy_doc_permission(build, i)->requires.count;
    }

    graph->first = policy_arena_take(&build->arena, (size_t) graph->nodes + 1,
                                     sizeof(uint32_t));
    graph->edges = policy_arena_take(&build->arena, n, sizeof(uint32_t));
    if (graph->first == NULL || graph->edges == NULL) {
        return POLICY_NO_MEMORY;
    }

    n = 0;

    for (i = 0; i < graph->nodes; i++) {
        permission = policy_doc_permission(build, i);
        graph->first[i] = n;

        for (k = 0; k < permission->requires.count; k++) {
            to = policy_build_permission(build,
                                         &permission->requires.items[k]);
            if (to != POLICY_NONE) {
                graph->edges[n++] = to;
            }
        }
    }

    graph->first[graph->nodes] = n;

    return POLICY_OK;
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
