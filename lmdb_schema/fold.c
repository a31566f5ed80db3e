/* Spellings that mean the same: words, addresses, phone numbers. */

#include <string.h>

#include <lmdb_schema/op_int.h>
#include <lmdb_schema/search_int.h>


#define BREAK  0                       /* what separates words */
#define SKIP   1                       /* what is not there */


static uint32_t base_letter(uint32_t c);
static uint32_t follow(uint32_t c, uint32_t before);
static void word_add(store_word_t *word, uint32_t c);
static void words_close(store_words_t *words, store_word_t *word);
static bool word_equal(const store_word_t *a, const store_word_t *b);


/* Base letters from U+00C0 and U+1E00 on; a dot: the character itself. */

static const char  latin[] =
    "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
    "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
    "...............a................oo.............uu..............."
    "....dddlllnnnaaiioouuuuuuuuuu.aaaa....ggkkoooo..jdddgg..nnaa...."
    "aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............"
    "................";

static const char  latin_more[] =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
    "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
    "wwwwwwwwwwxxxxyyzzzzzzhtwyas..s.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";


void
store_fold_words(store_words_t *words, store_slice_t text)
{
    size_t        at, len;
    uint32_t      c, before;
    store_word_t  word;

    word.len = 0;
    before = BREAK;

    for (at = 0; at < text.len; at += len) {
        len = store_text_character(text.data + at, text.len - at, &c);

        if (len == 0) {
            return;
        }

        c = base_letter(c);

        if (c == SKIP) {
            continue;
        }

        if (c == BREAK) {
            words_close(words, &word);
            before = BREAK;
            continue;
        }

        c = follow(c, before);

        if (c != SKIP) {
            word_add(&word, c);
            before = c;
        }
    }

    words_close(words, &word);
}


/* A letter without case and marks. */

static uint32_t
base_letter(uint32_t c)
{
    char  base = '.';

    if (c < 0x80) {
        if (c >= 'A' && c <= 'Z') {
            return c | 0x20;
        }

        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
               ? c : c == '\'' ? SKIP : BREAK;
    }

    if (c < 0xc0 || (c >= 0x2000 && c < 0x2070) || c == 0x3000) {
        return c == 0x2019 || c == 0x200d || c == 0xad ? SKIP : BREAK;
    }

    if (c >= 0x300 && c < 0x370) {
        return SKIP;
    }

    if (c < 0xc0 + sizeof(latin) - 1) {
        base = latin[c - 0xc0];

    } else if (c >= 0x1e00 && c < 0x1e00 + sizeof(latin_more) - 1) {
        base = latin_more[c - 0x1e00];

    } else if ((c >= 0x391 && c < 0x3aa) || (c >= 0x410 && c < 0x430)) {
        return c + 0x20;

    } else if (c >= 0x400 && c < 0x410) {
        return c + 0x50;
    }

    return base == '.' ? c : (uint32_t) (unsigned char) base;
}


/* A letter after another, so that spellings of one sound meet. */

static uint32_t
follow(uint32_t c, uint32_t before)
{
    if (c == 'c') {
        c = 'k';

    } else if (c == 'y') {
        c = 'i';
    }

    if (c >= 'a' && c <= 'z'
        && (c == before
            || (c == 'e'
                && (before == 'a' || before == 'o' || before == 'u'))))
    {
        return SKIP;
    }

    return c;
}


static void
word_add(store_word_t *word, uint32_t c)
{
    size_t   n;
    uint8_t  b[4];

    if (c < 0x80) {
        b[0] = (uint8_t) c;
        n = 1;

    } else if (c < 0x800) {
        b[0] = (uint8_t) (0xc0 | c >> 6);
        b[1] = (uint8_t) (0x80 | (c & 0x3f));
        n = 2;

    } else if (c < 0x10000) {
        b[0] = (uint8_t) (0xe0 | c >> 12);
        b[1] = (uint8_t) (0x80 | (c >> 6 & 0x3f));
        b[2] = (uint8_t) (0x80 | (c & 0x3f));
        n = 3;

    } else {
        b[0] = (uint8_t) (0xf0 | c >> 18);
        b[1] = (uint8_t) (0x80 | (c >> 12 & 0x3f));
        b[2] = (uint8_t) (0x80 | (c >> 6 & 0x3f));
        b[3] = (uint8_t) (0x80 | (c & 0x3f));
        n = 4;
    }

    /* No shorter letter goes in where a longer one did not fit. */

    if (n > STORE_WORD_LEN - word->len) {
        memset(word->b + word->len, 0, STORE_WORD_LEN - word->len);
        word->len = STORE_WORD_LEN;
        return;
    }

    memcpy(word->b + word->len, b, n);
    word->len += n;
}


