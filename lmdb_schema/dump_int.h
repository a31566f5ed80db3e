/* The text form that dump.c writes and load.c reads. */

#ifndef STORE_DUMP_INT_H
#define STORE_DUMP_INT_H

#include <lmdb_schema/arena_int.h>
#include <lmdb_schema/sorter_int.h>
#include <lmdb_schema/view_int.h>

#define STORE_DUMP_HEAD  "xassist-store"
#define STORE_DUMP_ROW   "row"
#define STORE_DUMP_REST  "rest"
#define STORE_DUMP_END   "end"

typedef enum {
    LOAD_HEAD = 0, LOAD_BODY, LOAD_END
} load_state_t;

struct store_load_s {
    store_env_t     *env;
    store_view_t    *view;             /* NULL between transactions */
    load_state_t     state;
    uint64_t         lines;
    store_sorter_t  *index;            /* keys that stand for records */
    char            *folder;
    bool             hurried;
};

#pragma GCC visibility push(hidden)

/* Goes on in a transaction, a new one after a commit. */
store_status_t store_load_begin(store_load_t *load) STORE_USE_RESULT;

store_status_t store_load_sorter(store_load_t *load) STORE_USE_RESULT;

/* A record at its key, and a pair; STORE_EXISTS when the key is taken. */
store_status_t store_load_record(store_load_t *load, store_record_t record,
    const store_any_t *any, const store_key_t *key) STORE_USE_RESULT;
store_status_t store_load_put(store_load_t *load, store_slice_t key,
    store_slice_t value) STORE_USE_RESULT;

/* The index keys of all records, in order. */
store_status_t store_load_index(store_load_t *load,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data)
    STORE_USE_RESULT;

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
