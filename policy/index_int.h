/*
 * Names of one kind, while a policy is compiled.
 */

#ifndef POLICY_INDEX_INT_H
#define POLICY_INDEX_INT_H

#include <policy/arena_int.h>
#include <policy/doc_int.h>

#pragma GCC visibility push(hidden)

typedef struct {
    policy_ref_t ref;
    uint32_t     target;
    uint32_t     next;                 /* 1 + entry of the same bucket */
} policy_entry_t;

typedef struct {
    policy_entry_t *entries;           /* in the order they were added */
    uint32_t        count;
    uint32_t        capacity;
    uint32_t       *buckets;
    uint32_t        mask;
    uint32_t        seed;
} policy_index_t;

/* Room for `capacity` names; false without memory. */
bool policy_index_init(policy_index_t *index, policy_arena_t *arena,
    uint32_t capacity);

/* The entry of a name, or NULL. */
const policy_entry_t *policy_index_find(const policy_index_t *index,
    policy_str_t name);

/* Adds a name; the entry that has it already is returned instead. */
const policy_entry_t *policy_index_add(policy_index_t *index,
    policy_ref_t ref, uint32_t target);

/* Target of a name that must be known: else POLICY_NONE and an error that
   says `what` there is none of, and what may have been meant. */
uint32_t policy_index_resolve(const policy_index_t *index,
    const policy_ref_t *ref, const char *what, policy_errors_t *errors);

/* A C string as a slice. */
policy_str_t policy_text(const char *text);

#pragma GCC visibility pop

#endif /* POLICY_INDEX_INT_H */
