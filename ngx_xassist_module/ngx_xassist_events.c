#include "ngx_xassist_events.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_sight.h"
#include "ngx_xassist_stay.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_LOOK       100             /* milliseconds */
#define NGX_XASSIST_HEARTBEAT  15000
#define NGX_XASSIST_RECHECK    1000

/* Events read in one turn of the event loop, and their room. */
#define NGX_XASSIST_TURN       64
#define NGX_XASSIST_ROOM       16384


struct ngx_xassist_events_s {
    ngx_queue_t            streams;
    ngx_event_t            look;
    ngx_xassist_worker_t  *worker;
    uint64_t               txnid;
};


typedef struct {
    ngx_queue_t            queue;
    ngx_xassist_api_t     *api;
    store_id_t             call;               /* of this one alone, */
    unsigned               of_call:1;          /* if set */
    unsigned               present:1;          /* asked to be in it, too */
    unsigned               behind:1;           /* there may be more to read */
    unsigned               ending:1;
    ngx_xassist_sight_t    sight;
    uint64_t               cursor;             /* last event looked at */
    ngx_msec_t             sent;               /* the last bytes */
    ngx_msec_t             checked;            /* the right */
    ngx_xassist_stay_t    *stay;               /* NULL: none */
    ngx_xassist_reason_t   refused;            /* the stay was */
    ngx_buf_t              buf;
    ngx_chain_t            out;
    u_char                *room;
} ngx_xassist_stream_t;


static ngx_xassist_events_t *ngx_xassist_events_of(
    ngx_xassist_worker_t *worker);
static void ngx_xassist_events_look(ngx_event_t *ev);
static void ngx_xassist_events_close(void *data);
static void ngx_xassist_events_refused(void *data, store_reason_t reason);
static ngx_int_t ngx_xassist_events_turn(ngx_xassist_stream_t *stream);
static ngx_xassist_reason_t ngx_xassist_events_right(
    ngx_xassist_stream_t *stream);
static u_char *ngx_xassist_events_read(ngx_xassist_stream_t *stream,
    u_char *p);
static ngx_uint_t ngx_xassist_events_mine(ngx_xassist_stream_t *stream,
    const store_event_t *event);
static ngx_int_t ngx_xassist_events_write(ngx_xassist_stream_t *stream,
    const store_event_t *event, ngx_pool_t *pool, ngx_str_t *json);
static ngx_int_t ngx_xassist_events_send(ngx_xassist_stream_t *stream,
    u_char *last);
static void ngx_xassist_events_writable(ngx_http_request_t *r);


ngx_xassist_reason_t
ngx_xassist_events_open(ngx_xassist_api_t *api, const store_id_t *call,
    const uint64_t *after, ngx_uint_t present)
{
    u_char                *p;
    store_status_t         status;
    ngx_http_request_t    *r;
    ngx_http_cleanup_t    *cln;
    ngx_xassist_stream_t  *stream;
    ngx_xassist_events_t  *events;
    ngx_xassist_reason_t   reason;

    r = api->request;
    events = ngx_xassist_events_of(api->worker);
    stream = ngx_pcalloc(r->pool, sizeof(ngx_xassist_stream_t));
    cln = ngx_http_cleanup_add(r, 0);

    if (events == NULL || stream == NULL || cln == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    stream->room = ngx_pnalloc(r->pool, NGX_XASSIST_ROOM);
    reason = ngx_xassist_api_read(api);

    if (stream->room == NULL || reason != NGX_XASSIST_R_NONE) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    status = store_log_last(api->worker->read, &stream->cursor);
    store_read_reset(api->worker->read);

    if (status != STORE_OK) {
        return ngx_xassist_api_status(api, status);
    }

    if (after != NULL && *after <= stream->cursor) {
        stream->cursor = *after;
    }

    stream->api = api;
    stream->of_call = call != NULL;
    stream->behind = 1;
    stream->checked = ngx_current_msec;

    if (call != NULL) {
        stream->call = *call;
    }

    api->sent = 1;
    api->rc = ngx_xassist_page_stream(r);

    if (api->rc != NGX_OK || r->header_only) {
        return NGX_XASSIST_R_NONE;
    }

    ngx_queue_insert_tail(&events->streams, &stream->queue);
    cln->handler = ngx_xassist_events_close;
    cln->data = stream;

    r->main->count++;
    r->keepalive = 0;
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_xassist_events_writable;
    api->data = stream;
    api->rc = NGX_DONE;

    if (!events->look.timer_set) {
        ngx_add_timer(&events->look, NGX_XASSIST_LOOK);
    }

    /* The id lets a browser that is cut off at once go on from here. */

    p = ngx_sprintf(stream->room, "retry: 2000\nid: %uL\n\n",
                    stream->cursor);

    if (present) {
        stream->present = 1;
        stream->stay = ngx_xassist_stay_begin(api->worker, api->ctx,
                                              ngx_xassist_events_refused,
                                              stream);
    }

    if (ngx_xassist_events_send(stream, p) != NGX_OK) {
        api->rc = NGX_ERROR;
        r->main->count--;
    }

    return NGX_XASSIST_R_NONE;
}


static ngx_xassist_events_t *
ngx_xassist_events_of(ngx_xassist_worker_t *worker)
{
    ngx_xassist_events_t  *events;

    if (worker->events != NULL) {
        return worker->events;
    }

    events = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_events_t));
    if (events == NULL) {
        return NULL;
    }

    ngx_queue_init(&events->streams);
    events->worker = worker;
    events->look.handler = ngx_xassist_events_look;
    events->look.data = &ngx_xassist_no_connection;
    events->look.log = worker->log;

    worker->events = events;

    return events;
}


