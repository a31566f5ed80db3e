/* Signatures under the log, by the checkpoint keys of the keys file. */

#include <policy/keys_int.h>


bool
policy_checkpoint_signs(const policy_keys_t *keys)
{
    return keys->checkpoint_signs;
}


policy_status_t
policy_checkpoint_sign(const policy_keys_t *keys, const void *data,
    size_t len, uint8_t *key, uint8_t signature[POLICY_SIGNATURE_LEN])
{
    if (!keys->checkpoint_signs) {
        return POLICY_INVALID;
    }

    *key = keys->checkpoint_signer;

    return policy_ed25519_sign(keys->checkpoint[*key], data, len, signature);
}


policy_status_t
policy_checkpoint_verify(const policy_keys_t *keys, uint8_t key,
    const void *data, size_t len,
    const uint8_t signature[POLICY_SIGNATURE_LEN])
{
    if (key > POLICY_MAX_KEY_ID || !keys->checkpoint_known[key]) {
        return POLICY_INVALID;
    }

    return policy_ed25519_verify(keys->checkpoint[key], data, len, signature);
}
