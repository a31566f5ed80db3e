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
        "0 hmac sign " KEY "\n0 assert sign " KEY "\n0 checkpoint sign " KEY2 "\n",
        "0 hmac sign " KEY "\n1 hmac retired -\n"
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
        { "0 hmac sign " KEY "\n0 assert sign AAAA", 2, 15, "32 bytes" },
        { "0 hmac sign " KEY "\n1 hmac verify -", 2, 15, "base64" },
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


/* Changes `text` in place; the status, and the key's id. */

static policy_status_t
change(char *text, size_t size, policy_keys_change_t what,
    policy_key_use_t use, uint32_t *id)
{
    char             out[2048];
    size_t           len;
    policy_error_t   error;
    policy_status_t  status;

    status = policy_keys_change(text, strlen(text), what, use, id, out,
                                sizeof(out), &len, &error);

    if (status == POLICY_OK) {
        assert_true(len < size);
        memcpy(text, out, len);
        text[len] = '\0';

    } else {
        assert_int_not_equal(error.text[0], 0);
    }

    return status;
}


static policy_status_t
opens(const char *text, const char *token)
{
    uint8_t              id[POLICY_ID_LEN];
    policy_keys_t       *keys;
    policy_error_t       error;
    policy_status_t      status;
    policy_token_kind_t  kind;

    assert_int_equal(parse(text, &keys, &error), POLICY_OK);
    status = policy_token_open(keys, NULL, token, POLICY_TOKEN_LEN, &kind,
                               id);
    policy_keys_free(keys);

    return status;
}


static void
token_by(const char *text, char *token)
{
    policy_keys_t   *keys;
    policy_error_t   error;

    static const uint8_t  id[POLICY_ID_LEN] = { 0, 7 };

    assert_int_equal(parse(text, &keys, &error), POLICY_OK);
    assert_int_equal(policy_token_make(keys, POLICY_TOKEN_USER, id, token),
                     POLICY_OK);
    policy_keys_free(keys);
}


static void
a_key_is_added_promoted_and_retired(void **state)
{
    char      text[2048] = "# mine\n0 hmac sign " KEY "\n";
    char      before[2048], old[POLICY_TOKEN_LEN], young[POLICY_TOKEN_LEN];
    uint32_t  id;

    (void) state;
    token_by(text, old);

    id = POLICY_NONE;
    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_PROMOTE,
                            POLICY_USE_HMAC, &id), POLICY_NOT_FOUND);

    /* Added: it verifies and does not sign. */

    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_ADD,
                            POLICY_USE_HMAC, &id), POLICY_OK);
    assert_int_equal(id, 1);
    assert_non_null(strstr(text, "# mine\n0 hmac sign " KEY "\n1 hmac new "));
    token_by(text, young);
    assert_memory_equal(young, old, POLICY_TOKEN_LEN);
    strcpy(before, text);

    /* Promoted: it signs, and who has only seen it added can verify. */

    id = POLICY_NONE;
    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_PROMOTE,
                            POLICY_USE_HMAC, &id), POLICY_OK);
    assert_int_equal(id, 1);
    token_by(text, young);
    assert_memory_not_equal(young, old, POLICY_TOKEN_LEN);
    assert_int_equal(opens(text, old), POLICY_OK);
    assert_int_equal(opens(text, young), POLICY_OK);
    assert_int_equal(opens(before, young), POLICY_OK);

    /* Retired: its tokens are nobody's, and it is gone from the file. */

    id = 1;
    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_RETIRE,
                            POLICY_USE_HMAC, &id), POLICY_NOT_FOUND);
    id = 0;
    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_RETIRE,
                            POLICY_USE_HMAC, &id), POLICY_OK);
    assert_null(strstr(text, KEY));
    assert_int_equal(opens(text, old), POLICY_FORGED);
    assert_int_equal(opens(text, young), POLICY_OK);
    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_RETIRE,
                            POLICY_USE_HMAC, &id), POLICY_NOT_FOUND);
    id = 9;
    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_RETIRE,
                            POLICY_USE_HMAC, &id), POLICY_NOT_FOUND);
}


static void
ids_end_and_come_back(void **state)
{
    char      text[2048] = "0 hmac sign " KEY "\n3 hmac retired -\n";
    uint32_t  i, id;

    (void) state;

    for (i = 0; i < 14; i++) {
        assert_int_equal(change(text, sizeof(text), POLICY_KEYS_ADD,
                                POLICY_USE_HMAC, &id), POLICY_OK);
        assert_int_equal(id, i < 2 ? i + 1 : i + 2);
    }

    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_ADD,
                            POLICY_USE_HMAC, &id), POLICY_OK);
    assert_int_equal(id, 3);
    assert_null(strstr(text, "retired"));
    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_ADD,
                            POLICY_USE_HMAC, &id), POLICY_TOO_BIG);

    /* The first of another use signs at once. */

    assert_int_equal(change(text, sizeof(text), POLICY_KEYS_ADD,
                            POLICY_USE_ASSERT, &id), POLICY_OK);
    assert_int_equal(id, 0);
    assert_non_null(strstr(text, "0 assert sign "));
}


static void
names_say_nothing_of_a_key(void **state)
{
    bool            signs;
    char            name[POLICY_KEY_NAME_LEN], other[POLICY_KEY_NAME_LEN];
    policy_keys_t  *keys;
    policy_error_t  error;

    (void) state;

    assert_int_equal(parse("0 hmac sign " KEY "\n1 hmac new " KEY2
                           "\n2 hmac retired " KEY "\n0 assert new " KEY2,
                           &keys, &error), POLICY_OK);
    assert_int_equal(policy_keys_name(keys, POLICY_USE_HMAC, 0, name, &signs),
                     POLICY_OK);
    assert_true(signs);
    assert_string_equal(name, "hmac-0-630dcd29");
    assert_int_equal(policy_keys_name(keys, POLICY_USE_HMAC, 1, other,
                                      &signs), POLICY_OK);
    assert_false(signs);
    assert_string_not_equal(name + 7, other + 7);
    assert_int_equal(policy_keys_name(keys, POLICY_USE_ASSERT, 0, name,
                                      &signs), POLICY_OK);
    assert_false(signs);
    assert_int_equal(policy_keys_name(keys, POLICY_USE_HMAC, 2, name, &signs),
                     POLICY_NOT_FOUND);
    assert_int_equal(policy_keys_name(keys, POLICY_USE_HMAC, 16, name,
                                      &signs), POLICY_NOT_FOUND);
    policy_keys_free(keys);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_generated_file_is_taken),
        cmocka_unit_test(good_files),
        cmocka_unit_test(bad_files_tell_where),
        cmocka_unit_test(hostile_files),
        cmocka_unit_test(a_key_is_added_promoted_and_retired),
        cmocka_unit_test(ids_end_and_come_back),
        cmocka_unit_test(names_say_nothing_of_a_key)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
