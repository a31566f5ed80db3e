/* UTF-8: what is accepted, and where what is not begins. */

#include "policy_test.h"

#include <policy/json_int.h>


typedef struct {
    const char *text;
    size_t      bad;                   /* or its length */
} row_t;


static void
forms(void **state)
{
    size_t  i;

    static const row_t  rows[] = {
        { "", 0 },
        { "a", 1 },
        { "\x7f", 1 },
        { "\xc2\x80\xdf\xbf", 4 },
        { "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", 12 },
        { "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8 },

        { "ab\x80", 2 },               /* a tail alone */
        { "a\xc3", 1 },                /* cut short */
        { "a\xe2\x82", 1 },
        { "a\xf0\x9f\x98", 1 },
        { "a\xc3z", 1 },
        { "a\xc0\x80", 1 },            /* overlong */
        { "a\xc1\xbf", 1 },
        { "a\xe0\x9f\xbf", 1 },
        { "a\xf0\x8f\xbf\xbf", 1 },
        { "a\xed\xa0\x80", 1 },        /* surrogates */
        { "a\xed\xbf\xbf", 1 },
        { "a\xf4\x90\x80\x80", 1 },    /* beyond U+10FFFF */
        { "a\xf5\x80\x80\x80", 1 },
        { "a\xff", 1 },
        { "\xc3\xa4\xe2\x82\xac\xff", 5 }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(policy_utf8_bad(rows[i].text, strlen(rows[i].text)),
                         rows[i].bad);
    }
}


/* Every lead with every second byte, against the ranges of RFC 3629. */

static void
pairs(void **state)
{
    bool      good;
    char      text[4];
    unsigned  a, b, code;

    (void) state;

    for (a = 0x80; a < 0x100; a++) {
        for (b = 0; b < 0x100; b++) {
            text[0] = (char) a;
            text[1] = (char) b;
            text[2] = text[3] = (char) 0x80;

            good = false;
            if ((b & 0xc0) == 0x80 && a >= 0xc0 && a < 0xf8) {
                code = a < 0xe0 ? (a & 0x1f) << 6 | (b & 0x3f)
                       : a < 0xf0 ? (a & 0x0f) << 12 | (b & 0x3f) << 6
                       : (a & 0x07) << 18 | (b & 0x3f) << 12;
                good = code >= (a < 0xe0 ? 0x80u : a < 0xf0 ? 0x800u
                                                            : 0x10000u)
                       && code <= 0x10ffff
                       && (code < 0xd800 || code > 0xdfff);
            }

            assert_int_equal(policy_utf8_bad(text, a < 0xe0 ? 2
                                                   : a < 0xf0 ? 3 : 4) != 0,
                             good);
        }
    }
}


static void
place_is_told(void **state)
{
    test_policy_t  t;

    (void) state;

    test_quoted(&t, "{'version':1,\n 'roles':{'r':{'title':'\xed\xa0\x80'}}}");
    assert_int_equal(t.status, POLICY_INVALID);
    assert_int_equal(t.errors.count, 1);
    assert_true(test_has_error(&t, 2, 25, "not UTF-8"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(pairs),
        cmocka_unit_test(place_is_told)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
