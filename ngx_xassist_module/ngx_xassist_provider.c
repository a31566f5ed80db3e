#include "ngx_xassist_provider.h"
#include "ngx_xassist_claimed.h"
#include "ngx_xassist_terms.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_writer.h"


/* One change that the token may ask for. */
typedef struct {
    store_op_kind_t   kind;
    ngx_int_t       (*fill)(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
                            const ngx_xassist_provider_t *provider,
                            store_op_t *op);
    const char       *failed;
} ngx_xassist_provided_t;


static ngx_int_t ngx_xassist_provider_make(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, const ngx_xassist_provider_t *provider, store_op_t *op);
static ngx_int_t ngx_xassist_provider_roles(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, const ngx_xassist_provider_t *provider, store_op_t *op);
static ngx_int_t ngx_xassist_provider_teams(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, const ngx_xassist_provider_t *provider, store_op_t *op);
static ngx_int_t ngx_xassist_provider_direct(ngx_xassist_worker_t *worker,
    ngx_pool_t *pool, const ngx_xassist_claims_t *claims,
    store_slice_t *roles);
static void ngx_xassist_provider_text(store_slice_t *to,
    const ngx_str_t *text, size_t most);


/* In this order; a user who is made has the roles at once. */

static const ngx_xassist_provided_t  ngx_xassist_provided[] = {
    { STORE_OP_USER_CREATE, ngx_xassist_provider_make,
      "the user of a provider's token was not made; is the name taken?" },
    { STORE_OP_USER_SET, ngx_xassist_provider_roles,
      "the roles of a provider's token were not kept" },
    { STORE_OP_USER_TEAMS, ngx_xassist_provider_teams,
      "the teams of a provider's token were not kept" }
};

#define NGX_XASSIST_PROVIDED                                                 \
    (sizeof(ngx_xassist_provided) / sizeof(ngx_xassist_provided[0]))


