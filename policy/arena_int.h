/*
 * Memory of one compilation: taken in pieces, given back at once.
 */

#ifndef POLICY_ARENA_INT_H
#define POLICY_ARENA_INT_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef struct policy_chunk_s policy_chunk_t;

typedef struct {
    policy_chunk_t *chunks;
    char           *next;
    size_t          left;
} policy_arena_t;

void policy_arena_init(policy_arena_t *arena);
void policy_arena_free(policy_arena_t *arena);

/* Zeroed memory for n things of `size` bytes, or NULL. */
void *policy_arena_take(policy_arena_t *arena, size_t n, size_t size);

#pragma GCC visibility pop

#endif /* POLICY_ARENA_INT_H */
