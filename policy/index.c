/*
 * Names of one kind, chained in buckets.
 */

#include <string.h>

#include <policy/index_int.h>


bool
policy_index_init(policy_index_t *index, policy_arena_t *arena,
    uint32_t capacity)
{
    uint32_t  size;

    memset(index, 0, sizeof(*index));

    size = 16;
    while (size < capacity) {
        size *= 2;
    }

    /* Not to be known when the file is written: nobody picks names that fall
       into one bucket. */
    if (policy_random((uint8_t *) &index->seed, sizeof(index->seed))
        != POLICY_OK)
    {
        index->seed = 0;
    }

    index->mask = size - 1;
    index->capacity = capacity;
    index->buckets = policy_arena_take(arena, size, sizeof(uint32_t));
    index->entries = policy_arena_take(arena, capacity,
                                       sizeof(policy_entry_t));

    return index->buckets != NULL && index->entries != NULL;
}


const policy_entry_t *
policy_index_find(const policy_index_t *index, policy_str_t name)
{
    uint32_t               i;
    const policy_entry_t  *entry;

    i = index->buckets[policy_name_hash(index->seed, name) & index->mask];

    while (i != 0) {
        entry = &index->entries[i - 1];

        if (entry->ref.name.len == name.len
            && memcmp(entry->ref.name.data, name.data, name.len) == 0)
        {
            return entry;
        }

        i = entry->next;
    }

    return NULL;
}


const policy_entry_t *
policy_index_add(policy_index_t *index, policy_ref_t ref, uint32_t target)
{
    uint32_t              *bucket;
    policy_entry_t        *entry;
    const policy_entry_t  *known;

    known = policy_index_find(index, ref.name);
    if (known != NULL || index->count == index->capacity) {
        return known;
    }

    bucket = &index->buckets[policy_name_hash(index->seed, ref.name)
                             & index->mask];

    entry = &index->entries[index->count++];
    entry->ref = ref;
    entry->target = target;
    entry->next = *bucket;
    *bucket = index->count;

    return NULL;
}


uint32_t
policy_index_resolve(const policy_index_t *index, const policy_ref_t *ref,
    const char *what, policy_errors_t *errors)
{
    char                   meant[96];
    uint32_t               i;
    policy_near_t          near;
    const policy_entry_t  *entry;

    entry = policy_index_find(index, ref->name);
    if (entry != NULL) {
        return entry->target;
    }

    policy_near_init(&near, ref->name);

    if (policy_error_wanted(errors)) {
        for (i = 0; i < index->count; i++) {
            policy_near_try(&near, index->entries[i].ref.name);
        }
    }

    policy_error_at(errors, ref->place, "there is no %s \"%.*s\"%s", what,
                    POLICY_SHOWN(ref->name),
                    policy_near_text(&near, meant, sizeof(meant)));

    return POLICY_NONE;
}


policy_str_t
policy_text(const char *text)
{
    policy_str_t  slice;

    slice.data = text;
    slice.len = strlen(text);

    return slice;
}
