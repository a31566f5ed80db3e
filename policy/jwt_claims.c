/* Claims of a token that say who somebody is: roles, teams, names. */

#include <string.h>

#include <policy/jwt_int.h>


/* Names gathered into one text, with commas. */
typedef struct {
    char   *text;
    size_t *len;
    size_t  size;
    bool    blanks;                    /* a name may hold them */
} policy_jwt_names_t;


static bool policy_jwt_list(policy_jwt_names_t *names,
    const policy_node_t *root, policy_str_t path);
static bool policy_jwt_find(const policy_node_t *root, policy_str_t path,
    const policy_node_t **found);
static bool policy_jwt_words(policy_jwt_names_t *names, policy_str_t text);
static bool policy_jwt_add(policy_jwt_names_t *names, policy_str_t name);
static void policy_jwt_text(const policy_node_t *node, char *text,
    size_t *len);


bool
policy_jwt_roles(policy_jwt_t *out, const policy_node_t *root,
    policy_str_t path)
{
    policy_jwt_names_t  names = { out->roles, &out->roles_len,
                                  sizeof(out->roles), false };

    out->has_roles = true;

    return policy_jwt_list(&names, root, path);
}


bool
policy_jwt_teams(policy_jwt_t *out, const policy_node_t *root,
    policy_str_t path)
{
    policy_jwt_names_t  names = { out->teams, &out->teams_len,
                                  sizeof(out->teams), true };

    out->has_teams = true;

    return policy_jwt_list(&names, root, path);
}


static bool
policy_jwt_list(policy_jwt_names_t *names, const policy_node_t *root,
    policy_str_t path)
{
    const policy_node_t  *node, *one;

    if (!policy_jwt_find(root, path, &node)) {
        return false;
    }

    if (node == NULL) {
        return true;
    }

    if (node->type == POLICY_JSON_STRING) {
        return names->blanks ? policy_jwt_add(names, node->text)
                             : policy_jwt_words(names, node->text);
    }

    if (node->type != POLICY_JSON_ARRAY) {
        return false;
    }

    for (one = node->first; one != NULL; one = one->next) {
        if (one->type != POLICY_JSON_STRING
            || !policy_jwt_add(names, one->text))
        {
            return false;
        }
    }

    return true;
}


/* NULL when there is nothing; false when the way there is none. */

static bool
policy_jwt_find(const policy_node_t *root, policy_str_t path,
    const policy_node_t **found)
{
    char                  name[POLICY_JWT_SUBJECT];
    size_t                len;
    const char           *dot;
    const policy_node_t  *node;

    node = root;

    while (node != NULL && path.len != 0) {
        dot = memchr(path.data, '.', path.len);
        len = dot != NULL ? (size_t) (dot - path.data) : path.len;

        if (len >= sizeof(name) || node->type != POLICY_JSON_OBJECT) {
            return false;
        }

        memcpy(name, path.data, len);
        name[len] = '\0';
        node = policy_json_member(node, name);

        path.data += dot != NULL ? len + 1 : len;
        path.len -= dot != NULL ? len + 1 : len;
    }

    *found = node;

    return true;
}


static bool
policy_jwt_words(policy_jwt_names_t *names, policy_str_t text)
{
    size_t       len;
    const char  *blank;

    while (text.len != 0) {
        blank = memchr(text.data, ' ', text.len);
        len = blank != NULL ? (size_t) (blank - text.data) : text.len;

        if (len != 0
            && !policy_jwt_add(names, (policy_str_t) { text.data, len }))
        {
            return false;
        }

        text.data += blank != NULL ? len + 1 : len;
        text.len -= blank != NULL ? len + 1 : len;
    }

    return true;
}


static bool
policy_jwt_add(policy_jwt_names_t *names, policy_str_t name)
{
    size_t         i;
    unsigned char  c;

    if (name.len == 0 || *names->len + name.len + 1 > names->size) {
        return false;
    }

    for (i = 0; i < name.len; i++) {
        c = (unsigned char) name.data[i];

        if (c < 0x20 || c == ',' || c == 0x7f || (c == ' ' && !names->blanks))
        {
            return false;
        }
    }

    if (*names->len != 0) {
        names->text[(*names->len)++] = ',';
    }

    memcpy(names->text + *names->len, name.data, name.len);
    *names->len += name.len;

    return true;
}


void
policy_jwt_person(policy_jwt_t *out, const policy_node_t *root)
{
    const policy_node_t  *verified;

    policy_jwt_text(policy_json_member(root, "preferred_username"), out->name,
                    &out->name_len);
    policy_jwt_text(policy_json_member(root, "name"), out->display,
                    &out->display_len);

    verified = policy_json_member(root, "email_verified");

    if (verified != NULL
        && !(verified->type == POLICY_JSON_BOOL && verified->truth))
    {
        return;
    }

    policy_jwt_text(policy_json_member(root, "email"), out->mail,
                    &out->mail_len);

    if (out->name_len == 0) {
        memcpy(out->name, out->mail, out->mail_len);
        out->name_len = out->mail_len;
    }
}


static void
policy_jwt_text(const policy_node_t *node, char *text, size_t *len)
{
    size_t  i;

    *len = 0;

    if (node == NULL || node->type != POLICY_JSON_STRING
        || node->text.len > POLICY_JWT_TEXT)
    {
        return;
    }

    for (i = 0; i < node->text.len; i++) {
        if ((unsigned char) node->text.data[i] < 0x20
            || node->text.data[i] == 0x7f)
        {
            return;
        }
    }

    memcpy(text, node->text.data, node->text.len);
    *len = node->text.len;
}
