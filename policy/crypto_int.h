/*
 * The only door to OpenSSL.  Nothing here knows what is being hashed.
 */

#ifndef POLICY_CRYPTO_INT_H
#define POLICY_CRYPTO_INT_H

#include <policy/policy.h>

#pragma GCC visibility push(hidden)

/* How a JWS is signed (RFC 7518, 8037).  A key has one of them. */
typedef enum {
    POLICY_ALGORITHM_RS256 = 0,
    POLICY_ALGORITHM_RS384,
    POLICY_ALGORITHM_RS512,
    POLICY_ALGORITHM_PS256,
    POLICY_ALGORITHM_ES256,
    POLICY_ALGORITHM_ES384,
    POLICY_ALGORITHM_EDDSA,
    POLICY_ALGORITHMS
} policy_algorithm_t;

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

/* A key of a signature; made of what JWKs and keys files hold (big-endian
   numbers).  NULL when OpenSSL refuses it or it is too weak to be one. */
typedef struct policy_pkey_s policy_pkey_t;

policy_pkey_t *policy_pkey_rsa(policy_str_t n, policy_str_t e);
policy_pkey_t *policy_pkey_ec(policy_algorithm_t algorithm, policy_str_t x,
    policy_str_t y);
policy_pkey_t *policy_pkey_ed25519(policy_str_t x);
policy_pkey_t *policy_pkey_ed25519_seed(const uint8_t seed[32]);
void policy_pkey_free(policy_pkey_t *pkey);

/* The public half of an Ed25519 key. */
policy_status_t policy_pkey_public(const policy_pkey_t *pkey,
    uint8_t out[32]) POLICY_USE_RESULT;

/* POLICY_FORGED unless the signature, as JWS writes it, is of the key. */
policy_status_t policy_pkey_verify(const policy_pkey_t *pkey,
    policy_algorithm_t algorithm, const void *data, size_t len,
    const uint8_t *signature, size_t signature_len) POLICY_USE_RESULT;

/* Ed25519 alone. */
policy_status_t policy_pkey_sign(const policy_pkey_t *pkey, const void *data,
    size_t len, uint8_t signature[64]) POLICY_USE_RESULT;

policy_status_t policy_scrypt(policy_str_t password, const uint8_t *salt,
    size_t salt_len, uint64_t n, uint32_t r, uint32_t p, uint8_t out[32])
    POLICY_USE_RESULT;

/* Overwrites secrets in a way that no compiler leaves out. */
void policy_cleanse(void *data, size_t len);

#pragma GCC visibility pop

#endif /* POLICY_CRYPTO_INT_H */
