#include "ngx_xassist_identify.h"
#include "ngx_xassist_cookie.h"
#include "ngx_xassist_jwt.h"
#include "ngx_xassist_peer.h"


#define NGX_XASSIST_KEY_PREFIX  "xassist_"


static ngx_uint_t ngx_xassist_identify_token(ngx_xassist_worker_t *worker,
    const ngx_str_t *text, policy_token_kind_t *kind, store_id_t *id);
static void ngx_xassist_identify_bearer(ngx_http_request_t *r,
    ngx_xassist_worker_t *worker, ngx_xassist_ctx_t *ctx);
static ngx_uint_t ngx_xassist_origin_crossed(ngx_http_request_t *r);
static ngx_uint_t ngx_xassist_origin_host(ngx_http_request_t *r,
    const ngx_str_t *origin);


ngx_int_t
ngx_xassist_identify(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_str_t              values[NGX_XASSIST_COOKIES];
    ngx_uint_t             i;
    store_id_t             id;
    policy_token_kind_t    kind;
    ngx_xassist_worker_t  *worker;

    if (ctx->identified) {
        return NGX_OK;
    }

    ctx->identified = 1;

    r = r->main;
    worker = ngx_xassist_worker(r);

    ngx_xassist_cookie_read(r, values);

    for (i = 0; i < NGX_XASSIST_COOKIES; i++) {
        ctx->cookies |= values[i].data != NULL;
    }

    if (ngx_xassist_identify_token(worker, &values[NGX_XASSIST_COOKIE_USER],
                                   &kind, &id)
        && kind == POLICY_TOKEN_USER)
    {
        ctx->user_session = id;
        ctx->has_user = 1;
    }

    if (ngx_xassist_identify_token(worker, &values[NGX_XASSIST_COOKIE_GUEST],
                                   &kind, &id)
        && kind == POLICY_TOKEN_GUEST)
    {
        ctx->guest_session = id;
        ctx->has_guest = 1;
    }

    ngx_xassist_identify_bearer(r, worker, ctx);

    /* Who says who he is, rightly or not, is not taken for his connection. */

    if (!ctx->cookies && r->headers_in.authorization == NULL) {
        ngx_xassist_peer_identify(r, ctx);
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_xassist_identify_token(ngx_xassist_worker_t *worker, const ngx_str_t *text,
    policy_token_kind_t *kind, store_id_t *id)
{
    return text->len == POLICY_TOKEN_LEN
           && worker->conf->keys != NULL
           && policy_token_open(worker->conf->keys, worker->cache,
                                (char *) text->data, text->len, kind, id->b)
              == POLICY_OK;
}


/* An Authorization that is not one of our tokens is left to the upstream. */

static void
ngx_xassist_identify_bearer(ngx_http_request_t *r,
    ngx_xassist_worker_t *worker, ngx_xassist_ctx_t *ctx)
{
    ngx_str_t            text;
    store_id_t           id;
    policy_token_kind_t  kind;

    if (r->headers_in.authorization == NULL) {
        return;
    }

    text = r->headers_in.authorization->value;

    if (text.len <= sizeof("Bearer ") - 1
        || ngx_strncasecmp(text.data, (u_char *) "Bearer ",
                           sizeof("Bearer ") - 1)
           != 0)
    {
        return;
    }

    text.data += sizeof("Bearer ") - 1;
    text.len -= sizeof("Bearer ") - 1;

    /* Keys of services begin with a word that a leak can be found by. */

    if (text.len > sizeof(NGX_XASSIST_KEY_PREFIX) - 1
        && ngx_strncmp(text.data, NGX_XASSIST_KEY_PREFIX,
                       sizeof(NGX_XASSIST_KEY_PREFIX) - 1)
           == 0)
    {
        text.data += sizeof(NGX_XASSIST_KEY_PREFIX) - 1;
        text.len -= sizeof(NGX_XASSIST_KEY_PREFIX) - 1;
    }

    if (!policy_token_looks((char *) text.data, text.len)) {
        ctx->claims = ngx_xassist_jwt_open(r, &text);

        if (ctx->claims != NULL) {
            ctx->bearer = 1;
            ctx->ambiguous = ctx->has_user || ctx->has_guest;
        }

        return;
    }

    ctx->bearer = 1;

    if (ctx->has_user || ctx->has_guest) {
        ctx->ambiguous = 1;
        return;
    }

    if (!ngx_xassist_identify_token(worker, &text, &kind, &id)) {
        return;
    }

    if (kind == POLICY_TOKEN_USER || kind == POLICY_TOKEN_SERVICE) {
        ctx->user_session = id;
        ctx->has_user = 1;
        ctx->service = kind == POLICY_TOKEN_SERVICE;

    } else if (kind == POLICY_TOKEN_GUEST) {
        ctx->guest_session = id;
        ctx->has_guest = 1;
    }
}


ngx_table_elt_t *
ngx_xassist_header(ngx_http_request_t *r, const char *lowcase, size_t len)
{
    ngx_uint_t        i;
    ngx_table_elt_t  *h;
    ngx_list_part_t  *part;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NULL;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == len
            && ngx_strncasecmp(h[i].key.data, (u_char *) lowcase, len) == 0)
        {
            return &h[i];
        }
    }
}


