/*
 * A JWKS file (RFC 7517, 7518, 8037): public keys of an identity provider.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <policy/json_int.h>
#include <policy/jwks_int.h>


#define POLICY_JWK_BYTES  1024         /* of one number in a key */


typedef struct {
    policy_jwks_t   *jwks;
    policy_errors_t *errors;
} policy_jwks_reader_t;


static policy_status_t policy_jwks_read(policy_jwks_reader_t *reader,
    const policy_node_t *root);
static policy_status_t policy_jwks_add(policy_jwks_reader_t *reader,
    const policy_node_t *node);
static bool policy_jwk_kind(const policy_node_t *node,
    policy_algorithm_t *algorithm);
static bool policy_jwk_signs(const policy_node_t *node);
static bool policy_jwk_private(const policy_node_t *node);
static policy_pkey_t *policy_jwk_made(const policy_node_t *node,
    policy_algorithm_t algorithm);
static bool policy_jwk_bytes(const policy_node_t *node, const char *name,
    uint8_t *out, policy_str_t *bytes);
static policy_str_t policy_jwk_text(const policy_node_t *node,
    const char *name);
static bool policy_jwk_is(policy_str_t text, const char *word);


static const char *const  policy_algorithm_names[POLICY_ALGORITHMS] = {
    [POLICY_ALGORITHM_RS256] = "RS256",
    [POLICY_ALGORITHM_RS384] = "RS384",
    [POLICY_ALGORITHM_RS512] = "RS512",
    [POLICY_ALGORITHM_PS256] = "PS256",
    [POLICY_ALGORITHM_ES256] = "ES256",
    [POLICY_ALGORITHM_ES384] = "ES384",
    [POLICY_ALGORITHM_EDDSA] = "EdDSA"
};

/* What a type of key can do, the first when it does not say. */
static const struct {
    const char         *type;
    const char         *curve;
    policy_algorithm_t  first;
    policy_algorithm_t  last;
} policy_jwk_kinds[] = {
    { "RSA", NULL, POLICY_ALGORITHM_RS256, POLICY_ALGORITHM_PS256 },
    { "EC", "P-256", POLICY_ALGORITHM_ES256, POLICY_ALGORITHM_ES256 },
    { "EC", "P-384", POLICY_ALGORITHM_ES384, POLICY_ALGORITHM_ES384 },
    { "OKP", "Ed25519", POLICY_ALGORITHM_EDDSA, POLICY_ALGORITHM_EDDSA }
};

#define POLICY_JWK_KINDS \
    (sizeof(policy_jwk_kinds) / sizeof(policy_jwk_kinds[0]))


policy_status_t
policy_jwks_parse(const char *json, size_t len, policy_jwks_t **jwks,
    policy_error_t *error)
{
    policy_node_t         *root;
    policy_arena_t         arena;
    policy_errors_t        errors = { error, 1, 0 };
    policy_status_t        status;
    policy_jwks_reader_t   reader = { NULL, &errors };

    *jwks = NULL;
    memset(error, 0, sizeof(*error));

    if (len > POLICY_JWKS_TEXT) {
        policy_error_at(&errors, (policy_place_t) { 0, 0 },
                        "the keys are larger than %u bytes",
                        POLICY_JWKS_TEXT);
        return POLICY_INVALID;
    }

    reader.jwks = calloc(1, sizeof(*reader.jwks));
    if (reader.jwks == NULL) {
        return POLICY_NO_MEMORY;
    }

    policy_arena_init(&arena);
    status = policy_json_parse(json, len, &arena, &root, &errors);

    if (status == POLICY_OK) {
        status = policy_jwks_read(&reader, root);
    }

    policy_arena_free(&arena);

    if (status != POLICY_OK) {
        policy_jwks_free(reader.jwks);
        return status;
    }

    *jwks = reader.jwks;

    return POLICY_OK;
}


void
policy_jwks_free(policy_jwks_t *jwks)
{
    uint32_t  i;

    if (jwks == NULL) {
        return;
    }

    for (i = 0; i < jwks->n; i++) {
        policy_pkey_free(jwks->keys[i].pkey);
    }

    free(jwks);
}


uint32_t
policy_jwks_count(const policy_jwks_t *jwks)
{
    return jwks->n;
}


policy_algorithm_t
policy_algorithm(policy_str_t name)
{
    unsigned  i;

    for (i = 0; i < POLICY_ALGORITHMS; i++) {
        if (policy_jwk_is(name, policy_algorithm_names[i])) {
            break;
        }
    }

    return (policy_algorithm_t) i;
}


size_t
policy_base64url_size(size_t len)
{
    return len % 4 == 1 ? 0 : len / 4 * 3 + (len % 4 ? len % 4 - 1 : 0);
}


static policy_status_t
policy_jwks_read(policy_jwks_reader_t *reader, const policy_node_t *root)
{
    policy_status_t       status;
    const policy_node_t  *keys, *node;

    keys = root != NULL && root->type == POLICY_JSON_OBJECT
           ? policy_json_member(root, "keys") : NULL;

    if (keys == NULL || keys->type != POLICY_JSON_ARRAY) {
        policy_error_at(reader->errors, (policy_place_t) { 1, 1 },
                        "a set of keys is an object with the array \"keys\"");
        return POLICY_INVALID;
    }

    for (node = keys->first; node != NULL; node = node->next) {
        status = policy_jwks_add(reader, node);

        if (status != POLICY_OK) {
            return status;
        }
    }

    if (reader->jwks->n == 0) {
        policy_error_at(reader->errors, keys->place, "no key of the set can "
                        "verify: RSA of 2048 bits or more, P-256, P-384 or "
                        "Ed25519 is needed");
        return POLICY_INVALID;
    }

    return POLICY_OK;
}


