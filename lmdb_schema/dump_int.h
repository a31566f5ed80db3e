/* The text form that dump.c writes and load.c reads. */

#ifndef STORE_DUMP_INT_H
#define STORE_DUMP_INT_H

#include <lmdb_schema/arena_int.h>
#include <lmdb_schema/store.h>

#define STORE_DUMP_HEAD  "xassist-store"
#define STORE_DUMP_ROW   "row"
#define STORE_DUMP_REST  "rest"
#define STORE_DUMP_END   "end"

#pragma GCC visibility push(hidden)

/* Takes the word before the next blank out of `rest`; false at its end. */
bool store_load_word(store_slice_t *rest, store_slice_t *word);
bool store_load_is(store_slice_t slice, const char *word);

/* Decimal, hexadecimal, and text with %XX; false for anything else. */
bool store_load_number(store_slice_t text, uint64_t most, uint64_t *out);
bool store_load_bytes(store_arena_t *arena, store_slice_t text,
    store_slice_t *out);
bool store_load_text(store_arena_t *arena, store_slice_t text,
    store_slice_t *out);

#pragma GCC visibility pop

#endif /* STORE_DUMP_INT_H */
