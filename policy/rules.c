/*
 * The program of every rule: the built-in ones, one for each permission, the
 * file's.  A rule that names another gets its steps in its place, so that a
 * decision never leaves its program.
 */

#include <string.h>

#include <policy/program_int.h>


#define POLICY_BIT(kind)  (1u << (kind))


typedef struct {
    uint32_t  base;                    /* index of the file's first rule */
    uint32_t  extra;                   /* node of in-call */
    uint32_t *edges;                   /* NULL: only counted */
    uint32_t  count;
} policy_rule_edges_t;


static policy_status_t policy_rules_graph(policy_build_t *build,
    policy_graph_t *graph);
static void policy_rules_edge(void *ctx, uint32_t rule);
static policy_ref_t policy_rule_ref(const void *ctx, uint32_t node);
static void policy_rules_fixed(policy_build_t *build,
    policy_program_t *program);
static void policy_rules_in_call(policy_build_t *build,
    policy_program_t *program);
static void policy_rules_one(policy_build_t *build, policy_program_t *program,
    uint32_t i);
static void policy_rules_demanded(policy_build_t *build);


policy_status_t
policy_build_rules(policy_build_t *build)
{
    uint32_t           i, n, *order;
    policy_graph_t     graph;
    policy_status_t    status;
    policy_program_t  *program;

    n = POLICY_BUILTINS + build->doc.permissions.count
        + build->doc.rules.count;

    program = policy_arena_take(&build->arena, 1, sizeof(*program));
    build->programs = policy_arena_take(&build->arena, n,
                                        sizeof(*build->programs));
    if (program == NULL || build->programs == NULL) {
        return POLICY_NO_MEMORY;
    }

    policy_rules_demanded(build);
    policy_rules_fixed(build, program);

    status = policy_rules_graph(build, &graph);
    if (status != POLICY_OK) {
        return status;
    }

    order = policy_arena_take(&build->arena, graph.nodes, sizeof(*order));
    if (order == NULL
        || !policy_graph_order(&graph, &build->arena, order,
                               "rules name one another", policy_rule_ref,
                               build, build->errors))
    {
        return POLICY_NO_MEMORY;
    }

    for (i = 0; i < graph.nodes; i++) {
        if (order[i] == build->doc.rules.count) {
            policy_rules_in_call(build, program);
        } else {
            policy_rules_one(build, program, order[i]);
        }
    }

    build->assist = POLICY_NONE;

    if (build->doc.assistance.requires.name.len != 0) {
        build->assist = policy_index_resolve(&build->rules,
                                             &build->doc.assistance.requires,
                                             "rule or permission",
                                             build->errors);
    }

    return build->writer.status;
}


static policy_status_t
policy_rules_graph(policy_build_t *build, policy_graph_t *graph)
{
    uint32_t               i, pass;
    policy_rule_edges_t    edges;
    const policy_entry_t  *join;

    edges.base = POLICY_BUILTINS + build->doc.permissions.count;
    edges.extra = build->doc.rules.count;
    edges.edges = NULL;

    graph->nodes = build->doc.rules.count + 1;
    graph->first = policy_arena_take(&build->arena, (size_t) graph->nodes + 1,
                                     sizeof(uint32_t));
    if (graph->first == NULL) {
        return POLICY_NO_MEMORY;
    }

    join = policy_index_find(&build->rules, policy_text("call.join"));

    for (pass = 0; pass < 2; pass++) {
        edges.count = 0;

        for (i = 0; i < build->doc.rules.count; i++) {
            graph->first[i] = edges.count;
            policy_expression_visit(build,
                                    policy_doc_rule(build, i)->expression,
                                    policy_rules_edge, &edges);
        }

        graph->first[i] = edges.count;
        if (join != NULL) {
            policy_rules_edge(&edges, join->target);
        }
        graph->first[i + 1] = edges.count;

        if (pass == 0) {
            edges.edges = policy_arena_take(&build->arena, edges.count,
                                            sizeof(uint32_t));
            if (edges.edges == NULL) {
                return POLICY_NO_MEMORY;
            }
        }
    }

    graph->edges = edges.edges;

    return POLICY_OK;
}


static void
policy_rules_edge(void *ctx, uint32_t rule)
{
    uint32_t              node;
    policy_rule_edges_t  *edges;

    edges = ctx;

    if (rule >= edges->base) {
        node = rule - edges->base;
    } else if (rule == POLICY_BUILTIN_IN_CALL) {
        node = edges->extra;
    } else {
        return;
    }

    if (edges->edges != NULL) {
        edges->edges[edges->count] = node;
    }

    edges->count++;
}


