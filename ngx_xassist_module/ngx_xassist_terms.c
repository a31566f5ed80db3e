#include "ngx_xassist_terms.h"


#define NGX_XASSIST_TERMS_BYTES  STORE_LIMIT_FIELD


static ngx_int_t ngx_xassist_terms_read(const policy_image_t *image,
    ngx_pool_t *pool, store_op_t *op);
static ngx_int_t ngx_xassist_terms_add(ngx_pool_t *pool, store_slice_t *list,
    const policy_str_t *name);


ngx_int_t
ngx_xassist_terms(ngx_xassist_worker_t *worker, ngx_pool_t *pool,
    store_op_t *op)
{
    ngx_int_t        rc;
    ngx_uint_t       i;
    policy_zone_t   *zone;
    policy_image_t   image;

    zone = worker->conf->zone->data;

    for (i = 0; i < NGX_XASSIST_RETRIES; i++) {

        if (policy_zone_read(zone, &image) != POLICY_OK) {
            break;
        }

        ngx_memzero(&op->terms, sizeof(op->terms));
        rc = ngx_xassist_terms_read(&image, pool, op);

        if (policy_zone_settled(zone, &image)) {
            op->terms.known = true;
            return rc;
        }
    }

    return NGX_ERROR;
}


static ngx_int_t
ngx_xassist_terms_read(const policy_image_t *image, ngx_pool_t *pool,
    store_op_t *op)
{
    uint32_t       i, seat;
    policy_role_t  role;

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
