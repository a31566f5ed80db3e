/* Between policy diff and its walk over a store. */

#ifndef CTL_POLICY_DIFF_H
#define CTL_POLICY_DIFF_H

#include <xassistctl/policy_change.h>
#include <xassistctl/print.h>

typedef struct {
    ctl_print_t    out;
    bool           json;
    uint32_t       examples;           /* names told of each change */
    uint64_t       count;              /* changes told */
    ctl_changes_t  changes;
} ctl_diff_t;

#pragma GCC visibility push(hidden)

/* Users, open invitations and open sessions of the store: how many gain or
   lose what.  CTL_OK, or an exit status after a message. */
int ctl_diff_store(const ctl_options_t *options, ctl_diff_t *diff);

store_slice_t ctl_diff_slice(policy_str_t text);

#pragma GCC visibility pop

#endif /* CTL_POLICY_DIFF_H */
