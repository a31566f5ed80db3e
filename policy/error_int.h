/*
 * Errors of an input, each with its place.
 */

#ifndef POLICY_ERROR_INT_H
#define POLICY_ERROR_INT_H

#include <policy/policy.h>

#pragma GCC visibility push(hidden)

/* Where something stands in the text. */
typedef struct {
    uint32_t line;
    uint32_t column;
} policy_place_t;

/* For "%.*s": names are cut so that a message keeps its end. */
#define POLICY_SHOWN(text) \
    (int) ((text).len < 64 ? (text).len : 64), (text).data

/* Adds one; control characters of the input become '?'. */
void policy_error_at(policy_errors_t *errors, policy_place_t place,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Whether an error of that place is kept already. */
bool policy_error_has(const policy_errors_t *errors, policy_place_t place);

/* Whether another error would be kept: else a suggestion is not sought. */
bool policy_error_wanted(const policy_errors_t *errors);

/* Orders the kept errors by place. */
void policy_errors_sort(policy_errors_t *errors);

/*
 * The nearest of several known names: call policy_near_try with each; `best`
 * is empty unless one is within a few letters.
 */
typedef struct {
    policy_str_t name;
    policy_str_t best;
    unsigned     distance;
    unsigned     tried;
} policy_near_t;

void policy_near_init(policy_near_t *near, policy_str_t name);
void policy_near_try(policy_near_t *near, policy_str_t known);

/* Text for the end of a message: "" or "; did you mean \"x\"?". */
const char *policy_near_text(const policy_near_t *near, char *out,
    size_t size);

#pragma GCC visibility pop

#endif /* POLICY_ERROR_INT_H */
