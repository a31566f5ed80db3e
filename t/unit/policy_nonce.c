/* The join page's nonce: of one link, one browser, one time, one key. */

#include "policy_test.h"

#define KEY   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY2  "/////////////////////////////////////////w8="


static const uint8_t  link_id[POLICY_ID_LEN] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
};
static const uint8_t  browser[POLICY_BROWSER_LEN] = { 42 };


static policy_keys_t *
keys_of(const char *text)
{
    policy_keys_t   *keys;
    policy_error_t   error;

    assert_int_equal(policy_keys_parse(text, strlen(text), &keys, &error),
                     POLICY_OK);

    return keys;
}


static void
known_nonce(void **state)
{
    char            text[POLICY_NONCE_LEN + 1] = "";
    policy_keys_t  *keys;

    (void) state;

    keys = keys_of("3 hmac sign " KEY);
    assert_int_equal(policy_nonce_make(keys, link_id, browser, 1800000000,
                                       text), POLICY_OK);
    assert_string_equal(text, "a0nSAOnidprRycCOihVuRzipQw0");
    policy_keys_free(keys);
}


static void
bound_to_link_browser_time_and_key(void **state)
{
    char            text[POLICY_NONCE_LEN];
    size_t          bit, len;
    uint8_t         other[POLICY_BROWSER_LEN] = { 43 }, link2[POLICY_ID_LEN];
    policy_keys_t  *keys, *later, *foreign;

    (void) state;

    keys = keys_of("3 hmac sign " KEY);
    later = keys_of("3 hmac verify " KEY "\n4 hmac sign " KEY2);
    foreign = keys_of("3 hmac sign " KEY2);
    memcpy(link2, link_id, sizeof(link2));
    link2[11] ^= 1;

    assert_int_equal(policy_nonce_make(keys, link_id, browser, 1000, text),
                     POLICY_OK);

    assert_int_equal(policy_nonce_check(keys, link_id, browser, 0, text,
                                        sizeof(text)), POLICY_OK);
    assert_int_equal(policy_nonce_check(keys, link_id, browser, 999, text,
                                        sizeof(text)), POLICY_OK);
    assert_int_equal(policy_nonce_check(keys, link_id, browser, 1000, text,
                                        sizeof(text)), POLICY_EXPIRED);
    assert_int_equal(policy_nonce_check(keys, link_id, browser, UINT32_MAX,
                                        text, sizeof(text)), POLICY_EXPIRED);
    assert_int_equal(policy_nonce_check(keys, link2, browser, 0, text,
                                        sizeof(text)), POLICY_FORGED);
    assert_int_equal(policy_nonce_check(keys, link_id, other, 0, text,
                                        sizeof(text)), POLICY_FORGED);
    assert_int_equal(policy_nonce_check(later, link_id, browser, 0, text,
                                        sizeof(text)), POLICY_OK);
    assert_int_equal(policy_nonce_check(foreign, link_id, browser, 0, text,
                                        sizeof(text)), POLICY_FORGED);

    for (len = 0; len < sizeof(text); len++) {
        assert_int_equal(policy_nonce_check(keys, link_id, browser, 0, text,
                                            len), POLICY_FORGED);
    }

    for (bit = 0; bit < sizeof(text) * 8; bit++) {
        text[bit / 8] = (char) (text[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(policy_nonce_check(keys, link_id, browser, 0, text,
                                            sizeof(text)), POLICY_FORGED);
        text[bit / 8] = (char) (text[bit / 8] ^ 1 << bit % 8);
    }

    policy_keys_free(keys);
    policy_keys_free(later);
    policy_keys_free(foreign);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(known_nonce),
        cmocka_unit_test(bound_to_link_browser_time_and_key)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
