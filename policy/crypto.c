/*
 * OpenSSL 3 behind a few functions; no other file includes it.
 */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <policy/crypto_int.h>


#define POLICY_RSA_LEAST   256         /* bytes of a modulus */
#define POLICY_RSA_MOST    1024
#define POLICY_RSA_E_MOST  8
#define POLICY_EC_MOST     48          /* bytes of a coordinate: P-384 */
#define POLICY_DER_MOST    (2 * (POLICY_EC_MOST + 3) + 2)

#define POLICY_SCRYPT_MEMORY  (UINT64_C(256) * 1024 * 1024)


struct policy_mac_s {
    EVP_MAC_CTX *keyed;
};

struct policy_pkey_s {
    EVP_PKEY *key;
};


static EVP_MAC_CTX *policy_mac_keyed(const char *digest, const void *key,
    size_t len);
static policy_pkey_t *policy_pkey_made(EVP_PKEY *key);
static policy_pkey_t *policy_pkey_from(const char *type, OSSL_PARAM *params);
static void policy_reversed(policy_str_t in, uint8_t *out);
static size_t policy_der(const uint8_t *raw, size_t half, uint8_t *out);
static size_t policy_der_integer(const uint8_t *in, size_t len,
    uint8_t *out);


static const struct {
    const char *digest;
    uint32_t    half;                  /* bytes of r and of s; 0: not ECDSA */
    bool        pss;
} policy_algorithms[POLICY_ALGORITHMS] = {
    [POLICY_ALGORITHM_RS256] = { "SHA256", 0, false },
    [POLICY_ALGORITHM_RS384] = { "SHA384", 0, false },
    [POLICY_ALGORITHM_RS512] = { "SHA512", 0, false },
    [POLICY_ALGORITHM_PS256] = { "SHA256", 0, true },
    [POLICY_ALGORITHM_ES256] = { "SHA256", 32, false },
    [POLICY_ALGORITHM_ES384] = { "SHA384", 48, false },
    [POLICY_ALGORITHM_EDDSA] = { NULL, 0, false }
};


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


policy_pkey_t *
policy_pkey_rsa(policy_str_t n, policy_str_t e)
{
    uint8_t     modulus[POLICY_RSA_MOST], exponent[POLICY_RSA_E_MOST];
    OSSL_PARAM  params[3];

    /* 1 and even numbers are exponents under which anything verifies. */

    if (n.len < POLICY_RSA_LEAST || n.len > POLICY_RSA_MOST
        || n.data[0] == '\0' || !(n.data[n.len - 1] & 1)
        || e.len == 0 || e.len > POLICY_RSA_E_MOST
        || !(e.data[e.len - 1] & 1) || (e.len == 1 && e.data[0] == 1))
    {
        return NULL;
    }

    policy_reversed(n, modulus);
    policy_reversed(e, exponent);

    params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus,
                                        n.len);
    params[1] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, exponent,
                                        e.len);
    params[2] = OSSL_PARAM_construct_end();

    return policy_pkey_from("RSA", params);
}


policy_pkey_t *
policy_pkey_ec(policy_algorithm_t algorithm, policy_str_t x, policy_str_t y)
{
    char        group[6];
    size_t      half;
    uint8_t     point[2 * POLICY_EC_MOST + 1];
    OSSL_PARAM  params[3];

    half = policy_algorithms[algorithm].half;

    if (half == 0 || x.len != half || y.len != half) {
        return NULL;
    }

    memcpy(group, half == 32 ? "P-256" : "P-384", sizeof(group));

    point[0] = 4;
    memcpy(point + 1, x.data, half);
    memcpy(point + 1 + half, y.data, half);

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 group, 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  point, 2 * half + 1);
    params[2] = OSSL_PARAM_construct_end();

    return policy_pkey_from("EC", params);
}


policy_pkey_t *
policy_pkey_ed25519(policy_str_t x)
{
    if (x.len != 32) {
        return NULL;
    }

    return policy_pkey_made(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519,
                                NULL, (const unsigned char *) x.data, x.len));
}


policy_pkey_t *
policy_pkey_ed25519_seed(const uint8_t seed[32])
{
    return policy_pkey_made(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519,
                                                         NULL, seed, 32));
}


void
policy_pkey_free(policy_pkey_t *pkey)
{
    if (pkey == NULL) {
        return;
    }

    EVP_PKEY_free(pkey->key);
    free(pkey);
}


policy_status_t
policy_pkey_public(const policy_pkey_t *pkey, uint8_t out[32])
{
    size_t  len = 32;

    return EVP_PKEY_get_raw_public_key(pkey->key, out, &len) == 1 && len == 32
           ? POLICY_OK : POLICY_CRYPTO;
}


