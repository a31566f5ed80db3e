/* Users: found by what is typed, and what is shown of one. */

#include "ngx_xassist_api_users.h"
#include "ngx_xassist_assist.h"
#include "ngx_xassist_form.h"


#define NGX_XASSIST_USERS      20              /* unless asked */
#define NGX_XASSIST_USERS_MAX  50
#define NGX_XASSIST_TYPED_MAX  256
#define NGX_XASSIST_RECENT     5               /* tasks */
#define NGX_XASSIST_OPEN       20              /* calls */
#define NGX_XASSIST_DAY        ((uint64_t) 24 * 3600 * 1000)
#define NGX_XASSIST_TASKS      1000            /* that are looked at */


/* The newest tasks: a ring, as they come oldest first. */
typedef struct {
    store_task_t         tasks[NGX_XASSIST_RECENT];
    ngx_uint_t           n;
} ngx_xassist_recent_t;


typedef struct {
    ngx_xassist_api_t   *api;
    ngx_uint_t           n;
    ngx_uint_t           list;
} ngx_xassist_open_t;


static ngx_int_t ngx_xassist_users_typed(ngx_xassist_api_t *api,
    store_slice_t *typed);
static void ngx_xassist_users_shortcuts(ngx_xassist_api_t *api);
static ngx_xassist_reason_t ngx_xassist_users_scope(ngx_xassist_api_t *api,
    ngx_xassist_scope_t *scope);
static void ngx_xassist_users_more(ngx_xassist_api_t *api,
    const store_user_t *user);
static ngx_xassist_reason_t ngx_xassist_users_past(ngx_xassist_api_t *api,
    const store_user_t *user);
static bool ngx_xassist_users_call(void *data, const void *record);
static bool ngx_xassist_users_task(void *data, const void *record);


