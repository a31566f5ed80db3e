/*
 * Numbers for Prometheus: counted by every worker into one small shared
 * memory, which outlives reloads, and read by whichever worker is asked.
 */

#ifndef NGX_XASSIST_METRICS_H
#define NGX_XASSIST_METRICS_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef enum {
    NGX_XASSIST_DECISION_SECONDS = 0,
    NGX_XASSIST_REVOCATION_SECONDS,
    NGX_XASSIST_COMMIT_SECONDS,
    NGX_XASSIST_COMMIT_BATCH,
    NGX_XASSIST_COMMIT_ANSWERS,
    NGX_XASSIST_SLICE_SECONDS,
    NGX_XASSIST_HISTOGRAMS
} ngx_xassist_histogram_t;


/* What became of media servers and who wanted to go there. */
typedef enum {
    NGX_XASSIST_MEDIA_UNAVAILABLE = 0,         /* somebody was refused */
    NGX_XASSIST_MEDIA_MOVED,                   /* a call */
    NGX_XASSIST_MEDIA_NO_ROOM,                 /* Janus did not make it */
    NGX_XASSIST_MEDIA_TOLD,                    /* a kick was agreed to */
    NGX_XASSIST_MEDIA_UNTOLD,                  /* and one given up */
    NGX_XASSIST_MEDIA_OUTCOMES
} ngx_xassist_media_outcome_t;


/* xassist_metrics: the handler. */
char *ngx_xassist_metrics_conf(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* Postconfiguration: the shared memory. */
ngx_int_t ngx_xassist_metrics_init(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);

/* init_process and exit_process: the worker's own row. */
void ngx_xassist_metrics_start(ngx_xassist_worker_t *worker);
void ngx_xassist_metrics_stop(ngx_xassist_worker_t *worker);

/* By which policy this worker decides from now on, asked or not. */
void ngx_xassist_metrics_generation(ngx_xassist_worker_t *worker,
    uint64_t generation);

/* All of them cost a few atomic additions, and nothing when there is no
   row. */
void ngx_xassist_metrics_decided(ngx_xassist_worker_t *worker,
    const ngx_xassist_ctx_t *ctx);
void ngx_xassist_metrics_closed(ngx_xassist_worker_t *worker,
    ngx_xassist_reason_t reason);
void ngx_xassist_metrics_media(ngx_xassist_worker_t *worker,
    ngx_xassist_media_outcome_t outcome);
void ngx_xassist_metrics_observe(ngx_xassist_worker_t *worker,
    ngx_xassist_histogram_t histogram, uint64_t value);

/* Events of the log that this worker has seen. */
void ngx_xassist_metrics_seen(ngx_xassist_worker_t *worker, uint64_t cursor);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_METRICS_H */
