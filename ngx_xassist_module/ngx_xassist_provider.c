#include "ngx_xassist_provider.h"
#include "ngx_xassist_terms.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_writer.h"


/* A change on its way to the store, with the texts that it needs; it outlives
   the request. */
typedef struct {
    ngx_xassist_write_t    write;
    ngx_pool_t            *pool;               /* of the terms */
    ngx_log_t             *log;
    const char            *what;
    u_char                *last;
    u_char                 text[1];
} ngx_xassist_taken_t;


static ngx_int_t ngx_xassist_provider_make(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, const store_id_t *account,
    store_id_t *user);
static ngx_int_t ngx_xassist_provider_roles(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, const store_id_t *user);
static ngx_int_t ngx_xassist_provider_teams(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, const store_id_t *user);
static ngx_xassist_taken_t *ngx_xassist_provider_begin(
    ngx_xassist_worker_t *worker, store_op_kind_t kind, const char *what,
    size_t room);
static void ngx_xassist_provider_text(ngx_xassist_taken_t *taken,
    store_slice_t *to, const ngx_str_t *text, size_t most);
static ngx_int_t ngx_xassist_provider_post(ngx_xassist_worker_t *worker,
    ngx_xassist_taken_t *taken);
static void ngx_xassist_provider_done(ngx_xassist_write_t *write);
static void ngx_xassist_provider_free(ngx_xassist_taken_t *taken);


