#include "ngx_xassist_shadow.h"
#include "ngx_xassist_look.h"
#include "ngx_xassist_zone.h"


/* In shared memory; the counters are of all workers. */
typedef struct {
    policy_zone_t   *policy;
    ngx_atomic_t     decided;
    ngx_atomic_t     differed;
    ngx_atomic_t     logged;                   /* second of the last line */
} ngx_xassist_shadow_t;


static ngx_int_t ngx_xassist_shadow_init(ngx_shm_zone_t *zone, void *data);
static void ngx_xassist_shadow_log(ngx_xassist_shadow_t *shadow,
    const ngx_xassist_evaluated_t *ev);


static const char *const  ngx_xassist_shadow_verdicts[] = {
    [NGX_XASSIST_UNDECIDED] = "nothing",
    [NGX_XASSIST_ALLOW] = "allow",
    [NGX_XASSIST_DENY] = "deny",
    [NGX_XASSIST_ERROR] = "error"
};


ngx_int_t
ngx_xassist_shadow_zone(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf,
    const ngx_str_t *name, size_t size)
{
    ngx_str_t  own;

    own.len = name->len + sizeof("_shadow") - 1;
    own.data = ngx_pnalloc(cf->pool, own.len + 1);
    if (own.data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(own.data, "%V_shadow%Z", name);

    xmcf->shadow = ngx_shared_memory_add(cf, &own, size, &ngx_xassist_module);
    if (xmcf->shadow == NULL) {
        return NGX_ERROR;
    }

    xmcf->shadow->init = ngx_xassist_shadow_init;
    xmcf->shadow->data = NULL;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_shadow_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t       *shpool;
    ngx_xassist_shadow_t  *shadow;

    if (data != NULL) {
        zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = shpool->data;
        return NGX_OK;
    }

    shadow = ngx_slab_calloc(shpool, sizeof(ngx_xassist_shadow_t));
    if (shadow == NULL) {
        return NGX_ERROR;
    }

    shadow->policy = ngx_xassist_zone_format(zone);
    if (shadow->policy == NULL) {
        return NGX_ERROR;
    }

    shpool->data = shadow;
    zone->data = shadow;

    return NGX_OK;
}


void *
ngx_xassist_shadow_policy(const ngx_shm_zone_t *zone)
{
    ngx_xassist_shadow_t  *shadow;

    shadow = zone->data;

    return shadow != NULL ? shadow->policy : NULL;
}


void
ngx_xassist_shadow(ngx_xassist_decision_t *d, const ngx_array_t *requires)
{
    ngx_int_t                 rc;
    ngx_xassist_ctx_t        *ctx;
    ngx_xassist_shadow_t     *shadow;
    ngx_xassist_evaluated_t   ev;

    ctx = d->ctx;
    shadow = d->worker->conf->shadow->data;

    if (policy_zone_generation(shadow->policy) == 0) {
        return;
    }

    ev.d = d;
    ev.requires = requires;
    ev.live = 0;

    rc = ngx_xassist_look(shadow->policy, ngx_xassist_evaluate_rules, &ev);

    ctx->shadow = rc != NGX_OK ? NGX_XASSIST_ERROR
                  : ev.decision.verdict == POLICY_ALLOW ? NGX_XASSIST_ALLOW
                  : ev.decision.verdict == POLICY_DENY ? NGX_XASSIST_DENY
                                                       : NGX_XASSIST_ERROR;

    (void) ngx_atomic_fetch_add(&shadow->decided, 1);

    if (ctx->shadow == ctx->verdict) {
        return;
    }

    (void) ngx_atomic_fetch_add(&shadow->differed, 1);

    if (rc == NGX_OK) {
        ngx_xassist_shadow_log(shadow, &ev);
    }
}


static void
ngx_xassist_shadow_log(ngx_xassist_shadow_t *shadow,
    const ngx_xassist_evaluated_t *ev)
{
    ngx_str_t                roles;
    ngx_atomic_uint_t        last, now;
    ngx_xassist_ctx_t       *ctx;
    ngx_xassist_rule_t      *rules;
    ngx_xassist_decision_t  *d;

    d = ev->d;
    ctx = d->ctx;
    now = (ngx_atomic_uint_t) ngx_time();
    last = shadow->logged;

    /* One of all workers writes the line of a second. */

    if (last == now || !ngx_atomic_cmp_set(&shadow->logged, last, now)) {
        return;
    }

    rules = d->worker->conf->rules.elts;
    roles.data = (u_char *) d->principal.roles.data;
    roles.len = ctx->known ? d->principal.roles.len : 0;

    ngx_log_error(NGX_LOG_WARN, d->request->connection->log, 0,
                  "xassist: the shadow policy says %s (%s) by \"%V\", the "
                  "live one %s by \"%V\"; %s, roles \"%V\"; %uA of %uA "
                  "decisions differ",
                  ngx_xassist_shadow_verdicts[ctx->shadow],
                  policy_reason_name(ev->decision.reason),
                  &rules[ev->slot].name,
                  ngx_xassist_shadow_verdicts[ctx->verdict], &ctx->rule,
                  policy_kind_names[d->query.kind], &roles,
                  shadow->differed, shadow->decided);
}


ngx_int_t
ngx_xassist_shadow_counts(ngx_xassist_worker_t *worker, uint64_t *decided,
    uint64_t *differed)
{
    ngx_xassist_shadow_t  *shadow;

    if (worker->conf->shadow == NULL || worker->conf->shadow->data == NULL) {
        return NGX_DECLINED;
    }

    shadow = worker->conf->shadow->data;
    *decided = shadow->decided;
    *differed = shadow->differed;

    return NGX_OK;
}
