#include "ngx_xassist_writer.h"
#include "ngx_xassist_answer.h"
#include "ngx_xassist_assist.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_worker.h"

#include <sys/resource.h>


#define NGX_XASSIST_QUEUE_MAX   8192
#define NGX_XASSIST_BATCH_MAX   128
#define NGX_XASSIST_TASK_TIMER  60000          /* milliseconds */
#define NGX_XASSIST_JOINING     30000          /* milliseconds */
#define NGX_XASSIST_CHECKPOINT  1024           /* changes */

#define NGX_XASSIST_GATHER      5              /* milliseconds */
#define NGX_XASSIST_NICE        19             /* more than the event loop */


struct ngx_xassist_writer_s {
    ngx_xassist_worker_t  *worker;
    ngx_thread_task_t      task;
    ngx_event_t            kick;
    uint64_t               took;               /* microseconds */

    ngx_xassist_write_t   *queue;
    ngx_xassist_write_t  **queue_last;
    ngx_uint_t             queued;
    ngx_uint_t             most;               /* of them */

    ngx_xassist_answers_t  answers;

    ngx_xassist_write_t   *batch;              /* in flight */
    ngx_uint_t             nbatch;
    ngx_uint_t             expected;           /* as many as were answered */
    store_env_t           *env;
    store_status_t         status;
    store_op_t            *ops[NGX_XASSIST_BATCH_MAX + 1];

    ngx_uint_t             since;              /* the last checkpoint */
    store_op_t             checkpoint;

    unsigned               resized:1;          /* the map is to be made new */
    unsigned               again:1;            /* the batch, after that */

    ngx_uint_t             gave_way;           /* of the thread alone */
};


static void ngx_xassist_writer_kick(ngx_event_t *ev);
static void ngx_xassist_writer_start(ngx_xassist_writer_t *writer);
static ngx_int_t ngx_xassist_writer_post_task(ngx_xassist_writer_t *writer);
static ngx_int_t ngx_xassist_writer_checkpoint(ngx_xassist_writer_t *writer);
static int ngx_xassist_writer_sign(void *data, const void *message,
    size_t len, uint8_t *key, uint8_t signature[STORE_SIGNATURE_LEN]);
static void ngx_xassist_writer_run(void *data, ngx_log_t *log);
static void ngx_xassist_writer_give_way(void);
static void ngx_xassist_writer_finish(ngx_event_t *ev);
static void ngx_xassist_writer_fail(ngx_xassist_writer_t *writer,
    ngx_xassist_write_t *list, store_status_t status);
static void ngx_xassist_writer_pending(ngx_http_request_t *r);
static void ngx_xassist_writer_resume(ngx_xassist_write_t *write);


