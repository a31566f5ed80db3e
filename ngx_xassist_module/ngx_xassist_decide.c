#include "ngx_xassist_decide.h"
#include "ngx_xassist_account.h"
#include "ngx_xassist_claimed.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_device.h"
#include "ngx_xassist_platform.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_peer.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_jwt.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_worker.h"


static void ngx_xassist_decide_now(ngx_xassist_decision_t *d,
    ngx_http_request_t *r, ngx_xassist_ctx_t *ctx, const store_id_t *call,
    const ngx_array_t *requires);
static void ngx_xassist_decide_refuse(ngx_xassist_ctx_t *ctx,
    ngx_xassist_verdict_t verdict, ngx_xassist_reason_t reason);
static ngx_int_t ngx_xassist_decide_place(ngx_xassist_decision_t *d);
static ngx_int_t ngx_xassist_decide_who(ngx_xassist_decision_t *d);
static ngx_int_t ngx_xassist_decide_read(ngx_xassist_decision_t *d,
    const store_id_t *session);
static ngx_int_t ngx_xassist_decide_claimed(ngx_xassist_decision_t *d);
static void ngx_xassist_decide_ids(ngx_xassist_decision_t *d);
static ngx_int_t ngx_xassist_decide_keep(ngx_xassist_decision_t *d);


void
ngx_xassist_decide(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_loc_conf_t *xlcf)
{
    ngx_str_t    text;
    store_id_t   call;

    /* What is no id names no call. */

    if (xlcf->call != NULL
        && (ngx_http_complex_value(r, xlcf->call, &text) != NGX_OK
            || ngx_xassist_id_parse(&text, &call) != NGX_OK))
    {
        ngx_memzero(&call, sizeof(store_id_t));
    }

    ngx_xassist_decide_for(r, ctx, xlcf->call != NULL ? &call : NULL,
                           xlcf->requires);

    ctx->asked.of = xlcf->requires;
}


/* The values of the directives are those of the first time: nothing new is
   taken from the request's pool, however often it happens. */

void
ngx_xassist_decide_again(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_loc_conf_t *xlcf)
{
    store_id_t              call;
    ngx_xassist_decision_t  d;

    /* The API may have asked something else meanwhile. */

    if (ctx->asked.of != xlcf->requires) {
        ngx_xassist_decide(r, ctx, xlcf);
        return;
    }

    call = ctx->call;
    d.again = 1;

    ngx_xassist_decide_now(&d, r, ctx, xlcf->call != NULL ? &call : NULL,
                           xlcf->requires);
}


void
ngx_xassist_decide_for(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const store_id_t *call, const ngx_array_t *requires)
{
    ngx_xassist_decision_t  d;

    d.again = 0;

    ngx_xassist_decide_now(&d, r, ctx, call, requires);
}


static void
ngx_xassist_decide_now(ngx_xassist_decision_t *d, ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, const store_id_t *call,
    const ngx_array_t *requires)
{
    ngx_int_t        rc;
    struct timespec  before, after;

    (void) clock_gettime(CLOCK_MONOTONIC, &before);

    ctx->verdict = NGX_XASSIST_UNDECIDED;
    ctx->reason = NGX_XASSIST_R_NONE;
    ctx->generation = 0;
    ngx_str_null(&ctx->rule);

    if (!d->again) {
        ngx_memzero(&ctx->asked, sizeof(ngx_xassist_asked_t));
    }

    ctx->shadow = NGX_XASSIST_UNDECIDED;

    d->request = r;
    d->ctx = ctx;
    d->worker = ngx_xassist_worker(r);
    d->unseated = 0;

    ctx->has_call = call != NULL;

    if (call != NULL) {
        ctx->call = *call;
    }

    if (ngx_xassist_worker_read(d->worker) != NGX_OK) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_ERROR,
                                  NGX_XASSIST_R_STORE_UNAVAILABLE);
        return;
    }

    rc = ngx_xassist_decide_place(d);

    if (rc == NGX_OK) {
        rc = ngx_xassist_decide_who(d);
    }

    if (rc == NGX_OK) {
        ngx_xassist_evaluate(d, requires);

        /* Of a denial, too: the log tells whose roles were not enough. */

        if (ngx_xassist_decide_keep(d) != NGX_OK) {
            rc = NGX_ERROR;
        }
    }

    store_read_reset(d->worker->read);

    if (rc == NGX_ERROR) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_ERROR,
                                  NGX_XASSIST_R_STORE_UNAVAILABLE);
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &after);

    ctx->took = (uint64_t) (after.tv_sec - before.tv_sec) * 1000000
                + (uint64_t) (after.tv_nsec - before.tv_nsec) / 1000;

    ngx_xassist_metrics_decided(d->worker, ctx);
}


