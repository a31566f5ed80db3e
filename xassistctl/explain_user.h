/* A user of the store, as policy explain asks for one. */

#ifndef XASSISTCTL_EXPLAIN_USER_H
#define XASSISTCTL_EXPLAIN_USER_H

#include <policy/policy.h>
#include <xassistctl/open.h>

typedef struct {
    ctl_store_t       store;
    store_user_t      user;
    store_principal_t principal;
    char              roles[STORE_LIMIT_ROLES + 1];
    policy_str_t      role;            /* looked for in the teams */
    char              team[4 * STORE_LIMIT_NAME + 1];
    bool              open;
} ctl_explain_user_t;

#pragma GCC visibility push(hidden)

/* Finds ACCOUNT/NAME and opens the store, which is to be closed when `open`
   is set, whatever is returned. */
int ctl_explain_user(const ctl_options_t *options, const char *who,
    ctl_explain_user_t *user);

/* What a decision knows of the user: the licence, whether the account has no
   other, and, if the rule looks at it, whether the attributes of the query
   name whom the user manages.  CTL_FAILURE: the store cannot be read. */
int ctl_explain_facts(ctl_explain_user_t *user, const policy_query_t *query,
    uint32_t wanted, uint32_t *facts);

/* The team that a role came through; NULL when it is held directly. */
const char *ctl_explain_team(ctl_explain_user_t *user, policy_str_t role);

#pragma GCC visibility pop

#endif /* XASSISTCTL_EXPLAIN_USER_H */