static void
ngx_xassist_events_close(void *data)
{
    ngx_xassist_stream_t  *stream = data;

    ngx_queue_remove(&stream->queue);

    if (stream->stay != NULL) {
        ngx_xassist_stay_end(stream->stay);
    }
}


static void
ngx_xassist_events_refused(void *data, store_reason_t reason)
{
    ngx_xassist_stream_t  *stream = data;

    stream->stay = NULL;
    stream->refused = ngx_xassist_reason_of_store(reason);
}


/* Somebody committed, a right is due to be looked at again, or a client has
   heard nothing for long. */

static void
ngx_xassist_events_look(ngx_event_t *ev)
{
    uint64_t               txnid;
    ngx_uint_t             news;
    ngx_queue_t           *q, *next;
    ngx_connection_t      *c;
    ngx_xassist_worker_t  *worker;
    ngx_xassist_stream_t  *stream;
    ngx_xassist_events_t  *events;

    events = (ngx_xassist_events_t *)
                 ((u_char *) ev - offsetof(ngx_xassist_events_t, look));
    worker = events->worker;

    txnid = worker->env != NULL ? store_txnid(worker->env) : 0;
    news = txnid != events->txnid;
    events->txnid = txnid;

    for (q = ngx_queue_head(&events->streams);
         q != ngx_queue_sentinel(&events->streams);
         q = next)
    {
        next = ngx_queue_next(q);
        stream = ngx_queue_data(q, ngx_xassist_stream_t, queue);
        stream->behind |= news;
        c = stream->api->request->connection;

        ngx_http_set_log_request(c->log, stream->api->request);

        if (ngx_xassist_events_turn(stream) != NGX_OK) {
            ngx_http_finalize_request(stream->api->request, NGX_ERROR);
            ngx_http_run_posted_requests(c);
        }
    }

    /* Every stream was told to end when the worker is. */

    if (!ngx_queue_empty(&events->streams)) {
        ngx_add_timer(ev, NGX_XASSIST_LOOK);
    }
}


/* NGX_ERROR: the request is to be finalized. */

static ngx_int_t
ngx_xassist_events_turn(ngx_xassist_stream_t *stream)
{
    u_char                *p;
    ngx_uint_t             unknown;
    ngx_xassist_reason_t   reason;

    if (stream->buf.pos != stream->buf.last) {
        return NGX_OK;
    }

    if (stream->ending) {
        return NGX_ERROR;
    }

    p = stream->room;
    reason = stream->refused;
    unknown = 0;

    if (ngx_exiting) {

        /* The client comes again, to a worker that stays. */

        stream->ending = 1;
        return ngx_xassist_events_send(stream,
                                       ngx_sprintf(p, ": again\n\n"));
    }

    if (reason == NGX_XASSIST_R_NONE
        && (stream->behind
            || ngx_current_msec - stream->checked > NGX_XASSIST_RECHECK))
    {
        stream->checked = ngx_current_msec;
        reason = ngx_xassist_events_right(stream);

        /* Nothing is said until it is known again, and nothing ends. */

        if (reason == NGX_XASSIST_R_STORE_UNAVAILABLE) {
            reason = NGX_XASSIST_R_NONE;
            unknown = 1;
        }
    }

    if (reason != NGX_XASSIST_R_NONE) {
        stream->ending = 1;
        p = ngx_sprintf(p, "event: end\ndata: {\"reason\":\"%V\"}\n\n",
                        &ngx_xassist_reason(reason)->code);

        return ngx_xassist_events_send(stream, p);
    }

    if (stream->behind && !unknown) {
        p = ngx_xassist_events_read(stream, p);
    }

    if (p == stream->room
        && ngx_current_msec - stream->sent > NGX_XASSIST_HEARTBEAT)
    {
        p = ngx_sprintf(p, ":\n\n");
    }

    return p != stream->room ? ngx_xassist_events_send(stream, p) : NGX_OK;
}


