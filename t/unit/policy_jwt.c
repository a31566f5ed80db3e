/* JWT: a table of what is taken and of attacks, each signed by the right key
   unless it says otherwise. */

#include "policy_test.h"

#include <policy/crypto_int.h>

#define NOW     UINT64_C(1700000000)
#define GOOD    "{'iss':'https://id.example','aud':'xassist','sub':'olga'," \
                "'exp':1700000600"
#define HEADER  "{'alg':'EdDSA','kid':'one'}"


static policy_pkey_t  *pkey;
static policy_jwks_t  *jwks;


static size_t
encoded(const char *text, char *out)
{
    char    copy[8192];
    size_t  i;

    for (i = 0; text[i] != '\0'; i++) {
        copy[i] = text[i] == '\'' ? '"' : text[i];
    }

    return policy_base64url_encode((uint8_t *) copy, i, out);
}


static size_t
token_of(const char *header, const char *claims, char *out)
{
    size_t   len;
    uint8_t  signature[64];

    len = encoded(header, out);
    out[len++] = '.';
    len += encoded(claims, out + len);
    assert_int_equal(policy_pkey_sign(pkey, out, len, signature), POLICY_OK);
    out[len++] = '.';
    len += policy_base64url_encode(signature, sizeof(signature), out + len);

    return len;
}


static policy_status_t
open_at(uint64_t now, const char *roles, const char *header,
    const char *claims, policy_jwt_t *jwt)
{
    char                token[16384];
    size_t              len;
    policy_status_t     status;
    policy_jwt_terms_t  terms = { str("https://id.example"), str("xassist"),
                                  str(roles), str("groups"), 60 };

    len = token_of(header, claims, token);
    status = policy_jwt_open(jwks, &terms, now * 1000, token, len, jwt);

    if (status != POLICY_OK) {
        assert_non_null(jwt->why);
    }

    return status;
}


static int
setup(void **state)
{
    char            json[512], x[44];
    uint8_t         seed[32] = { 7 }, point[32];
    policy_error_t  error;

    (void) state;

    pkey = policy_pkey_ed25519_seed(seed);
    if (pkey == NULL || policy_pkey_public(pkey, point) != POLICY_OK) {
        return -1;
    }

    x[policy_base64url_encode(point, sizeof(point), x)] = '\0';
    snprintf(json, sizeof(json), "{\"keys\":[{\"kty\":\"OKP\",\"crv\":"
             "\"Ed25519\",\"kid\":\"one\",\"x\":\"%s\"}]}", x);

    return policy_jwks_parse(json, strlen(json), &jwks, &error) == POLICY_OK
           ? 0 : -1;
}


static int
teardown(void **state)
{
    (void) state;
    policy_jwks_free(jwks);
    policy_pkey_free(pkey);

    return 0;
}


/* Whoever signs in the first time is made of these. */

static void
who_a_token_is_of(void **state)
{
    size_t        i;
    policy_jwt_t  jwt;

    static const char  head[] = "{\"alg\":\"EdDSA\",\"kid\":\"one\"}";
    static const char  said[] = "{\"iss\":\"https://id.example\",\"aud\":"
        "\"xassist\",\"sub\":\"7\",\"exp\":2000,%s}";

    static const struct {
        const char      *claims;
        policy_status_t  status;
        const char      *name, *display, *mail, *teams;
    } rows[] = {
        { "\"preferred_username\":\"ann\",\"name\":\"Ann A\",\"email\":"
          "\"a@b.c\",\"groups\":[\"Pumps North\",\"valves\"]", POLICY_OK,
          "ann", "Ann A", "a@b.c", "Pumps North,valves" },
        { "\"email\":\"a@b.c\",\"groups\":\"Pumps North\"", POLICY_OK,
          "a@b.c", "", "a@b.c", "Pumps North" },
        { "\"email\":\"a@b.c\",\"email_verified\":false", POLICY_OK,
          "", "", "", "" },
        { "\"email\":\"a@b.c\",\"email_verified\":\"true\"", POLICY_OK,
          "", "", "", "" },
        { "\"email\":\"a@b.c\",\"email_verified\":true", POLICY_OK,
          "a@b.c", "", "a@b.c", "" },
        { "\"preferred_username\":[\"ann\"],\"name\":7", POLICY_OK,
          "", "", "", "" },
        { "\"name\":\"a\\u0001b\",\"preferred_username\":\"a\\nb\"",
          POLICY_OK, "", "", "", "" },
        { "\"groups\":[]", POLICY_OK, "", "", "", "" },
        { "\"groups\":[\"a,b\"]", POLICY_FORGED, "", "", "", "" },
        { "\"groups\":[\"\"]", POLICY_FORGED, "", "", "", "" },
        { "\"groups\":[[\"a\"]]", POLICY_FORGED, "", "", "", "" },
        { "\"groups\":{\"a\":1}", POLICY_FORGED, "", "", "", "" },
        { "\"groups\":true", POLICY_FORGED, "", "", "", "" }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char  claims[1024];

        snprintf(claims, sizeof(claims), said, rows[i].claims);
        assert_int_equal(open_at(1000, "", head, claims, &jwt),
                         rows[i].status);

        if (rows[i].status != POLICY_OK) {
            continue;
        }

        assert_int_equal(jwt.name_len, strlen(rows[i].name));
        assert_memory_equal(jwt.name, rows[i].name, jwt.name_len);
        assert_int_equal(jwt.display_len, strlen(rows[i].display));
        assert_memory_equal(jwt.display, rows[i].display, jwt.display_len);
        assert_int_equal(jwt.mail_len, strlen(rows[i].mail));
        assert_memory_equal(jwt.mail, rows[i].mail, jwt.mail_len);
        assert_true(jwt.has_teams);
        assert_int_equal(jwt.teams_len, strlen(rows[i].teams));
        assert_memory_equal(jwt.teams, rows[i].teams, jwt.teams_len);
    }
}


