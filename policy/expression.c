/*
 * Expressions of rules: names, and objects of one member.
 */

#include <string.h>

#include <policy/limits.h>
#include <policy/program_int.h>
#include <policy/schema_int.h>


typedef struct {
    const char *name;
    uint32_t    fact;
} policy_fact_word_t;

typedef void (*policy_form_pt)(policy_program_t *program,
    const policy_node_t *node);

typedef struct {
    const char     *name;
    policy_form_pt  compile;
} policy_form_t;


static void policy_expression_name(policy_program_t *program,
    const policy_node_t *node);
static void policy_expression_all(policy_program_t *program,
    const policy_node_t *node);
static void policy_expression_any(policy_program_t *program,
    const policy_node_t *node);
static void policy_expression_list(policy_program_t *program,
    const policy_node_t *node, policy_op_t op, policy_op_t jump);
static void policy_expression_not(policy_program_t *program,
    const policy_node_t *node);
static void policy_expression_equal(policy_program_t *program,
    const policy_node_t *node);
static void policy_expression_in(policy_program_t *program,
    const policy_node_t *node);
static bool policy_expression_operand(policy_program_t *program,
    const policy_node_t *node, bool *attribute);
static uint32_t policy_expression_fact(policy_str_t name);
static void policy_expression_unknown(policy_program_t *program,
    const policy_node_t *node);
static void policy_expression_refuse(policy_program_t *program,
    const policy_node_t *node, const char *text);


static const policy_fact_word_t  policy_fact_words[] = {
    { "call_member", POLICY_FACT_CALL_MEMBER },
    { "call_owner", POLICY_FACT_CALL_OWNER },
    { "same_account", POLICY_FACT_SAME_ACCOUNT },
    { "in_group", POLICY_FACT_IN_GROUP },
    { "licensed", POLICY_FACT_LICENSED },
    { NULL, 0 }
};

static const policy_form_t  policy_forms[] = {
    { "all", policy_expression_all },
    { "any", policy_expression_any },
    { "not", policy_expression_not },
    { "equal", policy_expression_equal },
    { "in", policy_expression_in },
    { NULL, NULL }
};


void
policy_expression(policy_program_t *program, const policy_node_t *node)
{
    char                  meant[96];
    policy_near_t         near;
    const policy_form_t  *form;

    if (node->type == POLICY_JSON_STRING) {
        policy_expression_name(program, node);
        return;
    }

    if (node->type != POLICY_JSON_OBJECT || node->count != 1) {
        policy_expression_refuse(program, node, "an expression is a name, or "
                                 "an object with one member: all, any, not, "
                                 "equal or in");
        return;
    }

    policy_near_init(&near, node->first->key);

    for (form = policy_forms; form->name != NULL; form++) {
        if (node->first->key.len == strlen(form->name)
            && memcmp(node->first->key.data, form->name,
                      node->first->key.len) == 0)
        {
            form->compile(program, node->first);
            return;
        }

        policy_near_try(&near, policy_text(form->name));
    }

    policy_error_at(program->build->errors, node->first->key_place,
                    "\"%.*s\" is none of all, any, not, equal, in%s",
                    POLICY_SHOWN(node->first->key),
                    policy_near_text(&near, meant, sizeof(meant)));
    program->failed = true;
}


void
policy_expression_visit(const policy_build_t *build,
    const policy_node_t *node, policy_visit_pt visit, void *ctx)
{
    bool                   nested;
    const policy_node_t   *child;
    const policy_entry_t  *entry;

    if (node == NULL) {
        return;
    }

    if (node->type == POLICY_JSON_STRING) {
        entry = policy_index_find(&build->rules, policy_name_trim(node->text));
        if (entry != NULL) {
            visit(ctx, entry->target);
        }
        return;
    }

    if (node->type != POLICY_JSON_OBJECT) {
        return;
    }

    for (child = node->first; child != NULL; child = child->next) {

        nested = child->key.len == 3
                 && (memcmp(child->key.data, "all", 3) == 0
                     || memcmp(child->key.data, "any", 3) == 0);

        if (nested && child->type == POLICY_JSON_ARRAY) {
            for (node = child->first; node != NULL; node = node->next) {
                policy_expression_visit(build, node, visit, ctx);
            }
            return;
        }

        if (child->key.len == 3 && memcmp(child->key.data, "not", 3) == 0) {
            policy_expression_visit(build, child, visit, ctx);
        }
    }
}


static void
policy_expression_name(policy_program_t *program, const policy_node_t *node)
{
    uint32_t               fact;
    const policy_entry_t  *entry;

    fact = policy_expression_fact(node->text);
    if (fact != 0) {
        policy_program_step(program, POLICY_OP_FACT, fact);
        return;
    }

    entry = policy_index_find(&program->build->rules,
                              policy_name_trim(node->text));
    if (entry == NULL) {
        policy_expression_unknown(program, node);
        return;
    }

    policy_program_inline(program, entry->target);
}


static void
policy_expression_all(policy_program_t *program, const policy_node_t *node)
{
    policy_expression_list(program, node, POLICY_OP_AND, POLICY_OP_JF);
}


static void
policy_expression_any(policy_program_t *program, const policy_node_t *node)
{
    policy_expression_list(program, node, POLICY_OP_OR, POLICY_OP_JT);
}


/* a JUMP b OP JUMP c OP: as soon as the outcome is known, the rest is jumped
   over.  An empty list would say something nobody means. */
