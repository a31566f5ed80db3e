/*
 * Depth first, with a stack of its own: a chain of a hundred thousand roles
 * must not end on the process's stack.
 */

#include <stdio.h>
#include <string.h>

#include <policy/graph_int.h>


#define POLICY_PATH_LEN  200u


typedef enum {
    POLICY_NODE_NEW = 0,
    POLICY_NODE_OPEN,
    POLICY_NODE_DONE
} policy_node_state_t;

typedef struct {
    const policy_graph_t *graph;
    uint32_t             *stack;
    uint32_t             *next;        /* edge to follow, per node */
    uint8_t              *state;
    uint32_t              depth;
    const char           *what;
    policy_graph_name_pt  name;
    const void           *ctx;
    policy_errors_t      *errors;
} policy_walk_t;


static void policy_walk_cycle(policy_walk_t *walk, uint32_t back);


bool
policy_graph_order(const policy_graph_t *graph, policy_arena_t *arena,
    uint32_t *order, const char *what, policy_graph_name_pt name,
    const void *ctx, policy_errors_t *errors)
{
    uint32_t       root, node, to, n;
    policy_walk_t  walk;

    memset(&walk, 0, sizeof(walk));
    walk.graph = graph;
    walk.what = what;
    walk.name = name;
    walk.ctx = ctx;
    walk.errors = errors;
    walk.stack = policy_arena_take(arena, graph->nodes, sizeof(uint32_t));
    walk.next = policy_arena_take(arena, graph->nodes, sizeof(uint32_t));
    walk.state = policy_arena_take(arena, graph->nodes, 1);

    if (walk.stack == NULL || walk.next == NULL || walk.state == NULL) {
        return false;
    }

    n = 0;

    for (root = 0; root < graph->nodes; root++) {

        if (walk.state[root] != POLICY_NODE_NEW) {
            continue;
        }

        walk.stack[walk.depth++] = root;

        while (walk.depth != 0) {

            node = walk.stack[walk.depth - 1];

            if (walk.state[node] == POLICY_NODE_NEW) {
                walk.state[node] = POLICY_NODE_OPEN;
                walk.next[node] = graph->first[node];
            }

            if (walk.next[node] == graph->first[node + 1]) {
                walk.state[node] = POLICY_NODE_DONE;
                order[n++] = node;
                walk.depth--;
                continue;
            }

            to = graph->edges[walk.next[node]++];

            if (walk.state[to] == POLICY_NODE_OPEN) {
                policy_walk_cycle(&walk, to);

            } else if (walk.state[to] == POLICY_NODE_NEW) {
                walk.stack[walk.depth++] = to;
            }
        }
    }

    return true;
}


/* The path from `back` down the stack and to `back` again; the middle of a
   long one is left out. */
static void
policy_walk_cycle(policy_walk_t *walk, uint32_t back)
{
    int           written;
    char          path[POLICY_PATH_LEN];
    size_t        len;
    uint32_t      i, start;
    policy_ref_t  first, ref;

    if (!policy_error_wanted(walk->errors)) {
        walk->errors->count++;
        return;
    }

    start = walk->depth - 1;
    while (walk->stack[start] != back) {
        start--;
    }

    first = walk->name(walk->ctx, back);
    len = 0;
    path[0] = '\0';

    for (i = start; i < walk->depth; i++) {
        ref = walk->name(walk->ctx, walk->stack[i]);

        if (len + ref.name.len + 16 > sizeof(path)) {
            written = snprintf(path + len, sizeof(path) - len, "... -> ");
            len += written > 0 ? (size_t) written : 0;
            break;
        }

        written = snprintf(path + len, sizeof(path) - len, "%.*s -> ",
                           (int) ref.name.len, ref.name.data);
        len += written > 0 ? (size_t) written : 0;
    }

    policy_error_at(walk->errors, first.place, "%s in a circle: %s%.*s",
                    walk->what, path, (int) (first.name.len < 40
                                             ? first.name.len : 40),
                    first.name.data);
}
