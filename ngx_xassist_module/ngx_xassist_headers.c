#include "ngx_xassist_headers.h"
#include "ngx_xassist_assertion.h"
#include "ngx_xassist_cookie.h"
#include "ngx_xassist_variables.h"


#define NGX_XASSIST_FAMILY  "x-xassist-"


/* What has to leave the list; a NULL element matches nothing. */
typedef struct {
    ngx_table_elt_t  *authorization;
    ngx_uint_t        cookies;             /* those that became empty */
} ngx_xassist_headers_also_t;


typedef struct {
    ngx_str_t    name;
    ngx_str_t    lowcase;
    ngx_int_t  (*value)(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
                        ngx_str_t *value);
} ngx_xassist_header_t;


static ngx_uint_t ngx_xassist_headers_family(ngx_table_elt_t *h);
static ngx_uint_t ngx_xassist_headers_unwanted(ngx_table_elt_t *h,
    const ngx_xassist_headers_also_t *also);
static void ngx_xassist_headers_remove(ngx_http_request_t *r,
    const ngx_xassist_headers_also_t *also);
static ngx_int_t ngx_xassist_headers_name(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);


static const ngx_xassist_header_t  ngx_xassist_identity[] = {

    { ngx_string("X-Xassist-Actor"), ngx_string("x-xassist-actor"),
      ngx_xassist_value_actor },

    { ngx_string("X-Xassist-Subject"), ngx_string("x-xassist-subject"),
      ngx_xassist_value_subject },

    { ngx_string("X-Xassist-Kind"), ngx_string("x-xassist-kind"),
      ngx_xassist_value_kind },

    { ngx_string("X-Xassist-Account"), ngx_string("x-xassist-account"),
      ngx_xassist_value_account },

    { ngx_string("X-Xassist-Roles"), ngx_string("x-xassist-roles"),
      ngx_xassist_value_roles },

    { ngx_string("X-Xassist-Device"), ngx_string("x-xassist-device"),
      ngx_xassist_value_device },

    { ngx_string("X-Xassist-Name"), ngx_string("x-xassist-name"),
      ngx_xassist_headers_name },

    { ngx_string("X-Xassist-Call"), ngx_string("x-xassist-call"),
      ngx_xassist_value_call },

    { ngx_string("X-Xassist-Invitation"), ngx_string("x-xassist-invitation"),
      ngx_xassist_value_invitation },

    { ngx_string("X-Xassist-Assertion"), ngx_string("x-xassist-assertion"),
      ngx_xassist_assertion },
};


#define NGX_XASSIST_HEADERS                                                  \
    (sizeof(ngx_xassist_identity) / sizeof(ngx_xassist_identity[0]))


