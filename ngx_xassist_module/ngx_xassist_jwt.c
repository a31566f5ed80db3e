#include "ngx_xassist_jwt.h"
#include "ngx_xassist_file.h"


#define NGX_XASSIST_JWKS_MAX     (256 * 1024)
#define NGX_XASSIST_JWT_LEEWAY   60            /* seconds */
#define NGX_XASSIST_JWT_KNOWN    1024          /* a power of two */
#define NGX_XASSIST_JWT_LOOK     5000          /* milliseconds */


/* A token that verified; its texts stand behind it. */
typedef struct {
    u_char                   digest[32];
    ngx_xassist_claims_t     claims;
} ngx_xassist_jwt_known_t;


/* Of one worker: the keys as the file has them now, what was verified. */
struct ngx_xassist_jwt_state_s {
    policy_jwks_t            *jwks;            /* NULL: the configuration's */
    ngx_file_info_t           file;            /* as it was when read */
    uint64_t                  looked;
    ngx_xassist_jwt_known_t  *known[NGX_XASSIST_JWT_KNOWN];
};


static ngx_int_t ngx_xassist_jwt_parameter(ngx_conf_t *cf,
    ngx_xassist_jwt_t *jwt, ngx_str_t *value);
static ngx_int_t ngx_xassist_jwt_keys(ngx_conf_t *cf, ngx_xassist_jwt_t *jwt);
static void ngx_xassist_jwt_free(void *data);
static ngx_xassist_jwt_state_t *ngx_xassist_jwt_state(
    ngx_xassist_worker_t *worker);
static void ngx_xassist_jwt_look(ngx_xassist_worker_t *worker,
    ngx_xassist_jwt_state_t *state, uint64_t now);
static policy_jwks_t *ngx_xassist_jwt_read(ngx_xassist_worker_t *worker,
    const ngx_str_t *file);
static void ngx_xassist_jwt_forget(ngx_xassist_jwt_state_t *state);
static ngx_xassist_jwt_known_t *ngx_xassist_jwt_verify(
    ngx_http_request_t *r, ngx_xassist_worker_t *worker,
    ngx_xassist_jwt_state_t *state, const ngx_str_t *text, uint64_t now);
static ngx_xassist_jwt_known_t *ngx_xassist_jwt_keep(
    const ngx_xassist_jwt_t *jwt, const policy_jwt_t *token, ngx_log_t *log);
static ngx_xassist_claims_t *ngx_xassist_jwt_copy(ngx_pool_t *pool,
    const ngx_xassist_claims_t *from);
static u_char *ngx_xassist_jwt_text(ngx_str_t *to, u_char *p,
    const char *text, size_t len);


static const struct {
    ngx_str_t   name;
    size_t      offset;
} ngx_xassist_jwt_parameters[] = {
    { ngx_string("jwks="), offsetof(ngx_xassist_jwt_t, file) },
    { ngx_string("issuer="), offsetof(ngx_xassist_jwt_t, issuer) },
    { ngx_string("audience="), offsetof(ngx_xassist_jwt_t, audience) },
    { ngx_string("roles_claim="), offsetof(ngx_xassist_jwt_t, roles_claim) },
    { ngx_string("teams_claim="), offsetof(ngx_xassist_jwt_t, teams_claim) },
    { ngx_string("account="), offsetof(ngx_xassist_jwt_t, account) }
};

static ngx_conf_enum_t  ngx_xassist_jwt_users[] = {
    { ngx_string("users=known"), NGX_XASSIST_JWT_USERS_KNOWN },
    { ngx_string("users=new"), NGX_XASSIST_JWT_USERS_NEW },
    { ngx_string("users=licensed"), NGX_XASSIST_JWT_USERS_LICENSED },
    { ngx_null_string, 0 }
};

#define NGX_XASSIST_JWT_PARAMETERS                                           \
    (sizeof(ngx_xassist_jwt_parameters)                                      \
     / sizeof(ngx_xassist_jwt_parameters[0]))


