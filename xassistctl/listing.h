/* Commands that list the records of an account. */

#ifndef CTL_LISTING_H
#define CTL_LISTING_H

#include <xassistctl/ctl.h>
#include <xassistctl/print.h>

#pragma GCC visibility push(hidden)

/* A walk over the records of an account, as store.h has them. */
typedef store_status_t (*ctl_walk_pt)(store_txn_t *txn,
    const store_id_t *account, store_visit_pt visit, void *data);

/* Prints the members of one record. */
typedef void (*ctl_members_pt)(ctl_print_t *out, const void *record);

/*
 * The command "... list ACCOUNT": prints a list named `what`, of the records
 * that `walk` finds.  The exit status.
 */
int ctl_list(const ctl_options_t *options, int argc, char **argv,
    const char *what, ctl_walk_pt walk, ctl_members_pt members);

#pragma GCC visibility pop

#endif /* CTL_LISTING_H */
