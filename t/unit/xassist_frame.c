/* Frame boundaries: whatever way the bytes are cut, and data from control. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ngx_xassist_module/ngx_xassist_frame.c>


#define FRAMES  64


/* A stream of frames of all kinds of length, with the place of each end. */
typedef struct {
    uint8_t *bytes;
    size_t   len;
    size_t   ends[FRAMES];
} stream_t;


static size_t
put_head(uint8_t *p, uint8_t first, uint64_t len, int masked)
{
    size_t   i, n;
    uint8_t  mask = masked ? 0x80 : 0;

    n = 0;
    p[n++] = first;

    if (len < 126) {
        p[n++] = (uint8_t) (mask | len);

    } else if (len < 65536) {
        p[n++] = mask | 126;
        p[n++] = (uint8_t) (len >> 8);
        p[n++] = (uint8_t) len;

    } else {
        p[n++] = mask | 127;

        for (i = 0; i < 8; i++) {
            p[n++] = (uint8_t) (len >> (56 - 8 * i));
        }
    }

    if (masked) {
        memcpy(p + n, "\x81\xfe\xff\x88", 4);
        n += 4;
    }

    return n;
}


static stream_t
a_stream(int masked)
{
    size_t    i, len;
    stream_t  s;

    static const uint8_t   first[] = { 0x81, 0x01, 0x80, 0x89, 0x8a, 0xc2 };
    static const size_t    size[] = { 0, 1, 125, 126, 127, 4096, 65535,
                                      65536, 70000 };

    s.bytes = malloc(FRAMES * 70014);
    s.len = 0;
    assert_non_null(s.bytes);

    for (i = 0; i < FRAMES; i++) {
        len = size[(i * 5) % (sizeof(size) / sizeof(size[0]))];
        s.len += put_head(s.bytes + s.len, first[i % sizeof(first)], len,
                          masked);

        /* a payload that looks like heads */

        memset(s.bytes + s.len, 0x88 + (int) (i & 1), len);
        s.len += len;
        s.ends[i] = s.len;
    }

    return s;
}


static int
is_end(const stream_t *s, size_t at)
{
    size_t  i;

    for (i = 0; i < FRAMES; i++) {
        if (s->ends[i] == at) {
            return 1;
        }
    }

    return at == 0;
}


static void
boundaries_by_cut(const stream_t *s, size_t cut)
{
    size_t               at, n;
    ngx_xassist_frame_t  frame = { 0 };

    for (at = 0; at < s->len; at += n) {
        n = cut ? cut : 1 + (size_t) (rand() % 9000);
        n = n < s->len - at ? n : s->len - at;

        ngx_xassist_frame_feed(&frame, s->bytes + at, n);

        if (ngx_xassist_frame_boundary(&frame) != is_end(s, at + n)) {
            fail_msg("cut %zu: wrong at byte %zu", cut, at + n);
        }
    }

    assert_true(ngx_xassist_frame_boundary(&frame));
}


static void
any_way_of_cutting(void **state)
{
    int       masked, i;
    stream_t  s;

    (void) state;

    for (masked = 0; masked < 2; masked++) {
        s = a_stream(masked);

        for (i = 1; i < 16; i++) {
            boundaries_by_cut(&s, (size_t) i);
        }

        srand(7);

        for (i = 0; i < 100; i++) {
            boundaries_by_cut(&s, 0);
        }

        free(s.bytes);
    }
}


/* From any byte, what is said to be left leads exactly to the next end. */

