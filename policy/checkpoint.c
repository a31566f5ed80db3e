/* Signatures under the log, by the checkpoint keys of the keys file. */

#include <policy/keys_int.h>


bool
policy_checkpoint_signs(const policy_keys_t *keys)
{
    return keys->signs[POLICY_USE_CHECKPOINT];
}


policy_status_t
policy_checkpoint_sign(const policy_keys_t *keys, const void *data,
    size_t len, uint8_t *key, uint8_t signature[POLICY_SIGNATURE_LEN])
{
    if (!keys->signs[POLICY_USE_CHECKPOINT]) {
        return POLICY_INVALID;
    }

    *key = keys->signers[POLICY_USE_CHECKPOINT];

    return policy_pkey_sign(keys->pairs[POLICY_USE_CHECKPOINT][*key], data,
                            len, signature);
}


policy_status_t
policy_checkpoint_verify(const policy_keys_t *keys, uint8_t key,
    const void *data, size_t len,
    const uint8_t signature[POLICY_SIGNATURE_LEN])
{
    if (key > POLICY_MAX_KEY_ID
        || keys->pairs[POLICY_USE_CHECKPOINT][key] == NULL)
    {
        return POLICY_INVALID;
    }

    return policy_pkey_verify(keys->pairs[POLICY_USE_CHECKPOINT][key],
                              POLICY_ALGORITHM_EDDSA, data, len, signature,
                              POLICY_SIGNATURE_LEN);
}
