#include "ngx_xassist_post.h"
#include "ngx_xassist_credentials.h"


#define NGX_XASSIST_POST_TIMEOUT  5000         /* milliseconds */
#define NGX_XASSIST_POST_TOKEN    60           /* seconds */
#define NGX_XASSIST_POST_JWT      512


struct ngx_xassist_outside_s {
    ngx_addr_t                address;
    ngx_str_t                 host;
    ngx_str_t                 path;
    ngx_str_t                 secret;          /* empty: unsigned */
};


/* One try; lives in a pool of its own. */
typedef struct {
    ngx_pool_t               *pool;
    ngx_log_t                *log;
    ngx_xassist_posted_pt     posted;
    void                     *data;
    ngx_str_t                 name;            /* of the address */
    ngx_buf_t                 request;
    u_char                    answer[16];      /* "HTTP/1.1 200 " */
    size_t                    len;
    ngx_peer_connection_t     peer;
} ngx_xassist_posting_t;


static ngx_int_t ngx_xassist_post_request(ngx_xassist_posting_t *p,
    const ngx_xassist_outside_t *target, const ngx_str_t *body,
    const ngx_str_t *key);
static ngx_int_t ngx_xassist_post_sign(const ngx_xassist_outside_t *target,
    const ngx_str_t *body, char token[NGX_XASSIST_POST_JWT]);
static void ngx_xassist_post_write(ngx_event_t *ev);
static void ngx_xassist_post_read(ngx_event_t *ev);
static void ngx_xassist_post_done(ngx_xassist_posting_t *p,
    ngx_uint_t status, const char *what);


char *
ngx_xassist_post_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_url_t                  u;
    ngx_str_t                 *value, file;
    ngx_xassist_outside_t      *target, **place;
    ngx_xassist_main_conf_t   *xmcf;

    xmcf = ngx_http_conf_get_module_main_conf(cf, ngx_xassist_module);
    place = (ngx_xassist_outside_t **) ((u_char *) xmcf + cmd->offset);

    if (*place != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[1].data, "http://", sizeof("http://") - 1) != 0) {
        return "takes http://HOST[:PORT]/PATH";
    }

    target = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_outside_t));
    if (target == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.url.data = value[1].data + sizeof("http://") - 1;
    u.url.len = value[1].len - (sizeof("http://") - 1);
    u.default_port = 80;
    u.uri_part = 1;

    if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"%V\"",
                           u.err ? u.err : "invalid URL", &value[1]);
        return NGX_CONF_ERROR;
    }

    target->address = u.addrs[0];
    target->host = u.host;
    target->path = u.uri;

    if (target->path.len == 0) {
        ngx_str_set(&target->path, "/");
    }

    *place = target;
    xmcf->used = 1;

    if (cf->args->nelts == 2) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "\"%V\" has no secret=FILE: "
                           "%V cannot tell who sends", &value[0],
                           &target->host);
        return NGX_CONF_OK;
    }

    if (ngx_strncmp(value[2].data, "secret=", sizeof("secret=") - 1) != 0) {
        return "takes URL and secret=FILE";
    }

    file.data = value[2].data + sizeof("secret=") - 1;
    file.len = value[2].len - (sizeof("secret=") - 1);

    return ngx_xassist_credentials_secret(cf, &file, &target->secret);
}


