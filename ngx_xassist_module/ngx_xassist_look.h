/* How a policy in shared memory is read. */

#ifndef NGX_XASSIST_LOOK_H
#define NGX_XASSIST_LOOK_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

/*
 * Reads of the image what `data` asks for.  The image may change under it,
 * and then it is called again: what it leaves in `data` it writes from the
 * beginning each time, and nothing else may come of it.
 */
typedef ngx_int_t (*ngx_xassist_look_pt)(const policy_image_t *image,
    void *data);

/*
 * What `read` returned for an image that was whole all the time.  NGX_ERROR
 * when there is no policy, and after losing many races against who publishes;
 * `data` means nothing then.
 */
ngx_int_t ngx_xassist_look(const policy_zone_t *zone, ngx_xassist_look_pt read,
    void *data);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_LOOK_H */
