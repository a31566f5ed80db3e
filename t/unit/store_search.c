/* Finding users by what somebody types. */

#include "store_world.h"

#include <lmdb_schema/search_int.h>


#define ROOM  10

enum { FIRST = 100 };


static uint32_t
a_person(world_t *w, uint32_t n, const char *display, const char *mail,
    const char *phone)
{
    char  *login = store_arena_take(&w->memory.arena, 32);

    (void) snprintf(login, 32, "login%u", n);

    ask(w, STORE_OP_USER_CREATE);
    w->op.in.user_create.user = id(n);
    w->op.in.user_create.account = id(ACME);
    w->op.in.user_create.name = text(login);
    w->op.in.user_create.display = text(display);
    w->op.in.user_create.mail = text(mail);
    w->op.in.user_create.phone = text(phone);
    done(w);

    return n;
}


static void
people(world_t *w)
{
    world(w);
    a_person(w, 100, "Hans Müller", "hans.mueller@example.com",
             "+49 171 2345678");
    a_person(w, 101, "Anna-Lena Weiß", "anna@example.org", "0171/999888");
    a_person(w, 102, "Renée François", "", "");
    a_person(w, 103, "Müller, Grete", "grete@example.com", "+1 (555) 0100");
    a_person(w, 104, "Олег Иванов", "", "");
}


/* Numbers of the users found, best first, comma-separated. */

static const char *
found(world_t *w, const char *typed)
{
    size_t         len = 0;
    uint32_t       i;
    store_id_t     account = id(ACME);
    store_hit_t    room[ROOM];
    store_found_t  out = { .hits = room, .max = ROOM };

    static char  line[256];

    assert_int_equal(store_view_search(&w->memory.view, &account,
                                       text(typed), false, &out), STORE_OK);
    line[0] = '\0';

    for (i = 0; i < out.n; i++) {
        len += (size_t) snprintf(line + len, sizeof(line) - len, "%s%u",
                                 i == 0 ? "" : ",",
                                 (unsigned) store_get_u32(
                                     room[i].user.id.b + STORE_ID_LEN - 4));
    }

    return line;
}


static void
a_name_is_found_however_it_is_spelt(void **state)
{
    size_t   i;
    world_t  w;

    static const char *const  typed[] = {
        "Hans Müller", "müller hans", "MUELLER, HANS", "hans muller",
        "hans mül", "Hans M", "ha mueller", "han mul", "hans  müller "
    };

    (void) state;
    people(&w);

    for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        if (strncmp(found(&w, typed[i]), "100", 3) != 0) {
            fail_msg("\"%s\" found \"%s\"", typed[i], found(&w, typed[i]));
        }
    }

    assert_string_equal(found(&w, "weiss"), "101");
    assert_string_equal(found(&w, "anna-lena"), "101");
    assert_string_equal(found(&w, "lena anna"), "101");
    assert_string_equal(found(&w, "renee francois"), "102");
    assert_string_equal(found(&w, "ОЛЕГ"), "104");
    assert_string_equal(found(&w, "иван"), "104");
    assert_int_equal(strlen(found(&w, "müller")), 7);
    assert_string_equal(found(&w, "hans grete"), "");

    end_of_world(&w);
}


static void
a_login_or_an_address_is_found_by_its_beginning(void **state)
{
    world_t  w;

    (void) state;
    people(&w);

    assert_string_equal(found(&w, "LOGIN103"), "103");
    assert_int_equal(strlen(found(&w, "login10")), 5 * 4 - 1);
    assert_string_equal(found(&w, "Anna@Example.org"), "101");
    assert_string_equal(found(&w, "grete@"), "103");
    assert_string_equal(found(&w, "grete@example.org"), "103");
    assert_string_equal(found(&w, "nobody@example.org"), "");

    end_of_world(&w);
}


