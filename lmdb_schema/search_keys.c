/* The index keys by which a user is found. */

#include <string.h>

#include <lmdb_schema/search_int.h>


typedef struct {
    store_derived_t    *out;
    size_t              n;
    const store_user_t *user;
} keys_t;


static store_key_t *key_begin(keys_t *keys, store_key_class_t key_class);
static void key_end(keys_t *keys, store_key_t *key);
static void key_pair(keys_t *keys, const store_word_t *first,
    const store_word_t *second);
static void key_back(keys_t *keys, const uint8_t *data, size_t len);
static void key_term(keys_t *keys, const uint8_t *data, size_t len);


void
store_person(const store_user_t *user, store_person_t *person)
{
    memset(person, 0, sizeof(*person));

    store_fold_words(&person->words, user->display);
    store_fold_words(&person->words, user->first);
    store_fold_words(&person->words, user->last);

    if (person->words.n == 0) {
        store_fold_words(&person->words, user->name);
    }

    store_fold_term(&person->login, user->name);
    store_fold_term(&person->mail, user->mail);
    store_fold_phone(&person->phone, user->phone);
}


size_t
store_search_keys(const store_user_t *user, store_derived_t *out)
{
    size_t                i, j, n;
    keys_t                keys = { out, 0, user };
    store_person_t        person;
    const store_words_t  *words = &person.words;

    static const store_word_t  none = { 0, { 0 } };

    store_person(user, &person);

    for (i = 0; i < words->n; i++) {

        for (j = 0; j < words->n; j++) {
            if (j != i) {
                key_pair(&keys, &words->w[i], &words->w[j]);
            }
        }

        if (words->n == 1) {
            key_pair(&keys, &words->w[i], &none);
        }

        key_back(&keys, words->w[i].b, words->w[i].len);
    }

    key_term(&keys, person.login.b, person.login.len);

    if (person.mail.len != 0
        && (person.mail.len != person.login.len
            || memcmp(person.mail.b, person.login.b, person.mail.len) != 0))
    {
        key_term(&keys, person.mail.b, person.mail.len);
    }

    if (person.phone.len != 0) {
        key_back(&keys, person.phone.b, person.phone.len);
        key_term(&keys, person.phone.b, person.phone.len);
        n = store_phone_country(&person.phone);

        if (n != 0) {
            key_term(&keys, person.phone.b + n, person.phone.len - n);
        }
    }

    return keys.n;
}


static store_key_t *
key_begin(keys_t *keys, store_key_class_t key_class)
{
    store_derived_t  *one = &keys->out[keys->n++];

    memset(one, 0, sizeof(*one));
    store_key(&one->key, key_class);
    store_key_id(&one->key, &keys->user->account);

    return &one->key;
}


static void
key_end(keys_t *keys, store_key_t *key)
{
    store_key_u8(key, 0);
    store_key_id(key, &keys->user->id);
}


static void
key_pair(keys_t *keys, const store_word_t *first, const store_word_t *second)
{
    store_key_t  *key;

    key = key_begin(keys, STORE_KEY_USER_WORDS);
    store_key_bytes(key, first->b, first->len);
    store_key_u8(key, 0);
    store_key_bytes(key, second->b, second->len);
    key_end(keys, key);
}


static void
key_back(keys_t *keys, const uint8_t *data, size_t len)
{
    store_key_t  *key;

    key = key_begin(keys, STORE_KEY_USER_BACK);

    while (len != 0) {
        store_key_u8(key, data[--len]);
    }

    key_end(keys, key);
}


static void
key_term(keys_t *keys, const uint8_t *data, size_t len)
{
    store_key_t  *key;

    key = key_begin(keys, STORE_KEY_USER_TERM);
    store_key_bytes(key, data, len);
    key_end(keys, key);
}
