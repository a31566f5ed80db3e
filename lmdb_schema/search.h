/*
 * Finding users by what is known of them, and users who may be the same as
 * one to be made.  A part of store.h, which includes it.
 *
 * Both go by index keys that are derived from the user's record, and look at
 * a bounded number of keys and records however many users there are: when a
 * bound is reached, `more` says so, and a narrower question finds the rest.
 */

#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include <lmdb_schema/store.h>

#pragma GCC visibility push(hidden)

#define STORE_SEARCH_STEPS  6000       /* index keys of one search */
#define STORE_SEARCH_LOOKS  2000       /* records of one search */

/* Whether a user may be found; NULL: all of the account. */
typedef bool (*store_may_pt)(void *data, const store_user_t *user);

typedef struct {
    store_user_t user;                 /* its slices live as the read does */
    uint32_t     score;                /* 1 to 100 */
} store_hit_t;

/* Room of the caller, and what came of it: the best first, and of equals the
   one who signed in last. */
typedef struct {
    store_hit_t  *hits;
    uint32_t      max;
    store_may_pt  may;
    void         *data;

    uint32_t      n;
    bool          more;                /* not all of them were looked at */
    uint32_t      steps;
    uint32_t      looks;
} store_found_t;

/*
 * Users of an account by parts of name, login, mail address and phone number
 * in any order: whole words, beginnings, and, unless `exact`, words with a
 * typing error.  Case and diacritics do not count; a phone number is found by
 * its beginning with the country, or by its last four digits or more.
 */
store_status_t store_search(store_txn_t *txn, const store_id_t *account,
    store_slice_t text, bool exact, store_found_t *found) STORE_USE_RESULT;

/*
 * Users who may be that person, with a confidence in percent: each of mail
 * address, phone number and name adds its weight when it is the same; what
 * both have and is not the same takes away.  Names count from two characters
 * each, and when they are similar.
 */
typedef struct {
    store_slice_t first;
    store_slice_t last;
    store_slice_t mail;
    store_slice_t phone;
    uint8_t       weight_mail;         /* percent */
    uint8_t       weight_phone;
    uint8_t       weight_name;
    uint8_t       threshold;           /* less confidence is none */
} store_alike_t;

store_status_t store_alike(store_txn_t *txn, const store_id_t *account,
    const store_alike_t *person, store_found_t *found) STORE_USE_RESULT;

/* Whether the user is of one of these groups, comma-separated; of none named
   everybody is. */
store_status_t store_user_in_groups(store_txn_t *txn,
    const store_user_t *user, store_slice_t groups, bool *in)
    STORE_USE_RESULT;

/* Calls that have not ended which the user owns, is in, or is invited to. */
store_status_t store_calls_of(store_txn_t *txn, const store_id_t *user,
    store_visit_pt visit, void *data) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_SEARCH_H */
