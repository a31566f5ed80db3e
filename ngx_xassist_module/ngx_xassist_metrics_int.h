/* What the counting and the writing of metrics share. */

#ifndef NGX_XASSIST_METRICS_INT_H
#define NGX_XASSIST_METRICS_INT_H

#include "ngx_xassist_metrics.h"

#pragma GCC visibility push(hidden)

#define NGX_XASSIST_BUCKETS_MAX  16
#define NGX_XASSIST_ROWS         128


typedef struct {
    ngx_atomic_t               count[NGX_XASSIST_BUCKETS_MAX + 1];
    ngx_atomic_t               sum;
} ngx_xassist_counts_t;


/* One process, as long as it lives. */
typedef struct ngx_xassist_row_s {
    ngx_atomic_t               pid;            /* 0: free */
    ngx_atomic_t               live;
    ngx_atomic_t               generation;
    ngx_atomic_t               cursor;
} ngx_xassist_row_t;


struct ngx_xassist_metrics_s {
    size_t                     size;           /* of this structure */
    ngx_atomic_t               decisions[NGX_XASSIST_ERROR + 1]
                                        [NGX_XASSIST_REASONS];
    ngx_atomic_t               closed[NGX_XASSIST_REASONS];
    ngx_atomic_t               media[NGX_XASSIST_MEDIA_OUTCOMES];
    ngx_xassist_counts_t       histograms[NGX_XASSIST_HISTOGRAMS];
    ngx_xassist_row_t          rows[NGX_XASSIST_ROWS];
};


/* A histogram: bounds in the unit that is observed, and how many of those
   make one of the unit that is shown. */
typedef struct {
    const char                *name;
    const char                *help;
    ngx_uint_t                 scale;
    uint32_t                   bounds[NGX_XASSIST_BUCKETS_MAX];
} ngx_xassist_scale_t;


extern const ngx_xassist_scale_t  ngx_xassist_scales[NGX_XASSIST_HISTOGRAMS];

ngx_int_t ngx_xassist_metrics_handler(ngx_http_request_t *r);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_METRICS_INT_H */
