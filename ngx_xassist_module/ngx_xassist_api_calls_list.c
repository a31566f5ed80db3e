/* Calls: listed, and their log exported. */

#include "ngx_xassist_table.h"


/* Ended calls looked at for one list: whoever may see but their own does not
   make us walk through everybody's. */
#define NGX_XASSIST_SCAN  1000

#define NGX_XASSIST_LOGGED  10000              /* the same for an export */

#define NGX_XASSIST_STATES  4
#define NGX_XASSIST_NAMES   1024               /* bytes of them in a row */


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


static ngx_xassist_reason_t ngx_xassist_calls_export(ngx_xassist_api_t *api,
    ngx_uint_t wanted[NGX_XASSIST_STATES]);
static store_status_t ngx_xassist_calls_row(ngx_xassist_table_t *table,
    const store_id_t *id, ngx_uint_t *room);
static bool ngx_xassist_calls_person(void *data, const void *record);
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


/* One line of the call log. */
typedef struct {
    store_call_t          call;
    store_slice_t         people;              /* names of who was there */
    uint64_t              lasted;
    u_char                names[NGX_XASSIST_NAMES];
} ngx_xassist_logged_t;


static const char * const  ngx_xassist_call_kinds[] = {
    "", "conference", "service", NULL
};

#define COLUMN(name, type, member, words)                                    \
    { name, NGX_XASSIST_COLUMN_##type,                                       \
      offsetof(ngx_xassist_logged_t, member), words }

static const ngx_xassist_column_t  ngx_xassist_call_columns[] = {
    COLUMN("id", ID, call.id, NULL),
    COLUMN("kind", WORD, call.kind, ngx_xassist_call_kinds),
    COLUMN("title", TEXT, call.title, NULL),
    COLUMN("owner", USER, call.owner, NULL),
    COLUMN("created", TIME, call.created, NULL),
    COLUMN("starts_at", TIME, call.starts_at, NULL),
    COLUMN("answered_at", TIME, call.answered, NULL),
    COLUMN("live_at", TIME, call.live_at, NULL),
    COLUMN("ended_at", TIME, call.ended_at, NULL),
    COLUMN("seconds", SECONDS, lasted, NULL),
    COLUMN("people", TEXT, people, NULL),
    { NULL, NGX_XASSIST_COLUMN_ID, 0, NULL }
};

#undef COLUMN


ngx_xassist_reason_t
ngx_xassist_api_calls_list(ngx_xassist_api_t *api)
{
    uint64_t              from;
    ngx_str_t             value;
    ngx_uint_t            i, limit, first;
    ngx_uint_t            wanted[NGX_XASSIST_STATES];
    ngx_xassist_list_t    list;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_calls_states(api, wanted);

    if (reason == NGX_XASSIST_R_NONE
        && ngx_http_arg(api->request, (u_char *) "format", 6, &value)
           == NGX_OK
        && (value.len != 4 || ngx_memcmp(value.data, "json", 4) != 0))
    {
        return ngx_xassist_calls_export(api, wanted);
    }

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


/* ?format=csv|ndjson: the call log, of those that the caller may see. */

static ngx_xassist_reason_t
ngx_xassist_calls_export(ngx_xassist_api_t *api,
    ngx_uint_t wanted[NGX_XASSIST_STATES])
{
    ngx_uint_t            i, room;
    store_status_t        status;
    ngx_xassist_list_t    list;
    ngx_xassist_table_t   table;
    ngx_xassist_reason_t  reason;

    if (wanted[STORE_CALL_OPEN] || wanted[STORE_CALL_LIVE]) {
        return ngx_xassist_api_wrong(api, "only ended calls are exported");
    }

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_CALLS_EXPORT, NULL);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_CALLS_LIST_ENDED,
                                     NULL);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_table_open(&table, api, "calls",
                                        ngx_xassist_call_columns);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    list.n = 0;
    list.calls = ngx_palloc(api->request->pool,
                            NGX_XASSIST_LOGGED
                            * sizeof(ngx_xassist_listed_t));
    if (list.calls == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    reason = ngx_xassist_calls_collect(api, STORE_CALL_ENDED, table.from,
                                       NGX_XASSIST_LOGGED, &list);

    if (reason == NGX_XASSIST_R_NONE) {
        ngx_xassist_calls_own(api, &list, 0);
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = STORE_OK;
    room = 1;

    for (i = 0; i < list.n && room && status == STORE_OK; i++) {
        status = ngx_xassist_calls_row(&table, &list.calls[i].id, &room);
    }

    store_read_reset(api->worker->read);

    reason = ngx_xassist_api_status(api, status);

    return reason == NGX_XASSIST_R_NONE ? ngx_xassist_table_close(&table)
                                        : reason;
}


static store_status_t
ngx_xassist_calls_row(ngx_xassist_table_t *table, const store_id_t *id,
    ngx_uint_t *room)
{
    store_txn_t           *read;
    store_status_t         status;
    ngx_xassist_logged_t   logged;

    ngx_memzero(&logged, sizeof(ngx_xassist_logged_t));
    logged.people.data = logged.names;
    read = table->api->worker->read;

    status = store_call_get(read, id, &logged.call);

    if (status == STORE_OK) {
        status = store_participants(read, id, ngx_xassist_calls_person,
                                    &logged);
    }

    if (status != STORE_OK) {
        return status;
    }

    if (logged.call.live_at != 0 && logged.call.ended_at != 0) {
        logged.lasted = logged.call.ended_at - logged.call.live_at;
    }

    *room = ngx_xassist_table_row(table, &logged);

    return STORE_OK;
}


/* Names of who was there, as long as they fit. */

static bool
ngx_xassist_calls_person(void *data, const void *record)
{
    u_char                     *p;
    ngx_xassist_logged_t       *logged = data;
    const store_participant_t  *part = record;

    if (part->joined == 0) {
        return true;
    }

    if (logged->people.len + part->name.len + 2 > NGX_XASSIST_NAMES) {
        return false;
    }

    p = logged->names + logged->people.len;

    if (logged->people.len != 0) {
        p = ngx_cpymem(p, "; ", 2);
    }

    p = ngx_cpymem(p, part->name.data, part->name.len);
    logged->people.len = p - logged->names;

    return true;
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

    return ngx_xassist_api_end(api, status);
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
