/* Checkpoint keys: what they signed verifies, and nothing else does. */

#include "policy_test.h"

#define KEY   "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY2  "/////////////////////////////////////////w8="


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
what_was_signed_verifies(void **state)
{
    size_t          i;
    uint8_t         id, signature[POLICY_SIGNATURE_LEN];
    char            message[] = "the log as of event 7";
    policy_keys_t  *keys, *rotated;

    (void) state;
    keys = keys_of("0 hmac sign " KEY "\n3 checkpoint sign " KEY2 "\n");
    rotated = keys_of("0 hmac sign " KEY "\n3 checkpoint verify " KEY2
                      "\n4 checkpoint sign " KEY "\n");

    assert_true(policy_checkpoint_signs(keys));
    assert_int_equal(policy_checkpoint_sign(keys, message, sizeof(message),
                                            &id, signature), POLICY_OK);
    assert_int_equal(id, 3);
    assert_int_equal(policy_checkpoint_verify(keys, id, message,
                         sizeof(message), signature), POLICY_OK);
    assert_int_equal(policy_checkpoint_verify(rotated, id, message,
                         sizeof(message), signature), POLICY_OK);
    assert_int_equal(policy_checkpoint_verify(rotated, 4, message,
                         sizeof(message), signature), POLICY_FORGED);
    assert_int_equal(policy_checkpoint_verify(keys, 5, message,
                         sizeof(message), signature), POLICY_INVALID);
    assert_int_equal(policy_checkpoint_verify(keys, 255, message,
                         sizeof(message), signature), POLICY_INVALID);

    for (i = 0; i < sizeof(message); i++) {
        message[i] ^= 1;
        assert_int_equal(policy_checkpoint_verify(keys, id, message,
                             sizeof(message), signature), POLICY_FORGED);
        message[i] ^= 1;
    }

    for (i = 0; i < sizeof(signature); i++) {
        signature[i] ^= 4;
        assert_int_equal(policy_checkpoint_verify(keys, id, message,
                             sizeof(message), signature), POLICY_FORGED);
        signature[i] ^= 4;
    }

    policy_keys_free(keys);
    policy_keys_free(rotated);
}


static void
without_a_key_nothing_is_signed(void **state)
{
    uint8_t          id, signature[POLICY_SIGNATURE_LEN];
    policy_keys_t   *keys;
    policy_error_t   error;

    static const char  shorter[] = "0 hmac sign " KEY
                                   "\n1 checkpoint sign AAAA\n";

    (void) state;
    keys = keys_of("0 hmac sign " KEY "\n1 checkpoint verify " KEY
                   "\n2 checkpoint retired " KEY2 "\n");

    assert_false(policy_checkpoint_signs(keys));
    assert_int_equal(policy_checkpoint_sign(keys, "x", 1, &id, signature),
                     POLICY_INVALID);
    assert_int_equal(policy_checkpoint_verify(keys, 2, "x", 1, signature),
                     POLICY_INVALID);
    policy_keys_free(keys);

    assert_int_equal(policy_keys_parse(shorter, sizeof(shorter) - 1, &keys,
                                       &error), POLICY_INVALID);
    assert_int_equal(error.line, 2);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_was_signed_verifies),
        cmocka_unit_test(without_a_key_nothing_is_signed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
