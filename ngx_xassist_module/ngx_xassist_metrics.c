#include "ngx_xassist_metrics_int.h"
#include "ngx_xassist_live.h"

#include <signal.h>


#define NGX_XASSIST_METRICS_SIZE  (128 * 1024)


static ngx_int_t ngx_xassist_metrics_zone(ngx_shm_zone_t *zone, void *data);
static ngx_inline ngx_xassist_metrics_t *ngx_xassist_metrics(
    ngx_xassist_worker_t *worker);


/* The policy's zones are found by the module's tag: this one is not. */

static ngx_uint_t  ngx_xassist_metrics_tag;


/* Microseconds; but of batches and answers, operations. */

#define NGX_XASSIST_TIMES  { 5, 10, 25, 50, 100, 250, 500, 1000, 2500,       \
                             5000, 10000, 25000, 50000, 100000, 1000000,    \
                             10000000 }

#define NGX_XASSIST_NUMBERS  { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, \
                               2048, 4096, 8192, 16384, 32768 }

const ngx_xassist_scale_t  ngx_xassist_scales[NGX_XASSIST_HISTOGRAMS] = {
    [NGX_XASSIST_DECISION_SECONDS] = {
        "xassist_decision_seconds", "Time that a decision took.",
        1000000, NGX_XASSIST_TIMES },
    [NGX_XASSIST_REVOCATION_SECONDS] = {
        "xassist_revocation_seconds",
        "Time from an event of the log to the end of a connection.",
        1000000, NGX_XASSIST_TIMES },
    [NGX_XASSIST_COMMIT_SECONDS] = {
        "xassist_commit_seconds", "Time that a commit took, queue excluded.",
        1000000, NGX_XASSIST_TIMES },
    [NGX_XASSIST_SLICE_SECONDS] = {
        "xassist_slice_seconds",
        "CPU time of deciding and closing live connections in one turn of "
        "the event loop.",
        1000000, NGX_XASSIST_TIMES },
    [NGX_XASSIST_COMMIT_BATCH] = {
        "xassist_commit_batch", "Operations in one commit.",
        1, NGX_XASSIST_NUMBERS },
    [NGX_XASSIST_COMMIT_ANSWERS] = {
        "xassist_commit_answers",
        "Operations whose outcome was told in one turn of the event loop.",
        1, NGX_XASSIST_NUMBERS }
};


char *
ngx_xassist_metrics_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_xassist_metrics_handler;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_xassist_metrics_init(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    ngx_str_t  name = ngx_string("xassist:metrics");

    xmcf->metrics = ngx_shared_memory_add(cf, &name, NGX_XASSIST_METRICS_SIZE,
                                          &ngx_xassist_metrics_tag);
    if (xmcf->metrics == NULL) {
        return NGX_ERROR;
    }

    xmcf->metrics->init = ngx_xassist_metrics_zone;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_metrics_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t        *shpool;
    ngx_xassist_metrics_t  *metrics;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    metrics = data ? data : shpool->data;

    /* A module that was replaced may count something else. */

    if (metrics == NULL || metrics->size != sizeof(ngx_xassist_metrics_t)) {

        metrics = ngx_slab_calloc(shpool, sizeof(ngx_xassist_metrics_t));
        if (metrics == NULL) {
            return NGX_ERROR;
        }

        metrics->size = sizeof(ngx_xassist_metrics_t);
        shpool->data = metrics;
    }

    zone->data = metrics;

    return NGX_OK;
}


static ngx_inline ngx_xassist_metrics_t *
ngx_xassist_metrics(ngx_xassist_worker_t *worker)
{
    return worker != NULL ? worker->conf->metrics->data : NULL;
}


void
ngx_xassist_metrics_start(ngx_xassist_worker_t *worker)
{
    ngx_uint_t              i;
    ngx_atomic_uint_t       pid;
    ngx_xassist_row_t      *row;
    ngx_xassist_metrics_t  *metrics;

    metrics = ngx_xassist_metrics(worker);

    for (i = 0; i < NGX_XASSIST_ROWS; i++) {
        row = &metrics->rows[i];
        pid = row->pid;

        /* Also the row of a process that was killed. */

        if ((pid == 0 || (kill((pid_t) pid, 0) == -1 && ngx_errno == ESRCH))
            && ngx_atomic_cmp_set(&row->pid, pid, ngx_pid))
        {
            row->live = 0;
            row->generation = 0;
            row->cursor = 0;
            worker->row = row;
            return;
        }
    }
}


void
ngx_xassist_metrics_stop(ngx_xassist_worker_t *worker)
{
    if (worker->row != NULL) {
        worker->row->live = 0;
        worker->row->pid = 0;
        worker->row = NULL;
    }
}


void
ngx_xassist_metrics_decided(ngx_xassist_worker_t *worker,
    const ngx_xassist_ctx_t *ctx)
{
    ngx_xassist_metrics_t  *metrics;

    metrics = ngx_xassist_metrics(worker);
    if (metrics == NULL) {
        return;
    }

    (void) ngx_atomic_fetch_add(&metrics->decisions[ctx->verdict][ctx->reason],
                                1);

    ngx_xassist_metrics_observe(worker, NGX_XASSIST_DECISION_SECONDS,
                                ctx->took);

    if (ctx->generation != 0) {
        ngx_xassist_metrics_generation(worker, ctx->generation);
    }
}


void
ngx_xassist_metrics_generation(ngx_xassist_worker_t *worker,
    uint64_t generation)
{
    if (worker->row != NULL) {
        worker->row->generation = generation;
    }
}


void
ngx_xassist_metrics_closed(ngx_xassist_worker_t *worker,
    ngx_xassist_reason_t reason)
{
    (void) ngx_atomic_fetch_add(&ngx_xassist_metrics(worker)->closed[reason],
                                1);
}


void
ngx_xassist_metrics_media(ngx_xassist_worker_t *worker,
    ngx_xassist_media_outcome_t outcome)
{
    (void) ngx_atomic_fetch_add(&ngx_xassist_metrics(worker)->media[outcome],
                                1);
}


void
ngx_xassist_metrics_observe(ngx_xassist_worker_t *worker,
    ngx_xassist_histogram_t histogram, uint64_t value)
{
    ngx_uint_t                  i;
    ngx_xassist_counts_t       *counts;
    const ngx_xassist_scale_t  *scale;

    scale = &ngx_xassist_scales[histogram];
    counts = &ngx_xassist_metrics(worker)->histograms[histogram];

    for (i = 0; i < NGX_XASSIST_BUCKETS_MAX; i++) {
        if (value <= scale->bounds[i]) {
            break;
        }
    }

    (void) ngx_atomic_fetch_add(&counts->count[i], 1);
    (void) ngx_atomic_fetch_add(&counts->sum, (ngx_atomic_int_t) value);
}


void
ngx_xassist_metrics_seen(ngx_xassist_worker_t *worker, uint64_t cursor)
{
    if (worker->row != NULL) {
        worker->row->cursor = cursor;
        worker->row->live = ngx_xassist_live_count(worker);
    }
}
