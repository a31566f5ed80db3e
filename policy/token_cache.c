/*
 * Tokens that verified, direct-mapped: one place for each token, the newer
 * takes it.  A failure is never kept, so a flood of forgeries evicts nothing.
 */

#include <stdlib.h>
#include <string.h>

#include <policy/token_int.h>


#define POLICY_CACHE_SLOTS  4096u      /* a power of two; 160 KB */


typedef struct {
    uint64_t tag;
    uint8_t  bytes[POLICY_TOKEN_BYTES];
} policy_cache_slot_t;

struct policy_token_cache_s {
    policy_cache_slot_t slots[POLICY_CACHE_SLOTS];
};


static size_t policy_cache_place(const uint8_t bytes[POLICY_TOKEN_BYTES]);


policy_token_cache_t *
policy_token_cache_new(void)
{
    return calloc(1, sizeof(policy_token_cache_t));
}


void
policy_token_cache_free(policy_token_cache_t *cache)
{
    if (cache == NULL) {
        return;
    }

    policy_cleanse(cache, sizeof(*cache));
    free(cache);
}


/* An empty slot matches nothing: byte 0 of a token is never 0. */
bool
policy_token_cache_has(const policy_token_cache_t *cache, uint64_t tag,
    const uint8_t bytes[POLICY_TOKEN_BYTES])
{
    const policy_cache_slot_t  *slot;

    if (cache == NULL) {
        return false;
    }

    slot = &cache->slots[policy_cache_place(bytes)];

    return policy_equal(slot->bytes, bytes, POLICY_TOKEN_BYTES)
           && slot->tag == tag;
}


void
policy_token_cache_put(policy_token_cache_t *cache, uint64_t tag,
    const uint8_t bytes[POLICY_TOKEN_BYTES])
{
    policy_cache_slot_t  *slot;

    if (cache == NULL) {
        return;
    }

    slot = &cache->slots[policy_cache_place(bytes)];
    slot->tag = tag;
    memcpy(slot->bytes, bytes, POLICY_TOKEN_BYTES);
}


/* The last bytes of the id are random: they spread without hashing. */
static size_t
policy_cache_place(const uint8_t bytes[POLICY_TOKEN_BYTES])
{
    size_t  place;

    place = (size_t) bytes[POLICY_TOKEN_SIGNED - 1] << 8
            | bytes[POLICY_TOKEN_SIGNED - 2];

    return place & (POLICY_CACHE_SLOTS - 1);
}
