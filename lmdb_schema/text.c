/* Texts that people give. */

#include <string.h>

#include <lmdb_schema/op_int.h>


static bool characters_good(store_slice_t text, size_t min, size_t max,
    bool breaks);


bool
store_text_good(store_slice_t text, size_t min, size_t max)
{
    return characters_good(text, min, max, false);
}


bool
store_lines_good(store_slice_t text, size_t min, size_t max)
{
    return (text.len == 0
            || (text.data[0] != '\n' && text.data[text.len - 1] != '\n'))
           && characters_good(text, min, max, true);
}


static bool
characters_good(store_slice_t text, size_t min, size_t max, bool breaks)
{
    size_t    at, n, len;
    uint32_t  c;

    if (text.len > STORE_LIMIT_FIELD) {
        return false;
    }

    if (text.len != 0
        && (text.data[0] == ' ' || text.data[text.len - 1] == ' '))
    {
        return false;
    }

    n = 0;

    for (at = 0; at < text.len; at += len) {
        len = store_text_character(text.data + at, text.len - at, &c);

        if (len == 0 || (c < 0x20 && !(breaks && c == '\n'))
            || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
        {
            return false;
        }

        n++;
    }

    return n >= min && n <= max;
}


bool
store_words_good(store_slice_t words)
{
    bool    inside;
    size_t  i;

    if (words.len > STORE_LIMIT_ROLES) {
        return false;
    }

    inside = false;

    for (i = 0; i < words.len; i++) {

        if (words.data[i] == ',') {
            if (!inside) {
                return false;
            }

            inside = false;
            continue;
        }

        if (words.data[i] <= 0x20 || words.data[i] >= 0x7f) {
            return false;
        }

        inside = true;
    }

    return words.len == 0 || inside;
}


bool
store_word_next(store_slice_t *words, store_slice_t *word)
{
    size_t  i;

    if (words->len == 0) {
        return false;
    }

    for (i = 0; i < words->len && words->data[i] != ','; i++) { /* void */ }

    word->data = words->data;
    word->len = i;

    i += i < words->len;
    words->data += i;
    words->len -= i;

    return true;
}


bool
store_words_have(store_slice_t words, store_slice_t word)
{
    store_slice_t  one;

    while (store_word_next(&words, &one)) {
        if (store_slice_equal(one, word)) {
            return true;
        }
    }

    return false;
}


bool
store_words_add(store_slice_t words, uint8_t *buffer, size_t size,
    size_t *len)
{
    store_slice_t  word, so_far;

    while (store_word_next(&words, &word)) {
        so_far.data = buffer;
        so_far.len = *len;

        if (store_words_have(so_far, word)) {
            continue;
        }

        if (word.len + 1 > size - *len) {
            return false;
        }

        if (*len != 0) {
            buffer[(*len)++] = ',';
        }

        memcpy(buffer + *len, word.data, word.len);
        *len += word.len;
    }

    return true;
}


bool
store_words_change(store_slice_t words, store_words_change_t how,
    store_slice_t change, uint8_t *buffer, size_t size, store_slice_t *out)
{
    bool           fits;
    store_slice_t  word;

    out->data = buffer;
    out->len = 0;

    if (how == STORE_WORDS_SET) {
        return store_words_add(change, buffer, size, &out->len);
    }

    fits = true;

    while (fits && store_word_next(&words, &word)) {
        if (how == STORE_WORDS_ADD || !store_words_have(change, word)) {
            fits = store_words_add(word, buffer, size, &out->len);
        }
    }

    return fits && (how == STORE_WORDS_TAKE
                    || store_words_add(change, buffer, size, &out->len));
}


bool
store_slice_equal(store_slice_t a, store_slice_t b)
{
    return a.len == b.len
           && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


size_t
store_text_character(const uint8_t *p, size_t len, uint32_t *c)
{
    size_t    i, n;
    uint32_t  least;

    if (p[0] < 0x80) {
        *c = p[0];
        return 1;
    }

    if (p[0] >= 0xc2 && p[0] < 0xe0) {
        n = 2;
        least = 0x80;
        *c = p[0] & 0x1f;

    } else if (p[0] >= 0xe0 && p[0] < 0xf0) {
        n = 3;
        least = 0x800;
        *c = p[0] & 0x0f;

    } else if (p[0] >= 0xf0 && p[0] < 0xf5) {
        n = 4;
        least = 0x10000;
        *c = p[0] & 0x07;

    } else {
        return 0;
    }

    if (len < n) {
        return 0;
    }

    for (i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }

        *c = *c << 6 | (p[i] & 0x3f);
    }

    if (*c < least || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000)) {
        return 0;
    }

    return n;
}