ngx_xassist_reason_t
ngx_xassist_provider_admit(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, ngx_xassist_provider_t *provider)
{
    store_slice_t       name;
    store_status_t      status;
    store_account_t     account;
    store_principal_t   principal;
    ngx_xassist_jwt_t  *jwt;

    jwt = worker->conf->jwt;

    if (ngx_xassist_worker_read(worker) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    ngx_memzero(provider, sizeof(ngx_xassist_provider_t));
    ngx_memzero(&account, sizeof(store_account_t));
    provider->claims = claims;

    status = ngx_xassist_jwt_principal(worker, claims, ngx_xassist_now(),
                                       &principal);

    if (status == STORE_OK && principal.kind == 0
        && jwt->users != NGX_XASSIST_JWT_USERS_KNOWN)
    {
        name.data = jwt->account.data;
        name.len = jwt->account.len;
        status = store_account_by_name(worker->read, name, &account);
    }

    store_read_reset(worker->read);

    if (status != STORE_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (!store_id_none(&account.id)) {
        provider->account = account.id;

        return ngx_xassist_id_mint(&provider->user) == NGX_OK
               ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    provider->user = principal.user;

    return ngx_xassist_reason_of_store(principal.reason);
}


ngx_int_t
ngx_xassist_provider_next(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    ngx_xassist_provider_t *provider, store_op_t *op)
{
    ngx_int_t                      rc;
    const ngx_xassist_provided_t  *provided;

    while (provider->step < NGX_XASSIST_PROVIDED) {

        provided = &ngx_xassist_provided[provider->step++];

        ngx_memzero(op, sizeof(store_op_t));
        rc = provided->fill(worker, pool, provider, op);

        if (rc == NGX_DECLINED) {
            continue;
        }

        if (rc != NGX_OK
            || ngx_xassist_writer_prepare(worker, provided->kind, op)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_xassist_terms(worker, pool, op);
    }

    ngx_memzero(op, sizeof(store_op_t));

    return NGX_DONE;
}


ngx_xassist_reason_t
ngx_xassist_provider_took(const ngx_xassist_provider_t *provider,
    const store_op_t *op, ngx_log_t *log)
{
    if (op->status == STORE_OK) {
        return NGX_XASSIST_R_NONE;
    }

    ngx_log_error(NGX_LOG_WARN, log, 0, "xassist: %s (%s)",
                  ngx_xassist_provided[provider->step - 1].failed,
                  op->status == STORE_REFUSED
                  ? store_reason_name(op->reason)
                  : store_status_text(op->status));

    switch (op->status) {

    case STORE_REFUSED:
        return ngx_xassist_reason_of_store(op->reason);

    case STORE_EXISTS:
    case STORE_INVALID:
    case STORE_NOT_FOUND:
        return NGX_XASSIST_R_SIGN_IN_FAILED;

    default:
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }
}


/*
 * Never somebody who is there already: a name that is taken in the account
 * is another person, until an administrator gives him this subject.
 */

static ngx_int_t
ngx_xassist_provider_make(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    const ngx_xassist_provider_t *provider, store_op_t *op)
{
    u_char                      *p;
    ngx_str_t                    name;
    const ngx_xassist_claims_t  *claims;

    if (store_id_none(&provider->account)) {
        return NGX_DECLINED;
    }

    claims = provider->claims;

    op->in.user_create.user = provider->user;
    op->in.user_create.account = provider->account;
    op->in.user_create.licensed = worker->conf->jwt->users
                                  == NGX_XASSIST_JWT_USERS_LICENSED;

    /* Without a name of its own: what the provider knows him by. */

    name = claims->name;

    if (name.len == 0
        || ngx_utf8_length(name.data, name.len) > STORE_LIMIT_LOGIN)
    {
        name = claims->subject;
        p = ngx_strlchr(name.data, name.data + name.len, ' ');
        name.len -= p != NULL ? p + 1 - name.data : 0;
        name.data = p != NULL ? p + 1 : name.data;
    }

    ngx_xassist_provider_text(&op->in.user_create.name, &name,
                              STORE_LIMIT_LOGIN);
    ngx_xassist_provider_text(&op->in.user_create.display, &claims->display,
                              STORE_LIMIT_DISPLAY);
    ngx_xassist_provider_text(&op->in.user_create.mail, &claims->mail,
                              STORE_LIMIT_MAIL);
    ngx_xassist_provider_text(&op->in.user_create.subject, &claims->subject,
                              STORE_LIMIT_SUBJECT);

    return ngx_xassist_provider_direct(worker, pool, claims,
                                       &op->in.user_create.roles);
}


/* A session has the roles of its user's record: they are the token's. */

static ngx_int_t
ngx_xassist_provider_roles(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    const ngx_xassist_provider_t *provider, store_op_t *op)
{
    if (!provider->claims->has_roles || !store_id_none(&provider->account)) {
        return NGX_DECLINED;
    }

    op->in.user_set.user = provider->user;
    op->in.user_set.set_roles = 1;

    return ngx_xassist_provider_direct(worker, pool, provider->claims,
                                       &op->in.user_set.roles);
}


/* A provider has teams that mean nothing here. */

static ngx_int_t
ngx_xassist_provider_teams(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    const ngx_xassist_provider_t *provider, store_op_t *op)
{
    if (!provider->claims->has_teams) {
        return NGX_DECLINED;
    }

    op->in.user_teams.user = provider->user;
    op->in.user_teams.known = 0;
    ngx_xassist_provider_text(&op->in.user_teams.teams,
                              &provider->claims->teams, POLICY_JWT_ROLES);

    return NGX_OK;
}


/* Who the billing contact is, the store knows: no token gives that role. */

static ngx_int_t
ngx_xassist_provider_direct(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    const ngx_xassist_claims_t *claims, store_slice_t *roles)
{
    u_char         *p;
    ngx_uint_t      unseated;
    store_slice_t   none;

    if (claims->roles.len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(pool, claims->roles.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    none.data = NULL;
    none.len = 0;

    return ngx_xassist_claimed(worker, &claims->roles, &none, 1, p, roles,
                               &unseated);
}


/* Too long for the store: left out, rather than the user with it. */

static void
ngx_xassist_provider_text(store_slice_t *to, const ngx_str_t *text,
    size_t most)
{
    if (text->len != 0 && ngx_utf8_length(text->data, text->len) <= most) {
        to->data = text->data;
        to->len = text->len;
    }
}
