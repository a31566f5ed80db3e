/*
 * OpenSSL 3 behind five functions; no other file includes it.
 */

#include <limits.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <policy/crypto_int.h>


struct policy_mac_s {
    EVP_MAC_CTX *keyed;
};


static EVP_MAC_CTX *policy_mac_keyed(const char *digest, const void *key,
    size_t len);


policy_mac_t *
policy_mac_new(const uint8_t *key, size_t len)
{
    policy_mac_t  *mac;

    mac = malloc(sizeof(*mac));
    if (mac == NULL) {
        return NULL;
    }

    mac->keyed = policy_mac_keyed("SHA256", key, len);
    if (mac->keyed == NULL) {
        free(mac);
        return NULL;
    }

    return mac;
}


void
policy_mac_free(policy_mac_t *mac)
{
    if (mac == NULL) {
        return;
    }

    EVP_MAC_CTX_free(mac->keyed);
    free(mac);
}


policy_status_t
policy_mac(const policy_mac_t *mac, const policy_str_t *parts, size_t n,
    uint8_t out[POLICY_SHA256_LEN])
{
    size_t           i, written;
    EVP_MAC_CTX     *ctx;
    policy_status_t  status;

    /* A copy saves the two compressions of the key and leaves `mac` const. */
    ctx = EVP_MAC_CTX_dup(mac->keyed);
    if (ctx == NULL) {
        return POLICY_CRYPTO;
    }

    status = POLICY_CRYPTO;

    for (i = 0; i < n; i++) {
        if (!EVP_MAC_update(ctx, (const unsigned char *) parts[i].data,
                            parts[i].len))
        {
            goto done;
        }
    }

    if (EVP_MAC_final(ctx, out, &written, POLICY_SHA256_LEN)
        && written == POLICY_SHA256_LEN)
    {
        status = POLICY_OK;
    }

done:

    EVP_MAC_CTX_free(ctx);

    return status;
}


policy_status_t
policy_hmac_sha1(policy_str_t key, const void *data, size_t len,
    uint8_t out[POLICY_SHA1_LEN])
{
    size_t           written;
    EVP_MAC_CTX     *ctx;
    policy_status_t  status;

    ctx = policy_mac_keyed("SHA1", key.data, key.len);
    if (ctx == NULL) {
        return POLICY_CRYPTO;
    }

    status = POLICY_CRYPTO;

    if (EVP_MAC_update(ctx, data, len)
        && EVP_MAC_final(ctx, out, &written, POLICY_SHA1_LEN)
        && written == POLICY_SHA1_LEN)
    {
        status = POLICY_OK;
    }

    EVP_MAC_CTX_free(ctx);

    return status;
}


policy_status_t
policy_random(uint8_t *out, size_t len)
{
    if (len > INT_MAX || RAND_bytes(out, (int) len) != 1) {
        return POLICY_CRYPTO;
    }

    return POLICY_OK;
}


int
policy_sha256(const void *data, size_t len, uint8_t out[32])
{
    unsigned int  written;

    if (!EVP_Digest(data, len, out, &written, EVP_sha256(), NULL)
        || written != POLICY_SHA256_LEN)
    {
        return -1;
    }

    return 0;
}


bool
policy_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}


void
policy_cleanse(void *data, size_t len)
{
    OPENSSL_cleanse(data, len);
}


static EVP_MAC_CTX *
policy_mac_keyed(const char *digest, const void *key, size_t len)
{
    char          name[16];
    size_t        i;
    EVP_MAC      *hmac;
    OSSL_PARAM    params[2];
    EVP_MAC_CTX  *ctx;

    /* OSSL_PARAM wants text that could be written to. */
    for (i = 0; digest[i] != '\0' && i < sizeof(name) - 1; i++) {
        name[i] = digest[i];
    }
    name[i] = '\0';

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name,
                                                 0);
    params[1] = OSSL_PARAM_construct_end();

    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (hmac == NULL) {
        return NULL;
    }

    ctx = EVP_MAC_CTX_new(hmac);
    EVP_MAC_free(hmac);
    if (ctx == NULL) {
        return NULL;
    }

    if (!EVP_MAC_init(ctx, key, len, params)) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }

    return ctx;
}
