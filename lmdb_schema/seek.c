/* Candidates of a search, by index keys, within bounds. */

#include <string.h>

#include <lmdb_schema/search_int.h>


/* Words that one scan for similar ones steps over. */
#define SCAN_MAX  1200


typedef struct {
    store_word_t        given;
    store_word_t        shown;         /* the same, or backwards */
    size_t              max;           /* distance */
    bool                back;
    store_near_t       *near;
} scan_t;


static void key_of(const store_seek_t *seek, store_key_class_t key_class,
    store_key_t *key);
static void look_all(store_seek_t *seek, const store_key_t *prefix,
    uint32_t best);
static void look(store_seek_t *seek, const store_id_t *id);
static void keep(store_found_t *found, const store_user_t *user,
    uint32_t score);
static bool better(const store_hit_t *a, const store_hit_t *b);
static bool step(store_seek_t *seek);
static void scan(store_seek_t *seek, scan_t *s, size_t begin);
static void near_add(scan_t *s, const store_word_t *word);
static void turn(store_word_t *out, const store_word_t *word);


void
store_seek_begin(store_seek_t *seek, store_view_t *view,
    const store_id_t *account, store_found_t *found)
{
    memset(seek, 0, sizeof(*seek));
    seek->view = view;
    seek->account = *account;
    seek->found = found;

    found->n = 0;
    found->more = false;
    found->steps = 0;
    found->looks = 0;
}


static void
key_of(const store_seek_t *seek, store_key_class_t key_class,
    store_key_t *key)
{
    store_key(key, key_class);
    store_key_id(key, &seek->account);
}


void
store_seek_term(store_seek_t *seek, const store_term_t *term, bool whole,
    uint32_t best)
{
    store_key_t  key;

    key_of(seek, STORE_KEY_USER_TERM, &key);
    store_key_bytes(&key, term->b, term->len);

    if (whole) {
        store_key_u8(&key, 0);
    }

    look_all(seek, &key, best);
}


/* Numbers that end with the last n digits. */

void
store_seek_digits(store_seek_t *seek, const store_digits_t *digits,
    size_t n, uint32_t best)
{
    size_t       i;
    store_key_t  key;

    key_of(seek, STORE_KEY_USER_BACK, &key);

    for (i = 0; i < n && i < digits->len; i++) {
        store_key_u8(&key, digits->b[digits->len - 1 - i]);
    }

    look_all(seek, &key, best);
}


void
store_seek_words(store_seek_t *seek, const store_word_t *first,
    const store_word_t *second, uint32_t best)
{
    store_key_t  key;

    key_of(seek, STORE_KEY_USER_WORDS, &key);
    store_key_bytes(&key, first->b, first->len);

    if (second != NULL) {
        store_key_u8(&key, 0);
        store_key_bytes(&key, second->b, second->len);
    }

    look_all(seek, &key, best);
}


static void
look_all(store_seek_t *seek, const store_key_t *prefix, uint32_t best)
{
    store_id_t      id;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;
    store_found_t  *found = seek->found;

    store_walk(&walk, prefix);

    while (seek->status == STORE_OK) {

        if (found->n == found->max
            && (found->max == 0 || found->hits[found->n - 1].score >= best))
        {
            found->more = true;
            return;
        }

        if (!step(seek)) {
            return;
        }

        rc = store_walk_next(seek->view, &walk, &key, &value);

        if (rc == STORE_NOT_FOUND) {
            return;
        }

        if (rc == STORE_OK && !store_key_tail(key, &id)) {
            rc = STORE_CORRUPT;
        }

        if (rc != STORE_OK) {
            seek->status = rc;
            return;
        }

        look(seek, &id);
    }
}


/* Whether there is a step left to take. */

static bool
step(store_seek_t *seek)
{
    store_found_t  *found = seek->found;

    if (found->steps >= STORE_SEARCH_STEPS
        || found->looks >= STORE_SEARCH_LOOKS)
    {
        found->more = true;
        return false;
    }

    found->steps++;

    return true;
}


static void
look(store_seek_t *seek, const store_id_t *id)
{
    uint32_t        i, score;
    store_user_t    user;
    store_found_t  *found = seek->found;

    for (i = 0; i < found->n; i++) {
        if (store_id_equal(&found->hits[i].user.id, id)) {
            return;
        }
    }

    found->looks++;
    seek->status = store_record_get(seek->view, STORE_IS_user, NULL, id,
                                    &user);

    if (seek->status != STORE_OK) {
        seek->status = seek->status == STORE_NOT_FOUND ? STORE_CORRUPT
                                                       : seek->status;
        return;
    }

    score = seek->score(seek, &user);

    if (score != 0 && (found->may == NULL || found->may(found->data, &user)))
    {
        keep(found, &user, score);
    }
}


