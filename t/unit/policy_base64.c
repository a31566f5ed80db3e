/* base64 and base64url: what is encoded comes back, nothing else is taken. */

#include "policy_test.h"

#include <policy/base64_int.h>


static void
url_known_values(void **state)
{
    char     out[8];
    uint8_t  in[3] = { 0xfb, 0xff, 0xbf }, back[3];

    (void) state;

    assert_int_equal(policy_base64url_encode(in, 3, out), 4);
    assert_memory_equal(out, "-_-_", 4);
    assert_true(policy_base64url_decode("-_-_", 4, back, 3));
    assert_memory_equal(back, in, 3);

    assert_false(policy_base64url_decode("+/+/", 4, back, 3));
}


static void
every_length_comes_back(void **state)
{
    char     url[200], padded[200];
    size_t   i, len, n, got;
    uint8_t  in[120], back[120];

    (void) state;

    for (i = 0; i < sizeof(in); i++) {
        in[i] = (uint8_t) (i * 151 + 7);
    }

    for (len = 0; len <= sizeof(in); len++) {
        n = policy_base64url_encode(in, len, url);
        assert_int_equal(n, (4 * len + 2) / 3);
        assert_true(policy_base64url_decode(url, n, back, len));
        assert_memory_equal(back, in, len);
        assert_false(policy_base64url_decode(url, n, back, len + 1));

        n = policy_base64_encode(in, len, padded);
        assert_int_equal(n, POLICY_BASE64_LEN(len));
        if (len != 0) {
            assert_true(policy_base64_decode(padded, n, back, sizeof(back),
                                             &got));
            assert_int_equal(got, len);
            assert_memory_equal(back, in, len);
        }
    }
}


static void
only_the_alphabet_is_taken(void **state)
{
    int      c;
    char     text[4];
    size_t   got;
    uint8_t  back[3];
    bool     in_url, in_plain;

    (void) state;

    for (c = 0; c < 256; c++) {
        memcpy(text, "AAAA", 4);
        text[2] = (char) c;

        in_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                   || (c >= '0' && c <= '9');
        in_url = in_plain || c == '-' || c == '_';
        in_plain = in_plain || c == '+' || c == '/';

        assert_int_equal(policy_base64url_decode(text, 4, back, 3), in_url);
        assert_int_equal(policy_base64_decode(text, 4, back, 3, &got),
                         in_plain);
    }
}


static void
loose_forms_are_refused(void **state)
{
    size_t   i, got;
    uint8_t  back[8];

    static const char *const  bad[] = {
        "", "A", "AA", "AAA", "A===", "AB==", "AAB=", "AA=A", "=AAA",
        "AAAA====", "AAAA AAAA", "AAAA\n", "AA==AA=="
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(policy_base64_decode(bad[i], strlen(bad[i]), back,
                                          sizeof(back), &got));
    }

    /* Bits that no byte uses must be zero. */
    assert_true(policy_base64url_decode("AQ", 2, back, 1));
    assert_false(policy_base64url_decode("AR", 2, back, 1));
    assert_true(policy_base64url_decode("AAE", 3, back, 2));
    assert_false(policy_base64url_decode("AAF", 3, back, 2));
    assert_false(policy_base64url_decode("A", 1, back, 0));

    /* No room. */
    assert_false(policy_base64_decode("AAAA", 4, back, 2, &got));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(url_known_values),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(only_the_alphabet_is_taken),
        cmocka_unit_test(loose_forms_are_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