char *
ngx_xassist_jwt_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_main_conf_t  *xmcf = conf;

    ngx_str_t          *value;
    ngx_uint_t          i;
    ngx_xassist_jwt_t  *jwt;

    if (xmcf->jwt != NULL) {
        return "is duplicate";
    }

    jwt = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_jwt_t));
    if (jwt == NULL) {
        return NGX_CONF_ERROR;
    }

    jwt->leeway = NGX_XASSIST_JWT_LEEWAY;
    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_xassist_jwt_parameter(cf, jwt, &value[i]) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (jwt->file.len == 0 || jwt->issuer.len == 0
        || jwt->audience.len == 0)
    {
        return "needs jwks=FILE, issuer=TEXT and audience=TEXT";
    }

    if (jwt->users != NGX_XASSIST_JWT_USERS_KNOWN && jwt->account.len == 0) {
        return "needs account=NAME to make new users in";
    }

    if (ngx_xassist_jwt_keys(cf, jwt) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    xmcf->jwt = jwt;
    xmcf->used = 1;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_xassist_jwt_parameter(ngx_conf_t *cf, ngx_xassist_jwt_t *jwt,
    ngx_str_t *value)
{
    time_t            leeway;
    ngx_str_t         s, *slot;
    ngx_uint_t        i;
    const ngx_str_t  *name;

    for (i = 0; i < NGX_XASSIST_JWT_PARAMETERS; i++) {

        name = &ngx_xassist_jwt_parameters[i].name;

        if (value->len <= name->len
            || ngx_strncmp(value->data, name->data, name->len) != 0)
        {
            continue;
        }

        slot = (ngx_str_t *) ((u_char *) jwt
                              + ngx_xassist_jwt_parameters[i].offset);
        slot->data = value->data + name->len;
        slot->len = value->len - name->len;

        return NGX_OK;
    }

    for (i = 0; ngx_xassist_jwt_users[i].name.len; i++) {
        if (value->len == ngx_xassist_jwt_users[i].name.len
            && ngx_strncmp(value->data, ngx_xassist_jwt_users[i].name.data,
                           value->len)
               == 0)
        {
            jwt->users = ngx_xassist_jwt_users[i].value;
            return NGX_OK;
        }
    }

    if (value->len > sizeof("leeway=") - 1
        && ngx_strncmp(value->data, "leeway=", sizeof("leeway=") - 1) == 0)
    {
        s.data = value->data + sizeof("leeway=") - 1;
        s.len = value->len - (sizeof("leeway=") - 1);
        leeway = ngx_parse_time(&s, 1);

        if (leeway != (time_t) NGX_ERROR && leeway <= 600) {
            jwt->leeway = leeway;
            return NGX_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\"; xassist_jwt takes jwks=, "
                       "issuer=, audience=, roles_claim=, teams_claim=, "
                       "account=, users=known|new|licensed and leeway= of at "
                       "most 10m", value);

    return NGX_ERROR;
}


static ngx_int_t
ngx_xassist_jwt_keys(ngx_conf_t *cf, ngx_xassist_jwt_t *jwt)
{
    ngx_str_t            text;
    policy_error_t       error;
    policy_status_t      status;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (cln == NULL
        || ngx_xassist_file_read(cf, &jwt->file, NGX_XASSIST_JWKS_MAX, 0,
                                 &text)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    status = policy_jwks_parse((char *) text.data, text.len, &jwt->jwks,
                               &error);

    if (status != POLICY_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V:%uD:%uD: %s", &jwt->file,
                           error.line, error.column,
                           error.text[0] ? error.text
                                         : policy_status_text(status));
        return NGX_ERROR;
    }

    cln->handler = ngx_xassist_jwt_free;
    cln->data = jwt->jwks;

    return NGX_OK;
}


static void
ngx_xassist_jwt_free(void *data)
{
    policy_jwks_free(data);
}


const ngx_xassist_claims_t *
ngx_xassist_jwt_open(ngx_http_request_t *r, const ngx_str_t *text)
{
    u_char                    digest[32];
    uint64_t                  now;
    ngx_uint_t                slot;
    ngx_xassist_worker_t     *worker;
    ngx_xassist_jwt_known_t  *known;
    ngx_xassist_jwt_state_t  *state;

    worker = ngx_xassist_worker(r);

    if (worker->conf->jwt == NULL
        || !policy_jwt_looks((char *) text->data, text->len)
        || policy_sha256(text->data, text->len, digest) != 0)
    {
        return NULL;
    }

    state = ngx_xassist_jwt_state(worker);
    if (state == NULL) {
        return NULL;
    }

    now = ngx_xassist_now();
    ngx_xassist_jwt_look(worker, state, now);

    slot = (digest[0] | digest[1] << 8) & (NGX_XASSIST_JWT_KNOWN - 1);
    known = state->known[slot];

    if (known == NULL || !policy_equal(known->digest, digest, sizeof(digest)))
    {
        known = ngx_xassist_jwt_verify(r, worker, state, text, now);
        if (known == NULL) {
            return NULL;
        }

        ngx_memcpy(known->digest, digest, sizeof(digest));

        if (state->known[slot] != NULL) {
            ngx_free(state->known[slot]);
        }

        state->known[slot] = known;
    }

    if (known->claims.expires <= now) {
        return NULL;
    }

    return ngx_xassist_jwt_copy(r->pool, &known->claims);
}


static ngx_xassist_claims_t *
ngx_xassist_jwt_copy(ngx_pool_t *pool, const ngx_xassist_claims_t *from)
{
    u_char                *p;
    size_t                 len;
    ngx_uint_t             i;
    ngx_xassist_claims_t  *claims;

    const ngx_str_t  *texts[] = { &from->subject, &from->roles, &from->teams,
                                  &from->name, &from->display, &from->mail };

    for (i = 0, len = 0; i < 6; i++) {
        len += texts[i]->len;
    }

    claims = ngx_palloc(pool, sizeof(ngx_xassist_claims_t) + len);
    if (claims == NULL) {
        return NULL;
    }

    *claims = *from;
    p = (u_char *) (claims + 1);

    ngx_str_t  *copies[] = { &claims->subject, &claims->roles, &claims->teams,
                             &claims->name, &claims->display, &claims->mail };

    for (i = 0; i < 6; i++) {
        copies[i]->data = p;
        p = ngx_cpymem(p, texts[i]->data, texts[i]->len);
    }

    return claims;
}


store_status_t
ngx_xassist_jwt_principal(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, uint64_t now,
    store_principal_t *principal)
{
    store_slice_t             subject;
    store_status_t            status;
    store_account_t           account;
    const ngx_xassist_jwt_t  *jwt;

    jwt = worker->conf->jwt;

    subject.data = claims->subject.data;
    subject.len = claims->subject.len;

    status = store_principal_subject(worker->read, subject, claims->issued,
                                     principal);

    if (status != STORE_OK || principal->kind == 0) {
        return status;
    }

    if (jwt->account.len != 0) {
        status = store_account_get(worker->read, &principal->account,
                                   &account);
        if (status != STORE_OK) {
            return status;
        }

        if (account.name.len != jwt->account.len
            || ngx_memcmp(account.name.data, jwt->account.data,
                          jwt->account.len)
               != 0)
        {
            principal->reason = STORE_REASON_SIGNED_OUT;
        }
    }

    principal->expires = claims->expires;

    if (claims->has_roles) {
        principal->roles.data = claims->roles.data;
        principal->roles.len = claims->roles.len;
    }

    if (claims->expires <= now) {
        principal->reason = STORE_REASON_SIGNED_OUT;
    }

    return STORE_OK;
}


void
ngx_xassist_jwt_exit(ngx_xassist_worker_t *worker)
{
    if (worker->jwt == NULL) {
        return;
    }

    ngx_xassist_jwt_forget(worker->jwt);
    policy_jwks_free(worker->jwt->jwks);
    worker->jwt = NULL;
}


static ngx_xassist_jwt_state_t *
ngx_xassist_jwt_state(ngx_xassist_worker_t *worker)
{
    if (worker->jwt == NULL) {
        worker->jwt = ngx_pcalloc(worker->cycle->pool,
                                  sizeof(ngx_xassist_jwt_state_t));
    }

    return worker->jwt;
}


/* A provider that turns its keys writes the file anew: no reload is needed.
   What was verified by a key that may be gone is verified again. */

static void
ngx_xassist_jwt_look(ngx_xassist_worker_t *worker,
    ngx_xassist_jwt_state_t *state, uint64_t now)
{
    policy_jwks_t    *jwks;
    ngx_file_info_t   fi;

    if (state->looked != 0 && now >= state->looked
        && now - state->looked < NGX_XASSIST_JWT_LOOK)
    {
        return;
    }

    state->looked = now;

    if (ngx_file_info(worker->conf->jwt->file.data, &fi) == NGX_FILE_ERROR
        || (fi.st_mtim.tv_sec == state->file.st_mtim.tv_sec
            && fi.st_mtim.tv_nsec == state->file.st_mtim.tv_nsec
            && fi.st_ino == state->file.st_ino))
    {
        return;
    }

    state->file = fi;

    jwks = ngx_xassist_jwt_read(worker, &worker->conf->jwt->file);
    if (jwks == NULL) {
        return;
    }

    policy_jwks_free(state->jwks);
    state->jwks = jwks;
    ngx_xassist_jwt_forget(state);
}


static policy_jwks_t *
ngx_xassist_jwt_read(ngx_xassist_worker_t *worker, const ngx_str_t *file)
{
    char             *text;
    ssize_t           n;
    ngx_fd_t          fd;
    policy_jwks_t    *jwks;
    policy_error_t    error;
    policy_status_t   status;

    fd = ngx_open_file(file->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_WARN, worker->log, ngx_errno,
                      "xassist: cannot open \"%V\"; the keys read before "
                      "stay", file);
        return NULL;
    }

    jwks = NULL;
    text = ngx_alloc(NGX_XASSIST_JWKS_MAX, worker->log);

    if (text != NULL) {
        n = ngx_read_fd(fd, text, NGX_XASSIST_JWKS_MAX);
        ngx_memzero(&error, sizeof(policy_error_t));

        status = n > 0 ? policy_jwks_parse(text, n, &jwks, &error)
                       : POLICY_INVALID;

        if (status != POLICY_OK) {
            ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                          "xassist: %V:%uD:%uD: %s; the keys read before "
                          "stay", file, error.line, error.column,
                          error.text[0] ? error.text
                                        : policy_status_text(status));
            jwks = NULL;
        }

        ngx_free(text);
    }

    (void) ngx_close_file(fd);

    return jwks;
}


