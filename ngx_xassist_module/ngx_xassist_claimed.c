#include "ngx_xassist_claimed.h"
#include "ngx_xassist_look.h"


typedef struct {
    const ngx_str_t       *text;
    const store_slice_t   *billing;
    ngx_uint_t             seated;
    uint32_t               seat;               /* POLICY_NONE: all have one */
    u_char                *buffer;             /* of what counts: */
    size_t                 len;
    ngx_uint_t             unseated;
} ngx_xassist_claimed_t;


static ngx_int_t ngx_xassist_claimed_look(const policy_image_t *image,
    void *data);
static ngx_uint_t ngx_xassist_claimed_counts(const policy_image_t *image,
    ngx_xassist_claimed_t *claimed, policy_str_t name);


ngx_int_t
ngx_xassist_claimed(ngx_xassist_worker_t *worker, const ngx_str_t *text,
    const store_slice_t *billing, ngx_uint_t seated, u_char *buffer,
    store_slice_t *roles, ngx_uint_t *unseated)
{
    ngx_xassist_claimed_t  claimed;

    claimed.text = text;
    claimed.billing = billing;
    claimed.seated = seated;
    claimed.buffer = buffer;

    if (ngx_xassist_look(worker->conf->zone->data, ngx_xassist_claimed_look,
                         &claimed)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    roles->data = buffer;
    roles->len = claimed.len;
    *unseated = claimed.unseated;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_claimed_look(const policy_image_t *image, void *data)
{
    ngx_xassist_claimed_t  *claimed = data;

    u_char        *p, *end, *last, *to;
    policy_str_t   name;

    claimed->seat = claimed->seated ? POLICY_NONE
                                    : policy_permission_seat(image);
    claimed->unseated = 0;

    to = claimed->buffer;
    end = claimed->text->data + claimed->text->len;

    for (p = claimed->text->data; p < end; p = last + 1) {

        last = ngx_strlchr(p, end, ',');
        if (last == NULL) {
            last = end;
        }

        name.data = (const char *) p;
        name.len = last - p;

        if (ngx_xassist_claimed_counts(image, claimed, name)) {

            if (to != claimed->buffer) {
                *to++ = ',';
            }

            to = ngx_cpymem(to, p, last - p);
        }
    }

    claimed->len = to - claimed->buffer;

    return NGX_OK;
}


/* A role that the policy does not know says nothing, and stays. */

static ngx_uint_t
ngx_xassist_claimed_counts(const policy_image_t *image,
    ngx_xassist_claimed_t *claimed, policy_str_t name)
{
    uint32_t       role;
    policy_role_t  found;

    role = policy_role_find(image, name);

    if (role == POLICY_NONE
        || policy_role_at(image, role, &found) != POLICY_OK)
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
        && policy_role_grants(image, role, claimed->seat))
    {
        claimed->unseated = 1;
        return 0;
    }

    return 1;
}
