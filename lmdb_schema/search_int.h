/*
 * What search and duplicates are made of.
 *
 * Words are folded so that spellings meet: lower case, base letters without
 * diacritics, "e" after a, o, u left out (Mueller, Müller, Muller), c as k,
 * y as i, doubled letters once.  Each folded letter depends on what stands
 * before it alone, so a beginning of a word folds to a beginning.
 *
 *     5b account "hans" 00 "muler" 00 id     each word with each other one;
 *     5b account "muler" 00 "hans" 00 id     a single one with nothing
 *     5c account "relum" 00 id               backwards, phone numbers as well
 *     5d account "hans@example.com" 00 id    login, mail address, phone number
 */

#ifndef STORE_SEARCH_INT_H
#define STORE_SEARCH_INT_H

#include <lmdb_schema/search.h>
#include <lmdb_schema/view_int.h>

#define STORE_WORD_LEN   18            /* bytes; longer words are cut */
#define STORE_WORDS_MAX  4             /* of one person */
#define STORE_TERM_LEN   38
#define STORE_TERMS_MAX  4
#define STORE_DIGITS     15            /* E.164 */

typedef struct {
    size_t  len;
    uint8_t b[STORE_WORD_LEN];
} store_word_t;

typedef struct {
    size_t       n;
    store_word_t w[STORE_WORDS_MAX];
} store_words_t;

typedef struct {
    size_t  len;
    uint8_t b[STORE_TERM_LEN];
} store_term_t;

/* Digits of a phone number without "00" or a leading 0. */
typedef struct {
    size_t  len;
    uint8_t b[STORE_DIGITS];
    bool    country;                   /* they begin with that of a country */
} store_digits_t;

/* What is known of a user, folded. */
typedef struct {
    store_words_t  words;
    store_term_t   login;
    store_term_t   mail;
    store_digits_t phone;
} store_person_t;

#pragma GCC visibility push(hidden)

/* Adds the words of a text that are not there yet, while there is room. */
void store_fold_words(store_words_t *words, store_slice_t text);

/* Lower case, cut to its room. */
void store_fold_term(store_term_t *term, store_slice_t text);

/* Nothing (len 0) when there are fewer than three digits, or it is no phone
   number. */
void store_fold_phone(store_digits_t *digits, store_slice_t text);

/* How many of the digits are the country's; 0 when none are known to be. */
size_t store_phone_country(const store_digits_t *digits);

/* The same number: to the last digit if both have their country, else the
   shorter one, of at least six digits, ends the longer. */
bool store_phone_same(const store_digits_t *a, const store_digits_t *b);

/* Letters to insert, delete, change or swap, `max` + 1 for more than max. */
size_t store_word_distance(const store_word_t *a, const store_word_t *b,
    size_t max);

bool store_word_begins(const store_word_t *word, const store_word_t *with);

void store_person(const store_user_t *user, store_person_t *person);

/* Index keys of a user for search: at most STORE_SEARCH_KEYS. */
#define STORE_SEARCH_KEYS \
    (STORE_WORDS_MAX * (STORE_WORDS_MAX - 1) + STORE_WORDS_MAX + 1 \
     + STORE_TERMS_MAX)

size_t store_search_keys(const store_user_t *user, store_derived_t *out);

/* ---- a search at work --------------------------------------------------- */

typedef struct store_seek_s store_seek_t;

/* How well a user fits, 0: not at all. */
typedef uint32_t (*store_score_pt)(const store_seek_t *seek,
    const store_user_t *user);

struct store_seek_s {
    store_view_t   *view;
    store_id_t      account;
    store_score_pt  score;
    const void     *data;              /* of `score` */
    store_found_t  *found;
    store_status_t  status;
};

#define STORE_NEAR_MAX  16             /* words that one may stand for */

typedef struct {
    size_t       n;
    store_word_t w[STORE_NEAR_MAX];
    size_t       distance[STORE_NEAR_MAX];
} store_near_t;

void store_seek_begin(store_seek_t *seek, store_view_t *view,
    const store_id_t *account, store_found_t *found);

/* Looks at the users whose keys begin so; none of them scores above `best`:
   it stops when the room is full of those. */
void store_seek_term(store_seek_t *seek, const store_term_t *term,
    bool whole, uint32_t best);
void store_seek_digits(store_seek_t *seek, const store_digits_t *digits,
    size_t n, uint32_t best);
void store_seek_words(store_seek_t *seek, const store_word_t *first,
    const store_word_t *second, uint32_t best);

/* Words that are there and begin as this one. */
void store_seek_longer(store_seek_t *seek, const store_word_t *word,
    store_near_t *near);

/* Words that are there and differ from it by a typing error; the nearest. */
void store_seek_near(store_seek_t *seek, const store_word_t *word,
    store_near_t *near);

/* The searches, over any view. */
store_status_t store_view_search(store_view_t *view,
    const store_id_t *account, store_slice_t text, bool exact,
    store_found_t *found) STORE_USE_RESULT;
store_status_t store_view_alike(store_view_t *view,
    const store_id_t *account, const store_alike_t *person,
    store_found_t *found) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_SEARCH_INT_H */
