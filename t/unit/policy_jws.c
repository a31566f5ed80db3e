/* JWS: the examples of RFC 7515 and 8037, and sets of keys. */

#include "policy_test.h"

#define RSA_N  "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmf" \
    "HQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b" \
    "32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQO" \
    "S-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhy" \
    "xXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define RSA  "{'kty':'RSA','n':'" RSA_N "','e':'AQAB'}"
#define EC   "{'kty':'EC','crv':'P-256'," \
    "'x':'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'," \
    "'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'}"
#define OKP  "{'kty':'OKP','crv':'Ed25519'," \
    "'x':'11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'}"

#define CLAIMS  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9" \
    "leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define RS256   "eyJhbGciOiJSUzI1NiJ9." CLAIMS ".cC4hiUPoj9Eetdgtv3hF80EGrhu" \
    "B__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbd" \
    "s9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLI" \
    "ARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqt" \
    "FZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkW" \
    "ywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define ES256   "eyJhbGciOiJFUzI1NiJ9." CLAIMS ".DtEhU3ljbEg8L38VWAfUAqOyKAM" \
    "6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define EDDSA   "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hg" \
    "yY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7s" \
    "VvpAr_MuM0KAg"
#define HS256   "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS \
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define NONE    "eyJhbGciOiJub25lIn0." CLAIMS "."


static policy_status_t
keys_of(const char *text, policy_jwks_t **jwks, policy_error_t *error)
{
    char    json[4096];
    size_t  i;

    assert_true(strlen(text) < sizeof(json));

    for (i = 0; text[i] != '\0'; i++) {
        json[i] = text[i] == '\'' ? '"' : text[i];
    }

    return policy_jwks_parse(json, i, jwks, error);
}


static policy_status_t
opens(const char *keys, const char *token, char *payload)
{
    size_t            len;
    const char       *why;
    policy_jwks_t    *jwks;
    policy_error_t    error;
    policy_status_t   status;

    assert_int_equal(keys_of(keys, &jwks, &error), POLICY_OK);
    status = policy_jws_open(jwks, token, strlen(token), (uint8_t *) payload,
                             1024, &len, &why);
    policy_jwks_free(jwks);

    if (status == POLICY_OK) {
        payload[len] = '\0';
        assert_null(why);

    } else {
        assert_non_null(why);
    }

    return status;
}


static void
examples_of_the_rfcs(void **state)
{
    size_t  i;
    char    payload[1025];

    static const struct {
        const char      *keys;
        const char      *token;
        policy_status_t  status;
    } cases[] = {
        { "{'keys':[" RSA "]}", RS256, POLICY_OK },
        { "{'keys':[" EC "]}", ES256, POLICY_OK },
        { "{'keys':[" OKP "]}", EDDSA, POLICY_OK },
        { "{'keys':[" OKP "," EC "," RSA "]}", RS256, POLICY_OK },
        { "{'keys':[" EC "]}", RS256, POLICY_FORGED },
        { "{'keys':[" RSA "]}", ES256, POLICY_FORGED },
        { "{'keys':[" RSA "," EC "," OKP "]}", HS256, POLICY_FORGED },
        { "{'keys':[" RSA "," EC "," OKP "]}", NONE, POLICY_FORGED }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(opens(cases[i].keys, cases[i].token, payload),
                         cases[i].status);
    }

    assert_int_equal(opens("{'keys':[" RSA "]}", RS256, payload), POLICY_OK);
    assert_string_equal(payload, "{\"iss\":\"joe\",\r\n \"exp\":1300819380,"
                        "\r\n \"http://example.com/is_root\":true}");
    assert_int_equal(opens("{'keys':[" OKP "]}", EDDSA, payload), POLICY_OK);
    assert_string_equal(payload, "Example of Ed25519 signing");
}


static void
each_changed_character_is_refused(void **state)
{
    size_t  i, k;
    char    token[1024], payload[1025];

    static const struct {
        const char *keys;
        const char *token;
    } cases[] = {
        { "{'keys':[" RSA "]}", RS256 },
        { "{'keys':[" EC "]}", ES256 },
        { "{'keys':[" OKP "]}", EDDSA }
    };

    (void) state;

    for (k = 0; k < 3; k++) {
        strcpy(token, cases[k].token);

        for (i = 0; token[i] != '\0'; i++) {
            token[i] = token[i] == 'A' ? 'B' : 'A';
            assert_int_equal(opens(cases[k].keys, token, payload),
                             POLICY_FORGED);
            token[i] = cases[k].token[i];

            /* cut there */
            token[i] = '\0';
            assert_int_equal(opens(cases[k].keys, token, payload),
                             POLICY_FORGED);
            token[i] = cases[k].token[i];
        }
    }
}


