/*
 * Keys in any order, given back in order: as many as there are, in bounded
 * memory.  What does not fit is sorted in parts, in a file without a name in
 * the folder given, and merged.
 */

#ifndef STORE_SORTER_INT_H
#define STORE_SORTER_INT_H

#include <lmdb_schema/store.h>

#define STORE_SORTER_ROOM  (UINT64_C(128) << 20)

typedef struct store_sorter_s store_sorter_t;

#pragma GCC visibility push(hidden)

/* `room`: bytes that it keeps in memory.  NULL without memory. */
store_sorter_t *store_sorter_new(const char *folder, size_t room);
void store_sorter_free(store_sorter_t *sorter);

/* A key and a value of at most 255 bytes each.  Of equal keys the strongest
   is given back, and the latest of those. */
store_status_t store_sorter_add(store_sorter_t *sorter, store_slice_t key,
    store_slice_t value, uint8_t strength) STORE_USE_RESULT;

uint64_t store_sorter_count(const store_sorter_t *sorter);

/* Once all are added.  The slices live until the next call; STORE_NOT_FOUND
   at the end. */
store_status_t store_sorter_next(store_sorter_t *sorter, store_slice_t *key,
    store_slice_t *value) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_SORTER_INT_H */
