/* Names of roles to their indexes in a policy. */

#ifndef NGX_XASSIST_ROLES_H
#define NGX_XASSIST_ROLES_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/* Of comma-separated names, POLICY_NONE for one that is unknown; NGX_ERROR
   over NGX_XASSIST_MAX_ROLES. */
ngx_int_t ngx_xassist_roles(const policy_image_t *image,
    const store_slice_t *names, uint32_t *roles, uint32_t *n);

/* The same of an image of the main zone: few lists of roles are held by many
   people, and are looked up once in each generation. */
ngx_int_t ngx_xassist_roles_live(ngx_xassist_worker_t *worker,
    const policy_image_t *image, const store_slice_t *names, uint32_t *roles,
    uint32_t *n);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ROLES_H */
