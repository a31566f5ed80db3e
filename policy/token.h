/*
 * The second half of policy.h, which includes it: keys, tokens of ours and of
 * identity providers, assertions, passwords, and the bytes beneath them.  The
 * conventions of policy.h hold.
 */

#ifndef POLICY_TOKEN_H
#define POLICY_TOKEN_H

#include <policy/policy.h>

#pragma GCC visibility push(hidden)


/* ---- keys and tokens --------------------------------------------------- */

#define POLICY_ID_LEN        12        /* its base64url text has 16 */
#define POLICY_TOKEN_LEN     40
#define POLICY_NONCE_LEN     27
#define POLICY_BROWSER_LEN   16

typedef enum {
    POLICY_TOKEN_LINK = 1,
    POLICY_TOKEN_USER = 2,
    POLICY_TOKEN_GUEST = 3,
    POLICY_TOKEN_TRANSFER = 4,
    POLICY_TOKEN_SERVICE = 5
} policy_token_kind_t;

typedef struct policy_keys_s policy_keys_t;

/*
 * Parses the text of a keys file (DESIGN: section 12): per line `id
 * use(hmac|assert|checkpoint) state(new|sign|verify|retired) base64`, `#`
 * starts a comment.  hmac keys have 32 bytes, and exactly one of them signs;
 * the other keys are seeds of Ed25519 keys, 32 bytes.
 * malloc'ed, cleansed and freed by policy_keys_free.
 */
policy_status_t policy_keys_parse(const char *text, size_t len,
    policy_keys_t **keys, policy_error_t *error) POLICY_USE_RESULT;
void policy_keys_free(policy_keys_t *keys);

/* A fresh keys file's text: a signing key for tokens, one for checkpoints.
   Returns its length, or 0 when `size` is too small or there is no
   randomness. */
size_t policy_keys_generate(char *text, size_t size);

/*
 * Checkpoints of a log: Ed25519 under the checkpoint key whose state is
 * "sign"; `key` is its id.  POLICY_INVALID without such a key.
 */
#define POLICY_SIGNATURE_LEN  64

bool policy_checkpoint_signs(const policy_keys_t *keys);
policy_status_t policy_checkpoint_sign(const policy_keys_t *keys,
    const void *data, size_t len, uint8_t *key,
    uint8_t signature[POLICY_SIGNATURE_LEN]) POLICY_USE_RESULT;

/* POLICY_FORGED for what that key did not sign, POLICY_INVALID without it. */
policy_status_t policy_checkpoint_verify(const policy_keys_t *keys,
    uint8_t key, const void *data, size_t len,
    const uint8_t signature[POLICY_SIGNATURE_LEN]) POLICY_USE_RESULT;

/* What a key is for. */
typedef enum {
    POLICY_USE_HMAC = 0,               /* tokens and nonces */
    POLICY_USE_ASSERT,                 /* assertions: an Ed25519 seed */
    POLICY_USE_CHECKPOINT,
    POLICY_USES
} policy_key_use_t;

typedef enum {
    POLICY_KEYS_ADD = 0,               /* a new key, which only verifies */
    POLICY_KEYS_PROMOTE,               /* it signs; who signed verifies */
    POLICY_KEYS_RETIRE                 /* no longer verifies; it is erased */
} policy_keys_change_t;

/*
 * The text of a keys file after a change.  *id: the key to promote or retire
 * (promote: POLICY_NONE takes the one that is new); afterwards, the key that
 * was changed.  POLICY_NOT_FOUND: no such key, or not in a state for it, and
 * *error says why; POLICY_TOO_BIG: `size` is too small, or no id is left.
 */
policy_status_t policy_keys_change(const char *text, size_t len,
    policy_keys_change_t change, policy_key_use_t use, uint32_t *id,
    char *out, size_t size, size_t *out_len, policy_error_t *error)
    POLICY_USE_RESULT;

#define POLICY_KEY_NAME_LEN  32

/* A name of the key that says nothing of it, "hmac-0-1f2e3d4c", NUL-
   terminated; it differs when the key does.  POLICY_NOT_FOUND: no such key,
   or retired.  *signs: whether it is the one that signs. */
policy_status_t policy_keys_name(const policy_keys_t *keys,
    policy_key_use_t use, uint32_t id, char out[POLICY_KEY_NAME_LEN],
    bool *signs) POLICY_USE_RESULT;

extern const char *const policy_key_use_names[];  /* ends with NULL */

/*
 * Tokens are base64url of 30 bytes: version and key id, kind, 12-byte id,
 * the first 16 bytes of HMAC-SHA-256(key, "xassist-token-1" || bytes 0..13).
 */
