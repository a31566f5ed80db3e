/*
 * User search at size: steps, records looked at, and time of one search, at
 * 1,000, 100,000 and 1,000,000 users, or as many as the arguments say:
 *
 *     search STORE [USERS ...]
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <lmdb_schema/search_int.h>
#include <policy/policy.h>
#include <t/lib/people.h>


#define BATCH  20000
#define TURNS  200


static const char *const  kinds[] = {
    "a whole name", "a beginning", "first and last name",
    "two beginnings", "a typing error", "two typing errors",
    "a mail address", "the end of a number", "a duplicate"
};

#define KINDS  (sizeof(kinds) / sizeof(kinds[0]))


static int
search_sha256(const void *data, size_t len, uint8_t out[32])
{
    return policy_sha256(data, len, out);
}


static store_slice_t
search_slice(const char *text)
{
    store_slice_t  slice = { (const uint8_t *) text, strlen(text) };

    return slice;
}


static store_id_t
search_id(uint32_t n)
{
    store_id_t  id = { { 0, 0x1d } };

    store_put_u32(id.b + STORE_ID_LEN - 4, n);

    return id;
}


static int
search_fill(store_env_t *env, uint32_t from, uint32_t to)
{
    char           login[32];
    char           display[sizeof(((people_t *) NULL)->first)
                           + sizeof(((people_t *) NULL)->last)];
    uint32_t       i;
    people_t       p;
    store_user_t   user;
    store_view_t  *view;

    for (i = from; i < to; i++) {

        if (i % BATCH == 0 || i == from) {
            if (store_write_begin(env, &view) != STORE_OK) {
                return -1;
            }
        }

        people_make(&p, i);
        memset(&user, 0, sizeof(user));
        (void) snprintf(login, sizeof(login), "u%u", i);
        (void) snprintf(display, sizeof(display), "%s %s", p.first, p.last);
        user.id = search_id(1000 + i);
        user.account = search_id(1);
        user.name = search_slice(login);
        user.display = search_slice(display);
        user.mail = search_slice(p.mail);
        user.phone = search_slice(p.phone);
        store_record_put(view, STORE_IS_user, &user);

        if ((i + 1) % BATCH == 0 || i + 1 == to) {
            if (store_write_commit(env) != STORE_OK) {
                return -1;
            }
        }
    }

    return 0;
}


static uint64_t
search_now(void)
{
    struct timespec  t;

    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);

    return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}


static void
search_type(char *out, size_t room, size_t kind, const people_t *p,
    uint64_t *seed)
{
    char  first[sizeof(p->first)], last[sizeof(p->last)];

    (void) snprintf(first, sizeof(first), "%s", p->first);
    (void) snprintf(last, sizeof(last), "%s", p->last);

    if (kind == 4 || kind == 5) {
        people_slip(last, sizeof(last), seed);
    }

    if (kind == 5) {
        people_slip(first, sizeof(first), seed);
    }

    switch (kind) {
    case 0:
        (void) snprintf(out, room, "%s", last);
        return;
    case 1:
        (void) snprintf(out, room, "%.3s", last);
        return;
    case 3:
        (void) snprintf(out, room, "%.2s %.3s", first, last);
        return;
    case 6:
        (void) snprintf(out, room, "%s", p->mail);
        return;
    case 7:
        (void) snprintf(out, room, "%s", p->phone + strlen(p->phone) - 5);
        return;
    default:
        (void) snprintf(out, room, "%s %s", first, last);
    }
}


static void
search_measure(store_txn_t *txn, uint32_t users, size_t kind)
{
    char           typed[160];
    uint32_t       i, at, right;
    uint64_t       seed = 11 + kind, begun, spent, slowest, one, steps, most;
    people_t       p, again;
    store_id_t     account = search_id(1), id;
    store_hit_t    room[20];
    store_found_t  found = { .hits = room, .max = 20 };
    store_alike_t  ask = { .weight_mail = 90, .weight_phone = 70,
                           .weight_name = 60, .threshold = 40 };
    store_status_t rc;

    spent = slowest = steps = most = 0;
    right = 0;

    for (i = 0; i < TURNS; i++) {
        at = (uint32_t) people_below(&seed, users);
        people_make(&p, at);
        id = search_id(1000 + at);
        search_type(typed, sizeof(typed), kind, &p, &seed);
        people_again(&again, &p, &seed);
        ask.first = search_slice(again.first);
        ask.last = search_slice(again.last);
        ask.mail = search_slice(again.mail);
        ask.phone = search_slice(again.phone);

        begun = search_now();
        rc = kind == 8 ? store_alike(txn, &account, &ask, &found)
                       : store_search(txn, &account, search_slice(typed),
                                      false, &found);
        one = search_now() - begun;

        if (rc != STORE_OK) {
            exit(3);
        }

        spent += one;
        slowest = one > slowest ? one : slowest;
        steps += found.steps;
        most = found.steps > most ? found.steps : most;

        for (uint32_t j = 0; j < found.n; j++) {
            right += store_id_equal(&room[j].user.id, &id);
        }
    }

    printf("search\t%u\t%s\t%.1f\t%.1f\t%llu\t%llu\t%.2f\n", users,
           kinds[kind], (double) spent / TURNS / 1000,
           (double) slowest / 1000, (unsigned long long) (steps / TURNS),
           (unsigned long long) most, (double) right / TURNS);
    (void) fflush(stdout);
}


int
main(int argc, char **argv)
{
    int              i;
    size_t           kind;
    uint32_t         had = 0, users;
    store_env_t     *env;
    store_stat_t     stat;
    store_txn_t     *txn;
    store_error_t    error;
    store_options_t  options;

    static char  *usual[] = { NULL, NULL, "1000", "100000", "1000000" };

    if (argc < 2) {
        return 2;
    }

    memset(&options, 0, sizeof(options));
    options.path = argv[1];
    options.sha256 = search_sha256;
    options.create = true;

    if (store_open(&options, &env, &error) != STORE_OK
        || store_read_new(env, &txn) != STORE_OK)
    {
        fprintf(stderr, "%s\n", error.text);
        return 3;
    }

    for (i = 2; i < (argc > 2 ? argc : 5); i++) {
        users = (uint32_t) strtoul(argc > 2 ? argv[i] : usual[i], NULL, 10);

        if (search_fill(env, had, users) != 0
            || store_read_renew(txn) != STORE_OK
            || store_stat(env, &stat) != STORE_OK)
        {
            return 3;
        }

        had = users;
        printf("size\t%u\t%llu\t%llu\n", users,
               (unsigned long long) stat.used_bytes,
               (unsigned long long) stat.entries);

        for (kind = 0; kind < KINDS; kind++) {
            search_measure(txn, users, kind);
        }

        store_read_reset(txn);
    }

    store_read_free(txn);
    store_close(env);

    return 0;
}
