#include "ngx_xassist_redact.h"
#include "ngx_xassist_ctx.h"


static u_char *ngx_xassist_redact_find(u_char *p, u_char *end,
    u_char token[POLICY_TOKEN_LEN]);
static u_char *ngx_xassist_redact_cut(u_char *dst,
    const u_char token[POLICY_TOKEN_LEN]);


ngx_int_t
ngx_xassist_redact(ngx_pool_t *pool, ngx_str_t *text, ngx_str_t *token)
{
    u_char  *p, *next, *end, *dst, *out;
    u_char   found[POLICY_TOKEN_LEN];

    if (text->len < POLICY_TOKEN_LEN) {
        return NGX_DECLINED;
    }

    out = NULL;
    dst = NULL;
    end = text->data + text->len;

    for (p = text->data; p < end; /* void */) {

        next = ngx_xassist_redact_find(p, end, found);

        if (next == NULL) {
            if (out != NULL) {
                *dst++ = *p;
            }

            p++;
            continue;
        }

        if (out == NULL) {
            out = ngx_pnalloc(pool, text->len);
            if (out == NULL) {
                return NGX_ERROR;
            }

            dst = ngx_cpymem(out, text->data, p - text->data);
        }

        /* A link is a whole segment of a path, nothing less. */

        if (token != NULL && token->len == 0
            && p > text->data && p[-1] == '/'
            && (next == end || *next == '/'))
        {
            token->data = ngx_pnalloc(pool, POLICY_TOKEN_LEN);
            if (token->data == NULL) {
                return NGX_ERROR;
            }

            ngx_memcpy(token->data, found, POLICY_TOKEN_LEN);
            token->len = POLICY_TOKEN_LEN;
        }

        dst = ngx_xassist_redact_cut(dst, found);
        p = next;
    }

    if (out == NULL) {
        return NGX_DECLINED;
    }

    text->data = out;
    text->len = dst - out;

    return NGX_OK;
}


size_t
ngx_xassist_redact_line(u_char *line, size_t len, u_char *to)
{
    u_char  *p, *next, *end, *dst;
    u_char   found[POLICY_TOKEN_LEN];

    dst = to;
    end = line + len;

    for (p = line; p < end; p = next) {

        next = ngx_xassist_redact_find(p, end, found);

        if (next != NULL) {
            dst = ngx_xassist_redact_cut(dst, found);

        } else {
            *dst++ = *p;
            next = p + 1;
        }
    }

    return dst - to;
}


/*
 * Whether a token starts at p, percent-decoded as the handlers will see it;
 * returns where it ends.  Most characters are told by the first test: the
 * version stands in a token's first character, E to H.
 */

static u_char *
ngx_xassist_redact_find(u_char *p, u_char *end,
    u_char token[POLICY_TOKEN_LEN])
{
    size_t     n;
    ngx_int_t  ch;

    if (*p != '%' && (*p < 'E' || *p > 'H')) {
        return NULL;
    }

    for (n = 0; n < POLICY_TOKEN_LEN; n++) {

        if (p == end) {
            return NULL;
        }

        if (*p != '%') {
            token[n] = *p++;
            continue;
        }

        if (end - p < 3) {
            return NULL;
        }

        ch = ngx_hextoi(p + 1, 2);
        if (ch == NGX_ERROR) {
            return NULL;
        }

        token[n] = (u_char) ch;
        p += 3;
    }

    return policy_token_looks((char *) token, POLICY_TOKEN_LEN) ? p : NULL;
}


static u_char *
ngx_xassist_redact_cut(u_char *dst, const u_char token[POLICY_TOKEN_LEN])
{
    uint8_t  digest[32];

    if (policy_sha256(token, POLICY_TOKEN_LEN, digest) != 0) {
        ngx_memzero(digest, sizeof(digest));
    }

    dst = ngx_cpymem(dst, "TOKEN_", sizeof("TOKEN_") - 1);

    return ngx_hex_dump(dst, digest, 2);
}


ngx_int_t
ngx_xassist_redact_request(ngx_http_request_t *r)
{
    ngx_str_t           token;
    ngx_uint_t          i;
    ngx_str_t          *texts[4];
    ngx_xassist_ctx_t  *ctx;

    ngx_str_null(&token);

    texts[0] = &r->uri;
    texts[1] = &r->unparsed_uri;
    texts[2] = &r->args;
    texts[3] = &r->request_line;

    if (ngx_xassist_redact(r->pool, &r->uri, &token) == NGX_ERROR) {
        return NGX_ERROR;
    }

    for (i = 1; i < 4; i++) {
        if (ngx_xassist_redact(r->pool, texts[i], NULL) == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    if (r->headers_in.referer != NULL
        && ngx_xassist_redact(r->pool, &r->headers_in.referer->value, NULL)
           == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    if (token.len == 0) {
        return NGX_OK;
    }

    ctx = ngx_xassist_ctx_need(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->link = token;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_redact_log(ngx_http_request_t *r)
{
    u_char  *p;

    /*
     * The variable of a request line that was not parsed to its end takes it
     * from the buffer: here it is taken, so that it can be cut.
     */

    if (r->request_line.data == NULL && r->request_start != NULL) {

        for (p = r->request_start; p < r->header_in->last; p++) {
            if (*p == CR || *p == LF) {
                break;
            }
        }

        r->request_line.data = r->request_start;
        r->request_line.len = p - r->request_start;
    }

    if (r->headers_in.referer != NULL) {
        (void) ngx_xassist_redact(r->pool, &r->headers_in.referer->value,
                                  NULL);
    }

    /* After POST_READ there is nothing left to cut. */

    (void) ngx_xassist_redact(r->pool, &r->request_line, NULL);
    (void) ngx_xassist_redact(r->pool, &r->unparsed_uri, NULL);
    (void) ngx_xassist_redact(r->pool, &r->uri, NULL);
    (void) ngx_xassist_redact(r->pool, &r->args, NULL);

    return NGX_OK;
}