ngx_xassist_reason_t
ngx_xassist_api_users_list(ngx_xassist_api_t *api)
{
    ngx_int_t              n;
    ngx_uint_t             i;
    ngx_str_t              value;
    store_slice_t          typed;
    store_found_t          found;
    store_status_t         status;
    ngx_xassist_scope_t    scope;
    ngx_xassist_reason_t   reason;

    ngx_memzero(&found, sizeof(store_found_t));
    found.max = NGX_XASSIST_USERS;

    if (ngx_xassist_users_typed(api, &typed) != NGX_OK) {
        return ngx_xassist_api_wrong(api, "\"q\" must be 1 to 256 bytes of "
                                          "UTF-8");
    }

    if (ngx_http_arg(api->request, (u_char *) "limit", 5, &value) == NGX_OK) {
        n = ngx_atoi(value.data, value.len);

        if (n < 1 || n > NGX_XASSIST_USERS_MAX) {
            return ngx_xassist_api_wrong(api, "limit must be 1 to 50");
        }

        found.max = (uint32_t) n;
    }

    reason = ngx_xassist_users_scope(api, &scope);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    found.may = ngx_xassist_users_may;
    found.data = &scope;
    found.hits = ngx_palloc(api->request->pool,
                            found.max * sizeof(store_hit_t));

    if (found.hits == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_search(api->worker->read, &api->ctx->account, typed,
                          false, &found);

    if (status == STORE_OK) {
        ngx_xassist_json_open(&api->json, "users", '[');

        for (i = 0; i < found.n; i++) {
            ngx_xassist_json_open(&api->json, NULL, '{');
            ngx_xassist_users_members(api, &found.hits[i].user);
            ngx_xassist_json_number(&api->json, "score",
                                    found.hits[i].score);

            if (scope.agent) {
                ngx_xassist_users_more(api, &found.hits[i].user);
            }

            ngx_xassist_json_close(&api->json, '}');
        }

        ngx_xassist_json_close(&api->json, ']');
        ngx_xassist_json_bool(&api->json, "more", found.more);
    }

    store_read_reset(api->worker->read);

    if (scope.agent && status == STORE_OK) {
        ngx_xassist_users_shortcuts(api);
    }

    return ngx_xassist_api_status(api, status);
}


static ngx_int_t
ngx_xassist_users_typed(ngx_xassist_api_t *api, store_slice_t *typed)
{
    ngx_str_t  value;

    if (ngx_xassist_form_field(api->request->pool, &api->request->args, "q",
                               &value)
        != NGX_OK
        || value.len == 0 || value.len > NGX_XASSIST_TYPED_MAX)
    {
        return NGX_ERROR;
    }

    typed->data = value.data;
    typed->len = value.len;

    return NGX_OK;
}


/* What agents may do for users by one press, by name of task. */

static void
ngx_xassist_users_shortcuts(ngx_xassist_api_t *api)
{
    ngx_str_t    *names;
    ngx_uint_t    i;
    ngx_array_t  *list;

    list = ngx_xassist_assist_shortcuts(api->worker, api->request->pool);
    if (list == NULL) {
        return;
    }

    names = list->elts;

    ngx_xassist_json_open(&api->json, "shortcuts", '[');

    for (i = 0; i < list->nelts; i++) {
        ngx_xassist_json_str(&api->json, NULL, &names[i]);
    }

    ngx_xassist_json_close(&api->json, ']');
}


/*
 * Agents find whom they may assist, and are told what helps to help; others
 * find everybody, as in the contact list, and are told no more than it says.
 */

static ngx_xassist_reason_t
ngx_xassist_users_scope(ngx_xassist_api_t *api, ngx_xassist_scope_t *scope)
{
    ngx_str_t             groups;
    ngx_uint_t            everybody;
    policy_assistance_t   terms;
    ngx_xassist_reason_t  reason;

    ngx_memzero(scope, sizeof(ngx_xassist_scope_t));
    scope->api = api;

    if (ngx_xassist_assist_terms(api->worker, api->request->pool, &terms,
                                 &groups)
        != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    scope->agent = ngx_xassist_api_ask(api,
                                       NGX_XASSIST_API_ASSISTANCE_REQUIRES,
                                       NULL)
                   == NGX_XASSIST_R_NONE;

    everybody = groups.len == 0 || !scope->agent
                || ngx_xassist_api_ask(api, NGX_XASSIST_API_USERS_SEARCH_ALL,
                                       NULL)
                   == NGX_XASSIST_R_NONE;

    if (!everybody) {
        scope->groups.data = groups.data;
        scope->groups.len = groups.len;
    }

    /* What is asked last stays in the log as the decision. */

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_USERS_SEARCH, NULL);

    return reason;
}


bool
ngx_xassist_users_may(void *data, const store_user_t *user)
{
    bool                  in;
    ngx_xassist_scope_t  *scope = data;

    if (scope->groups.len == 0) {
        return true;
    }

    return store_user_in_groups(scope->api->worker->read, user,
                                scope->groups, &in)
           == STORE_OK
           && in;
}


void
ngx_xassist_users_members(ngx_xassist_api_t *api, const store_user_t *user)
{
    ngx_xassist_json_t  *json;

    json = &api->json;

    ngx_xassist_json_id(json, "id", &user->id);
    ngx_xassist_json_slice(json, "name", &user->name);
    ngx_xassist_json_slice(json, "display", &user->display);
    ngx_xassist_json_slice(json, "first", &user->first);
    ngx_xassist_json_slice(json, "last", &user->last);
    ngx_xassist_json_slice(json, "mail", &user->mail);
    ngx_xassist_json_slice(json, "phone", &user->phone);
}


/* For agents alone. */

static void
ngx_xassist_users_more(ngx_xassist_api_t *api, const store_user_t *user)
{
    ngx_xassist_open_t   open;
    ngx_xassist_json_t  *json;

    json = &api->json;
    open.api = api;
    open.n = 0;
    open.list = 0;

    ngx_xassist_json_bool(json, "suspended", user->suspended);
    ngx_xassist_json_time(json, "created", user->created);
    ngx_xassist_json_time(json, "signed_in", user->signed_in);
    ngx_xassist_json_number(json, "failed_sign_ins", user->failed);
    ngx_xassist_json_time(json, "failed_at", user->failed_at);

    if (store_calls_of(api->worker->read, &user->id, ngx_xassist_users_call,
                       &open)
        != STORE_OK)
    {
        json->failed = 1;
        return;
    }

    ngx_xassist_json_number(json, "open_calls", open.n);
}


static bool
ngx_xassist_users_call(void *data, const void *record)
{
    ngx_xassist_open_t  *open = data;

    if (open->list) {
        ngx_xassist_json_open(&open->api->json, NULL, '{');
        open->api->json.failed |=
            ngx_xassist_api_call(open->api, record) != STORE_OK;
        ngx_xassist_json_close(&open->api->json, '}');
    }

    return ++open->n < NGX_XASSIST_OPEN;
}


/* One user; for agents with the open calls and the latest tasks. */

ngx_xassist_reason_t
ngx_xassist_api_users_get(ngx_xassist_api_t *api)
{
    store_user_t          user;
    store_status_t        status;
    ngx_xassist_scope_t   scope;
    ngx_xassist_reason_t  reason;

    ngx_memzero(&scope, sizeof(ngx_xassist_scope_t));

    /* Who it is, is known once something was asked. */

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_USERS_UPDATE_OWN, NULL);

    if (!store_id_equal(&api->ids[0], &api->ctx->user)) {
        reason = ngx_xassist_users_scope(api, &scope);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_user_get(api->worker->read, &api->ids[0], &user);

    if (status == STORE_OK
        && (!store_id_equal(&user.account, &api->ctx->account)
            || !ngx_xassist_users_may(&scope, &user)))
    {
        status = STORE_NOT_FOUND;
    }

    reason = ngx_xassist_api_status(api, status);

    if (reason == NGX_XASSIST_R_NONE) {
        ngx_xassist_users_members(api, &user);

        if (scope.agent) {
            ngx_xassist_users_more(api, &user);
            reason = ngx_xassist_users_past(api, &user);
        }
    }

    store_read_reset(api->worker->read);

    if (reason == NGX_XASSIST_R_NONE && scope.agent) {
        ngx_xassist_users_shortcuts(api);
    }

    return reason;
}


/* Tasks of the last day that has enough of them, or week, or month. */

static ngx_xassist_reason_t
ngx_xassist_users_past(ngx_xassist_api_t *api, const store_user_t *user)
{
    uint64_t               span, now;
    ngx_uint_t             i, first;
    store_status_t         status;
    ngx_xassist_open_t     open;
    ngx_xassist_recent_t   recent;

    static const uint64_t  days[] = { 1, 7, 30 };

    open.api = api;
    open.n = 0;
    open.list = 1;

    ngx_xassist_json_open(&api->json, "calls", '[');
    status = store_calls_of(api->worker->read, &user->id,
                            ngx_xassist_users_call, &open);
    ngx_xassist_json_close(&api->json, ']');

    now = ngx_xassist_now();
    recent.n = 0;

    for (i = 0;
         i < sizeof(days) / sizeof(days[0]) && status == STORE_OK
         && recent.n < NGX_XASSIST_RECENT;
         i++)
    {
        span = days[i] * NGX_XASSIST_DAY;
        recent.n = 0;
        status = store_tasks_of(api->worker->read, &user->account, &user->id,
                                now > span ? now - span : 1,
                                ngx_xassist_users_task, &recent);
    }

    if (status != STORE_OK) {
        return ngx_xassist_api_status(api, status);
    }

    ngx_xassist_json_open(&api->json, "tasks", '[');
    first = recent.n > NGX_XASSIST_RECENT ? recent.n - NGX_XASSIST_RECENT : 0;

    for (i = recent.n; i > first; i--) {
        ngx_xassist_json_open(&api->json, NULL, '{');
        ngx_xassist_table_members(api, ngx_xassist_task_columns,
                        &recent.tasks[(i - 1) % NGX_XASSIST_RECENT]);
        ngx_xassist_json_close(&api->json, '}');
    }

    ngx_xassist_json_close(&api->json, ']');

    return NGX_XASSIST_R_NONE;
}


static bool
ngx_xassist_users_task(void *data, const void *record)
{
    ngx_xassist_recent_t  *recent = data;

    recent->tasks[recent->n % NGX_XASSIST_RECENT] =
        *(const store_task_t *) record;

    return ++recent->n < NGX_XASSIST_TASKS;
}
