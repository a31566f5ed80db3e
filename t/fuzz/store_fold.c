/*
 * Any bytes as the name, login, mail address and phone number of a user, one a
 * line: folded they keep to their room and stay without the zero that parts
 * them in a key; a beginning of a word folds to a beginning; words are as far
 * from each other as the others from them, and so are phone numbers the same.
 */

#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/limits.h>
#include <lmdb_schema/op_int.h>
#include <lmdb_schema/search_int.h>


#define LINES  5


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}


static void
words_are_words(const store_words_t *words)
{
    size_t  i, k;

    must(words->n <= STORE_WORDS_MAX);

    for (i = 0; i < words->n; i++) {
        must(words->w[i].len > 0 && words->w[i].len <= STORE_WORD_LEN);
        must(memchr(words->w[i].b, 0, words->w[i].len) == NULL);
        must(store_word_distance(&words->w[i], &words->w[i], 2) == 0);

        for (k = 0; k < i; k++) {
            must(store_word_distance(&words->w[i], &words->w[k], 2)
                 == store_word_distance(&words->w[k], &words->w[i], 2));
            must(store_word_distance(&words->w[i], &words->w[k], 2) != 0);
        }
    }
}


/* Of good text, cut after each character of its first word. */

static void
a_beginning_is_one(store_slice_t text)
{
    size_t         n;
    uint32_t       c;
    store_slice_t  part = { text.data, 0 };
    store_words_t  whole, begun;

    if (!store_text_good(text, 1, text.len)) {
        return;
    }

    memset(&whole, 0, sizeof(whole));
    store_fold_words(&whole, text);

    while (part.len < text.len && text.data[part.len] != ' ') {
        n = store_text_character(text.data + part.len, text.len - part.len,
                                 &c);
        must(n != 0);
        part.len += n;

        memset(&begun, 0, sizeof(begun));
        store_fold_words(&begun, part);

        if (begun.n == 1) {
            must(whole.n != 0
                 && store_word_begins(&whole.w[0], &begun.w[0]));
        }
    }
}


static void
terms_and_digits(store_slice_t text, store_digits_t *digits)
{
    size_t        i;
    store_term_t  term;

    memset(&term, 0, sizeof(term));
    store_fold_term(&term, text);
    must(term.len <= STORE_TERM_LEN);

    memset(digits, 0, sizeof(*digits));
    store_fold_phone(digits, text);
    must(digits->len <= STORE_DIGITS);
    must(digits->len == 0 || digits->len >= 3);
    must(store_phone_country(digits) <= digits->len);

    for (i = 0; i < digits->len; i++) {
        must(digits->b[i] >= '0' && digits->b[i] <= '9');
    }
}


static void
keys_are_keys(const store_slice_t *line)
{
    size_t           i, n;
    store_user_t     user;
    store_derived_t  keys[STORE_SEARCH_KEYS];

    memset(&user, 0, sizeof(user));
    user.id.b[3] = 7;
    user.account.b[3] = 8;
    user.display = line[0];
    user.name = line[1];
    user.mail = line[2];
    user.phone = line[3];
    user.last = line[4];

    n = store_search_keys(&user, keys);
    must(n <= STORE_SEARCH_KEYS);

    for (i = 0; i < n; i++) {
        must(keys[i].key.len > 0 && keys[i].key.len <= STORE_LIMIT_KEY);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          i, n;
    const uint8_t  *p;
    store_slice_t   line[LINES];
    store_words_t   words;
    store_digits_t  digits[LINES];

    memset(line, 0, sizeof(line));

    for (n = 0; n < LINES && size != 0; n++) {
        p = memchr(data, '\n', size);

        line[n].data = data;
        line[n].len = p != NULL ? (size_t) (p - data) : size;
        size -= line[n].len + (p != NULL);
        data += line[n].len + (p != NULL);
    }

    memset(&words, 0, sizeof(words));

    for (i = 0; i < n; i++) {
        store_fold_words(&words, line[i]);
        words_are_words(&words);
        a_beginning_is_one(line[i]);
        terms_and_digits(line[i], &digits[i]);

        must(store_phone_same(&digits[i], &digits[0])
             == store_phone_same(&digits[0], &digits[i]));
    }

    keys_are_keys(line);

    return 0;
}
