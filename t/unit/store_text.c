/* Texts that people give; words for numbers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <lmdb_schema/op_int.h>


static bool
good(const char *text, size_t min, size_t max)
{
    store_slice_t  slice = { (const uint8_t *) text, strlen(text) };

    return store_text_good(slice, min, max);
}


static void
characters_are_counted(void **state)
{
    (void) state;

    assert_true(good("", 0, 5));
    assert_false(good("", 1, 5));
    assert_true(good("abcde", 1, 5));
    assert_false(good("abcdef", 1, 5));
    assert_true(good("\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80",
                     5, 5));
    assert_false(good("\xc3\xa4\xc3\xb6\xc3\xbc", 4, 9));
    assert_true(good("a b", 1, 5));
    assert_false(good(" ab", 1, 5));
    assert_false(good("ab ", 1, 5));
}


static void
only_well_formed_utf8(void **state)
{
    size_t  i;

    static const char *const  bad[] = {
        "\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xc3(", "\xe2\x82",
        "\xe2(\xac", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff",
        "\xf0\x9f\x98", "a\x01", "a\tb", "a\nb", "a\x7f", "\xc2\x80",
        "\xc2\x9f", "\xe2\x80\xa8", "\xe2\x80\xa9"
    };
    static const char *const  fine[] = {
        "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbd", "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf", "~"
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(good(bad[i], 0, 10));
    }

    for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
        assert_true(good(fine[i], 1, 1));
    }
}


static void
nul_is_no_character(void **state)
{
    store_slice_t  slice = { (const uint8_t *) "a\0b", 3 };

    (void) state;

    assert_false(store_text_good(slice, 0, 10));
}


static void
each_number_has_its_word(void **state)
{
    int  i, k;

    (void) state;

    for (i = 0; i < STORE_REASONS; i++) {
        assert_string_not_equal(store_reason_name((store_reason_t) i),
                                "unknown");

        for (k = 0; k < i; k++) {
            assert_string_not_equal(store_reason_name((store_reason_t) i),
                                    store_reason_name((store_reason_t) k));
        }
    }

    for (i = 0; i <= STORE_NO_MEMORY; i++) {
        assert_string_not_equal(store_status_text((store_status_t) i),
                                "unknown");
    }

    assert_string_equal(store_reason_name(STORE_REASONS), "unknown");
    assert_string_equal(store_call_state_name(STORE_CALL_LIVE), "live");
    assert_string_equal(store_call_state_name((store_call_state_t) 0),
                        "unknown");
    assert_string_equal(store_part_state_name(STORE_PART_REMOVED),
                        "removed");
    assert_string_equal(store_inv_state_name(STORE_INV_DEAD), "dead");
    assert_string_equal(store_event_name(STORE_EVENT_PARTICIPANT_AWAY),
                        "participant.away");
    assert_string_equal(store_event_name(0), "unknown");
}


static bool
lines(const char *text, size_t min, size_t max)
{
    store_slice_t  slice = { (const uint8_t *) text, strlen(text) };

    return store_lines_good(slice, min, max);
}


static void
lines_are_texts_with_breaks_between(void **state)
{
    (void) state;
    assert_true(lines("one\ntwo\n\nfour", 1, 13));
    assert_false(lines("one\ntwo\n\nfour", 1, 12));
    assert_true(lines("", 0, 1));
    assert_false(lines("", 1, 1));
    assert_false(lines("\none", 0, 9));
    assert_false(lines("one\n", 0, 9));
    assert_false(lines("\n", 0, 9));
    assert_false(lines("one\r\ntwo", 0, 9));
    assert_true(lines("one \n  two", 0, 10));
    assert_false(lines("one\ttwo", 0, 9));
    assert_false(good("one\ntwo", 0, 9));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(characters_are_counted),
        cmocka_unit_test(only_well_formed_utf8),
        cmocka_unit_test(nul_is_no_character),
        cmocka_unit_test(each_number_has_its_word),
        cmocka_unit_test(lines_are_texts_with_breaks_between)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
