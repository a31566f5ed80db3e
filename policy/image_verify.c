/*
 * The full check of an image, before it is published.
 */

#include <policy/image_int.h>


typedef struct {
    const policy_image_t *image;
    policy_array_t        sections[POLICY_SECTIONS];
} policy_verify_t;


static bool policy_verify_header(policy_verify_t *v);
static bool policy_verify_records(const policy_verify_t *v,
    policy_section_t section);
static bool policy_verify_word(const policy_verify_t *v, char kind,
    const policy_array_t *array, uint32_t i, uint32_t w);
static bool policy_verify_range(const policy_verify_t *v,
    policy_section_t target, uint32_t first, uint32_t count);
static bool policy_verify_buckets(const policy_verify_t *v, unsigned table);
static bool policy_verify_rule(const policy_verify_t *v, uint32_t rule);
static bool policy_verify_step(const policy_verify_t *v, uint32_t op,
    uint32_t argument);
static uint32_t policy_kind_words(char kind);


/* Change of the stack by each step; tests push one. */
static const int8_t  policy_op_effect[POLICY_OPS] = {
    [POLICY_OP_FALSE] = 1,
    [POLICY_OP_TRUE] = 1,
    [POLICY_OP_PERMISSION] = 1,
    [POLICY_OP_KIND] = 1,
    [POLICY_OP_FACT] = 1,
    [POLICY_OP_EQUAL] = 1,
    [POLICY_OP_IN] = 1,
    [POLICY_OP_AND] = -1,
    [POLICY_OP_OR] = -1,
    [POLICY_OP_NOT] = 0,
    [POLICY_OP_JF] = 0,
    [POLICY_OP_JT] = 0
};


policy_status_t
policy_image_verify(const uint8_t *base, size_t size)
{
    uint32_t         i, section;
    policy_image_t   image;
    policy_verify_t  v;

    image.base = base;
    image.size = size;
    image.generation = 0;

    v.image = &image;
    if (!policy_verify_header(&v)) {
        return POLICY_CORRUPT;
    }

    for (section = 0; section < POLICY_SECTIONS; section++) {
        if (!policy_verify_records(&v, (policy_section_t) section)) {
            return POLICY_CORRUPT;
        }
    }

    for (i = 0; i < 3; i++) {
        if (!policy_verify_buckets(&v, i)) {
            return POLICY_CORRUPT;
        }
    }

    for (i = 0; i < v.sections[POLICY_RULES].count; i++) {
        if (!policy_verify_rule(&v, i)) {
            return POLICY_CORRUPT;
        }
    }

    return POLICY_OK;
}


static bool
policy_verify_header(policy_verify_t *v)
{
    uint32_t         section;
    const uint32_t  *words;

    if ((uintptr_t) v->image->base % sizeof(uint64_t) != 0
        || v->image->size < POLICY_IMAGE_HEADER)
    {
        return false;
    }

    words = (const uint32_t *) (const void *) v->image->base;
    if (words[0] != POLICY_IMAGE_MAGIC || words[1] != v->image->size) {
        return false;
    }

    for (section = 0; section < POLICY_SECTIONS; section++) {
        if (words[POLICY_IMAGE_TABLE + 2 * section] < POLICY_IMAGE_HEADER
            || !policy_array_open(v->image, (policy_section_t) section,
                                  &v->sections[section]))
        {
            return false;
        }
    }

    return v->sections[POLICY_SPECIAL].count == 1
           && v->sections[POLICY_TERMS].count == POLICY_INVITATION_EXTERNAL
           && v->sections[POLICY_SETTINGS].count == POLICY_SETTINGS_COUNT
           && v->sections[POLICY_PERMISSIONS].count <= POLICY_MAX_PERMISSIONS
           && v->sections[POLICY_RULES].count
              >= POLICY_BUILTINS + v->sections[POLICY_PERMISSIONS].count;
}


static bool
policy_verify_records(const policy_verify_t *v, policy_section_t section)
{
    uint32_t               i, w;
    const char            *kind;
    const policy_array_t  *array;

    array = &v->sections[section];
    if (policy_sections[section].kinds == NULL) {
        return true;
    }

    for (i = 0; i < array->count; i++) {
        w = 0;
        for (kind = policy_sections[section].kinds; *kind != '\0'; kind++) {
            if (!policy_verify_word(v, *kind, array, i, w)) {
                return false;
            }
            w += policy_kind_words(*kind);
        }
    }

    return true;
}


