/*
 * UTF-8 as RFC 3629 has it.  yajl lets surrogates, overlong forms and what
 * lies beyond U+10FFFF pass.
 */

#include <policy/json_int.h>


size_t
policy_utf8_bad(const char *text, size_t len)
{
    size_t         i, k, tail;
    unsigned char  c, next, low, high;

    for (i = 0; i < len; i += tail + 1) {
        c = (unsigned char) text[i];

        if (c < 0x80) {
            tail = 0;
            continue;
        }

        if (c < 0xc2 || c > 0xf4) {
            return i;
        }

        tail = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

        if (len - i <= tail) {
            return i;
        }

        /* The second byte has fewer values after these (RFC 3629, 4). */

        low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
        high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;

        for (k = 1; k <= tail; k++) {
            next = (unsigned char) text[i + k];

            if (next < low || next > high) {
                return i;
            }

            low = 0x80;
            high = 0xbf;
        }
    }

    return len;
}
