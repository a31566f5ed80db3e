/* Calls: looked at, made, rung, answered, handed over, ended. */

#include "ngx_xassist_api_route.h"


static ngx_xassist_reason_t ngx_xassist_calls_one(ngx_xassist_api_t *api,
    const store_id_t *id);
static ngx_xassist_reason_t ngx_xassist_calls_user(ngx_xassist_api_t *api,
    store_op_kind_t kind, store_id_t *user, store_id_t *participant);


const policy_body_member_t  ngx_xassist_body_empty[] = {
    { .name = NULL }
};


enum { NGX_XASSIST_TITLE = 0, NGX_XASSIST_STARTS_AT };

const policy_body_member_t  ngx_xassist_body_call[] = {
    [NGX_XASSIST_TITLE] = { .name = "title", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_STARTS_AT] = { .name = "starts_at",
                                .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


/* Of a hand-over, and of who is rung. */

const policy_body_member_t  ngx_xassist_body_user[] = {
    { .name = "user", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


ngx_xassist_reason_t
ngx_xassist_api_calls_get(ngx_xassist_api_t *api)
{
    ngx_uint_t            ended;
    store_call_t          call;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_call_get(api->worker->read, &api->ids[0], &call);
    ended = status == STORE_OK && call.state == STORE_CALL_ENDED;
    store_read_reset(api->worker->read);

    reason = ended
             ? ngx_xassist_api_ask_past(api, NGX_XASSIST_API_CALLS_GET_ENDED,
                                        &api->ids[0])
             : ngx_xassist_api_ask(api, NGX_XASSIST_API_CALLS_GET,
                                   &api->ids[0]);

    return reason == NGX_XASSIST_R_NONE
           ? ngx_xassist_calls_one(api, &api->ids[0]) : reason;
}


static ngx_xassist_reason_t
ngx_xassist_calls_one(ngx_xassist_api_t *api, const store_id_t *id)
{
    store_call_t          call;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_call_get(api->worker->read, id, &call);

    if (status == STORE_OK) {
        status = ngx_xassist_api_call(api, &call);
    }

    return ngx_xassist_api_end(api, status);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_create(ngx_xassist_api_t *api)
{
    store_op_t                  *op;
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *title, *starts;

    title = &api->members[NGX_XASSIST_TITLE];
    starts = &api->members[NGX_XASSIST_STARTS_AT];
    op = &api->write.op;

    reason = ngx_xassist_api_op(api, STORE_OP_CALL_CREATE);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (starts->given
        && ngx_xassist_api_time((u_char *) starts->text.data,
                                starts->text.len,
                                &op->in.call_create.starts_at)
           != NGX_OK)
    {
        return ngx_xassist_api_wrong(api, "\"starts_at\" must be a time as "
                                          "in RFC 3339");
    }

    if (ngx_xassist_id_mint(&op->in.call_create.call) != NGX_OK
        || ngx_xassist_id_room(&op->in.call_create.room) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.call_create.account = api->ctx->account;
    op->in.call_create.owner = api->ctx->user;
    op->in.call_create.kind = STORE_CALL_CONFERENCE;
    op->in.call_create.title = ngx_xassist_api_given(title);

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_calls_created(ngx_xassist_api_t *api)
{
    api->status = NGX_HTTP_CREATED;

    return ngx_xassist_calls_one(api, &api->write.op.out.call);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_end(ngx_xassist_api_t *api)
{
    api->write.op.in.call_end.call = api->ids[0];

    return ngx_xassist_api_op(api, STORE_OP_CALL_END);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_accept(ngx_xassist_api_t *api)
{
    api->write.op.in.call_end.call = api->ids[0];

    return ngx_xassist_api_op(api, STORE_OP_CALL_ACCEPT);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_decline(ngx_xassist_api_t *api)
{
    api->write.op.in.call_end.call = api->ids[0];

    return ngx_xassist_api_op(api, STORE_OP_CALL_DECLINE);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_changed(ngx_xassist_api_t *api)
{
    store_call_t          call;
    const char           *state;
    store_status_t        status;
    ngx_xassist_json_t   *json;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    json = &api->json;
    status = store_call_get(api->worker->read, &api->ids[0], &call);

    if (status == STORE_OK) {
        state = store_call_state_name(call.state);

        ngx_xassist_json_id(json, "id", &call.id);
        ngx_xassist_json_word(json, "state", state);
        ngx_xassist_json_bool(json, "ringing", call.ring != 0);
        ngx_xassist_json_bool(json, "again", api->write.op.out.again);
    }

    return ngx_xassist_api_end(api, status);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_hand_over(ngx_xassist_api_t *api)
{
    store_op_t  *op;

    op = &api->write.op;
    op->in.hand_over.call = api->ids[0];

    return ngx_xassist_calls_user(api, STORE_OP_CALL_HAND_OVER,
                                  &op->in.hand_over.user,
                                  &op->in.hand_over.participant);
}


/* Whoever is named has a place in the call from then on. */

static ngx_xassist_reason_t
ngx_xassist_calls_user(ngx_xassist_api_t *api, store_op_kind_t kind,
    store_id_t *user, store_id_t *participant)
{
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_op(api, kind);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_id_given(api, &api->members[0], user);
    }

    if (reason == NGX_XASSIST_R_NONE
        && ngx_xassist_id_mint(participant) != NGX_OK)
    {
        reason = NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_calls_handed_over(ngx_xassist_api_t *api)
{
    return ngx_xassist_calls_one(api, &api->ids[0]);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_ring(ngx_xassist_api_t *api)
{
    store_op_t  *op;

    op = &api->write.op;
    op->in.ring.call = api->ids[0];

    return ngx_xassist_calls_user(api, STORE_OP_CALL_RING, &op->in.ring.user,
                                  &op->in.ring.participant);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_rung(ngx_xassist_api_t *api)
{
    store_call_t          call;
    store_status_t        status;
    store_participant_t   part;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_call_get(api->worker->read, &api->ids[0], &call);

    if (status == STORE_OK) {
        status = store_participant_get(api->worker->read, &api->ids[0],
                                       &api->write.op.out.participant, &part);
    }

    if (status == STORE_OK) {
        ngx_xassist_api_participant(api, &call, &part);
        ngx_xassist_json_bool(&api->json, "again", api->write.op.out.again);
    }

    return ngx_xassist_api_end(api, status);
}
