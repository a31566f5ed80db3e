/* The fingerprint of a certificate in PEM; what is in it is TLS's matter. */

#include <string.h>

#include <policy/base64_int.h>
#include <policy/policy.h>


#define BEGIN  "-----BEGIN CERTIFICATE-----"
#define END    "-----END CERTIFICATE-----"

#define LINES  (POLICY_CERTIFICATE_MOST / 3 * 4 + 4)


static const char *policy_certificate_find(const char *text, size_t len,
    const char *word);


policy_status_t
policy_certificate_hash(const char *pem, size_t len, uint8_t out[32])
{
    char        text[LINES];
    size_t      n, size;
    uint8_t     der[POLICY_CERTIFICATE_MOST];
    const char *p, *end;

    p = policy_certificate_find(pem, len, BEGIN);
    if (p == NULL) {
        return POLICY_INVALID;
    }

    p += sizeof(BEGIN) - 1;
    end = policy_certificate_find(p, (size_t) (pem + len - p), END);
    if (end == NULL) {
        return POLICY_INVALID;
    }

    for (n = 0; p < end; p++) {

        if (*p == '\n' || *p == '\r' || *p == ' ' || *p == '\t') {
            continue;
        }

        if (n == sizeof(text)) {
            return POLICY_TOO_BIG;
        }

        text[n++] = *p;
    }

    if (!policy_base64_decode(text, n, der, sizeof(der), &size)) {
        return POLICY_INVALID;
    }

    return policy_sha256(der, size, out) == 0 ? POLICY_OK : POLICY_CRYPTO;
}


static const char *
policy_certificate_find(const char *text, size_t len, const char *word)
{
    size_t  i, n;

    n = strlen(word);

    for (i = 0; i + n <= len; i++) {
        if (memcmp(text + i, word, n) == 0) {
            return text + i;
        }
    }

    return NULL;
}
