#include "ngx_xassist_app.h"


static ngx_int_t ngx_xassist_app_parameter(ngx_conf_t *cf,
    ngx_xassist_app_t *app, ngx_str_t *value);
static ngx_int_t ngx_xassist_app_check(ngx_conf_t *cf,
    const ngx_xassist_app_t *app);
static ngx_int_t ngx_xassist_app_intent(ngx_http_request_t *r,
    const ngx_xassist_app_t *app, const ngx_str_t *address, ngx_str_t *open);


static const struct {
    ngx_str_t    name;
    size_t       offset;
} ngx_xassist_app_parameters[] = {
    { ngx_string("store="), offsetof(ngx_xassist_app_t, store) },
    { ngx_string("link="), offsetof(ngx_xassist_app_t, link) },
    { ngx_string("id="), offsetof(ngx_xassist_app_t, id) },
    { ngx_string("cert="), offsetof(ngx_xassist_app_t, cert) }
};


char *
ngx_xassist_app_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_str_t          *value;
    ngx_uint_t          i, platform;
    const ngx_str_t    *name;
    ngx_xassist_app_t  *app;

    value = cf->args->elts;

    for (platform = NGX_XASSIST_IOS;
         platform < NGX_XASSIST_PLATFORMS;
         platform++)
    {
        name = ngx_xassist_platform_name(platform);

        if (value[1].len == name->len
            && ngx_memcmp(value[1].data, name->data, name->len) == 0)
        {
            break;
        }
    }

    if (platform == NGX_XASSIST_PLATFORMS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown platform \"%V\", expected ios, android, "
                           "windows, mac or other", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (xlcf->apps == NGX_CONF_UNSET_PTR) {
        xlcf->apps = ngx_array_create(cf->pool, NGX_XASSIST_PLATFORMS,
                                      sizeof(ngx_xassist_app_t));
        if (xlcf->apps == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    app = xlcf->apps->elts;

    for (i = 0; i < xlcf->apps->nelts; i++) {
        if (app[i].platform == platform) {
            return "is duplicate for this platform";
        }
    }

    app = ngx_array_push(xlcf->apps);
    if (app == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(app, sizeof(ngx_xassist_app_t));
    app->platform = platform;

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_xassist_app_parameter(cf, app, &value[i]) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return ngx_xassist_app_check(cf, app) == NGX_OK ? NGX_CONF_OK
                                                    : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_xassist_app_parameter(ngx_conf_t *cf, ngx_xassist_app_t *app,
    ngx_str_t *value)
{
    ngx_str_t         *field;
    ngx_uint_t         i;
    const ngx_str_t   *name;

    for (i = 0;
         i < sizeof(ngx_xassist_app_parameters)
             / sizeof(ngx_xassist_app_parameters[0]);
         i++)
    {
        name = &ngx_xassist_app_parameters[i].name;

        if (value->len <= name->len
            || ngx_memcmp(value->data, name->data, name->len) != 0)
        {
            continue;
        }

        field = (ngx_str_t *) ((u_char *) app
                               + ngx_xassist_app_parameters[i].offset);

        if (field->len != 0) {
            break;
        }

        field->data = value->data + name->len;
        field->len = value->len - name->len;

        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid or repeated parameter \"%V\", expected "
                       "store=, link=, id= or cert=", value);

    return NGX_ERROR;
}


static ngx_int_t
ngx_xassist_app_check(ngx_conf_t *cf, const ngx_xassist_app_t *app)
{
    const char  *why;

    why = NULL;

    if (app->link.len == 0
        && (app->platform != NGX_XASSIST_ANDROID || app->id.len == 0))
    {
        why = "needs link= (android: or id=) to be opened by";

    } else if (app->cert.len != 0
               && (app->platform != NGX_XASSIST_ANDROID || app->id.len == 0))
    {
        why = "has cert=, which goes with the id= of android alone";

    } else if (app->link.len != 0
               && ngx_strlchr(app->link.data, app->link.data + app->link.len,
                              ':')
                  == NULL)
    {
        why = "has a link= without a scheme, such as acme://join?link=";
    }

    if (why == NULL) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "xassist_app %V %s",
                       ngx_xassist_platform_name(app->platform), why);

    return NGX_ERROR;
}


const ngx_xassist_app_t *
ngx_xassist_app(ngx_http_request_t *r)
{
    ngx_uint_t                i;
    ngx_xassist_app_t        *app;
    ngx_xassist_platform_t    platform;
    ngx_xassist_loc_conf_t   *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (xlcf->apps == NULL) {
        return NULL;
    }

    platform = ngx_xassist_platform(r, 0);
    app = xlcf->apps->elts;

    for (i = 0; i < xlcf->apps->nelts; i++) {
        if (app[i].platform == platform) {
            return &app[i];
        }
    }

    return NULL;
}


ngx_int_t
ngx_xassist_app_address(ngx_http_request_t *r, const ngx_str_t *token,
    ngx_str_t *address)
{
    u_char                  *p;
    size_t                   prefix;
    ngx_str_t               *host;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    host = r->headers_in.host ? &r->headers_in.host->value
                              : &r->headers_in.server;

    for (prefix = r->uri.len; prefix > 0; prefix--) {
        if (r->uri.data[prefix - 1] == '/') {
            break;
        }
    }

    address->data = ngx_pnalloc(r->pool, sizeof("https://") + host->len
                                         + prefix + token->len);
    if (address->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(address->data, "%s%V",
                    xlcf->cookie == NGX_XASSIST_COOKIE_SECURE ? "https://"
                                                              : "http://",
                    host);
    p = ngx_cpymem(p, r->uri.data, prefix);
    p = ngx_cpymem(p, token->data, token->len);

    address->len = p - address->data;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_app_open(ngx_http_request_t *r, const ngx_xassist_app_t *app,
    const ngx_str_t *address, ngx_str_t *open)
{
    u_char     *p;
    uintptr_t   more;

    if (app->platform == NGX_XASSIST_ANDROID && app->id.len != 0) {
        return ngx_xassist_app_intent(r, app, address, open);
    }

    more = ngx_escape_uri(NULL, address->data, address->len,
                          NGX_ESCAPE_URI_COMPONENT);

    open->data = ngx_pnalloc(r->pool, app->link.len + address->len + 2 * more);
    if (open->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(open->data, app->link.data, app->link.len);
    p = (u_char *) ngx_escape_uri(p, address->data, address->len,
                                  NGX_ESCAPE_URI_COMPONENT);

    open->len = p - open->data;

    return NGX_OK;
}


/*
 * intent://HOST/j/TOKEN#Intent;scheme=https;package=ID;S.browser_fallback_url
 * =PAGE;end: the package is named, so that no other app may claim the link;
 * without the app Chrome comes back to this page, which then says so.
 */

static ngx_int_t
ngx_xassist_app_intent(ngx_http_request_t *r, const ngx_xassist_app_t *app,
    const ngx_str_t *address, ngx_str_t *open)
{
    u_char     *p, *rest;
    size_t      scheme;
    uintptr_t   more;

    static const char  back[] = "%3Fapp%3Dget";        /* ?app=get */

    rest = ngx_strlchr(address->data, address->data + address->len, ':');
    scheme = rest - address->data;
    rest += 1;                                         /* "//host/..." */

    more = ngx_escape_uri(NULL, address->data, address->len,
                          NGX_ESCAPE_URI_COMPONENT);

    open->data = ngx_pnalloc(r->pool,
                             sizeof("intent:#Intent;scheme=;package=;"
                                    "S.browser_fallback_url=;end")
                             + 2 * address->len + scheme + app->id.len
                             + 2 * more + sizeof(back));
    if (open->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(open->data, "intent:", sizeof("intent:") - 1);
    p = ngx_cpymem(p, rest, address->data + address->len - rest);
    p = ngx_cpymem(p, "#Intent;scheme=", sizeof("#Intent;scheme=") - 1);
    p = ngx_cpymem(p, address->data, scheme);
    p = ngx_sprintf(p, ";package=%V;S.browser_fallback_url=", &app->id);
    p = (u_char *) ngx_escape_uri(p, address->data, address->len,
                                  NGX_ESCAPE_URI_COMPONENT);
    p = ngx_cpymem(p, back, sizeof(back) - 1);
    p = ngx_cpymem(p, ";end", sizeof(";end") - 1);

    open->len = p - open->data;

    return NGX_OK;
}