static policy_ref_t
policy_rule_ref(const void *ctx, uint32_t node)
{
    policy_ref_t           ref;
    const policy_build_t  *build;

    build = ctx;

    if (node < build->doc.rules.count) {
        return policy_doc_rule(build, node)->name;
    }

    ref.name = policy_text("in-call");
    ref.place = build->doc.rules.place;

    return ref;
}


static void
policy_rules_fixed(policy_build_t *build, policy_program_t *program)
{
    uint32_t      i;
    policy_ref_t  name;

    static const struct {
        uint32_t op;
        uint32_t argument;
    } steps[POLICY_BUILTINS] = {
        [POLICY_BUILTIN_AUTHENTICATED] = {
            POLICY_OP_KIND, POLICY_BIT(POLICY_KIND_REGULAR)
                            | POLICY_BIT(POLICY_KIND_GUEST)
                            | POLICY_BIT(POLICY_KIND_EXTERNAL)
                            | POLICY_BIT(POLICY_KIND_SERVICE)
        },
        [POLICY_BUILTIN_REGULAR] = {
            POLICY_OP_KIND, POLICY_BIT(POLICY_KIND_REGULAR)
        },
        [POLICY_BUILTIN_GUEST] = {
            POLICY_OP_KIND, POLICY_BIT(POLICY_KIND_GUEST)
        },
        [POLICY_BUILTIN_NOBODY] = { POLICY_OP_FALSE, 0 },
        [POLICY_BUILTIN_EVERYBODY] = { POLICY_OP_TRUE, 0 }
    };

    memset(&name, 0, sizeof(name));

    for (i = 0; i < POLICY_BUILTINS + build->doc.permissions.count; i++) {

        if (i == POLICY_BUILTIN_IN_CALL) {
            continue;
        }

        policy_program_init(program, build, &name);

        if (i < POLICY_BUILTINS) {
            policy_program_step(program, steps[i].op, steps[i].argument);
        } else {
            policy_program_step(program, POLICY_OP_PERMISSION,
                                i - POLICY_BUILTINS);
        }

        policy_program_store(program, i);
    }
}


/* (guest or external) and by the session that the link gave, or regular and
   by call.join. */
static void
policy_rules_in_call(policy_build_t *build, policy_program_t *program)
{
    policy_ref_t           name;
    const policy_entry_t  *join;

    name = policy_rule_ref(build, build->doc.rules.count);
    policy_program_init(program, build, &name);

    join = policy_index_find(&build->rules, policy_text("call.join"));
    if (join == NULL) {
        return;
    }

    policy_program_step(program, POLICY_OP_KIND,
                        POLICY_BIT(POLICY_KIND_GUEST)
                        | POLICY_BIT(POLICY_KIND_EXTERNAL));
    policy_program_step(program, POLICY_OP_JF, 4);
    policy_program_step(program, POLICY_OP_FACT, POLICY_FACT_GUEST_IN_CALL);
    policy_program_step(program, POLICY_OP_AND, 0);
    policy_program_step(program, POLICY_OP_JT, 0);
    policy_program_step(program, POLICY_OP_KIND,
                        POLICY_BIT(POLICY_KIND_REGULAR));
    policy_program_step(program, POLICY_OP_JF, 0);
    policy_program_inline(program, join->target);
    policy_program_step(program, POLICY_OP_AND, 0);
    policy_program_step(program, POLICY_OP_OR, 0);

    if (!program->failed) {
        program->steps[4].argument = program->count;
        program->steps[6].argument = program->count - 1;
    }

    policy_program_store(program, POLICY_BUILTIN_IN_CALL);
}


static void
policy_rules_one(policy_build_t *build, policy_program_t *program,
    uint32_t i)
{
    const policy_doc_rule_t  *rule;

    rule = policy_doc_rule(build, i);
    policy_program_init(program, build, &rule->name);

    if (rule->expression == NULL) {
        return;
    }

    policy_expression(program, rule->expression);
    policy_program_store(program, POLICY_BUILTINS
                                  + build->doc.permissions.count + i);

    if (program->failed
        || (program->count == 1 && program->steps[0].op == POLICY_OP_FALSE))
    {
        return;
    }

    if (policy_program_never(program)) {
        policy_error_at(build->errors, rule->name.place, "rule \"%.*s\" can "
                        "never hold; \"nobody\" says so, if it is meant",
                        POLICY_SHOWN(rule->name.name));
    }
}


static void
policy_rules_demanded(policy_build_t *build)
{
    size_t  i;

    static const char *const  demanded[] = {
        "call.join", "call.end", "call.decline"
    };

    for (i = 0; i < sizeof(demanded) / sizeof(demanded[0]); i++) {
        if (build->doc.rules.place.line != 0
            && policy_index_find(&build->rules, policy_text(demanded[i]))
               == NULL)
        {
            policy_error_at(build->errors, build->doc.rules.place,
                            "the rule \"%s\" is missing here", demanded[i]);
        }
    }
}
