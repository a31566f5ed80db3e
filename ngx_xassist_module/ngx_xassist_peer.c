#include "ngx_xassist_peer.h"


#if (NGX_HTTP_SSL)
static void ngx_xassist_peer_certificate(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);
#endif


char *
ngx_xassist_peer_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_str_t  *value;

    if (xlcf->service != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    xlcf->service = ngx_palloc(cf->pool, sizeof(store_id_t));
    if (xlcf->service == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_xassist_id_parse(&value[1], xlcf->service) != NGX_OK) {
        return "needs the id that \"xassistctl service list\" shows";
    }

    return NGX_CONF_OK;
}


void
ngx_xassist_peer_identify(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_connection_t        *c;
    ngx_xassist_loc_conf_t  *xlcf;

    c = r->connection;
    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    /* The socket that accepted it, whatever a proxy says of the client. */

    if (xlcf->service != NULL && c->listening != NULL
        && c->listening->sockaddr->sa_family == AF_UNIX)
    {
        ctx->user_session = *xlcf->service;
        ctx->has_user = 1;
        ctx->service = 1;
        ctx->peer = 1;
        return;
    }

#if (NGX_HTTP_SSL)
    if (c->ssl != NULL) {
        ngx_xassist_peer_certificate(r, ctx);
    }
#endif
}


#if (NGX_HTTP_SSL)

/* Only where this server asked for it: a session may have been begun with
   another server, which trusts others. */

static void
ngx_xassist_peer_certificate(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_str_t             verify, pem;
    ngx_http_ssl_srv_conf_t  *sscf;

    sscf = ngx_http_get_module_srv_conf(r, ngx_http_ssl_module);

    if (sscf == NULL || sscf->verify == 0
        || ngx_ssl_get_client_verify(r->connection, r->pool, &verify)
           != NGX_OK
        || verify.len != sizeof("SUCCESS") - 1
        || ngx_strncmp(verify.data, "SUCCESS", verify.len) != 0
        || ngx_ssl_get_raw_certificate(r->connection, r->pool, &pem)
           != NGX_OK
        || policy_certificate_hash((char *) pem.data, pem.len,
                                   ctx->certificate)
           != POLICY_OK)
    {
        return;
    }

    ctx->certified = 1;
}

#endif


ngx_int_t
ngx_xassist_peer_find(ngx_xassist_worker_t *worker, ngx_xassist_ctx_t *ctx)
{
    store_status_t   status;
    store_session_t  service;

    status = store_service_by_certificate(worker->read, ctx->certificate,
                                          &service);

    if (status == STORE_NOT_FOUND) {
        return NGX_OK;
    }

    if (status != STORE_OK) {
        ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                      "xassist: reading the service of a certificate failed: "
                      "%s", store_status_text(status));
        return NGX_ERROR;
    }

    ctx->user_session = service.id;
    ctx->has_user = 1;
    ctx->service = 1;
    ctx->peer = 1;

    return NGX_OK;
}
