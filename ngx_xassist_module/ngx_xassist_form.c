#include "ngx_xassist_form.h"


#define NGX_XASSIST_NAME_MAX  64               /* characters */


static ngx_int_t ngx_xassist_form_decode(ngx_pool_t *pool, u_char *p,
    u_char *end, ngx_str_t *value);


ngx_int_t
ngx_xassist_form_body(ngx_http_request_t *r, ngx_str_t *body)
{
    u_char       *p;
    size_t        len;
    ngx_chain_t  *cl;

    ngx_str_null(body);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }

    if (r->request_body->temp_file != NULL) {
        return NGX_DECLINED;
    }

    len = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        len += cl->buf->last - cl->buf->pos;
    }

    if (len > NGX_XASSIST_BODY_MAX) {
        return NGX_DECLINED;
    }

    p = ngx_pnalloc(r->pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;
    body->len = len;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    return NGX_OK;
}


ngx_int_t
ngx_xassist_form_field(ngx_pool_t *pool, const ngx_str_t *body,
    const char *name, ngx_str_t *value)
{
    u_char      *p, *q, *end;
    size_t       len;
    ngx_int_t    rc;
    ngx_uint_t   found;

    ngx_str_null(value);

    len = ngx_strlen(name);
    end = body->data + body->len;
    found = 0;

    for (p = body->data; p < end; p = q + 1) {

        q = ngx_strlchr(p, end, '&');
        if (q == NULL) {
            q = end;
        }

        if ((size_t) (q - p) <= len || p[len] != '='
            || ngx_strncmp(p, name, len) != 0)
        {
            continue;
        }

        if (found) {
            return NGX_DECLINED;
        }

        found = 1;

        rc = ngx_xassist_form_decode(pool, p + len + 1, q, value);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_form_decode(ngx_pool_t *pool, u_char *p, u_char *end,
    ngx_str_t *value)
{
    u_char     *dst;
    ngx_int_t   ch;

    dst = ngx_pnalloc(pool, end - p + 1);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    value->data = dst;

    while (p < end) {

        if (*p == '%') {

            if (end - p < 3) {
                return NGX_DECLINED;
            }

            ch = ngx_hextoi(p + 1, 2);
            if (ch == NGX_ERROR) {
                return NGX_DECLINED;
            }

            *dst++ = (u_char) ch;
            p += 3;
            continue;
        }

        *dst++ = *p == '+' ? ' ' : *p;
        p++;
    }

    value->len = dst - value->data;

    return NGX_OK;
}


ngx_uint_t
ngx_xassist_form_name(ngx_str_t *text)
{
    u_char      *p, *end;
    uint32_t     ch;
    ngx_uint_t   n;

    while (text->len && text->data[0] == ' ') {
        text->data++;
        text->len--;
    }

    while (text->len && text->data[text->len - 1] == ' ') {
        text->len--;
    }

    p = text->data;
    end = p + text->len;

    for (n = 0; p < end; n++) {

        if (*p < 0x80) {
            ch = *p++;

        } else {
            ch = ngx_utf8_decode(&p, end - p);
        }

        /* C0, DEL and C1; what is no UTF-8 decodes to above U+10FFFF. */

        if (ch < 0x20 || (ch >= 0x7f && ch < 0xa0) || ch > 0x10ffff
            || (ch >= 0xd800 && ch <= 0xdfff)
            || ch == 0x2028 || ch == 0x2029
            || (ch >= 0x202a && ch <= 0x202e)
            || (ch >= 0x2066 && ch <= 0x2069))
        {
            return 0;
        }
    }

    return n >= 1 && n <= NGX_XASSIST_NAME_MAX;
}