static void
the_rest_of_a_frame(void **state)
{
    size_t               at, i, rest, more;
    stream_t             s;
    ngx_xassist_frame_t  frame, before;

    (void) state;

    s = a_stream(0);
    memset(&frame, 0, sizeof(frame));

    for (at = 0, i = 0; at < s.len; at++) {
        more = s.len - at;
        before = frame;
        rest = ngx_xassist_frame_rest(&frame, s.bytes + at,
                                      more < 100 ? more : 100);
        assert_memory_equal(&before, &frame, sizeof(frame));

        if (is_end(&s, at)) {
            assert_int_equal(rest, 0);

        } else if (s.ends[i] - at <= 100) {
            assert_int_equal(rest, s.ends[i] - at);

        } else {
            assert_int_equal(rest, 100);
        }

        ngx_xassist_frame_feed(&frame, s.bytes + at, 1);
        i += at + 1 == s.ends[i];
    }

    free(s.bytes);
}


static void
data_is_no_ping(void **state)
{
    ngx_xassist_frame_t  frame = { 0 };

    static const uint8_t  ping[] = "\x89\x84MASKping\x8a\x80MASK";
    static const uint8_t  text[] = "\x81\x81MASKx\x89\x80MASK";
    static const uint8_t  large[] = "\x82\xfe\x10\x00MASK";

    (void) state;

    ngx_xassist_frame_feed(&frame, ping, sizeof(ping) - 1);
    assert_int_equal(frame.data, 0);

    ngx_xassist_frame_feed(&frame, text, sizeof(text) - 1);
    assert_int_equal(frame.data, 1);
    assert_true(ngx_xassist_frame_boundary(&frame));

    /* each part of one large frame is data anew */

    ngx_xassist_frame_feed(&frame, large, sizeof(large) - 1);
    frame.data = 0;
    ngx_xassist_frame_feed(&frame, ping, 1);
    assert_int_equal(frame.data, 1);
}


static void
a_length_without_end(void **state)
{
    size_t               i;
    uint8_t              junk[4096];
    ngx_xassist_frame_t  frame = { 0 };

    static const uint8_t  head[] = "\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff";

    (void) state;

    memset(junk, 0, sizeof(junk));
    ngx_xassist_frame_feed(&frame, head, sizeof(head) - 1);

    for (i = 0; i < 1000; i++) {
        ngx_xassist_frame_feed(&frame, junk, sizeof(junk));
        assert_false(ngx_xassist_frame_boundary(&frame));
        assert_int_equal(ngx_xassist_frame_rest(&frame, junk, 10), 10);
    }
}


static void
close_frames(void **state)
{
    size_t               i, n;
    uint8_t              out[NGX_XASSIST_CLOSE_MAX], reason[200];
    ngx_xassist_frame_t  frame = { 0 };

    static const uint8_t  mask[4] = { 1, 2, 3, 4 };

    (void) state;

    n = ngx_xassist_frame_close(out, 4404, (const uint8_t *) "call_ended", 10,
                                NULL);
    assert_int_equal(n, 14);
    assert_memory_equal(out, "\x88\x0c\x11\x34" "call_ended", 14);

    n = ngx_xassist_frame_close(out, 4404, (const uint8_t *) "call_ended", 10,
                                mask);
    assert_int_equal(n, 18);
    assert_memory_equal(out, "\x88\x8c\x01\x02\x03\x04", 6);

    for (i = 6; i < n; i++) {
        out[i] ^= mask[(i - 6) & 3];
    }

    assert_memory_equal(out + 6, "\x11\x34" "call_ended", 12);

    /* a control frame's payload has 125 bytes at most */

    memset(reason, 'x', sizeof(reason));
    n = ngx_xassist_frame_close(out, 4401, reason, sizeof(reason), mask);
    assert_int_equal(n, NGX_XASSIST_CLOSE_MAX);
    assert_int_equal(out[1], 0x80 | 125);

    ngx_xassist_frame_feed(&frame, out, n);
    assert_true(ngx_xassist_frame_boundary(&frame));
    assert_int_equal(frame.data, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(any_way_of_cutting),
        cmocka_unit_test(the_rest_of_a_frame),
        cmocka_unit_test(data_is_no_ping),
        cmocka_unit_test(a_length_without_end),
        cmocka_unit_test(close_frames)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
