/*
 * WebSocket frame boundaries (RFC 6455, section 5.2), and nothing else: the
 * payload is skipped, never looked at.  Knows nothing of nginx.  Example,
 * "Hi" from a server:
 *
 *     81 02 48 69          FIN+text, unmasked, length 2, payload
 */

#ifndef NGX_XASSIST_FRAME_H
#define NGX_XASSIST_FRAME_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Zeroed, it stands before the first frame of a stream. */
typedef struct {
    uint64_t   left;                   /* payload bytes still to come */
    uint64_t   length;                 /* while its bytes are read */
    uint8_t    have;                   /* header bytes read */
    uint8_t    need;                   /* header bytes in all */
    uint8_t    extended;               /* bytes of extended length */
    uint8_t    opcode;                 /* of the frame under way */
    uint8_t    data;                   /* 1: bytes of a data frame went by;
                                          whoever looks sets it back */
} ngx_xassist_frame_t;

/* Moves over n bytes that went by. */
void ngx_xassist_frame_feed(ngx_xassist_frame_t *frame, const uint8_t *p,
    size_t n);

/* How many of the n bytes belong to the frame that is under way; 0 at a
   boundary, n when it does not end within them. */
size_t ngx_xassist_frame_rest(const ngx_xassist_frame_t *frame,
    const uint8_t *p, size_t n);

static inline int
ngx_xassist_frame_boundary(const ngx_xassist_frame_t *frame)
{
    return frame->left == 0 && frame->have == 0;
}

/*
 * Writes a Close frame of `code` and `reason` (at most 123 bytes are taken)
 * to dst, which has room for NGX_XASSIST_CLOSE_MAX bytes; masked as a
 * client's when `mask` is not NULL.  Returns its length.
 */
size_t ngx_xassist_frame_close(uint8_t *dst, unsigned code,
    const uint8_t *reason, size_t len, const uint8_t mask[4]);

#define NGX_XASSIST_CLOSE_MAX  (2 + 4 + 2 + 123)

#pragma GCC visibility pop

#endif /* NGX_XASSIST_FRAME_H */
