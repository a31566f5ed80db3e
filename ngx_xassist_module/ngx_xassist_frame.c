#include "ngx_xassist_frame.h"

#include <string.h>


#define NGX_XASSIST_CONTROL     0x08           /* bit of an opcode */
#define NGX_XASSIST_REASON_MAX  123


static size_t ngx_xassist_frame_step(ngx_xassist_frame_t *frame,
    const uint8_t *p, size_t n, int stop);
static void ngx_xassist_frame_header(ngx_xassist_frame_t *frame, uint8_t ch);


void
ngx_xassist_frame_feed(ngx_xassist_frame_t *frame, const uint8_t *p, size_t n)
{
    (void) ngx_xassist_frame_step(frame, p, n, 0);
}


size_t
ngx_xassist_frame_rest(const ngx_xassist_frame_t *frame, const uint8_t *p,
    size_t n)
{
    ngx_xassist_frame_t  copy;

    if (ngx_xassist_frame_boundary(frame)) {
        return 0;
    }

    copy = *frame;

    return ngx_xassist_frame_step(&copy, p, n, 1);
}


static size_t
ngx_xassist_frame_step(ngx_xassist_frame_t *frame, const uint8_t *p, size_t n,
    int stop)
{
    size_t  i, skip;

    i = 0;

    while (i < n) {

        if (frame->left) {
            skip = n - i;

            if ((uint64_t) skip > frame->left) {
                skip = (size_t) frame->left;
            }

            frame->left -= skip;
            i += skip;

        } else {
            ngx_xassist_frame_header(frame, p[i++]);
        }

        if (!(frame->opcode & NGX_XASSIST_CONTROL)) {
            frame->data = 1;
        }

        if (stop && ngx_xassist_frame_boundary(frame)) {
            return i;
        }
    }

    return i;
}


static void
ngx_xassist_frame_header(ngx_xassist_frame_t *frame, uint8_t ch)
{
    switch (frame->have) {

    case 0:
        frame->opcode = ch & 0x0f;
        frame->need = 2;
        frame->extended = 0;
        frame->length = 0;
        break;

    case 1:
        frame->length = ch & 0x7f;

        if (frame->length > 125) {
            frame->extended = frame->length == 126 ? 2 : 8;
            frame->length = 0;
        }

        frame->need = (uint8_t) (2 + frame->extended + ((ch & 0x80) ? 4 : 0));
        break;

    default:
        if (frame->have < 2 + frame->extended) {
            frame->length = (frame->length << 8) | ch;
        }
    }

    if (++frame->have == frame->need) {
        frame->have = 0;
        frame->left = frame->length;
    }
}


size_t
ngx_xassist_frame_close(uint8_t *dst, unsigned code, const uint8_t *reason,
    size_t len, const uint8_t mask[4])
{
    size_t    i;
    uint8_t  *p, *payload;

    if (len > NGX_XASSIST_REASON_MAX) {
        len = NGX_XASSIST_REASON_MAX;
    }

    p = dst;
    *p++ = 0x88;
    *p++ = (uint8_t) ((mask ? 0x80u : 0u) | (len + 2));

    if (mask) {
        memcpy(p, mask, 4);
        p += 4;
    }

    payload = p;
    *p++ = (uint8_t) (code >> 8);
    *p++ = (uint8_t) code;
    memcpy(p, reason, len);
    p += len;

    if (mask) {
        for (i = 0; i < len + 2; i++) {
            payload[i] = (uint8_t) (payload[i] ^ mask[i & 3]);
        }
    }

    return (size_t) (p - dst);
}
