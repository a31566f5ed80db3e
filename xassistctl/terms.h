/* What roles mean for an account, as the policy has it: for the store. */

#ifndef CTL_TERMS_H
#define CTL_TERMS_H

#include <xassistctl/open.h>

#pragma GCC visibility push(hidden)

/* Without a policy that can be read nothing is known, and nothing is asked
   for.  Free with ctl_terms_free. */
void ctl_terms_load(const ctl_options_t *options, ctl_store_t *store);
void ctl_terms_free(ctl_store_t *store);

#pragma GCC visibility pop

#endif /* CTL_TERMS_H */
