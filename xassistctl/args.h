/* The words of a command: positional ones, and options from a table. */

#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdbool.h>

/* An option: with a value, or a flag; one of the two is set. */
typedef struct {
    const char  *name;                 /* "--title"; NULL ends the table */
    const char **value;
    bool        *flag;
} ctl_arg_t;

#pragma GCC visibility push(hidden)

/*
 * Takes the options of `table` (which may be NULL) out of argv, wherever they
 * stand, and leaves the positional words at its front; "--" ends options.
 * Returns how many words are left, or -1 after a message when an option is
 * unknown, lacks its value or comes twice, or when they are not between `min`
 * and `max`.
 */
int ctl_args(int argc, char **argv, const ctl_arg_t *table, int min,
    int max);

/* A message on stderr, "xassistctl: ..." and a newline. */
void ctl_complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#pragma GCC visibility pop

#endif /* CTL_ARGS_H */