static void
what_a_token_says(void **state)
{
    policy_jwt_t  jwt;

    (void) state;

    assert_int_equal(open_at(NOW, "", HEADER, GOOD ",'iat':1699999990.5}",
                             &jwt), POLICY_OK);
    assert_int_equal(jwt.subject_len, 4);
    assert_memory_equal(jwt.subject, "olga", 4);
    assert_int_equal(jwt.expires, UINT64_C(1700000660000));
    assert_int_equal(jwt.issued, UINT64_C(1699999990000));
    assert_false(jwt.has_roles);

    assert_int_equal(open_at(NOW, "roles", HEADER,
                             GOOD ",'roles':['agent','x y']}", &jwt),
                     POLICY_FORGED);
    assert_int_equal(open_at(NOW, "realm_access.roles", HEADER,
                             GOOD ",'realm_access':{'roles':['agent',"
                             "'client']}}", &jwt), POLICY_OK);
    assert_true(jwt.has_roles);
    assert_int_equal(jwt.roles_len, 12);
    assert_memory_equal(jwt.roles, "agent,client", 12);

    assert_int_equal(open_at(NOW, "scope", HEADER,
                             GOOD ",'scope':' agent  client'}", &jwt),
                     POLICY_OK);
    assert_memory_equal(jwt.roles, "agent,client", 12);

    assert_int_equal(open_at(NOW, "roles", HEADER, GOOD "}", &jwt),
                     POLICY_OK);
    assert_true(jwt.has_roles);
    assert_int_equal(jwt.roles_len, 0);
}


static void
time_has_a_leeway(void **state)
{
    policy_jwt_t  jwt;

    (void) state;

    assert_int_equal(open_at(NOW + 659, "", HEADER, GOOD "}", &jwt),
                     POLICY_OK);
    assert_int_equal(open_at(NOW + 660, "", HEADER, GOOD "}", &jwt),
                     POLICY_EXPIRED);
    assert_int_equal(open_at(NOW, "", HEADER, GOOD ",'nbf':1700000060}",
                             &jwt), POLICY_OK);
    assert_int_equal(open_at(NOW, "", HEADER, GOOD ",'nbf':1700000061}",
                             &jwt), POLICY_EXPIRED);
    assert_int_equal(open_at(NOW, "", HEADER, GOOD ",'iat':1700000061}",
                             &jwt), POLICY_EXPIRED);
}


