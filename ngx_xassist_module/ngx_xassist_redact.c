#include "ngx_xassist_redact.h"
#include "ngx_xassist_ctx.h"


#define NGX_XASSIST_CUT_LEN  (sizeof("TOKEN_0123") - 1)


static ngx_int_t ngx_xassist_redact_segment(u_char *p, u_char *end,
    u_char token[POLICY_TOKEN_LEN]);
static u_char *ngx_xassist_redact_cut(u_char *dst,
    const u_char token[POLICY_TOKEN_LEN]);


static ngx_inline ngx_uint_t
ngx_xassist_redact_delimiter(u_char ch)
{
    switch (ch) {

    case '/': case '?': case '&': case '=': case ';': case '#': case ' ':
    case ',': case '"': case '\'':
        return 1;
    }

    return 0;
}


ngx_int_t
ngx_xassist_redact(ngx_pool_t *pool, ngx_str_t *text, ngx_str_t *token)
{
    u_char  *p, *q, *end, *dst, *out;
    u_char   found[POLICY_TOKEN_LEN];

    if (text->len < POLICY_TOKEN_LEN) {
        return NGX_DECLINED;
    }

    out = NULL;
    dst = NULL;
    end = text->data + text->len;

    for (p = text->data; p < end; p = q) {

        for (q = p; q < end && !ngx_xassist_redact_delimiter(*q); q++) {
            /* void */
        }

        if ((size_t) (q - p) >= POLICY_TOKEN_LEN
            && ngx_xassist_redact_segment(p, q, found) == NGX_OK)
        {
            if (out == NULL) {
                out = ngx_pnalloc(pool, text->len);
                if (out == NULL) {
                    return NGX_ERROR;
                }

                dst = ngx_cpymem(out, text->data, p - text->data);
            }

            if (token != NULL && token->len == 0) {
                token->data = ngx_pnalloc(pool, POLICY_TOKEN_LEN);
                if (token->data == NULL) {
                    return NGX_ERROR;
                }

                ngx_memcpy(token->data, found, POLICY_TOKEN_LEN);
                token->len = POLICY_TOKEN_LEN;
            }

            dst = ngx_xassist_redact_cut(dst, found);

        } else if (out != NULL) {
            dst = ngx_cpymem(dst, p, q - p);
        }

        if (q < end) {
            if (out != NULL) {
                *dst++ = *q;
            }

            q++;
        }
    }

    if (out == NULL) {
        return NGX_DECLINED;
    }

    text->data = out;
    text->len = dst - out;

    return NGX_OK;
}


/* A segment is judged after percent-decoding, as the handlers will see it. */

static ngx_int_t
ngx_xassist_redact_segment(u_char *p, u_char *end,
    u_char token[POLICY_TOKEN_LEN])
{
    size_t     n;
    ngx_int_t  ch;

    for (n = 0; p < end; n++) {

        if (n == POLICY_TOKEN_LEN) {
            return NGX_DECLINED;
        }

        if (*p == '%' && end - p >= 3) {
            ch = ngx_hextoi(p + 1, 2);
            if (ch == NGX_ERROR) {
                return NGX_DECLINED;
            }

            token[n] = (u_char) ch;
            p += 3;

        } else {
            token[n] = *p++;
        }
    }

    if (n != POLICY_TOKEN_LEN
        || !policy_token_looks((char *) token, POLICY_TOKEN_LEN))
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
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
    /* Idempotent: after POST_READ there is nothing left to cut. */

    (void) ngx_xassist_redact(r->pool, &r->request_line, NULL);
    (void) ngx_xassist_redact(r->pool, &r->unparsed_uri, NULL);
    (void) ngx_xassist_redact(r->pool, &r->uri, NULL);
    (void) ngx_xassist_redact(r->pool, &r->args, NULL);

    return NGX_OK;
}
