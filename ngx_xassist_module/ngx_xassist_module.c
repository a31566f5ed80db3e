/* The module: directives and hooks.  What they do stands in its own files. */

#include "ngx_xassist.h"
#include "ngx_xassist_access.h"
#include "ngx_xassist_api.h"
#include "ngx_xassist_balance.h"
#include "ngx_xassist_app.h"
#include "ngx_xassist_conf.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_filter.h"
#include "ngx_xassist_headers.h"
#include "ngx_xassist_join.h"
#include "ngx_xassist_jwt.h"
#include "ngx_xassist_macro.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_named.h"
#include "ngx_xassist_owner.h"
#include "ngx_xassist_page.h"
#include "ngx_xassist_peer.h"
#include "ngx_xassist_rule.h"
#include "ngx_xassist_task.h"
#include "ngx_xassist_variables.h"
#include "ngx_xassist_post.h"
#include "ngx_xassist_wellknown.h"
#include "ngx_xassist_worker.h"
#include "ngx_xassist_zone.h"


static ngx_int_t ngx_xassist_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_xassist_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_xassist_init_module(ngx_cycle_t *cycle);


static ngx_conf_enum_t  ngx_xassist_cookie_modes[] = {
    { ngx_string("secure"), NGX_XASSIST_COOKIE_SECURE },
    { ngx_string("plain"), NGX_XASSIST_COOKIE_PLAIN },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_xassist_live_modes[] = {
    { ngx_string("upgrade"), NGX_XASSIST_LIVE_UPGRADE },
    { ngx_string("all"), NGX_XASSIST_LIVE_ALL },
    { ngx_string("off"), NGX_XASSIST_LIVE_OFF },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_xassist_commands[] = {

    { ngx_string("xassist_policy"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE23,
      ngx_xassist_policy,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_xassist_conf_store,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_xassist_main_conf_t, store), NULL },

    { ngx_string("xassist_keys"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_xassist_conf_keys,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_node"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_xassist_conf_node,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_jwt"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_xassist_jwt_conf,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_cookie"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_xassist_loc_conf_t, cookie),
      &ngx_xassist_cookie_modes },

    { ngx_string("xassist_live"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_xassist_loc_conf_t, live),
      &ngx_xassist_live_modes },

    { ngx_string("xassist_require"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_xassist_rule_require,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_call"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_xassist_loc_conf_t, call), NULL },

    { ngx_string("xassist_account"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_xassist_loc_conf_t, account), NULL },

    { ngx_string("xassist_service"),
      NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_xassist_peer_conf,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_origin"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_xassist_conf_origin,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_device"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_xassist_loc_conf_t, device), NULL },

    { ngx_string("xassist_pages"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_xassist_page_conf,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_terms"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_xassist_conf_terms,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_app"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_xassist_app_conf,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_call_page"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_xassist_loc_conf_t, call_page), NULL },

    { ngx_string("xassist_janus"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_xassist_conf_janus,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_turn"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_xassist_credentials_turn,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_token"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_xassist_credentials_token,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_bigbluebutton"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_xassist_credentials_bigbluebutton,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_livekit"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_xassist_credentials_livekit,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_task"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_xassist_loc_conf_t, task), NULL },

    { ngx_string("xassist_proxy"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_xassist_macro_proxy,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_media"),
      NGX_HTTP_UPS_CONF|NGX_CONF_ANY,
      ngx_xassist_balance_conf,
      NGX_HTTP_SRV_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_join"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_xassist_join_conf,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_deliver"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_xassist_post_conf,
      NGX_HTTP_MAIN_CONF_OFFSET, offsetof(ngx_xassist_main_conf_t, deliver),
      NULL },

    { ngx_string("xassist_notify"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_xassist_post_conf,
      NGX_HTTP_MAIN_CONF_OFFSET, offsetof(ngx_xassist_main_conf_t, notify),
      NULL },

    { ngx_string("xassist_wellknown"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_xassist_wellknown_conf,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_xassist_api_conf,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("xassist_metrics"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_xassist_metrics_conf,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_xassist_module_ctx = {
    ngx_xassist_preconfiguration,          /* preconfiguration */
    ngx_xassist_postconfiguration,         /* postconfiguration */

    ngx_xassist_conf_create_main,          /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_xassist_balance_create,            /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_xassist_conf_create_loc,           /* create location configuration */
    ngx_xassist_conf_merge_loc             /* merge location configuration */
};


ngx_module_t  ngx_xassist_module = {
    NGX_MODULE_V1,
    &ngx_xassist_module_ctx,               /* module context */
    ngx_xassist_commands,                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_xassist_init_module,               /* init module */
    ngx_xassist_worker_init,               /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_xassist_worker_exit,               /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_xassist_preconfiguration(ngx_conf_t *cf)
{
    if (ngx_xassist_variables_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_xassist_macro_init(cf);
}


static ngx_int_t
ngx_xassist_postconfiguration(ngx_conf_t *cf)
{
    ngx_xassist_main_conf_t  *xmcf;

    xmcf = ngx_http_conf_get_module_main_conf(cf, ngx_xassist_module);

    if (!xmcf->used) {
        return NGX_OK;
    }

    ngx_xassist_balance_find(cf, xmcf);
    ngx_xassist_named_check(cf);

    if (ngx_xassist_conf_check(cf, xmcf) != NGX_OK
        || ngx_xassist_zone_compile(cf, xmcf) != NGX_OK
        || ngx_xassist_headers_init(cf, xmcf) != NGX_OK
        || ngx_xassist_metrics_init(cf, xmcf) != NGX_OK
        || ngx_xassist_access_init(cf) != NGX_OK
        || ngx_xassist_task_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_xassist_filter_init(cf);
}


static ngx_int_t
ngx_xassist_init_module(ngx_cycle_t *cycle)
{
    ngx_xassist_main_conf_t  *xmcf;

    ngx_xassist_zone_publish(cycle);

    xmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_xassist_module);

    if (xmcf != NULL && xmcf->store != NULL) {
        ngx_xassist_owner_give(cycle, &xmcf->store->name);
    }

    return NGX_OK;
}
