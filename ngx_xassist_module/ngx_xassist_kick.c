#include "ngx_xassist_kick.h"


char *
ngx_xassist_kick_conf(ngx_conf_t *cf, const ngx_str_t *value,
    ngx_xassist_kick_conf_t **kick)
{
    return "takes no parameters";
}


void
ngx_xassist_kick(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
}
