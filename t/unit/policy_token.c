/* Tokens: made ones open, everything else is forged. */

#include "policy_test.h"

#define KEY   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY2  "/////////////////////////////////////////w8="


static const uint8_t  id[POLICY_ID_LEN] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
};


static policy_keys_t *
keys_of(const char *text)
{
    policy_keys_t   *keys;
    policy_error_t   error;

    assert_int_equal(policy_keys_parse(text, strlen(text), &keys, &error),
                     POLICY_OK);

    return keys;
}


static policy_status_t
open_token(const policy_keys_t *keys, policy_token_cache_t *cache,
    const char *text, size_t len)
{
    uint8_t              back[POLICY_ID_LEN];
    policy_token_kind_t  kind;

    return policy_token_open(keys, cache, text, len, &kind, back);
}


/* Computed apart from this code: HMAC-SHA-256 of "xassist-token-1" and the
   first 14 bytes. */
static void
known_token(void **state)
{
    char            text[POLICY_TOKEN_LEN + 1] = "";
    policy_keys_t  *keys;

    (void) state;

    keys = keys_of("3 hmac sign " KEY);
    assert_int_equal(policy_token_make(keys, POLICY_TOKEN_LINK, id, text),
                     POLICY_OK);
    assert_string_equal(text, "EwEAAQIDBAUGBwgJCgu_HXJjo44T5yEcmo3W9Kah");
    policy_keys_free(keys);
}


static void
each_kind_comes_back(void **state)
{
    int                    kind;
    char                   text[POLICY_TOKEN_LEN];
    uint8_t                back[POLICY_ID_LEN];
    policy_keys_t         *keys;
    policy_token_kind_t    got;
    policy_token_cache_t  *cache;

    (void) state;

    keys = keys_of("0 hmac sign " KEY);
    cache = policy_token_cache_new();
    assert_non_null(cache);

    for (kind = -1; kind <= 7; kind++) {

        if (kind < POLICY_TOKEN_LINK || kind > POLICY_TOKEN_SERVICE) {
            assert_int_equal(policy_token_make(keys,
                                               (policy_token_kind_t) kind,
                                               id, text),
                             POLICY_INVALID);
            continue;
        }

        assert_int_equal(policy_token_make(keys, (policy_token_kind_t) kind,
                                           id, text),
                         POLICY_OK);
        assert_true(policy_token_looks(text, sizeof(text)));

        /* Hashed, remembered, and without a cache. */
        assert_int_equal(policy_token_open(keys, cache, text, sizeof(text),
                                           &got, back), POLICY_OK);
        assert_int_equal(policy_token_open(keys, cache, text, sizeof(text),
                                           &got, back), POLICY_OK);
        assert_int_equal(policy_token_open(keys, NULL, text, sizeof(text),
                                           &got, back), POLICY_OK);
        assert_int_equal(got, kind);
        assert_memory_equal(back, id, sizeof(id));
    }

    policy_token_cache_free(cache);
    policy_token_cache_free(NULL);
    policy_keys_free(keys);
}


