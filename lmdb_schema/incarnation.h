/* Which workers live, and what they say of themselves.  A part of store.h,
   which includes it. */

#ifndef STORE_INCARNATION_H
#define STORE_INCARNATION_H

#include <lmdb_schema/store.h>

#pragma GCC visibility push(hidden)

/*
 * A worker process proves that it lives by holding a lock on a file named
 * after 8 random bytes in STORE/workers.  Open returns a descriptor to keep
 * until exit (the file is removed by store_incarnation_close), or -1.
 */
int store_incarnation_open(const char *folder, const uint8_t incarnation[8]);
void store_incarnation_close(const char *folder,
    const uint8_t incarnation[8], int fd);

/* Whether the worker of that name is gone (its lock could be taken). */
bool store_incarnation_dead(const char *folder, const uint8_t incarnation[8]);

/*
 * What each worker that lives says of itself: `visit` is given the text of
 * its file, NUL-terminated lines "WORD ...": keys as below, and "policy PID
 * GENERATION SHA-256 LOADED".
 */
store_status_t store_incarnations(const char *folder, store_visit_pt visit,
    void *data) STORE_USE_RESULT;

/*
 * How many workers live, how many of them say in their file that they have
 * the key of that name (a line "sign NAME" or "verify NAME", written through
 * the descriptor above), and how many of those sign by it.
 */
store_status_t store_incarnations_naming(const char *folder,
    const char *name, uint32_t *workers, uint32_t *having,
    uint32_t *signing) STORE_USE_RESULT;

/* Whether a worker's connection, of which it is told when it was opened,
   still counts as one of the participant's. */
store_status_t store_attached(store_txn_t *txn, const store_id_t *call,
    const store_id_t *participant, const uint8_t incarnation[8],
    uint64_t opened, bool *counts) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_INCARNATION_H */