ngx_int_t
ngx_xassist_headers_init(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    ngx_uint_t        i;
    ngx_uint_t       *hash;
    const ngx_str_t  *name;

    if (ngx_array_init(&xmcf->headers, cf->pool, NGX_XASSIST_HEADERS,
                       sizeof(ngx_uint_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_XASSIST_HEADERS; i++) {
        hash = ngx_array_push(&xmcf->headers);
        if (hash == NULL) {
            return NGX_ERROR;
        }

        name = &ngx_xassist_identity[i].lowcase;
        *hash = ngx_hash_key(name->data, name->len);
    }

    return NGX_OK;
}


void
ngx_xassist_headers_strip(ngx_http_request_t *r)
{
    static const ngx_xassist_headers_also_t  nothing = { NULL, 0 };

    ngx_xassist_headers_remove(r, &nothing);
}


static ngx_uint_t
ngx_xassist_headers_family(ngx_table_elt_t *h)
{
    u_char      ch;
    ngx_uint_t  i;

    if (h->key.len < sizeof(NGX_XASSIST_FAMILY) - 1) {
        return 0;
    }

    for (i = 0; i < sizeof(NGX_XASSIST_FAMILY) - 1; i++) {
        ch = ngx_tolower(h->key.data[i]);

        if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'))) {
            ch = '-';
        }

        if (ch != (u_char) NGX_XASSIST_FAMILY[i]) {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_xassist_headers_unwanted(ngx_table_elt_t *h,
    const ngx_xassist_headers_also_t *also)
{
    if (h == also->authorization) {
        return 1;
    }

    if (also->cookies
        && h->value.len == 0
        && h->key.len == sizeof("cookie") - 1
        && ngx_strncasecmp(h->key.data, (u_char *) "cookie", h->key.len) == 0)
    {
        return 1;
    }

    return ngx_xassist_headers_family(h);
}


/*
 * nginx's loops read element 0 of every part but the first without looking
 * at its length, so no part but the first may become empty.
 */

static void
ngx_xassist_headers_remove(ngx_http_request_t *r,
    const ngx_xassist_headers_also_t *also)
{
    ngx_list_t       *list;
    ngx_uint_t        i, changed;
    ngx_table_elt_t  *h;
    ngx_list_part_t  *part, *before, *rest;

    list = &r->headers_in.headers;
    before = NULL;
    changed = 0;

    for (part = &list->part; part; before = part, part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_xassist_headers_unwanted(&h[i], also)) {
                break;
            }
        }

        if (i == part->nelts) {
            continue;
        }

        changed = 1;
        rest = NULL;

        if (i + 1 < part->nelts) {
            rest = ngx_palloc(r->pool, sizeof(ngx_list_part_t));
            if (rest == NULL) {
                /* Fewer headers are safe, spoofed ones are not. */
                part->nelts = 0;

            } else {
                rest->elts = &h[i + 1];
                rest->nelts = part->nelts - i - 1;
                rest->next = part->next;
                part->next = rest;
            }
        }

        part->nelts = rest ? i : ngx_min(i, part->nelts);

        if (part->nelts == 0 && before != NULL) {
            before->next = part->next;
            part = before;
        }
    }

    if (!changed) {
        return;
    }

    for (part = &list->part; part->next; part = part->next) { /* void */ }

    list->last = part;

    /*
     * A later push must open a new part: the elements behind this one may
     * be in use.  An empty first part is the exception, it can be refilled.
     */

    if (part->nelts) {
        list->nalloc = part->nelts;
    }
}


ngx_int_t
ngx_xassist_headers_inject(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx)
{
    ngx_str_t                 values[NGX_XASSIST_HEADERS];
    ngx_list_t               *list;
    ngx_uint_t                i, n;
    ngx_uint_t               *hashes;
    ngx_table_elt_t          *h;
    ngx_list_part_t          *part;
    ngx_xassist_main_conf_t  *xmcf;

    ngx_xassist_headers_also_t  also;

    xmcf = ngx_http_get_module_main_conf(r, ngx_xassist_module);
    hashes = xmcf->headers.elts;

    if (ctx->cookies && ngx_xassist_cookie_cut(r) != NGX_OK) {
        return NGX_ERROR;
    }

    also.authorization = NULL;
    also.cookies = ctx->cookies;

    if (ctx->bearer) {
        also.authorization = r->headers_in.authorization;
        r->headers_in.authorization = NULL;
    }

    ngx_xassist_headers_remove(r, &also);

    n = 0;

    for (i = 0; i < NGX_XASSIST_HEADERS; i++) {

        if (ngx_xassist_identity[i].value(r, ctx, &values[i]) != NGX_OK) {
            return NGX_ERROR;
        }

        n += values[i].len != 0;
    }

    if (n == 0) {
        return NGX_OK;
    }

    part = ngx_pcalloc(r->pool, sizeof(ngx_list_part_t)
                                + n * sizeof(ngx_table_elt_t));
    if (part == NULL) {
        return NGX_ERROR;
    }

    h = (ngx_table_elt_t *) (part + 1);
    part->elts = h;

    for (i = 0; i < NGX_XASSIST_HEADERS; i++) {

        if (values[i].len == 0) {
            continue;
        }

        h->hash = hashes[i];
        h->key = ngx_xassist_identity[i].name;
        h->lowcase_key = ngx_xassist_identity[i].lowcase.data;
        h->value = values[i];
        h++;
    }

    part->nelts = n;
    part->next = NULL;

    list = &r->headers_in.headers;
    list->last->next = part;
    list->last = part;
    list->nalloc = n;

    return NGX_OK;
}


/* Header values are bytes; a name is UTF-8, so it is percent-encoded. */

static ngx_int_t
ngx_xassist_headers_name(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    uintptr_t  escape;

    *value = ctx->name;

    escape = ngx_escape_uri(NULL, ctx->name.data, ctx->name.len,
                            NGX_ESCAPE_URI_COMPONENT);
    if (escape == 0) {
        return NGX_OK;
    }

    value->len = ctx->name.len + 2 * escape;
    value->data = ngx_pnalloc(r->pool, value->len);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_escape_uri(value->data, ctx->name.data, ctx->name.len,
                          NGX_ESCAPE_URI_COMPONENT);

    return NGX_OK;
}


void
ngx_xassist_headers_answer(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_table_elt_t  *h;
    ngx_list_part_t  *part;

    part = &r->headers_out.headers.part;
    h = part->elts;

    for (i = 0; /* void */; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].hash != 0
            && h[i].key.len == sizeof("Set-Cookie") - 1
            && ngx_strncasecmp(h[i].key.data, (u_char *) "Set-Cookie",
                               sizeof("Set-Cookie") - 1)
               == 0
            && ngx_xassist_cookie_ours(r, &h[i].value))
        {
            h[i].hash = 0;
        }
    }
}
