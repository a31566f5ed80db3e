/* Handlers of teams, groups, and what administrators change of users. */

#ifndef NGX_XASSIST_API_ADMIN_H
#define NGX_XASSIST_API_ADMIN_H

#include "ngx_xassist_api_route.h"

#pragma GCC visibility push(hidden)

extern const policy_body_member_t  ngx_xassist_body_team[];
extern const policy_body_member_t  ngx_xassist_body_group[];
extern const policy_body_member_t  ngx_xassist_body_member[];
extern const policy_body_member_t  ngx_xassist_body_roles[];
extern const policy_body_member_t  ngx_xassist_body_licence[];
extern const policy_body_member_t  ngx_xassist_body_sign_out[];

/*
 * Whether the caller holds every permission that these roles grant: nobody
 * gives, takes or oversees more than that.  A role that the policy does not
 * have is INVALID_REQUEST.
 */
ngx_xassist_reason_t ngx_xassist_api_covers(ngx_xassist_api_t *api,
    const store_slice_t *roles, ngx_uint_t given);

/* Asks the rule about a user of the caller's account who holds nothing that
   the caller does not hold; what is not theirs to change is not there. */
ngx_xassist_reason_t ngx_xassist_api_admin_of(ngx_xassist_api_t *api,
    ngx_xassist_api_rule_t rule, const store_id_t *id);

/* The same of a user whom another rule was asked about. */
ngx_xassist_reason_t ngx_xassist_api_covers_user(ngx_xassist_api_t *api,
    const store_id_t *id);

ngx_xassist_reason_t ngx_xassist_api_users_roles(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_suspend(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_resume(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_licence(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_sign_out(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_changed(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_account_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_account_bill(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_teams_list(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_teams_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_teams_create(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_teams_set(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_teams_delete(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_teams_add(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_teams_remove(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_teams_changed(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_teams_gone(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_groups_list(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_create(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_delete(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_add(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_remove(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_manage(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_unmanage(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_changed(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_groups_gone(ngx_xassist_api_t *api);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_API_ADMIN_H */
