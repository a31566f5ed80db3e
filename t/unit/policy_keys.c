/* The keys file: what is taken, and every way of getting it wrong. */

#include "policy_test.h"

#define KEY   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY2  "/////////////////////////////////////////w8="


static policy_status_t
parse(const char *text, policy_keys_t **keys, policy_error_t *error)
{
    return policy_keys_parse(text, strlen(text), keys, error);
}


static void
a_generated_file_is_taken(void **state)
{
    char            text[512], other[512];
    size_t          len;
    policy_keys_t  *keys;
    policy_error_t  error;

    (void) state;

    len = policy_keys_generate(text, sizeof(text));
    assert_int_not_equal(len, 0);
    assert_int_equal(policy_keys_parse(text, len, &keys, &error), POLICY_OK);
    policy_keys_free(keys);

    assert_int_not_equal(policy_keys_generate(other, sizeof(other)), 0);
    assert_memory_not_equal(text, other, len);

    assert_int_equal(policy_keys_generate(text, len), 0);
    assert_int_equal(policy_keys_generate(text, 10), 0);
    assert_int_not_equal(policy_keys_generate(text, len + 1), 0);

    policy_keys_free(NULL);
}


static void
good_files(void **state)
{
    size_t           i;
    policy_keys_t   *keys;
    policy_error_t   error;

    static const char *const  good[] = {
        "0 hmac sign " KEY,
        "0 hmac sign " KEY "\n",
        "# a comment\r\n\r\n\t15 hmac sign " KEY "   # and another\r\n",
        "0 hmac new " KEY "\n1 hmac sign " KEY2 "\n2 hmac verify " KEY "\n"
            "3 hmac retired " KEY "\n",
        "0 hmac sign " KEY "\n0 assert sign AAAA\n0 checkpoint sign " KEY2 "\n"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(parse(good[i], &keys, &error), POLICY_OK);
        assert_non_null(keys);
        policy_keys_free(keys);
    }
}


static void
bad_files_tell_where(void **state)
{
    size_t           i;
    policy_keys_t   *keys;
    policy_error_t   error;

    static const struct {
        const char *text;
        uint32_t    line;
        uint32_t    column;
        const char *says;
    } bad[] = {
        { "", 0, 0, "sign" },
        { "0 hmac verify " KEY, 0, 0, "sign" },
        { "0 hmac sign", 1, 1, "id use state" },
        { "0 hmac sign " KEY " more", 1, 1, "id use state" },
        { "\n\n16 hmac sign " KEY, 3, 1, "0 to 15" },
        { "00 hmac sign " KEY, 1, 1, "0 to 15" },
        { "-1 hmac sign " KEY, 1, 1, "0 to 15" },
        { "x hmac sign " KEY, 1, 1, "0 to 15" },
        { "0 hmca sign " KEY, 1, 3, "hmac, assert" },
        { "0 hmac signs " KEY, 1, 8, "new, sign" },
        { "0 hmac sign " KEY "\n1 hmac sign " KEY, 2, 8, "signs already" },
        { "0 hmac sign " KEY "\n0 hmac verify " KEY, 2, 1, "another key" },
        { "0 hmac sign AAAA", 1, 13, "32 bytes" },
        { "0 hmac sign ????", 1, 13, "base64" },
        { "0 hmac sign AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", 1, 13,
          "base64" }
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(parse(bad[i].text, &keys, &error), POLICY_INVALID);
        assert_null(keys);
        assert_int_equal(error.line, bad[i].line);
        assert_int_equal(error.column, bad[i].column);
        assert_non_null(strstr(error.text, bad[i].says));
        /* A key never shows in a message. */
        assert_null(strstr(error.text, "AAEC"));
    }
}


static void
hostile_files(void **state)
{
    char            *text;
    policy_keys_t   *keys;
    policy_error_t   error;

    (void) state;

    assert_int_equal(policy_keys_parse("0 hmac\0sign", 11, &keys, &error),
                     POLICY_INVALID);

    text = malloc(70000);
    assert_non_null(text);
    memset(text, '#', 70000);
    assert_int_equal(policy_keys_parse(text, 70000, &keys, &error),
                     POLICY_INVALID);
    memset(text, 'a', 60000);
    assert_int_equal(policy_keys_parse(text, 60000, &keys, &error),
                     POLICY_INVALID);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_generated_file_is_taken),
        cmocka_unit_test(good_files),
        cmocka_unit_test(bad_files_tell_where),
        cmocka_unit_test(hostile_files)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
