/*
 * A JWT (RFC 7519): what it says, and whether it says it to us and now.
 */

#include <string.h>

#include <policy/json_int.h>
#include <policy/jwks_int.h>
#include <policy/jwt_int.h>


#define POLICY_JWT_DIGITS  12          /* seconds, far beyond our days */


typedef struct {
    const policy_jwt_terms_t *terms;
    uint64_t                  now;     /* seconds */
    policy_jwt_t             *out;
} policy_jwt_reader_t;


static policy_status_t policy_jwt_claims(policy_jwt_reader_t *reader,
    const policy_node_t *root);
static policy_status_t policy_jwt_times(policy_jwt_reader_t *reader,
    const policy_node_t *root);
static bool policy_jwt_date(const policy_node_t *node, uint64_t *seconds);
static bool policy_jwt_audience(const policy_node_t *aud, policy_str_t ours);
static bool policy_jwt_subject(policy_jwt_t *out, const policy_node_t *sub);
static bool policy_jwt_equal(const policy_node_t *node, policy_str_t text);
static policy_status_t policy_jwt_refuse(policy_jwt_reader_t *reader,
    policy_status_t status, const char *why);


policy_status_t
policy_jwt_open(const policy_jwks_t *jwks, const policy_jwt_terms_t *terms,
    uint64_t now, const char *text, size_t len, policy_jwt_t *out)
{
    size_t               payload_len;
    uint8_t              payload[POLICY_JWT_MAX];
    policy_node_t       *root;
    policy_arena_t       arena;
    policy_errors_t      errors = { NULL, 0, 0 };
    policy_status_t      status;
    policy_jwt_reader_t  reader = { terms, now / 1000, out };

    memset(out, 0, sizeof(*out));

    status = policy_jws_open(jwks, text, len, payload, sizeof(payload),
                             &payload_len, &out->why);
    if (status != POLICY_OK) {
        return status;
    }

    if (!policy_json_plain((const char *) payload, payload_len)) {
        return policy_jwt_refuse(&reader, POLICY_FORGED,
                                 "its claims are not JSON");
    }

    policy_arena_init(&arena);

    status = policy_json_parse((const char *) payload, payload_len, &arena,
                               &root, &errors);

    if (status == POLICY_OK && root != NULL
        && root->type == POLICY_JSON_OBJECT)
    {
        status = policy_jwt_claims(&reader, root);

    } else {
        status = policy_jwt_refuse(&reader, POLICY_FORGED,
                                   "its claims are not an object of JSON");
    }

    policy_arena_free(&arena);

    return status;
}


static policy_status_t
policy_jwt_claims(policy_jwt_reader_t *reader, const policy_node_t *root)
{
    policy_status_t            status;
    const policy_jwt_terms_t  *terms = reader->terms;

    if (!policy_jwt_equal(policy_json_member(root, "iss"), terms->issuer)) {
        return policy_jwt_refuse(reader, POLICY_FORGED,
                                 "it is of another issuer");
    }

    if (!policy_jwt_audience(policy_json_member(root, "aud"),
                             terms->audience))
    {
        return policy_jwt_refuse(reader, POLICY_FORGED,
                                 "it is for another audience");
    }

    if (!policy_jwt_subject(reader->out, policy_json_member(root, "sub"))) {
        return policy_jwt_refuse(reader, POLICY_FORGED,
                                 "its subject is missing or not a name");
    }

    status = policy_jwt_times(reader, root);
    if (status != POLICY_OK) {
        return status;
    }

    policy_jwt_person(reader->out, root);

    if (terms->roles_claim.len != 0
        && !policy_jwt_roles(reader->out, root, terms->roles_claim))
    {
        return policy_jwt_refuse(reader, POLICY_FORGED,
                                 "its roles are not a list of names");
    }

    if (terms->teams_claim.len != 0
        && !policy_jwt_teams(reader->out, root, terms->teams_claim))
    {
        return policy_jwt_refuse(reader, POLICY_FORGED,
                                 "its teams are not a list of names");
    }

    return POLICY_OK;
}


