#include "ngx_xassist_macro.h"


static ngx_int_t ngx_xassist_macro_parse(ngx_conf_t *cf, u_char *text,
    size_t len);
static ngx_int_t ngx_xassist_macro_connection(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


/* Longer than any silence that a media server's keepalive leaves. */

static const char  ngx_xassist_macro_text[] =
    "proxy_http_version 1.1;"
    "proxy_set_header Host $host;"
    "proxy_set_header Upgrade $http_upgrade;"
    "proxy_set_header Connection $xassist_connection;"
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
    "proxy_set_header X-Forwarded-Proto $scheme;"
    "proxy_buffering off;"
    "proxy_read_timeout 120s;"
    "proxy_send_timeout 120s;"
    "proxy_pass ";


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
    u_char     *text, *p;
    size_t      len;
    ngx_str_t  *value, upstream;

    value = cf->args->elts;
    upstream = value[1];

    len = sizeof(ngx_xassist_macro_text) + upstream.len + sizeof("http://;");

    text = ngx_pnalloc(cf->pool, len);
    if (text == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_cpymem(text, ngx_xassist_macro_text,
                   sizeof(ngx_xassist_macro_text) - 1);

    if (ngx_strlchr(upstream.data, upstream.data + upstream.len, '/') == NULL)
    {
        p = ngx_cpymem(p, "http://", sizeof("http://") - 1);
    }

    p = ngx_cpymem(p, upstream.data, upstream.len);
    *p++ = ';';

    return ngx_xassist_macro_parse(cf, text, p - text) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}
