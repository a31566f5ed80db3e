/*
 * Memory of one compilation.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <policy/arena_int.h>


#define POLICY_CHUNK_SIZE  65536u
#define POLICY_ARENA_STEP  16u


struct policy_chunk_s {
    policy_chunk_t *next;
    size_t          unused;            /* keeps what follows aligned */
};


void
policy_arena_init(policy_arena_t *arena)
{
    memset(arena, 0, sizeof(*arena));
}


void
policy_arena_free(policy_arena_t *arena)
{
    policy_chunk_t  *chunk, *next;

    for (chunk = arena->chunks; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }

    policy_arena_init(arena);
}


void *
policy_arena_take(policy_arena_t *arena, size_t n, size_t size)
{
    void            *p;
    size_t           bytes;
    policy_chunk_t  *chunk;

    if (n == 0) {
        n = 1;
    }

    if (size > SIZE_MAX / 4 / n) {
        return NULL;
    }

    bytes = (n * size + POLICY_ARENA_STEP - 1) & ~(size_t) (POLICY_ARENA_STEP
                                                           - 1);

    if (bytes > POLICY_CHUNK_SIZE / 4) {
        /* A block of its own: the rest of the current chunk stays in use. */
        chunk = calloc(1, sizeof(*chunk) + bytes);
        if (chunk == NULL) {
            return NULL;
        }

        chunk->next = arena->chunks;
        arena->chunks = chunk;

        return chunk + 1;
    }

    if (bytes > arena->left) {
        chunk = calloc(1, sizeof(*chunk) + POLICY_CHUNK_SIZE);
        if (chunk == NULL) {
            return NULL;
        }

        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->next = (char *) (chunk + 1);
        arena->left = POLICY_CHUNK_SIZE;
    }

    p = arena->next;
    arena->next += bytes;
    arena->left -= bytes;

    return p;
}
