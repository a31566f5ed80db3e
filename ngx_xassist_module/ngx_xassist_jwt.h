/* Users who come with a token of an identity provider. */

#ifndef NGX_XASSIST_JWT_H
#define NGX_XASSIST_JWT_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Who is let in by a provider's token: users that are known, or also new
   ones, made when they sign in, without or with a regular licence. */
#define NGX_XASSIST_JWT_USERS_KNOWN     0
#define NGX_XASSIST_JWT_USERS_NEW       1
#define NGX_XASSIST_JWT_USERS_LICENSED  2

/* xassist_jwt; the file's keys are parsed by the master. */
struct ngx_xassist_jwt_s {
    ngx_str_t           file;
    policy_jwks_t      *jwks;
    ngx_str_t           issuer;
    ngx_str_t           audience;
    ngx_str_t           roles_claim;           /* empty: the store's count */
    ngx_str_t           teams_claim;           /* empty: the store's count */
    ngx_str_t           account;               /* empty: any */
    ngx_uint_t          users;                 /* NGX_XASSIST_JWT_USERS_* */
    ngx_uint_t          leeway;                /* seconds */
};


/* What a verified token says; lives in the request's pool. */
struct ngx_xassist_claims_s {
    ngx_str_t           subject;               /* "ISSUER SUBJECT" */
    ngx_str_t           roles;
    ngx_str_t           teams;                 /* names, comma-separated */
    ngx_str_t           name;                  /* to sign in with, or empty */
    ngx_str_t           display;
    ngx_str_t           mail;
    uint64_t            expires;
    uint64_t            issued;
    unsigned            has_roles:1;
    unsigned            has_teams:1;
};


char *ngx_xassist_jwt_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/*
 * Verifies a Bearer token that is not one of ours; NULL when it is not of
 * the provider, or over: it then counts as not sent.  A token that verified
 * is known again by its SHA-256 until it expires.
 */
const ngx_xassist_claims_t *ngx_xassist_jwt_open(ngx_http_request_t *r,
    const ngx_str_t *text);

/* The principal of a token, within a read. */
store_status_t ngx_xassist_jwt_principal(ngx_xassist_worker_t *worker,
    const ngx_xassist_claims_t *claims, uint64_t now,
    store_principal_t *principal);

void ngx_xassist_jwt_exit(ngx_xassist_worker_t *worker);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_JWT_H */