static void
words_close(store_words_t *words, store_word_t *word)
{
    size_t  i;

    while (word->len != 0 && word->b[word->len - 1] == 0) {
        word->len--;
    }

    for (i = 0; i < words->n && !word_equal(&words->w[i], word); i++) {
        /* void */
    }

    if (word->len != 0 && i == words->n && i < STORE_WORDS_MAX) {
        words->w[words->n++] = *word;
    }

    word->len = 0;
}


static bool
word_equal(const store_word_t *a, const store_word_t *b)
{
    return a->len == b->len && memcmp(a->b, b->b, a->len) == 0;
}


bool
store_word_begins(const store_word_t *word, const store_word_t *with)
{
    return word->len >= with->len && memcmp(word->b, with->b, with->len) == 0;
}


void
store_fold_term(store_term_t *term, store_slice_t text)
{
    size_t  i;

    term->len = text.len < STORE_TERM_LEN ? text.len : STORE_TERM_LEN;

    for (i = 0; i < term->len; i++) {
        term->b[i] = text.data[i] >= 'A' && text.data[i] <= 'Z'
                     ? (uint8_t) (text.data[i] | 0x20) : text.data[i];
    }
}


void
store_fold_phone(store_digits_t *digits, store_slice_t text)
{
    size_t   i, zeros;
    uint8_t  c;

    memset(digits, 0, sizeof(*digits));
    zeros = 0;

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        /* "+49 (0) 171": the zero is for callers of that country */

        if (digits->country && c == '(' && text.len - i > 2
            && text.data[i + 1] == '0' && text.data[i + 2] == ')')
        {
            i += 2;
            continue;
        }

        if (c == '+' && digits->len == 0 && zeros == 0) {
            digits->country = true;
            continue;
        }

        if (c == ' ' || c == '-' || c == '.' || c == '/' || c == '('
            || c == ')')
        {
            continue;
        }

        if (c < '0' || c > '9') {
            digits->len = 0;
            return;
        }

        if (c == '0' && digits->len == 0) {
            zeros++;
            digits->country = digits->country || zeros == 2;

        } else if (digits->len < STORE_DIGITS) {
            digits->b[digits->len++] = c;
        }
    }

    if (digits->len < 3) {
        digits->len = 0;
    }
}


/* Codes of one digit, of two, and all others of three (E.164). */

size_t
store_phone_country(const store_digits_t *digits)
{
    static const char  two[] = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 "
                               "47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 "
                               "64 65 66 81 82 84 86 90 91 92 93 94 95 98";

    const char  *at;

    if (!digits->country || digits->len < 5) {
        return 0;
    }

    if (digits->b[0] == '1' || digits->b[0] == '7') {
        return 1;
    }

    for (at = two; ; at += 3) {
        if (memcmp(at, digits->b, 2) == 0) {
            return 2;
        }

        if (at[2] == '\0') {
            return 3;
        }
    }
}


bool
store_phone_same(const store_digits_t *a, const store_digits_t *b)
{
    const store_digits_t  *shorter, *longer;

    if (a->len == 0 || b->len == 0) {
        return false;
    }

    shorter = a->len < b->len ? a : b;
    longer = shorter == a ? b : a;

    if (a->len != b->len
        && (shorter->len < 6 || (a->country && b->country)
            || shorter->country))
    {
        return false;
    }

    return memcmp(longer->b + longer->len - shorter->len, shorter->b,
                  shorter->len)
           == 0;
}


size_t
store_word_distance(const store_word_t *a, const store_word_t *b, size_t max)
{
    size_t  i, j, least, best, row[3][STORE_WORD_LEN + 1];
    size_t  *now, *last, *before, *swap;

    if (a->len > b->len + max || b->len > a->len + max) {
        return max + 1;
    }

    now = row[0];
    last = row[1];
    before = row[2];

    for (j = 0; j <= b->len; j++) {
        last[j] = j;
        before[j] = j;
    }

    for (i = 1; i <= a->len; i++) {
        now[0] = i;
        least = i;

        for (j = 1; j <= b->len; j++) {
            best = last[j - 1] + (a->b[i - 1] != b->b[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;

            if (i > 1 && j > 1 && a->b[i - 1] == b->b[j - 2]
                && a->b[i - 2] == b->b[j - 1] && before[j - 2] + 1 < best)
            {
                best = before[j - 2] + 1;
            }

            now[j] = best;
            least = best < least ? best : least;
        }

        if (least > max) {
            return max + 1;
        }

        swap = before;
        before = last;
        last = now;
        now = swap;
    }

    return last[b->len] > max ? max + 1 : last[b->len];
}
