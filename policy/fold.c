/*
 * What a rule can come to, by column: false, true, or either.
 */

#include <policy/program_int.h>


typedef enum {
    POLICY_FOLD_FALSE = 1,
    POLICY_FOLD_TRUE = 2,
    POLICY_FOLD_EITHER = 3             /* the union of both bits */
} policy_fold_t;


static policy_fold_t policy_fold(const policy_program_t *program,
    uint32_t column);
static policy_fold_t policy_fold_test(const policy_program_t *program,
    const policy_step_t *step, uint32_t column);
static policy_kind_t policy_fold_kind(uint32_t column);


bool
policy_program_never(const policy_program_t *program)
{
    uint32_t  column;

    /* The column after the last is that of nobody signed in. */
    for (column = 0; column <= POLICY_COLUMNS; column++) {
        if (policy_fold(program, column) != POLICY_FOLD_FALSE) {
            return false;
        }
    }

    return true;
}


/* Jumps are passed over: they only save steps. */
static policy_fold_t
policy_fold(const policy_program_t *program, uint32_t column)
{
    uint32_t              i, n;
    policy_fold_t         a, b, stack[POLICY_MAX_STACK];
    const policy_step_t  *step;

    n = 0;
    stack[0] = POLICY_FOLD_EITHER;

    for (i = 0; i < program->count; i++) {
        step = &program->steps[i];

        switch (step->op & 0xff) {

        case POLICY_OP_JF:
        case POLICY_OP_JT:
            break;

        case POLICY_OP_NOT:
            a = stack[n - 1];
            stack[n - 1] = a == POLICY_FOLD_EITHER
                           ? a : (policy_fold_t) (POLICY_FOLD_EITHER ^ a);
            break;

        case POLICY_OP_AND:
        case POLICY_OP_OR:
            n--;
            a = stack[n - 1];
            b = stack[n];
            if ((step->op & 0xff) == POLICY_OP_AND) {
                stack[n - 1] = (policy_fold_t) (((a | b) & POLICY_FOLD_FALSE)
                                         | (a & b & POLICY_FOLD_TRUE));
            } else {
                stack[n - 1] = (policy_fold_t) (((a | b) & POLICY_FOLD_TRUE)
                                         | (a & b & POLICY_FOLD_FALSE));
            }
            break;

        default:
            stack[n++] = policy_fold_test(program, step, column);
        }
    }

    return stack[0];
}


static policy_fold_t
policy_fold_test(const policy_program_t *program, const policy_step_t *step,
    uint32_t column)
{
    bool  possible;

    switch (step->op & 0xff) {

    case POLICY_OP_FALSE:
        return POLICY_FOLD_FALSE;

    case POLICY_OP_TRUE:
        return POLICY_FOLD_TRUE;

    case POLICY_OP_KIND:
        return step->argument >> policy_fold_kind(column) & 1
               ? POLICY_FOLD_TRUE : POLICY_FOLD_FALSE;

    case POLICY_OP_PERMISSION:
        possible = column < POLICY_COLUMNS
                   && (program->build->permissions[step->argument].ceiling
                       >> column & 1);
        return possible ? POLICY_FOLD_EITHER : POLICY_FOLD_FALSE;

    case POLICY_OP_FACT:
        return step->argument == POLICY_FACT_CALL_OWNER
               && column == POLICY_COLUMN_EXTERNAL
               ? POLICY_FOLD_FALSE : POLICY_FOLD_EITHER;

    default:
        return POLICY_FOLD_EITHER;
    }
}


static policy_kind_t
policy_fold_kind(uint32_t column)
{
    static const policy_kind_t  kinds[POLICY_COLUMNS + 1] = {
        POLICY_KIND_REGULAR, POLICY_KIND_GUEST, POLICY_KIND_GUEST,
        POLICY_KIND_GUEST, POLICY_KIND_EXTERNAL, POLICY_KIND_SERVICE,
        POLICY_KIND_ANONYMOUS
    };

    return kinds[column];
}