policy_status_t policy_token_make(const policy_keys_t *keys,
    policy_token_kind_t kind, const uint8_t id[POLICY_ID_LEN],
    char out[POLICY_TOKEN_LEN]) POLICY_USE_RESULT;

/*
 * Remembers which tokens verified, so that the common path does not hash.
 * One per process; not shared.  malloc'ed; NULL is a legal cache.
 */
typedef struct policy_token_cache_s policy_token_cache_t;

policy_token_cache_t *policy_token_cache_new(void);
void policy_token_cache_free(policy_token_cache_t *cache);

/* POLICY_FORGED for anything that this keys file did not make. */
policy_status_t policy_token_open(const policy_keys_t *keys,
    policy_token_cache_t *cache, const char *text, size_t len,
    policy_token_kind_t *kind, uint8_t id[POLICY_ID_LEN]) POLICY_USE_RESULT;

/* Whether 40 characters have the form of a token (version and kinds of
   ours); says nothing of its MAC.  For redaction. */
bool policy_token_looks(const char *text, size_t len);

/*
 * The join page's nonce: base64url(expiry u32 || first 16 bytes of
 * HMAC("xassist-nonce-1" || link id || SHA-256(browser) || expiry)).
 * `expires` and `now` are seconds UTC.
 */
policy_status_t policy_nonce_make(const policy_keys_t *keys,
    const uint8_t link[POLICY_ID_LEN],
    const uint8_t browser[POLICY_BROWSER_LEN], uint32_t expires,
    char out[POLICY_NONCE_LEN]) POLICY_USE_RESULT;
policy_status_t policy_nonce_check(const policy_keys_t *keys,
    const uint8_t link[POLICY_ID_LEN],
    const uint8_t browser[POLICY_BROWSER_LEN], uint32_t now,
    const char *text, size_t len) POLICY_USE_RESULT;

/*
 * Janus signed token (Janus 1.x, src/auth.c): D ":" base64(HMAC-SHA1(secret,
 * D)), D = "<expires>,<realm>,<descriptor>[,...]"; `descriptors` is the text
 * after the expiry, for example "janus,janus.plugin.videoroom".  Writes a
 * NUL-terminated string; POLICY_TOO_BIG when `size` is too small.
 */
policy_status_t policy_janus_token(policy_str_t secret, uint64_t expires,
    policy_str_t descriptors, char *out, size_t size) POLICY_USE_RESULT;

/*
 * TURN REST credential (coturn's use-auth-secret): username "<expires>:<user>"
 * and credential base64(HMAC-SHA1(secret, username)), both NUL-terminated.
 */
#define POLICY_TURN_LEN  29

policy_status_t policy_turn_credential(policy_str_t secret, uint64_t expires,
    policy_str_t user, char *username, size_t username_size,
    char credential[POLICY_TURN_LEN]) POLICY_USE_RESULT;

/* A JSON Web Token over `claims`, which are JSON: HS256, NUL-terminated. */
policy_status_t policy_hs256(policy_str_t secret, policy_str_t claims,
    char *out, size_t size) POLICY_USE_RESULT;


/* ---- tokens of identity providers --------------------------------------- */

#define POLICY_JWT_MAX      8192u
#define POLICY_JWT_SUBJECT  256u
#define POLICY_JWT_ROLES    2048u
#define POLICY_JWT_TEXT     512u

/*
 * The public keys of an identity provider (RFC 7517).  Each key has exactly
 * one algorithm: the one that it names, else RS256, ES256, ES384 or EdDSA as
 * its type has it.  Keys of other types are passed over; one that holds a
 * private half is refused, as is a set without a usable key.  malloc'ed.
 */
typedef struct policy_jwks_s policy_jwks_t;

policy_status_t policy_jwks_parse(const char *json, size_t len,
    policy_jwks_t **jwks, policy_error_t *error) POLICY_USE_RESULT;
void policy_jwks_free(policy_jwks_t *jwks);
uint32_t policy_jwks_count(const policy_jwks_t *jwks);

/*
 * Verifies a JWS in compact form (RFC 7515).  The key decides the algorithm:
 * a token that names another is POLICY_FORGED, as is everything that cannot
 * be taken to pieces.  *why says what was wrong, for a log line; it never
 * holds a part of the token.  `payload` has room for `size` bytes.
 */
policy_status_t policy_jws_open(const policy_jwks_t *jwks, const char *text,
    size_t len, uint8_t *payload, size_t size, size_t *payload_len,
    const char **why) POLICY_USE_RESULT;