static void
every_length_and_bit_is_checked(void **state)
{
    char                   text[200], bent[POLICY_TOKEN_LEN];
    size_t                 len, bit;
    uint8_t                bytes[30];
    policy_keys_t         *keys;
    policy_token_cache_t  *cache;

    (void) state;

    keys = keys_of("0 hmac sign " KEY);
    cache = policy_token_cache_new();
    memset(text, 'A', sizeof(text));
    assert_int_equal(policy_token_make(keys, POLICY_TOKEN_GUEST, id, text),
                     POLICY_OK);
    assert_int_equal(open_token(keys, cache, text, POLICY_TOKEN_LEN),
                     POLICY_OK);

    for (len = 0; len <= sizeof(text); len++) {
        assert_int_equal(open_token(keys, cache, text, len),
                         len == POLICY_TOKEN_LEN ? POLICY_OK : POLICY_FORGED);
        assert_int_equal(policy_token_looks(text, len),
                         len == POLICY_TOKEN_LEN);
    }

    /* Bits of the characters. */
    for (bit = 0; bit < POLICY_TOKEN_LEN * 8; bit++) {
        memcpy(bent, text, sizeof(bent));
        bent[bit / 8] = (char) (bent[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(open_token(keys, cache, bent, sizeof(bent)),
                         POLICY_FORGED);
        /* Again: a failure must not have been remembered as a success. */
        assert_int_equal(open_token(keys, cache, bent, sizeof(bent)),
                         POLICY_FORGED);
    }

    /* Bits of the bytes. */
    for (bit = 0; bit < sizeof(bytes) * 8; bit++) {
        assert_true(policy_base64url_decode(text, POLICY_TOKEN_LEN, bytes,
                                            sizeof(bytes)));
        bytes[bit / 8] = (uint8_t) (bytes[bit / 8] ^ 1u << bit % 8);
        policy_base64url_encode(bytes, sizeof(bytes), bent);
        assert_int_equal(open_token(keys, cache, bent, sizeof(bent)),
                         POLICY_FORGED);
        assert_int_equal(open_token(keys, NULL, bent, sizeof(bent)),
                         POLICY_FORGED);
    }

    assert_int_equal(open_token(keys, cache, text, POLICY_TOKEN_LEN),
                     POLICY_OK);

    policy_token_cache_free(cache);
    policy_keys_free(keys);
}


static void
random_bytes_are_forged(void **state)
{
    char                   text[200];
    size_t                 i, len;
    policy_keys_t         *keys;
    policy_token_cache_t  *cache;

    (void) state;

    keys = keys_of("0 hmac sign " KEY);
    cache = policy_token_cache_new();

    for (i = 0; i < 5000; i++) {
        assert_int_equal(policy_random((uint8_t *) text, sizeof(text)),
                         POLICY_OK);
        len = (unsigned char) text[0] % 200;
        assert_int_equal(open_token(keys, cache, text, len), POLICY_FORGED);
    }

    policy_token_cache_free(cache);
    policy_keys_free(keys);
}


static void
keys_turn_over(void **state)
{
    char                   text[POLICY_TOKEN_LEN];
    size_t                 i;
    policy_keys_t         *keys, *old;
    policy_token_cache_t  *cache;

    static const struct {
        const char      *text;
        policy_status_t  status;
    } later[] = {
        { "0 hmac verify " KEY "\n1 hmac sign " KEY2, POLICY_OK },
        { "0 hmac new " KEY "\n1 hmac sign " KEY2, POLICY_OK },
        { "0 hmac retired " KEY "\n1 hmac sign " KEY2, POLICY_FORGED },
        { "1 hmac sign " KEY2, POLICY_FORGED },
        { "0 hmac sign " KEY2, POLICY_FORGED },
        { "1 hmac sign " KEY, POLICY_FORGED },
        { "0 assert sign " KEY "\n1 hmac sign " KEY2, POLICY_FORGED }
    };

    (void) state;

    old = keys_of("0 hmac sign " KEY);
    cache = policy_token_cache_new();
    assert_int_equal(policy_token_make(old, POLICY_TOKEN_USER, id, text),
                     POLICY_OK);
    assert_int_equal(open_token(old, cache, text, sizeof(text)), POLICY_OK);

    /* What one file verified, the cache does not say under another. */
    for (i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
        keys = keys_of(later[i].text);
        assert_int_equal(open_token(keys, cache, text, sizeof(text)),
                         later[i].status);
        policy_keys_free(keys);
    }

    policy_token_cache_free(cache);
    policy_keys_free(old);
}


static void
looks_says_nothing_of_the_mac(void **state)
{
    char  text[POLICY_TOKEN_LEN + 1];

    (void) state;

    /* Version 1, kind 1, zeros. */
    memset(text, 'A', sizeof(text));
    memcpy(text, "EAEA", 4);
    assert_true(policy_token_looks(text, POLICY_TOKEN_LEN));
    memcpy(text, "EAYA", 4);
    assert_false(policy_token_looks(text, POLICY_TOKEN_LEN));
    memcpy(text, "IAEA", 4);
    assert_false(policy_token_looks(text, POLICY_TOKEN_LEN));
    memcpy(text, "EAE.", 4);
    assert_false(policy_token_looks(text, POLICY_TOKEN_LEN));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(known_token),
        cmocka_unit_test(each_kind_comes_back),
        cmocka_unit_test(every_length_and_bit_is_checked),
        cmocka_unit_test(random_bytes_are_forged),
        cmocka_unit_test(keys_turn_over),
        cmocka_unit_test(looks_says_nothing_of_the_mac)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
