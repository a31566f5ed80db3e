/*
 * Link, session, transfer and service tokens (DESIGN: section 12).
 */

#include <string.h>

#include <policy/token_int.h>


static bool policy_token_form(const uint8_t bytes[POLICY_TOKEN_BYTES]);
static policy_status_t policy_token_mac(const policy_mac_t *key,
    const uint8_t bytes[POLICY_TOKEN_SIGNED], uint8_t mac[POLICY_TOKEN_MAC]);


policy_status_t
policy_token_make(const policy_keys_t *keys, policy_token_kind_t kind,
    const uint8_t id[POLICY_ID_LEN], char out[POLICY_TOKEN_LEN])
{
    uint8_t          bytes[POLICY_TOKEN_BYTES];
    policy_status_t  status;

    if (kind < POLICY_TOKEN_LINK || kind > POLICY_TOKEN_SERVICE) {
        return POLICY_INVALID;
    }

    bytes[0] = (uint8_t) (POLICY_TOKEN_VERSION << 4 | keys->signer);
    bytes[1] = (uint8_t) kind;
    memcpy(bytes + 2, id, POLICY_ID_LEN);

    status = policy_token_mac(keys->verify[keys->signer], bytes,
                              bytes + POLICY_TOKEN_SIGNED);
    if (status != POLICY_OK) {
        return status;
    }

    policy_base64url_encode(bytes, sizeof(bytes), out);

    return POLICY_OK;
}


policy_status_t
policy_token_open(const policy_keys_t *keys, policy_token_cache_t *cache,
    const char *text, size_t len, policy_token_kind_t *kind,
    uint8_t id[POLICY_ID_LEN])
{
    uint8_t              bytes[POLICY_TOKEN_BYTES], mac[POLICY_TOKEN_MAC];
    policy_status_t      status;
    const policy_mac_t  *key;

    if (len != POLICY_TOKEN_LEN) {
        return POLICY_FORGED;
    }

    if (policy_token_cache_get(cache, keys->tag, text, kind, id)) {
        return POLICY_OK;
    }

    if (!policy_base64url_decode(text, len, bytes, sizeof(bytes))
        || !policy_token_form(bytes))
    {
        return POLICY_FORGED;
    }

    key = keys->verify[bytes[0] & 0x0f];
    if (key == NULL) {
        return POLICY_FORGED;
    }

    status = policy_token_mac(key, bytes, mac);
    if (status != POLICY_OK) {
        return status;
    }

    if (!policy_equal(mac, bytes + POLICY_TOKEN_SIGNED, sizeof(mac))) {
        return POLICY_FORGED;
    }

    *kind = (policy_token_kind_t) bytes[1];
    memcpy(id, bytes + 2, POLICY_ID_LEN);

    policy_token_cache_put(cache, keys->tag, text, *kind, id);

    return POLICY_OK;
}


bool
policy_token_looks(const char *text, size_t len)
{
    uint8_t  bytes[POLICY_TOKEN_BYTES];

    return len == POLICY_TOKEN_LEN
           && policy_base64url_decode(text, len, bytes, sizeof(bytes))
           && policy_token_form(bytes);
}


static bool
policy_token_form(const uint8_t bytes[POLICY_TOKEN_BYTES])
{
    return bytes[0] >> 4 == POLICY_TOKEN_VERSION
           && bytes[1] >= POLICY_TOKEN_LINK
           && bytes[1] <= POLICY_TOKEN_SERVICE;
}


static policy_status_t
policy_token_mac(const policy_mac_t *key,
    const uint8_t bytes[POLICY_TOKEN_SIGNED], uint8_t mac[POLICY_TOKEN_MAC])
{
    uint8_t          full[POLICY_SHA256_LEN];
    policy_str_t     parts[2];
    policy_status_t  status;

    parts[0].data = "xassist-token-1";
    parts[0].len = sizeof("xassist-token-1") - 1;
    parts[1].data = (const char *) bytes;
    parts[1].len = POLICY_TOKEN_SIGNED;

    status = policy_mac(key, parts, 2, full);
    if (status == POLICY_OK) {
        memcpy(mac, full, POLICY_TOKEN_MAC);
    }

    policy_cleanse(full, sizeof(full));

    return status;
}