static void
a_number_is_found_with_its_country_without_it_or_by_its_end(void **state)
{
    size_t   i;
    world_t  w;

    static const char *const  typed[] = {
        "+49 171 2345678", "0049 171 2345678", "01712345678",
        "0171 / 234 5678", "+49 (0) 171 2345678", "+49171", "5678",
        "2345678", "+49 (171) 23-45-678", "0171 23", "171 234"
    };

    (void) state;
    people(&w);

    for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        if (strcmp(found(&w, typed[i]), "100") != 0) {
            fail_msg("\"%s\" found \"%s\"", typed[i], found(&w, typed[i]));
        }
    }

    assert_string_equal(found(&w, "+49 171 999888"), "101");
    assert_string_equal(found(&w, "+49 172 2345678"), "");
    assert_string_equal(found(&w, "678"), "");
    assert_string_equal(found(&w, "555 0100"), "103");

    end_of_world(&w);
}


/* Every single slip in a name of six letters still finds it. */

static void
one_typing_error_anywhere_is_forgiven(void **state)
{
    char      typed[16];
    size_t    at;
    world_t   w;

    static const char  name[] = "weiskopf";

    (void) state;
    people(&w);
    a_person(&w, 110, "Ilse Weiskopf", "", "");

    for (at = 0; at < sizeof(name) - 1; at++) {
        memcpy(typed, name, sizeof(name));
        memmove(typed + at, typed + at + 1, sizeof(name) - at - 1);
        assert_string_equal(found(&w, typed), "110");

        memcpy(typed, name, sizeof(name));
        memmove(typed + at + 1, typed + at, sizeof(name) - at);
        typed[at] = 'q';
        assert_string_equal(found(&w, typed), "110");

        memcpy(typed, name, sizeof(name));
        typed[at] = 'q';
        assert_string_equal(found(&w, typed), "110");

        if (at + 1 < sizeof(name) - 1) {
            memcpy(typed, name, sizeof(name));
            typed[at] = name[at + 1];
            typed[at + 1] = name[at];
            assert_string_equal(found(&w, typed), "110");
        }
    }

    assert_string_equal(found(&w, "ilze weisskopv"), "110");
    assert_string_equal(found(&w, "xxxskopf"), "");

    end_of_world(&w);
}


static void
exact_forgives_nothing(void **state)
{
    world_t        w;
    store_id_t     account = id(ACME);
    store_hit_t    room[ROOM];
    store_found_t  out = { .hits = room, .max = ROOM };

    (void) state;
    people(&w);
    assert_string_equal(found(&w, "grette muller"), "103");
    assert_string_equal(found(&w, "greze"), "103");

    assert_int_equal(store_view_search(&w.memory.view, &account,
                                       text("greze"), true, &out), STORE_OK);
    assert_int_equal(out.n, 0);

    end_of_world(&w);
}


static void
nothing_typed_finds_nobody(void **state)
{
    world_t  w;

    (void) state;
    people(&w);
    assert_string_equal(found(&w, ""), "");
    assert_string_equal(found(&w, "   "), "");
    assert_string_equal(found(&w, "-- , !"), "");
    assert_string_equal(found(&w, "\xff\xfe"), "");
    end_of_world(&w);
}


static bool
nobody(void *data, const store_user_t *user)
{
    (void) user;
    (*(uint32_t *) data)++;
    return false;
}


static void
who_may_not_be_found_is_not(void **state)
{
    world_t        w;
    uint32_t       asked = 0;
    store_id_t     account = id(ACME), other = id(77);
    store_hit_t    room[ROOM];
    store_found_t  out = { .hits = room, .max = ROOM };

    (void) state;
    people(&w);

    assert_int_equal(store_view_search(&w.memory.view, &other,
                                       text("müller"), false, &out),
                     STORE_OK);
    assert_int_equal(out.n, 0);
    assert_int_equal(out.looks, 0);

    out.may = nobody;
    out.data = &asked;
    assert_int_equal(store_view_search(&w.memory.view, &account,
                                       text("müller"), false, &out),
                     STORE_OK);
    assert_int_equal(out.n, 0);
    assert_true(asked >= 2);

    end_of_world(&w);
}


