#include "ngx_xassist_terms.h"
#include "ngx_xassist_look.h"


#define NGX_XASSIST_TERMS_BYTES  STORE_LIMIT_FIELD


typedef struct {
    ngx_pool_t  *pool;
    store_op_t  *op;
} ngx_xassist_terms_look_t;


static ngx_int_t ngx_xassist_terms_read(const policy_image_t *image,
    void *data);
static ngx_int_t ngx_xassist_terms_add(ngx_pool_t *pool, store_slice_t *list,
    const policy_str_t *name);


ngx_int_t
ngx_xassist_terms(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    store_op_t *op)
{
    ngx_int_t                 rc;
    ngx_xassist_terms_look_t  look;

    look.pool = pool;
    look.op = op;

    rc = ngx_xassist_look(worker->conf->zone->data, ngx_xassist_terms_read,
                          &look);

    op->terms.known = rc == NGX_OK;

    return rc;
}


static ngx_int_t
ngx_xassist_terms_read(const policy_image_t *image, void *data)
{
    ngx_xassist_terms_look_t  *look = data;

    uint32_t        i, seat;
    store_op_t     *op;
    ngx_pool_t     *pool;
    policy_role_t   role;

    pool = look->pool;
    op = look->op;

    ngx_memzero(&op->terms, sizeof(op->terms));

    seat = policy_permission_seat(image);

    for (i = 0; policy_role_at(image, i, &role) == POLICY_OK; i++) {

        if (seat != POLICY_NONE && policy_role_grants(image, i, seat)
            && ngx_xassist_terms_add(pool, &op->terms.seated, &role.name)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (role.administrator
            && ngx_xassist_terms_add(pool, &op->terms.administrators,
                                     &role.name)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (role.billing && op->terms.billing.len == 0
            && ngx_xassist_terms_add(pool, &op->terms.billing, &role.name)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_terms_add(ngx_pool_t *pool, store_slice_t *list,
    const policy_str_t *name)
{
    u_char  *p;
    size_t   len;

    len = list->len + name->len + 1;

    if (len > NGX_XASSIST_TERMS_BYTES) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    len = 0;

    if (list->len != 0) {
        ngx_memcpy(p, list->data, list->len);
        p[list->len] = ',';
        len = list->len + 1;
    }

    ngx_memcpy(p + len, name->data, name->len);

    list->data = p;
    list->len = len + name->len;

    return NGX_OK;
}
