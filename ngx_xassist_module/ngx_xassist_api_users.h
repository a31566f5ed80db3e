/* Users: searched, shown, registered, edited. */

#ifndef NGX_XASSIST_API_USERS_H
#define NGX_XASSIST_API_USERS_H

#include "ngx_xassist_api_assist.h"

#pragma GCC visibility push(hidden)

/* Who may be found: users of the groups, all when there is none. */
typedef struct {
    ngx_xassist_api_t  *api;
    store_slice_t       groups;
    ngx_uint_t          agent;         /* may be told what helps to help */
} ngx_xassist_scope_t;

extern const policy_body_member_t  ngx_xassist_body_person[];
extern const policy_body_member_t  ngx_xassist_body_profile[];

/* store_may_pt of a scope; within a read. */
bool ngx_xassist_users_may(void *data, const store_user_t *user);

/* Members of a user that anybody may see who may see the user. */
void ngx_xassist_users_members(ngx_xassist_api_t *api,
    const store_user_t *user);

ngx_xassist_reason_t ngx_xassist_api_users_list(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_register(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_registered(
    ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_update(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_users_updated(ngx_xassist_api_t *api);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_API_USERS_H */
