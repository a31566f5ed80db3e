/* Interactions: the timesheet of agents, their notes, who goes on. */

#include "ngx_xassist_api_assist.h"
#include "ngx_xassist_assist.h"


const policy_body_member_t  ngx_xassist_body_note[] = {
    { .name = "note", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};

const policy_body_member_t  ngx_xassist_body_reassign[] = {
    { .name = "agent", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


#define COLUMN(name, type, member, words)                                    \
    { name, NGX_XASSIST_COLUMN_##type, offsetof(store_entry_t, member), words }

static const ngx_xassist_column_t  ngx_xassist_entry_columns[] = {
    COLUMN("time", TIME, time, NULL),
    COLUMN("kind", WORD, kind, store_entry_kind_names),
    COLUMN("actor", USER, actor, NULL),
    COLUMN("text", TEXT, text, NULL),
    { NULL, NGX_XASSIST_COLUMN_ID, 0, NULL }
};

#undef COLUMN


static ngx_xassist_reason_t ngx_xassist_interactions_whose(
    ngx_xassist_api_t *api, ngx_uint_t *all, ngx_uint_t *group,
    ngx_uint_t *paused);
static bool ngx_xassist_interactions_visit(void *data, const void *record);
static bool ngx_xassist_interactions_group(void *data, const void *record);
static bool ngx_xassist_interactions_entry(void *data, const void *record);


/* One's own, with ?state=paused those that wait; ?scope=group: of agents in
   groups that one manages; ?scope=all: everybody's. */

ngx_xassist_reason_t
ngx_xassist_api_interactions_list(ngx_xassist_api_t *api)
{
    ngx_uint_t             all, group, paused;
    store_txn_t           *read;
    store_status_t         status;
    ngx_xassist_table_t    table;
    ngx_xassist_reason_t   reason;
    ngx_xassist_managed_t  managed;

    reason = ngx_xassist_interactions_whose(api, &all, &group, &paused);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_table_open(&table, api, "interactions",
                                        ngx_xassist_interaction_columns);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    read = api->worker->read;

    if (group) {
        ngx_xassist_managed_begin(&managed, &table);
        status = store_interactions_in(read, &api->ctx->account, table.from,
                                       ngx_xassist_interactions_group,
                                       &managed);

    } else if (all) {
        status = store_interactions_in(read, &api->ctx->account, table.from,
                                       ngx_xassist_interactions_visit,
                                       &table);

    } else if (paused) {
        status = store_interactions_paused(read, &api->ctx->user, table.from,
                                           ngx_xassist_interactions_visit,
                                           &table);

    } else {
        status = store_interactions_by(read, &api->ctx->user, table.from,
                                       ngx_xassist_interactions_visit,
                                       &table);
    }

    store_read_reset(read);

    reason = ngx_xassist_api_status(api, status);

    return reason == NGX_XASSIST_R_NONE ? ngx_xassist_table_close(&table)
                                        : reason;
}


static ngx_xassist_reason_t
ngx_xassist_interactions_whose(ngx_xassist_api_t *api, ngx_uint_t *all,
    ngx_uint_t *group, ngx_uint_t *paused)
{
    ngx_str_t   value;
    ngx_uint_t  scope;

    scope = ngx_http_arg(api->request, (u_char *) "scope", 5, &value)
            == NGX_OK;

    *all = scope && value.len == 3 && ngx_memcmp(value.data, "all", 3) == 0;
    *paused = 0;
    *group = scope && value.len == 5
             && ngx_memcmp(value.data, "group", 5) == 0;

    if (scope && !*all && !*group) {
        return ngx_xassist_api_wrong(api, "scope must be group or all");
    }

    *paused = ngx_http_arg(api->request, (u_char *) "state", 5, &value)
              == NGX_OK;

    if (*paused
        && (scope || value.len != 6
            || ngx_memcmp(value.data, "paused", 6) != 0))
    {
        return ngx_xassist_api_wrong(api, "state must be paused, of one's "
                                          "own");
    }

    if (*group) {
        return ngx_xassist_api_ask(api,
                                   NGX_XASSIST_API_INTERACTIONS_LIST_GROUP,
                                   NULL);
    }

    return *all ? ngx_xassist_api_ask(api,
                                      NGX_XASSIST_API_INTERACTIONS_LIST_ALL,
                                      NULL)
                : NGX_XASSIST_R_NONE;
}


static bool
ngx_xassist_interactions_group(void *data, const void *record)
{
    const store_interaction_t  *interaction = record;
    ngx_xassist_managed_t      *managed = data;

    return ngx_xassist_managed(managed, &interaction->agent)
           ? ngx_xassist_interactions_visit(managed->table, record)
           : ngx_xassist_managed_more(managed);
}


static bool
ngx_xassist_interactions_visit(void *data, const void *record)
{
    store_interaction_t  interaction;

    interaction = *(const store_interaction_t *) record;
    interaction.spent = store_interaction_spent(&interaction,
                                                ngx_xassist_now());

    return ngx_xassist_table_row(data, &interaction);
}


/* With its lines; another agent's is there for who may list them all. */

ngx_xassist_reason_t
ngx_xassist_api_interactions_get(ngx_xassist_api_t *api)
{
    ngx_uint_t            all;
    store_txn_t          *read;
    store_status_t        status;
    ngx_xassist_json_t   *json;
    store_interaction_t   interaction;
    ngx_xassist_reason_t  reason;

    all = ngx_xassist_api_ask(api, NGX_XASSIST_API_INTERACTIONS_LIST_ALL,
                              NULL)
          == NGX_XASSIST_R_NONE;

    reason = all ? NGX_XASSIST_R_NONE
                 : ngx_xassist_api_ask(api, NGX_XASSIST_API_INTERACTIONS_LIST,
                                       NULL);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    json = &api->json;
    read = api->worker->read;

    status = store_interaction_get(read, &api->ids[0], &interaction);

    if (status == STORE_OK
        && (!store_id_equal(&interaction.account, &api->ctx->account)
            || (!all
                && !store_id_equal(&interaction.agent, &api->ctx->user))))
    {
        status = STORE_NOT_FOUND;
    }

    if (status == STORE_OK) {
        interaction.spent = store_interaction_spent(&interaction,
                                                    ngx_xassist_now());
        ngx_xassist_table_members(api, ngx_xassist_interaction_columns,
                                  &interaction);
        ngx_xassist_json_open(json, "entries", '[');
        status = store_entries(read, &interaction.id,
                               ngx_xassist_interactions_entry, api);
        ngx_xassist_json_close(json, ']');
    }

    return ngx_xassist_api_end(api, status);
}


static bool
ngx_xassist_interactions_entry(void *data, const void *record)
{
    ngx_xassist_api_t  *api = data;

    ngx_xassist_json_open(&api->json, NULL, '{');
    ngx_xassist_table_members(api, ngx_xassist_entry_columns, record);
    ngx_xassist_json_close(&api->json, '}');

    return true;
}


ngx_xassist_reason_t
ngx_xassist_api_interactions_note(ngx_xassist_api_t *api)
{
    api->write.op.in.assist.note = ngx_xassist_api_given(&api->members[0]);

    return ngx_xassist_api_assist_op(api, STORE_OP_INTERACTION_NOTE);
}


/* Only to somebody who may assist. */

ngx_xassist_reason_t
ngx_xassist_api_interactions_reassign(ngx_xassist_api_t *api)
{
    ngx_int_t             rc;
    ngx_str_t             text;
    store_user_t          user;
    store_status_t        status;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_INTERACTIONS_UPDATE,
                                 NULL);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    text.data = (u_char *) api->members[0].text.data;
    text.len = api->members[0].text.len;

    if (ngx_xassist_id_parse(&text, &api->write.op.in.assist.agent) != NGX_OK)
    {
        return ngx_xassist_api_wrong(api, "\"agent\" must be the id of a "
                                          "user");
    }

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    rc = NGX_DECLINED;
    status = store_user_get(api->worker->read, &api->write.op.in.assist.agent,
                            &user);

    if (status == STORE_OK) {
        if (store_id_equal(&user.account, &api->ctx->account)) {
            rc = ngx_xassist_assist_may(api->worker, &user);

        } else {
            status = STORE_NOT_FOUND;
        }
    }

    store_read_reset(api->worker->read);

    if (status != STORE_OK) {
        return ngx_xassist_api_status(api, status);
    }

    if (rc != NGX_OK) {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    /* Of whom the work is given to: a rule may ask for one's own groups. */

    reason = ngx_xassist_api_ask_user(api,
                                    NGX_XASSIST_API_INTERACTIONS_REASSIGN,
                                    &api->write.op.in.assist.agent);

    return reason == NGX_XASSIST_R_NONE
           ? ngx_xassist_api_assist_op(api, STORE_OP_INTERACTION_REASSIGN)
           : reason;
}
