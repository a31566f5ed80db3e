#include "ngx_xassist_visit.h"
#include "ngx_xassist_account.h"
#include "ngx_xassist_cookie.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_device.h"
#include "ngx_xassist_platform.h"
#include "ngx_xassist_evaluate.h"
#include "ngx_xassist_identify.h"
#include "ngx_xassist_worker.h"


static ngx_uint_t ngx_xassist_visit_whole(ngx_http_request_t *r);
static ngx_int_t ngx_xassist_visit_browser(ngx_xassist_visit_t *visit);
static ngx_int_t ngx_xassist_visit_link(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t *reason);
static ngx_int_t ngx_xassist_visit_served(ngx_xassist_visit_t *visit);
static ngx_int_t ngx_xassist_visit_take_over(ngx_xassist_visit_t *visit,
    ngx_uint_t touch);
static void ngx_xassist_visit_told(ngx_xassist_write_t *write);
static ngx_uint_t ngx_xassist_visit_terms(const ngx_xassist_visit_t *visit);
static void ngx_xassist_visit_call(ngx_xassist_visit_t *visit,
    store_txn_t *txn);
static ngx_int_t ngx_xassist_visit_user(ngx_xassist_visit_t *visit,
    store_txn_t *txn);
static ngx_int_t ngx_xassist_visit_copy(ngx_pool_t *pool, ngx_str_t *dst,
    const store_slice_t *src);


