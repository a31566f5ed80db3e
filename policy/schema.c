/*
 * The walker of member tables.
 */

#include <string.h>

#include <policy/limits.h>
#include <policy/schema_int.h>


static void policy_shape_unknown(policy_reader_t *reader,
    const policy_node_t *node, const policy_shape_t *shape);
static void policy_member_absent(policy_reader_t *reader,
    const policy_member_t *member, void *out);
static void policy_member_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member, void *out);
static void policy_items_read(policy_reader_t *reader,
    const policy_node_t *node, const policy_member_t *member, void *out);
static void policy_rule_read(policy_reader_t *reader,
    const policy_node_t *node, policy_doc_rule_t *rule);


policy_status_t
policy_doc_read(const policy_node_t *root, policy_arena_t *arena,
    policy_doc_t *doc, policy_errors_t *errors)
{
    policy_reader_t  reader;

    memset(doc, 0, sizeof(*doc));

    reader.arena = arena;
    reader.errors = errors;
    reader.no_memory = false;

    if (root->type != POLICY_JSON_OBJECT) {
        policy_error_at(errors, root->place, "a policy is an object, not %s",
                        policy_json_type_name(root->type));
        return POLICY_OK;
    }

    policy_shape_read(&reader, root, &policy_grammar, doc);

    return reader.no_memory ? POLICY_NO_MEMORY : POLICY_OK;
}


void
policy_shape_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_shape_t *shape, void *out)
{
    uint64_t               present;
    const policy_node_t   *child;
    const policy_member_t *member;

    if (shape->present != 0) {
        present = node != NULL;
        memcpy((char *) out + shape->present - 1, &present, sizeof(present));
    }

    if (node != NULL) {
        policy_shape_unknown(reader, node, shape);
    }

    for (member = shape->members; member->name != NULL; member++) {

        child = policy_json_member(node, member->name);

        if (child != NULL) {
            policy_member_read(reader, child, member, out);
            continue;
        }

        if (node != NULL && member->required) {
            policy_error_at(reader->errors, node->place,
                            "\"%s\" is missing here", member->name);
        }

        policy_member_absent(reader, member, out);
    }
}


bool
policy_type_refuse(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, const char *wanted)
{
    policy_error_at(reader->errors, node->place, "\"%s\" is %s, not %s",
                    member->name, wanted, policy_json_type_name(node->type));

    return false;
}


static void
policy_shape_unknown(policy_reader_t *reader, const policy_node_t *node,
    const policy_shape_t *shape)
{
    char                   meant[96];
    policy_str_t           name;
    policy_near_t          near;
    const policy_node_t   *child;
    const policy_member_t *member;

    for (child = node->first; child != NULL; child = child->next) {

        policy_near_init(&near, child->key);

        for (member = shape->members; member->name != NULL; member++) {
            name.data = member->name;
            name.len = strlen(member->name);

            if (name.len == child->key.len
                && memcmp(name.data, child->key.data, name.len) == 0)
            {
                break;
            }

            policy_near_try(&near, name);
        }

        if (member->name == NULL) {
            policy_error_at(reader->errors, child->key_place,
                            "unknown member \"%.*s\"%s",
                            POLICY_SHOWN(child->key),
                            policy_near_text(&near, meant, sizeof(meant)));
        }
    }
}


static void
policy_member_absent(policy_reader_t *reader, const policy_member_t *member,
    void *out)
{
    switch (member->type) {

    case POLICY_TYPE_OBJECT:
        policy_shape_read(reader, NULL, member->shape,
                          (char *) out + member->offset);
        return;

    case POLICY_TYPE_BOOL:
    case POLICY_TYPE_NUMBER:
    case POLICY_TYPE_DURATION:
    case POLICY_TYPE_CHOICE:
    case POLICY_TYPE_CHOICES:
        memcpy((char *) out + member->offset, &member->initial,
               sizeof(member->initial));
        return;

    default:
        /* Names, texts and lists are empty as the document was made. */
        return;
    }
}


static void
policy_member_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, void *out)
{
    switch (member->type) {

    case POLICY_TYPE_OBJECT:
        if (node->type != POLICY_JSON_OBJECT) {
            (void) policy_type_refuse(reader, node, member, "an object");
            policy_member_absent(reader, member, out);
            return;
        }
        policy_shape_read(reader, node, member->shape,
                          (char *) out + member->offset);
        return;

    case POLICY_TYPE_LIST:
    case POLICY_TYPE_MAP:
        policy_items_read(reader, node, member, out);
        return;

    case POLICY_TYPE_RULE:
        policy_rule_read(reader, node,
                         (void *) ((char *) out + member->offset));
        return;

    default:
        if (!policy_value_read(reader, node, member, out)) {
            policy_member_absent(reader, member, out);
        }
    }
}


static void
policy_items_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, void *out)
{
    char                 *item;
    policy_ref_t          ref;
    policy_items_t       *items;
    const policy_node_t  *child;

    if (node->type != (member->type == POLICY_TYPE_MAP ? POLICY_JSON_OBJECT
                                                       : POLICY_JSON_ARRAY))
    {
        (void) policy_type_refuse(reader, node, member,
                                  member->type == POLICY_TYPE_MAP
                                  ? "an object" : "a list");
        return;
    }

    if (node->count > member->max) {
        policy_error_at(reader->errors, node->place, "\"%s\" has %u entries, "
                        "more than %u", member->name, node->count,
                        (unsigned) member->max);
        return;
    }

    items = (void *) ((char *) out + member->offset);
    items->place = node->place;
    items->items = policy_arena_take(reader->arena, node->count,
                                     member->shape->size);
    if (items->items == NULL) {
        reader->no_memory = true;
        return;
    }

    item = items->items;

    for (child = node->first; child != NULL; child = child->next) {

        if (member->type == POLICY_TYPE_MAP) {
            ref.name = policy_name_trim(child->key);
            ref.place = child->key_place;
            memcpy(item, &ref, sizeof(ref));
            (void) policy_name_check(reader->errors, ref.place, ref.name);
        }

        if (member->shape->plain != NULL) {
            policy_member_read(reader, child, member->shape->plain, item);

        } else if (child->type == POLICY_JSON_OBJECT) {
            policy_shape_read(reader, child, member->shape, item);

        } else {
            policy_error_at(reader->errors, child->place, "each of \"%s\" is "
                            "an object, not %s", member->name,
                            policy_json_type_name(child->type));
        }

        item += member->shape->size;
        items->count++;
    }
}


/* An expression, or an object that has one and aliases. */
static void
policy_rule_read(policy_reader_t *reader, const policy_node_t *node,
    policy_doc_rule_t *rule)
{
    if (rule->expression == NULL
        && policy_json_member(node, "rule") != NULL)
    {
        /* The inner "rule" finds this set and is taken as it is. */
        rule->expression = node;
        policy_shape_read(reader, node, &policy_grammar_rule, rule);
        return;
    }

    rule->expression = node;
}
