#include "ngx_xassist_claimed.h"


/* What of the policy a role is asked by. */
typedef struct {
    const policy_image_t  *image;
    const store_slice_t   *billing;
    uint32_t               seat;               /* POLICY_NONE: all have one */
    ngx_uint_t             unseated;
} ngx_xassist_claimed_t;


static ngx_uint_t ngx_xassist_claimed_counts(ngx_xassist_claimed_t *claimed,
    policy_str_t name);


ngx_int_t
ngx_xassist_claimed(ngx_xassist_worker_t *worker, const ngx_str_t *text,
    const store_slice_t *billing, ngx_uint_t seated, u_char *buffer,
    store_slice_t *roles, ngx_uint_t *unseated)
{
    u_char                 *p, *end, *last, *to;
    ngx_uint_t              i;
    policy_str_t            name;
    policy_zone_t          *zone;
    policy_image_t          image;
    ngx_xassist_claimed_t   claimed;

    zone = worker->conf->zone->data;

    for (i = 0; i < NGX_XASSIST_RETRIES; i++) {

        if (policy_zone_read(zone, &image) != POLICY_OK) {
            break;
        }

        claimed.image = &image;
        claimed.billing = billing;
        claimed.seat = seated ? POLICY_NONE : policy_permission_seat(&image);
        claimed.unseated = 0;

        to = buffer;
        end = text->data + text->len;

        for (p = text->data; p < end; p = last + 1) {

            last = ngx_strlchr(p, end, ',');
            if (last == NULL) {
                last = end;
            }

            name.data = (const char *) p;
            name.len = last - p;

            if (ngx_xassist_claimed_counts(&claimed, name)) {

                if (to != buffer) {
                    *to++ = ',';
                }

                to = ngx_cpymem(to, p, last - p);
            }
        }

        if (policy_zone_settled(zone, &image)) {
            roles->data = buffer;
            roles->len = to - buffer;
            *unseated = claimed.unseated;

            return NGX_OK;
        }
    }

    return NGX_ERROR;
}


/* A role that the policy does not know says nothing, and stays. */

static ngx_uint_t
ngx_xassist_claimed_counts(ngx_xassist_claimed_t *claimed, policy_str_t name)
{
    uint32_t       role;
    policy_role_t  found;

    role = policy_role_find(claimed->image, name);

    if (role == POLICY_NONE
        || policy_role_at(claimed->image, role, &found) != POLICY_OK)
    {
        return 1;
    }

    if (found.billing
        && (claimed->billing->len != name.len
            || ngx_memcmp(claimed->billing->data, name.data, name.len) != 0))
    {
        return 0;
    }

    if (claimed->seat != POLICY_NONE
        && policy_role_grants(claimed->image, role, claimed->seat))
    {
        claimed->unseated = 1;
        return 0;
    }

    return 1;
}