static void
a_changed_profile_is_found_by_what_it_is_now(void **state)
{
    world_t  w;

    (void) state;
    people(&w);

    ask(&w, STORE_OP_USER_PROFILE);
    w.op.in.user_profile.user = id(100);
    w.op.in.user_profile.kind = STORE_TASK_SUBMITTED;
    w.op.in.user_profile.set = 1u << STORE_PROFILE_DISPLAY
                               | 1u << STORE_PROFILE_PHONE;
    w.op.in.user_profile.to[STORE_PROFILE_DISPLAY] = text("Hans Becker");
    w.op.in.user_profile.to[STORE_PROFILE_PHONE] = text("+43 1 7654321");
    done(&w);

    assert_string_equal(found(&w, "hans müller"), "");
    assert_string_equal(found(&w, "hans becker"), "100");
    assert_string_equal(found(&w, "0171 2345678"), "");
    assert_string_equal(found(&w, "+431765"), "100");
    whole(&w);

    end_of_world(&w);
}


/* What begins a word, folded, begins the folded word. */

static void
a_beginning_folds_to_a_beginning(void **state)
{
    size_t         i, len;
    store_words_t  all, part;
    store_slice_t  s;

    static const char *const  names[] = {
        "Müeller", "Michaelis", "Schäuble", "Aaeeoouue", "Øœæþßß", "Joell",
        "Beckyccy", "Łukasz", "Nguyễn", "queue", "Κωνσταντίνος", "Straße"
    };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        memset(&all, 0, sizeof(all));
        store_fold_words(&all, text(names[i]));
        assert_int_equal(all.n, 1);
        s = text(names[i]);

        for (len = 1; len < s.len; len++) {
            if (((unsigned char) names[i][len] & 0xc0) == 0x80) {
                continue;
            }

            memset(&part, 0, sizeof(part));
            s.len = len;
            store_fold_words(&part, s);
            s.len = strlen(names[i]);
            assert_int_equal(part.n, 1);
            assert_true(store_word_begins(&all.w[0], &part.w[0]));
        }
    }
}


/* A store with nothing but namesakes costs no more than the bounds. */

static void
namesakes_do_not_make_it_dear(void **state)
{
    size_t         i;
    world_t        w;
    uint32_t       n;
    store_id_t     account = id(ACME);
    store_hit_t    room[ROOM];
    store_found_t  out = { .hits = room, .max = ROOM };

    static const char *const  typed[] = {
        "hans", "hans müller", "h", "ha mü", "hanz mulleer", "müller hans x",
        "a b c d"
    };

    (void) state;
    world(&w);

    for (n = 0; n < 6000; n++) {
        (void) a_person(&w, 1000 + n, "Hans Müller", "", "");
    }

    for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        assert_int_equal(store_view_search(&w.memory.view, &account,
                                           text(typed[i]), false, &out),
                         STORE_OK);
        assert_true(out.steps <= STORE_SEARCH_STEPS);
        assert_true(out.looks <= STORE_SEARCH_LOOKS);
    }

    assert_int_equal(store_view_search(&w.memory.view, &account,
                                       text("hans müller"), false, &out),
                     STORE_OK);
    assert_int_equal(out.n, ROOM);
    assert_true(out.more);
    assert_true(out.looks <= 2 * ROOM);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_name_is_found_however_it_is_spelt),
        cmocka_unit_test(a_login_or_an_address_is_found_by_its_beginning),
        cmocka_unit_test(
            a_number_is_found_with_its_country_without_it_or_by_its_end),
        cmocka_unit_test(one_typing_error_anywhere_is_forgiven),
        cmocka_unit_test(exact_forgives_nothing),
        cmocka_unit_test(nothing_typed_finds_nobody),
        cmocka_unit_test(who_may_not_be_found_is_not),
        cmocka_unit_test(a_changed_profile_is_found_by_what_it_is_now),
        cmocka_unit_test(a_beginning_folds_to_a_beginning),
        cmocka_unit_test(namesakes_do_not_make_it_dear)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
