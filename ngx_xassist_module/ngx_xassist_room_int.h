/* What is said to Janus's Admin API about a room. */

#ifndef NGX_XASSIST_ROOM_INT_H
#define NGX_XASSIST_ROOM_INT_H

#include "ngx_xassist_target.h"

#pragma GCC visibility push(hidden)

#define NGX_XASSIST_ROOM_TIMEOUT  2000         /* milliseconds, of a join */


/* Whether Janus said one of these; takes the blanks out of its answer, since
   logs want it on one line. */
ngx_uint_t ngx_xassist_room_says(ngx_xassist_tell_t *tell, const char *one,
    const char *other);

/* Both fill the request and the address; all in `pool`. */
ngx_int_t ngx_xassist_room_create(ngx_pool_t *pool,
    const ngx_xassist_room_conf_t *conf, const ngx_xassist_target_t *target,
    const ngx_xassist_ctx_t *ctx, ngx_xassist_tell_t *tell);
ngx_int_t ngx_xassist_room_destroy(ngx_pool_t *pool,
    const ngx_xassist_room_conf_t *conf, const ngx_xassist_target_t *target,
    const ngx_str_t *server, uint64_t room, ngx_xassist_tell_t *tell);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_ROOM_INT_H */
