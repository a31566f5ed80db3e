/*
 * Base64 in its two alphabets.  Decoding looks characters up without a table
 * or a branch on the value, since keys and tokens pass here.
 */

#include <policy/base64_int.h>


static int policy_base64_value(unsigned char c, bool url);
static size_t policy_base64_put(const uint8_t *in, size_t len, char *out,
    bool url);
static bool policy_base64_get(const char *in, size_t len, uint8_t *out,
    size_t out_len, bool url);


size_t
policy_base64url_encode(const uint8_t *in, size_t len, char *out)
{
    return policy_base64_put(in, len, out, true);
}


bool
policy_base64url_decode(const char *in, size_t len, uint8_t *out,
    size_t out_len)
{
    return policy_base64_get(in, len, out, out_len, true);
}


size_t
policy_base64_encode(const uint8_t *in, size_t len, char *out)
{
    size_t  n;

    n = policy_base64_put(in, len, out, false);

    while (n % 4 != 0) {
        out[n++] = '=';
    }

    return n;
}


bool
policy_base64_decode(const char *in, size_t len, uint8_t *out, size_t size,
    size_t *out_len)
{
    size_t  n, bytes;

    if (len == 0 || len % 4 != 0) {
        return false;
    }

    n = len;
    if (in[n - 1] == '=') {
        n--;
        if (in[n - 1] == '=') {
            n--;
        }
    }

    bytes = n / 4 * 3 + (n % 4 == 0 ? 0 : n % 4 - 1);
    if (bytes > size || !policy_base64_get(in, n, out, bytes, false)) {
        return false;
    }

    *out_len = bytes;

    return true;
}


/* By groups of three, since each request writes a few ids. */
static size_t
policy_base64_put(const uint8_t *in, size_t len, char *out, bool url)
{
    char        *p;
    uint32_t     bits;
    const char  *chars;

    static const char  plain[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz"
                                   "0123456789+/";
    static const char  safe[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_";

    chars = url ? safe : plain;

    for (p = out; len >= 3; len -= 3, in += 3) {
        bits = (uint32_t) in[0] << 16 | (uint32_t) in[1] << 8 | in[2];
        *p++ = chars[bits >> 18];
        *p++ = chars[bits >> 12 & 63];
        *p++ = chars[bits >> 6 & 63];
        *p++ = chars[bits & 63];
    }

    if (len != 0) {
        bits = (uint32_t) in[0] << 16 | (len == 2 ? (uint32_t) in[1] << 8
                                                  : 0);
        *p++ = chars[bits >> 18];
        *p++ = chars[bits >> 12 & 63];

        if (len == 2) {
            *p++ = chars[bits >> 6 & 63];
        }
    }

    return (size_t) (p - out);
}


static bool
policy_base64_get(const char *in, size_t len, uint8_t *out, size_t out_len,
    bool url)
{
    int       value, wrong;
    size_t    i, n;
    unsigned  bits, held;

    if (len / 4 * 3 + (len % 4 == 0 ? 0 : len % 4 - 1) != out_len
        || len % 4 == 1)
    {
        return false;
    }

    n = 0;
    bits = 0;
    held = 0;
    wrong = 0;

    for (i = 0; i < len; i++) {
        value = policy_base64_value((unsigned char) in[i], url);
        wrong |= value;
        bits = (bits << 6 | ((unsigned) value & 63)) & 0xffff;
        held += 6;

        if (held >= 8) {
            held -= 8;
            out[n++] = (uint8_t) (bits >> held & 0xff);
        }
    }

    return wrong >= 0 && (bits & ((1u << held) - 1)) == 0;
}


/* Each range contributes its value when c lies in it, 0 otherwise; -1 when
   no range did: (lo - 1 - c) & (c - hi - 1) is negative only inside. */
static int
policy_base64_value(unsigned char c, bool url)
{
    int  x, ch, c62, c63;

    ch = c;
    c62 = url ? '-' : '+';
    c63 = url ? '_' : '/';
    x = 0;

    x |= ((('A' - 1 - ch) & (ch - 'Z' - 1)) >> 31) & (ch - 'A' + 1);
    x |= ((('a' - 1 - ch) & (ch - 'z' - 1)) >> 31) & (ch - 'a' + 27);
    x |= ((('0' - 1 - ch) & (ch - '9' - 1)) >> 31) & (ch - '0' + 53);
    x |= (((c62 - 1 - ch) & (ch - c62 - 1)) >> 31) & 63;
    x |= (((c63 - 1 - ch) & (ch - c63 - 1)) >> 31) & 64;

    return x - 1;
}