static void
a_key_has_one_algorithm(void **state)
{
    char  payload[1025];

    (void) state;

    assert_int_equal(opens("{'keys':[{'kty':'RSA','alg':'PS256','n':'" RSA_N
                           "','e':'AQAB'}]}", RS256, payload), POLICY_FORGED);
    assert_int_equal(opens("{'keys':[{'kty':'RSA','alg':'RS256','use':'sig',"
                           "'kid':'any','key_ops':['verify'],'n':'" RSA_N
                           "','e':'AQAB'}]}", RS256, payload), POLICY_OK);
}


static void
sets_of_keys(void **state)
{
    size_t           i;
    policy_jwks_t   *jwks;
    policy_error_t   error;

    static const struct {
        const char *text;
        uint32_t    keys;              /* 0: refused */
        const char *says;
    } cases[] = {
        { "{'keys':[" RSA "," EC "," OKP "]}", 3, NULL },
        { "{'keys':[{'kty':'oct','k':'AAAA'}," EC "]}", 1, NULL },
        { "{'keys':[{'kty':'new'}," OKP "],'more':1}", 1, NULL },
        { "{'keys':[{'kty':'RSA','use':'enc','n':'" RSA_N
          "','e':'AQAB'}," EC "]}", 1, NULL },
        { "{'keys':[{'kty':'RSA','alg':'HS256','n':'" RSA_N
          "','e':'AQAB'}]}", 0, "no key of the set" },
        { "{'keys':[{'kty':'oct','k':'AAAA'}]}", 0, "no key of the set" },
        { "{'keys':[]}", 0, "no key of the set" },
        { "{'keys':{}}", 0, "array" },
        { "[]", 0, "array" },
        { "{'keys':[1]}", 0, "an object" },
        { "{'keys':[{'kty':'OKP','crv':'Ed25519','d':'AAAA',"
          "'x':'11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'}]}", 0,
          "private" },
        { "{'keys':[{'kty':'RSA','n':'" RSA_N "','e':'AQ'}]}", 0, "not one" },
        { "{'keys':[{'kty':'RSA','n':'" RSA_N "','e':'Ag'}]}", 0, "not one" },
        { "{'keys':[{'kty':'RSA','n':'AQAB','e':'AQAB'}]}", 0, "not one" },
        { "{'keys':[{'kty':'RSA','e':'AQAB'}]}", 0, "not one" },
        { "{'keys':[{'kty':'EC','crv':'P-256',"
          "'x':'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',"
          "'y':'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5aA'}]}", 0,
          "not one" },
        { "{'keys':[{'kty':'OKP','crv':'Ed25519','x':'AAAA'}]}", 0,
          "not one" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].keys != 0) {
            assert_int_equal(keys_of(cases[i].text, &jwks, &error),
                             POLICY_OK);
            assert_int_equal(policy_jwks_count(jwks), cases[i].keys);
            policy_jwks_free(jwks);
            continue;
        }

        assert_int_equal(keys_of(cases[i].text, &jwks, &error),
                         POLICY_INVALID);
        assert_null(jwks);
        assert_non_null(strstr(error.text, cases[i].says));
    }

    policy_jwks_free(NULL);
}


static void
the_form_of_a_token(void **state)
{
    (void) state;

    assert_true(policy_jwt_looks(RS256, strlen(RS256)));
    assert_true(policy_jwt_looks(NONE, strlen(NONE)));
    assert_false(policy_jwt_looks("a.b", 3));
    assert_false(policy_jwt_looks("a.b.c.d", 7));
    assert_false(policy_jwt_looks(".b.c", 4));
    assert_false(policy_jwt_looks("a.b=.c", 6));
    assert_false(policy_jwt_looks("", 0));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(examples_of_the_rfcs),
        cmocka_unit_test(each_changed_character_is_refused),
        cmocka_unit_test(a_key_has_one_algorithm),
        cmocka_unit_test(sets_of_keys),
        cmocka_unit_test(the_form_of_a_token)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
