#include "ngx_xassist_macro.h"


static ngx_int_t ngx_xassist_macro_parse(ngx_conf_t *cf, u_char *text,
    size_t len);
static ngx_module_t *ngx_xassist_macro_module(ngx_conf_t *cf);
static ngx_int_t ngx_xassist_macro_later(ngx_conf_t *cf, void *conf);
static ngx_int_t ngx_xassist_macro_rest(ngx_conf_t *cf,
    ngx_http_upstream_srv_conf_t *us);
static char *ngx_xassist_macro_line(ngx_conf_t *cf, ngx_command_t *commands,
    void *conf, const ngx_str_t *name, const ngx_str_t *value);
static ngx_uint_t ngx_xassist_macro_given(const ngx_array_t *headers,
    const ngx_str_t *name);
static ngx_int_t ngx_xassist_macro_connection(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


/* Each unless the location says otherwise itself; timeouts are longer than
   any silence that a media server's keepalive leaves. */

static const struct {
    ngx_str_t   name;
    ngx_str_t   value[2];
} ngx_xassist_macro_lines[] = {

    { ngx_string("proxy_http_version"),
      { ngx_string("1.1"), ngx_null_string } },

    { ngx_string("proxy_set_header"),
      { ngx_string("Host"), ngx_string("$host") } },

    { ngx_string("proxy_set_header"),
      { ngx_string("Upgrade"), ngx_string("$http_upgrade") } },

    { ngx_string("proxy_set_header"),
      { ngx_string("Connection"), ngx_string("$xassist_connection") } },

    { ngx_string("proxy_set_header"),
      { ngx_string("X-Forwarded-For"),
        ngx_string("$proxy_add_x_forwarded_for") } },

    { ngx_string("proxy_set_header"),
      { ngx_string("X-Forwarded-Proto"), ngx_string("$scheme") } },

    { ngx_string("proxy_buffering"),
      { ngx_string("off"), ngx_null_string } },

    { ngx_string("proxy_connect_timeout"),
      { ngx_string("5s"), ngx_null_string } },

    { ngx_string("proxy_read_timeout"),
      { ngx_string("120s"), ngx_null_string } },

    { ngx_string("proxy_send_timeout"),
      { ngx_string("120s"), ngx_null_string } }
};


#define NGX_XASSIST_MACRO_LINES  (sizeof(ngx_xassist_macro_lines)            \
                                  / sizeof(ngx_xassist_macro_lines[0]))


