/* Every call of the API: method, path, rule, body and handlers. */

#include "ngx_xassist_api_admin.h"
#include "ngx_xassist_api_assist.h"
#include "ngx_xassist_api_users.h"


static ngx_uint_t ngx_xassist_api_match(ngx_xassist_api_t *api,
    const ngx_str_t *pattern, const ngx_str_t *path);


#define GET   NGX_HTTP_GET
#define POST  NGX_HTTP_POST

static const ngx_xassist_route_t  ngx_xassist_routes[] = {

    { GET, ngx_string("health"),
      NGX_XASSIST_API_HEALTH_GET, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_health, NULL },

    { GET, ngx_string("me"),
      NGX_XASSIST_API_ME_GET, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_me, NULL },

    { GET, ngx_string("policy"),
      NGX_XASSIST_API_POLICY_GET, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_policy_get, NULL },

    { GET, ngx_string("policy/explain"),
      NGX_XASSIST_API_POLICY_EXPLAIN, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_policy_explain, NULL },

    { POST, ngx_string("logout"),
      NGX_XASSIST_API_LOGOUT_CREATE, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_logout,
      ngx_xassist_api_logout, ngx_xassist_api_logged_out },

    { GET, ngx_string("sessions"),
      NGX_XASSIST_API_SESSIONS_LIST, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_sessions_list, NULL },

    { POST, ngx_string("sessions/*/revoke"),
      NGX_XASSIST_API_SESSIONS_REVOKE, NGX_XASSIST_ASK,
      ngx_xassist_body_empty,
      ngx_xassist_api_sessions_revoke, ngx_xassist_api_sessions_revoked },

    { POST, ngx_string("cards"),
      NGX_XASSIST_API_CARDS_CREATE, NGX_XASSIST_ASK,
      ngx_xassist_body_empty,
      ngx_xassist_api_cards_create, ngx_xassist_api_cards_created },

    { POST, ngx_string("password"),
      NGX_XASSIST_API_PASSWORD_CHANGE, NGX_XASSIST_ASK,
      ngx_xassist_body_password,
      ngx_xassist_api_password, NULL },

    { GET, ngx_string("jwks"),
      NGX_XASSIST_API_JWKS_GET, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_jwks, NULL },

    { GET, ngx_string("calls"),
      NGX_XASSIST_API_CALLS_LIST, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_calls_list, NULL },

    { POST, ngx_string("calls"),
      NGX_XASSIST_API_CALLS_CREATE, NGX_XASSIST_ASK,
      ngx_xassist_body_call,
      ngx_xassist_api_calls_create, ngx_xassist_api_calls_created },

    { GET, ngx_string("calls/*"),
      NGX_XASSIST_API_CALLS_GET, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_calls_get, NULL },

    { POST, ngx_string("calls/*/end"),
      NGX_XASSIST_API_CALLS_END, NGX_XASSIST_ASK_PAST,
      ngx_xassist_body_empty,
      ngx_xassist_api_calls_end, ngx_xassist_api_calls_changed },

    { POST, ngx_string("calls/*/accept"),
      NGX_XASSIST_API_CALLS_ACCEPT, NGX_XASSIST_ASK_CALL,
      ngx_xassist_body_empty,
      ngx_xassist_api_calls_accept, ngx_xassist_api_calls_changed },

    { POST, ngx_string("calls/*/decline"),
      NGX_XASSIST_API_CALLS_DECLINE, NGX_XASSIST_ASK_CALL,
      ngx_xassist_body_empty,
      ngx_xassist_api_calls_decline, ngx_xassist_api_calls_changed },

    { POST, ngx_string("calls/*/hand-over"),
      NGX_XASSIST_API_CALLS_HAND_OVER, NGX_XASSIST_ASK_CALL,
      ngx_xassist_body_user,
      ngx_xassist_api_calls_hand_over, ngx_xassist_api_calls_handed_over },

    { POST, ngx_string("calls/*/ring"),
      NGX_XASSIST_API_CALLS_RING, NGX_XASSIST_ASK_CALL,
      ngx_xassist_body_user,
      ngx_xassist_api_calls_ring, ngx_xassist_api_calls_rung },

    { POST, ngx_string("calls/*/transfer"),
      NGX_XASSIST_API_CALLS_TRANSFER, NGX_XASSIST_ASK_CALL,
      ngx_xassist_body_empty,
      ngx_xassist_api_transfers_create, ngx_xassist_api_transfers_created },

    { GET, ngx_string("calls/*/ice"),
      NGX_XASSIST_API_CALLS_ICE, NGX_XASSIST_ASK_CALL, NULL,
      ngx_xassist_api_ice, NULL },

    { GET, ngx_string("calls/*/admission"),
      NGX_XASSIST_API_CALLS_ADMISSION, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_admission, NULL },

    { GET, ngx_string("calls/*/participants"),
      NGX_XASSIST_API_PARTICIPANTS_LIST, NGX_XASSIST_ASK_CALL, NULL,
      ngx_xassist_api_parts_list, NULL },

    { NGX_HTTP_DELETE, ngx_string("calls/*/participants/*"),
      NGX_XASSIST_API_PARTICIPANTS_REMOVE, NGX_XASSIST_ASK_CALL, NULL,
      ngx_xassist_api_parts_remove, ngx_xassist_api_parts_removed },

    { POST, ngx_string("calls/*/participants/*/report"),
      NGX_XASSIST_API_PARTICIPANTS_REPORT, NGX_XASSIST_ASK_CALL,
      ngx_xassist_body_report,
      ngx_xassist_api_parts_report, ngx_xassist_api_parts_reported },

    { GET, ngx_string("calls/*/invitations"),
      NGX_XASSIST_API_INVITATIONS_LIST, NGX_XASSIST_ASK_CALL, NULL,
      ngx_xassist_api_invitations_of, NULL },

    { POST, ngx_string("calls/*/invitations"),
      NGX_XASSIST_API_INVITATIONS_CREATE, NGX_XASSIST_ASK_CALL,
      ngx_xassist_body_invitation,
      ngx_xassist_api_invitations_create, ngx_xassist_api_invitations_made },

    { GET, ngx_string("invitations"),
      NGX_XASSIST_API_INVITATIONS_OWN, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_invitations_by, NULL },

    { GET, ngx_string("invitations/*"),
      NGX_XASSIST_API_INVITATIONS_GET, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_invitations_get, NULL },

    { POST, ngx_string("invitations/*/withdraw"),
      NGX_XASSIST_API_INVITATIONS_WITHDRAW, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_empty,
      ngx_xassist_api_invitations_withdraw,
      ngx_xassist_api_invitations_withdrawn },

    { POST, ngx_string("service-requests"),
      NGX_XASSIST_API_SERVICE_REQUESTS_CREATE, NGX_XASSIST_ASK,
      ngx_xassist_body_invitation,
      ngx_xassist_api_requests_create, ngx_xassist_api_invitations_made },

    { GET, ngx_string("profiles"),
      NGX_XASSIST_API_PROFILES_LIST, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_profiles_list, NULL },

    { GET, ngx_string("links/@"),
      NGX_XASSIST_API_LINKS_GET, NGX_XASSIST_ASK_ANY, NULL,
      ngx_xassist_api_links_get, NULL },

    { POST, ngx_string("links/@/join"),
      NGX_XASSIST_API_LINKS_JOIN, NGX_XASSIST_ASK_ANY,
      ngx_xassist_body_join,
      ngx_xassist_api_links_join, ngx_xassist_api_links_joined },

    { GET, ngx_string("assistance"),
      NGX_XASSIST_API_ASSISTANCE_GET, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_assist_get, NULL },

    { POST, ngx_string("assistance"),
      NGX_XASSIST_API_ASSISTANCE_START, NGX_XASSIST_ASK,
      ngx_xassist_body_assist,
      ngx_xassist_api_assist_start, ngx_xassist_api_assist_done },

    { POST, ngx_string("assistance/*/pause"),
      NGX_XASSIST_API_ASSISTANCE_PAUSE, NGX_XASSIST_ASK,
      ngx_xassist_body_empty,
      ngx_xassist_api_assist_pause, ngx_xassist_api_assist_done },

    { POST, ngx_string("assistance/*/resume"),
      NGX_XASSIST_API_ASSISTANCE_RESUME, NGX_XASSIST_ASK,
      ngx_xassist_body_empty,
      ngx_xassist_api_assist_resume, ngx_xassist_api_assist_done },

    { POST, ngx_string("assistance/*/stop"),
      NGX_XASSIST_API_ASSISTANCE_STOP, NGX_XASSIST_ASK,
      ngx_xassist_body_assist_stop,
      ngx_xassist_api_assist_stop, ngx_xassist_api_assist_done },

    { GET, ngx_string("interactions"),
      NGX_XASSIST_API_INTERACTIONS_LIST, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_interactions_list, NULL },

    { GET, ngx_string("interactions/*"),
      NGX_XASSIST_API_INTERACTIONS_LIST, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_interactions_get, NULL },

    { POST, ngx_string("interactions/*/notes"),
      NGX_XASSIST_API_INTERACTIONS_UPDATE, NGX_XASSIST_ASK,
      ngx_xassist_body_note,
      ngx_xassist_api_interactions_note, ngx_xassist_api_assist_done },

    { POST, ngx_string("interactions/*/reassign"),
      NGX_XASSIST_API_INTERACTIONS_REASSIGN, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_reassign,
      ngx_xassist_api_interactions_reassign, ngx_xassist_api_assist_done },

    { GET, ngx_string("tasks"),
      NGX_XASSIST_API_TASKS_LIST_OWN, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_tasks_list, NULL },

    { POST, ngx_string("tasks"),
      NGX_XASSIST_API_TASKS_CREATE, NGX_XASSIST_ASK,
      ngx_xassist_body_task,
      ngx_xassist_api_tasks_create, ngx_xassist_api_tasks_created },

    { POST, ngx_string("users/*/roles"),
      NGX_XASSIST_API_USERS_ROLES, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_roles,
      ngx_xassist_api_users_roles, ngx_xassist_api_users_changed },

    { POST, ngx_string("users/*/suspend"),
      NGX_XASSIST_API_USERS_SUSPEND, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_empty,
      ngx_xassist_api_users_suspend, ngx_xassist_api_users_changed },

    { POST, ngx_string("users/*/resume"),
      NGX_XASSIST_API_USERS_SUSPEND, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_empty,
      ngx_xassist_api_users_resume, ngx_xassist_api_users_changed },

    { POST, ngx_string("users/*/sign-out"),
      NGX_XASSIST_API_USERS_SIGN_OUT, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_sign_out,
      ngx_xassist_api_users_sign_out, ngx_xassist_api_users_changed },

    { POST, ngx_string("users/*/licence"),
      NGX_XASSIST_API_USERS_LICENCE, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_licence,
      ngx_xassist_api_users_licence, ngx_xassist_api_users_changed },

    { GET, ngx_string("account"),
      NGX_XASSIST_API_ACCOUNT_GET, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_account_get, NULL },

    { POST, ngx_string("account/billing"),
      NGX_XASSIST_API_ACCOUNT_BILLING, NGX_XASSIST_ASK,
      ngx_xassist_body_user,
      ngx_xassist_api_account_bill, ngx_xassist_api_account_get },

    { GET, ngx_string("teams"),
      NGX_XASSIST_API_TEAMS_LIST, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_teams_list, NULL },

    { POST, ngx_string("teams"),
      NGX_XASSIST_API_TEAMS_CREATE, NGX_XASSIST_ASK,
      ngx_xassist_body_team,
      ngx_xassist_api_teams_create, ngx_xassist_api_teams_changed },

    { GET, ngx_string("teams/*"),
      NGX_XASSIST_API_TEAMS_LIST, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_teams_get, NULL },

    { POST, ngx_string("teams/*"),
      NGX_XASSIST_API_TEAMS_UPDATE, NGX_XASSIST_ASK,
      ngx_xassist_body_team,
      ngx_xassist_api_teams_set, ngx_xassist_api_teams_changed },

    { NGX_HTTP_DELETE, ngx_string("teams/*"),
      NGX_XASSIST_API_TEAMS_DELETE, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_teams_delete, ngx_xassist_api_teams_gone },

    { POST, ngx_string("teams/*/members"),
      NGX_XASSIST_API_TEAMS_MEMBERS, NGX_XASSIST_ASK,
      ngx_xassist_body_user,
      ngx_xassist_api_teams_add, ngx_xassist_api_teams_changed },

    { POST, ngx_string("teams/*/members/remove"),
      NGX_XASSIST_API_TEAMS_MEMBERS, NGX_XASSIST_ASK,
      ngx_xassist_body_user,
      ngx_xassist_api_teams_remove, ngx_xassist_api_teams_changed },

    { GET, ngx_string("groups"),
      NGX_XASSIST_API_GROUPS_LIST, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_groups_list, NULL },

    { POST, ngx_string("groups"),
      NGX_XASSIST_API_GROUPS_CREATE, NGX_XASSIST_ASK,
      ngx_xassist_body_group,
      ngx_xassist_api_groups_create, ngx_xassist_api_groups_changed },

    { GET, ngx_string("groups/*"),
      NGX_XASSIST_API_GROUPS_GET, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_groups_get, NULL },

    { NGX_HTTP_DELETE, ngx_string("groups/*"),
      NGX_XASSIST_API_GROUPS_DELETE, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_groups_delete, ngx_xassist_api_groups_gone },

    { POST, ngx_string("groups/*/members"),
      NGX_XASSIST_API_GROUPS_MEMBERS, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_member,
      ngx_xassist_api_groups_add, ngx_xassist_api_groups_changed },

    { POST, ngx_string("groups/*/members/remove"),
      NGX_XASSIST_API_GROUPS_MEMBERS, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_member,
      ngx_xassist_api_groups_remove, ngx_xassist_api_groups_changed },

    { POST, ngx_string("groups/*/managers"),
      NGX_XASSIST_API_GROUPS_MANAGERS, NGX_XASSIST_ASK,
      ngx_xassist_body_user,
      ngx_xassist_api_groups_manage, ngx_xassist_api_groups_changed },

    { POST, ngx_string("groups/*/managers/remove"),
      NGX_XASSIST_API_GROUPS_MANAGERS, NGX_XASSIST_ASK,
      ngx_xassist_body_user,
      ngx_xassist_api_groups_unmanage, ngx_xassist_api_groups_changed },

    { GET, ngx_string("users"),
      NGX_XASSIST_API_USERS_SEARCH, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_users_list, NULL },

    { POST, ngx_string("users"),
      NGX_XASSIST_API_USERS_REGISTER, NGX_XASSIST_ASK,
      ngx_xassist_body_person,
      ngx_xassist_api_users_register, ngx_xassist_api_users_registered },

    { GET, ngx_string("users/*"),
      NGX_XASSIST_API_USERS_SEARCH, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_users_get, NULL },

    { NGX_HTTP_PATCH, ngx_string("users/*"),
      NGX_XASSIST_API_USERS_ASSISTED, NGX_XASSIST_ASK_SELF,
      ngx_xassist_body_profile,
      ngx_xassist_api_users_update, ngx_xassist_api_users_updated },

    { GET, ngx_string("events"),
      NGX_XASSIST_API_EVENTS_LIST, NGX_XASSIST_ASK_SELF, NULL,
      ngx_xassist_api_events, NULL },

    { GET, ngx_string("audit"),
      NGX_XASSIST_API_AUDIT_LIST, NGX_XASSIST_ASK, NULL,
      ngx_xassist_api_audit_list, NULL }
};

