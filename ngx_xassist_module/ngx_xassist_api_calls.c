/* Calls: listed, looked at, made, answered, handed over, ended. */

#include "ngx_xassist_api_route.h"


/* Ended calls looked at for one list: whoever may see but their own does not
   make us walk through everybody's. */
#define NGX_XASSIST_SCAN  1000

#define NGX_XASSIST_STATES  4


/* A call that may be listed. */
typedef struct {
    store_id_t            id;
    uint64_t              created;
    store_call_state_t    state;
} ngx_xassist_listed_t;


typedef struct {
    ngx_xassist_listed_t  *calls;
    ngx_uint_t             n;
    ngx_uint_t             max;
} ngx_xassist_list_t;


static ngx_xassist_reason_t ngx_xassist_calls_states(ngx_xassist_api_t *api,
    ngx_uint_t wanted[NGX_XASSIST_STATES]);
static ngx_xassist_reason_t ngx_xassist_calls_collect(ngx_xassist_api_t *api,
    store_call_state_t state, uint64_t from, ngx_uint_t room,
    ngx_xassist_list_t *list);
static bool ngx_xassist_calls_visit(void *data, const void *record);
static void ngx_xassist_calls_own(ngx_xassist_api_t *api,
    ngx_xassist_list_t *list, ngx_uint_t first);
static ngx_xassist_reason_t ngx_xassist_calls_show(ngx_xassist_api_t *api,
    const ngx_xassist_list_t *list, ngx_uint_t limit);
static ngx_xassist_reason_t ngx_xassist_calls_one(ngx_xassist_api_t *api,
    const store_id_t *id);


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


