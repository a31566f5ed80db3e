/* What a token says of its person, once it verified. */

#ifndef POLICY_JWT_INT_H
#define POLICY_JWT_INT_H

#include <policy/json_int.h>

#pragma GCC visibility push(hidden)

/*
 * Names at the path of a claim; none when the token lacks it.  False when
 * they are not names or do not fit: a token that lost one could pass a rule
 * with `not`.  Roles have no blanks, so that one text may hold several.
 */
bool policy_jwt_roles(policy_jwt_t *out, const policy_node_t *root,
    policy_str_t path);
bool policy_jwt_teams(policy_jwt_t *out, const policy_node_t *root,
    policy_str_t path);

/* Name, name to read and mail; what does not fit is left out. */
void policy_jwt_person(policy_jwt_t *out, const policy_node_t *root);

#pragma GCC visibility pop

#endif /* POLICY_JWT_INT_H */
