/* Idempotency-Key: a request that comes again gets the first answer. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_form.h"
#include "ngx_xassist_identify.h"


#define NGX_XASSIST_KEY  "idempotency-key"


static ngx_uint_t ngx_xassist_once_good(const ngx_str_t *key);
static ngx_int_t ngx_xassist_once_hash(ngx_xassist_api_t *api,
    const ngx_str_t *body);


ngx_xassist_reason_t
ngx_xassist_api_once(ngx_xassist_api_t *api)
{
    ngx_int_t         rc;
    ngx_str_t         body;
    store_op_t       *op;
    ngx_table_elt_t  *h;

    op = &api->write.op;

    h = ngx_xassist_header(api->request, NGX_XASSIST_KEY,
                           sizeof(NGX_XASSIST_KEY) - 1);

    /* A link's Join has no principal yet: the browser stands for it. */

    if (h == NULL || store_id_none(&op->actor)) {
        return NGX_XASSIST_R_NONE;
    }

    if (!ngx_xassist_once_good(&h->value)) {
        return ngx_xassist_api_wrong(api, "Idempotency-Key must be 1 to 255 "
                                          "printable characters");
    }

    rc = ngx_xassist_form_body(api->request, &body);

    if (rc != NGX_OK || ngx_xassist_once_hash(api, &body) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->once.key.data = h->value.data;
    op->once.key.len = h->value.len;

    return NGX_XASSIST_R_NONE;
}


static ngx_uint_t
ngx_xassist_once_good(const ngx_str_t *key)
{
    size_t  i;

    for (i = 0; i < key->len; i++) {
        if (key->data[i] < 0x20 || key->data[i] > 0x7e) {
            return 0;
        }
    }

    return key->len >= 1 && key->len <= STORE_LIMIT_ONCE;
}


/* The same request is one to the same path: of its body alone, two calls
   would be the same that are ended by one key. */

static ngx_int_t
ngx_xassist_once_hash(ngx_xassist_api_t *api, const ngx_str_t *body)
{
    u_char     *p, *text;
    ngx_str_t  *uri;

    uri = &api->request->uri;

    text = ngx_pnalloc(api->request->pool, uri->len + 1 + body->len);
    if (text == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(text, uri->data, uri->len);
    *p++ = '\n';
    p = ngx_cpymem(p, body->data, body->len);

    return policy_sha256(text, p - text, api->write.op.once.body) == 0
           ? NGX_OK : NGX_ERROR;
}
