/*
 * The join page's nonce: stateless, bound to one link and one browser.
 */

#include <string.h>

#include <policy/keys_int.h>


#define POLICY_NONCE_EXPIRY  4u
#define POLICY_NONCE_MAC     16u
#define POLICY_NONCE_BYTES   (POLICY_NONCE_EXPIRY + POLICY_NONCE_MAC)


static policy_status_t policy_nonce_mac(const policy_mac_t *key,
    const uint8_t link[POLICY_ID_LEN],
    const uint8_t browser[POLICY_BROWSER_LEN],
    const uint8_t expiry[POLICY_NONCE_EXPIRY],
    uint8_t mac[POLICY_NONCE_MAC]);


policy_status_t
policy_nonce_make(const policy_keys_t *keys,
    const uint8_t link[POLICY_ID_LEN],
    const uint8_t browser[POLICY_BROWSER_LEN], uint32_t expires,
    char out[POLICY_NONCE_LEN])
{
    uint8_t          bytes[POLICY_NONCE_BYTES];
    policy_status_t  status;

    bytes[0] = (uint8_t) (expires >> 24);
    bytes[1] = (uint8_t) (expires >> 16);
    bytes[2] = (uint8_t) (expires >> 8);
    bytes[3] = (uint8_t) expires;

    status = policy_nonce_mac(keys->verify[keys->signer], link, browser,
                              bytes, bytes + POLICY_NONCE_EXPIRY);
    if (status != POLICY_OK) {
        return status;
    }

    policy_base64url_encode(bytes, sizeof(bytes), out);

    return POLICY_OK;
}


policy_status_t
policy_nonce_check(const policy_keys_t *keys,
    const uint8_t link[POLICY_ID_LEN],
    const uint8_t browser[POLICY_BROWSER_LEN], uint32_t now,
    const char *text, size_t len)
{
    size_t           i;
    uint8_t          bytes[POLICY_NONCE_BYTES], mac[POLICY_NONCE_MAC];
    uint32_t         expires;
    policy_status_t  status;

    if (len != POLICY_NONCE_LEN
        || !policy_base64url_decode(text, len, bytes, sizeof(bytes)))
    {
        return POLICY_FORGED;
    }

    expires = (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16
              | (uint32_t) bytes[2] << 8 | bytes[3];

    /* A nonce names no key: one made before a rotation must still pass. */
    for (i = 0; i <= POLICY_MAX_KEY_ID; i++) {
        if (keys->verify[i] == NULL) {
            continue;
        }

        status = policy_nonce_mac(keys->verify[i], link, browser, bytes, mac);
        if (status != POLICY_OK) {
            return status;
        }

        if (policy_equal(mac, bytes + POLICY_NONCE_EXPIRY, sizeof(mac))) {
            return now < expires ? POLICY_OK : POLICY_EXPIRED;
        }
    }

    return POLICY_FORGED;
}


static policy_status_t
policy_nonce_mac(const policy_mac_t *key, const uint8_t link[POLICY_ID_LEN],
    const uint8_t browser[POLICY_BROWSER_LEN],
    const uint8_t expiry[POLICY_NONCE_EXPIRY], uint8_t mac[POLICY_NONCE_MAC])
{
    uint8_t          hash[POLICY_SHA256_LEN], full[POLICY_SHA256_LEN];
    policy_str_t     parts[4];
    policy_status_t  status;

    if (policy_sha256(browser, POLICY_BROWSER_LEN, hash) != 0) {
        return POLICY_CRYPTO;
    }

    parts[0].data = "xassist-nonce-1";
    parts[0].len = sizeof("xassist-nonce-1") - 1;
    parts[1].data = (const char *) link;
    parts[1].len = POLICY_ID_LEN;
    parts[2].data = (const char *) hash;
    parts[2].len = sizeof(hash);
    parts[3].data = (const char *) expiry;
    parts[3].len = POLICY_NONCE_EXPIRY;

    status = policy_mac(key, parts, 4, full);
    if (status == POLICY_OK) {
        memcpy(mac, full, POLICY_NONCE_MAC);
    }

    policy_cleanse(full, sizeof(full));

    return status;
}
