/*
 * The program of one rule while it is made.
 */

#ifndef POLICY_PROGRAM_INT_H
#define POLICY_PROGRAM_INT_H

#include <policy/build_int.h>

#pragma GCC visibility push(hidden)

typedef struct {
    uint32_t op;
    uint32_t argument;
} policy_step_t;

typedef struct {
    policy_build_t *build;
    policy_ref_t    name;
    policy_step_t   steps[POLICY_MAX_STEPS];
    uint32_t        count;
    policy_str_t    attributes[POLICY_MAX_ATTRIBUTES];
    uint32_t        nattributes;
    bool            failed;            /* told already, or it names one that
                                          failed */
} policy_program_t;

void policy_program_init(policy_program_t *program, policy_build_t *build,
    const policy_ref_t *name);

/* Appends a step; one too many fails the program. */
void policy_program_step(policy_program_t *program, uint32_t op,
    uint32_t argument);

/* Appends the whole program of another rule. */
void policy_program_inline(policy_program_t *program, uint32_t rule);

/* Notes that a query must bring the attribute. */
void policy_program_attribute(policy_program_t *program, policy_str_t name,
    policy_place_t place);

/* Keeps the program as that of rule `rule`. */
void policy_program_store(policy_program_t *program, uint32_t rule);

/* expression.c: appends the steps of an expression. */
void policy_expression(policy_program_t *program, const policy_node_t *node);

/*
 * expression.c: calls `visit` with the rule index of each name in an
 * expression; unknown names are passed over.
 */
typedef void (*policy_visit_pt)(void *ctx, uint32_t rule);
void policy_expression_visit(const policy_build_t *build,
    const policy_node_t *node, policy_visit_pt visit, void *ctx);

/* fold.c: whether the program is false for every kind of principal, whatever
   they hold and whatever the facts are. */
bool policy_program_never(const policy_program_t *program);

#pragma GCC visibility pop

#endif /* POLICY_PROGRAM_INT_H */
