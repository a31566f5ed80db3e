/*
 * Tokens that verified, direct-mapped: one place for each token, the newer
 * takes it.  A failure is never kept, so a flood of forgeries evicts nothing.
 * The text is compared, so that a token seen before is not even decoded.
 */

#include <stdlib.h>
#include <string.h>

#include <policy/token_int.h>


#define POLICY_CACHE_SLOTS  4096u      /* a power of two; 256 KB */

/* Where text holds nothing but bits of the random part of the id. */
#define POLICY_CACHE_RANDOM  8


typedef struct {
    uint64_t tag;                      /* of the keys file; 0: empty */
    char     text[POLICY_TOKEN_LEN];
    uint8_t  kind;
    uint8_t  id[POLICY_ID_LEN];
} policy_cache_slot_t;

struct policy_token_cache_s {
    policy_cache_slot_t slots[POLICY_CACHE_SLOTS];
};


static size_t policy_cache_place(const char text[POLICY_TOKEN_LEN]);


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


bool
policy_token_cache_get(const policy_token_cache_t *cache, uint64_t tag,
    const char text[POLICY_TOKEN_LEN], policy_token_kind_t *kind,
    uint8_t id[POLICY_ID_LEN])
{
    const policy_cache_slot_t  *slot;

    if (cache == NULL) {
        return false;
    }

    slot = &cache->slots[policy_cache_place(text)];

    if (slot->tag != tag || slot->kind == 0
        || !policy_equal(slot->text, text, POLICY_TOKEN_LEN))
    {
        return false;
    }

    *kind = (policy_token_kind_t) slot->kind;
    memcpy(id, slot->id, POLICY_ID_LEN);

    return true;
}


void
policy_token_cache_put(policy_token_cache_t *cache, uint64_t tag,
    const char text[POLICY_TOKEN_LEN], policy_token_kind_t kind,
    const uint8_t id[POLICY_ID_LEN])
{
    policy_cache_slot_t  *slot;

    if (cache == NULL) {
        return;
    }

    slot = &cache->slots[policy_cache_place(text)];
    slot->tag = tag;
    slot->kind = (uint8_t) kind;
    memcpy(slot->text, text, POLICY_TOKEN_LEN);
    memcpy(slot->id, id, POLICY_ID_LEN);
}


/* Eight characters of the id are 48 random bits; the multiplication brings
   all of them to the top (Knuth, volume 3, section 6.4). */
static size_t
policy_cache_place(const char text[POLICY_TOKEN_LEN])
{
    uint64_t  random;

    memcpy(&random, text + POLICY_CACHE_RANDOM, sizeof(random));
    random *= 0x9e3779b97f4a7c15u;

    return (size_t) (random >> 52) & (POLICY_CACHE_SLOTS - 1);
}
