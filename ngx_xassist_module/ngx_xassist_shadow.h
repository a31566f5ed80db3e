/* A second policy that decides beside the first, without effect. */

#ifndef NGX_XASSIST_SHADOW_H
#define NGX_XASSIST_SHADOW_H

#include "ngx_xassist_evaluate.h"

#pragma GCC visibility push(hidden)

/* xassist_policy ... shadow=FILE: shared memory of its own, beside the zone
   of that name. */
ngx_int_t ngx_xassist_shadow_zone(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf, const ngx_str_t *name, size_t size);

/* The policy zone within, or NULL. */
void *ngx_xassist_shadow_policy(const ngx_shm_zone_t *zone);

/* Decides again, by the second policy, what was just decided.  A difference
   is counted and, at most once a second, logged. */
void ngx_xassist_shadow(ngx_xassist_decision_t *d,
    const ngx_array_t *requires);

/* Counted since the shared memory was made; NGX_DECLINED: no shadow. */
ngx_int_t ngx_xassist_shadow_counts(ngx_xassist_worker_t *worker,
    uint64_t *decided, uint64_t *differed);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_SHADOW_H */
