/* How the API shows what the store holds. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_terms.h"
#include "ngx_xassist_device.h"
#include "ngx_xassist_platform.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_PEOPLE  16                 /* of a call in a list */


/* A walk over the participants of a call. */
typedef struct {
    ngx_xassist_api_t   *api;
    const store_call_t  *call;
    ngx_uint_t           people;
    ngx_uint_t           regular;              /* one is there */
    uint64_t             waiting;              /* the first guest's time */
    uint64_t             rings;                /* the caller, until then */
} ngx_xassist_people_t;


/* A list whose items have these members. */
typedef struct {
    ngx_xassist_api_t           *api;
    ngx_xassist_api_members_pt   members;
} ngx_xassist_api_listed_t;


static bool ngx_xassist_api_listed(void *data, const void *record);
static bool ngx_xassist_api_waits(void *data, const void *record);
static bool ngx_xassist_api_one(void *data, const void *record);
static const char *ngx_xassist_api_request(const store_invitation_t *inv,
    store_inv_state_t state);


ngx_xassist_reason_t
ngx_xassist_api_read(ngx_xassist_api_t *api)
{
    return ngx_xassist_worker_read(api->worker) == NGX_OK
           ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


ngx_xassist_reason_t
ngx_xassist_api_status(ngx_xassist_api_t *api, store_status_t status)
{
    if (status == STORE_OK) {
        return NGX_XASSIST_R_NONE;
    }

    if (status == STORE_NOT_FOUND) {
        return NGX_XASSIST_R_NOT_FOUND;
    }

    ngx_log_error(NGX_LOG_ERR, api->request->connection->log, 0,
                  "xassist: reading the store failed: %s",
                  store_status_text(status));

    return NGX_XASSIST_R_STORE_UNAVAILABLE;
}


ngx_xassist_reason_t
ngx_xassist_api_end(ngx_xassist_api_t *api, store_status_t status)
{
    store_read_reset(api->worker->read);

    return ngx_xassist_api_status(api, status);
}


ngx_xassist_reason_t
ngx_xassist_api_list(ngx_xassist_api_t *api, const char *name,
    ngx_xassist_api_walk_pt walk, const store_id_t *of,
    ngx_xassist_api_members_pt members)
{
    store_status_t            status;
    ngx_xassist_reason_t      reason;
    ngx_xassist_api_listed_t  listed = { api, members };

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    ngx_xassist_json_open(&api->json, name, '[');
    status = walk(api->worker->read, of, ngx_xassist_api_listed, &listed);
    ngx_xassist_json_close(&api->json, ']');

    return ngx_xassist_api_end(api, status);
}


static bool
ngx_xassist_api_listed(void *data, const void *record)
{
    ngx_xassist_api_listed_t  *listed = data;

    ngx_xassist_json_open(&listed->api->json, NULL, '{');
    listed->members(listed->api, record);
    ngx_xassist_json_close(&listed->api->json, '}');

    return true;
}


store_status_t
ngx_xassist_api_own(const ngx_xassist_api_t *api, store_status_t status,
    const store_id_t *account)
{
    return status == STORE_OK && !store_id_equal(account, &api->ctx->account)
           ? STORE_NOT_FOUND : status;
}


store_slice_t
ngx_xassist_api_given(const policy_body_member_t *member)
{
    store_slice_t  text;

    text.data = (const uint8_t *) member->text.data;
    text.len = member->text.len;

    return text;
}


ngx_xassist_reason_t
ngx_xassist_api_id_given(ngx_xassist_api_t *api,
    const policy_body_member_t *member, store_id_t *id)
{
    ngx_str_t  text;

    text.data = (u_char *) member->text.data;
    text.len = member->text.len;

    return ngx_xassist_id_parse(&text, id) == NGX_OK
           ? NGX_XASSIST_R_NONE
           : ngx_xassist_api_wrong(api, "the id of a user must be given");
}


ngx_xassist_reason_t
ngx_xassist_api_op(ngx_xassist_api_t *api, store_op_kind_t kind)
{
    ngx_xassist_ctx_t  *ctx;

    if (ngx_xassist_writer_prepare(api->worker, kind, &api->write.op)
        != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    ctx = api->ctx;

    /* A service is known by its key alone. */

    if (!store_id_none(&ctx->user)) {
        api->write.op.actor = ctx->user;

    } else {
        api->write.op.actor = ctx->service ? ctx->session : ctx->participant;
    }

    api->write.op.account = ctx->account;

    switch (kind) {
    case STORE_OP_USER_CREATE:
    case STORE_OP_USER_SET:
    case STORE_OP_USER_TEAMS:
    case STORE_OP_TEAM_CREATE:
    case STORE_OP_TEAM_SET:
    case STORE_OP_TEAM_ADD:
    case STORE_OP_TEAM_REMOVE:
    case STORE_OP_TEAM_DELETE:
    case STORE_OP_ACCOUNT_BILLING:
        return ngx_xassist_terms(api->worker, api->request->pool,
                                 &api->write.op)
               == NGX_OK ? NGX_XASSIST_R_NONE
                         : NGX_XASSIST_R_STORE_UNAVAILABLE;
    default:
        return NGX_XASSIST_R_NONE;
    }
}


ngx_int_t
ngx_xassist_api_base(ngx_xassist_api_t *api, ngx_uint_t ws, ngx_str_t *base)
{
    ngx_str_t            host;
    ngx_uint_t           secure;
    ngx_http_request_t  *r;

    static const ngx_str_t  schemes[] = {
        ngx_string("http"), ngx_string("https"),
        ngx_string("ws"), ngx_string("wss")
    };

    r = api->request;
    secure = 0;

#if (NGX_HTTP_SSL)
    secure = r->connection->ssl != NULL;
#endif

    host = r->headers_in.host != NULL ? r->headers_in.host->value
                                      : r->headers_in.server;

    base->data = ngx_pnalloc(r->pool, sizeof("https://") - 1 + host.len);
    if (base->data == NULL) {
        return NGX_ERROR;
    }

    base->len = ngx_sprintf(base->data, "%V://%V",
                            &schemes[(ws ? 2 : 0) + secure], &host)
                - base->data;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_api_link(ngx_xassist_api_t *api, policy_token_kind_t kind,
    const store_id_t *id, ngx_str_t *link)
{
    char       token[POLICY_TOKEN_LEN];
    u_char    *p;
    ngx_str_t  base;

    if (ngx_xassist_api_base(api, 0, &base) != NGX_OK
        || policy_token_make(api->worker->conf->keys, kind, id->b, token)
           != POLICY_OK)
    {
        return NGX_ERROR;
    }

    link->len = base.len + sizeof("/j/") - 1 + POLICY_TOKEN_LEN;
    link->data = ngx_pnalloc(api->request->pool, link->len);
    if (link->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(link->data, base.data, base.len);
    p = ngx_cpymem(p, "/j/", sizeof("/j/") - 1);
    ngx_memcpy(p, token, POLICY_TOKEN_LEN);

    return NGX_OK;
}


void
ngx_xassist_api_person(ngx_xassist_api_t *api, const char *name,
    const store_id_t *id)
{
    store_user_t         user;
    store_slice_t        display = { NULL, 0 };
    ngx_xassist_json_t  *json;

    json = &api->json;

    if (!store_id_none(id)
        && store_user_get(api->worker->read, id, &user) == STORE_OK)
    {
        display = user.display.len ? user.display : user.name;
    }

    ngx_xassist_json_open(json, name, '{');
    ngx_xassist_json_id(json, "id", id);
    ngx_xassist_json_slice(json, "name", &display);
    ngx_xassist_json_close(json, '}');
}


store_status_t
ngx_xassist_api_call(ngx_xassist_api_t *api, const store_call_t *call)
{
    uint64_t               now;
    store_status_t         status;
    ngx_uint_t             rings, mine;
    ngx_xassist_json_t    *json;
    ngx_xassist_people_t   people;

    json = &api->json;
    now = ngx_xassist_now();
    rings = call->state != STORE_CALL_ENDED && call->ring > now;
    mine = !store_id_none(&api->ctx->user)
           && store_id_equal(&api->ctx->user, &call->owner);

    ngx_memzero(&people, sizeof(ngx_xassist_people_t));
    people.api = api;
    people.call = call;

    ngx_xassist_json_id(json, "id", &call->id);
    ngx_xassist_json_word(json, "kind", call->kind == STORE_CALL_SERVICE
                                        ? "service" : "conference");
    ngx_xassist_json_word(json, "state", store_call_state_name(call->state));
    ngx_xassist_json_slice(json, "title", &call->title);
    ngx_xassist_api_person(api, "owner", &call->owner);
    ngx_xassist_json_bool(json, "mine", mine);
    ngx_xassist_json_time(json, "created", call->created);
    ngx_xassist_json_time(json, "starts_at", call->starts_at);
    ngx_xassist_json_time(json, "live_at", call->live_at);
    ngx_xassist_json_time(json, "ended_at", call->ended_at);
    ngx_xassist_json_word(json, "reason", call->state == STORE_CALL_ENDED
                          ? store_reason_name(call->reason) : "");
    ngx_xassist_json_bool(json, "ringing", rings);
    ngx_xassist_json_time(json, "ring_until", rings ? call->ring : 0);
    ngx_xassist_json_time(json, "answered_at", call->answered);
    ngx_xassist_json_number(json, "here", call->here);

    status = store_participants(api->worker->read, &call->id,
                                ngx_xassist_api_waits, &people);

    ngx_xassist_json_bool(json, "rings_me",
                          (rings && mine) || people.rings > now);
    ngx_xassist_json_time(json, "waiting_since",
                          people.regular || call->state == STORE_CALL_ENDED
                          ? 0 : people.waiting);

    ngx_xassist_json_open(json, "people", '[');

    if (status == STORE_OK && call->state != STORE_CALL_ENDED) {
        status = store_participants(api->worker->read, &call->id,
                                    ngx_xassist_api_one, &people);
    }

    ngx_xassist_json_close(json, ']');

    return status;
}


/* A guest waits from the Join press on, while no user is there. */

static bool
ngx_xassist_api_waits(void *data, const void *record)
{
    uint64_t                    since;
    ngx_xassist_people_t       *people = data;
    const store_participant_t  *part = record;

    if (part->kind == STORE_KIND_USER) {

        if (store_id_equal(&part->user, &people->api->ctx->user)) {
            people->rings = part->ring;
        }

        people->regular |= part->state == STORE_PART_PRESENT
                           || part->state == STORE_PART_AWAY;
        return true;
    }

    if (part->state == STORE_PART_LEFT || part->state == STORE_PART_REMOVED) {
        return true;
    }

    since = part->joined ? part->joined : part->since;

    if (since == 0) {
        since = people->call->created;
    }

    if (people->waiting == 0 || since < people->waiting) {
        people->waiting = since;
    }

    return true;
}


static bool
ngx_xassist_api_one(void *data, const void *record)
{
    ngx_xassist_people_t       *people = data;
    const store_participant_t  *part = record;

    if (part->state == STORE_PART_LEFT || part->state == STORE_PART_REMOVED
        || (part->state == STORE_PART_INVITED
            && part->kind == STORE_KIND_USER))
    {
        return true;
    }

    ngx_xassist_json_open(&people->api->json, NULL, '{');
    ngx_xassist_api_participant(people->api, people->call, part);
    ngx_xassist_json_close(&people->api->json, '}');

    return ++people->people < NGX_XASSIST_PEOPLE;
}


void
ngx_xassist_api_participant(ngx_xassist_api_t *api, const store_call_t *call,
    const store_participant_t *part)
{
    ngx_uint_t           owner;
    ngx_xassist_json_t  *json;

    static const char * const  kinds[] = {
        "", "regular", "guest", "external", "service"
    };

    json = &api->json;
    owner = part->kind == STORE_KIND_USER
            ? store_id_equal(&part->user, &call->owner)
            : store_id_equal(&part->id, &call->opener);

    ngx_xassist_json_id(json, "id", &part->id);
    ngx_xassist_json_word(json, "kind",
                          kinds[part->kind < 5 ? part->kind : 0]);
    ngx_xassist_json_word(json, "state", store_part_state_name(part->state));
    ngx_xassist_json_slice(json, "name", &part->name);
    ngx_xassist_json_str(json, "device",
                         ngx_xassist_device_name(part->device));
    ngx_xassist_json_str(json, "platform",
                         ngx_xassist_platform_name(part->platform));
    ngx_xassist_json_id(json, "user", &part->user);
    ngx_xassist_json_id(json, "invitation", &part->invitation);
    ngx_xassist_json_time(json, "since", part->since);
    ngx_xassist_json_time(json, "joined", part->joined);
    ngx_xassist_json_time(json, "left", part->left);
    ngx_xassist_json_time(json, "ring_until",
                          part->ring > ngx_xassist_now() ? part->ring : 0);
    ngx_xassist_json_bool(json, "owner", owner);
    ngx_xassist_json_bool(json, "me",
                          !store_id_none(&api->ctx->participant)
                          && store_id_equal(&part->id,
                                            &api->ctx->participant));
}


void
ngx_xassist_api_invitation(ngx_xassist_api_t *api,
    const store_invitation_t *inv)
{
    store_inv_state_t    state;
    ngx_xassist_json_t  *json;

    static const char * const  kinds[] = {
        "", "conference", "service_request", "external"
    };

    static const char * const  channels[] = {
        "", "mail", "sms", "", "link"
    };

    json = &api->json;
    state = inv->state;

    if (state == STORE_INV_UNUSED && inv->expires != 0
        && inv->expires <= ngx_xassist_now())
    {
        state = STORE_INV_EXPIRED;
    }

    ngx_xassist_json_id(json, "id", &inv->id);
    ngx_xassist_json_word(json, "kind", kinds[inv->kind < 4 ? inv->kind : 0]);
    ngx_xassist_json_word(json, "state", store_inv_state_name(state));
    ngx_xassist_json_word(json, "request",
                          ngx_xassist_api_request(inv, state));
    ngx_xassist_json_id(json, "call", &inv->call);
    ngx_xassist_api_person(api, "inviter", &inv->inviter);
    ngx_xassist_json_slice(json, "name", &inv->name);
    ngx_xassist_json_slice(json, "comment", &inv->comment);
    ngx_xassist_json_slice(json, "profile", &inv->profile);
    ngx_xassist_json_word(json, "channel",
                          channels[inv->channel < 5 ? inv->channel : 0]);
    ngx_xassist_json_time(json, "created", inv->created);
    ngx_xassist_json_time(json, "expires", inv->expires);
    ngx_xassist_json_time(json, "starts_at", inv->starts_at);
    ngx_xassist_json_number(json, "uses", inv->uses);
    ngx_xassist_json_number(json, "used", inv->used);
    ngx_xassist_json_bool(json, "terms", inv->terms);
    ngx_xassist_json_word(json, "delivery",
                          store_delivery_names[inv->delivery < 4
                                               ? inv->delivery : 0]);
    ngx_xassist_json_number(json, "tries", inv->tries);
}


/* The words of a service request for the states of its invitation. */

static const char *
ngx_xassist_api_request(const store_invitation_t *inv,
    store_inv_state_t state)
{
    static const char * const  words[] = {
        [STORE_INV_UNUSED] = "waiting", [STORE_INV_REDEEMED] = "called",
        [STORE_INV_USED] = "called", [STORE_INV_WITHDRAWN] = "withdrawn",
        [STORE_INV_EXPIRED] = "expired", [STORE_INV_DEAD] = "closed"
    };

    if (inv->kind != STORE_INV_SERVICE_REQUEST
        || (ngx_uint_t) state >= sizeof(words) / sizeof(words[0])
        || words[state] == NULL)
    {
        return "";
    }

    return words[state];
}
