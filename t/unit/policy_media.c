/* Credentials that coturn and LiveKit check by themselves. */

#include "policy_test.h"


static void
known_turn_credential(void **state)
{
    char    name[64], credential[POLICY_TURN_LEN];
    size_t  size;

    (void) state;

    assert_int_equal(policy_turn_credential(str("north"), 1800000000,
                         str("ann"), name, sizeof(name), credential),
                     POLICY_OK);
    assert_string_equal(name, "1800000000:ann");
    assert_string_equal(credential, "Sqiimhz6m4x0uPJBfx56aqeAS4E=");

    for (size = 0; size <= strlen("1800000000:ann"); size++) {
        assert_int_equal(policy_turn_credential(str("north"), 1800000000,
                             str("ann"), name, size, credential),
                         POLICY_TOO_BIG);
    }

    assert_int_equal(policy_turn_credential(str(""), 1, str("ann"), name,
                         sizeof(name), credential), POLICY_INVALID);
}


static void
known_token(void **state)
{
    char    out[256];
    size_t  size;

    static const char  claims[] =
        "{\"iss\":\"devkey\",\"sub\":\"ann\",\"exp\":1800000000}";
    static const char  token[] =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJpc3MiOiJkZXZrZXkiLCJzdWIiOiJhbm4iLCJleHAiOjE4MDAwMDAwMDB9."
        "PlqKkMphFJJAs5aeCVj8KIrAANB02qzULH9zhErab9E";

    (void) state;

    assert_int_equal(policy_hs256(str("devsecret"), str(claims), out,
                                  sizeof(out)), POLICY_OK);
    assert_string_equal(out, token);

    for (size = 0; size < sizeof(token); size++) {
        assert_int_equal(policy_hs256(str("devsecret"), str(claims), out,
                                      size), POLICY_TOO_BIG);
    }

    assert_int_equal(policy_hs256(str("devsecret"), str(claims), out,
                                  sizeof(token)), POLICY_OK);
    assert_int_equal(policy_hs256(str(""), str(claims), out, sizeof(out)),
                     POLICY_INVALID);
    assert_int_equal(policy_hs256(str("x"), str(""), out, sizeof(out)),
                     POLICY_INVALID);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(known_turn_credential),
        cmocka_unit_test(known_token)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
