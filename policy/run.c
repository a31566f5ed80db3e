/*
 * The program of a rule.  Jumps only go forward, so that a program ends after
 * at most as many steps as it has; values are true, false or unknown, and
 * unknown is told of only when nothing else settles the rule.
 */

#include <string.h>

#include <policy/decide_int.h>


static void policy_step_test(const policy_eval_t *eval, uint32_t op,
    uint32_t argument, policy_value_t *value);
static void policy_step_kind(const policy_eval_t *eval, uint32_t kinds,
    policy_value_t *value);
static void policy_step_choice(const policy_eval_t *eval, uint32_t first,
    uint32_t n, policy_value_t *value);
static bool policy_operand(const policy_eval_t *eval,
    const policy_array_t *operands, uint32_t i, policy_str_t *text,
    policy_value_t *value);
static void policy_value_truth(const policy_eval_t *eval, bool truth,
    policy_value_t *value);
static const policy_value_t *policy_and(const policy_value_t *a,
    const policy_value_t *b);
static const policy_value_t *policy_or(const policy_value_t *a,
    const policy_value_t *b);


void
policy_run(const policy_eval_t *eval, uint32_t rule, policy_value_t *value)
{
    uint32_t        i, first, count, op, argument, n;
    policy_value_t  stack[POLICY_MAX_STACK];

    if (!policy_array_get(&eval->rules, rule, POLICY_RULE_CODE, &first)
        || !policy_array_get(&eval->rules, rule, POLICY_RULE_CODE + 1, &count)
        || count > POLICY_MAX_STEPS || first > UINT32_MAX - count)
    {
        goto corrupt;
    }

    n = 0;

    for (i = 0; i < count; i++) {

        if (!policy_array_get(&eval->code, first + i, 0, &op)
            || !policy_array_get(&eval->code, first + i, 1, &argument))
        {
            goto corrupt;
        }

        switch (op & 0xff) {

        case POLICY_OP_AND:
        case POLICY_OP_OR:
            if (n < 2) {
                goto corrupt;
            }
            n--;
            stack[n - 1] = (op & 0xff) == POLICY_OP_AND
                           ? *policy_and(&stack[n - 1], &stack[n])
                           : *policy_or(&stack[n - 1], &stack[n]);
            break;

        case POLICY_OP_NOT:
            if (n < 1) {
                goto corrupt;
            }
            if (stack[n - 1].truth != POLICY_UNKNOWN) {
                policy_value_truth(eval, stack[n - 1].truth == POLICY_FALSE,
                                   &stack[n - 1]);
            }
            break;

        case POLICY_OP_JF:
        case POLICY_OP_JT:
            if (n < 1 || argument <= i) {
                goto corrupt;
            }
            if (stack[n - 1].truth == ((op & 0xff) == POLICY_OP_JT
                                       ? POLICY_TRUE : POLICY_FALSE))
            {
                i = argument - 1;
            }
            break;

        default:
            if (n == POLICY_MAX_STACK) {
                goto corrupt;
            }
            policy_step_test(eval, op, argument, &stack[n]);
            if (eval->trace != NULL) {
                eval->trace(eval, op, argument, &stack[n]);
            }
            n++;
        }
    }

    if (n == 1) {
        *value = stack[0];
        return;
    }

corrupt:

    policy_value_corrupt(value);
}


static void
policy_step_test(const policy_eval_t *eval, uint32_t op, uint32_t argument,
    policy_value_t *value)
{
    switch (op & 0xff) {

    case POLICY_OP_PERMISSION:
        policy_held(eval, argument, value);
        return;

    case POLICY_OP_FALSE:
        value->truth = POLICY_FALSE;
        value->reason = POLICY_REASON_PERMISSION_MISSING;
        value->weight = POLICY_WEIGHT_FACT;
        value->permission = POLICY_NONE;
        return;

    case POLICY_OP_TRUE:
        policy_value_truth(eval, true, value);
        return;

    case POLICY_OP_KIND:
        policy_step_kind(eval, argument, value);
        return;

    case POLICY_OP_FACT:
        policy_value_truth(eval, (eval->facts & argument) != 0, value);
        if (value->truth == POLICY_FALSE && argument == POLICY_FACT_LICENSED
            && eval->query->kind == POLICY_KIND_REGULAR)
        {
            value->reason = POLICY_REASON_NO_LICENCE;
        }
        return;

    case POLICY_OP_EQUAL:
        policy_step_choice(eval, argument, 1, value);
        return;

    case POLICY_OP_IN:
        policy_step_choice(eval, argument, op >> 8, value);
        return;

    default:
        policy_value_corrupt(value);
    }
}


