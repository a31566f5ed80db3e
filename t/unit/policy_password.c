/* Passwords: RFC 7914's vector, texts of hashes, and assertions' keys. */

#include "policy_test.h"

#include <policy/crypto_int.h>


static void
scrypt_of_the_rfc(void **state)
{
    uint8_t  out[32];

    /* RFC 7914, section 12: the first 32 of its 64 bytes. */

    static const uint8_t  expected[32] = {
        0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48,
        0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb,
        0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e,
        0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2
    };

    (void) state;

    assert_int_equal(policy_scrypt(str("pleaseletmein"),
                                   (const uint8_t *) "SodiumChloride", 14,
                                   16384, 8, 1, out), POLICY_OK);
    assert_memory_equal(out, expected, sizeof(out));
}


static void
a_hash_is_of_its_password(void **state)
{
    bool    weak;
    char    hash[POLICY_PASSWORD_LEN], other[POLICY_PASSWORD_LEN];
    size_t  len;

    (void) state;

    assert_int_equal(policy_password_hash(str("correct horse"), hash, &len),
                     POLICY_OK);
    assert_true(len < sizeof(hash));
    assert_memory_equal(hash, "$scrypt$ln=15,r=8,p=1$", 22);
    assert_int_equal(policy_password_check(str("correct horse"),
                         (policy_str_t) { hash, len }, &weak), POLICY_OK);
    assert_false(weak);
    assert_int_equal(policy_password_check(str("correct horsf"),
                         (policy_str_t) { hash, len }, &weak),
                     POLICY_FORGED);
    assert_int_equal(policy_password_check(str(""),
                         (policy_str_t) { hash, len }, &weak),
                     POLICY_FORGED);

    assert_int_equal(policy_password_hash(str("correct horse"), other, &len),
                     POLICY_OK);
    assert_memory_not_equal(hash, other, len);
}


static void
what_is_no_hash_is_never_matched(void **state)
{
    bool    weak;
    char    hash[POLICY_PASSWORD_LEN];
    size_t  i, len;

    static const char *const  bad[] = {
        "", "$", "correct horse", "$scrypt$", "$scrypt$ln=15,r=8,p=1$$",
        "$scrypt$ln=31,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=15,r=99,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(policy_password_check(str("correct horse"),
                                               str(bad[i]), &weak),
                         POLICY_FORGED);
    }

    assert_int_equal(policy_password_hash(str("correct horse"), hash, &len),
                     POLICY_OK);

    for (i = 0; i < 4; i++) {
        assert_int_equal(policy_password_check(str("correct horse"),
                             (policy_str_t) { hash, len - 1 - i }, &weak),
                         POLICY_FORGED);
    }
}


static void
a_weaker_hash_is_told(void **state)
{
    bool     weak;
    char     hash[POLICY_PASSWORD_LEN];
    size_t   len;
    uint8_t  salt[16] = { 3 }, made[32];

    (void) state;

    assert_int_equal(policy_scrypt(str("old"), salt, sizeof(salt), 1 << 12, 8,
                                   1, made), POLICY_OK);
    len = (size_t) snprintf(hash, sizeof(hash), "$scrypt$ln=12,r=8,p=1$");
    len += policy_base64url_encode(salt, sizeof(salt), hash + len);
    hash[len++] = '$';
    len += policy_base64url_encode(made, sizeof(made), hash + len);

    assert_int_equal(policy_password_check(str("old"),
                         (policy_str_t) { hash, len }, &weak), POLICY_OK);
    assert_true(weak);
    assert_int_equal(policy_password_check(str("odl"),
                         (policy_str_t) { hash, len }, &weak),
                     POLICY_FORGED);
    assert_false(weak);
}


static void
an_assertion_verifies_by_its_own_keys(void **state)
{
    char             out[POLICY_ASSERTION_MAX], set[2048];
    size_t           len, set_len, payload_len;
    uint8_t          payload[256];
    const char      *why;
    policy_keys_t   *keys;
    policy_jwks_t   *jwks;
    policy_error_t   error;

    static const char  text[] =
        "0 hmac sign AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "0 assert verify AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "1 assert sign /////////////////////////////////////////w8=\n";

    (void) state;

    assert_int_equal(policy_keys_parse(text, strlen(text), &keys, &error),
                     POLICY_OK);
    assert_true(policy_assertion_signs(keys));
    assert_int_equal(policy_assertion_make(keys, str("{\"sub\":\"x\"}"), out,
                                           sizeof(out), &len), POLICY_OK);
    assert_int_equal(policy_assertion_make(keys, str("{\"sub\":\"x\"}"), out,
                                           len - 1, &set_len),
                     POLICY_TOO_BIG);
    assert_int_equal(policy_assertion_make(keys, str("{\"sub\":\"x\"}"), out,
                                           len, &set_len), POLICY_OK);
    assert_int_equal(policy_assertion_jwks(keys, set, sizeof(set), &set_len),
                     POLICY_OK);
    assert_int_equal(policy_jwks_parse(set, set_len, &jwks, &error),
                     POLICY_OK);
    assert_int_equal(policy_jwks_count(jwks), 2);
    assert_int_equal(policy_jws_open(jwks, out, len, payload, sizeof(payload),
                                     &payload_len, &why), POLICY_OK);
    assert_int_equal(payload_len, 11);
    assert_memory_equal(payload, "{\"sub\":\"x\"}", 11);

    policy_jwks_free(jwks);
    policy_keys_free(keys);

    assert_int_equal(policy_keys_parse(text, 56, &keys, &error), POLICY_OK);
    assert_false(policy_assertion_signs(keys));
    assert_int_equal(policy_assertion_make(keys, str("{}"), out, sizeof(out),
                                           &len), POLICY_NOT_FOUND);
    policy_keys_free(keys);
}


/* `printf abc | base64` is YWJj; what a certificate says is TLS's matter. */

static void
the_fingerprint_is_of_the_first_certificate(void **state)
{
    size_t   i;
    uint8_t  out[32], expected[32];

    static const char  *bad[] = {
        "", "YWJj", "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nYWJj\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nYW*j\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nYWJ\n-----END CERTIFICATE-----",
        "-----END CERTIFICATE-----\nYWJj\n-----BEGIN CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----"
    };

    static const char  good[] =
        "a chain\n-----BEGIN CERTIFICATE-----\r\nYW\tJj \n"
        "-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n"
        "ZGVm\n-----END CERTIFICATE-----\n";

    (void) state;

    assert_int_equal(policy_sha256("abc", 3, expected), 0);
    assert_int_equal(policy_certificate_hash(good, sizeof(good) - 1, out),
                     POLICY_OK);
    assert_memory_equal(out, expected, sizeof(out));

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(policy_certificate_hash(bad[i], strlen(bad[i]), out),
                         POLICY_INVALID);
    }

    for (i = 0; i < 60; i++) {             /* cut anywhere: none */
        assert_int_equal(policy_certificate_hash(good, i, out),
                         POLICY_INVALID);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(scrypt_of_the_rfc),
        cmocka_unit_test(a_hash_is_of_its_password),
        cmocka_unit_test(what_is_no_hash_is_never_matched),
        cmocka_unit_test(a_weaker_hash_is_told),
        cmocka_unit_test(an_assertion_verifies_by_its_own_keys),
        cmocka_unit_test(the_fingerprint_is_of_the_first_certificate)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