ngx_int_t
ngx_xassist_visit_open(ngx_http_request_t *r, ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t *reason)
{
    ngx_uint_t             made;
    ngx_xassist_ctx_t     *ctx;
    policy_token_kind_t    kind;
    ngx_xassist_worker_t  *worker;

    visit->request = r;

    ctx = ngx_xassist_ctx_need(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    visit->ctx = ctx;
    worker = ngx_xassist_worker(r);

    *reason = NGX_XASSIST_R_UNKNOWN_LINK;

    /*
     * The MAC is checked before the store is touched.  For a link that we did
     * not make it is then asked for one that nobody has, so that this refusal
     * takes as long as others do; for that no MAC is remembered, either.
     */

    made = ctx->link.len != 0
           && (visit->placed || ngx_xassist_visit_whole(r))
           && policy_token_open(worker->conf->keys, NULL,
                                (char *) ctx->link.data, ctx->link.len, &kind,
                                visit->invitation.b)
              == POLICY_OK
           && (kind == POLICY_TOKEN_LINK || kind == POLICY_TOKEN_TRANSFER);

    if (ngx_xassist_visit_browser(visit) != NGX_OK) {
        return NGX_ERROR;
    }

    if (made) {
        visit->transfer = kind == POLICY_TOKEN_TRANSFER;

    } else {
        ngx_memcpy(visit->invitation.b, visit->hash, STORE_ID_LEN);
        visit->invitation.b[0] = 0;
    }

    if (ngx_xassist_visit_link(visit, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!made) {
        *reason = NGX_XASSIST_R_UNKNOWN_LINK;
    }

    ctx->reason = *reason;

    if (*reason == NGX_XASSIST_R_UNKNOWN_LINK) {
        return NGX_OK;
    }

    ctx->call = visit->link.call;
    ctx->account = visit->link.account;

    if (!visit->transfer) {
        ctx->invitation = visit->invitation;
    }

    return NGX_OK;
}


/*
 * Behind the prefix of its location stands the link and nothing else: what
 * was put before or behind it makes it another link.  By now the mark of the
 * cut stands in its place.
 */

static ngx_uint_t
ngx_xassist_visit_whole(ngx_http_request_t *r)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

#if (NGX_PCRE)
    if (clcf->regex != NULL) {
        return 1;
    }
#endif

    return r->uri.len == clcf->name.len + sizeof("TOKEN_0123") - 1;
}


static ngx_int_t
ngx_xassist_visit_browser(ngx_xassist_visit_t *visit)
{
    ngx_str_t   values[NGX_XASSIST_COOKIES];
    ngx_str_t  *value;

    ngx_xassist_cookie_read(visit->request, values);
    value = &values[NGX_XASSIST_COOKIE_BROWSER];

    if (visit->known_browser) {

        /* an app brought its own */

    } else if (value->len == NGX_XASSIST_BROWSER_TEXT
        && policy_base64url_decode((char *) value->data, value->len,
                                   visit->browser, POLICY_BROWSER_LEN))
    {
        visit->known_browser = 1;

    } else if (policy_random(visit->browser, POLICY_BROWSER_LEN)
               != POLICY_OK)
    {
        return NGX_ERROR;
    }

    return policy_sha256(visit->browser, POLICY_BROWSER_LEN, visit->hash) == 0
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_xassist_visit_link(ngx_xassist_visit_t *visit,
    ngx_xassist_reason_t *reason)
{
    ngx_int_t              rc;
    ngx_pool_t            *pool;
    store_status_t         status;
    ngx_xassist_worker_t  *worker;

    worker = ngx_xassist_worker(visit->request);
    pool = visit->request->pool;

    *reason = NGX_XASSIST_R_STORE_UNAVAILABLE;

    if (ngx_xassist_worker_read(worker) != NGX_OK) {
        return NGX_OK;
    }

    rc = ngx_xassist_visit_served(visit);

    if (rc == NGX_OK) {
        status = visit->transfer
                 ? store_transfer(worker->read, &visit->invitation,
                                  visit->hash, ngx_xassist_now(),
                                  &visit->link)
                 : store_link(worker->read, &visit->invitation, visit->hash,
                              ngx_xassist_now(), &visit->link);

    } else {
        visit->link.reason = visit->transfer ? STORE_REASON_EXPIRED
                                             : STORE_REASON_UNKNOWN_LINK;
        status = rc == NGX_DECLINED ? STORE_OK : STORE_IO;
        rc = NGX_OK;
    }

    if (status == STORE_OK) {
        *reason = ngx_xassist_reason_of_store(visit->link.reason);

        if (ngx_xassist_visit_copy(pool, &visit->name, &visit->link.name)
            != NGX_OK
            || ngx_xassist_visit_copy(pool, &visit->title, &visit->link.title)
               != NGX_OK
            || ngx_xassist_visit_copy(pool, &visit->inviter,
                                     &visit->link.inviter_name)
               != NGX_OK)
        {
            rc = NGX_ERROR;
        }

        visit->asks_terms = ngx_xassist_visit_terms(visit);
        ngx_xassist_visit_call(visit, worker->read);

        if (ngx_xassist_visit_user(visit, worker->read) != NGX_OK) {
            rc = NGX_ERROR;
        }

    } else if (status == STORE_NOT_FOUND) {
        *reason = NGX_XASSIST_R_UNKNOWN_LINK;

    } else {
        ngx_log_error(NGX_LOG_ERR, visit->request->connection->log, 0,
                      "xassist: reading an invitation failed: %s",
                      store_status_text(status));
    }

    store_read_reset(worker->read);

    return rc;
}


/*
 * Where one account is served, a link of another is refused before anything
 * else of it is read: as one that is not there, and as soon.
 */

static ngx_int_t
ngx_xassist_visit_served(ngx_xassist_visit_t *visit)
{
    ngx_int_t              rc;
    store_id_t             here, of;
    store_status_t         status;
    store_account_t        account;
    ngx_xassist_worker_t  *worker;

    worker = ngx_xassist_worker(visit->request);

    rc = ngx_xassist_account(visit->request, worker->read, &here);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    status = store_link_account(worker->read, &visit->invitation,
                                visit->transfer, &of);

    /* One that is not there costs the reading of a record all the same. */

    if (status == STORE_NOT_FOUND) {
        status = store_account_get(worker->read, &here, &account);

        return status == STORE_OK || status == STORE_NOT_FOUND ? NGX_DECLINED
                                                               : NGX_ERROR;
    }

    if (status != STORE_OK) {
        return NGX_ERROR;
    }

    return store_id_equal(&here, &of) ? NGX_OK : NGX_DECLINED;
}


/* Whether terms are to be accepted: by who comes back in the same browser, a
   version that he has not seen. */

static ngx_uint_t
ngx_xassist_visit_terms(const ngx_xassist_visit_t *visit)
{
    const store_slice_t     *accepted;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(visit->request, ngx_xassist_module);
    accepted = &visit->link.accepted;

    return visit->link.terms
           && (!visit->link.same_browser
               || (xlcf->terms_version.len != 0
                   && (accepted->len != xlcf->terms_version.len
                       || ngx_memcmp(accepted->data, xlcf->terms_version.data,
                                     accepted->len)
                          != 0)));
}


/* What the call of a request says; without one nobody was called yet. */

static void
ngx_xassist_visit_call(ngx_xassist_visit_t *visit, store_txn_t *txn)
{
    store_call_t  call;

    if (visit->link.kind == STORE_INV_SERVICE_REQUEST
        && !store_id_none(&visit->link.call)
        && store_call_get(txn, &visit->link.call, &call) == STORE_OK)
    {
        visit->ring = call.ring;
        visit->answered = call.answered != 0 || call.regular;
    }
}


/* A user of the account may come as such to a call that there is already;
   an external invitation is for somebody from outside. */

static ngx_int_t
ngx_xassist_visit_user(ngx_xassist_visit_t *visit, store_txn_t *txn)
{
    ngx_xassist_ctx_t  *ctx;
    store_principal_t   principal;

    ctx = visit->ctx;

    if (ngx_xassist_identify(visit->request, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!ctx->has_user || ctx->bearer || visit->transfer
        || visit->link.kind == STORE_INV_EXTERNAL
        || store_id_none(&visit->link.call)
        || store_principal(txn, &ctx->user_session, ngx_xassist_now(),
                           &principal)
           != STORE_OK
        || principal.reason != STORE_REASON_NONE
        || principal.kind != STORE_KIND_USER
        || !store_id_equal(&principal.account, &visit->link.account))
    {
        return NGX_OK;
    }

    visit->user = principal.user;

    return ngx_xassist_visit_copy(visit->request->pool, &visit->me,
                                  &principal.name);
}


ngx_uint_t
ngx_xassist_visit_waits(const ngx_xassist_visit_t *visit)
{
    return visit->link.kind == STORE_INV_SERVICE_REQUEST && !visit->answered;
}


static ngx_int_t
ngx_xassist_visit_copy(ngx_pool_t *pool, ngx_str_t *dst,
    const store_slice_t *src)
{
    ngx_str_null(dst);

    if (src->len == 0) {
        return NGX_OK;
    }

    dst->data = ngx_pnalloc(pool, src->len);
    if (dst->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(dst->data, src->data, src->len);
    dst->len = src->len;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_visit_redeem(ngx_xassist_visit_t *visit, const ngx_str_t *name,
    ngx_uint_t touch, ngx_uint_t terms)
{
    store_op_t              *op;
    policy_settings_t        settings;
    ngx_xassist_worker_t    *worker;
    ngx_xassist_loc_conf_t  *xlcf;

    if (visit->transfer) {
        return ngx_xassist_visit_take_over(visit, touch);
    }

    op = &visit->write.op;
    worker = ngx_xassist_worker(visit->request);
    xlcf = ngx_http_get_module_loc_conf(visit->request, ngx_xassist_module);

    if (ngx_xassist_writer_prepare(worker, STORE_OP_REDEEM, op) != NGX_OK
        || ngx_xassist_settings(worker, &settings) != NGX_OK
        || ngx_xassist_id_mint(&op->in.redeem.session) != NGX_OK
        || ngx_xassist_id_mint(&op->in.redeem.participant) != NGX_OK
        || ngx_xassist_id_mint(&op->in.redeem.call) != NGX_OK
        || ngx_xassist_id_room(&op->in.redeem.room) != NGX_OK)
    {
        return NGX_ERROR;
    }

    op->in.redeem.invitation = visit->invitation;
    op->in.redeem.name.data = name->data;
    op->in.redeem.name.len = name->len;
    op->in.redeem.device = (uint8_t) ngx_xassist_device(visit->request,
                                                        touch);
    op->in.redeem.platform = (uint8_t) ngx_xassist_platform(visit->request,
                                                            touch);
    op->in.redeem.terms_accepted = terms;
    op->in.redeem.terms_version.data = xlcf->terms_version.data;
    op->in.redeem.terms_version.len = xlcf->terms_version.len;
    op->in.redeem.lifetime = settings.session_lifetime;
    ngx_memcpy(op->in.redeem.browser, visit->hash, STORE_HASH_LEN);

    return NGX_OK;
}


ngx_int_t
ngx_xassist_visit_admit(ngx_xassist_visit_t *visit)
{
    store_op_t            *op;
    ngx_xassist_worker_t  *worker;

    op = &visit->write.op;
    worker = ngx_xassist_worker(visit->request);

    if (ngx_xassist_writer_prepare(worker, STORE_OP_ADMIT, op) != NGX_OK
        || ngx_xassist_id_mint(&op->in.admit.participant) != NGX_OK)
    {
        return NGX_ERROR;
    }

    op->actor = visit->user;
    op->in.admit.invitation = visit->invitation;
    op->in.admit.user = visit->user;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_visit_take_over(ngx_xassist_visit_t *visit, ngx_uint_t touch)
{
    store_op_t  *op;

    op = &visit->write.op;

    if (ngx_xassist_writer_prepare(ngx_xassist_worker(visit->request),
                                   STORE_OP_TRANSFER, op)
        != NGX_OK
        || ngx_xassist_id_mint(&op->in.transfer.session) != NGX_OK)
    {
        return NGX_ERROR;
    }

    op->in.transfer.pass = visit->invitation;
    op->in.transfer.device = (uint8_t) ngx_xassist_device(visit->request,
                                                          touch);
    op->in.transfer.platform = (uint8_t) ngx_xassist_platform(visit->request,
                                                              touch);
    ngx_memcpy(op->in.transfer.browser, visit->hash, STORE_HASH_LEN);

    return NGX_OK;
}


void
ngx_xassist_visit_refused(ngx_xassist_visit_t *visit)
{
    ngx_xassist_write_t   *write;
    ngx_xassist_worker_t  *worker;

    worker = ngx_xassist_worker(visit->request);

    if (visit->transfer) {
        return;
    }

    write = ngx_calloc(sizeof(ngx_xassist_write_t), worker->log);
    if (write == NULL) {
        return;
    }

    write->done = ngx_xassist_visit_told;
    write->op.in.invitation_withdraw.invitation = visit->invitation;

    /* Told or not, the answer is the same: nothing waits for this. */

    if (ngx_xassist_writer_prepare(worker, STORE_OP_INVITATION_REFUSED,
                                   &write->op)
        != NGX_OK
        || ngx_xassist_writer_post(worker, write) != NGX_OK)
    {
        ngx_free(write);
    }
}


static void
ngx_xassist_visit_told(ngx_xassist_write_t *write)
{
    ngx_free(write);
}
