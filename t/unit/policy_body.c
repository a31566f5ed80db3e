/* The body of an API call: flat, known members, nothing twice. */

#include "policy_test.h"


enum { TITLE = 0, COUNT, SURE, MEMBERS };


typedef struct {
    char             texts[512];
    policy_error_t   error;
    policy_body_member_t  members[MEMBERS];
} body_t;


static policy_status_t
body(body_t *b, const char *json)
{
    memset(b, 0xa5, sizeof(*b));
    b->members[TITLE].name = "title";
    b->members[TITLE].type = POLICY_MEMBER_TEXT;
    b->members[COUNT].name = "count";
    b->members[COUNT].type = POLICY_MEMBER_NUMBER;
    b->members[SURE].name = "sure";
    b->members[SURE].type = POLICY_MEMBER_BOOL;

    return policy_body_read(json, strlen(json), b->members, MEMBERS,
                            b->texts, &b->error);
}


static void
reads_members(void **state)
{
    body_t  b;

    (void) state;

    assert_int_equal(body(&b, " {\"sure\":true , \"title\":\"P\\u00fcmp // 7"
                              "\\\"\", \"count\":9007199254740991}\n"),
                     POLICY_OK);
    assert_true(b.members[SURE].given && b.members[SURE].truth);
    assert_int_equal(b.members[COUNT].number, 9007199254740991);
    assert_int_equal(b.members[TITLE].text.len, 11);
    assert_memory_equal(b.members[TITLE].text.data, "P\xc3\xbcmp // 7\"",
                        11);

    assert_int_equal(body(&b, "{}"), POLICY_OK);
    assert_false(b.members[TITLE].given);
    assert_int_equal(b.members[TITLE].text.len, 0);

    assert_int_equal(body(&b, "{\"title\":null,\"sure\":false}"), POLICY_OK);
    assert_false(b.members[TITLE].given);
    assert_true(b.members[SURE].given);
    assert_false(b.members[SURE].truth);

    assert_int_equal(body(&b, "{\"title\":\"\"}"), POLICY_OK);
    assert_true(b.members[TITLE].given);
}


static void
refuses(void **state)
{
    body_t  b;
    size_t  i;

    static const char *const  bad[] = {
        "", " ", "[]", "\"title\"", "7", "null", "{", "{}}", "{} {}",
        "{\"title\"}", "{title:\"x\"}", "{\"title\":\"x\",}",
        "{\"other\":1}", "{\"Title\":\"x\"}", "{\"titl\":\"x\"}",
        "{\"title\":\"a\",\"title\":\"b\"}",
        "{\"title\":\"a\",\"t\\u0069tle\":\"b\"}",
        "{\"title\":7}", "{\"title\":[]}", "{\"title\":{}}",
        "{\"count\":\"7\"}", "{\"count\":-1}", "{\"count\":1.5}",
        "{\"count\":1e3}", "{\"count\":9007199254740992}",
        "{\"count\":99999999999999999999}", "{\"count\":true}",
        "{\"sure\":1}", "{\"sure\":\"true\"}", "{\"sure\":True}",
        "{\"title\":\"a\" /* no */}", "// no\n{}", "{}//",
        "{\"title\":\"\\u0000\"}", "{\"title\":\"\\ud800\"}",
        "{\"title\":\"\xff\"}", "{\"title\":\"a\nb\"}", "{\"title\":\"a",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (body(&b, bad[i]) != POLICY_INVALID) {
            fail_msg("%s", bad[i]);
        }

        if (b.error.text[0] == '\0') {
            fail_msg("%s: no text", bad[i]);
        }
    }

    assert_int_equal(body(&b, "{\"title\":\"x\",\n \"other\":1}"),
                     POLICY_INVALID);
    assert_int_equal(b.error.line, 2);
    assert_non_null(strstr(b.error.text, "\"other\""));
}


static void
has_ceilings(void **state)
{
    char             *text;
    policy_error_t    error;
    policy_body_member_t   none;

    (void) state;

    text = calloc(1, 70000);
    memset(text, ' ', 69999);
    assert_int_equal(policy_body_read(text, 65537, &none, 0, text, &error),
                     POLICY_TOO_BIG);
    free(text);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(reads_members),
        cmocka_unit_test(refuses),
        cmocka_unit_test(has_ceilings)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
