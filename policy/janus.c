/*
 * Signed tokens as the Janus WebRTC server checks them.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <policy/base64_int.h>
#include <policy/crypto_int.h>
#include <policy/limits.h>


policy_status_t
policy_janus_token(policy_str_t secret, uint64_t expires,
    policy_str_t descriptors, char *out, size_t size)
{
    int              n;
    size_t           len;
    uint8_t          mac[POLICY_SHA1_LEN];
    policy_status_t  status;

    /* A ':' or NUL would end D before its time, a '"' the JSON around it. */
    if (secret.len == 0 || descriptors.len == 0
        || memchr(descriptors.data, ':', descriptors.len) != NULL
        || memchr(descriptors.data, '"', descriptors.len) != NULL
        || memchr(descriptors.data, '\0', descriptors.len) != NULL)
    {
        return POLICY_INVALID;
    }

    if (descriptors.len > POLICY_MAX_JANUS) {
        return POLICY_TOO_BIG;
    }

    n = snprintf(out, size, "%" PRIu64 ",%.*s", expires,
                 (int) descriptors.len, descriptors.data);
    if (n < 0) {
        return POLICY_INVALID;
    }

    len = (size_t) n;
    if (len + 1 + POLICY_BASE64_LEN(sizeof(mac)) + 1 > size) {
        return POLICY_TOO_BIG;
    }

    status = policy_hmac_sha1(secret, out, len, mac);
    if (status != POLICY_OK) {
        out[0] = '\0';
        return status;
    }

    out[len++] = ':';
    len += policy_base64_encode(mac, sizeof(mac), out + len);
    out[len] = '\0';

    return POLICY_OK;
}
