/*
 * Keys of an identity provider, parsed.
 */

#ifndef POLICY_JWKS_INT_H
#define POLICY_JWKS_INT_H

#include <policy/crypto_int.h>

#pragma GCC visibility push(hidden)

#define POLICY_JWKS_MAX   64
#define POLICY_JWKS_TEXT  (256u * 1024)
#define POLICY_JWK_ID     128

typedef struct {
    policy_pkey_t      *pkey;
    policy_algorithm_t  algorithm;
    char                id[POLICY_JWK_ID];
    size_t              id_len;
    bool                has_id;
} policy_jwk_t;

struct policy_jwks_s {
    policy_jwk_t keys[POLICY_JWKS_MAX];
    uint32_t     n;
};

/* "RS256" ...; POLICY_ALGORITHMS when it is none of ours. */
policy_algorithm_t policy_algorithm(policy_str_t name);

/* Bytes that `len` characters of base64url give; 0 when none can. */
size_t policy_base64url_size(size_t len);

#pragma GCC visibility pop

#endif /* POLICY_JWKS_INT_H */