static void
keep(store_found_t *found, const store_user_t *user, uint32_t score)
{
    uint32_t     i;
    store_hit_t  hit;

    hit.user = *user;
    hit.score = score;

    if (found->n == found->max) {
        found->more = true;

        if (found->max == 0 || !better(&hit, &found->hits[found->n - 1])) {
            return;
        }

        found->n--;
    }

    for (i = found->n; i > 0 && better(&hit, &found->hits[i - 1]); i--) {
        found->hits[i] = found->hits[i - 1];
    }

    found->hits[i] = hit;
    found->n++;
}


static bool
better(const store_hit_t *a, const store_hit_t *b)
{
    if (a->score != b->score) {
        return a->score > b->score;
    }

    return a->user.signed_in > b->user.signed_in;
}


void
store_seek_longer(store_seek_t *seek, const store_word_t *word,
    store_near_t *near)
{
    scan_t  s;

    memset(&s, 0, sizeof(s));
    s.given = *word;
    s.shown = *word;
    s.max = STORE_WORD_LEN;
    s.near = near;

    scan(seek, &s, word->len);
}


/*
 * An error leaves the letters before it or behind it as they are: of n
 * letters, the first f or the last n - 1 - f, even when two are swapped.
 */

void
store_seek_near(store_seek_t *seek, const store_word_t *word,
    store_near_t *near)
{
    size_t  front;
    scan_t  s;

    if (word->len < 4) {
        return;
    }

    memset(&s, 0, sizeof(s));
    s.given = *word;
    s.shown = *word;
    s.max = word->len < 8 ? 1 : 2;
    s.near = near;
    front = (word->len - 1) / 2;

    scan(seek, &s, front);

    s.back = true;
    turn(&s.shown, word);
    scan(seek, &s, word->len - 1 - front);
}


/* Steps from word to word, not from user to user. */

static void
scan(store_seek_t *seek, scan_t *s, size_t begin)
{
    size_t          n, at;
    store_key_t     prefix;
    store_walk_t    walk;
    store_word_t    word;
    store_slice_t   key, value;
    store_status_t  rc;

    key_of(seek, s->back ? STORE_KEY_USER_BACK : STORE_KEY_USER_WORDS,
           &prefix);
    at = prefix.len;
    store_key_bytes(&prefix, s->shown.b, begin);
    store_walk(&walk, &prefix);

    for (n = 0; seek->status == STORE_OK; n++) {

        if (n == SCAN_MAX) {
            seek->found->more = true;
            return;
        }

        if (!step(seek)) {
            return;
        }

        rc = store_walk_next(seek->view, &walk, &key, &value);

        if (rc == STORE_NOT_FOUND) {
            return;
        }

        if (rc != STORE_OK) {
            seek->status = rc;
            return;
        }

        for (word.len = 0;
             at + word.len < key.len && key.data[at + word.len] != 0
             && word.len < STORE_WORD_LEN;
             word.len++)
        {
            word.b[word.len] = key.data[at + word.len];
        }

        near_add(s, &word);

        key_of(seek, s->back ? STORE_KEY_USER_BACK : STORE_KEY_USER_WORDS,
               &walk.from);
        store_key_bytes(&walk.from, word.b, word.len);
        store_key_u8(&walk.from, 1);
    }
}


/* Keeps the nearest, in order. */

static void
near_add(scan_t *s, const store_word_t *found)
{
    size_t         i, d;
    store_word_t   word;
    store_near_t  *near = s->near;

    if (s->back) {
        turn(&word, found);
    } else {
        word = *found;
    }

    d = store_word_distance(&s->given, &word, s->max);

    if (d == 0 || d > s->max) {
        return;
    }

    for (i = 0; i < near->n; i++) {
        if (near->w[i].len == word.len
            && memcmp(near->w[i].b, word.b, word.len) == 0)
        {
            return;
        }
    }

    if (near->n == STORE_NEAR_MAX) {
        if (near->distance[near->n - 1] <= d) {
            return;
        }

        near->n--;
    }

    for (i = near->n; i > 0 && near->distance[i - 1] > d; i--) {
        near->w[i] = near->w[i - 1];
        near->distance[i] = near->distance[i - 1];
    }

    near->w[i] = word;
    near->distance[i] = d;
    near->n++;
}


static void
turn(store_word_t *out, const store_word_t *word)
{
    size_t  i;

    out->len = word->len;

    for (i = 0; i < word->len; i++) {
        out->b[i] = word->b[word->len - 1 - i];
    }
}