/* What a token must say to be taken. */
typedef struct {
    policy_str_t issuer;
    policy_str_t audience;
    policy_str_t roles_claim;          /* path of names, dots between them */
    policy_str_t teams_claim;          /* likewise; empty: not asked for */
    uint32_t     leeway;               /* seconds */
} policy_jwt_terms_t;

typedef struct {
    char        subject[POLICY_JWT_SUBJECT];
    size_t      subject_len;
    char        roles[POLICY_JWT_ROLES];  /* comma-separated */
    size_t      roles_len;
    bool        has_roles;             /* roles_claim was asked for */
    char        teams[POLICY_JWT_ROLES];  /* names, comma-separated */
    size_t      teams_len;
    bool        has_teams;             /* teams_claim was asked for */
    char        name[POLICY_JWT_TEXT]; /* preferred_username, else email */
    size_t      name_len;
    char        display[POLICY_JWT_TEXT];  /* name */
    size_t      display_len;
    char        mail[POLICY_JWT_TEXT]; /* email, unless said not verified */
    size_t      mail_len;
    uint64_t    expires;               /* milliseconds UTC */
    uint64_t    issued;                /* likewise; 0: not said */
    const char *why;
} policy_jwt_t;

/*
 * Verifies and reads a JWT (RFC 7519).  iss, aud, sub and exp must be there;
 * nbf and iat count when they are.  POLICY_EXPIRED when its time is over or
 * has not come, POLICY_FORGED when it is not for us or not by the provider.
 */
policy_status_t policy_jwt_open(const policy_jwks_t *jwks,
    const policy_jwt_terms_t *terms, uint64_t now, const char *text,
    size_t len, policy_jwt_t *out) POLICY_USE_RESULT;

/* Whether a text has the form of a JWS: three parts of base64url. */
bool policy_jwt_looks(const char *text, size_t len);


/* ---- assertions -------------------------------------------------------- */

#define POLICY_ASSERTION_MAX  8192u

/* Whether the keys file has an assert key that signs. */
bool policy_assertion_signs(const policy_keys_t *keys);

/* JWS of the payload (JSON) by the assert key that signs, with its name as
   `kid` (EdDSA).  Writes no NUL; POLICY_TOO_BIG when `size` is too small. */
policy_status_t policy_assertion_make(const policy_keys_t *keys,
    policy_str_t payload, char *out, size_t size, size_t *out_len)
    POLICY_USE_RESULT;

/* The public halves of the assert keys as a JWKS. */
policy_status_t policy_assertion_jwks(const policy_keys_t *keys, char *out,
    size_t size, size_t *out_len) POLICY_USE_RESULT;


/* ---- passwords --------------------------------------------------------- */

#define POLICY_PASSWORD_LEN   128      /* room for a hash's text */
#define POLICY_PASSWORD_MOST  1024     /* bytes of a password */

/*
 * A hash's text says how it was made (scrypt), so that it can be checked
 * after the ways have changed.  Both take some 0.1 s and 32 MB; any thread.
 */
policy_status_t policy_password_hash(policy_str_t password,
    char out[POLICY_PASSWORD_LEN], size_t *out_len) POLICY_USE_RESULT;

/*
 * POLICY_FORGED: another password.  An empty or damaged hash takes as long
 * as a good one and is never matched.  *weak: matched, and made with less
 * than policy_password_hash uses today.
 */
policy_status_t policy_password_check(policy_str_t password,
    policy_str_t hash, bool *weak) POLICY_USE_RESULT;


/* ---- certificates ------------------------------------------------------ */

#define POLICY_CERTIFICATE_MOST  16384  /* bytes, as DER */

/* SHA-256 of the first certificate of a text in PEM (RFC 7468), as it is in
   DER: its fingerprint.  POLICY_INVALID when there is none. */
policy_status_t policy_certificate_hash(const char *pem, size_t len,
    uint8_t out[32]) POLICY_USE_RESULT;


/* ---- bytes ------------------------------------------------------------- */

/* Unpadded base64url (RFC 4648, section 5).  Encoding writes no NUL and
   returns (4 * len + 2) / 3.  Decoding is strict: no padding, no white
   space, unused bits zero; false leaves `out` undefined. */
size_t policy_base64url_encode(const uint8_t *in, size_t len, char *out);
bool policy_base64url_decode(const char *in, size_t len, uint8_t *out,
    size_t out_len);

policy_status_t policy_random(uint8_t *out, size_t len) POLICY_USE_RESULT;
/* Returns 0, or -1 when OpenSSL refuses. */
int policy_sha256(const void *data, size_t len, uint8_t out[32])
    POLICY_USE_RESULT;
/* Constant time in `len`. */
bool policy_equal(const void *a, const void *b, size_t len);

#pragma GCC visibility pop

#endif /* POLICY_TOKEN_H */
