/*
 * Steps and their storing.
 */

#include <string.h>

#include <policy/program_int.h>


static bool policy_program_fits(const policy_program_t *program);


void
policy_program_init(policy_program_t *program, policy_build_t *build,
    const policy_ref_t *name)
{
    program->build = build;
    program->name = *name;
    program->count = 0;
    program->nattributes = 0;
    program->failed = false;
}


void
policy_program_step(policy_program_t *program, uint32_t op,
    uint32_t argument)
{
    if (program->failed) {
        return;
    }

    if (program->count == POLICY_MAX_STEPS) {
        policy_error_at(program->build->errors, program->name.place,
                        "rule \"%.*s\" has more than %u steps, those of the "
                        "rules it names counted",
                        POLICY_SHOWN(program->name.name), POLICY_MAX_STEPS);
        program->failed = true;
        return;
    }

    program->steps[program->count].op = op;
    program->steps[program->count].argument = argument;
    program->count++;
}


void
policy_program_inline(policy_program_t *program, uint32_t rule)
{
    uint32_t                    i, op, argument, base;
    policy_str_t                name;
    const uint32_t             *words, *slices;
    const policy_growing_t     *sections;
    const policy_build_rule_t  *other;

    sections = program->build->writer.sections;
    other = &program->build->programs[rule];
    base = program->count;

    if (other->count == 0) {
        program->failed = true;
        return;
    }

    words = sections[POLICY_CODE].words + 2 * (size_t) other->first;

    for (i = 0; i < other->count; i++) {
        op = words[2 * i];
        argument = words[2 * i + 1];

        if (op == POLICY_OP_JF || op == POLICY_OP_JT) {
            argument += base;
        }

        policy_program_step(program, op, argument);
    }

    for (i = 0; i < other->nattributes; i++) {
        slices = sections[POLICY_SLICES].words
                 + 2 * ((size_t) other->attributes + i);
        name.data = (const char *) sections[POLICY_TEXT].words + slices[0];
        name.len = slices[1];
        policy_program_attribute(program, name, program->name.place);
    }
}


void
policy_program_attribute(policy_program_t *program, policy_str_t name,
    policy_place_t place)
{
    char      *copy;
    uint32_t   i;

    for (i = 0; i < program->nattributes; i++) {
        if (program->attributes[i].len == name.len
            && memcmp(program->attributes[i].data, name.data, name.len) == 0)
        {
            return;
        }
    }

    if (program->nattributes == POLICY_MAX_ATTRIBUTES) {
        policy_error_at(program->build->errors, place, "rule \"%.*s\" needs "
                        "more than %u attributes",
                        POLICY_SHOWN(program->name.name),
                        POLICY_MAX_ATTRIBUTES);
        program->failed = true;
        return;
    }

    /* Names of an inlined rule lie in a section that grows and moves. */
    copy = policy_arena_take(&program->build->arena, name.len, 1);
    if (copy == NULL) {
        program->build->writer.status = POLICY_NO_MEMORY;
        return;
    }

    memcpy(copy, name.data, name.len);
    program->attributes[program->nattributes].data = copy;
    program->attributes[program->nattributes].len = name.len;
    program->nattributes++;
}


void
policy_program_store(policy_program_t *program, uint32_t rule)
{
    uint32_t              i;
    policy_writer_t      *writer;
    policy_build_rule_t  *stored;

    if (!program->failed && !policy_program_fits(program)) {
        policy_error_at(program->build->errors, program->name.place,
                        "rule \"%.*s\" nests deeper than %u, with the rules "
                        "it names", POLICY_SHOWN(program->name.name),
                        POLICY_MAX_STACK);
        program->failed = true;
    }

    if (program->failed) {
        return;
    }

    writer = &program->build->writer;
    stored = &program->build->programs[rule];

    stored->first = policy_writer_count(writer, POLICY_CODE);
    stored->count = program->count;
    stored->attributes = policy_writer_count(writer, POLICY_SLICES);
    stored->nattributes = program->nattributes;

    for (i = 0; i < program->count; i++) {
        policy_writer_word(writer, POLICY_CODE, program->steps[i].op);
        policy_writer_word(writer, POLICY_CODE, program->steps[i].argument);
    }

    for (i = 0; i < program->nattributes; i++) {
        policy_writer_text(writer, POLICY_SLICES, program->attributes[i]);
    }

    if (writer->status != POLICY_OK) {
        stored->count = 0;
    }
}


static bool
policy_program_fits(const policy_program_t *program)
{
    uint32_t  i, depth;

    depth = 0;

    for (i = 0; i < program->count; i++) {
        switch (program->steps[i].op & 0xff) {

        case POLICY_OP_AND:
        case POLICY_OP_OR:
            depth--;
            break;

        case POLICY_OP_NOT:
        case POLICY_OP_JF:
        case POLICY_OP_JT:
            break;

        default:
            if (++depth > POLICY_MAX_STACK) {
                return false;
            }
        }
    }

    return true;
}