static void
attacks(void **state)
{
    size_t        i;
    policy_jwt_t  jwt;

    static const struct {
        const char *header;
        const char *claims;
    } cases[] = {
        /* the algorithm is the key's to say */
        { "{'alg':'none','kid':'one'}", GOOD "}" },
        { "{'alg':'None','kid':'one'}", GOOD "}" },
        { "{'alg':'','kid':'one'}", GOOD "}" },
        { "{'alg':'HS256','kid':'one'}", GOOD "}" },
        { "{'alg':'RS256','kid':'one'}", GOOD "}" },
        { "{'alg':'ES256','kid':'one'}", GOOD "}" },
        { "{'alg':'eddsa','kid':'one'}", GOOD "}" },
        { "{'alg':['EdDSA'],'kid':'one'}", GOOD "}" },
        { "{'kid':'one'}", GOOD "}" },
        /* names and keys that the token brings along */
        { "{'alg':'EdDSA','kid':'two'}", GOOD "}" },
        { "{'alg':'EdDSA','kid':'../../dev/null'}", GOOD "}" },
        { "{'alg':'EdDSA','kid':1}", GOOD "}" },
        /* extensions that must be understood */
        { "{'alg':'EdDSA','crit':['exp'],'exp':1}", GOOD "}" },
        { "{'alg':'EdDSA','crit':[]}", GOOD "}" },
        { "{'alg':'EdDSA','crit':['b64'],'b64':false}", GOOD "}" },
        { "{'alg':'EdDSA','b64':false}", GOOD "}" },
        { "{'alg':'EdDSA','zip':'DEF'}", GOOD "}" },
        /* made for another use */
        { "{'alg':'EdDSA','typ':'logout+jwt'}", GOOD "}" },
        { "{'alg':'EdDSA','typ':'dpop+jwt'}", GOOD "}" },
        /* members twice: which one counts? */
        { "{'alg':'EdDSA','alg':'EdDSA'}", GOOD "}" },
        { HEADER, GOOD ",'sub':'otto'}" },
        { HEADER, GOOD ",'exp':1800000000}" },
        /* no JSON, or another */
        { "{'alg':'EdDSA'", GOOD "}" },
        { "{'alg':'EdDSA'}{}", GOOD "}" },
        { "['EdDSA']", GOOD "}" },
        { HEADER, "/* */" GOOD "}" },
        { HEADER, "[]" },
        { HEADER, "" },
        { HEADER, "'olga'" },
        /* from and for somebody else */
        { HEADER, "{'iss':'https://id.example/','aud':'xassist','sub':'olga'"
          ",'exp':1700000600}" },
        { HEADER, "{'iss':['https://id.example'],'aud':'xassist',"
          "'sub':'olga','exp':1700000600}" },
        { HEADER, "{'aud':'xassist','sub':'olga','exp':1700000600}" },
        { HEADER, "{'iss':'https://id.example','aud':'xassist2',"
          "'sub':'olga','exp':1700000600}" },
        { HEADER, "{'iss':'https://id.example','aud':['a','b'],"
          "'sub':'olga','exp':1700000600}" },
        { HEADER, "{'iss':'https://id.example','sub':'olga',"
          "'exp':1700000600}" },
        { HEADER, "{'iss':'https://id.example','aud':'xassist',"
          "'exp':1700000600}" },
        { HEADER, "{'iss':'https://id.example','aud':'xassist','sub':'',"
          "'exp':1700000600}" },
        { HEADER, "{'iss':'https://id.example','aud':'xassist','sub':7,"
          "'exp':1700000600}" },
        { HEADER, "{'iss':'https://id.example','aud':'xassist',"
          "'sub':'ol\\u000aga','exp':1700000600}" },
        /* times that are none */
        { HEADER, "{'iss':'https://id.example','aud':'xassist','sub':'olga'}"
        },
        { HEADER, "{'iss':'https://id.example','aud':'xassist','sub':'olga',"
          "'exp':'1700000600'}" },
        { HEADER, "{'iss':'https://id.example','aud':'xassist','sub':'olga',"
          "'exp':1e99}" },
        { HEADER, "{'iss':'https://id.example','aud':'xassist','sub':'olga',"
          "'exp':-1}" },
        { HEADER, "{'iss':'https://id.example','aud':'xassist','sub':'olga',"
          "'exp':99999999999999999999}" },
        { HEADER, GOOD ",'nbf':'now'}" },
        { HEADER, GOOD ",'iat':null}" },
        /* roles that are none */
        { HEADER, GOOD ",'roles':{'agent':true}}" },
        { HEADER, GOOD ",'roles':['agent',7]}" },
        { HEADER, GOOD ",'roles':['agent,account_admin']}" },
        { HEADER, GOOD ",'roles':['']}" }
    };

    (void) state;

    assert_int_equal(open_at(NOW, "roles", HEADER, GOOD "}", &jwt),
                     POLICY_OK);
    assert_int_equal(open_at(NOW, "roles", "{'alg':'EdDSA'}",
                             GOOD ",'typ':'x','jku':'http://evil'}", &jwt),
                     POLICY_OK);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (open_at(NOW, "roles", cases[i].header, cases[i].claims, &jwt)
            != POLICY_FORGED)
        {
            fail_msg("taken: %s %s", cases[i].header, cases[i].claims);
        }
    }
}


static void
size_and_depth_are_bounded(void **state)
{
    char          claims[8192];
    size_t        i, n;
    policy_jwt_t  jwt;

    (void) state;

    n = (size_t) snprintf(claims, sizeof(claims), GOOD ",'deep':");
    for (i = 0; i < 200; i++) {
        claims[n++] = '[';
    }
    for (i = 0; i < 200; i++) {
        claims[n++] = ']';
    }
    claims[n++] = '}';
    claims[n] = '\0';
    assert_int_equal(open_at(NOW, "", HEADER, claims, &jwt), POLICY_FORGED);

    n = (size_t) snprintf(claims, sizeof(claims), GOOD ",'long':'");
    memset(claims + n, 'a', 6500);
    n += 6500;
    memcpy(claims + n, "'}", 3);
    assert_int_equal(open_at(NOW, "", HEADER, claims, &jwt), POLICY_FORGED);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_a_token_says),
        cmocka_unit_test(time_has_a_leeway),
        cmocka_unit_test(attacks),
        cmocka_unit_test(size_and_depth_are_bounded),
        cmocka_unit_test(who_a_token_is_of)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
