#include "ngx_xassist_frame.h"


static size_t ngx_xassist_frame_step(ngx_xassist_frame_t *frame,
    const u_char *p, size_t n, ngx_uint_t stop);


void
ngx_xassist_frame_feed(ngx_xassist_frame_t *frame, const u_char *p, size_t n)
{
    (void) ngx_xassist_frame_step(frame, p, n, 0);
}


size_t
ngx_xassist_frame_rest(const ngx_xassist_frame_t *frame, const u_char *p,
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
ngx_xassist_frame_step(ngx_xassist_frame_t *frame, const u_char *p, size_t n,
    ngx_uint_t stop)
{
    size_t   i, skip;
    u_char   ch;

    i = 0;

    while (i < n) {

        if (frame->left) {
            skip = n - i;

            if ((uint64_t) skip > frame->left) {
                skip = (size_t) frame->left;
            }

            frame->left -= skip;
            i += skip;

            if (frame->left == 0 && stop) {
                return i;
            }

            continue;
        }

        ch = p[i++];

        switch (frame->have) {

        case 0:
            frame->need = 2;
            frame->length = 0;
            break;

        case 1:
            frame->length = ch & 0x7f;
            frame->extended = frame->length == 126 ? 2
                              : frame->length == 127 ? 8 : 0;
            frame->need = 2 + frame->extended + ((ch & 0x80) ? 4 : 0);

            if (frame->extended) {
                frame->length = 0;
            }

            break;

        default:
            if (frame->have < 2 + frame->extended) {
                frame->length = (frame->length << 8) | ch;
            }
        }

        if (++frame->have == frame->need) {
            frame->have = 0;
            frame->left = frame->length;

            if (frame->left == 0 && stop) {
                return i;
            }
        }
    }

    return i;
}


size_t
ngx_xassist_frame_close(u_char *dst, ngx_uint_t code, const ngx_str_t *reason,
    const u_char mask[4])
{
    size_t   i, len;
    u_char  *p, *payload;

    len = ngx_min(reason->len, 123);

    p = dst;
    *p++ = 0x88;
    *p++ = (u_char) ((mask ? 0x80 : 0) | (len + 2));

    if (mask) {
        p = ngx_cpymem(p, mask, 4);
    }

    payload = p;
    *p++ = (u_char) (code >> 8);
    *p++ = (u_char) code;
    p = ngx_cpymem(p, reason->data, len);

    if (mask) {
        for (i = 0; i < len + 2; i++) {
            payload[i] ^= mask[i & 3];
        }
    }

    return p - dst;
}
