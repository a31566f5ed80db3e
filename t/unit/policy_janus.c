/* Tokens for Janus, as its src/auth.c checks them. */

#include "policy_test.h"


static void
known_token(void **state)
{
    char  out[128];

    (void) state;

    assert_int_equal(policy_janus_token(str("secret"), 1800000000,
                         str("janus,janus.plugin.videoroom"), out,
                         sizeof(out)), POLICY_OK);
    assert_string_equal(out, "1800000000,janus,janus.plugin.videoroom:"
                             "zPm/xOEn0v9cOn0lYlqikmKIXLM=");
}


static void
no_room_and_bad_descriptors(void **state)
{
    char    out[128], big[1024];
    size_t  size, len;

    (void) state;

    assert_int_equal(policy_janus_token(str("s"), 1, str("janus"), out,
                                        sizeof(out)), POLICY_OK);
    len = strlen(out);

    for (size = 0; size <= len; size++) {
        assert_int_equal(policy_janus_token(str("s"), 1, str("janus"), big,
                                            size), POLICY_TOO_BIG);
    }
    assert_int_equal(policy_janus_token(str("s"), 1, str("janus"), big,
                                        len + 1), POLICY_OK);

    assert_int_equal(policy_janus_token(str("s"), 1, str("a:b"), out,
                                        sizeof(out)), POLICY_INVALID);
    assert_int_equal(policy_janus_token(str("s"), 1, str("a\"b"), out,
                                        sizeof(out)), POLICY_INVALID);
    assert_int_equal(policy_janus_token(str("s"), 1, str(""), out,
                                        sizeof(out)), POLICY_INVALID);
    assert_int_equal(policy_janus_token(str(""), 1, str("a"), out,
                                        sizeof(out)), POLICY_INVALID);

    memset(big, 'a', sizeof(big));
    big[sizeof(big) - 1] = '\0';
    assert_int_equal(policy_janus_token(str("s"), 1, str(big), out,
                                        sizeof(out)), POLICY_TOO_BIG);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(known_token),
        cmocka_unit_test(no_room_and_bad_descriptors)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
