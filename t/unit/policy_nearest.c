/* Suggestions: a letter or three away, never something unlike. */

#include "policy_test.h"

#include <policy/error_int.h>


static const char *
nearest(const char *name, char *out, size_t size)
{
    size_t         i;
    policy_near_t  near;

    static const char *const  known[] = {
        "permissions", "roles", "rules", "guests", "xa_ocall_create_conference",
        "allow", "deny", "a"
    };

    policy_near_init(&near, str(name));
    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        policy_near_try(&near, str(known[i]));
    }

    return policy_near_text(&near, out, size);
}


static void
suggestions(void **state)
{
    char    out[96], big[300];
    size_t  i;

    static const struct {
        const char *name;
        const char *meant;
    } cases[] = {
        { "permision", "; did you mean \"permissions\"?" },
        { "Permissions", "; did you mean \"permissions\"?" },
        { "rloes", "; did you mean \"roles\"?" },
        { "ruels", "; did you mean \"rules\"?" },
        { "guest", "; did you mean \"guests\"?" },
        { "xa_ocall_create-conference",
          "; did you mean \"xa_ocall_create_conference\"?" },
        { "alow", "; did you mean \"allow\"?" },
        { "licences", "" },
        { "x", "" },
        { "", "" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(nearest(cases[i].name, out, sizeof(out)),
                            cases[i].meant);
    }

    memset(big, 'r', sizeof(big));
    big[sizeof(big) - 1] = '\0';
    assert_string_equal(nearest(big, out, sizeof(out)), "");
}


static void
messages_are_clean(void **state)
{
    size_t           i;
    policy_str_t     name;
    policy_error_t   items[2];
    policy_place_t   place = { 3, 4 };
    policy_errors_t  errors = { items, 2, 0 };

    (void) state;

    policy_error_at(&errors, place, "a \x1b[31m b\n");
    assert_string_equal(items[0].text, "a ?[31m b?");

    /* A message that is cut ends with a whole character. */
    for (i = 250; i < 256; i++) {
        errors.count = 0;
        name.data = "\xf0\x9f\x98\x80\xf0\x9f\x98\x80";
        name.len = 8;
        policy_error_at(&errors, place, "%*s%.*s", (int) i, "",
                        (int) name.len, name.data);
        assert_true(strlen(items[0].text) >= 250);
        assert_true(((unsigned char) items[0].text[strlen(items[0].text) - 1]
                     & 0x80) == 0
                    || strcmp(items[0].text + strlen(items[0].text) - 4,
                              "\xf0\x9f\x98\x80") == 0);
    }

    policy_error_at(&errors, place, "second");
    policy_error_at(&errors, place, "third");
    assert_int_equal(errors.count, 3);
    assert_string_equal(items[1].text, "second");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(suggestions),
        cmocka_unit_test(messages_are_clean)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
