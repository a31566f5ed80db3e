/*
 * A JWS in compact form (RFC 7515): HEADER.PAYLOAD.SIGNATURE.
 */

#include <string.h>

#include <policy/json_int.h>
#include <policy/jwks_int.h>


#define POLICY_JWS_HEADER     1024     /* bytes of a header */
#define POLICY_JWS_SIGNATURE  1024


typedef struct {
    policy_str_t        header;        /* as base64url */
    policy_str_t        payload;
    policy_str_t        signature;
    policy_str_t        input;         /* header, dot, payload */
    policy_algorithm_t  algorithm;
    char                id[POLICY_JWK_ID];
    size_t              id_len;
    bool                has_id;
} policy_jws_t;


static bool policy_jws_split(const char *text, size_t len,
    policy_jws_t *jws);
static const char *policy_jws_header(policy_jws_t *jws);
static const char *policy_jws_members(policy_jws_t *jws,
    const policy_node_t *root);
static bool policy_jws_type(policy_str_t type);
static const char *policy_jws_verify(const policy_jwks_t *jwks,
    const policy_jws_t *jws, const uint8_t *signature, size_t len);


policy_status_t
policy_jws_open(const policy_jwks_t *jwks, const char *text, size_t len,
    uint8_t *payload, size_t size, size_t *payload_len, const char **why)
{
    size_t        signature_len;
    uint8_t       signature[POLICY_JWS_SIGNATURE];
    policy_jws_t  jws;

    if (len > POLICY_JWT_MAX) {
        *why = "it is too long";
        return POLICY_FORGED;
    }

    if (!policy_jws_split(text, len, &jws)) {
        *why = "it is not three parts";
        return POLICY_FORGED;
    }

    *why = policy_jws_header(&jws);
    if (*why != NULL) {
        return POLICY_FORGED;
    }

    signature_len = policy_base64url_size(jws.signature.len);

    if (signature_len == 0 || signature_len > sizeof(signature)
        || !policy_base64url_decode(jws.signature.data, jws.signature.len,
                                    signature, signature_len))
    {
        *why = "its signature is not base64url";
        return POLICY_FORGED;
    }

    *why = policy_jws_verify(jwks, &jws, signature, signature_len);
    if (*why != NULL) {
        return POLICY_FORGED;
    }

    *payload_len = policy_base64url_size(jws.payload.len);

    if (*payload_len == 0 || *payload_len > size
        || !policy_base64url_decode(jws.payload.data, jws.payload.len,
                                    payload, *payload_len))
    {
        *why = "its payload is not base64url";
        return POLICY_FORGED;
    }

    return POLICY_OK;
}


bool
policy_jwt_looks(const char *text, size_t len)
{
    size_t        i;
    policy_jws_t  jws;

    for (i = 0; i < len; i++) {
        if (!((text[i] >= 'A' && text[i] <= 'Z')
              || (text[i] >= 'a' && text[i] <= 'z')
              || (text[i] >= '0' && text[i] <= '9')
              || text[i] == '-' || text[i] == '_' || text[i] == '.'))
        {
            return false;
        }
    }

    return policy_jws_split(text, len, &jws);
}


static bool
policy_jws_split(const char *text, size_t len, policy_jws_t *jws)
{
    const char  *first, *second, *end;

    end = text + len;
    first = memchr(text, '.', len);

    if (first == NULL) {
        return false;
    }

    second = memchr(first + 1, '.', (size_t) (end - first - 1));

    if (second == NULL
        || memchr(second + 1, '.', (size_t) (end - second - 1)) != NULL)
    {
        return false;
    }

    jws->header = (policy_str_t) { text, (size_t) (first - text) };
    jws->payload = (policy_str_t) { first + 1,
                                    (size_t) (second - first - 1) };
    jws->signature = (policy_str_t) { second + 1,
                                      (size_t) (end - second - 1) };
    jws->input = (policy_str_t) { text, (size_t) (second - text) };

    return jws->header.len != 0;
}


/* NULL, or what is wrong with it. */