ngx_int_t
ngx_xassist_macro_init(ngx_conf_t *cf)
{
    ngx_str_t             name;
    ngx_http_variable_t  *v;

    ngx_str_set(&name, "xassist_connection");

    v = ngx_http_add_variable(cf, &name, 0);
    if (v == NULL) {
        return NGX_ERROR;
    }

    v->get_handler = ngx_xassist_macro_connection;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_macro_connection(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_set(v, "");

    if (r->headers_in.upgrade != NULL) {
        ngx_str_set(v, "upgrade");
    }

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_macro_core(ngx_conf_t *cf, const char *text)
{
    void        *ctx;
    u_char      *copy;
    size_t       len;
    ngx_int_t    rc;
    ngx_uint_t   module_type, cmd_type;

    len = ngx_strlen(text);

    copy = ngx_pnalloc(cf->pool, len);
    if (copy == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(copy, text, len);

    ctx = cf->ctx;
    module_type = cf->module_type;
    cmd_type = cf->cmd_type;

    cf->ctx = cf->cycle->conf_ctx;
    cf->module_type = NGX_CORE_MODULE;
    cf->cmd_type = NGX_MAIN_CONF;

    rc = ngx_xassist_macro_parse(cf, copy, len);

    cf->ctx = ctx;
    cf->module_type = module_type;
    cf->cmd_type = cmd_type;

    return rc;
}


/* ngx_conf_parse reads a buffer without a file as it does with -g. */

static ngx_int_t
ngx_xassist_macro_parse(ngx_conf_t *cf, u_char *text, size_t len)
{
    char             *rv;
    ngx_buf_t         buf;
    ngx_array_t      *args;
    ngx_conf_file_t   file, *former;

    ngx_memzero(&buf, sizeof(ngx_buf_t));
    ngx_memzero(&file, sizeof(ngx_conf_file_t));

    buf.start = text;
    buf.pos = text;
    buf.last = text + len;
    buf.end = buf.last;
    buf.temporary = 1;

    former = cf->conf_file;
    args = cf->args;

    file.file.fd = NGX_INVALID_FILE;
    file.file.name = former->file.name;
    file.line = former->line;
    file.buffer = &buf;

    cf->args = ngx_array_create(cf->pool, 10, sizeof(ngx_str_t));
    if (cf->args == NULL) {
        cf->args = args;
        return NGX_ERROR;
    }

    cf->conf_file = &file;

    rv = ngx_conf_parse(cf, NULL);

    cf->conf_file = former;
    cf->args = args;

    return rv == NGX_CONF_OK ? NGX_OK : NGX_ERROR;
}


char *
ngx_xassist_macro_proxy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char         *rv;
    void         *plcf;
    u_char       *p;
    ngx_str_t    *value, name, pass[2];
    ngx_module_t *proxy;

    proxy = ngx_xassist_macro_module(cf);

    if (proxy == NULL) {
        return "needs nginx's ngx_http_proxy_module";
    }

    plcf = ((ngx_http_conf_ctx_t *) cf->ctx)->loc_conf[proxy->ctx_index];

    value = cf->args->elts;
    pass[0] = value[1];
    ngx_str_null(&pass[1]);

    if (ngx_strlchr(pass[0].data, pass[0].data + pass[0].len, '/') == NULL) {

        pass[0].len += sizeof("http://") - 1;
        pass[0].data = ngx_pnalloc(cf->pool, pass[0].len);
        if (pass[0].data == NULL) {
            return NGX_CONF_ERROR;
        }

        p = ngx_cpymem(pass[0].data, "http://", sizeof("http://") - 1);
        ngx_memcpy(p, value[1].data, value[1].len);
    }

    ngx_str_set(&name, "proxy_pass");
    rv = ngx_xassist_macro_line(cf, proxy->commands, plcf, &name, pass);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_xassist_macro_later(cf, plcf) == NGX_OK ? NGX_CONF_OK
                                                       : NGX_CONF_ERROR;
}


static ngx_module_t *
ngx_xassist_macro_module(ngx_conf_t *cf)
{
    ngx_uint_t  i;

    for (i = 0; cf->cycle->modules[i]; i++) {
        if (ngx_strcmp(cf->cycle->modules[i]->name, "ngx_http_proxy_module")
            == 0)
        {
            return cf->cycle->modules[i];
        }
    }

    return NULL;
}


/*
 * What the location says itself is known only when all of it was read, and
 * must be known before the proxy module merges.  In between nginx initializes
 * upstreams: one that nothing can name does the rest.
 */

static ngx_int_t
ngx_xassist_macro_later(ngx_conf_t *cf, void *conf)
{
    void                          **place;
    ngx_url_t                       u;
    ngx_xassist_main_conf_t        *xmcf;
    ngx_http_upstream_srv_conf_t   *us;

    xmcf = ngx_http_conf_get_module_main_conf(cf, ngx_xassist_module);

    if (xmcf->macros == NULL) {

        xmcf->macros = ngx_array_create(cf->pool, 4, sizeof(void *));
        if (xmcf->macros == NULL) {
            return NGX_ERROR;
        }

        ngx_memzero(&u, sizeof(ngx_url_t));
        ngx_str_set(&u.host, "xassist_proxy:");
        u.no_resolve = 1;
        u.no_port = 1;

        us = ngx_http_upstream_add(cf, &u, NGX_HTTP_UPSTREAM_CREATE);
        if (us == NULL) {
            return NGX_ERROR;
        }

        us->peer.init_upstream = ngx_xassist_macro_rest;
    }

    place = ngx_array_push(xmcf->macros);
    if (place == NULL) {
        return NGX_ERROR;
    }

    *place = conf;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_macro_rest(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
    char                      *rv;
    void                     **places;
    ngx_uint_t                 i, k;
    ngx_module_t              *proxy;
    ngx_xassist_main_conf_t   *xmcf;

    xmcf = ngx_http_conf_get_module_main_conf(cf, ngx_xassist_module);
    proxy = ngx_xassist_macro_module(cf);
    places = xmcf->macros->elts;

    for (i = 0; i < xmcf->macros->nelts; i++) {
        for (k = 0; k < NGX_XASSIST_MACRO_LINES; k++) {

            rv = ngx_xassist_macro_line(cf, proxy->commands, places[i],
                                        &ngx_xassist_macro_lines[k].name,
                                        ngx_xassist_macro_lines[k].value);

            if (rv != NGX_CONF_OK && ngx_strcmp(rv, "is duplicate") != 0) {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


/* As ngx_conf_handler does, but what is duplicate is not logged. */

static char *
ngx_xassist_macro_line(ngx_conf_t *cf, ngx_command_t *commands, void *conf,
    const ngx_str_t *name, const ngx_str_t *value)
{
    char           *rv;
    ngx_str_t      *arg;
    ngx_uint_t      i;
    ngx_array_t    *args;
    ngx_command_t  *cmd;

    for (cmd = commands; cmd->name.len; cmd++) {
        if (cmd->name.len == name->len
            && ngx_strncmp(cmd->name.data, name->data, name->len) == 0)
        {
            break;
        }
    }

    if (cmd->name.len == 0) {
        return "does not know this nginx";
    }

    if (cmd->set == ngx_conf_set_keyval_slot
        && ngx_xassist_macro_given(*(ngx_array_t **)
                                       ((u_char *) conf + cmd->offset),
                                   &value[0]))
    {
        return NGX_CONF_OK;
    }

    args = cf->args;

    cf->args = ngx_array_create(cf->pool, 3, sizeof(ngx_str_t));
    if (cf->args == NULL) {
        cf->args = args;
        return NGX_CONF_ERROR;
    }

    arg = ngx_array_push(cf->args);
    *arg = *name;

    for (i = 0; i < 2 && value[i].len; i++) {

        /* Setters want a NUL, and may write into their text. */

        arg = ngx_array_push(cf->args);
        arg->len = value[i].len;
        arg->data = ngx_pnalloc(cf->pool, arg->len + 1);
        if (arg->data == NULL) {
            cf->args = args;
            return NGX_CONF_ERROR;
        }

        ngx_memcpy(arg->data, value[i].data, arg->len);
        arg->data[arg->len] = '\0';
    }

    rv = cmd->set(cf, cmd, conf);
    cf->args = args;

    return rv;
}


static ngx_uint_t
ngx_xassist_macro_given(const ngx_array_t *headers, const ngx_str_t *name)
{
    ngx_uint_t     i;
    ngx_keyval_t  *header;

    if (headers == NULL || headers == NGX_CONF_UNSET_PTR) {
        return 0;
    }

    header = headers->elts;

    for (i = 0; i < headers->nelts; i++) {
        if (header[i].key.len == name->len
            && ngx_strncasecmp(header[i].key.data, name->data, name->len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}
