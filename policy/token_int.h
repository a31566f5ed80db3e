/*
 * The bytes of a token, and the cache of tokens that verified.
 */

#ifndef POLICY_TOKEN_INT_H
#define POLICY_TOKEN_INT_H

#include <policy/keys_int.h>

#pragma GCC visibility push(hidden)

/*
 * 30 bytes; of a link made with key 3:
 *
 *     13 01 00 5f..  c2 9e..
 *     |  |  |        the first 16 bytes of the MAC over bytes 0 to 13
 *     |  |  id, 12 bytes; the first is the cell
 *     |  kind
 *     version 1, key id 3
 */
#define POLICY_TOKEN_VERSION  1u
#define POLICY_TOKEN_SIGNED   (2u + POLICY_ID_LEN)
#define POLICY_TOKEN_MAC      16u
#define POLICY_TOKEN_BYTES    (POLICY_TOKEN_SIGNED + POLICY_TOKEN_MAC)

/* Whether this very text verified before, under the same keys file; then
   kind and id are filled in. */
bool policy_token_cache_get(const policy_token_cache_t *cache, uint64_t tag,
    const char text[POLICY_TOKEN_LEN], policy_token_kind_t *kind,
    uint8_t id[POLICY_ID_LEN]);

/* Only for a text that just verified: failures are never kept. */
void policy_token_cache_put(policy_token_cache_t *cache, uint64_t tag,
    const char text[POLICY_TOKEN_LEN], policy_token_kind_t kind,
    const uint8_t id[POLICY_ID_LEN]);

#pragma GCC visibility pop

#endif /* POLICY_TOKEN_INT_H */