static void
ngx_xassist_jwt_forget(ngx_xassist_jwt_state_t *state)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_XASSIST_JWT_KNOWN; i++) {
        if (state->known[i] != NULL) {
            ngx_free(state->known[i]);
            state->known[i] = NULL;
        }
    }
}


static ngx_xassist_jwt_known_t *
ngx_xassist_jwt_verify(ngx_http_request_t *r, ngx_xassist_worker_t *worker,
    ngx_xassist_jwt_state_t *state, const ngx_str_t *text, uint64_t now)
{
    policy_jwt_t              token;
    policy_status_t           status;
    policy_jwt_terms_t        terms;
    const ngx_xassist_jwt_t  *jwt;

    jwt = worker->conf->jwt;

    terms.issuer.data = (char *) jwt->issuer.data;
    terms.issuer.len = jwt->issuer.len;
    terms.audience.data = (char *) jwt->audience.data;
    terms.audience.len = jwt->audience.len;
    terms.roles_claim.data = (char *) jwt->roles_claim.data;
    terms.roles_claim.len = jwt->roles_claim.len;
    terms.teams_claim.data = (char *) jwt->teams_claim.data;
    terms.teams_claim.len = jwt->teams_claim.len;
    terms.leeway = jwt->leeway;

    status = policy_jwt_open(state->jwks != NULL ? state->jwks : jwt->jwks,
                             &terms, now, (char *) text->data, text->len,
                             &token);

    if (status != POLICY_OK) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "xassist: a token was refused: %s",
                      token.why != NULL ? token.why
                                        : policy_status_text(status));
        return NULL;
    }

    return ngx_xassist_jwt_keep(jwt, &token, r->connection->log);
}


