/* What the two halves of the check share. */

#ifndef STORE_CHECK_INT_H
#define STORE_CHECK_INT_H

#include <lmdb_schema/view_int.h>


typedef struct {
    store_view_t     *view;
    store_finding_pt  finding;
    void             *data;
    uint64_t          findings;
} store_check_t;

#pragma GCC visibility push(hidden)

/* Counters against what they count. */
store_status_t store_check_part(store_check_t *check,
    const store_participant_t *part) STORE_USE_RESULT;
store_status_t store_check_call(store_check_t *check,
    const store_call_t *call) STORE_USE_RESULT;
store_status_t store_check_media(store_check_t *check,
    const store_media_t *media) STORE_USE_RESULT;
store_status_t store_check_account(store_check_t *check,
    const store_account_t *account) STORE_USE_RESULT;

store_status_t store_check_user(store_check_t *check,
    const store_user_t *user) STORE_USE_RESULT;

/* Of a team or a group. */
store_status_t store_check_members(store_check_t *check,
    store_record_t record, const store_any_t *any) STORE_USE_RESULT;

void store_check_found(store_check_t *check, store_slice_t key,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

#pragma GCC visibility pop

#endif /* STORE_CHECK_INT_H */
