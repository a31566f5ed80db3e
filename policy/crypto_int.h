/*
 * The only door to OpenSSL.  Nothing here knows what is being hashed.
 */

#ifndef POLICY_CRYPTO_INT_H
#define POLICY_CRYPTO_INT_H

#include <policy/policy.h>

#pragma GCC visibility push(hidden)

#define POLICY_SHA256_LEN  32
#define POLICY_SHA1_LEN    20

/* HMAC-SHA-256 under one key.  Keyed once; each use works on a copy. */
typedef struct policy_mac_s policy_mac_t;

/* NULL when there is no memory or OpenSSL refuses. */
policy_mac_t *policy_mac_new(const uint8_t *key, size_t len);
void policy_mac_free(policy_mac_t *mac);

/* MAC of the slices of `parts`, one after the other. */
policy_status_t policy_mac(const policy_mac_t *mac, const policy_str_t *parts,
    size_t n, uint8_t out[POLICY_SHA256_LEN]) POLICY_USE_RESULT;

policy_status_t policy_hmac_sha1(policy_str_t key, const void *data,
    size_t len, uint8_t out[POLICY_SHA1_LEN]) POLICY_USE_RESULT;

/* Overwrites secrets in a way that no compiler leaves out. */
void policy_cleanse(void *data, size_t len);

#pragma GCC visibility pop

#endif /* POLICY_CRYPTO_INT_H */
