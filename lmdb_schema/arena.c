/* Memory of one batch. */

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#include <lmdb_schema/arena_int.h>


#define CHUNK  65536


struct store_chunk_s {
    store_chunk_t            *next;
    size_t                    size;
    size_t                    used;
    alignas(max_align_t) uint8_t  data[];
};


void *
store_arena_take(store_arena_t *arena, size_t size)
{
    void           *p;
    size_t          align = alignof(max_align_t), room;
    store_chunk_t  *chunk;

    if (size > SIZE_MAX / 2) {
        return NULL;
    }

    size = (size + align - 1) / align * align;
    chunk = arena->chunks;

    if (chunk == NULL || chunk->size - chunk->used < size) {
        room = size > CHUNK ? size : CHUNK;
        chunk = malloc(sizeof(*chunk) + room);

        if (chunk == NULL) {
            return NULL;
        }

        chunk->next = arena->chunks;
        chunk->size = room;
        chunk->used = 0;
        arena->chunks = chunk;
    }

    p = chunk->data + chunk->used;
    chunk->used += size;

    return p;
}


void
store_arena_reset(store_arena_t *arena)
{
    store_chunk_t  *chunk, *next;

    if (arena->chunks == NULL) {
        return;
    }

    for (chunk = arena->chunks->next; chunk != NULL; chunk = next) {
        next = chunk->next;
        free(chunk);
    }

    arena->chunks->next = NULL;
    arena->chunks->used = 0;
}


void
store_arena_free(store_arena_t *arena)
{
    store_arena_reset(arena);
    free(arena->chunks);
    arena->chunks = NULL;
}
