#include "ngx_xassist_target.h"


#define NGX_XASSIST_TARGET_SCHEME  "http://"


static ngx_int_t ngx_xassist_target_own(ngx_conf_t *cf,
    ngx_xassist_target_t *target, ngx_str_t *url);
static ngx_int_t ngx_xassist_target_fixed(ngx_conf_t *cf,
    ngx_xassist_target_t *target, ngx_str_t *url);


char *
ngx_xassist_target_conf(ngx_conf_t *cf, const ngx_str_t *value,
    ngx_array_t **targets)
{
    u_char                            *p;
    ngx_str_t                          url;
    ngx_int_t                          rc;
    ngx_xassist_target_t              *target;
    ngx_http_compile_complex_value_t   ccv;

    p = ngx_strnstr(value->data, NGX_XASSIST_TARGET_SCHEME, value->len);

    if (p == NULL || (p != value->data && p[-1] != '=')) {
        return "takes [SERVER=]http://HOST[:PORT]/PATH";
    }

    if (*targets == NULL) {
        *targets = ngx_array_create(cf->pool, 2,
                                    sizeof(ngx_xassist_target_t));
        if (*targets == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    target = ngx_array_push(*targets);
    if (target == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(target, sizeof(ngx_xassist_target_t));

    if (p != value->data) {
        target->server.data = value->data;
        target->server.len = p - 1 - value->data;
    }

    url.data = p + sizeof(NGX_XASSIST_TARGET_SCHEME) - 1;
    url.len = value->data + value->len - url.data;

    rc = url.len && url.data[0] == '*'
         ? ngx_xassist_target_own(cf, target, &url)
         : ngx_xassist_target_fixed(cf, target, &url);

    if (rc != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (target->path.len == 0) {
        ngx_str_set(&target->path, "/");
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));
    ccv.cf = cf;
    ccv.value = &target->path;
    ccv.complex_value = &target->value;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK
                                                          : NGX_CONF_ERROR;
}


/* "*[:PORT][/PATH]" */

static ngx_int_t
ngx_xassist_target_own(ngx_conf_t *cf, ngx_xassist_target_t *target,
    ngx_str_t *url)
{
    u_char     *p, *last;
    ngx_int_t   port;

    p = url->data + 1;
    last = url->data + url->len;

    target->path.data = ngx_strlchr(p, last, '/');

    if (target->path.data == NULL) {
        target->path.data = last;
    }

    target->path.len = last - target->path.data;

    if (p == target->path.data) {
        return NGX_OK;
    }

    port = *p == ':' ? ngx_atoi(p + 1, target->path.data - p - 1)
                     : NGX_ERROR;

    if (port < 1 || port > 65535) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid port in \"%V\"",
                           url);
        return NGX_ERROR;
    }

    target->port = (in_port_t) port;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_target_fixed(ngx_conf_t *cf, ngx_xassist_target_t *target,
    ngx_str_t *url)
{
    ngx_url_t  u;

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.url = *url;
    u.default_port = 80;
    u.uri_part = 1;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"%V\"",
                           u.err ? u.err : "invalid URL", url);
        return NGX_ERROR;
    }

    target->address = u.addrs[0];
    target->host = u.host;
    target->path = u.uri;

    return NGX_OK;
}


const ngx_xassist_target_t *
ngx_xassist_target_of(const ngx_array_t *targets, const ngx_str_t *server)
{
    ngx_uint_t                   i;
    const ngx_xassist_target_t  *target, *every;

    if (targets == NULL) {
        return NULL;
    }

    every = NULL;
    target = targets->elts;

    for (i = 0; i < targets->nelts; i++) {

        if (target[i].server.len == 0) {
            every = &target[i];
            continue;
        }

        if (target[i].server.len == server->len
            && ngx_memcmp(target[i].server.data, server->data, server->len)
               == 0)
        {
            return &target[i];
        }
    }

    return every;
}


ngx_int_t
ngx_xassist_target_fill(const ngx_xassist_target_t *target,
    const ngx_str_t *server, ngx_pool_t *pool, ngx_xassist_tell_t *tell,
    ngx_str_t *host)
{
    ngx_url_t  u;

    if (target->address.sockaddr != NULL) {
        tell->sockaddr = target->address.sockaddr;
        tell->socklen = target->address.socklen;
        tell->name = target->address.name;
        *host = target->host;
        return NGX_OK;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.url = *server;
    u.default_port = 80;
    u.no_resolve = 1;

    if (ngx_parse_url(pool, &u) != NGX_OK || u.naddrs == 0) {
        return NGX_ERROR;
    }

    *host = u.host;

    if (u.family == AF_UNIX) {

        if (target->port) {
            return NGX_ERROR;
        }

        ngx_str_set(host, "localhost");

    } else if (target->port) {
        ngx_inet_set_port(u.addrs[0].sockaddr, target->port);
    }

    tell->sockaddr = u.addrs[0].sockaddr;
    tell->socklen = u.addrs[0].socklen;

    tell->name.data = ngx_pnalloc(pool, NGX_SOCKADDR_STRLEN);
    if (tell->name.data == NULL) {
        return NGX_ERROR;
    }

    tell->name.len = ngx_sock_ntop(tell->sockaddr, tell->socklen,
                                   tell->name.data, NGX_SOCKADDR_STRLEN, 1);

    return NGX_OK;
}
