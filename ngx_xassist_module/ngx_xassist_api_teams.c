/* Teams of the caller's account. */

#include "ngx_xassist_api_admin.h"


enum { NGX_XASSIST_TEAM_NAME = 0, NGX_XASSIST_TEAM_ROLES };

const policy_body_member_t  ngx_xassist_body_team[] = {
    [NGX_XASSIST_TEAM_NAME] = { .name = "name", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_TEAM_ROLES] = { .name = "roles",
                                 .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


static ngx_xassist_reason_t ngx_xassist_team_own(ngx_xassist_api_t *api);
static ngx_xassist_reason_t ngx_xassist_team_op(ngx_xassist_api_t *api,
    store_op_kind_t kind);
static ngx_xassist_reason_t ngx_xassist_team_member(ngx_xassist_api_t *api,
    store_op_kind_t kind);
static void ngx_xassist_team_fields(ngx_xassist_api_t *api,
    const void *record);
static bool ngx_xassist_team_user(void *data, const void *record);


ngx_xassist_reason_t
ngx_xassist_api_teams_list(ngx_xassist_api_t *api)
{
    return ngx_xassist_api_list(api, "teams", store_teams,
                                &api->ctx->account, ngx_xassist_team_fields);
}


ngx_xassist_reason_t
ngx_xassist_api_teams_get(ngx_xassist_api_t *api)
{
    store_team_t          team;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_team_get(api->worker->read, &api->ids[0], &team);
    status = ngx_xassist_api_own(api, status, &team.account);

    if (status == STORE_OK) {
        ngx_xassist_team_fields(api, &team);
        ngx_xassist_json_open(&api->json, "users", '[');
        status = store_members(api->worker->read, &team.id,
                               ngx_xassist_team_user, api);
        ngx_xassist_json_close(&api->json, ']');
    }

    return ngx_xassist_api_end(api, status);
}


static bool
ngx_xassist_team_user(void *data, const void *record)
{
    store_id_t             user;
    ngx_xassist_api_t     *api = data;

    user = ((const store_member_t *) record)->object;

    ngx_xassist_api_person(api, NULL, &user);

    return true;
}


ngx_xassist_reason_t
ngx_xassist_api_teams_create(ngx_xassist_api_t *api)
{
    store_op_t            *op;
    store_slice_t          roles;
    ngx_xassist_reason_t   reason;

    reason = ngx_xassist_api_op(api, STORE_OP_TEAM_CREATE);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    op = &api->write.op;
    roles = ngx_xassist_api_given(&api->members[NGX_XASSIST_TEAM_ROLES]);

    op->in.team.account = api->ctx->account;
    op->in.team.name =
        ngx_xassist_api_given(&api->members[NGX_XASSIST_TEAM_NAME]);
    op->in.team.roles = roles;

    if (ngx_xassist_id_mint(&op->in.team.team) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    api->status = NGX_HTTP_CREATED;

    return ngx_xassist_api_covers(api, &roles, 1);
}


/* Who gives or takes a team's roles must hold all that they come to. */

ngx_xassist_reason_t
ngx_xassist_api_teams_set(ngx_xassist_api_t *api)
{
    store_op_t                  *op;
    store_slice_t                roles;
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *m;

    reason = ngx_xassist_team_op(api, STORE_OP_TEAM_SET);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    m = api->members;
    op = &api->write.op;
    roles = ngx_xassist_api_given(&m[NGX_XASSIST_TEAM_ROLES]);

    op->in.team.set_name = m[NGX_XASSIST_TEAM_NAME].given;
    op->in.team.name = ngx_xassist_api_given(&m[NGX_XASSIST_TEAM_NAME]);
    op->in.team.set_roles = m[NGX_XASSIST_TEAM_ROLES].given;
    op->in.team.roles = roles;

    return ngx_xassist_api_covers(api, &roles, 1);
}


ngx_xassist_reason_t
ngx_xassist_api_teams_delete(ngx_xassist_api_t *api)
{
    return ngx_xassist_team_op(api, STORE_OP_TEAM_DELETE);
}


ngx_xassist_reason_t
ngx_xassist_api_teams_add(ngx_xassist_api_t *api)
{
    return ngx_xassist_team_member(api, STORE_OP_TEAM_ADD);
}


ngx_xassist_reason_t
ngx_xassist_api_teams_remove(ngx_xassist_api_t *api)
{
    return ngx_xassist_team_member(api, STORE_OP_TEAM_REMOVE);
}


static ngx_xassist_reason_t
ngx_xassist_team_member(ngx_xassist_api_t *api, store_op_kind_t kind)
{
    store_id_t            user;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_id_given(api, &api->members[0], &user);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_admin_of(api, NGX_XASSIST_API_USERS_ROLES,
                                          &user);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_team_op(api, kind);
    }

    api->write.op.in.team.user = user;

    return reason;
}


static ngx_xassist_reason_t
ngx_xassist_team_op(ngx_xassist_api_t *api, store_op_kind_t kind)
{
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_team_own(api);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_op(api, kind);
    }

    api->write.op.in.team.team = api->ids[0];

    return reason;
}


/* The team in the path is of the caller's account, and gives nothing that the
   caller does not hold. */

static ngx_xassist_reason_t
ngx_xassist_team_own(ngx_xassist_api_t *api)
{
    store_team_t          team;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_team_get(api->worker->read, &api->ids[0], &team);
    status = ngx_xassist_api_own(api, status, &team.account);

    reason = ngx_xassist_api_status(api, status);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_covers(api, &team.roles, 0);
    }

    store_read_reset(api->worker->read);

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_teams_changed(ngx_xassist_api_t *api)
{
    store_op_t           *op;
    store_team_t          team;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    op = &api->write.op;
    status = store_team_get(api->worker->read, store_id_none(&op->out.made)
                                               ? &op->in.team.team
                                               : &op->out.made, &team);

    if (status == STORE_OK) {
        ngx_xassist_team_fields(api, &team);
    }

    return ngx_xassist_api_end(api, status);
}


ngx_xassist_reason_t
ngx_xassist_api_teams_gone(ngx_xassist_api_t *api)
{
    ngx_xassist_json_id(&api->json, "id", &api->ids[0]);

    return NGX_XASSIST_R_NONE;
}


static void
ngx_xassist_team_fields(ngx_xassist_api_t *api, const void *record)
{
    const store_team_t  *team = record;

    ngx_xassist_json_id(&api->json, "id", &team->id);
    ngx_xassist_json_slice(&api->json, "name", &team->name);
    ngx_xassist_json_slice(&api->json, "roles", &team->roles);
    ngx_xassist_json_number(&api->json, "members", team->members);
    ngx_xassist_json_time(&api->json, "created", team->created);
}
