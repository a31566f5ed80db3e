#include "ngx_xassist_wellknown.h"
#include "ngx_xassist_app.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_page.h"


typedef void (*ngx_xassist_wellknown_pt)(ngx_xassist_json_t *json,
    const ngx_xassist_app_t *app);


static ngx_int_t ngx_xassist_wellknown_handler(ngx_http_request_t *r);
static const ngx_xassist_app_t *ngx_xassist_wellknown_app(
    ngx_http_request_t *r, ngx_xassist_platform_t platform);
static void ngx_xassist_wellknown_apple(ngx_xassist_json_t *json,
    const ngx_xassist_app_t *app);
static void ngx_xassist_wellknown_android(ngx_xassist_json_t *json,
    const ngx_xassist_app_t *app);


static const struct {
    ngx_str_t                  name;
    ngx_xassist_platform_t     platform;
    ngx_uint_t                 certified;      /* useless without cert= */
    ngx_xassist_wellknown_pt   write;
} ngx_xassist_wellknown_files[] = {

    { ngx_string("/apple-app-site-association"), NGX_XASSIST_IOS, 0,
      ngx_xassist_wellknown_apple },

    { ngx_string("/assetlinks.json"), NGX_XASSIST_ANDROID, 1,
      ngx_xassist_wellknown_android }
};


char *
ngx_xassist_wellknown_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_xassist_wellknown_handler;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_xassist_wellknown_handler(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_str_t                 body;
    ngx_uint_t                i;
    const ngx_str_t          *name;
    ngx_xassist_json_t        json;
    const ngx_xassist_app_t  *app;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    for (i = 0;
         i < sizeof(ngx_xassist_wellknown_files)
             / sizeof(ngx_xassist_wellknown_files[0]);
         i++)
    {
        name = &ngx_xassist_wellknown_files[i].name;

        if (r->uri.len < name->len
            || ngx_memcmp(r->uri.data + r->uri.len - name->len, name->data,
                          name->len)
               != 0)
        {
            continue;
        }

        app = ngx_xassist_wellknown_app(r,
                                     ngx_xassist_wellknown_files[i].platform);

        if (app == NULL || app->id.len == 0
            || (ngx_xassist_wellknown_files[i].certified
                && app->cert.len == 0))
        {
            break;
        }

        ngx_xassist_json_init(&json, r->pool);
        ngx_xassist_wellknown_files[i].write(&json, app);

        if (ngx_xassist_json_done(&json, &body) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_xassist_page_send(r, NGX_HTTP_OK, NGX_XASSIST_PAGE_JSON,
                                     &body);
    }

    return NGX_HTTP_NOT_FOUND;
}


static const ngx_xassist_app_t *
ngx_xassist_wellknown_app(ngx_http_request_t *r,
    ngx_xassist_platform_t platform)
{
    ngx_uint_t               i;
    ngx_xassist_app_t       *app;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (xlcf->apps == NULL) {
        return NULL;
    }

    app = xlcf->apps->elts;

    for (i = 0; i < xlcf->apps->nelts; i++) {
        if (app[i].platform == platform) {
            return &app[i];
        }
    }

    return NULL;
}


static void
ngx_xassist_wellknown_apple(ngx_xassist_json_t *json,
    const ngx_xassist_app_t *app)
{
    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_open(json, "applinks", '{');
    ngx_xassist_json_open(json, "details", '[');
    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_open(json, "appIDs", '[');
    ngx_xassist_json_str(json, NULL, &app->id);
    ngx_xassist_json_close(json, ']');
    ngx_xassist_json_open(json, "components", '[');
    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_word(json, "/", "/j/*");
    ngx_xassist_json_close(json, '}');
    ngx_xassist_json_close(json, ']');
    ngx_xassist_json_close(json, '}');
    ngx_xassist_json_close(json, ']');
    ngx_xassist_json_close(json, '}');
    ngx_xassist_json_close(json, '}');
}


static void
ngx_xassist_wellknown_android(ngx_xassist_json_t *json,
    const ngx_xassist_app_t *app)
{
    static const u_char  relation[] =
        "delegate_permission/common.handle_all_urls";
    static const u_char  space[] = "android_app";

    ngx_xassist_json_open(json, NULL, '[');
    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_open(json, "relation", '[');
    ngx_xassist_json_text(json, NULL, relation, sizeof(relation) - 1);
    ngx_xassist_json_close(json, ']');
    ngx_xassist_json_open(json, "target", '{');
    ngx_xassist_json_text(json, "namespace", space, sizeof(space) - 1);
    ngx_xassist_json_str(json, "package_name", &app->id);
    ngx_xassist_json_open(json, "sha256_cert_fingerprints", '[');
    ngx_xassist_json_str(json, NULL, &app->cert);
    ngx_xassist_json_close(json, ']');
    ngx_xassist_json_close(json, '}');
    ngx_xassist_json_close(json, '}');
    ngx_xassist_json_close(json, ']');
}
