#include "ngx_xassist_look.h"


#define NGX_XASSIST_RETRIES  16


ngx_int_t
ngx_xassist_look(const policy_zone_t *zone, ngx_xassist_look_pt read,
    void *data)
{
    ngx_int_t       rc;
    ngx_uint_t      i;
    policy_image_t  image;

    for (i = 0; i < NGX_XASSIST_RETRIES; i++) {

        if (policy_zone_read(zone, &image) != POLICY_OK) {
            break;
        }

        rc = read(&image, data);

        if (policy_zone_settled(zone, &image)) {
            return rc;
        }
    }

    return NGX_ERROR;
}
