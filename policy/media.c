/*
 * Credentials that media servers check by themselves: TURN's REST form and
 * the JSON Web Tokens of LiveKit and Jitsi.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <policy/base64_int.h>
#include <policy/crypto_int.h>
#include <policy/limits.h>


static size_t encoded(size_t len);


policy_status_t
policy_turn_credential(policy_str_t secret, uint64_t expires,
    policy_str_t user, char *username, size_t username_size,
    char credential[POLICY_TURN_LEN])
{
    int              n;
    uint8_t          mac[POLICY_SHA1_LEN];
    policy_status_t  status;

    if (secret.len == 0 || memchr(user.data, '\0', user.len) != NULL) {
        return POLICY_INVALID;
    }

    if (user.len > POLICY_MAX_JANUS) {
        return POLICY_TOO_BIG;
    }

    n = snprintf(username, username_size, "%" PRIu64 ":%.*s", expires,
                 (int) user.len, user.data);
    if (n < 0 || (size_t) n >= username_size) {
        return POLICY_TOO_BIG;
    }

    status = policy_hmac_sha1(secret, username, (size_t) n, mac);
    if (status != POLICY_OK) {
        return status;
    }

    credential[policy_base64_encode(mac, sizeof(mac), credential)] = '\0';

    return POLICY_OK;
}


policy_status_t
policy_hs256(policy_str_t secret, policy_str_t claims, char *out, size_t size)
{
    size_t           len;
    uint8_t          code[POLICY_SHA256_LEN];
    policy_mac_t    *mac;
    policy_str_t     signed_part;
    policy_status_t  status;

    static const char  header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

    if (secret.len == 0 || claims.len == 0) {
        return POLICY_INVALID;
    }

    if (claims.len > POLICY_MAX_CLAIMS
        || size < encoded(sizeof(header) - 1) + 1 + encoded(claims.len) + 1
                  + encoded(sizeof(code)) + 1)
    {
        return POLICY_TOO_BIG;
    }

    len = policy_base64url_encode((const uint8_t *) header,
                                  sizeof(header) - 1, out);
    out[len++] = '.';
    len += policy_base64url_encode((const uint8_t *) claims.data, claims.len,
                                   out + len);

    mac = policy_mac_new((const uint8_t *) secret.data, secret.len);
    if (mac == NULL) {
        out[0] = '\0';
        return POLICY_CRYPTO;
    }

    signed_part.data = out;
    signed_part.len = len;

    status = policy_mac(mac, &signed_part, 1, code);
    policy_mac_free(mac);

    if (status != POLICY_OK) {
        out[0] = '\0';
        return status;
    }

    out[len++] = '.';
    len += policy_base64url_encode(code, sizeof(code), out + len);
    out[len] = '\0';

    return POLICY_OK;
}


static size_t
encoded(size_t len)
{
    return (4 * len + 2) / 3;
}
