/*
 * policy.json to an image.
 */

#include <string.h>

#include <policy/image_int.h>


policy_status_t
policy_compile(const char *json, size_t len, policy_image_t *image,
    policy_errors_t *errors)
{
    (void) json;
    (void) len;

    memset(image, 0, sizeof(*image));
    errors->count = 0;

    return POLICY_INVALID;
}
