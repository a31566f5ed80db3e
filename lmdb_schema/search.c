/* Users by what somebody types. */

#include <string.h>

#include <lmdb_schema/search_int.h>


/* How well a part of the question fits. */
#define FITS_TERM     100              /* the login, the address, the number */
#define FITS_WORD     90
#define FITS_NUMBER   85               /* a part of the number */
#define FITS_BEGUN    80               /* the beginning of login or address */
#define FITS_PREFIX   75               /* the beginning of a word */
#define FITS_NEAR     55               /* a typing error */
#define FITS_FAR      40               /* two */


/* What stands between blanks, read in every way it may be meant. */
typedef struct {
    store_term_t   term;
    store_digits_t digits;
    store_words_t  words;
    bool           mail;
} part_t;

typedef struct {
    part_t         parts[STORE_WORDS_MAX];
    size_t         n;
    store_words_t  words;              /* of all parts */
    bool           exact;
} question_t;


static void ask(question_t *q, store_slice_t text);
static void ask_part(question_t *q, store_slice_t text);
static uint32_t fits(const store_seek_t *seek, const store_user_t *user);
static uint32_t part_fits(const question_t *q, const part_t *part,
    const store_person_t *person);
static uint32_t term_fits(const store_term_t *term,
    const store_term_t *of);
static uint32_t number_fits(const store_digits_t *digits,
    const store_digits_t *of);
static uint32_t words_fit(const question_t *q, const part_t *part,
    const store_words_t *of);
static uint32_t word_fits(const store_word_t *word, const store_word_t *of,
    bool exact);
static void seek_parts(store_seek_t *seek, const question_t *q);
static void seek_names(store_seek_t *seek, const store_words_t *words);
static void seek_similar(store_seek_t *seek, const question_t *q);


store_status_t
store_search(store_txn_t *txn, const store_id_t *account, store_slice_t text,
    bool exact, store_found_t *found)
{
    return store_view_search(store_txn_view(txn), account, text, exact,
                             found);
}


store_status_t
store_view_search(store_view_t *view, const store_id_t *account,
    store_slice_t text, bool exact, store_found_t *found)
{
    question_t    q;
    store_seek_t  seek;

    memset(&q, 0, sizeof(q));
    q.exact = exact;
    ask(&q, text);

    store_seek_begin(&seek, view, account, found);
    seek.score = fits;
    seek.data = &q;

    seek_parts(&seek, &q);
    seek_names(&seek, &q.words);

    if (found->n < found->max) {
        seek_similar(&seek, &q);
    }

    return seek.status;
}


static void
ask(question_t *q, store_slice_t text)
{
    size_t          from, at;
    store_slice_t   part;
    store_digits_t  digits;

    while (text.len != 0 && text.data[0] == ' ') {
        text.data++;
        text.len--;
    }

    while (text.len != 0 && text.data[text.len - 1] == ' ') {
        text.len--;
    }

    store_fold_phone(&digits, text);

    if (digits.len != 0) {
        ask_part(q, text);
        return;
    }

    for (from = 0, at = 0; at <= text.len; at++) {

        if (at != text.len && text.data[at] != ' ' && text.data[at] != ',') {
            continue;
        }

        part.data = text.data + from;
        part.len = at - from;
        from = at + 1;

        if (part.len != 0 && q->n < STORE_WORDS_MAX) {
            ask_part(q, part);
        }
    }
}


static void
ask_part(question_t *q, store_slice_t text)
{
    part_t         *part = &q->parts[q->n];
    store_slice_t   local = text;
    const uint8_t  *at;

    store_fold_term(&part->term, text);
    store_fold_phone(&part->digits, text);

    at = memchr(text.data, '@', text.len);

    if (at != NULL) {
        part->mail = true;
        local.len = (size_t) (at - text.data);
    }

    store_fold_words(&part->words, local);
    store_fold_words(&q->words, local);

    /* What is neither a word nor anything else asks for nothing. */

    if (part->words.n != 0 || part->digits.len != 0) {
        q->n++;
    } else {
        memset(part, 0, sizeof(*part));
    }
}


static uint32_t
fits(const store_seek_t *seek, const store_user_t *user)
{
    size_t             i;
    uint32_t           sum, one;
    store_person_t     person;
    const question_t  *q = seek->data;

    store_person(user, &person);
    sum = 0;

    for (i = 0; i < q->n; i++) {
        one = part_fits(q, &q->parts[i], &person);

        if (one == 0) {
            return 0;
        }

        sum += one;
    }

    return q->n == 0 ? 0 : sum / (uint32_t) q->n;
}


static uint32_t
part_fits(const question_t *q, const part_t *part,
    const store_person_t *person)
{
    size_t    i;
    uint32_t  best, one[4];

    one[0] = term_fits(&part->term, &person->login);
    one[1] = term_fits(&part->term, &person->mail);
    one[2] = number_fits(&part->digits, &person->phone);
    one[3] = words_fit(q, part, &person->words);
    best = 0;

    for (i = 0; i < 4; i++) {
        best = one[i] > best ? one[i] : best;
    }

    return best;
}


