/* Participants: listed, removed, reported by whoever else sees them. */

#include "ngx_xassist_api_route.h"


typedef struct {
    ngx_xassist_api_t   *api;
    const store_call_t  *call;
    ngx_uint_t           left;
    ngx_uint_t           more;
} ngx_xassist_parts_t;


static bool ngx_xassist_parts_visit(void *data, const void *record);
static ngx_xassist_reason_t ngx_xassist_parts_op(ngx_xassist_api_t *api,
    store_op_kind_t kind);


const policy_body_member_t  ngx_xassist_body_report[] = {
    { .name = "state", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


ngx_xassist_reason_t
ngx_xassist_api_parts_list(ngx_xassist_api_t *api)
{
    uint64_t              from;
    store_call_t          call;
    store_status_t        status;
    ngx_xassist_parts_t   parts;
    ngx_xassist_reason_t  reason;

    ngx_memzero(&parts, sizeof(ngx_xassist_parts_t));
    parts.api = api;
    parts.call = &call;

    reason = ngx_xassist_api_page(api, &parts.left, &from);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    ngx_xassist_json_open(&api->json, "participants", '[');

    status = store_call_get(api->worker->read, &api->ids[0], &call);

    if (status == STORE_OK) {
        status = store_participants(api->worker->read, &api->ids[0],
                                    ngx_xassist_parts_visit, &parts);
    }

    store_read_reset(api->worker->read);

    ngx_xassist_json_close(&api->json, ']');
    ngx_xassist_json_bool(&api->json, "more", parts.more);

    return ngx_xassist_api_status(api, status);
}


static bool
ngx_xassist_parts_visit(void *data, const void *record)
{
    ngx_xassist_parts_t  *parts = data;

    if (parts->left == 0) {
        parts->more = 1;
        return false;
    }

    parts->left--;

    ngx_xassist_json_open(&parts->api->json, NULL, '{');
    ngx_xassist_api_participant(parts->api, parts->call, record);
    ngx_xassist_json_close(&parts->api->json, '}');

    return true;
}


static ngx_xassist_reason_t
ngx_xassist_parts_op(ngx_xassist_api_t *api, store_op_kind_t kind)
{
    api->write.op.in.leave.call = api->ids[0];
    api->write.op.in.leave.participant = api->ids[1];

    return ngx_xassist_api_op(api, kind);
}


ngx_xassist_reason_t
ngx_xassist_api_parts_remove(ngx_xassist_api_t *api)
{
    return ngx_xassist_parts_op(api, STORE_OP_REMOVE);
}


/* A link that lets in more than the one who was removed is worth a
   question. */

ngx_xassist_reason_t
ngx_xassist_api_parts_removed(ngx_xassist_api_t *api)
{
    ngx_uint_t            offer;
    store_status_t        status;
    store_invitation_t    inv;
    store_participant_t   part;
    ngx_xassist_json_t   *json;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    offer = 0;
    status = store_participant_get(api->worker->read, &api->ids[0],
                                   &api->ids[1], &part);

    if (status == STORE_OK && !store_id_none(&part.invitation)) {

        status = store_invitation_get(api->worker->read, &part.invitation,
                                      &inv);

        offer = status == STORE_OK && inv.uses != 1
                && (inv.state == STORE_INV_UNUSED
                    || inv.state == STORE_INV_REDEEMED);
    }

    store_read_reset(api->worker->read);

    if (status != STORE_OK) {
        return ngx_xassist_api_status(api, status);
    }

    json = &api->json;

    ngx_xassist_json_id(json, "id", &api->ids[1]);
    ngx_xassist_json_word(json, "state", "removed");
    ngx_xassist_json_bool(json, "again", api->write.op.out.again);
    ngx_xassist_json_id(json, "invitation", &part.invitation);
    ngx_xassist_json_bool(json, "offer_withdraw", offer);

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_parts_report(ngx_xassist_api_t *api)
{
    const policy_str_t  *state;

    state = &api->members[0].text;

    if (state->len == sizeof("present") - 1
        && ngx_memcmp(state->data, "present", state->len) == 0)
    {
        return ngx_xassist_parts_op(api, STORE_OP_REPORT);
    }

    if (state->len == sizeof("left") - 1
        && ngx_memcmp(state->data, "left", state->len) == 0)
    {
        return ngx_xassist_parts_op(api, STORE_OP_LEAVE);
    }

    return ngx_xassist_api_wrong(api, "\"state\" must be present or left");
}


ngx_xassist_reason_t
ngx_xassist_api_parts_reported(ngx_xassist_api_t *api)
{
    ngx_xassist_json_id(&api->json, "id", &api->ids[1]);
    ngx_xassist_json_text(&api->json, "state",
                          (u_char *) api->members[0].text.data,
                          api->members[0].text.len);

    return NGX_XASSIST_R_NONE;
}
