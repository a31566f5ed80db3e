/*
 * One evaluation: the arguments of policy_decide, opened, and the values its
 * steps leave.
 */

#ifndef POLICY_DECIDE_INT_H
#define POLICY_DECIDE_INT_H

#include <policy/image_int.h>

#pragma GCC visibility push(hidden)

typedef enum {
    POLICY_FALSE = 0,
    POLICY_TRUE,
    POLICY_UNKNOWN                     /* an error: stays one through "not" */
} policy_truth_t;

/*
 * Why it is not true travels with the value.  When "any" fails, the branch of
 * most weight is told of: a permission can be given, a kind cannot.
 */
typedef enum {
    POLICY_WEIGHT_KIND = 0,
    POLICY_WEIGHT_FACT,
    POLICY_WEIGHT_PERMISSION
} policy_weight_t;

typedef struct {
    uint8_t  truth;
    uint8_t  reason;
    uint8_t  weight;
    uint32_t permission;
} policy_value_t;

typedef struct policy_eval_s policy_eval_t;

/* Told of each test, when somebody wants to know. */
typedef void (*policy_trace_pt)(const policy_eval_t *eval, uint32_t op,
    uint32_t argument, const policy_value_t *value);

/* Sets of the first roles are loaded once; of more, at each look. */
#define POLICY_SETS_HELD  16u

struct policy_eval_s {
    const policy_image_t *image;
    const policy_query_t *query;
    policy_trace_pt       trace;       /* or NULL */
    void                 *trace_ctx;
    const uint32_t       *asked;       /* roles that count: own, inviter's */
    uint32_t              nasked;
    uint32_t              loaded;      /* of them are in `sets` */
    uint32_t              nsets;
    policy_set_t          sets[POLICY_SETS_HELD];
    uint32_t              column;      /* POLICY_COLUMNS: of none */
    uint32_t              facts;
    uint32_t              fallback;    /* default profile or POLICY_NONE */
    policy_set_t          guests;
    policy_set_t          single;
    policy_array_t        permissions;
    policy_array_t        requires;
    policy_array_t        roles;
    policy_array_t        words;
    policy_array_t        profiles;
    policy_array_t        rules;
    policy_array_t        code;
};

/* policy_decide, with a trace that may be NULL. */
void policy_decide_traced(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, policy_trace_pt trace, void *ctx,
    policy_decision_t *decision);

/* Whether the principal holds a permission. */
void policy_held(const policy_eval_t *eval, uint32_t permission,
    policy_value_t *value);

/* Runs the program of a rule. */
void policy_run(const policy_eval_t *eval, uint32_t rule,
    policy_value_t *value);

/* The value of a damaged image or an index out of range. */
void policy_value_corrupt(policy_value_t *value);

#pragma GCC visibility pop

#endif /* POLICY_DECIDE_INT_H */
