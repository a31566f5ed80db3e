/* What administrators change of users, and of whom they may. */

#include "ngx_xassist_api_admin.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_look.h"
#include "ngx_xassist_roles.h"


const policy_body_member_t  ngx_xassist_body_roles[] = {
    { .name = "roles", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};

const policy_body_member_t  ngx_xassist_body_licence[] = {
    { .name = "licensed", .type = POLICY_MEMBER_BOOL },
    { .name = NULL }
};


typedef struct {
    const ngx_xassist_ctx_t  *ctx;
    const store_slice_t      *roles;
    ngx_uint_t                given;           /* by the request: must be */
    ngx_xassist_reason_t      reason;
} ngx_xassist_api_covers_t;


static ngx_int_t ngx_xassist_api_covers_look(const policy_image_t *image,
    void *data);
static ngx_xassist_reason_t ngx_xassist_api_covered(
    const ngx_xassist_ctx_t *ctx, const policy_image_t *image,
    const store_slice_t *roles, ngx_uint_t given);
static ngx_uint_t ngx_xassist_api_grants(const policy_image_t *image,
    const uint32_t *roles, uint32_t n, uint32_t permission);
static void ngx_xassist_api_single(const policy_image_t *image,
    uint32_t *roles, uint32_t *n);
static ngx_xassist_reason_t ngx_xassist_api_users_op(ngx_xassist_api_t *api,
    ngx_xassist_api_rule_t rule);


ngx_xassist_reason_t
ngx_xassist_api_covers(ngx_xassist_api_t *api, const store_slice_t *roles,
    ngx_uint_t given)
{
    ngx_xassist_api_covers_t  look;

    look.ctx = api->ctx;
    look.roles = roles;
    look.given = given;

    if (ngx_xassist_look(api->worker->conf->zone->data,
                         ngx_xassist_api_covers_look, &look)
        != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    return look.reason == NGX_XASSIST_R_INVALID_REQUEST
           ? ngx_xassist_api_wrong(api, "the policy has no such role")
           : look.reason;
}


static ngx_int_t
ngx_xassist_api_covers_look(const policy_image_t *image, void *data)
{
    ngx_xassist_api_covers_t  *look = data;

    look->reason = ngx_xassist_api_covered(look->ctx, image, look->roles,
                                           look->given);

    return NGX_OK;
}


static ngx_xassist_reason_t
ngx_xassist_api_covered(const ngx_xassist_ctx_t *ctx,
    const policy_image_t *image, const store_slice_t *roles, ngx_uint_t given)
{
    store_slice_t        own;
    uint32_t             i, k, nheld, nasked;
    uint32_t             held[NGX_XASSIST_MAX_ROLES];
    uint32_t             asked[NGX_XASSIST_MAX_ROLES];
    policy_permission_t  permission;

    own.data = ctx->roles.data;
    own.len = ctx->roles.len;

    if (ngx_xassist_roles(image, &own, held, &nheld) != NGX_OK
        || ngx_xassist_roles(image, roles, asked, &nasked) != NGX_OK)
    {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    if (ctx->asked.facts & POLICY_FACT_SINGLE_USER) {
        ngx_xassist_api_single(image, held, &nheld);
    }

    for (i = 0; i < nasked; i++) {

        if (asked[i] == POLICY_NONE) {
            if (given) {
                return NGX_XASSIST_R_INVALID_REQUEST;
            }
            continue;
        }

        for (k = 0;
             policy_permission_at(image, k, &permission) == POLICY_OK;
             k++)
        {
            if (policy_role_grants(image, asked[i], k)
                && !ngx_xassist_api_grants(image, held, nheld, k))
            {
                return NGX_XASSIST_R_PERMISSION_MISSING;
            }
        }
    }

    return NGX_XASSIST_R_NONE;
}


static ngx_uint_t
ngx_xassist_api_grants(const policy_image_t *image, const uint32_t *roles,
    uint32_t n, uint32_t permission)
{
    uint32_t  i;

    for (i = 0; i < n; i++) {
        if (policy_role_grants(image, roles[i], permission)) {
            return 1;
        }
    }

    return 0;
}


/* The one user of an account holds the roles that are marked for it, too. */

static void
ngx_xassist_api_single(const policy_image_t *image, uint32_t *roles,
    uint32_t *n)
{
    uint32_t       i;
    policy_role_t  role;

    for (i = 0;
         *n < NGX_XASSIST_MAX_ROLES
         && policy_role_at(image, i, &role) == POLICY_OK;
         i++)
    {
        if (role.single_user) {
            roles[(*n)++] = i;
        }
    }
}


ngx_xassist_reason_t
ngx_xassist_api_admin_of(ngx_xassist_api_t *api, ngx_xassist_api_rule_t rule,
    const store_id_t *id)
{
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_ask_user(api, rule, id);

    return reason == NGX_XASSIST_R_NONE ? ngx_xassist_api_covers_user(api, id)
                                        : reason;
}


ngx_xassist_reason_t
ngx_xassist_api_covers_user(ngx_xassist_api_t *api, const store_id_t *id)
{
    store_user_t          user;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_user_get(api->worker->read, id, &user);
    status = ngx_xassist_api_own(api, status, &user.account);

    reason = ngx_xassist_api_status(api, status);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_covers(api, &user.roles, 0);
    }

    store_read_reset(api->worker->read);

    return reason;
}


static ngx_xassist_reason_t
ngx_xassist_api_users_op(ngx_xassist_api_t *api, ngx_xassist_api_rule_t rule)
{
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_admin_of(api, rule, &api->ids[0]);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_op(api, STORE_OP_USER_SET);
    }

    api->write.op.in.user_set.user = api->ids[0];

    return reason;
}


/* The roles held directly; those of teams come with these. */

ngx_xassist_reason_t
ngx_xassist_api_users_roles(ngx_xassist_api_t *api)
{
    store_op_t            *op;
    store_slice_t          roles;
    ngx_xassist_reason_t   reason;

    op = &api->write.op;
    reason = ngx_xassist_api_users_op(api, NGX_XASSIST_API_USERS_ROLES);

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (!api->members[0].given) {
        return ngx_xassist_api_wrong(api, "\"roles\" must be given");
    }

    roles = ngx_xassist_api_given(&api->members[0]);

    op->in.user_set.set_roles = true;
    op->in.user_set.roles = roles;

    return ngx_xassist_api_covers(api, &roles, 1);
}


/* Nobody shuts oneself out. */

ngx_xassist_reason_t
ngx_xassist_api_users_suspend(ngx_xassist_api_t *api)
{
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_users_resume(api);

    if (reason == NGX_XASSIST_R_NONE
        && store_id_equal(&api->ids[0], &api->ctx->user))
    {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    api->write.op.in.user_set.suspended = true;

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_users_resume(ngx_xassist_api_t *api)
{
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_users_op(api, NGX_XASSIST_API_USERS_SUSPEND);

    api->write.op.in.user_set.set_suspended = true;

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_users_licence(ngx_xassist_api_t *api)
{
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_users_op(api, NGX_XASSIST_API_USERS_LICENCE);

    if (reason == NGX_XASSIST_R_NONE && !api->members[0].given) {
        return ngx_xassist_api_wrong(api, "\"licensed\" must be given");
    }

    api->write.op.in.user_set.set_licensed = true;
    api->write.op.in.user_set.licensed = api->members[0].truth;

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_users_changed(ngx_xassist_api_t *api)
{
    store_user_t          user;
    store_slice_t         name;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_user_get(api->worker->read, &api->ids[0], &user);

    if (status == STORE_OK) {
        name = user.display.len ? user.display : user.name;

        ngx_xassist_json_id(&api->json, "id", &user.id);
        ngx_xassist_json_slice(&api->json, "name", &name);
        ngx_xassist_json_slice(&api->json, "roles", &user.roles);
        ngx_xassist_json_slice(&api->json, "direct", &user.direct);
        ngx_xassist_json_bool(&api->json, "suspended", user.suspended);
        ngx_xassist_json_bool(&api->json, "licensed", user.licensed);
    }

    return ngx_xassist_api_end(api, status);
}
