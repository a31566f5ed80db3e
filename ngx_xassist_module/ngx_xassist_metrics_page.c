/* The metrics as Prometheus reads them. */

#include "ngx_xassist_metrics_int.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_worker.h"

#include <signal.h>


#define NGX_XASSIST_LINE   160
#define NGX_XASSIST_LINES  (NGX_XASSIST_REASONS * 6 + NGX_XASSIST_ROWS * 2    \
                            + NGX_XASSIST_HISTOGRAMS * 24 + 48)


static u_char *ngx_xassist_metrics_head(u_char *p, const char *name,
    const char *type, const char *help);
static u_char *ngx_xassist_metrics_decisions(u_char *p,
    const ngx_xassist_metrics_t *metrics);
static u_char *ngx_xassist_metrics_closes(u_char *p,
    const ngx_xassist_metrics_t *metrics);
static u_char *ngx_xassist_metrics_medias(u_char *p,
    const ngx_xassist_metrics_t *metrics);
static u_char *ngx_xassist_metrics_histogram(u_char *p,
    const ngx_xassist_scale_t *scale, const ngx_xassist_counts_t *counts);
static u_char *ngx_xassist_metrics_commits(u_char *p,
    const ngx_xassist_counts_t *counts);
static u_char *ngx_xassist_metrics_rows(u_char *p,
    ngx_xassist_worker_t *worker, const ngx_xassist_metrics_t *metrics);
static u_char *ngx_xassist_metrics_store(u_char *p,
    ngx_xassist_worker_t *worker, uint64_t *last);


