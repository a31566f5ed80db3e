/*
 * Memory of one batch: taken piece by piece, given back all at once.  Values
 * read in a write transaction live here, because LMDB moves pages under them
 * at the next write.
 */

#ifndef STORE_ARENA_INT_H
#define STORE_ARENA_INT_H

#include <stddef.h>

typedef struct store_chunk_s store_chunk_t;

typedef struct {
    store_chunk_t *chunks;             /* newest first */
} store_arena_t;

#pragma GCC visibility push(hidden)

/* Aligned for any object; NULL when there is no memory. */
void *store_arena_take(store_arena_t *arena, size_t size);

/* Gives everything back but one chunk, which the next batch uses again. */
void store_arena_reset(store_arena_t *arena);
void store_arena_free(store_arena_t *arena);

#pragma GCC visibility pop

#endif /* STORE_ARENA_INT_H */
