#include "ngx_xassist_roles.h"


#define NGX_XASSIST_ROLES_LISTS  64
#define NGX_XASSIST_ROLES_TEXT   192           /* longer ones are not kept */
#define NGX_XASSIST_ROLES_KEPT   16            /* nor those of more roles */


struct ngx_xassist_roles_s {
    uint64_t  generation;                      /* 0: nothing is there */
    uint32_t  n;
    uint32_t  roles[NGX_XASSIST_ROLES_KEPT];
    size_t    len;
    u_char    text[NGX_XASSIST_ROLES_TEXT];
};


ngx_int_t
ngx_xassist_roles(const policy_image_t *image, const store_slice_t *names,
    uint32_t *roles, uint32_t *n)
{
    const u_char  *p, *end, *last;

    *n = 0;

    if (names->len == 0) {
        return NGX_OK;
    }

    end = names->data + names->len;

    for (p = names->data; p < end; p = last + 1) {

        last = memchr(p, ',', end - p);
        if (last == NULL) {
            last = end;
        }

        /* Dropping a role could make a rule with `not` allow. */

        if (*n == NGX_XASSIST_MAX_ROLES) {
            return NGX_ERROR;
        }

        roles[(*n)++] = policy_role_find(image,
                            (policy_str_t) { (const char *) p, last - p });
    }

    return NGX_OK;
}


ngx_int_t
ngx_xassist_roles_live(ngx_xassist_worker_t *worker,
    const policy_image_t *image, const store_slice_t *names, uint32_t *roles,
    uint32_t *n)
{
    ngx_int_t             rc;
    ngx_uint_t            i;
    ngx_xassist_roles_t  *kept;

    if (names->len == 0 || names->len > NGX_XASSIST_ROLES_TEXT) {
        return ngx_xassist_roles(image, names, roles, n);
    }

    if (worker->roles == NULL) {
        worker->roles = ngx_pcalloc(worker->cycle->pool,
                                    NGX_XASSIST_ROLES_LISTS
                                    * sizeof(ngx_xassist_roles_t));
        if (worker->roles == NULL) {
            return NGX_ERROR;
        }
    }

    i = ngx_murmur_hash2((u_char *) names->data, names->len)
        % NGX_XASSIST_ROLES_LISTS;
    kept = &worker->roles[i];

    if (kept->generation == image->generation
        && kept->len == names->len
        && ngx_memcmp(kept->text, names->data, names->len) == 0)
    {
        ngx_memcpy(roles, kept->roles, kept->n * sizeof(uint32_t));
        *n = kept->n;

        return NGX_OK;
    }

    rc = ngx_xassist_roles(image, names, roles, n);

    /* What was read of a torn image must be looked up again. */

    if (rc == NGX_OK && *n <= NGX_XASSIST_ROLES_KEPT
        && policy_zone_settled(worker->conf->zone->data, image))
    {
        kept->generation = image->generation;
        kept->len = names->len;
        kept->n = *n;
        ngx_memcpy(kept->text, names->data, names->len);
        ngx_memcpy(kept->roles, roles, *n * sizeof(uint32_t));
    }

    return rc;
}