static ngx_xassist_reason_t
ngx_xassist_events_right(ngx_xassist_stream_t *stream)
{
    ngx_xassist_api_t  *api;

    api = stream->api;

    if (stream->present) {
        ngx_xassist_decide_for(api->request, api->ctx, &stream->call,
                               &api->worker->conf->in_call);
        return api->ctx->verdict == NGX_XASSIST_ALLOW ? NGX_XASSIST_R_NONE
                                                      : api->ctx->reason;
    }

    if (!stream->of_call) {
        ngx_xassist_sight_take(api, &stream->sight);
    }

    return ngx_xassist_api_ask_past(api, NGX_XASSIST_API_EVENTS_LIST,
                                    stream->of_call ? &stream->call : NULL);
}


static u_char *
ngx_xassist_events_read(ngx_xassist_stream_t *stream, u_char *p)
{
    u_char          *end;
    uint64_t         seen;
    ngx_str_t        json;
    ngx_uint_t       i;
    ngx_pool_t      *pool;
    store_txn_t     *read;
    store_event_t    event;
    store_status_t   status;

    if (ngx_xassist_api_read(stream->api) != NGX_XASSIST_R_NONE) {
        return p;
    }

    pool = ngx_create_pool(4096, stream->api->worker->log);
    read = stream->api->worker->read;
    seen = store_read_txnid(read);
    end = stream->room + NGX_XASSIST_ROOM;
    status = STORE_NO_MEMORY;

    for (i = 0; pool != NULL && i < NGX_XASSIST_TURN; i++) {

        status = store_log_next(read, stream->cursor, &event);

        if (status == STORE_TRIMMED) {
            status = store_log_last(read, &stream->cursor);
            p = ngx_sprintf(p, "id: %uL\nevent: reset\ndata: {}\n\n",
                            stream->cursor);
        }

        if (status != STORE_OK || event.seq <= stream->cursor) {
            break;
        }

        if (ngx_xassist_events_mine(stream, &event)) {

            if (ngx_xassist_events_write(stream, &event, pool, &json)
                != NGX_OK
                || (size_t) (end - p) < json.len + 100)
            {
                status = STORE_OK;
                break;
            }

            p = ngx_sprintf(p, "id: %uL\nevent: %s\ndata: %V\n", event.seq,
                            store_event_name(event.kind), &json);
        }

        stream->cursor = event.seq;
    }

    store_read_reset(read);

    if (pool != NULL) {
        ngx_destroy_pool(pool);
    }

    /* What is committed may be seen a moment later. */

    stream->behind = status == STORE_OK
                     || seen < stream->api->worker->events->txnid;

    return p;
}


/* Events of calls, participants and invitations: of the call that was named,
   or of those that are the user's own; with these what the user may see of
   assistance. */