ngx_int_t
ngx_xassist_metrics_handler(ngx_http_request_t *r)
{
    ngx_int_t               rc;
    ngx_uint_t              i;
    ngx_buf_t              *b;
    ngx_chain_t             out;
    ngx_xassist_worker_t   *worker;
    ngx_xassist_metrics_t  *metrics;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    worker = ngx_xassist_worker(r);
    if (worker == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    metrics = worker->conf->metrics->data;

    b = ngx_create_temp_buf(r->pool, NGX_XASSIST_LINES * NGX_XASSIST_LINE);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->last = ngx_xassist_metrics_decisions(b->last, metrics);
    b->last = ngx_xassist_metrics_closes(b->last, metrics);
    b->last = ngx_xassist_metrics_medias(b->last, metrics);

    for (i = 0; i < NGX_XASSIST_HISTOGRAMS; i++) {
        b->last = ngx_xassist_metrics_histogram(b->last,
                      &ngx_xassist_scales[i], &metrics->histograms[i]);
    }

    b->last = ngx_xassist_metrics_commits(b->last,
                  &metrics->histograms[NGX_XASSIST_COMMIT_SECONDS]);
    b->last = ngx_xassist_metrics_rows(b->last, worker, metrics);
    b->last_buf = 1;
    b->last_in_chain = 1;

    ngx_str_set(&r->headers_out.content_type, "text/plain; version=0.0.4");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = b->last - b->pos;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static u_char *
ngx_xassist_metrics_head(u_char *p, const char *name, const char *type,
    const char *help)
{
    return ngx_sprintf(p, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                       type);
}


static u_char *
ngx_xassist_metrics_decisions(u_char *p, const ngx_xassist_metrics_t *metrics)
{
    ngx_uint_t  verdict, reason;

    static const char *const  verdicts[NGX_XASSIST_ERROR + 1] = {
        "undecided", "allow", "deny", "error"
    };

    p = ngx_xassist_metrics_head(p, "xassist_decisions_total", "counter",
                                 "Decisions, by what they came to.");

    for (verdict = 0; verdict <= NGX_XASSIST_ERROR; verdict++) {
        for (reason = 0; reason < NGX_XASSIST_REASONS; reason++) {

            if (metrics->decisions[verdict][reason] == 0) {
                continue;
            }

            p = ngx_sprintf(p, "xassist_decisions_total{verdict=\"%s\","
                            "reason=\"%V\"} %uA\n", verdicts[verdict],
                            &ngx_xassist_reason(reason)->code,
                            metrics->decisions[verdict][reason]);
        }
    }

    return p;
}


/* Several reasons share a code: 4403 is one of three. */

static u_char *
ngx_xassist_metrics_closes(u_char *p, const ngx_xassist_metrics_t *metrics)
{
    ngx_uint_t         reason, other, code;
    ngx_atomic_uint_t  sum;

    p = ngx_xassist_metrics_head(p, "xassist_closed_total", "counter",
                                 "Live connections that were ended, by "
                                 "close code.");

    for (reason = 0; reason < NGX_XASSIST_REASONS; reason++) {

        sum = 0;
        code = ngx_xassist_reason(reason)->close;

        for (other = 0; other < NGX_XASSIST_REASONS; other++) {

            if (ngx_xassist_reason(other)->close != code) {
                continue;
            }

            if (other < reason) {
                break;
            }

            sum += metrics->closed[other];
        }

        if (sum != 0) {
            p = ngx_sprintf(p, "xassist_closed_total{code=\"%ui\"} %uA\n",
                            code, sum);
        }
    }

    p = ngx_xassist_metrics_head(p, "xassist_closed_reasons_total", "counter",
                                 "Live connections that were ended, by "
                                 "reason.");

    for (reason = 0; reason < NGX_XASSIST_REASONS; reason++) {

        if (metrics->closed[reason] != 0) {
            p = ngx_sprintf(p, "xassist_closed_reasons_total{reason=\"%V\"} "
                            "%uA\n", &ngx_xassist_reason(reason)->code,
                            metrics->closed[reason]);
        }
    }

    return p;
}


static u_char *
ngx_xassist_metrics_medias(u_char *p, const ngx_xassist_metrics_t *metrics)
{
    ngx_uint_t  i;

    static const char * const  names[NGX_XASSIST_MEDIA_OUTCOMES] = {
        "unavailable", "moved", "no_room", "told", "untold"
    };

    p = ngx_xassist_metrics_head(p, "xassist_media_total", "counter",
                                 "Refusals, moves and tellings of media "
                                 "servers.");

    for (i = 0; i < NGX_XASSIST_MEDIA_OUTCOMES; i++) {
        p = ngx_sprintf(p, "xassist_media_total{outcome=\"%s\"} %uA\n",
                        names[i], metrics->media[i]);
    }

    return p;
}


static u_char *
ngx_xassist_metrics_histogram(u_char *p, const ngx_xassist_scale_t *scale,
    const ngx_xassist_counts_t *counts)
{
    ngx_uint_t         i;
    ngx_atomic_uint_t  n;

    p = ngx_xassist_metrics_head(p, scale->name, "histogram", scale->help);

    for (i = 0, n = 0; i < NGX_XASSIST_BUCKETS_MAX; i++) {
        n += counts->count[i];

        p = scale->scale == 1
            ? ngx_sprintf(p, "%s_bucket{le=\"%uD\"} %uA\n", scale->name,
                          scale->bounds[i], n)
            : ngx_sprintf(p, "%s_bucket{le=\"%.6f\"} %uA\n", scale->name,
                          (double) scale->bounds[i] / scale->scale, n);
    }

    n += counts->count[i];

    return ngx_sprintf(p, "%s_bucket{le=\"+Inf\"} %uA\n%s_sum %.6f\n"
                       "%s_count %uA\n", scale->name, n, scale->name,
                       (double) counts->sum / scale->scale, scale->name, n);
}


static u_char *
ngx_xassist_metrics_commits(u_char *p, const ngx_xassist_counts_t *counts)
{
    ngx_uint_t         i;
    ngx_atomic_uint_t  n;

    for (i = 0, n = 0; i <= NGX_XASSIST_BUCKETS_MAX; i++) {
        n += counts->count[i];
    }

    p = ngx_xassist_metrics_head(p, "xassist_commits_total", "counter",
                                 "Transactions committed by workers.");

    return ngx_sprintf(p, "xassist_commits_total %uA\n", n);
}


static u_char *
ngx_xassist_metrics_rows(u_char *p, ngx_xassist_worker_t *worker,
    const ngx_xassist_metrics_t *metrics)
{
    uint64_t                  last, lag;
    ngx_uint_t                i, live;
    const ngx_xassist_row_t  *row;

    p = ngx_xassist_metrics_store(p, worker, &last);

    p = ngx_xassist_metrics_head(p, "xassist_policy_generation", "gauge",
                                 "Policy that a worker decides by.");

    for (i = 0, live = 0, lag = 0; i < NGX_XASSIST_ROWS; i++) {
        row = &metrics->rows[i];

        if (row->pid == 0
            || (kill((pid_t) row->pid, 0) == -1 && ngx_errno == ESRCH))
        {
            continue;
        }

        live += row == worker->row ? ngx_xassist_live_count(worker)
                                   : row->live;

        if (last > row->cursor) {
            lag = ngx_max(lag, last - row->cursor);
        }

        p = ngx_sprintf(p, "xassist_policy_generation{pid=\"%uA\"} %uA\n",
                        row->pid, row->generation);
    }

    p = ngx_xassist_metrics_head(p, "xassist_live_connections", "gauge",
                                 "Connections that end with their right.");
    p = ngx_sprintf(p, "xassist_live_connections %ui\n", live);

    p = ngx_xassist_metrics_head(p, "xassist_store_lag", "gauge",
                                 "Events that the slowest worker has not "
                                 "seen yet.");

    return ngx_sprintf(p, "xassist_store_lag %uL\n", lag);
}


static u_char *
ngx_xassist_metrics_store(u_char *p, ngx_xassist_worker_t *worker,
    uint64_t *last)
{
    store_stat_t  stat;

    *last = 0;

    p = ngx_xassist_metrics_head(p, "xassist_store_available", "gauge",
                                 "1 when the store can be read.");

    if (worker->env == NULL || store_stat(worker->env, &stat) != STORE_OK) {
        return ngx_sprintf(p, "xassist_store_available 0\n");
    }

    *last = stat.log_last;

    p = ngx_sprintf(p, "xassist_store_available 1\n");

    p = ngx_xassist_metrics_head(p, "xassist_store_bytes", "gauge",
                                 "Size of the store.");
    p = ngx_sprintf(p, "xassist_store_bytes{kind=\"used\"} %uL\n"
                    "xassist_store_bytes{kind=\"map\"} %uL\n",
                    stat.used_bytes, stat.map_bytes);

    p = ngx_xassist_metrics_head(p, "xassist_store_readers", "gauge",
                                 "Reader slots in use.");

    return ngx_sprintf(p, "xassist_store_readers %uD\n", stat.readers);
}
