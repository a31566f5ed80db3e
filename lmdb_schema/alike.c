/* Users who may be the same person as one to be made. */

#include <string.h>

#include <lmdb_schema/search_int.h>


#define WHOLE  100

/* What a similar address, or a similar name, is worth of the same one. */
#define MAIL_NEAR   70
#define NAME_BEGUN  60
#define NAME_LEAST  60

/* What is left of the confidence when something is not the same. */
#define MAIL_OTHER   75
#define PHONE_OTHER  80

/* Records that names alone lead to. */
#define NUMBER_LAST  7


typedef struct {
    const store_alike_t *ask;
    store_words_t        first;
    store_words_t        last;
    store_words_t        words;
    store_term_t         mail;
    store_digits_t       phone;
} person_t;


static uint32_t confidence(const store_seek_t *seek,
    const store_user_t *user);
static uint32_t mail_alike(const person_t *p, const store_user_t *user);
static size_t mail_distance(store_slice_t a, store_slice_t b);
static uint32_t name_alike(const person_t *p, const store_words_t *words);
static uint32_t word_alike(const store_word_t *a, const store_word_t *b);
static void seek_names(store_seek_t *seek, const person_t *p);


store_status_t
store_alike(store_txn_t *txn, const store_id_t *account,
    const store_alike_t *person, store_found_t *found)
{
    return store_view_alike(store_txn_view(txn), account, person, found);
}


store_status_t
store_view_alike(store_view_t *view, const store_id_t *account,
    const store_alike_t *person, store_found_t *found)
{
    person_t      p;
    store_seek_t  seek;

    memset(&p, 0, sizeof(p));
    p.ask = person;

    store_fold_words(&p.first, person->first);
    store_fold_words(&p.last, person->last);
    store_fold_words(&p.words, person->first);
    store_fold_words(&p.words, person->last);
    store_fold_term(&p.mail, person->mail);
    store_fold_phone(&p.phone, person->phone);

    store_seek_begin(&seek, view, account, found);
    seek.score = confidence;
    seek.data = &p;

    if (p.mail.len != 0) {
        store_seek_term(&seek, &p.mail, true, WHOLE);
    }

    if (p.phone.len >= NUMBER_LAST) {
        store_seek_digits(&seek, &p.phone, NUMBER_LAST, WHOLE);
    }

    seek_names(&seek, &p);

    return seek.status;
}


/* Each sign that it is the same person leaves less doubt. */

static uint32_t
confidence(const store_seek_t *seek, const store_user_t *user)
{
    uint32_t         mail, phone, name, doubt, sure;
    store_person_t   person;
    const person_t  *p = seek->data;

    store_person(user, &person);

    mail = mail_alike(p, user);
    phone = store_phone_same(&p->phone, &person.phone) ? WHOLE : 0;
    name = name_alike(p, &person.words);

    doubt = WHOLE * (WHOLE - mail * p->ask->weight_mail / WHOLE);
    doubt = doubt * (WHOLE - phone * p->ask->weight_phone / WHOLE) / WHOLE;
    doubt = doubt * (WHOLE - name * p->ask->weight_name / WHOLE) / WHOLE;
    sure = WHOLE - doubt / WHOLE;

    if (mail == 0 && p->mail.len != 0 && person.mail.len != 0) {
        sure = sure * MAIL_OTHER / WHOLE;
    }

    if (phone == 0 && p->phone.len != 0 && person.phone.len != 0) {
        sure = sure * PHONE_OTHER / WHOLE;
    }

    return sure < p->ask->threshold || sure == 0 ? 0 : sure;
}


static uint32_t
mail_alike(const person_t *p, const store_user_t *user)
{
    if (p->mail.len == 0 || user->mail.len == 0) {
        return 0;
    }

    switch (mail_distance(p->ask->mail, user->mail)) {
    case 0:
        return WHOLE;
    case 1:
        return MAIL_NEAR;
    default:
        return 0;
    }
}