static policy_status_t
policy_jwt_times(policy_jwt_reader_t *reader, const policy_node_t *root)
{
    uint64_t              exp, nbf, iat, leeway;
    const policy_node_t  *node;

    leeway = reader->terms->leeway;
    nbf = 0;
    iat = 0;

    if (!policy_jwt_date(policy_json_member(root, "exp"), &exp)) {
        return policy_jwt_refuse(reader, POLICY_FORGED,
                                 "it does not say when it expires");
    }

    node = policy_json_member(root, "nbf");
    if (node != NULL && !policy_jwt_date(node, &nbf)) {
        return policy_jwt_refuse(reader, POLICY_FORGED,
                                 "its nbf is not a time");
    }

    node = policy_json_member(root, "iat");
    if (node != NULL && !policy_jwt_date(node, &iat)) {
        return policy_jwt_refuse(reader, POLICY_FORGED,
                                 "its iat is not a time");
    }

    if (exp + leeway <= reader->now) {
        return policy_jwt_refuse(reader, POLICY_EXPIRED, "it has expired");
    }

    if (nbf > reader->now + leeway || iat > reader->now + leeway) {
        return policy_jwt_refuse(reader, POLICY_EXPIRED,
                                 "its time has not come");
    }

    reader->out->expires = (exp + leeway) * 1000;
    reader->out->issued = iat * 1000;

    return POLICY_OK;
}


/* NumericDate: seconds, perhaps with a fraction, which does not count. */

static bool
policy_jwt_date(const policy_node_t *node, uint64_t *seconds)
{
    size_t  i;

    if (node == NULL || node->type != POLICY_JSON_NUMBER) {
        return false;
    }

    *seconds = 0;

    for (i = 0; i < node->text.len && node->text.data[i] != '.'; i++) {

        if (i == POLICY_JWT_DIGITS || node->text.data[i] < '0'
            || node->text.data[i] > '9')
        {
            return false;
        }

        *seconds = *seconds * 10 + (uint64_t) (node->text.data[i] - '0');
    }

    for (i++; i < node->text.len; i++) {
        if (node->text.data[i] < '0' || node->text.data[i] > '9') {
            return false;
        }
    }

    return true;
}


static bool
policy_jwt_audience(const policy_node_t *aud, policy_str_t ours)
{
    const policy_node_t  *node;

    if (aud == NULL) {
        return false;
    }

    if (aud->type != POLICY_JSON_ARRAY) {
        return policy_jwt_equal(aud, ours);
    }

    for (node = aud->first; node != NULL; node = node->next) {
        if (policy_jwt_equal(node, ours)) {
            return true;
        }
    }

    return false;
}


static bool
policy_jwt_subject(policy_jwt_t *out, const policy_node_t *sub)
{
    size_t  i;

    if (sub == NULL || sub->type != POLICY_JSON_STRING || sub->text.len == 0
        || sub->text.len > sizeof(out->subject))
    {
        return false;
    }

    for (i = 0; i < sub->text.len; i++) {
        if ((unsigned char) sub->text.data[i] < 0x20
            || sub->text.data[i] == 0x7f)
        {
            return false;
        }
    }

    memcpy(out->subject, sub->text.data, sub->text.len);
    out->subject_len = sub->text.len;

    return true;
}


static bool
policy_jwt_equal(const policy_node_t *node, policy_str_t text)
{
    return node != NULL && node->type == POLICY_JSON_STRING
           && node->text.len == text.len
           && memcmp(node->text.data, text.data, text.len) == 0;
}


static policy_status_t
policy_jwt_refuse(policy_jwt_reader_t *reader, policy_status_t status,
    const char *why)
{
    reader->out->why = why;

    return status;
}
