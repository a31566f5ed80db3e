/*
 * The end of a live connection: a Close frame at a frame boundary and both
 * sides ended in order, or a plain end where there are no frames.
 */

#ifndef NGX_XASSIST_CLOSE_H
#define NGX_XASSIST_CLOSE_H

#include "ngx_xassist_tunnel.h"

#pragma GCC visibility push(hidden)

/* What only a closing connection needs; lives in the request's pool. */
struct ngx_xassist_close_s {
    ngx_xassist_tunnel_t       *tunnel;
    ngx_http_event_handler_pt   writable;      /* nginx's own */
    ngx_event_t                 deadline;
    ngx_event_t                 boundary;      /* posted when reached */
    ngx_uint_t                  code;
    ngx_str_t                   reason;
    size_t                      len;
    size_t                      sent;
    uint8_t                     frame[NGX_XASSIST_CLOSE_MAX];
};

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CLOSE_H */