/* 0: the same but for case; 1: one letter is other, missing, or swapped with
   the next; 2: more than that. */

static size_t
mail_distance(store_slice_t a, store_slice_t b)
{
    size_t        front, back, n;
    store_term_t  x, y;

    if (a.len > b.len + 1 || b.len > a.len + 1 || a.len > STORE_TERM_LEN
        || b.len > STORE_TERM_LEN)
    {
        store_fold_term(&x, a);
        store_fold_term(&y, b);

        return a.len == b.len && memcmp(x.b, y.b, x.len) == 0
               && memcmp(a.data + x.len, b.data + x.len, a.len - x.len) == 0
               ? 0 : 2;
    }

    store_fold_term(&x, a);
    store_fold_term(&y, b);
    n = x.len < y.len ? x.len : y.len;

    for (front = 0; front < n && x.b[front] == y.b[front]; front++) {
        /* void */
    }

    for (back = 0;
         back < n - front
         && x.b[x.len - 1 - back] == y.b[y.len - 1 - back];
         back++)
    {
        /* void */
    }

    if (x.len == y.len && front + back >= x.len) {
        return 0;
    }

    if (front + back + 1 >= (x.len > y.len ? x.len : y.len)) {
        return 1;
    }

    return x.len == y.len && front + back + 2 == x.len
           && x.b[front] == y.b[front + 1] && x.b[front + 1] == y.b[front]
           ? 1 : 2;
}


/* Each word by the one of the other that is most like it. */

static uint32_t
name_alike(const person_t *p, const store_words_t *words)
{
    bool      used[STORE_WORDS_MAX] = { false };
    size_t    i, j, at;
    uint32_t  best, one, sum;

    if (p->first.n == 0 || p->last.n == 0 || p->first.w[0].len < 2
        || p->last.w[0].len < 2 || words->n == 0)
    {
        return 0;
    }

    sum = 0;

    for (i = 0; i < p->words.n; i++) {
        best = 0;
        at = 0;

        for (j = 0; j < words->n; j++) {
            one = used[j] ? 0 : word_alike(&p->words.w[i], &words->w[j]);

            if (one > best) {
                best = one;
                at = j;
            }
        }

        if (best != 0) {
            used[at] = true;
            sum += best;
        }
    }

    sum = 2 * sum / (uint32_t) (p->words.n + words->n);

    return sum < NAME_LEAST ? 0 : sum;
}


static uint32_t
word_alike(const store_word_t *a, const store_word_t *b)
{
    size_t  d, len, max;

    len = a->len > b->len ? a->len : b->len;
    max = len < 4 ? 0 : len < 8 ? 1 : 2;
    d = store_word_distance(a, b, max);

    if (d <= max) {
        return (uint32_t) (WHOLE - WHOLE * d / len);
    }

    return store_word_begins(a, b) || store_word_begins(b, a)
           ? NAME_BEGUN : 0;
}


/* By a word of each, as it was given, cut short, or with an error. */

static void
seek_names(store_seek_t *seek, const person_t *p)
{
    size_t               a, b;
    store_near_t         first, last;
    const store_word_t  *x, *y;

    if (p->first.n == 0 || p->last.n == 0 || p->first.w[0].len < 2
        || p->last.w[0].len < 2)
    {
        return;
    }

    memset(&first, 0, sizeof(first));
    memset(&last, 0, sizeof(last));
    store_seek_near(seek, &p->first.w[0], &first);
    store_seek_near(seek, &p->last.w[0], &last);

    for (a = 0; a <= first.n; a++) {
        for (b = 0; b <= last.n; b++) {
            x = a == 0 ? &p->first.w[0] : &first.w[a - 1];
            y = b == 0 ? &p->last.w[0] : &last.w[b - 1];

            store_seek_words(seek, y, x, WHOLE);
        }
    }

    store_seek_words(seek, &p->first.w[0], &p->last.w[0], WHOLE);
}