ngx_int_t
ngx_xassist_writer_init(ngx_xassist_worker_t *worker)
{
    ngx_xassist_writer_t  *writer;

    writer = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_writer_t));
    if (writer == NULL) {
        return NGX_ERROR;
    }

    writer->worker = worker;
    writer->queue_last = &writer->queue;
    writer->most = worker->conf->queue ? worker->conf->queue
                                       : NGX_XASSIST_QUEUE_MAX;

    writer->task.ctx = writer;
    writer->task.handler = ngx_xassist_writer_run;
    writer->task.event.data = &ngx_xassist_no_connection;
    writer->task.event.handler = ngx_xassist_writer_finish;
    writer->task.event.log = worker->log;

    writer->kick.data = &ngx_xassist_no_connection;
    writer->kick.handler = ngx_xassist_writer_kick;
    writer->kick.log = worker->log;

    ngx_xassist_answer_init(&writer->answers, worker);

    worker->writer = writer;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_writer_prepare(ngx_xassist_worker_t *worker, store_op_kind_t kind,
    store_op_t *op)
{
    store_presence_t   *presence;
    policy_settings_t   settings;

    if (ngx_xassist_settings(worker, &settings) != NGX_OK
        || policy_random(op->id.b, STORE_ID_LEN) != POLICY_OK)
    {
        return NGX_ERROR;
    }

    op->kind = kind;
    op->id.b[0] = 0;
    op->now = ngx_xassist_now();

    presence = &op->presence;
    presence->grace = settings.presence_grace;
    presence->request_grace = settings.request_grace;
    presence->joining = NGX_XASSIST_JOINING;
    presence->never_joined = settings.never_joined;
    presence->ring = settings.ring;
    presence->end_when_empty = settings.end_when_empty;
    presence->end_when_owner_left = settings.end_when_owner_left;
    presence->participants_per_call = settings.participants_per_call;
    presence->sockets_per_guest = settings.sockets_per_guest;
    presence->sockets_per_user = settings.sockets_per_user;
    presence->replace_oldest = settings.replace_oldest;
    presence->guest_seats = settings.guest_seats;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_writer_post(ngx_xassist_worker_t *worker,
    ngx_xassist_write_t *write)
{
    ngx_xassist_writer_t  *writer;

    if (worker == NULL || worker->env == NULL || worker->read_only) {
        return NGX_ERROR;
    }

    writer = worker->writer;

    if (writer->queued >= writer->most) {
        ngx_log_error(NGX_LOG_WARN, worker->log, 0,
                      "xassist: %ui writes wait for the store, no more are "
                      "taken", writer->queued);
        return NGX_BUSY;
    }

    write->next = NULL;
    *writer->queue_last = write;
    writer->queue_last = &write->next;
    writer->queued++;
    writer->answers.came++;

    /* Posted, so that all of this round of events share the batch. */

    if (writer->batch == NULL) {
        ngx_post_event(&writer->kick, &ngx_posted_events);
    }

    return NGX_OK;
}


ngx_uint_t
ngx_xassist_writer_busy(ngx_xassist_worker_t *worker)
{
    return worker->writer->batch != NULL;
}


/*
 * What a commit costs hardly depends on how much is in it.  Where many write
 * at a time, those whom the last one answered are about to ask again: a batch
 * waits for as many, but not for long; one alone never waits.
 */

static void
ngx_xassist_writer_kick(ngx_event_t *ev)
{
    ngx_xassist_writer_t  *writer;

    writer = (ngx_xassist_writer_t *)
                 ((u_char *) ev - offsetof(ngx_xassist_writer_t, kick));

    if (writer->batch != NULL || writer->queue == NULL) {
        return;
    }

    if (!ev->timedout
        && writer->queued < ngx_min(writer->expected, writer->most))
    {
        if (!ev->timer_set) {
            ngx_add_timer(ev, NGX_XASSIST_GATHER);
        }

        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    ev->timedout = 0;
    ngx_xassist_writer_start(writer);
}


static void
ngx_xassist_writer_start(ngx_xassist_writer_t *writer)
{
    ngx_xassist_write_t  *write, *list;

    list = writer->queue;
    writer->nbatch = 0;

    for (write = list; write; write = write->next) {
        writer->ops[writer->nbatch++] = &write->op;

        if (writer->nbatch == NGX_XASSIST_BATCH_MAX) {
            break;
        }
    }

    writer->queue = write ? write->next : NULL;
    writer->queued -= writer->nbatch;
    writer->expected = writer->nbatch;

    if (write) {
        write->next = NULL;
    }

    if (writer->queue == NULL) {
        writer->queue_last = &writer->queue;
    }

    writer->since += writer->nbatch;

    if (writer->since >= NGX_XASSIST_CHECKPOINT
        && ngx_xassist_writer_checkpoint(writer) == NGX_OK)
    {
        writer->ops[writer->nbatch++] = &writer->checkpoint;
        writer->since = 0;
    }

    writer->batch = list;
    writer->env = writer->worker->env;
    writer->again = 0;

    if (writer->env != NULL && ngx_xassist_writer_post_task(writer) == NGX_OK)
    {
        return;
    }

    writer->batch = NULL;
    ngx_xassist_writer_fail(writer, list, STORE_IO);
}


static ngx_int_t
ngx_xassist_writer_post_task(ngx_xassist_writer_t *writer)
{
    if (ngx_thread_task_post(writer->worker->conf->pool, &writer->task)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /*
     * A graceful stop ends a worker without timers, whatever is in flight:
     * this one keeps it until the answer is out.
     */

    ngx_add_timer(&writer->task.event, NGX_XASSIST_TASK_TIMER);

    return NGX_OK;
}


/* The operation that signs the log as it is after its batch. */

static ngx_int_t
ngx_xassist_writer_checkpoint(ngx_xassist_writer_t *writer)
{
    store_op_t     *op;
    policy_keys_t  *keys;

    op = &writer->checkpoint;
    keys = writer->worker->conf->keys;

    if (keys == NULL || !policy_checkpoint_signs(keys)) {
        return NGX_DECLINED;
    }

    ngx_memzero(op, sizeof(store_op_t));

    if (ngx_xassist_writer_prepare(writer->worker, STORE_OP_CHECKPOINT, op)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    op->in.checkpoint.sign = ngx_xassist_writer_sign;
    op->in.checkpoint.data = keys;

    return NGX_OK;
}


static int
ngx_xassist_writer_sign(void *data, const void *message, size_t len,
    uint8_t *key, uint8_t signature[STORE_SIGNATURE_LEN])
{
    return policy_checkpoint_sign(data, message, len, key, signature)
           == POLICY_OK ? 0 : -1;
}


/* On the thread of the pool: touches the operations and nothing else. */

static void
ngx_xassist_writer_run(void *data, ngx_log_t *log)
{
    ngx_xassist_writer_t  *writer = data;

    struct timespec  before, after;

    if (!writer->gave_way) {
        writer->gave_way = 1;
        ngx_xassist_writer_give_way();
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &before);

    writer->status = store_apply(writer->env, writer->ops, writer->nbatch);

    (void) clock_gettime(CLOCK_MONOTONIC, &after);

    writer->took = (uint64_t) ((after.tv_sec - before.tv_sec) * 1000000
                               + (after.tv_nsec - before.tv_nsec) / 1000);
}


/*
 * Where the thread of the event loop wants the processor that a commit is
 * on, it should not wait for the commit.  What cannot be had stays as it was.
 */

static void
ngx_xassist_writer_give_way(void)
{
#if (NGX_LINUX)
    int  nice;

    /* Nice values are those of threads here, and 0 is the calling one. */

    nice = getpriority(PRIO_PROCESS, 0) + NGX_XASSIST_NICE;
    (void) setpriority(PRIO_PROCESS, 0, ngx_min(nice, 19));
#endif
}


static void
ngx_xassist_writer_finish(ngx_event_t *ev)
{
    ngx_thread_task_t     *task;
    ngx_xassist_write_t   *list;
    ngx_xassist_writer_t  *writer;

    task = (ngx_thread_task_t *)
               ((u_char *) ev - offsetof(ngx_thread_task_t, event));
    writer = task->ctx;

    if (ev->timedout) {
        ev->timedout = 0;
        ngx_log_error(NGX_LOG_ALERT, writer->worker->log, 0,
                      "xassist: a commit is taking longer than a minute");
        ngx_add_timer(ev, NGX_XASSIST_TASK_TIMER);
        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    ev->complete = 0;

    /* Nothing runs beside us now: the time to take a larger map. */

    if (writer->status == STORE_RESIZED || writer->resized) {

        if (ngx_xassist_writer_resize(writer->worker) == NGX_OK
            && writer->status == STORE_RESIZED && !writer->again
            && ngx_xassist_writer_post_task(writer) == NGX_OK)
        {
            writer->again = 1;
            return;
        }
    }

    if (writer->status != STORE_OK) {
        ngx_log_error(NGX_LOG_ERR, writer->worker->log, 0,
                      "xassist: %ui change(s) were not made: %s",
                      writer->nbatch, store_status_text(writer->status));
    }

    ngx_xassist_metrics_observe(writer->worker, NGX_XASSIST_COMMIT_SECONDS,
                                writer->took);
    ngx_xassist_metrics_observe(writer->worker, NGX_XASSIST_COMMIT_BATCH,
                                writer->nbatch);

    list = writer->batch;
    writer->batch = NULL;

    ngx_xassist_answer_add(&writer->answers, list);

    /* The next batch goes first: its commit runs while we answer. */

    ngx_xassist_writer_kick(&writer->kick);
    ngx_xassist_answer_some(&writer->answers);
}


static void
ngx_xassist_writer_fail(ngx_xassist_writer_t *writer,
    ngx_xassist_write_t *list, store_status_t status)
{
    ngx_xassist_write_t  *write;

    for (write = list; write; write = write->next) {
        write->op.status = status;
    }

    ngx_xassist_answer_add(&writer->answers, list);
}


ngx_int_t
ngx_xassist_writer_resize(ngx_xassist_worker_t *worker)
{
    store_status_t         status;
    ngx_xassist_writer_t  *writer;

    writer = worker->writer;

    /* its timer runs for as long as the task does */

    if (writer->task.event.timer_set) {
        writer->resized = 1;
        return NGX_AGAIN;
    }

    writer->resized = 0;
    status = store_adopt_size(worker->env);

    if (status != STORE_OK) {
        ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                      "xassist: another process made the store larger, and "
                      "its size cannot be taken over: %s",
                      store_status_text(status));
        return NGX_ERROR;
    }

    ngx_log_error(NGX_LOG_NOTICE, worker->log, 0,
                  "xassist: another process made the store larger: its size "
                  "was taken over");

    return NGX_OK;
}


void
ngx_xassist_writer_drain(ngx_xassist_worker_t *worker)
{
    ngx_uint_t             n;
    ngx_xassist_write_t   *write;
    ngx_xassist_writer_t  *writer;

    writer = worker->writer;

    if (worker->env == NULL) {
        return;
    }

    for (write = writer->queue; write; /* void */) {

        for (n = 0; write && n < NGX_XASSIST_BATCH_MAX; write = write->next) {
            writer->ops[n++] = &write->op;
        }

        if (store_apply(worker->env, writer->ops, n) != STORE_OK) {
            break;
        }

        writer->since += n;
    }

    if (writer->since != 0 && !worker->read_only
        && ngx_xassist_writer_checkpoint(writer) == NGX_OK)
    {
        writer->ops[0] = &writer->checkpoint;

        if (store_apply(worker->env, writer->ops, 1) != STORE_OK) {
            ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                          "xassist: the log was not signed at the end: %s",
                          store_status_text(writer->checkpoint.status));
        }
    }

    /* Nobody is left to be answered. */

    writer->answers.first = NULL;
    writer->queue = NULL;
    writer->queue_last = &writer->queue;
    writer->queued = 0;
}


ngx_int_t
ngx_xassist_writer_wait(ngx_http_request_t *r, ngx_xassist_write_t *write,
    ngx_http_event_handler_pt resume)
{
    ngx_int_t  rc;

    write->done = ngx_xassist_writer_resume;
    write->request = r;
    write->resume = resume;

    ngx_xassist_assist_subject(ngx_xassist_ctx_get(r), &write->op);

    rc = ngx_xassist_writer_post(ngx_xassist_worker(r), write);

    if (rc == NGX_OK) {

        /*
         * Blocked, not counted: a terminated request is freed whatever its
         * count is, but never while it is blocked.
         */

        r->main->blocked++;
        r->write_event_handler = ngx_xassist_writer_pending;
    }

    return rc;
}


static void
ngx_xassist_writer_pending(ngx_http_request_t *r)
{
    /* void: a write event says nothing about the commit */
}


static void
ngx_xassist_writer_resume(ngx_xassist_write_t *write)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = write->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    r->main->blocked--;

    /* A request that died meanwhile has its finalizer here. */

    if (r->write_event_handler == ngx_xassist_writer_pending) {
        r->write_event_handler = write->resume;
    }

#if (nginx_version >= 1025004)

    if (r->done || r->main->terminated) {
        c->write->handler(c->write);
        return;
    }

#endif

    r->write_event_handler(r);
    ngx_http_run_posted_requests(c);
}
