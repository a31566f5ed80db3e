/*
 * A parsed keys file: what tokens and nonces are signed and verified with.
 */

#ifndef POLICY_KEYS_INT_H
#define POLICY_KEYS_INT_H

#include <policy/crypto_int.h>
#include <policy/limits.h>

#pragma GCC visibility push(hidden)

#define POLICY_KEYS_WORDS  4

typedef enum {
    POLICY_KEY_NEW = 0,
    POLICY_KEY_SIGN,
    POLICY_KEY_VERIFY,
    POLICY_KEY_RETIRED,
    POLICY_KEY_STATES
} policy_key_state_t;

extern const char *const policy_key_state_names[];

/*
 * `verify` (of use hmac) and `pairs` (of the others) are indexed by key id;
 * NULL where there is no such key or it is retired.  `tag` differs between
 * any two parsed files, so that a cache filled under one file says nothing
 * under another.  `marks` are the first bytes of a hash of each key; zero
 * when there is none.
 */
struct policy_keys_s {
    policy_mac_t  *verify[POLICY_MAX_KEY_ID + 1];
    policy_pkey_t *pairs[POLICY_USES][POLICY_MAX_KEY_ID + 1];
    bool           signs[POLICY_USES];
    uint8_t        signers[POLICY_USES];
    uint8_t        signer;             /* of use hmac */
    uint8_t        marks[POLICY_USES][POLICY_MAX_KEY_ID + 1][4];
    uint64_t       tag;
};

/* Words of a line; one more than fit says "too many". */
size_t policy_keys_split(const char *text, size_t len, policy_str_t *words);
/* Place in a list of names that ends with NULL; its length when absent. */
unsigned policy_keys_word(policy_str_t word, const char *const *names);
/* Above POLICY_MAX_KEY_ID when it is none. */
unsigned policy_keys_id(policy_str_t word);

#pragma GCC visibility pop

#endif /* POLICY_KEYS_INT_H */
