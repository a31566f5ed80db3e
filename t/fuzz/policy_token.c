/*
 * Any bytes as a token, a nonce and a keys file.  Nothing that was not made
 * here opens: the key of the fuzzer signs nothing.
 */

#include <stdlib.h>
#include <string.h>

#include <policy/policy.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static policy_keys_t         *keys;
static policy_token_cache_t  *cache;


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                 text[512];
    size_t               len;
    uint8_t              hash[32];
    uint8_t              id[POLICY_ID_LEN], link[POLICY_ID_LEN] = { 1 };
    uint8_t              browser[POLICY_BROWSER_LEN] = { 2 };
    policy_keys_t       *parsed;
    policy_error_t       error;
    policy_token_kind_t  kind;

    if (keys == NULL) {
        len = policy_keys_generate(text, sizeof(text));
        if (policy_keys_parse(text, len, &keys, &error) != POLICY_OK) {
            abort();
        }
        cache = policy_token_cache_new();
    }

    if (policy_token_open(keys, cache, (const char *) data, size, &kind, id)
        != POLICY_FORGED)
    {
        abort();
    }

    if (policy_nonce_check(keys, link, browser, 0, (const char *) data, size)
        != POLICY_FORGED)
    {
        abort();
    }

    if (policy_token_looks((const char *) data, size)
        && size != POLICY_TOKEN_LEN)
    {
        abort();
    }

    if (policy_keys_parse((const char *) data, size, &parsed, &error)
        == POLICY_OK)
    {
        policy_keys_free(parsed);
    }

    (void) !policy_certificate_hash((const char *) data, size, hash);

    return 0;
}