ngx_uint_t
ngx_xassist_origin_ok(ngx_http_request_t *r, const ngx_xassist_ctx_t *ctx,
    const ngx_xassist_loc_conf_t *xlcf)
{
    ngx_str_t        *listed, host;
    ngx_uint_t        i, change;
    ngx_table_elt_t  *h;

    h = ngx_xassist_header(r, "origin", sizeof("origin") - 1);

    if (h == NULL) {
        change = r->headers_in.upgrade != NULL
                 || !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD
                                   |NGX_HTTP_OPTIONS));

        return !(change && !ctx->bearer && !ctx->peer
                 && (ctx->has_user || ctx->has_guest));
    }

    /* A browser also says whether it is really this host's: one that has the
       host's name over plain http, or on behalf of a neighbour, is not. */

    if (ngx_xassist_origin_host(r, &h->value)) {
        return !ngx_xassist_origin_crossed(r);
    }

    if (xlcf->origins == NULL) {
        return 0;
    }

    listed = xlcf->origins->elts;

    for (i = 0; i < xlcf->origins->nelts; i++) {

        if (listed[i].len == h->value.len
            && ngx_strncasecmp(listed[i].data, h->value.data, h->value.len)
               == 0)
        {
            return 1;
        }

        /* Listed as a host alone: over TLS, as an Origin of today is. */

        host = h->value;

        if (host.len > sizeof("https://") - 1
            && ngx_strncasecmp(host.data, (u_char *) "https://",
                               sizeof("https://") - 1)
               == 0)
        {
            host.data += sizeof("https://") - 1;
            host.len -= sizeof("https://") - 1;

            if (listed[i].len == host.len
                && ngx_strncasecmp(listed[i].data, host.data, host.len) == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}


/* Sec-Fetch-Site, which no page can set; what does not send it says nothing. */

static ngx_uint_t
ngx_xassist_origin_crossed(ngx_http_request_t *r)
{
    ngx_str_t        *value;
    ngx_table_elt_t  *h;

    h = ngx_xassist_header(r, "sec-fetch-site", sizeof("sec-fetch-site") - 1);

    if (h == NULL) {
        return 0;
    }

    value = &h->value;

    return !((value->len == sizeof("same-origin") - 1
              && ngx_strncasecmp(value->data, (u_char *) "same-origin",
                                 value->len) == 0)
             || (value->len == sizeof("none") - 1
                 && ngx_strncasecmp(value->data, (u_char *) "none",
                                    value->len) == 0));
}


/* The host itself: the authority of the Origin is the Host header's. */

static ngx_uint_t
ngx_xassist_origin_host(ngx_http_request_t *r, const ngx_str_t *origin)
{
    size_t      scheme;
    ngx_str_t  *host;

    if (r->headers_in.host == NULL) {
        return 0;
    }

    scheme = sizeof("http://") - 1;

    if (origin->len > sizeof("https://") - 1
        && ngx_strncasecmp(origin->data, (u_char *) "https://",
                           sizeof("https://") - 1)
           == 0)
    {
        scheme = sizeof("https://") - 1;

    } else if (origin->len <= scheme
               || ngx_strncasecmp(origin->data, (u_char *) "http://", scheme)
                  != 0)
    {
        return 0;
    }

#if (NGX_HTTP_SSL)
    if (r->connection->ssl && scheme != sizeof("https://") - 1) {
        return 0;
    }
#endif

    host = &r->headers_in.host->value;

    return origin->len - scheme == host->len
           && ngx_strncasecmp(origin->data + scheme, host->data, host->len)
              == 0;
}
