/*
 * Passwords: "$scrypt$ln=15,r=8,p=1$SALT$HASH", both base64url.
 */

#include <stdio.h>
#include <string.h>

#include <policy/crypto_int.h>


#define POLICY_SCRYPT_LN    15
#define POLICY_SCRYPT_R     8
#define POLICY_SCRYPT_P     1

/* What a stored text may ask for. */
#define POLICY_SCRYPT_LN_LEAST  10
#define POLICY_SCRYPT_LN_MOST   17
#define POLICY_SCRYPT_P_MOST    4

#define POLICY_SALT_LEN     16
#define POLICY_SALT_TEXT    22
#define POLICY_HASH_LEN     32
#define POLICY_HASH_TEXT    43


typedef struct {
    unsigned  ln;
    unsigned  r;
    unsigned  p;
    uint8_t   salt[POLICY_SALT_LEN];
    uint8_t   hash[POLICY_HASH_LEN];
} policy_password_t;


static bool policy_password_parse(policy_str_t text, policy_password_t *out);


policy_status_t
policy_password_hash(policy_str_t password, char out[POLICY_PASSWORD_LEN],
    size_t *out_len)
{
    int              n;
    uint8_t          salt[POLICY_SALT_LEN], hash[POLICY_HASH_LEN];
    policy_status_t  status;

    if (password.len > POLICY_PASSWORD_MOST) {
        return POLICY_TOO_BIG;
    }

    status = policy_random(salt, sizeof(salt));
    if (status != POLICY_OK) {
        return status;
    }

    status = policy_scrypt(password, salt, sizeof(salt),
                           UINT64_C(1) << POLICY_SCRYPT_LN, POLICY_SCRYPT_R,
                           POLICY_SCRYPT_P, hash);
    if (status != POLICY_OK) {
        return status;
    }

    n = snprintf(out, POLICY_PASSWORD_LEN, "$scrypt$ln=%d,r=%d,p=%d$",
                 POLICY_SCRYPT_LN, POLICY_SCRYPT_R, POLICY_SCRYPT_P);

    *out_len = (size_t) n;
    *out_len += policy_base64url_encode(salt, sizeof(salt), out + *out_len);
    out[(*out_len)++] = '$';
    *out_len += policy_base64url_encode(hash, sizeof(hash), out + *out_len);

    policy_cleanse(hash, sizeof(hash));

    return POLICY_OK;
}


policy_status_t
policy_password_check(policy_str_t password, policy_str_t hash, bool *weak)
{
    bool               known, same;
    uint8_t            made[POLICY_HASH_LEN];
    policy_status_t    status;
    policy_password_t  stored;

    *weak = false;
    known = policy_password_parse(hash, &stored);

    if (!known || password.len > POLICY_PASSWORD_MOST) {

        /* Nobody: the work of today is done all the same. */

        memset(&stored, 0, sizeof(stored));
        stored.ln = POLICY_SCRYPT_LN;
        stored.r = POLICY_SCRYPT_R;
        stored.p = POLICY_SCRYPT_P;

        if (password.len > POLICY_PASSWORD_MOST) {
            password.len = POLICY_PASSWORD_MOST;
            known = false;
        }
    }

    status = policy_scrypt(password, stored.salt, sizeof(stored.salt),
                           UINT64_C(1) << stored.ln, stored.r, stored.p,
                           made);
    if (status != POLICY_OK) {
        return status;
    }

    same = policy_equal(made, stored.hash, sizeof(made));
    policy_cleanse(made, sizeof(made));

    if (!same || !known) {
        return POLICY_FORGED;
    }

    *weak = stored.ln < POLICY_SCRYPT_LN || stored.p < POLICY_SCRYPT_P;

    return POLICY_OK;
}


static bool
policy_password_parse(policy_str_t text, policy_password_t *out)
{
    int          n;
    char         head[POLICY_PASSWORD_LEN];
    const char  *p;

    if (text.len >= sizeof(head)) {
        return false;
    }

    memcpy(head, text.data, text.len);
    head[text.len] = '\0';
    n = 0;

    if (sscanf(head, "$scrypt$ln=%2u,r=%2u,p=%2u$%n", &out->ln, &out->r,
               &out->p, &n)
        != 3
        || n == 0
        || text.len != (size_t) n + POLICY_SALT_TEXT + 1 + POLICY_HASH_TEXT)
    {
        return false;
    }

    p = text.data + n;

    return out->ln >= POLICY_SCRYPT_LN_LEAST
           && out->ln <= POLICY_SCRYPT_LN_MOST
           && out->r == POLICY_SCRYPT_R
           && out->p >= 1 && out->p <= POLICY_SCRYPT_P_MOST
           && policy_base64url_decode(p, POLICY_SALT_TEXT, out->salt,
                                      POLICY_SALT_LEN)
           && p[POLICY_SALT_TEXT] == '$'
           && policy_base64url_decode(p + POLICY_SALT_TEXT + 1,
                                      POLICY_HASH_TEXT, out->hash,
                                      POLICY_HASH_LEN);
}
