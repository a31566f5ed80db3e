/* Commands that list the records of an account. */

#ifndef CTL_LISTING_H
#define CTL_LISTING_H

#include <xassistctl/ctl.h>

#pragma GCC visibility push(hidden)

/* A walk over the records of an account, as store.h has them. */
typedef store_status_t (*ctl_walk_pt)(store_txn_t *txn,
    const store_id_t *account, store_visit_pt visit, void *data);

/*
 * The command "... list ACCOUNT": prints a list named `what`, each record by
 * `print`, whose data is the ctl_print_t.  The exit status.
 */
int ctl_list(const ctl_options_t *options, int argc, char **argv,
    const char *what, ctl_walk_pt walk, store_visit_pt print);

#pragma GCC visibility pop

#endif /* CTL_LISTING_H */