static void
ngx_xassist_decide_refuse(ngx_xassist_ctx_t *ctx,
    ngx_xassist_verdict_t verdict, ngx_xassist_reason_t reason)
{
    ctx->verdict = verdict;
    ctx->reason = reason;
}


/* Of a live connection the account is that of the first time. */

static ngx_int_t
ngx_xassist_decide_place(ngx_xassist_decision_t *d)
{
    ngx_int_t  rc;

    if (d->again) {
        return NGX_OK;
    }

    rc = ngx_xassist_account(d->request, d->worker->read, &d->ctx->place);

    d->ctx->has_place = rc == NGX_OK;

    return rc == NGX_DECLINED ? NGX_OK : rc;
}


/*
 * Which of the credentials counts.  Where a call is named, a guest's session
 * wins if it is of that call; elsewhere a guest's cookie says nothing.
 * NGX_DECLINED: refused, with the reason in the context.
 */

static ngx_int_t
ngx_xassist_decide_who(ngx_xassist_decision_t *d)
{
    ngx_int_t           rc;
    ngx_xassist_ctx_t  *ctx;

    ctx = d->ctx;

    if (ngx_xassist_identify(d->request, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(&d->principal, sizeof(store_principal_t));
    ngx_memzero(&d->standing, sizeof(store_standing_t));
    ngx_memzero(&ctx->subject, sizeof(store_id_t));
    ngx_memzero(&ctx->assistance, sizeof(store_id_t));
    ctx->known = 0;

    if (ctx->has_guest && (ctx->has_call || ctx->bearer)) {

        rc = ngx_xassist_decide_read(d, &ctx->guest_session);

        if (rc != NGX_OK) {
            return rc;
        }

        if (!ctx->has_user || d->standing.in_call) {
            goto found;
        }
    }

    if (ctx->certified && !ctx->has_user
        && ngx_xassist_peer_find(d->worker, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->has_user || ctx->claims != NULL) {

        rc = ngx_xassist_decide_read(d, &ctx->user_session);

        if (rc != NGX_OK) {
            return rc;
        }

        goto found;
    }

    ctx->kind = POLICY_KIND_ANONYMOUS;

    return NGX_OK;

found:

    ngx_xassist_decide_ids(d);

    if (d->principal.reason != STORE_REASON_NONE) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_DENY,
                         ngx_xassist_reason_of_store(d->principal.reason));
        return NGX_DECLINED;
    }

    if (ctx->has_place
        && !store_id_equal(&d->principal.account, &ctx->place))
    {
        ngx_log_error(NGX_LOG_INFO, d->request->connection->log, 0,
                      "xassist: wrong_account");
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_DENY,
                                  NGX_XASSIST_R_PERMISSION_MISSING);
        return NGX_DECLINED;
    }

    ctx->known = 1;

    if (!ctx->has_call) {
        return NGX_OK;
    }

    if (!d->standing.known) {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_DENY,
                                  NGX_XASSIST_R_PERMISSION_MISSING);
        return NGX_DECLINED;
    }

    if (d->standing.reason != STORE_REASON_NONE
        && !(ctx->past && d->standing.reason == STORE_REASON_CALL_ENDED))
    {
        ngx_xassist_decide_refuse(ctx, NGX_XASSIST_DENY,
                         ngx_xassist_reason_of_store(d->standing.reason));
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_decide_read(ngx_xassist_decision_t *d, const store_id_t *session)
{
    uint64_t         now;
    store_status_t   status;
    const char      *what;

    now = ngx_xassist_now();
    what = "principal";

    if (d->ctx->claims != NULL) {
        status = ngx_xassist_jwt_principal(d->worker, d->ctx->claims, now,
                                           &d->principal);

        if (status == STORE_OK && ngx_xassist_decide_claimed(d) != NGX_OK) {
            return NGX_ERROR;
        }

        d->principal.device = (uint8_t) ngx_xassist_device(d->request, 0);
        d->principal.platform = (uint8_t) ngx_xassist_platform(d->request, 0);

    } else {
        status = store_principal(d->worker->read, session, now,
                                 &d->principal);
    }

    if (status == STORE_OK && d->ctx->has_call
        && d->principal.reason == STORE_REASON_NONE)
    {
        what = "standing";
        status = store_standing(d->worker->read, &d->principal,
                                &d->ctx->call, now, &d->standing);
    }

    if (status != STORE_OK) {
        ngx_log_error(NGX_LOG_ERR, d->request->connection->log, 0,
                      "xassist: reading the %s failed: %s", what,
                      store_status_text(status));
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* A token gives neither a seat nor the place of the billing contact: these are
   counted where they are taken, when the user signs in by it. */

static ngx_int_t
ngx_xassist_decide_claimed(ngx_xassist_decision_t *d)
{
    store_principal_t           *sp;
    const ngx_xassist_claims_t  *claims;

    sp = &d->principal;
    claims = d->ctx->claims;

    if (!claims->has_roles || sp->kind == 0) {
        return NGX_OK;
    }

    if (claims->roles.len > sizeof(d->claimed)) {
        return NGX_ERROR;
    }

    return ngx_xassist_claimed(d->worker, &claims->roles, &sp->billing,
                               sp->seated, d->claimed, &sp->roles,
                               &d->unseated);
}


/* Also of a principal that is refused: the log shall name it. */

static void
ngx_xassist_decide_ids(ngx_xassist_decision_t *d)
{
    store_principal_t  *sp;
    ngx_xassist_ctx_t  *ctx;

    ctx = d->ctx;
    sp = &d->principal;

    ctx->session = sp->session;
    ctx->subject = sp->subject;
    ctx->assistance = sp->assistance;

    if (sp->kind == 0) {
        return;
    }

    ctx->kind = ngx_xassist_evaluate_kind(sp->kind);
    ctx->device = sp->device;
    ctx->platform = sp->platform;
    ctx->account = sp->account;
    ctx->user = sp->user;
    ctx->invitation = sp->invitation;
    ctx->expires = sp->expires;
    ctx->idle = sp->idle;
    ctx->touched = sp->touched;

    /* Without a right the standing is not read: a live connection keeps what
       it was registered under. */

    if (!ctx->has_call) {
        ctx->participant = sp->participant;

    } else if (d->standing.known) {
        ctx->participant = d->standing.participant;
        ctx->room = d->standing.room;
        ctx->placed_len = ngx_min(d->standing.media.len, STORE_LIMIT_MEDIA);

        if (ctx->placed_len) {
            ngx_memcpy(ctx->placed, d->standing.media.data, ctx->placed_len);
        }
    }

    if (sp->kind == STORE_KIND_EXTERNAL) {
        ctx->inviter = sp->inviter;
    }
}


/* Copies what outlives the read transaction into the request's pool. */

static ngx_int_t
ngx_xassist_decide_keep(ngx_xassist_decision_t *d)
{
    u_char             *p;
    store_principal_t  *sp;
    ngx_xassist_ctx_t  *ctx;

    ctx = d->ctx;
    sp = &d->principal;

    if (!ctx->known) {
        return NGX_OK;
    }

    if (ctx->name.data == NULL && sp->name.len + sp->roles.len) {
        p = ngx_pnalloc(d->request->pool, sp->name.len + sp->roles.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ctx->name.data = p;
        ctx->name.len = sp->name.len;
        p = ngx_cpymem(p, sp->name.data, sp->name.len);

        ctx->roles.data = p;
        ctx->roles.len = sp->roles.len;
        ngx_memcpy(p, sp->roles.data, sp->roles.len);
    }

    return NGX_OK;
}
