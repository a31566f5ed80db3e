/*
 * Any bytes as a JWT, as a set of keys, and as the stored text of a password
 * that is never matched.  Nothing that the key did not sign opens.
 */

#include <stdlib.h>
#include <string.h>

#include <policy/policy.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static policy_jwks_t  *ours;


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    policy_jwt_t        jwt;
    policy_jwks_t      *jwks;
    policy_error_t      error;
    policy_status_t     status;
    policy_jwt_terms_t  terms = { { "i", 1 }, { "a", 1 }, { "r.s", 3 },
                                  { "t.u", 3 }, 60 };

    static const char  set[] = "{\"keys\":[{\"kty\":\"OKP\",\"crv\":"
        "\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";

    if (ours == NULL
        && policy_jwks_parse(set, strlen(set), &ours, &error) != POLICY_OK)
    {
        abort();
    }

    status = policy_jwt_open(ours, &terms, 0, (const char *) data, size,
                             &jwt);

    if (status != POLICY_FORGED || jwt.why == NULL) {
        abort();
    }

    if (policy_jwks_parse((const char *) data, size, &jwks, &error)
        == POLICY_OK)
    {
        (void) policy_jwt_open(jwks, &terms, 0, (const char *) data, size,
                               &jwt);
        policy_jwks_free(jwks);
    }

    return 0;
}