static const char *
policy_jws_header(policy_jws_t *jws)
{
    char              text[POLICY_JWS_HEADER];
    size_t            len;
    const char       *why;
    policy_node_t    *root;
    policy_arena_t    arena;
    policy_errors_t   errors = { NULL, 0, 0 };

    len = policy_base64url_size(jws->header.len);

    if (len == 0 || len > sizeof(text)
        || !policy_base64url_decode(jws->header.data, jws->header.len,
                                    (uint8_t *) text, len)
        || !policy_json_plain(text, len))
    {
        return "its header is not base64url of JSON";
    }

    policy_arena_init(&arena);

    if (policy_json_parse(text, len, &arena, &root, &errors) == POLICY_OK
        && root != NULL && root->type == POLICY_JSON_OBJECT)
    {
        why = policy_jws_members(jws, root);

    } else {
        why = "its header is not an object of JSON";
    }

    policy_arena_free(&arena);

    return why;
}


/*
 * Members that would bring a key along (jwk, jku, x5c, x5u) say nothing to
 * us; extensions that must be understood (crit) are not.
 */

static const char *
policy_jws_members(policy_jws_t *jws, const policy_node_t *root)
{
    const policy_node_t  *alg, *kid, *typ;

    alg = policy_json_member(root, "alg");
    kid = policy_json_member(root, "kid");
    typ = policy_json_member(root, "typ");

    if (alg == NULL || alg->type != POLICY_JSON_STRING) {
        return "its header names no algorithm";
    }

    jws->algorithm = policy_algorithm(alg->text);

    if (jws->algorithm == POLICY_ALGORITHMS) {
        return "its algorithm is not one of ours";
    }

    if (policy_json_member(root, "crit") != NULL
        || policy_json_member(root, "b64") != NULL
        || policy_json_member(root, "zip") != NULL
        || policy_json_member(root, "enc") != NULL)
    {
        return "it asks for an extension that is not known";
    }

    if (typ != NULL && (typ->type != POLICY_JSON_STRING
                        || !policy_jws_type(typ->text)))
    {
        return "it is of another type";
    }

    jws->has_id = kid != NULL;

    if (kid == NULL) {
        return NULL;
    }

    if (kid->type != POLICY_JSON_STRING || kid->text.len > POLICY_JWK_ID) {
        return "its key's name is not one";
    }

    jws->id_len = kid->text.len;
    memcpy(jws->id, kid->text.data, kid->text.len);

    return NULL;
}


/* RFC 8725, 3.11: what was made for another use is not taken for ours. */

static bool
policy_jws_type(policy_str_t type)
{
    char    lower[24];
    size_t  i;

    if (type.len > sizeof(lower) - 1) {
        return false;
    }

    for (i = 0; i < type.len; i++) {
        lower[i] = (char) (type.data[i] >= 'A' && type.data[i] <= 'Z'
                           ? type.data[i] | 0x20 : type.data[i]);
    }

    lower[type.len] = '\0';

    return strcmp(lower, "jwt") == 0 || strcmp(lower, "at+jwt") == 0
           || strcmp(lower, "application/jwt") == 0
           || strcmp(lower, "application/at+jwt") == 0;
}


/* Only keys of the algorithm that the token names are tried: what a key may
   do is the key's to say. */

static const char *
policy_jws_verify(const policy_jwks_t *jwks, const policy_jws_t *jws,
    const uint8_t *signature, size_t len)
{
    bool                 any;
    uint32_t             i;
    const policy_jwk_t  *jwk;

    any = false;

    for (i = 0; i < jwks->n; i++) {
        jwk = &jwks->keys[i];

        if (jwk->algorithm != jws->algorithm) {
            continue;
        }

        if (jws->has_id && jwk->has_id
            && (jwk->id_len != jws->id_len
                || memcmp(jwk->id, jws->id, jws->id_len) != 0))
        {
            continue;
        }

        any = true;

        if (policy_pkey_verify(jwk->pkey, jwk->algorithm, jws->input.data,
                               jws->input.len, signature, len)
            == POLICY_OK)
        {
            return NULL;
        }
    }

    return any ? "its signature is not of the provider"
               : "no key of the provider has its name and algorithm";
}