static policy_status_t
policy_jwks_add(policy_jwks_reader_t *reader, const policy_node_t *node)
{
    policy_str_t         id;
    policy_jwk_t        *jwk;
    policy_algorithm_t   algorithm;

    if (node->type != POLICY_JSON_OBJECT) {
        policy_error_at(reader->errors, node->place, "a key is an object");
        return POLICY_INVALID;
    }

    if (policy_jwk_private(node)) {
        policy_error_at(reader->errors, node->place, "this key holds its "
                        "private half; a set of public keys is needed");
        return POLICY_INVALID;
    }

    /* As RFC 7517 has it: what is not understood is passed over. */

    if (!policy_jwk_kind(node, &algorithm) || !policy_jwk_signs(node)) {
        return POLICY_OK;
    }

    id = policy_jwk_text(node, "kid");

    if (reader->jwks->n == POLICY_JWKS_MAX || id.len > POLICY_JWK_ID) {
        policy_error_at(reader->errors, node->place, id.len > POLICY_JWK_ID
                        ? "a kid has at most 128 bytes"
                        : "a set has at most 64 keys");
        return POLICY_INVALID;
    }

    jwk = &reader->jwks->keys[reader->jwks->n];
    jwk->pkey = policy_jwk_made(node, algorithm);

    if (jwk->pkey == NULL) {
        policy_error_at(reader->errors, node->place, "this key is not one: "
                        "its numbers are missing, too short or not of its "
                        "curve");
        return POLICY_INVALID;
    }

    jwk->algorithm = algorithm;
    jwk->has_id = policy_json_member(node, "kid") != NULL;
    jwk->id_len = id.len;
    memcpy(jwk->id, id.data, id.len);
    reader->jwks->n++;

    return POLICY_OK;
}


/* The one algorithm of the key; false: none of ours. */

static bool
policy_jwk_kind(const policy_node_t *node, policy_algorithm_t *algorithm)
{
    size_t        i;
    policy_str_t  type, curve, name;

    type = policy_jwk_text(node, "kty");
    curve = policy_jwk_text(node, "crv");
    name = policy_jwk_text(node, "alg");

    for (i = 0; i < POLICY_JWK_KINDS; i++) {
        if (policy_jwk_is(type, policy_jwk_kinds[i].type)
            && (policy_jwk_kinds[i].curve == NULL
                || policy_jwk_is(curve, policy_jwk_kinds[i].curve)))
        {
            break;
        }
    }

    if (i == POLICY_JWK_KINDS) {
        return false;
    }

    if (policy_json_member(node, "alg") == NULL) {
        *algorithm = policy_jwk_kinds[i].first;
        return true;
    }

    *algorithm = policy_algorithm(name);

    return *algorithm >= policy_jwk_kinds[i].first
           && *algorithm <= policy_jwk_kinds[i].last;
}


/* Not a key for encryption, nor one that may do other things alone. */

static bool
policy_jwk_signs(const policy_node_t *node)
{
    const policy_node_t  *use, *ops, *op;

    use = policy_json_member(node, "use");
    ops = policy_json_member(node, "key_ops");

    if (use != NULL && !policy_jwk_is(policy_jwk_text(node, "use"), "sig")) {
        return false;
    }

    if (ops == NULL) {
        return true;
    }

    for (op = ops->first; op != NULL; op = op->next) {
        if (op->type == POLICY_JSON_STRING
            && policy_jwk_is(op->text, "verify"))
        {
            return true;
        }
    }

    return false;
}


static bool
policy_jwk_private(const policy_node_t *node)
{
    size_t  i;

    static const char *const  halves[] = { "d", "p", "q", "dp", "dq", "qi" };

    for (i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        if (policy_json_member(node, halves[i]) != NULL) {
            return true;
        }
    }

    return false;
}


static policy_pkey_t *
policy_jwk_made(const policy_node_t *node, policy_algorithm_t algorithm)
{
    uint8_t       first[POLICY_JWK_BYTES], second[POLICY_JWK_BYTES];
    policy_str_t  a, b;

    switch (algorithm) {

    case POLICY_ALGORITHM_EDDSA:
        return policy_jwk_bytes(node, "x", first, &a)
               ? policy_pkey_ed25519(a) : NULL;

    case POLICY_ALGORITHM_ES256:
    case POLICY_ALGORITHM_ES384:
        return policy_jwk_bytes(node, "x", first, &a)
               && policy_jwk_bytes(node, "y", second, &b)
               ? policy_pkey_ec(algorithm, a, b) : NULL;

    default:
        return policy_jwk_bytes(node, "n", first, &a)
               && policy_jwk_bytes(node, "e", second, &b)
               ? policy_pkey_rsa(a, b) : NULL;
    }
}


static bool
policy_jwk_bytes(const policy_node_t *node, const char *name, uint8_t *out,
    policy_str_t *bytes)
{
    policy_str_t  text;

    text = policy_jwk_text(node, name);

    bytes->data = (const char *) out;
    bytes->len = policy_base64url_size(text.len);

    return bytes->len != 0 && bytes->len <= POLICY_JWK_BYTES
           && policy_base64url_decode(text.data, text.len, out, bytes->len);
}


static policy_str_t
policy_jwk_text(const policy_node_t *node, const char *name)
{
    const policy_node_t  *member;

    member = policy_json_member(node, name);

    return member != NULL && member->type == POLICY_JSON_STRING
           ? member->text : (policy_str_t) { "", 0 };
}


static bool
policy_jwk_is(policy_str_t text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}
