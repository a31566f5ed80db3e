/*
 * A parsed keys file: what tokens and nonces are signed and verified with.
 */

#ifndef POLICY_KEYS_INT_H
#define POLICY_KEYS_INT_H

#include <policy/crypto_int.h>
#include <policy/limits.h>

#pragma GCC visibility push(hidden)

/*
 * `verify` is indexed by key id; NULL where there is no such key or it is
 * retired.  `tag` differs between any two parsed files, so that a cache
 * filled under one file says nothing under another.
 */
struct policy_keys_s {
    policy_mac_t *verify[POLICY_MAX_KEY_ID + 1];
    uint8_t       signer;
    uint64_t      tag;

    uint8_t       checkpoint[POLICY_MAX_KEY_ID + 1][POLICY_SEED_LEN];
    bool          checkpoint_known[POLICY_MAX_KEY_ID + 1];
    bool          checkpoint_signs;
    uint8_t       checkpoint_signer;
};

#pragma GCC visibility pop

#endif /* POLICY_KEYS_INT_H */
