/*
 * Single values: texts, names, numbers, durations, choices.
 */

#include <stdio.h>
#include <string.h>

#include <policy/limits.h>
#include <policy/schema_int.h>


typedef struct {
    char     unit;
    uint64_t milliseconds;
} policy_unit_t;


static bool policy_text_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member,
    policy_str_t *out);
static bool policy_name_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member,
    policy_ref_t *out);
static bool policy_names_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member,
    policy_refs_t *out);
static bool policy_number_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member,
    uint64_t *value);
static bool policy_duration_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member,
    uint64_t *value);
static bool policy_choice_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member,
    uint64_t *value);
static bool policy_choices_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member,
    uint64_t *value);
static bool policy_is_zero(const policy_node_t *node,
    const policy_member_t *member);
static size_t policy_digits(policy_str_t text, uint64_t *value);


static const policy_unit_t  policy_units[] = {
    { 's', 1000ull },
    { 'm', 60000ull },
    { 'h', 3600000ull },
    { 'd', 86400000ull }
};


bool
policy_value_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, void *out)
{
    void      *at;
    bool       read;
    uint64_t   value;

    at = (char *) out + member->offset;
    value = 0;

    switch (member->type) {

    case POLICY_TYPE_TEXT:
        /* A member without room is prose for the reader of the file. */
        if (member->max == 0) {
            return node->type == POLICY_JSON_STRING
                   || policy_type_refuse(reader, node, member, "a string");
        }
        return policy_text_read(reader, node, member, at);

    case POLICY_TYPE_NAME:
        return policy_name_read(reader, node, member, at);

    case POLICY_TYPE_NAMES:
        return policy_names_read(reader, node, member, at);

    case POLICY_TYPE_BOOL:
        value = node->truth;
        read = node->type == POLICY_JSON_BOOL
               || policy_type_refuse(reader, node, member, "true or false");
        break;

    case POLICY_TYPE_NUMBER:
        read = policy_number_read(reader, node, member, &value);
        break;

    case POLICY_TYPE_DURATION:
        read = policy_duration_read(reader, node, member, &value);
        break;

    case POLICY_TYPE_CHOICE:
        read = policy_choice_read(reader, node, member, &value);
        break;

    default:
        read = policy_choices_read(reader, node, member, &value);
    }

    if (read) {
        memcpy(at, &value, sizeof(value));
    }

    return read;
}


bool
policy_name_check(policy_errors_t *errors, policy_place_t place,
    policy_str_t name)
{
    char    c;
    size_t  i;

    if (name.len == 0 || name.len > POLICY_MAX_NAME) {
        policy_error_at(errors, place, "a name has 1 to %u characters",
                        POLICY_MAX_NAME);
        return false;
    }

    for (i = 0; i < name.len; i++) {
        c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || memchr("._:-", c, 4) != NULL))
        {
            policy_error_at(errors, place, "the name \"%.*s\" has a character "
                            "that is no letter, digit, '.', '_', ':' or '-'",
                            POLICY_SHOWN(name));
            return false;
        }
    }

    return true;
}


static bool
policy_text_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, policy_str_t *out)
{
    if (node->type != POLICY_JSON_STRING) {
        return policy_type_refuse(reader, node, member, "a string");
    }

    if (node->text.len > member->max) {
        policy_error_at(reader->errors, node->place, "\"%s\" has %u bytes, "
                        "more than %u", member->name,
                        (unsigned) node->text.len, (unsigned) member->max);
        return false;
    }

    *out = node->text;

    return true;
}


static bool
policy_name_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, policy_ref_t *out)
{
    policy_str_t  name;

    if (node->type != POLICY_JSON_STRING) {
        return policy_type_refuse(reader, node, member, "a name");
    }

    name = policy_name_trim(node->text);
    if (!policy_name_check(reader->errors, node->place, name)) {
        return false;
    }

    out->name = name;
    out->place = node->place;

    return true;
}


static bool
policy_names_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, policy_refs_t *out)
{
    const policy_node_t  *child;

    if (node->type != POLICY_JSON_ARRAY) {
        return policy_type_refuse(reader, node, member, "a list of names");
    }

    if (node->count > member->max) {
        policy_error_at(reader->errors, node->place, "\"%s\" has %u names, "
                        "more than %u", member->name, node->count,
                        (unsigned) member->max);
        return false;
    }

    out->items = policy_arena_take(reader->arena, node->count,
                                   sizeof(*out->items));
    if (out->items == NULL) {
        reader->no_memory = true;
        return false;
    }

    for (child = node->first; child != NULL; child = child->next) {
        out->count += policy_name_read(reader, child, member,
                                       &out->items[out->count]);
    }

    return true;
}


