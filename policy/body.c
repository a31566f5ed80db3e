/*
 * The body of an API call: one flat JSON object whose members are known.
 */

#include <string.h>

#include <policy/json_int.h>


#define POLICY_MAX_BODY      65536u
#define POLICY_MAX_DIGITS    16u
#define POLICY_MAX_INTEGER   (UINT64_C(1) << 53)


static policy_status_t policy_body_members(const policy_node_t *root,
    policy_body_member_t *members, uint32_t n, char *texts,
    policy_errors_t *errors);
static bool policy_body_value(const policy_node_t *node,
    policy_body_member_t *member, char **texts, policy_errors_t *errors);
static bool policy_body_number(const policy_node_t *node, uint64_t *number);


policy_status_t
policy_body_read(const char *json, size_t len, policy_body_member_t *members,
    uint32_t n, char *texts, policy_error_t *error)
{
    uint32_t         i;
    policy_node_t   *root;
    policy_arena_t   arena;
    policy_errors_t  errors = { error, 1, 0 };
    policy_status_t  status;

    memset(error, 0, sizeof(*error));

    for (i = 0; i < n; i++) {
        members[i].given = false;
        members[i].truth = false;
        members[i].number = 0;
        members[i].text = (policy_str_t) { "", 0 };
    }

    if (len > POLICY_MAX_BODY) {
        return POLICY_TOO_BIG;
    }

    if (!policy_json_plain(json, len)) {
        policy_error_at(&errors, (policy_place_t) { 1, 1 },
                        "JSON has no comments");
        return POLICY_INVALID;
    }

    policy_arena_init(&arena);
    status = policy_json_parse(json, len, &arena, &root, &errors);

    if (status == POLICY_OK) {
        status = policy_body_members(root, members, n, texts, &errors);
    }

    policy_arena_free(&arena);

    return status;
}


/* The parser lets comments pass; a slash stands in no other place. */

bool
policy_json_plain(const char *json, size_t len)
{
    bool    string;
    size_t  i;

    string = false;

    for (i = 0; i < len; i++) {

        if (json[i] == '"') {
            string = !string;

        } else if (json[i] == '\\' && string) {
            i++;

        } else if (json[i] == '/' && !string) {
            return false;
        }
    }

    return true;
}


static policy_status_t
policy_body_members(const policy_node_t *root, policy_body_member_t *members,
    uint32_t n, char *texts, policy_errors_t *errors)
{
    uint32_t              i;
    const policy_node_t  *node;

    if (root == NULL || root->type != POLICY_JSON_OBJECT) {
        policy_error_at(errors, (policy_place_t) { 1, 1 },
                        "the body must be an object");
        return POLICY_INVALID;
    }

    for (node = root->first; node != NULL; node = node->next) {

        for (i = 0; i < n; i++) {
            if (strlen(members[i].name) == node->key.len
                && memcmp(members[i].name, node->key.data, node->key.len)
                   == 0)
            {
                break;
            }
        }

        if (i == n) {
            policy_error_at(errors, node->key_place,
                            "\"%.*s\" is not known here",
                            POLICY_SHOWN(node->key));
            return POLICY_INVALID;
        }

        if (!policy_body_value(node, &members[i], &texts, errors)) {
            return POLICY_INVALID;
        }
    }

    return POLICY_OK;
}


static bool
policy_body_value(const policy_node_t *node, policy_body_member_t *member,
    char **texts, policy_errors_t *errors)
{
    static const struct {
        policy_json_type_t  type;
        const char         *name;
    } kinds[] = {
        [POLICY_MEMBER_TEXT] = { POLICY_JSON_STRING, "a string" },
        [POLICY_MEMBER_NUMBER] = { POLICY_JSON_NUMBER, "a whole number" },
        [POLICY_MEMBER_BOOL] = { POLICY_JSON_BOOL, "true or false" }
    };

    /* null says as much as leaving it out */

    if (node->type == POLICY_JSON_NULL) {
        return true;
    }

    if (node->type != kinds[member->type].type
        || (node->type == POLICY_JSON_NUMBER
            && !policy_body_number(node, &member->number)))
    {
        policy_error_at(errors, node->place, "\"%s\" must be %s",
                        member->name, kinds[member->type].name);
        return false;
    }

    member->given = true;
    member->truth = node->truth;

    if (node->type == POLICY_JSON_STRING) {
        member->text.data = *texts;
        member->text.len = node->text.len;
        memcpy(*texts, node->text.data, node->text.len);
        *texts += node->text.len;
    }

    return true;
}


static bool
policy_body_number(const policy_node_t *node, uint64_t *number)
{
    size_t  i;

    *number = 0;

    if (node->text.len > POLICY_MAX_DIGITS) {
        return false;
    }

    for (i = 0; i < node->text.len; i++) {

        if (node->text.data[i] < '0' || node->text.data[i] > '9') {
            return false;
        }

        *number = *number * 10 + (uint64_t) (node->text.data[i] - '0');
    }

    return *number < POLICY_MAX_INTEGER;
}