static void
policy_expression_list(policy_program_t *program, const policy_node_t *node,
    policy_op_t op, policy_op_t jump)
{
    uint32_t              i, from;
    const policy_node_t  *child;

    if (node->type != POLICY_JSON_ARRAY || node->count == 0) {
        policy_expression_refuse(program, node, "\"all\" and \"any\" take a "
                                 "list of at least one expression");
        return;
    }

    from = program->count;

    for (child = node->first; child != NULL; child = child->next) {

        policy_expression(program, child);

        if (child != node->first) {
            policy_program_step(program, op, 0);
        }

        if (child->next != NULL) {
            /* Marked by argument 0 until the end is known. */
            policy_program_step(program, jump, 0);
        }
    }

    for (i = from; i < program->count; i++) {
        if (program->steps[i].op == jump && program->steps[i].argument == 0) {
            program->steps[i].argument = program->count;
        }
    }
}


static void
policy_expression_not(policy_program_t *program, const policy_node_t *node)
{
    policy_expression(program, node);
    policy_program_step(program, POLICY_OP_NOT, 0);
}


static void
policy_expression_equal(policy_program_t *program, const policy_node_t *node)
{
    bool      attribute;
    uint32_t  first;

    if (node->type != POLICY_JSON_ARRAY || node->count != 2) {
        policy_expression_refuse(program, node, "\"equal\" takes a list of "
                                 "two");
        return;
    }

    attribute = false;
    first = policy_writer_count(&program->build->writer, POLICY_OPERANDS);

    if (!policy_expression_operand(program, node->first, &attribute)
        || !policy_expression_operand(program, node->last, &attribute))
    {
        return;
    }

    if (!attribute) {
        policy_expression_refuse(program, node, "one of the two is an "
                                 "attribute, written \"$name\"");
        return;
    }

    policy_program_step(program, POLICY_OP_EQUAL, first);
}


static void
policy_expression_in(policy_program_t *program, const policy_node_t *node)
{
    bool                  attribute, choice;
    uint32_t              first;
    const policy_node_t  *child;

    if (node->type != POLICY_JSON_ARRAY || node->count != 2
        || node->last->type != POLICY_JSON_ARRAY || node->last->count == 0
        || node->last->count > POLICY_MAX_CHOICES)
    {
        policy_expression_refuse(program, node, "\"in\" takes an attribute "
                                 "and a list of 1 to 64 texts");
        return;
    }

    attribute = false;
    first = policy_writer_count(&program->build->writer, POLICY_OPERANDS);

    if (!policy_expression_operand(program, node->first, &attribute)) {
        return;
    }

    if (!attribute) {
        policy_expression_refuse(program, node->first, "the first of \"in\" "
                                 "is an attribute, written \"$name\"");
        return;
    }

    for (child = node->last->first; child != NULL; child = child->next) {
        if (!policy_expression_operand(program, child, &choice)) {
            return;
        }
    }

    policy_program_step(program, POLICY_OP_IN | node->last->count << 8,
                        first);
}


/* "$name" is an attribute, "$$text" the text "$text", else the text. */
static bool
policy_expression_operand(policy_program_t *program,
    const policy_node_t *node, bool *attribute)
{
    bool           is;
    policy_str_t   text;

    if (node->type != POLICY_JSON_STRING) {
        policy_expression_refuse(program, node, "what is compared is a text, "
                                 "or an attribute, written \"$name\"");
        return false;
    }

    text = node->text;
    is = text.len > 0 && text.data[0] == '$';

    if (is) {
        text.data++;
        text.len--;
    }

    if (is && text.len > 0 && text.data[0] == '$') {
        is = false;
    }

    if (is) {
        if (!policy_name_check(program->build->errors, node->place, text)) {
            program->failed = true;
            return false;
        }
        policy_program_attribute(program, text, node->place);
        *attribute = true;
    }

    policy_writer_word(&program->build->writer, POLICY_OPERANDS,
                       is ? POLICY_OPERAND_ATTRIBUTE : 0);
    policy_writer_text(&program->build->writer, POLICY_OPERANDS, text);

    return true;
}


static uint32_t
policy_expression_fact(policy_str_t name)
{
    const policy_fact_word_t  *word;

    for (word = policy_fact_words; word->name != NULL; word++) {
        if (strlen(word->name) == name.len
            && memcmp(word->name, name.data, name.len) == 0)
        {
            break;
        }
    }

    return word->fact;
}


static void
policy_expression_unknown(policy_program_t *program,
    const policy_node_t *node)
{
    char                       meant[96];
    uint32_t                   i;
    policy_near_t              near;
    const policy_index_t      *index;
    const policy_fact_word_t  *word;

    index = &program->build->rules;
    policy_near_init(&near, node->text);

    if (policy_error_wanted(program->build->errors)) {
        for (word = policy_fact_words; word->name != NULL; word++) {
            policy_near_try(&near, policy_text(word->name));
        }

        for (i = 0; i < index->count; i++) {
            policy_near_try(&near, index->entries[i].ref.name);
        }
    }

    policy_error_at(program->build->errors, node->place, "there is no rule or "
                    "permission \"%.*s\"%s", POLICY_SHOWN(node->text),
                    policy_near_text(&near, meant, sizeof(meant)));
    program->failed = true;
}


static void
policy_expression_refuse(policy_program_t *program,
    const policy_node_t *node, const char *text)
{
    policy_error_at(program->build->errors, node->place, "%s", text);
    program->failed = true;
}