#undef GET
#undef POST

#define NGX_XASSIST_ROUTES  \
    (sizeof(ngx_xassist_routes) / sizeof(ngx_xassist_routes[0]))


const ngx_xassist_route_t *
ngx_xassist_api_route(ngx_xassist_api_t *api, ngx_uint_t *methods)
{
    u_char                     *p;
    ngx_str_t                   path, *uri;
    ngx_uint_t                  i, method;
    const ngx_xassist_route_t  *route;

    *methods = 0;

    uri = &api->request->uri;
    method = api->request->method;

    if (method == NGX_HTTP_HEAD) {
        method = NGX_HTTP_GET;
    }

    p = ngx_strnstr(uri->data, "/v1/", uri->len);
    if (p == NULL) {
        return NULL;
    }

    path.data = p + sizeof("/v1/") - 1;
    path.len = uri->data + uri->len - path.data;

    for (i = 0; i < NGX_XASSIST_ROUTES; i++) {
        route = &ngx_xassist_routes[i];

        if (!ngx_xassist_api_match(api, &route->path, &path)) {
            continue;
        }

        if (route->method == method) {
            return route;
        }

        *methods |= route->method;
    }

    return NULL;
}


static ngx_uint_t
ngx_xassist_api_match(ngx_xassist_api_t *api, const ngx_str_t *pattern,
    const ngx_str_t *path)
{
    u_char      *p, *q, *end, *last;
    ngx_str_t    text;
    ngx_uint_t   n;

    p = path->data;
    end = p + path->len;
    last = pattern->data + pattern->len;
    n = 0;

    for (q = pattern->data; q < last; q++) {

        if (*q == '*') {
            text.data = p;
            text.len = NGX_XASSIST_ID_TEXT;

            if (end - p < NGX_XASSIST_ID_TEXT
                || ngx_xassist_id_parse(&text, &api->ids[n++]) != NGX_OK)
            {
                return 0;
            }

            p += NGX_XASSIST_ID_TEXT;
            continue;
        }

        /* The token itself was cut out and is in the context; if it stood
           elsewhere in the path, there is none here. */

        if (*q == '@') {
            for (text.data = p; p < end && *p != '/'; p++) { /* void */ }

            if (p == text.data) {
                return 0;
            }

            if (p - text.data < 6
                || ngx_strncmp(text.data, "TOKEN_", 6) != 0)
            {
                api->ctx->link.len = 0;
            }

            continue;
        }

        if (p == end || *p++ != *q) {
            return 0;
        }
    }

    return p == end;
}