static ngx_uint_t
ngx_xassist_events_mine(ngx_xassist_stream_t *stream,
    const store_event_t *event)
{
    const char         *name;
    store_standing_t    standing;
    store_principal_t   principal;
    ngx_xassist_ctx_t  *ctx;

    ctx = stream->api->ctx;
    name = store_event_name(event->kind);

    if (store_id_equal(&event->account, &ctx->account)
        && ngx_xassist_sight_about(event))
    {
        return !stream->of_call
               && ngx_xassist_sight_of(stream->api, &stream->sight, event);
    }

    if (!store_id_equal(&event->account, &ctx->account)
        || (ngx_strncmp(name, "call.", 5) != 0
            && ngx_strncmp(name, "participant.", 12) != 0
            && ngx_strncmp(name, "invitation.", 11) != 0))
    {
        return 0;
    }

    if (stream->of_call) {
        return store_id_equal(&event->call, &stream->call)
               && (ctx->kind == POLICY_KIND_REGULAR
                   || ctx->kind == POLICY_KIND_SERVICE
                   || ngx_strncmp(name, "invitation.", 11) != 0);
    }

    if (ctx->kind == POLICY_KIND_SERVICE) {
        return 1;
    }

    if (store_id_none(&ctx->user)) {
        return 0;
    }

    if (store_id_equal(&event->user, &ctx->user)
        || store_id_equal(&event->actor, &ctx->user))
    {
        return 1;
    }

    ngx_memzero(&principal, sizeof(store_principal_t));
    principal.kind = STORE_KIND_USER;
    principal.account = ctx->account;
    principal.user = ctx->user;

    return !store_id_none(&event->call)
           && store_standing(stream->api->worker->read, &principal,
                             &event->call, event->time, &standing)
              == STORE_OK
           && (standing.member || !store_id_none(&standing.participant));
}


/* Guests are told who comes and goes, not by which invitation, nor what became
   of somebody's rights. */

static ngx_int_t
ngx_xassist_events_write(ngx_xassist_stream_t *stream,
    const store_event_t *event, ngx_pool_t *pool, ngx_str_t *out)
{
    ngx_uint_t           regular;
    const char          *name;
    ngx_xassist_json_t   json;

    name = store_event_name(event->kind);
    regular = stream->api->ctx->kind == POLICY_KIND_REGULAR
              || stream->api->ctx->kind == POLICY_KIND_SERVICE;

    ngx_xassist_json_init(&json, pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_number(&json, "id", event->seq);
    ngx_xassist_json_word(&json, "type", name);
    ngx_xassist_json_time(&json, "time", event->time);
    ngx_xassist_json_id(&json, "call", &event->call);
    ngx_xassist_json_id(&json, "participant", &event->participant);

    if (regular) {
        ngx_xassist_json_id(&json, "invitation", &event->invitation);
        ngx_xassist_json_id(&json, "user", &event->user);

    } else {
        ngx_xassist_json_null(&json, "invitation");
        ngx_xassist_json_null(&json, "user");
    }

    if (ngx_xassist_sight_about(event)) {
        ngx_xassist_sight_write(&json, event);
    }

    if (regular || event->kind != STORE_EVENT_PARTICIPANT_AWAY) {
        ngx_xassist_json_slice(&json, "detail", &event->detail);

    } else {
        ngx_xassist_json_null(&json, "detail");
    }

    ngx_xassist_json_close(&json, '}');

    return ngx_xassist_json_done(&json, out);
}


static ngx_int_t
ngx_xassist_events_send(ngx_xassist_stream_t *stream, u_char *last)
{
    ngx_int_t                  rc;
    ngx_connection_t          *c;
    ngx_http_request_t        *r;
    ngx_http_core_loc_conf_t  *clcf;

    r = stream->api->request;
    c = r->connection;

    ngx_memzero(&stream->buf, sizeof(ngx_buf_t));
    stream->buf.start = stream->room;
    stream->buf.pos = stream->room;
    stream->buf.last = last;
    stream->buf.end = stream->room + NGX_XASSIST_ROOM;
    stream->buf.temporary = 1;
    stream->buf.flush = 1;
    stream->buf.last_buf = stream->ending;
    stream->out.buf = &stream->buf;
    stream->out.next = NULL;
    stream->sent = ngx_current_msec;

    rc = ngx_http_output_filter(r, &stream->out);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (stream->buf.pos == stream->buf.last) {
        return NGX_OK;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    ngx_add_timer(c->write, clcf->send_timeout);

    return ngx_handle_write_event(c->write, clcf->send_lowat);
}


static void
ngx_xassist_events_writable(ngx_http_request_t *r)
{
    ngx_event_t  *wev;

    wev = r->connection->write;

    if (wev->timedout) {
        r->connection->timedout = 1;
        ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    if (ngx_http_output_filter(r, NULL) == NGX_ERROR) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    if (!r->connection->buffered && wev->timer_set) {
        ngx_del_timer(wev);
    }

    if (ngx_handle_write_event(wev, 0) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_ERROR);
    }
}