policy_status_t
policy_pkey_verify(const policy_pkey_t *pkey, policy_algorithm_t algorithm,
    const void *data, size_t len, const uint8_t *signature,
    size_t signature_len)
{
    int              rc;
    size_t           half;
    uint8_t          der[POLICY_DER_MOST];
    EVP_MD_CTX      *ctx;
    EVP_PKEY_CTX    *pctx;

    half = policy_algorithms[algorithm].half;

    if (half != 0) {
        if (signature_len != 2 * half) {
            return POLICY_FORGED;
        }

        signature_len = policy_der(signature, half, der);
        signature = der;
    }

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return POLICY_NO_MEMORY;
    }

    rc = EVP_DigestVerifyInit_ex(ctx, &pctx,
                                 policy_algorithms[algorithm].digest, NULL,
                                 NULL, pkey->key, NULL);

    if (rc == 1 && policy_algorithms[algorithm].pss) {
        rc = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1
             && EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx,
                                                 RSA_PSS_SALTLEN_DIGEST)
                == 1;
    }

    if (rc == 1) {
        rc = EVP_DigestVerify(ctx, signature, signature_len, data, len);
    }

    EVP_MD_CTX_free(ctx);

    return rc == 1 ? POLICY_OK : POLICY_FORGED;
}


policy_status_t
policy_pkey_sign(const policy_pkey_t *pkey, const void *data, size_t len,
    uint8_t signature[64])
{
    size_t           written;
    EVP_MD_CTX      *ctx;
    policy_status_t  status;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return POLICY_NO_MEMORY;
    }

    written = 64;
    status = POLICY_CRYPTO;

    if (EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, pkey->key, NULL)
        == 1
        && EVP_DigestSign(ctx, signature, &written, data, len) == 1
        && written == 64)
    {
        status = POLICY_OK;
    }

    EVP_MD_CTX_free(ctx);

    return status;
}


policy_status_t
policy_scrypt(policy_str_t password, const uint8_t *salt, size_t salt_len,
    uint64_t n, uint32_t r, uint32_t p, uint8_t out[32])
{
    int           rc;
    EVP_KDF      *kdf;
    uint64_t      memory = POLICY_SCRYPT_MEMORY;
    OSSL_PARAM    params[7];
    EVP_KDF_CTX  *ctx;

    kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
    if (kdf == NULL) {
        return POLICY_CRYPTO;
    }

    ctx = EVP_KDF_CTX_new(kdf);
    EVP_KDF_free(kdf);
    if (ctx == NULL) {
        return POLICY_NO_MEMORY;
    }

    /* OSSL_PARAM reads what it has no const for. */

    params[0] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD,
                    (void *) (uintptr_t) password.data, password.len);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT,
                    (void *) (uintptr_t) salt, salt_len);
    params[2] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n);
    params[3] = OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r);
    params[4] = OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p);
    params[5] = OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM,
                                            &memory);
    params[6] = OSSL_PARAM_construct_end();

    rc = EVP_KDF_derive(ctx, out, 32, params);
    EVP_KDF_CTX_free(ctx);

    return rc == 1 ? POLICY_OK : POLICY_CRYPTO;
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


static policy_pkey_t *
policy_pkey_made(EVP_PKEY *key)
{
    policy_pkey_t  *pkey;

    if (key == NULL) {
        return NULL;
    }

    pkey = malloc(sizeof(*pkey));
    if (pkey == NULL) {
        EVP_PKEY_free(key);
        return NULL;
    }

    pkey->key = key;

    return pkey;
}


static policy_pkey_t *
policy_pkey_from(const char *type, OSSL_PARAM *params)
{
    EVP_PKEY      *key;
    EVP_PKEY_CTX  *ctx;

    ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (ctx == NULL) {
        return NULL;
    }

    key = NULL;

    if (EVP_PKEY_fromdata_init(ctx) != 1
        || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
    {
        key = NULL;
    }

    EVP_PKEY_CTX_free(ctx);

    return policy_pkey_made(key);
}


/* Numbers of OSSL_PARAM are in the machine's order. */

static void
policy_reversed(policy_str_t in, uint8_t *out)
{
    size_t  i;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

    for (i = 0; i < in.len; i++) {
        out[i] = (uint8_t) in.data[in.len - 1 - i];
    }

#else

    for (i = 0; i < in.len; i++) {
        out[i] = (uint8_t) in.data[i];
    }

#endif
}


/* SEQUENCE { INTEGER r, INTEGER s } of r || s. */

static size_t
policy_der(const uint8_t *raw, size_t half, uint8_t *out)
{
    size_t  len;

    len = policy_der_integer(raw, half, out + 2);
    len += policy_der_integer(raw + half, half, out + 2 + len);

    out[0] = 0x30;
    out[1] = (uint8_t) len;

    return len + 2;
}


static size_t
policy_der_integer(const uint8_t *in, size_t len, uint8_t *out)
{
    size_t  sign;

    while (len > 1 && *in == 0) {
        in++;
        len--;
    }

    sign = *in >> 7;

    out[0] = 0x02;
    out[1] = (uint8_t) (len + sign);
    out[2] = 0;
    memcpy(out + 2 + sign, in, len);

    return 2 + sign + len;
}
