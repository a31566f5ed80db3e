#include "ngx_xassist_password.h"
#include "ngx_xassist_macro.h"


typedef struct {
    ngx_http_request_t         *request;
    ngx_http_event_handler_pt   resume;
    ngx_xassist_password_t     *job;
} ngx_xassist_password_wait_t;


static void ngx_xassist_password_work(void *data, ngx_log_t *log);
static void ngx_xassist_password_done(ngx_event_t *ev);
static void ngx_xassist_password_pending(ngx_http_request_t *r);


ngx_int_t
ngx_xassist_password_conf(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    static ngx_str_t  name = ngx_string("xassist-password");

    if (ngx_xassist_macro_core(cf, "thread_pool xassist-password threads=2 "
                                   "max_queue=64;")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    xmcf->passwords = ngx_thread_pool_add(cf, &name);

    return xmcf->passwords == NULL ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_xassist_password_check(ngx_http_request_t *r, ngx_xassist_password_t *job,
    ngx_http_event_handler_pt resume)
{
    ngx_thread_task_t            *task;
    ngx_xassist_password_wait_t  *wait;

    task = ngx_thread_task_alloc(r->pool,
                                 sizeof(ngx_xassist_password_wait_t));
    if (task == NULL) {
        return NGX_ERROR;
    }

    wait = task->ctx;
    wait->request = r;
    wait->resume = resume;
    wait->job = job;

    task->handler = ngx_xassist_password_work;
    task->event.handler = ngx_xassist_password_done;
    task->event.data = wait;

    if (ngx_thread_task_post(ngx_xassist_worker(r)->conf->passwords, task)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    r->main->blocked++;
    r->write_event_handler = ngx_xassist_password_pending;

    return NGX_OK;
}


/* In a thread of the pool: nothing but the job is touched. */

static void
ngx_xassist_password_work(void *data, ngx_log_t *log)
{
    bool                          weak;
    policy_str_t                  next;
    ngx_xassist_password_t       *job;
    ngx_xassist_password_wait_t  *wait = data;

    job = wait->job;
    job->made_len = 0;
    job->status = policy_password_check(job->password, job->hash, &weak);

    if (job->status != POLICY_OK || (job->fresh.len == 0 && !weak)) {
        return;
    }

    next = job->fresh.len != 0 ? job->fresh : job->password;

    if (policy_password_hash(next, job->made, &job->made_len) != POLICY_OK) {
        job->made_len = 0;
    }
}


static void
ngx_xassist_password_done(ngx_event_t *ev)
{
    ngx_connection_t             *c;
    ngx_http_request_t           *r;
    ngx_xassist_password_wait_t  *wait;

    wait = ev->data;
    r = wait->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_explicit_memzero((void *) (uintptr_t) wait->job->password.data,
                         wait->job->password.len);

    r->main->blocked--;

    /* A request that died meanwhile has its finalizer here. */

    if (r->write_event_handler == ngx_xassist_password_pending) {
        r->write_event_handler = wait->resume;
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


static void
ngx_xassist_password_pending(ngx_http_request_t *r)
{
    /* void: a write event says nothing about the password */
}