static bool
policy_verify_word(const policy_verify_t *v, char kind,
    const policy_array_t *array, uint32_t i, uint32_t w)
{
    uint32_t      a, b;
    policy_set_t  set;

    b = 0;

    if (!policy_array_get(array, i, w, &a)) {
        return false;
    }

    if (policy_kind_words(kind) >= 2
        && !policy_array_get(array, i, w + 1, &b))
    {
        return false;
    }

    switch (kind) {

    case 't':
        return policy_verify_range(v, POLICY_TEXT, a, b);
    case 'q':
        return b <= POLICY_MAX_REQUIRES
               && policy_verify_range(v, POLICY_REQUIRES, a, b);
    case 'l':
        return policy_verify_range(v, POLICY_SLICES, a, b);
    case 'c':
        return policy_verify_range(v, POLICY_CODE, a, b);
    case 's':
        return policy_set_load(array, i, w, &set)
               && policy_verify_range(v, POLICY_WORDS, set.first,
                      (uint32_t) __builtin_popcountll(set.mask));
    case 'p':
        return a < v->sections[POLICY_PERMISSIONS].count;
    case 'r':
        return a < v->sections[POLICY_ROLES].count;
    case 'f':
        return a == POLICY_NONE || a < v->sections[POLICY_PROFILES].count;
    case 'u':
        return a == POLICY_NONE || a < v->sections[POLICY_RULES].count;
    default:
        return true;
    }
}


static bool
policy_verify_range(const policy_verify_t *v, policy_section_t target,
    uint32_t first, uint32_t count)
{
    return first <= v->sections[target].count
           && count <= v->sections[target].count - first;
}


static bool
policy_verify_buckets(const policy_verify_t *v, unsigned table)
{
    uint32_t               i, entry;
    const policy_array_t  *buckets;

    buckets = &v->sections[POLICY_RULE_BUCKETS + table];
    if (buckets->count == 0 || (buckets->count & (buckets->count - 1)) != 0) {
        return false;
    }

    for (i = 0; i < buckets->count; i++) {
        if (!policy_array_get(buckets, i, 0, &entry)
            || entry > v->sections[POLICY_RULE_NAMES + table].count)
        {
            return false;
        }
    }

    return true;
}


/* Each way through the steps must leave one value and never more than the
   stack holds; jumps go forward, to a step with the same stack. */
static bool
policy_verify_rule(const policy_verify_t *v, uint32_t rule)
{
    int                    depth;
    int8_t                 expected[POLICY_MAX_STEPS + 1];
    uint32_t               i, first, count, op, argument;
    const policy_array_t  *rules, *code;

    rules = &v->sections[POLICY_RULES];
    code = &v->sections[POLICY_CODE];

    if (!policy_array_get(rules, rule, POLICY_RULE_CODE, &first)
        || !policy_array_get(rules, rule, POLICY_RULE_CODE + 1, &count)
        || count == 0 || count > POLICY_MAX_STEPS)
    {
        return false;
    }

    for (i = 0; i <= count; i++) {
        expected[i] = -1;
    }

    depth = 0;

    for (i = 0; i < count; i++) {

        if (expected[i] != -1 && expected[i] != depth) {
            return false;
        }

        if (!policy_array_get(code, first + i, 0, &op)
            || !policy_array_get(code, first + i, 1, &argument)
            || !policy_verify_step(v, op, argument))
        {
            return false;
        }

        op &= 0xff;
        depth += policy_op_effect[op];

        if (depth < 1 || depth > (int) POLICY_MAX_STACK) {
            return false;
        }

        if (op == POLICY_OP_JF || op == POLICY_OP_JT) {
            if (argument <= i || argument > count
                || (expected[argument] != -1 && expected[argument] != depth))
            {
                return false;
            }
            expected[argument] = (int8_t) depth;
        }
    }

    return depth == 1 && (expected[count] == -1 || expected[count] == 1);
}


static bool
policy_verify_step(const policy_verify_t *v, uint32_t op, uint32_t argument)
{
    uint32_t  n;

    n = op >> 8;

    switch (op & 0xff) {

    case POLICY_OP_PERMISSION:
        return argument < v->sections[POLICY_PERMISSIONS].count;
    case POLICY_OP_EQUAL:
        return policy_verify_range(v, POLICY_OPERANDS, argument, 2);
    case POLICY_OP_IN:
        return n <= POLICY_MAX_CHOICES
               && policy_verify_range(v, POLICY_OPERANDS, argument, 1 + n);
    default:
        return (op & 0xff) < POLICY_OPS && n == 0;
    }
}


static uint32_t
policy_kind_words(char kind)
{
    switch (kind) {

    case 't':
    case 'q':
    case 'l':
    case 'c':
        return 2;
    case 's':
        return 3;
    default:
        return 1;
    }
}