ngx_xassist_reason_t
ngx_xassist_provider_admit(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, store_id_t *user)
{
    ngx_int_t           rc;
    store_slice_t       name;
    store_status_t      status;
    store_account_t     account;
    store_principal_t   principal;
    ngx_xassist_jwt_t  *jwt;

    jwt = worker->conf->jwt;

    if (ngx_xassist_worker_read(worker) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    ngx_memzero(&account, sizeof(store_account_t));

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
        rc = ngx_xassist_provider_make(worker, claims, &account.id, user);

    } else if (principal.reason != STORE_REASON_NONE) {
        return ngx_xassist_reason_of_store(principal.reason);

    } else {
        *user = principal.user;
        rc = ngx_xassist_provider_roles(worker, claims, user);
    }

    if (rc == NGX_OK) {
        rc = ngx_xassist_provider_teams(worker, claims, user);
    }

    return rc == NGX_OK ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


/*
 * Never somebody who is there already: a name that is taken in the account
 * is another person, until an administrator gives him this subject.
 */

static ngx_int_t
ngx_xassist_provider_make(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, const store_id_t *account,
    store_id_t *user)
{
    u_char               *p;
    ngx_str_t             name;
    store_op_t           *op;
    ngx_xassist_taken_t  *taken;

    taken = ngx_xassist_provider_begin(worker, STORE_OP_USER_CREATE,
                                       "the user of a provider's token was "
                                       "not made; is the name taken?",
                                       claims->subject.len * 2
                                       + claims->name.len
                                       + claims->display.len
                                       + claims->mail.len
                                       + claims->roles.len);
    if (taken == NULL) {
        return NGX_ERROR;
    }

    op = &taken->write.op;

    if (policy_random(op->in.user_create.user.b, STORE_ID_LEN) != POLICY_OK) {
        ngx_xassist_provider_free(taken);
        return NGX_ERROR;
    }

    op->in.user_create.user.b[0] = 0;
    op->in.user_create.account = *account;
    op->in.user_create.licensed = worker->conf->jwt->users
                                  == NGX_XASSIST_JWT_USERS_LICENSED;
    *user = op->in.user_create.user;

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

    ngx_xassist_provider_text(taken, &op->in.user_create.name, &name,
                              STORE_LIMIT_LOGIN);
    ngx_xassist_provider_text(taken, &op->in.user_create.display,
                              &claims->display, STORE_LIMIT_DISPLAY);
    ngx_xassist_provider_text(taken, &op->in.user_create.mail, &claims->mail,
                              STORE_LIMIT_MAIL);
    ngx_xassist_provider_text(taken, &op->in.user_create.roles,
                              &claims->roles, STORE_LIMIT_ROLES);
    ngx_xassist_provider_text(taken, &op->in.user_create.subject,
                              &claims->subject, STORE_LIMIT_SUBJECT);

    return ngx_xassist_provider_post(worker, taken);
}


/* A session has the roles of its user's record: they are the token's. */

static ngx_int_t
ngx_xassist_provider_roles(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, const store_id_t *user)
{
    store_op_t           *op;
    ngx_xassist_taken_t  *taken;

    if (!claims->has_roles) {
        return NGX_OK;
    }

    taken = ngx_xassist_provider_begin(worker, STORE_OP_USER_SET,
                                       "the roles of a provider's token were "
                                       "not kept", claims->roles.len);
    if (taken == NULL) {
        return NGX_ERROR;
    }

    op = &taken->write.op;
    op->in.user_set.user = *user;
    op->in.user_set.set_roles = 1;
    ngx_xassist_provider_text(taken, &op->in.user_set.roles, &claims->roles,
                              STORE_LIMIT_ROLES);

    return ngx_xassist_provider_post(worker, taken);
}


static ngx_int_t
ngx_xassist_provider_teams(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, const store_id_t *user)
{
    store_op_t           *op;
    ngx_xassist_taken_t  *taken;

    if (!claims->has_teams) {
        return NGX_OK;
    }

    taken = ngx_xassist_provider_begin(worker, STORE_OP_USER_TEAMS,
                                       "the teams of a provider's token were "
                                       "not kept", claims->teams.len);
    if (taken == NULL) {
        return NGX_ERROR;
    }

    /* A provider has teams that mean nothing here. */

    op = &taken->write.op;
    op->in.user_teams.user = *user;
    op->in.user_teams.known = 0;
    ngx_xassist_provider_text(taken, &op->in.user_teams.teams,
                              &claims->teams, POLICY_JWT_ROLES);

    return ngx_xassist_provider_post(worker, taken);
}


static ngx_xassist_taken_t *
ngx_xassist_provider_begin(ngx_xassist_worker_t *worker, store_op_kind_t kind,
    const char *what, size_t room)
{
    ngx_xassist_taken_t  *taken;

    taken = ngx_calloc(sizeof(ngx_xassist_taken_t) + room, worker->log);
    if (taken == NULL) {
        return NULL;
    }

    taken->pool = ngx_create_pool(1024, worker->log);

    if (taken->pool == NULL
        || ngx_xassist_writer_prepare(worker, kind, &taken->write.op)
           != NGX_OK
        || ngx_xassist_terms(worker, taken->pool, &taken->write.op) != NGX_OK)
    {
        ngx_xassist_provider_free(taken);
        return NULL;
    }

    taken->write.done = ngx_xassist_provider_done;
    taken->log = worker->log;
    taken->what = what;
    taken->last = taken->text;

    return taken;
}


/* Too long for the store: left out, rather than the user with it. */

static void
ngx_xassist_provider_text(ngx_xassist_taken_t *taken, store_slice_t *to,
    const ngx_str_t *text, size_t most)
{
    if (text->len == 0 || ngx_utf8_length(text->data, text->len) > most) {
        return;
    }

    to->data = taken->last;
    to->len = text->len;
    taken->last = ngx_cpymem(taken->last, text->data, text->len);
}


static ngx_int_t
ngx_xassist_provider_post(ngx_xassist_worker_t *worker,
    ngx_xassist_taken_t *taken)
{
    if (ngx_xassist_writer_post(worker, &taken->write) != NGX_OK) {
        ngx_xassist_provider_free(taken);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_xassist_provider_done(ngx_xassist_write_t *write)
{
    ngx_xassist_taken_t  *taken = (ngx_xassist_taken_t *) write;

    if (write->op.status != STORE_OK) {
        ngx_log_error(NGX_LOG_WARN, taken->log, 0, "xassist: %s (%s)",
                      taken->what, store_status_text(write->op.status));
    }

    ngx_xassist_provider_free(taken);
}


static void
ngx_xassist_provider_free(ngx_xassist_taken_t *taken)
{
    if (taken->pool != NULL) {
        ngx_destroy_pool(taken->pool);
    }

    ngx_free(taken);
}
