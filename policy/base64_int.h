/*
 * Padded base64 (RFC 4648, section 4), as keys files and Janus use it.
 * Base64url is public: policy.h.
 */

#ifndef POLICY_BASE64_INT_H
#define POLICY_BASE64_INT_H

#include <policy/policy.h>

#pragma GCC visibility push(hidden)

/* Characters that `len` bytes give. */
#define POLICY_BASE64_LEN(len)  (((len) + 2) / 3 * 4)

/* Writes no NUL; returns POLICY_BASE64_LEN(len). */
size_t policy_base64_encode(const uint8_t *in, size_t len, char *out);

/*
 * Strict: padding required, unused bits zero, nothing else but the alphabet.
 * `out` has room for `size` bytes; *out_len is set on true only.
 */
bool policy_base64_decode(const char *in, size_t len, uint8_t *out,
    size_t size, size_t *out_len);

#pragma GCC visibility pop

#endif /* POLICY_BASE64_INT_H */