static void
policy_step_kind(const policy_eval_t *eval, uint32_t kinds,
    policy_value_t *value)
{
    policy_kind_t  kind;

    kind = eval->query->kind;
    policy_value_truth(eval, (kinds >> kind & 1) != 0, value);

    if (value->truth == POLICY_TRUE) {
        return;
    }

    value->weight = POLICY_WEIGHT_KIND;
    if (kind == POLICY_KIND_GUEST || kind == POLICY_KIND_EXTERNAL) {
        value->reason = POLICY_REASON_NOT_FOR_GUESTS;
    }
}


/* Whether the first operand equals one of the n that follow. */
static void
policy_step_choice(const policy_eval_t *eval, uint32_t first, uint32_t n,
    policy_value_t *value)
{
    bool            equal;
    uint32_t        i;
    policy_str_t    subject, choice;
    policy_array_t  operands;

    if (!policy_array_open(eval->image, POLICY_OPERANDS, &operands)
        || n > POLICY_MAX_CHOICES || first > UINT32_MAX - 1 - n)
    {
        policy_value_corrupt(value);
        return;
    }

    if (!policy_operand(eval, &operands, first, &subject, value)) {
        return;
    }

    equal = false;

    for (i = 1; i <= n; i++) {
        if (!policy_operand(eval, &operands, first + i, &choice, value)) {
            return;
        }
        equal |= subject.len == choice.len
                 && memcmp(subject.data, choice.data, choice.len) == 0;
    }

    policy_value_truth(eval, equal, value);
}


/* False, and `value` unknown, when the query lacks the attribute. */
static bool
policy_operand(const policy_eval_t *eval, const policy_array_t *operands,
    uint32_t i, policy_str_t *text, policy_value_t *value)
{
    uint32_t                   k, kind;
    const policy_attribute_t  *attribute;

    if (!policy_array_get(operands, i, 0, &kind)) {
        policy_value_corrupt(value);
        return false;
    }

    *text = policy_array_text(eval->image, operands, i, 1);
    if (kind != POLICY_OPERAND_ATTRIBUTE) {
        return true;
    }

    for (k = 0; k < eval->query->nattributes; k++) {
        attribute = &eval->query->attributes[k];

        if (attribute->name.len == text->len
            && memcmp(attribute->name.data, text->data, text->len) == 0)
        {
            *text = attribute->value;
            return true;
        }
    }

    policy_value_corrupt(value);
    value->reason = POLICY_REASON_ATTRIBUTE_MISSING;

    return false;
}


static void
policy_value_truth(const policy_eval_t *eval, bool truth,
    policy_value_t *value)
{
    value->truth = truth ? POLICY_TRUE : POLICY_FALSE;
    value->weight = POLICY_WEIGHT_FACT;
    value->permission = POLICY_NONE;

    if (truth) {
        value->reason = POLICY_REASON_NONE;

    } else if (eval->query->kind == POLICY_KIND_ANONYMOUS) {
        value->reason = POLICY_REASON_SIGNED_OUT;

    } else {
        value->reason = POLICY_REASON_PERMISSION_MISSING;
    }
}


static const policy_value_t *
policy_and(const policy_value_t *a, const policy_value_t *b)
{
    if (a->truth == POLICY_FALSE || b->truth == POLICY_TRUE) {
        return a;
    }

    return a->truth == POLICY_TRUE || b->truth == POLICY_FALSE ? b : a;
}


static const policy_value_t *
policy_or(const policy_value_t *a, const policy_value_t *b)
{
    if (a->truth == POLICY_TRUE) {
        return a;
    }

    if (b->truth == POLICY_TRUE) {
        return b;
    }

    if (a->truth != b->truth) {
        return a->truth == POLICY_UNKNOWN ? a : b;
    }

    return b->weight > a->weight ? b : a;
}
