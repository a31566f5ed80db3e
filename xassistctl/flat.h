/* One line of a log in JSON: an object whose values are texts and numbers. */

#ifndef CTL_FLAT_H
#define CTL_FLAT_H

#include <stdbool.h>
#include <stddef.h>

#include <policy/policy.h>

/* A member to look for; `value` is empty when the line has none. */
typedef struct {
    const char   *name;                /* NULL ends the table */
    policy_str_t  value;
} ctl_flat_t;

#pragma GCC visibility push(hidden)

/*
 * Reads the object in line[len], undoing escapes in place: values point into
 * the line.  Members that the table does not name are passed over, of one
 * that comes twice the last counts.  False when it is no such object.
 */
bool ctl_flat_read(char *line, size_t len, ctl_flat_t *table);

#pragma GCC visibility pop

#endif /* CTL_FLAT_H */
