/*
 * Commands that change something: what they have in common is done here,
 * what differs stands in a table.
 */

#ifndef CTL_CHANGE_H
#define CTL_CHANGE_H

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>

/* What there is to go by. */
typedef struct {
    const ctl_options_t *options;
    ctl_store_t         *store;        /* NULL in `check` */
    char               **argv;         /* the words but options */
    const char          *each;         /* of `many`: the word of this turn */
    void                *data;         /* what the options said */
} ctl_given_t;

/*
 * One change.  `check` (may be NULL) looks at the words before the store is
 * opened, as whoever runs the command; `fill` finds what it is about and
 * fills the operation's `in`; `print` prints the members of the result, from
 * the store as it is after the change.  Each returns an exit status, after a
 * message unless it is CTL_OK.  Without `fill` nothing is changed, and the
 * store is opened for reading alone: the command shows something.
 */
typedef struct {
    store_op_kind_t  kind;
    const char      *what;             /* "cannot WHAT: why" */
    int              min;              /* words that it takes, but options */
    int              max;
    int              many;             /* not 0: an operation for each word
                                          from this one on */
    bool             by_policy;        /* needs the policy's numbers */
    int            (*check)(const ctl_given_t *given);
    int            (*fill)(const ctl_given_t *given, store_op_t *op);
    int            (*print)(ctl_print_t *out, const ctl_given_t *given,
                            const store_op_t *op);
} ctl_change_t;

#pragma GCC visibility push(hidden)

/*
 * Reads the words with the options of `args` (or NULL), opens the store,
 * makes the change, prints, closes; the exit status.  A change that the store
 * makes in several steps (out.more) is made whole.  Of `many` words those
 * before the first that fails are done.
 */
int ctl_change(const ctl_options_t *options, const ctl_change_t *change,
    int argc, char **argv, const ctl_arg_t *args, void *data);

#pragma GCC visibility pop

#endif /* CTL_CHANGE_H */
