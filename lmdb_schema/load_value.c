/* Words and values of the text form. */

#include <string.h>

#include <lmdb_schema/dump_int.h>


static int digit(uint8_t c);


bool
store_load_word(store_slice_t *rest, store_slice_t *word)
{
    const uint8_t  *blank;

    if (rest->len == 0) {
        return false;
    }

    blank = memchr(rest->data, ' ', rest->len);

    word->data = rest->data;
    word->len = blank ? (size_t) (blank - rest->data) : rest->len;

    rest->data += word->len + (blank != NULL);
    rest->len -= word->len + (blank != NULL);

    return true;
}


bool
store_load_is(store_slice_t slice, const char *word)
{
    return slice.len == strlen(word)
           && memcmp(slice.data, word, slice.len) == 0;
}


bool
store_load_number(store_slice_t text, uint64_t most, uint64_t *out)
{
    size_t    i;
    uint64_t  d;

    *out = 0;

    for (i = 0; i < text.len; i++) {
        d = (uint64_t) text.data[i] - '0';

        if (text.data[i] < '0' || d > 9 || *out > (most - d) / 10) {
            return false;
        }

        *out = *out * 10 + d;
    }

    return text.len != 0;
}


bool
store_load_bytes(store_arena_t *arena, store_slice_t text, store_slice_t *out)
{
    int       high, low;
    size_t    i;
    uint8_t  *p;

    p = store_arena_take(arena, text.len / 2 + 1);

    if (p == NULL || text.len % 2 != 0) {
        return false;
    }

    for (i = 0; i < text.len / 2; i++) {
        high = digit(text.data[2 * i]);
        low = digit(text.data[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }

        p[i] = (uint8_t) (high << 4 | low);
    }

    out->data = p;
    out->len = text.len / 2;

    return true;
}


bool
store_load_text(store_arena_t *arena, store_slice_t text, store_slice_t *out)
{
    int       high, low;
    size_t    i, n;
    uint8_t  *p;

    p = store_arena_take(arena, text.len + 1);

    if (p == NULL) {
        return false;
    }

    for (i = 0, n = 0; i < text.len; i++) {
        p[n] = text.data[i];

        if (text.data[i] == '%') {
            if (text.len - i < 3) {
                return false;
            }

            high = digit(text.data[i + 1]);
            low = digit(text.data[i + 2]);

            if (high < 0 || low < 0) {
                return false;
            }

            p[n] = (uint8_t) (high << 4 | low);
            i += 2;
        }

        n++;
    }

    out->data = p;
    out->len = n;

    return true;
}


static int
digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