static bool
policy_number_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, uint64_t *value)
{
    if (policy_is_zero(node, member)) {
        return true;
    }

    if (node->type != POLICY_JSON_NUMBER) {
        return policy_type_refuse(reader, node, member, "a number");
    }

    if (policy_digits(node->text, value) != node->text.len
        || *value < member->min || *value > member->max)
    {
        if (member->min == member->max) {
            policy_error_at(reader->errors, node->place, "\"%s\" is %u, not "
                            "%.*s", member->name, (unsigned) member->min,
                            POLICY_SHOWN(node->text));
            return false;
        }

        policy_error_at(reader->errors, node->place, "\"%s\" is a whole "
                        "number from %u to %u, not %.*s", member->name,
                        (unsigned) member->min, (unsigned) member->max,
                        POLICY_SHOWN(node->text));
        return false;
    }

    return true;
}


static bool
policy_duration_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, uint64_t *value)
{
    size_t  i, n;

    if (policy_is_zero(node, member)) {
        return true;
    }

    if (node->type != POLICY_JSON_STRING) {
        return policy_type_refuse(reader, node, member,
                                  "a duration like \"60s\"");
    }

    n = policy_digits(node->text, value);

    for (i = 0; i < sizeof(policy_units) / sizeof(policy_units[0]); i++) {

        if (n == 0 || n + 1 != node->text.len
            || node->text.data[n] != policy_units[i].unit)
        {
            continue;
        }

        if (*value <= member->max / policy_units[i].milliseconds
            && *value * policy_units[i].milliseconds >= member->min)
        {
            *value *= policy_units[i].milliseconds;
            return true;
        }

        policy_error_at(reader->errors, node->place, "\"%s\" is from %u to "
                        "%u seconds, not %.*s", member->name,
                        (unsigned) (member->min / 1000),
                        (unsigned) (member->max / 1000),
                        POLICY_SHOWN(node->text));
        return false;
    }

    policy_error_at(reader->errors, node->place, "\"%s\" is a number and s, "
                    "m, h or d%s%s%s, not \"%.*s\"", member->name,
                    member->zero != NULL ? ", or \"" : "",
                    member->zero != NULL ? member->zero : "",
                    member->zero != NULL ? "\"" : "",
                    POLICY_SHOWN(node->text));

    return false;
}


static bool
policy_choice_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, uint64_t *value)
{
    int           written;
    char          known[160];
    size_t        len;
    uint64_t      i, k;
    policy_str_t  word;

    if (node->type != POLICY_JSON_STRING) {
        return policy_type_refuse(reader, node, member, "a word");
    }

    for (i = 0; member->words[i] != NULL; i++) {
        word.data = member->words[i];
        word.len = strlen(word.data);

        if (word.len == node->text.len
            && memcmp(word.data, node->text.data, word.len) == 0)
        {
            *value = i;
            return true;
        }
    }

    len = 0;

    for (k = 0; k < i && len + 40 < sizeof(known); k++) {
        written = snprintf(known + len, sizeof(known) - len, "%s\"%s\"",
                           k == 0 ? "" : k + 1 < i ? ", " : " or ",
                           member->words[k]);
        len += written > 0 ? (size_t) written : 0;
    }

    policy_error_at(reader->errors, node->place, "\"%s\" cannot be \"%.*s\", "
                    "but %s", member->name, POLICY_SHOWN(node->text), known);

    return false;
}


static bool
policy_choices_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, uint64_t *value)
{
    bool                  read;
    uint64_t              choice;
    const policy_node_t  *child;

    if (node->type != POLICY_JSON_ARRAY) {
        return policy_type_refuse(reader, node, member, "a list of words");
    }

    read = true;

    for (child = node->first; child != NULL; child = child->next) {
        choice = 0;
        if (!policy_choice_read(reader, child, member, &choice)) {
            read = false;
            continue;
        }

        if (*value >> choice & 1) {
            policy_error_at(reader->errors, child->place, "\"%.*s\" was given "
                            "before", POLICY_SHOWN(child->text));
            read = false;
        }

        *value |= (uint64_t) 1 << choice;
    }

    return read;
}


static bool
policy_is_zero(const policy_node_t *node, const policy_member_t *member)
{
    return member->zero != NULL && node->type == POLICY_JSON_STRING
           && node->text.len == strlen(member->zero)
           && memcmp(node->text.data, member->zero, node->text.len) == 0;
}


/* Leading digits and their value; 0 when there are none, they begin with a
   needless zero, or there are more than ten. */
static size_t
policy_digits(policy_str_t text, uint64_t *value)
{
    size_t  n;

    *value = 0;

    for (n = 0; n < text.len && text.data[n] >= '0' && text.data[n] <= '9';
         n++)
    {
        if (n == 10) {
            return 0;
        }
        *value = *value * 10 + (uint64_t) (text.data[n] - '0');
    }

    return n > 1 && text.data[0] == '0' ? 0 : n;
}