ngx_int_t
ngx_xassist_post(const ngx_xassist_outside_t *target, ngx_log_t *log,
    const ngx_str_t *body, const ngx_str_t *key,
    ngx_xassist_posted_pt posted, void *data)
{
    ngx_int_t               rc;
    ngx_pool_t             *pool;
    ngx_connection_t       *c;
    ngx_xassist_posting_t  *p;

    pool = ngx_create_pool(4096, log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    p = ngx_pcalloc(pool, sizeof(ngx_xassist_posting_t));

    if (p == NULL) {
        ngx_destroy_pool(pool);
        return NGX_ERROR;
    }

    p->pool = pool;
    p->log = log;
    p->posted = posted;
    p->data = data;
    p->name = target->address.name;

    if (ngx_xassist_post_request(p, target, body, key) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NGX_ERROR;
    }

    p->peer.sockaddr = target->address.sockaddr;
    p->peer.socklen = target->address.socklen;
    p->peer.name = &p->name;
    p->peer.get = ngx_event_get_peer;
    p->peer.log = log;
    p->peer.log_error = NGX_ERROR_INFO;

    rc = ngx_event_connect_peer(&p->peer);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        ngx_xassist_post_done(p, 0, "it cannot be reached");
        return NGX_OK;
    }

    c = p->peer.connection;
    c->data = p;
    c->log = log;
    c->read->log = log;
    c->write->log = log;
    c->read->handler = ngx_xassist_post_read;
    c->write->handler = ngx_xassist_post_write;

    ngx_add_timer(c->read, NGX_XASSIST_POST_TIMEOUT);

    if (rc == NGX_OK) {
        ngx_xassist_post_write(c->write);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_post_request(ngx_xassist_posting_t *p,
    const ngx_xassist_outside_t *target, const ngx_str_t *body,
    const ngx_str_t *key)
{
    char    token[NGX_XASSIST_POST_JWT];
    size_t  len;

    static const char  format[] =
        "POST %V HTTP/1.1" CRLF
        "Host: %V" CRLF
        "Connection: close" CRLF
        "Content-Type: application/json" CRLF
        "Content-Length: %uz" CRLF
        "Idempotency-Key: %V" CRLF
        "%s%s%s" CRLF "%V";

    token[0] = '\0';

    if (target->secret.len != 0
        && ngx_xassist_post_sign(target, body, token) != NGX_OK)
    {
        return NGX_ERROR;
    }

    len = sizeof(format) + target->path.len + target->host.len + body->len
          + NGX_SIZE_T_LEN + key->len
          + sizeof("Authorization: Bearer " CRLF) + ngx_strlen(token);

    p->request.pos = ngx_pnalloc(p->pool, len);
    if (p->request.pos == NULL) {
        return NGX_ERROR;
    }

    p->request.last = ngx_snprintf(p->request.pos, len, format, &target->path,
                                   &target->host, body->len, key,
                                   token[0] ? "Authorization: Bearer " : "",
                                   token, token[0] ? CRLF : "", body);

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_post_sign(const ngx_xassist_outside_t *target,
    const ngx_str_t *body, char token[NGX_XASSIST_POST_JWT])
{
    u_char        hash[32], claims[256];
    char          text[44];
    size_t        len;
    uint64_t      now;
    policy_str_t  secret, said;

    if (policy_sha256(body->data, body->len, hash) != 0) {
        return NGX_ERROR;
    }

    len = policy_base64url_encode(hash, sizeof(hash), text);
    now = ngx_xassist_now() / 1000;

    secret.data = (char *) target->secret.data;
    secret.len = target->secret.len;
    said.data = (char *) claims;
    said.len = ngx_snprintf(claims, sizeof(claims),
                            "{\"iss\":\"xassist\",\"iat\":%uL,"
                            "\"exp\":%uL,\"sha256\":\"%*s\"}", now,
                            now + NGX_XASSIST_POST_TOKEN, len, text)
               - claims;

    return policy_hs256(secret, said, token, NGX_XASSIST_POST_JWT)
           == POLICY_OK ? NGX_OK : NGX_ERROR;
}


static void
ngx_xassist_post_write(ngx_event_t *ev)
{
    ssize_t                 n;
    ngx_connection_t       *c;
    ngx_xassist_posting_t  *p;

    c = ev->data;
    p = c->data;

    while (p->request.pos < p->request.last) {

        n = c->send(c, p->request.pos, p->request.last - p->request.pos);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n <= 0) {
            ngx_xassist_post_done(p, 0, "it ended the connection");
            return;
        }

        p->request.pos += n;
    }

    if (ngx_handle_write_event(ev, 0) != NGX_OK) {
        ngx_xassist_post_done(p, 0, "it cannot be written to");
    }
}


static void
ngx_xassist_post_read(ngx_event_t *ev)
{
    ssize_t                 n;
    ngx_int_t               status;
    ngx_connection_t       *c;
    ngx_xassist_posting_t  *p;

    c = ev->data;
    p = c->data;

    if (ev->timedout) {
        ngx_xassist_post_done(p, 0, "it does not answer");
        return;
    }

    while (p->len < sizeof(p->answer)) {

        n = c->recv(c, p->answer + p->len, sizeof(p->answer) - p->len);

        if (n == NGX_AGAIN) {

            if (ngx_handle_read_event(ev, 0) != NGX_OK) {
                ngx_xassist_post_done(p, 0, "it cannot be read from");
            }

            return;
        }

        if (n <= 0) {
            ngx_xassist_post_done(p, 0, "it ended the connection");
            return;
        }

        p->len += n;
    }

    status = ngx_strncmp(p->answer, "HTTP/1.", 7) == 0
             ? ngx_atoi(p->answer + sizeof("HTTP/1.1 ") - 1, 3) : NGX_ERROR;

    ngx_xassist_post_done(p, status > 0 ? (ngx_uint_t) status : 0,
                          "it does not agree");
}


static void
ngx_xassist_post_done(ngx_xassist_posting_t *p, ngx_uint_t status,
    const char *what)
{
    void                   *data;
    ngx_xassist_posted_pt   posted;

    if (status < 200 || status > 299) {
        ngx_log_error(NGX_LOG_WARN, p->log, 0,
                      "xassist: %V did not take what it was sent: %s (%ui)",
                      &p->name, what, status);
    }

    if (p->peer.connection != NULL) {
        ngx_close_connection(p->peer.connection);
        p->peer.connection = NULL;
    }

    posted = p->posted;
    data = p->data;

    ngx_destroy_pool(p->pool);
    posted(data, status);
}
