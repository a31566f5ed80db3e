/* Tasks: the history of users, whoever acted. */

#include "ngx_xassist_api_assist.h"


enum { NGX_XASSIST_NAME = 0, NGX_XASSIST_DETAIL, NGX_XASSIST_KIND };

const policy_body_member_t  ngx_xassist_body_task[] = {
    [NGX_XASSIST_NAME] = { .name = "name", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_DETAIL] = { .name = "detail", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_KIND] = { .name = "kind", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


#define COLUMN(name, type, member, words)                                    \
    { name, NGX_XASSIST_COLUMN_##type, offsetof(store_task_t, member), words }

const ngx_xassist_column_t  ngx_xassist_task_columns[] = {
    COLUMN("id", ID, id, NULL),
    COLUMN("time", TIME, time, NULL),
    COLUMN("subject", USER, subject, NULL),
    COLUMN("actor", USER, actor, NULL),
    COLUMN("name", TEXT, name, NULL),
    COLUMN("detail", TEXT, detail, NULL),
    COLUMN("kind", WORD, kind, store_task_kind_names),
    COLUMN("interaction", ID, interaction, NULL),
    { NULL, NGX_XASSIST_COLUMN_ID, 0, NULL }
};

#undef COLUMN


/* Whose tasks are listed. */
typedef enum {
    NGX_XASSIST_TASKS_OF = 0,
    NGX_XASSIST_TASKS_BY,
    NGX_XASSIST_TASKS_IN,
    NGX_XASSIST_TASKS_GROUP            /* of users in groups one manages */
} ngx_xassist_tasks_t;


static ngx_xassist_reason_t ngx_xassist_tasks_whose(ngx_xassist_api_t *api,
    ngx_xassist_tasks_t *tasks, store_id_t *whose);
static bool ngx_xassist_tasks_visit(void *data, const void *record);
static bool ngx_xassist_tasks_group(void *data, const void *record);


ngx_xassist_reason_t
ngx_xassist_api_tasks_list(ngx_xassist_api_t *api)
{
    store_id_t            whose;
    store_txn_t          *read;
    store_status_t        status;
    ngx_xassist_table_t   table;
    ngx_xassist_tasks_t   tasks;
    ngx_xassist_reason_t  reason;

    ngx_xassist_managed_t  managed;

    if (store_id_none(&api->ctx->user)) {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    reason = ngx_xassist_tasks_whose(api, &tasks, &whose);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_table_open(&table, api, "tasks",
                                        ngx_xassist_task_columns);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    read = api->worker->read;

    if (tasks == NGX_XASSIST_TASKS_OF) {
        status = store_tasks_of(read, &api->ctx->account, &whose, table.from,
                                ngx_xassist_tasks_visit, &table);

    } else if (tasks == NGX_XASSIST_TASKS_GROUP) {
        ngx_xassist_managed_begin(&managed, &table);
        status = store_tasks_in(read, &api->ctx->account, table.from,
                                ngx_xassist_tasks_group, &managed);

    } else if (tasks == NGX_XASSIST_TASKS_BY) {
        status = store_tasks_by(read, &whose, table.from,
                                ngx_xassist_tasks_visit, &table);

    } else {
        status = store_tasks_in(read, &api->ctx->account, table.from,
                                ngx_xassist_tasks_visit, &table);
    }

    store_read_reset(read);

    reason = ngx_xassist_api_status(api, status);

    return reason == NGX_XASSIST_R_NONE ? ngx_xassist_table_close(&table)
                                        : reason;
}


static bool
ngx_xassist_tasks_visit(void *data, const void *record)
{
    return ngx_xassist_table_row(data, record);
}


static bool
ngx_xassist_tasks_group(void *data, const void *record)
{
    const store_task_t     *task = record;
    ngx_xassist_managed_t  *managed = data;

    return ngx_xassist_managed(managed, &task->subject)
           ? ngx_xassist_table_row(managed->table, record)
           : ngx_xassist_managed_more(managed);
}


/*
 * One's own history; ?scope=acted: what one did, for whomever; ?user=ID (or
 * anonymous): of whom one assists now, or of anybody for who may see all;
 * ?scope=all.
 */

static ngx_xassist_reason_t
ngx_xassist_tasks_whose(ngx_xassist_api_t *api, ngx_xassist_tasks_t *tasks,
    store_id_t *whose)
{
    ngx_str_t             value;
    ngx_xassist_reason_t  reason;

    *whose = api->ctx->user;
    *tasks = NGX_XASSIST_TASKS_OF;

    if (ngx_http_arg(api->request, (u_char *) "scope", 5, &value) == NGX_OK) {

        if (value.len == 5 && ngx_memcmp(value.data, "acted", 5) == 0) {
            *tasks = NGX_XASSIST_TASKS_BY;
            return NGX_XASSIST_R_NONE;
        }

        if (value.len == 5 && ngx_memcmp(value.data, "group", 5) == 0) {
            *tasks = NGX_XASSIST_TASKS_GROUP;
            return ngx_xassist_api_ask(api, NGX_XASSIST_API_TASKS_LIST_GROUP,
                                       NULL);
        }

        if (value.len != 3 || ngx_memcmp(value.data, "all", 3) != 0) {
            return ngx_xassist_api_wrong(api, "scope must be acted, group or "
                                              "all");
        }

        *tasks = NGX_XASSIST_TASKS_IN;

        return ngx_xassist_api_ask(api, NGX_XASSIST_API_TASKS_LIST_ALL, NULL);
    }

    if (ngx_http_arg(api->request, (u_char *) "user", 4, &value) != NGX_OK) {
        return NGX_XASSIST_R_NONE;
    }

    if (value.len == 9 && ngx_memcmp(value.data, "anonymous", 9) == 0) {
        *whose = store_anonymous;

    } else if (ngx_xassist_id_parse(&value, whose) != NGX_OK) {
        return ngx_xassist_api_wrong(api, "user must be the id of a user, or "
                                          "anonymous");
    }

    if (store_id_equal(whose, &api->ctx->user)) {
        return NGX_XASSIST_R_NONE;
    }

    reason = ngx_xassist_api_ask_user(api, NGX_XASSIST_API_TASKS_LIST_ALL,
                                      whose);

    if (reason != NGX_XASSIST_R_NONE
        && store_id_equal(whose, &api->ctx->subject)
        && !store_id_equal(whose, &store_anonymous))
    {
        reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_TASKS_LIST, NULL);
    }

    return reason;
}


ngx_xassist_reason_t
ngx_xassist_api_tasks_create(ngx_xassist_api_t *api)
{
    store_op_t                  *op;
    const policy_body_member_t  *m;

    m = api->members;
    op = &api->write.op;

    if (store_id_none(&api->ctx->user)) {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    if (!m[NGX_XASSIST_NAME].given) {
        return ngx_xassist_api_wrong(api, "\"name\" must be given");
    }

    op->in.task.kind = STORE_TASK_DONE;

    if (m[NGX_XASSIST_KIND].given) {
        op->in.task.kind =
            ngx_xassist_api_word_of(&m[NGX_XASSIST_KIND].text,
                                    store_task_kind_names, 1);

        if (op->in.task.kind == UINT8_MAX) {
            return ngx_xassist_api_wrong(api, "\"kind\" must be done, saved "
                                              "or submitted");
        }
    }

    if (ngx_xassist_id_mint(&op->in.task.task) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.task.session = api->ctx->session;
    op->in.task.name = ngx_xassist_api_given(&m[NGX_XASSIST_NAME]);
    op->in.task.detail = ngx_xassist_api_given(&m[NGX_XASSIST_DETAIL]);

    return ngx_xassist_api_op(api, STORE_OP_TASK);
}


ngx_xassist_reason_t
ngx_xassist_api_tasks_created(ngx_xassist_api_t *api)
{
    api->status = NGX_HTTP_CREATED;
    ngx_xassist_json_id(&api->json, "id", &api->write.op.out.made);

    return NGX_XASSIST_R_NONE;
}