static uint32_t
term_fits(const store_term_t *term, const store_term_t *of)
{
    if (term->len == 0 || of->len < term->len
        || memcmp(term->b, of->b, term->len) != 0)
    {
        return 0;
    }

    return of->len == term->len ? FITS_TERM : FITS_BEGUN;
}


static uint32_t
number_fits(const store_digits_t *digits, const store_digits_t *of)
{
    size_t  n;

    if (digits->len == 0 || of->len == 0) {
        return 0;
    }

    if (store_phone_same(digits, of)) {
        return FITS_TERM;
    }

    if (of->len < digits->len) {
        return 0;
    }

    if (memcmp(of->b, digits->b, digits->len) == 0) {
        return FITS_NUMBER;
    }

    n = digits->country ? 0 : store_phone_country(of);

    if (of->len - n >= digits->len
        && memcmp(of->b + n, digits->b, digits->len) == 0)
    {
        return FITS_NUMBER;
    }

    return !digits->country && digits->len >= 4
           && memcmp(of->b + of->len - digits->len, digits->b, digits->len)
              == 0
           ? FITS_NUMBER : 0;
}


/* All of them, each by the word that it fits best. */

static uint32_t
words_fit(const question_t *q, const part_t *part, const store_words_t *of)
{
    size_t    i, j;
    uint32_t  sum, one, best;

    sum = 0;

    for (i = 0; i < part->words.n; i++) {
        best = 0;

        for (j = 0; j < of->n; j++) {
            one = word_fits(&part->words.w[i], &of->w[j], q->exact);
            best = one > best ? one : best;
        }

        if (best == 0) {
            return 0;
        }

        sum += best;
    }

    if (part->words.n == 0) {
        return 0;
    }

    /* An address that only says the name is another one. */

    sum /= (uint32_t) part->words.n;

    return !part->mail ? sum : q->exact ? 0 : sum / 2;
}


static uint32_t
word_fits(const store_word_t *word, const store_word_t *of, bool exact)
{
    size_t  d;

    if (store_word_begins(of, word)) {
        return of->len == word->len ? FITS_WORD : FITS_PREFIX;
    }

    if (exact || word->len < 4) {
        return 0;
    }

    d = store_word_distance(word, of, word->len < 8 ? 1 : 2);

    return d == 1 ? FITS_NEAR : d == 2 && word->len >= 8 ? FITS_FAR : 0;
}


/* Logins, addresses and numbers: few fit, and they fit best. */

static void
seek_parts(store_seek_t *seek, const question_t *q)
{
    size_t         i, n;
    store_term_t   digits;
    const part_t  *part;

    for (i = 0; i < q->n; i++) {
        part = &q->parts[i];

        store_seek_term(seek, &part->term, true, FITS_TERM);

        if (q->n == 1 || part->mail) {
            store_seek_term(seek, &part->term, false, FITS_BEGUN);
        }

        n = part->digits.len;

        if (n == 0) {
            continue;
        }

        memcpy(digits.b, part->digits.b, n);
        digits.len = n;
        store_seek_term(seek, &digits, false, FITS_TERM);

        if (n >= 4) {
            store_seek_digits(seek, &part->digits,
                              part->digits.country && n > 8 ? 8 : n,
                              FITS_TERM);
        }
    }
}


/* Whole words and beginnings; any of several may be the one cut short. */

static void
seek_names(store_seek_t *seek, const store_words_t *words)
{
    size_t  i, j;

    if (words->n == 1) {
        store_seek_words(seek, &words->w[0], NULL, FITS_PREFIX);
    }

    for (i = 0; i < words->n; i++) {
        for (j = 0; j < words->n; j++) {
            if (i != j) {
                store_seek_words(seek, &words->w[i], &words->w[j],
                                 FITS_WORD);
            }
        }
    }
}


/* The same with what each word may have been meant to be. */

static void
seek_similar(store_seek_t *seek, const question_t *q)
{
    size_t               i, j, a, b;
    store_near_t         near[STORE_WORDS_MAX];
    const store_word_t  *first, *second;

    const store_words_t  *words = &q->words;

    memset(near, 0, sizeof(near));

    for (i = 0; i < words->n; i++) {

        if (!q->exact) {
            store_seek_near(seek, &words->w[i], &near[i]);
        }

        if (words->n > 1) {
            store_seek_longer(seek, &words->w[i], &near[i]);
        }
    }

    if (words->n == 1) {
        for (a = 0; a < near[0].n; a++) {
            store_seek_words(seek, &near[0].w[a], NULL, FITS_NEAR);
        }
    }

    for (i = 0; i < words->n; i++) {
        for (j = 0; j < words->n; j++) {
            for (a = 0; i != j && a <= near[i].n; a++) {
                for (b = 0; b <= near[j].n; b++) {

                    first = a == 0 ? &words->w[i] : &near[i].w[a - 1];
                    second = b == 0 ? &words->w[j] : &near[j].w[b - 1];

                    if (a != 0 || b != 0) {
                        store_seek_words(seek, first, second, FITS_WORD);
                    }
                }
            }
        }
    }
}