static ngx_xassist_jwt_known_t *
ngx_xassist_jwt_keep(const ngx_xassist_jwt_t *jwt, const policy_jwt_t *token,
    ngx_log_t *log)
{
    u_char                   *p;
    ngx_xassist_claims_t     *claims;
    ngx_xassist_jwt_known_t  *known;

    known = ngx_alloc(sizeof(ngx_xassist_jwt_known_t) + jwt->issuer.len + 1
                      + token->subject_len + token->roles_len
                      + token->teams_len + token->name_len
                      + token->display_len + token->mail_len, log);
    if (known == NULL) {
        return NULL;
    }

    claims = &known->claims;
    p = (u_char *) (known + 1);

    claims->subject.data = p;
    p = ngx_cpymem(p, jwt->issuer.data, jwt->issuer.len);
    *p++ = ' ';
    p = ngx_cpymem(p, token->subject, token->subject_len);
    claims->subject.len = p - claims->subject.data;

    p = ngx_xassist_jwt_text(&claims->roles, p, token->roles,
                             token->roles_len);
    p = ngx_xassist_jwt_text(&claims->teams, p, token->teams,
                             token->teams_len);
    p = ngx_xassist_jwt_text(&claims->name, p, token->name, token->name_len);
    p = ngx_xassist_jwt_text(&claims->display, p, token->display,
                             token->display_len);
    (void) ngx_xassist_jwt_text(&claims->mail, p, token->mail,
                                token->mail_len);

    claims->has_teams = token->has_teams;
    claims->has_roles = token->has_roles;
    claims->expires = token->expires;
    claims->issued = token->issued;

    return known;
}


static u_char *
ngx_xassist_jwt_text(ngx_str_t *to, u_char *p, const char *text, size_t len)
{
    to->data = p;
    to->len = len;

    return ngx_cpymem(p, text, len);
}