const policy_body_member_t  ngx_xassist_body_hand_over[] = {
    { .name = "user", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


ngx_xassist_reason_t
ngx_xassist_api_calls_list(ngx_xassist_api_t *api)
{
    uint64_t              from;
    ngx_uint_t            i, limit, first;
    ngx_uint_t            wanted[NGX_XASSIST_STATES];
    ngx_xassist_list_t    list;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_calls_states(api, wanted);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_page(api, &limit, &from);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    list.n = 0;
    list.calls = ngx_palloc(api->request->pool,
                            (2 * (limit + 1) + NGX_XASSIST_SCAN)
                            * sizeof(ngx_xassist_listed_t));
    if (list.calls == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    for (i = STORE_CALL_OPEN; i <= STORE_CALL_ENDED; i++) {

        if (!wanted[i]) {
            continue;
        }

        reason = ngx_xassist_api_ask(api, i == STORE_CALL_ENDED
                                          ? NGX_XASSIST_API_CALLS_LIST_ENDED
                                          : NGX_XASSIST_API_CALLS_LIST,
                                     NULL);

        if (reason == NGX_XASSIST_R_NONE) {
            first = list.n;
            reason = ngx_xassist_calls_collect(api, i, from,
                                               i == STORE_CALL_ENDED
                                               ? NGX_XASSIST_SCAN : limit + 1,
                                               &list);

            if (reason == NGX_XASSIST_R_NONE && i == STORE_CALL_ENDED) {
                ngx_xassist_calls_own(api, &list, first);
            }
        }

        if (reason != NGX_XASSIST_R_NONE) {
            return reason;
        }
    }

    return ngx_xassist_calls_show(api, &list, limit);
}


/* ?state=open,live */

static ngx_xassist_reason_t
ngx_xassist_calls_states(ngx_xassist_api_t *api,
    ngx_uint_t wanted[NGX_XASSIST_STATES])
{
    u_char       *p, *q, *end;
    ngx_str_t     value;
    ngx_uint_t    i;
    const char   *name;

    ngx_memzero(wanted, NGX_XASSIST_STATES * sizeof(ngx_uint_t));

    if (ngx_http_arg(api->request, (u_char *) "state", 5, &value) != NGX_OK)
    {
        wanted[STORE_CALL_OPEN] = 1;
        wanted[STORE_CALL_LIVE] = 1;
        return NGX_XASSIST_R_NONE;
    }

    end = value.data + value.len;

    for (p = value.data; p <= end; p = q + 1) {

        q = ngx_strlchr(p, end, ',');
        if (q == NULL) {
            q = end;
        }

        for (i = STORE_CALL_OPEN; i <= STORE_CALL_ENDED; i++) {
            name = store_call_state_name(i);

            if (ngx_strlen(name) == (size_t) (q - p)
                && ngx_strncmp(name, p, q - p) == 0)
            {
                wanted[i] = 1;
                break;
            }
        }

        if (i > STORE_CALL_ENDED) {
            return ngx_xassist_api_wrong(api, "state must be open, live, "
                                              "ended, or several of them");
        }
    }

    return NGX_XASSIST_R_NONE;
}


static ngx_xassist_reason_t
ngx_xassist_calls_collect(ngx_xassist_api_t *api, store_call_state_t state,
    uint64_t from, ngx_uint_t room, ngx_xassist_list_t *list)
{
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    list->max = list->n + room;

    status = store_calls_from(api->worker->read, &api->ctx->account, state,
                              from, ngx_xassist_calls_visit, list);

    store_read_reset(api->worker->read);

    return ngx_xassist_api_status(api, status);
}


static bool
ngx_xassist_calls_visit(void *data, const void *record)
{
    const store_call_t    *call = record;
    ngx_xassist_list_t    *list = data;
    ngx_xassist_listed_t  *listed;

    listed = &list->calls[list->n++];
    listed->id = call->id;
    listed->created = call->created;
    listed->state = call->state;

    return list->n < list->max;
}


/* Of the ended ones those stay that the caller may see. */

static void
ngx_xassist_calls_own(ngx_xassist_api_t *api, ngx_xassist_list_t *list,
    ngx_uint_t first)
{
    ngx_uint_t  i, kept;

    kept = first;

    for (i = first; i < list->n; i++) {

        if (ngx_xassist_api_ask_past(api, NGX_XASSIST_API_CALLS_GET_ENDED,
                                     &list->calls[i].id)
            == NGX_XASSIST_R_NONE)
        {
            list->calls[kept++] = list->calls[i];
        }
    }

    list->n = kept;
}


static ngx_xassist_reason_t
ngx_xassist_calls_show(ngx_xassist_api_t *api, const ngx_xassist_list_t *list,
    ngx_uint_t limit)
{
    ngx_uint_t            i;
    store_call_t          call;
    store_status_t        status;
    ngx_xassist_json_t   *json;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    json = &api->json;
    status = STORE_OK;

    ngx_xassist_json_open(json, "calls", '[');

    for (i = 0; i < list->n && i < limit && status == STORE_OK; i++) {

        status = store_call_get(api->worker->read, &list->calls[i].id, &call);

        if (status == STORE_OK) {
            ngx_xassist_json_open(json, NULL, '{');
            status = ngx_xassist_api_call(api, &call);
            ngx_xassist_json_close(json, '}');
        }
    }

    store_read_reset(api->worker->read);

    ngx_xassist_json_close(json, ']');
    ngx_xassist_json_bool(json, "more", list->n > limit);

    return ngx_xassist_api_status(api, status);
}


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

    store_read_reset(api->worker->read);

    return ngx_xassist_api_status(api, status);
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

    if (ngx_xassist_api_mint(&op->in.call_create.call) != NGX_OK
        || ngx_xassist_api_room(&op->in.call_create.room) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.call_create.account = api->ctx->account;
    op->in.call_create.owner = api->ctx->user;
    op->in.call_create.kind = STORE_CALL_CONFERENCE;
    op->in.call_create.title.data = (u_char *) title->text.data;
    op->in.call_create.title.len = title->text.len;

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
        ngx_xassist_json_text(json, "state", (u_char *) state,
                              ngx_strlen(state));
        ngx_xassist_json_bool(json, "ringing", call.ring != 0);
        ngx_xassist_json_bool(json, "again", api->write.op.out.again);
    }

    store_read_reset(api->worker->read);

    return ngx_xassist_api_status(api, status);
}


ngx_xassist_reason_t
ngx_xassist_api_calls_hand_over(ngx_xassist_api_t *api)
{
    ngx_str_t             text;
    store_op_t           *op;
    ngx_xassist_reason_t  reason;

    op = &api->write.op;

    reason = ngx_xassist_api_op(api, STORE_OP_CALL_HAND_OVER);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    text.data = (u_char *) api->members[0].text.data;
    text.len = api->members[0].text.len;

    if (ngx_xassist_id_parse(&text, &op->in.hand_over.user) != NGX_OK) {
        return ngx_xassist_api_wrong(api, "\"user\" must be the id of a "
                                          "user");
    }

    op->in.hand_over.call = api->ids[0];

    return ngx_xassist_api_mint(&op->in.hand_over.participant) == NGX_OK
           ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


ngx_xassist_reason_t
ngx_xassist_api_calls_handed_over(ngx_xassist_api_t *api)
{
    return ngx_xassist_calls_one(api, &api->ids[0]);
}
