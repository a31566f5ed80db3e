/*
 * What depends on what: roles on roles, permissions on permissions, rules on
 * rules.
 */

#ifndef POLICY_GRAPH_INT_H
#define POLICY_GRAPH_INT_H

#include <policy/doc_int.h>

#pragma GCC visibility push(hidden)

/* Node i depends on edges[first[i]] ... edges[first[i + 1] - 1]. */
typedef struct {
    uint32_t  nodes;
    uint32_t *first;
    uint32_t *edges;
} policy_graph_t;

/* Names a node, for the path of a cycle. */
typedef policy_ref_t (*policy_graph_name_pt)(const void *ctx, uint32_t node);

/*
 * Writes the nodes to `order` so that each comes after all it depends on.
 * Each cycle is an error with its path, at the place of its first node;
 * `what` is what the nodes are.  False without memory.
 */
bool policy_graph_order(const policy_graph_t *graph, policy_arena_t *arena,
    uint32_t *order, const char *what, policy_graph_name_pt name,
    const void *ctx, policy_errors_t *errors);

#pragma GCC visibility pop

#endif /* POLICY_GRAPH_INT_H */
