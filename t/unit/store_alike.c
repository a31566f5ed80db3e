/*
 * Possible duplicates: what each sign is worth, and how many of 10,000 made-up
 * people who come a second time, with errors, are found again.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <lmdb_schema/search_int.h>
#include <t/lib/people.h>

#include "store_folder.h"


#define PEOPLE  10000
#define ROOM    10

static const uint32_t  account_number = 1;


static store_alike_t
weighed(void)
{
    store_alike_t  ask;

    memset(&ask, 0, sizeof(ask));
    ask.weight_mail = 90;
    ask.weight_phone = 70;
    ask.weight_name = 60;
    ask.threshold = 40;

    return ask;
}


static void
asked(store_alike_t *ask, const people_t *p)
{
    *ask = weighed();
    ask->first = folder_text(p->first);
    ask->last = folder_text(p->last);
    ask->mail = folder_text(p->mail);
    ask->phone = folder_text(p->phone);
}


static void
put(store_view_t *view, uint32_t number, const people_t *p)
{
    char          login[32];
    store_user_t  user;

    (void) snprintf(login, sizeof(login), "u%u", number);
    memset(&user, 0, sizeof(user));
    user.id = folder_id(number);
    user.account = folder_id(account_number);
    user.name = folder_text(login);
    user.first = folder_text(p->first);
    user.last = folder_text(p->last);
    user.mail = folder_text(p->mail);
    user.phone = folder_text(p->phone);
    store_record_put(view, STORE_IS_user, &user);
}


static store_env_t *
filled(char path[64], uint32_t n)
{
    uint32_t      i;
    people_t      p;
    store_env_t  *env = folder_new(path, UINT64_C(512) << 20);
    store_view_t *view;

    assert_int_equal(store_write_begin(env, &view), STORE_OK);

    for (i = 0; i < n; i++) {
        people_make(&p, i);
        put(view, 1000 + i, &p);
    }

    assert_int_equal(store_write_commit(env), STORE_OK);

    return env;
}


static uint32_t
found_at(const store_found_t *found, uint32_t number)
{
    uint32_t    i;
    store_id_t  id = folder_id(number);

    for (i = 0; i < found->n; i++) {
        if (store_id_equal(&found->hits[i].user.id, &id)) {
            return i;
        }
    }

    return UINT32_MAX;
}


static void
precision_and_recall(void **state)
{
    char            path[64];
    double          precision, recall, first;
    uint32_t        i, at, again, hits, good, top, strangers, most;
    uint64_t        seed = 2026;
    people_t        p, typed;
    store_id_t      account = folder_id(account_number);
    store_hit_t     room[ROOM];
    store_env_t    *env = filled(path, PEOPLE);
    store_txn_t    *txn = folder_read(env);
    store_found_t   found = { .hits = room, .max = ROOM };
    store_alike_t   ask;

    (void) state;
    again = hits = good = top = strangers = most = 0;

    for (i = 0; i < PEOPLE; i += 5) {
        people_make(&p, i);
        people_again(&typed, &p, &seed);
        asked(&ask, &typed);
        assert_int_equal(store_alike(txn, &account, &ask, &found), STORE_OK);
        again++;
        hits += found.n;
        at = found_at(&found, 1000 + i);
        good += at != UINT32_MAX;
        top += at == 0;
        most = found.steps > most ? found.steps : most;

        /* somebody new: whoever is shown is a namesake */

        people_make(&p, 1000000 + i);
        asked(&ask, &p);
        assert_int_equal(store_alike(txn, &account, &ask, &found), STORE_OK);
        strangers += found.n != 0;
    }

    precision = (double) good / hits;
    recall = (double) good / again;
    first = (double) top / again;

    print_message("%u typed again among %u: recall %.3f, precision %.3f, "
                  "%.3f shown first; %.3f of the new ones shown somebody; "
                  "at most %u steps\n", again, PEOPLE, recall, precision,
                  first, (double) strangers / again, most);

    assert_true(recall >= 0.95);
    assert_true(precision >= 0.92);
    assert_true(first >= 0.95);
    assert_true((double) strangers / again <= 0.02);
    assert_true(most <= STORE_SEARCH_STEPS);

    store_read_free(txn);
    folder_drop(env, path);
}


/* Confidence in the one user there is. */

static uint32_t
sure(const char *first, const char *last, const char *mail,
    const char *phone)
{
    char            path[64];
    uint32_t        score;
    people_t        p = { "Hans", "Müller", "hans@example.com",
                          "+49 171 2345678" };
    store_id_t      account = folder_id(account_number);
    store_env_t    *env = folder_new(path, 0);
    store_txn_t    *txn;
    store_hit_t     room[ROOM];
    store_view_t   *view;
    store_found_t   found = { .hits = room, .max = ROOM };
    store_alike_t   ask = weighed();

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    put(view, 1000, &p);
    assert_int_equal(store_write_commit(env), STORE_OK);

    ask.first = folder_text(first);
    ask.last = folder_text(last);
    ask.mail = folder_text(mail);
    ask.phone = folder_text(phone);

    txn = folder_read(env);
    assert_int_equal(store_alike(txn, &account, &ask, &found), STORE_OK);
    score = found.n == 1 ? room[0].score : 0;
    store_read_free(txn);
    folder_drop(env, path);

    return score;
}


static void
each_sign_adds(void **state)
{
    uint32_t  mail = sure("", "", "Hans@Example.com", "");
    uint32_t  phone = sure("", "", "", "0171/2345678");
    uint32_t  name = sure("hans", "MUELLER", "", "");

    (void) state;
    assert_int_equal(mail, 90);
    assert_int_equal(phone, 70);
    assert_int_equal(name, 60);
    assert_true(sure("Hans", "Müller", "hans@example.com", "") > mail);
    assert_true(sure("Hans", "Müller", "", "+491712345678") > phone);
    assert_true(sure("Hans", "Muler", "", "") <= name);
    assert_true(sure("Hans", "Muler", "", "") >= 50);
}


static void
what_differs_takes_away(void **state)
{
    (void) state;
    assert_int_equal(sure("Hans", "Müller", "other@example.net",
                          "+49 30 111111"), 0);
    assert_true(sure("Hans", "Müller", "other@example.net", "")
                < sure("Hans", "Müller", "", ""));
    assert_true(sure("Hans", "Müller", "hans@example.com", "0171 9999999")
                < sure("Hans", "Müller", "hans@example.com", ""));
    assert_int_equal(sure("Grete", "Schmidt", "", ""), 0);
}


static void
names_count_from_two_characters_each(void **state)
{
    (void) state;
    assert_int_equal(sure("H", "Müller", "", ""), 0);
    assert_int_equal(sure("Hans", "M", "", ""), 0);
    assert_true(sure("Ha", "Müller", "", "") == 0
                || sure("Ha", "Müller", "", "") < 60);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(precision_and_recall),
        cmocka_unit_test(each_sign_adds),
        cmocka_unit_test(what_differs_takes_away),
        cmocka_unit_test(names_count_from_two_characters_each)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
