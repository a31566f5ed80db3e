#include "ngx_xassist_task.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_writer.h"


#define NGX_XASSIST_DETAIL_MAX  STORE_LIMIT_TITLE
#define NGX_XASSIST_NAME_MAX    (4 * STORE_LIMIT_WORD)


/* It outlives its request: the answer is out, nobody waits for it. */
typedef struct {
    ngx_xassist_write_t    write;
    ngx_log_t             *log;
    u_char                 text[NGX_XASSIST_NAME_MAX
                                + NGX_XASSIST_DETAIL_MAX];
} ngx_xassist_task_t;


static ngx_int_t ngx_xassist_task_handler(ngx_http_request_t *r);
static void ngx_xassist_task_detail(ngx_http_request_t *r,
    ngx_xassist_task_t *task);
static void ngx_xassist_task_done(ngx_xassist_write_t *write);


ngx_int_t
ngx_xassist_task_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_xassist_task_handler;

    return NGX_OK;
}


/*
 * After the answer, and only after a good one.  The subject is the one that
 * the application was told of, whatever has begun or ended since.
 */

static ngx_int_t
ngx_xassist_task_handler(ngx_http_request_t *r)
{
    ngx_str_t              name;
    ngx_uint_t             status;
    store_op_t            *op;
    ngx_xassist_ctx_t     *ctx;
    ngx_xassist_task_t    *task;
    ngx_xassist_worker_t  *worker;

    ctx = ngx_xassist_ctx_get(r);

    if (ctx == NULL || ctx->conf == NULL || ctx->conf->task == NULL
        || ctx->verdict != NGX_XASSIST_ALLOW || !ctx->known
        || store_id_none(&ctx->user))
    {
        return NGX_OK;
    }

    status = r->err_status ? r->err_status : r->headers_out.status;

    if (status == 0 || status >= NGX_HTTP_BAD_REQUEST
        || ngx_http_complex_value(r, ctx->conf->task, &name) != NGX_OK
        || name.len == 0)
    {
        return NGX_OK;
    }

    worker = ngx_xassist_worker(r);
    task = NULL;

    if (name.len <= NGX_XASSIST_NAME_MAX) {
        task = ngx_calloc(sizeof(ngx_xassist_task_t), r->connection->log);
    }

    if (task == NULL) {
        goto lost;
    }

    op = &task->write.op;

    if (ngx_xassist_writer_prepare(worker, STORE_OP_TASK, op) != NGX_OK
        || ngx_xassist_id_mint(&op->in.task.task) != NGX_OK)
    {
        goto lost;
    }

    op->actor = ctx->user;
    op->subject = ctx->has_told ? ctx->told : ctx->subject;
    op->in.task.session = ctx->session;
    op->in.task.kind = STORE_TASK_DONE;
    op->in.task.name.data = task->text;
    op->in.task.name.len = name.len;
    ngx_memcpy(task->text, name.data, name.len);
    ngx_xassist_task_detail(r, task);

    task->log = worker->log;
    task->write.done = ngx_xassist_task_done;
    task->write.data = task;

    if (ngx_xassist_writer_post(worker, &task->write) == NGX_OK) {
        return NGX_OK;
    }

lost:

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "xassist: the task \"%V\" was not recorded", &name);

    if (task != NULL) {
        ngx_free(task);
    }

    return NGX_OK;
}


/* The path, if it is short and plain; never arguments, which may say more
   than a history should. */

static void
ngx_xassist_task_detail(ngx_http_request_t *r, ngx_xassist_task_t *task)
{
    u_char         *p, *from;
    size_t          i;
    store_slice_t  *detail;

    from = r->unparsed_uri.data;
    p = task->text + NGX_XASSIST_NAME_MAX;

    for (i = 0; i < r->unparsed_uri.len && from[i] != '?'; i++) {
        if (i == NGX_XASSIST_DETAIL_MAX || from[i] <= ' ' || from[i] > '~') {
            return;
        }

        p[i] = from[i];
    }

    detail = &task->write.op.in.task.detail;
    detail->data = p;
    detail->len = i;
}


static void
ngx_xassist_task_done(ngx_xassist_write_t *write)
{
    ngx_xassist_task_t  *task = write->data;

    if (write->op.status != STORE_OK) {
        ngx_log_error(NGX_LOG_ERR, task->log, 0,
                      "xassist: a task was not recorded: %s",
                      store_status_text(write->op.status));
    }

    ngx_free(task);
}
