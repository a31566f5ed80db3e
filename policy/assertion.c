/*
 * Assertions: what an upstream can verify without trusting the network.
 */

#include <stdio.h>
#include <string.h>

#include <policy/keys_int.h>


typedef struct {
    char   *out;
    size_t  size;
    size_t  len;
    bool    full;
} policy_assertion_t;


static void policy_assertion_put(policy_assertion_t *to, const char *data,
    size_t len);
static void policy_assertion_encode(policy_assertion_t *to, const void *data,
    size_t len);


bool
policy_assertion_signs(const policy_keys_t *keys)
{
    return keys->signs[POLICY_USE_ASSERT];
}


policy_status_t
policy_assertion_make(const policy_keys_t *keys, policy_str_t payload,
    char *out, size_t size, size_t *out_len)
{
    int                 n;
    bool                signs;
    char                header[96], name[POLICY_KEY_NAME_LEN];
    uint8_t             signature[POLICY_SIGNATURE_LEN], id;
    policy_status_t     status;
    policy_assertion_t  to = { out, size, 0, false };

    if (!keys->signs[POLICY_USE_ASSERT]) {
        return POLICY_NOT_FOUND;
    }

    id = keys->signers[POLICY_USE_ASSERT];

    status = policy_keys_name(keys, POLICY_USE_ASSERT, id, name, &signs);
    if (status != POLICY_OK) {
        return status;
    }

    n = snprintf(header, sizeof(header),
                 "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"%s\"}", name);

    policy_assertion_encode(&to, header, n > 0 ? (size_t) n : 0);
    policy_assertion_put(&to, ".", 1);
    policy_assertion_encode(&to, payload.data, payload.len);

    if (to.full) {
        return POLICY_TOO_BIG;
    }

    status = policy_pkey_sign(keys->pairs[POLICY_USE_ASSERT][id], out, to.len,
                              signature);
    if (status != POLICY_OK) {
        return status;
    }

    policy_assertion_put(&to, ".", 1);
    policy_assertion_encode(&to, signature, sizeof(signature));

    *out_len = to.len;

    return to.full ? POLICY_TOO_BIG : POLICY_OK;
}


policy_status_t
policy_assertion_jwks(const policy_keys_t *keys, char *out, size_t size,
    size_t *out_len)
{
    int                 n;
    bool                signs, more;
    char                text[160], name[POLICY_KEY_NAME_LEN];
    uint8_t             point[32];
    uint32_t            id;
    policy_assertion_t  to = { out, size, 0, false };

    more = false;
    policy_assertion_put(&to, "{\"keys\":[", 9);

    for (id = 0; id <= POLICY_MAX_KEY_ID; id++) {

        if (policy_keys_name(keys, POLICY_USE_ASSERT, id, name, &signs)
            != POLICY_OK)
        {
            continue;
        }

        if (policy_pkey_public(keys->pairs[POLICY_USE_ASSERT][id], point)
            != POLICY_OK)
        {
            return POLICY_CRYPTO;
        }

        n = snprintf(text, sizeof(text),
                     "%s{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
                     "\"alg\":\"EdDSA\",\"use\":\"sig\",\"kid\":\"%s\","
                     "\"x\":\"", more ? "," : "", name);
        more = true;

        policy_assertion_put(&to, text, n > 0 ? (size_t) n : 0);
        policy_assertion_encode(&to, point, sizeof(point));
        policy_assertion_put(&to, "\"}", 2);
    }

    policy_assertion_put(&to, "]}", 2);
    *out_len = to.len;

    return to.full ? POLICY_TOO_BIG : POLICY_OK;
}


static void
policy_assertion_put(policy_assertion_t *to, const char *data, size_t len)
{
    if (to->full || len > to->size - to->len) {
        to->full = true;
        return;
    }

    memcpy(to->out + to->len, data, len);
    to->len += len;
}


static void
policy_assertion_encode(policy_assertion_t *to, const void *data, size_t len)
{
    if (to->full || (4 * len + 2) / 3 > to->size - to->len) {
        to->full = true;
        return;
    }

    to->len += policy_base64url_encode(data, len, to->out + to->len);
}
