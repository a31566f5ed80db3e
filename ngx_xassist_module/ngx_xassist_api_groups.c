/* Groups of the caller's account: all of them, or those that one manages. */

#include "ngx_xassist_api_admin.h"


#define NGX_XASSIST_MEMBERS  1000              /* shown, of one group */


enum { NGX_XASSIST_GROUP_NAME = 0, NGX_XASSIST_GROUP_KIND };
enum { NGX_XASSIST_MEMBER_USER = 0, NGX_XASSIST_MEMBER_DEVICE };

/* A walk over the members of a group. */
typedef struct {
    ngx_xassist_api_t  *api;
    ngx_uint_t          left;
} ngx_xassist_group_t;


const policy_body_member_t  ngx_xassist_body_group[] = {
    [NGX_XASSIST_GROUP_NAME] = { .name = "name", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_GROUP_KIND] = { .name = "kind", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};

const policy_body_member_t  ngx_xassist_body_member[] = {
    [NGX_XASSIST_MEMBER_USER] = { .name = "user",
                                  .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_MEMBER_DEVICE] = { .name = "device",
                                    .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


static ngx_xassist_reason_t ngx_xassist_group_read(ngx_xassist_api_t *api,
    store_group_t *group);
static ngx_xassist_reason_t ngx_xassist_group_op(ngx_xassist_api_t *api,
    store_op_kind_t kind);
static ngx_xassist_reason_t ngx_xassist_group_member(ngx_xassist_api_t *api,
    store_op_kind_t kind);
static ngx_xassist_reason_t ngx_xassist_group_device(ngx_xassist_api_t *api,
    const store_slice_t *device);
static ngx_xassist_reason_t ngx_xassist_group_manager(ngx_xassist_api_t *api,
    bool manages);
static void ngx_xassist_group_fields(ngx_xassist_api_t *api,
    const void *record);
static bool ngx_xassist_group_in(void *data, const void *record);
static bool ngx_xassist_group_by(void *data, const void *record);


/* Those that one manages, or all for whom the rule holds of none. */

ngx_xassist_reason_t
ngx_xassist_api_groups_list(ngx_xassist_api_t *api)
{
    ngx_uint_t            all;
    ngx_xassist_reason_t  reason;

    all = ngx_xassist_api_ask(api, NGX_XASSIST_API_GROUPS_GET, NULL)
          == NGX_XASSIST_R_NONE;

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_GROUPS_LIST, NULL);

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    return ngx_xassist_api_list(api, "groups",
                                all ? store_groups : store_groups_managed,
                                all ? &api->ctx->account : &api->ctx->user,
                                ngx_xassist_group_fields);
}


ngx_xassist_reason_t
ngx_xassist_api_groups_get(ngx_xassist_api_t *api)
{
    store_group_t         group;
    store_status_t        status;
    ngx_xassist_group_t   walk;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_ask_group(api, NGX_XASSIST_API_GROUPS_GET,
                                       &api->ids[0]);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_group_read(api, &group);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    ngx_xassist_group_fields(api, &group);

    ngx_xassist_json_open(&api->json, "manages", '[');
    status = store_managers(api->worker->read, &group.id,
                            ngx_xassist_group_by, api);
    ngx_xassist_json_close(&api->json, ']');

    if (status == STORE_OK) {
        walk.api = api;
        walk.left = NGX_XASSIST_MEMBERS;

        ngx_xassist_json_open(&api->json, group.kind == STORE_GROUP_USERS
                                          ? "users" : "devices", '[');
        status = store_members(api->worker->read, &group.id,
                               ngx_xassist_group_in, &walk);
        ngx_xassist_json_close(&api->json, ']');
    }

    return ngx_xassist_api_end(api, status);
}


/* A group may have any number of members, and the worker others to serve. */

static bool
ngx_xassist_group_in(void *data, const void *record)
{
    store_member_t        member;
    ngx_xassist_group_t  *walk = data;

    if (walk->left-- == 0) {
        return false;
    }

    member = *(const store_member_t *) record;

    if (member.device.len) {
        ngx_xassist_json_slice(&walk->api->json, NULL, &member.device);
    } else {
        ngx_xassist_api_person(walk->api, NULL, &member.object);
    }

    return true;
}


static bool
ngx_xassist_group_by(void *data, const void *record)
{
    store_id_t  user;

    user = ((const store_manager_t *) record)->user;

    ngx_xassist_api_person(data, NULL, &user);

    return true;
}


ngx_xassist_reason_t
ngx_xassist_api_groups_create(ngx_xassist_api_t *api)
{
    store_op_t                  *op;
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *m;

    reason = ngx_xassist_api_op(api, STORE_OP_GROUP_CREATE);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    m = api->members;
    op = &api->write.op;

    op->in.group.account = api->ctx->account;
    op->in.group.kind = STORE_GROUP_USERS;
    op->in.group.name = ngx_xassist_api_given(&m[NGX_XASSIST_GROUP_NAME]);

    if (m[NGX_XASSIST_GROUP_KIND].given) {

        if (m[NGX_XASSIST_GROUP_KIND].text.len == 7
            && ngx_memcmp(m[NGX_XASSIST_GROUP_KIND].text.data, "devices", 7)
               == 0)
        {
            op->in.group.kind = STORE_GROUP_DEVICES;

        } else if (m[NGX_XASSIST_GROUP_KIND].text.len != 5
                   || ngx_memcmp(m[NGX_XASSIST_GROUP_KIND].text.data,
                                 "users", 5)
                      != 0)
        {
            return ngx_xassist_api_wrong(api, "kind must be users or devices");
        }
    }

    api->status = NGX_HTTP_CREATED;

    return ngx_xassist_id_mint(&op->in.group.group) == NGX_OK
           ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


ngx_xassist_reason_t
ngx_xassist_api_groups_delete(ngx_xassist_api_t *api)
{
    return ngx_xassist_group_op(api, STORE_OP_GROUP_DELETE);
}


ngx_xassist_reason_t
ngx_xassist_api_groups_add(ngx_xassist_api_t *api)
{
    return ngx_xassist_group_member(api, STORE_OP_GROUP_ADD);
}


ngx_xassist_reason_t
ngx_xassist_api_groups_remove(ngx_xassist_api_t *api)
{
    return ngx_xassist_group_member(api, STORE_OP_GROUP_REMOVE);
}


/*
 * Who manages a group may change it by whom one manages anyway: else adding
 * somebody would be a way to manage everybody.
 */

static ngx_xassist_reason_t
ngx_xassist_group_member(ngx_xassist_api_t *api, store_op_kind_t kind)
{
    store_id_t                   user;
    store_slice_t                device;
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *m;

    m = api->members;

    if (m[NGX_XASSIST_MEMBER_USER].given
        == m[NGX_XASSIST_MEMBER_DEVICE].given)
    {
        return ngx_xassist_api_wrong(api, "\"user\" or \"device\" must be "
                                          "given");
    }

    ngx_memzero(&user, sizeof(store_id_t));
    device = ngx_xassist_api_given(&m[NGX_XASSIST_MEMBER_DEVICE]);

    reason = ngx_xassist_api_ask_group(api, NGX_XASSIST_API_GROUPS_MEMBERS,
                                       &api->ids[0]);

    if (reason == NGX_XASSIST_R_NONE && m[NGX_XASSIST_MEMBER_USER].given) {
        reason = ngx_xassist_api_id_given(api, &m[NGX_XASSIST_MEMBER_USER],
                                          &user);

        if (reason == NGX_XASSIST_R_NONE) {
            reason = ngx_xassist_api_ask_user(api,
                                              NGX_XASSIST_API_GROUPS_MEMBERS,
                                              &user);
        }

    } else if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_group_device(api, &device);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_group_op(api, kind);
    }

    api->write.op.in.group.user = user;
    api->write.op.in.group.device = device;

    return reason;
}


static ngx_xassist_reason_t
ngx_xassist_group_device(ngx_xassist_api_t *api, const store_slice_t *device)
{
    bool                  good;
    store_id_t            object;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    good = store_device_object(api->worker->read, &api->ctx->account, *device,
                               &object);
    store_read_reset(api->worker->read);

    return good ? ngx_xassist_api_ask_user(api,
                                           NGX_XASSIST_API_GROUPS_MEMBERS,
                                           &object)
                : ngx_xassist_api_wrong(api, "a device has a name of 1 to 64 "
                                             "characters");
}


ngx_xassist_reason_t
ngx_xassist_api_groups_manage(ngx_xassist_api_t *api)
{
    return ngx_xassist_group_manager(api, true);
}


ngx_xassist_reason_t
ngx_xassist_api_groups_unmanage(ngx_xassist_api_t *api)
{
    return ngx_xassist_group_manager(api, false);
}


static ngx_xassist_reason_t
ngx_xassist_group_manager(ngx_xassist_api_t *api, bool manages)
{
    store_id_t            user;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_id_given(api,
                                      &api->members[NGX_XASSIST_MEMBER_USER],
                                      &user);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_group_op(api, STORE_OP_GROUP_MANAGER);
    }

    api->write.op.in.group.user = user;
    api->write.op.in.group.manages = manages;

    return reason;
}


static ngx_xassist_reason_t
ngx_xassist_group_op(ngx_xassist_api_t *api, store_op_kind_t kind)
{
    store_group_t         group;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_group_read(api, &group);

    if (reason == NGX_XASSIST_R_NONE) {
        store_read_reset(api->worker->read);
        reason = ngx_xassist_api_op(api, kind);
    }

    api->write.op.in.group.group = api->ids[0];

    return reason;
}


/* The group in the path, which is of the caller's account; the read goes on
   when it is NONE. */

static ngx_xassist_reason_t
ngx_xassist_group_read(ngx_xassist_api_t *api, store_group_t *group)
{
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_group_get(api->worker->read, &api->ids[0], group);
    status = ngx_xassist_api_own(api, status, &group->account);

    if (status != STORE_OK) {
        store_read_reset(api->worker->read);
    }

    return ngx_xassist_api_status(api, status);
}


ngx_xassist_reason_t
ngx_xassist_api_groups_changed(ngx_xassist_api_t *api)
{
    store_op_t           *op;
    store_group_t         group;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    op = &api->write.op;
    status = store_group_get(api->worker->read, store_id_none(&op->out.made)
                                                ? &op->in.group.group
                                                : &op->out.made, &group);

    if (status == STORE_OK) {
        ngx_xassist_group_fields(api, &group);
    }

    return ngx_xassist_api_end(api, status);
}


/* With `more` a part of the members is left: ask again. */

ngx_xassist_reason_t
ngx_xassist_api_groups_gone(ngx_xassist_api_t *api)
{
    ngx_xassist_json_id(&api->json, "id", &api->ids[0]);
    ngx_xassist_json_bool(&api->json, "more", api->write.op.out.more);

    return NGX_XASSIST_R_NONE;
}


static void
ngx_xassist_group_fields(ngx_xassist_api_t *api, const void *record)
{
    const store_group_t  *group = record;

    ngx_xassist_json_id(&api->json, "id", &group->id);
    ngx_xassist_json_slice(&api->json, "name", &group->name);
    ngx_xassist_json_word(&api->json, "kind", group->kind == STORE_GROUP_USERS
                                              ? "users" : "devices");
    ngx_xassist_json_number(&api->json, "members", group->members);
    ngx_xassist_json_number(&api->json, "managers", group->managers);
    ngx_xassist_json_time(&api->json, "created", group->created);
}
