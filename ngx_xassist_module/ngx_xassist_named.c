#include "ngx_xassist_named.h"
#include "ngx_xassist_balance.h"


void
ngx_xassist_named(ngx_conf_t *cf)
{
    ngx_uint_t                    i, k;
    ngx_module_t                 *module;
    ngx_http_upstream_conf_t     *ucf;
    ngx_xassist_upstream_conf_t  *xucf;

    for (i = 0; ngx_xassist_balance_modules[i] != NULL; i++) {

        for (k = 0; cf->cycle->modules[k]; k++) {

            module = cf->cycle->modules[k];

            if (ngx_strcmp(module->name, ngx_xassist_balance_modules[i]) != 0)
            {
                continue;
            }

            ucf = ngx_http_conf_get_module_loc_conf(cf, (*module));

            if (ucf == NULL || ucf->upstream == NULL
                || ucf->upstream->srv_conf == NULL)
            {
                break;
            }

            xucf = ngx_http_conf_upstream_srv_conf(ucf->upstream,
                                                   ngx_xassist_module);
            xucf->named = 1;
            break;
        }
    }
}


void
ngx_xassist_named_check(ngx_conf_t *cf)
{
    ngx_uint_t                       i;
    ngx_xassist_upstream_conf_t     *xucf;
    ngx_http_upstream_srv_conf_t   **upstreams;
    ngx_http_upstream_main_conf_t   *umcf;

    umcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_upstream_module);
    upstreams = umcf->upstreams.elts;

    for (i = 0; i < umcf->upstreams.nelts; i++) {

        if (upstreams[i]->srv_conf == NULL) {
            continue;
        }

        xucf = ngx_http_conf_upstream_srv_conf(upstreams[i],
                                               ngx_xassist_module);

        if (xucf->media && !xucf->named) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "no location names upstream \"%V\", which has "
                          "xassist_media; requests of calls that proxy_pass "
                          "leads there by a variable are refused, in %s:%ui",
                          &upstreams[i]->host, upstreams[i]->file_name,
                          upstreams[i]->line);
        }
    }
}
