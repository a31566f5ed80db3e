/*
 * The records of the image.
 */

#include <policy/build_int.h>


static void policy_emit_names(policy_writer_t *writer, unsigned table,
    const policy_index_t *index);
static void policy_emit_permissions(policy_build_t *build);
static void policy_emit_roles(policy_build_t *build);
static void policy_emit_profiles(policy_build_t *build);
static void policy_emit_rules(policy_build_t *build);
static void policy_emit_terms(policy_build_t *build);
static void policy_emit_special(policy_build_t *build,
    const uint32_t seeds[3]);
static void policy_emit_slices(policy_writer_t *writer,
    policy_section_t section, const policy_refs_t *refs);


policy_status_t
policy_build_emit(policy_build_t *build)
{
    unsigned          i;
    uint32_t          seeds[3];
    policy_writer_t  *writer;

    writer = &build->writer;

    policy_emit_names(writer, 0, &build->rules);
    policy_emit_names(writer, 1, &build->roles);
    policy_emit_names(writer, 2, &build->profiles);

    for (i = 0; i < 3; i++) {
        seeds[i] = policy_writer_buckets(writer, i);
    }

    policy_emit_permissions(build);
    policy_emit_roles(build);
    policy_emit_profiles(build);
    policy_emit_rules(build);
    policy_emit_terms(build);

    for (i = 0; i < POLICY_SETTINGS_COUNT; i++) {
        policy_writer_word64(writer, POLICY_SETTINGS,
                             build->doc.settings[i]);
    }

    policy_emit_special(build, seeds);

    return writer->status;
}


static void
policy_emit_names(policy_writer_t *writer, unsigned table,
    const policy_index_t *index)
{
    uint32_t          i;
    policy_section_t  section;

    section = (policy_section_t) (POLICY_RULE_NAMES + table);

    for (i = 0; i < index->count; i++) {
        policy_writer_text(writer, section, index->entries[i].ref.name);
        policy_writer_word(writer, section, index->entries[i].target);
        policy_writer_word(writer, section, 0);
    }
}


static void
policy_emit_permissions(policy_build_t *build)
{
    uint32_t                          c, i, columns;
    policy_writer_t                  *writer;
    const policy_doc_permission_t    *written;
    const policy_build_permission_t  *made;

    writer = &build->writer;

    for (i = 0; i < build->doc.permissions.count; i++) {
        written = policy_doc_permission(build, i);
        made = &build->permissions[i];
        columns = 0;

        for (c = 0; c < POLICY_COLUMNS; c++) {
            columns |= (written->columns[c] != 0 ? 1u : 0u) << c;
        }

        policy_writer_text(writer, POLICY_PERMISSIONS, written->name.name);
        policy_writer_text(writer, POLICY_PERMISSIONS, written->area);
        policy_writer_text(writer, POLICY_PERMISSIONS, written->feature);
        policy_writer_text(writer, POLICY_PERMISSIONS, written->description);
        policy_writer_word(writer, POLICY_PERMISSIONS, columns);
        policy_writer_word(writer, POLICY_PERMISSIONS, made->ceiling);
        policy_writer_word(writer, POLICY_PERMISSIONS,
                           (made->licensed ? POLICY_FLAG_LICENSED : 0)
                           | (made->seated ? POLICY_FLAG_SEATED : 0));
        policy_writer_word(writer, POLICY_PERMISSIONS, made->needs);
        policy_writer_word(writer, POLICY_PERMISSIONS, made->nneeds);
        policy_emit_slices(writer, POLICY_PERMISSIONS, &written->aliases);
    }
}


static void
policy_emit_roles(policy_build_t *build)
{
    uint32_t                  i;
    policy_writer_t          *writer;
    const policy_doc_role_t  *role;

    writer = &build->writer;

    for (i = 0; i < build->doc.roles.count; i++) {
        role = policy_doc_role(build, i);

        policy_writer_text(writer, POLICY_ROLES, role->name.name);
        policy_writer_text(writer, POLICY_ROLES, role->title);
        policy_writer_word(writer, POLICY_ROLES,
            (role->single_user != 0 ? POLICY_FLAG_SINGLE_USER : 0)
            | (role->groups != 0 ? POLICY_FLAG_GROUPS : 0)
            | (role->administrator != 0 ? POLICY_FLAG_ADMINISTRATOR : 0)
            | (role->billing != 0 ? POLICY_FLAG_BILLING : 0));
        policy_writer_set(writer, POLICY_ROLES, &build->role_sets[i]);
    }
}


static void
policy_emit_profiles(policy_build_t *build)
{
    uint32_t                     i;
    policy_writer_t             *writer;
    const policy_doc_profile_t  *profile;

    writer = &build->writer;

    for (i = 0; i < build->doc.profiles.count; i++) {
        profile = policy_doc_profile(build, i);

        policy_writer_text(writer, POLICY_PROFILES, profile->name.name);
        policy_writer_text(writer, POLICY_PROFILES, profile->title);
        policy_writer_text(writer, POLICY_PROFILES, profile->description);
        policy_writer_word(writer, POLICY_PROFILES,
            (profile->invite != 0 ? POLICY_FLAG_INVITE : 0)
            | (profile->control != 0 ? POLICY_FLAG_CONTROL : 0));
        policy_writer_word64(writer, POLICY_PROFILES, profile->idle_timeout);
        policy_writer_set(writer, POLICY_PROFILES, &build->allow_sets[i]);
        policy_writer_set(writer, POLICY_PROFILES, &build->deny_sets[i]);
    }
}


static void
policy_emit_rules(policy_build_t *build)
{
    uint32_t                    i, base, n;
    policy_str_t                name;
    policy_refs_t               none;
    policy_writer_t            *writer;
    const policy_refs_t        *aliases;
    const policy_build_rule_t  *program;

    writer = &build->writer;
    base = POLICY_BUILTINS + build->doc.permissions.count;
    n = base + build->doc.rules.count;
    none.items = NULL;
    none.count = 0;

    for (i = 0; i < n; i++) {
        program = &build->programs[i];
        aliases = &none;

        if (i < POLICY_BUILTINS) {
            name = policy_text(policy_builtin_names[i]);

        } else if (i < base) {
            name = policy_doc_permission(build,
                                         i - POLICY_BUILTINS)->name.name;

        } else {
            name = policy_doc_rule(build, i - base)->name.name;
            aliases = &policy_doc_rule(build, i - base)->aliases;
        }

        policy_writer_text(writer, POLICY_RULES, name);
        policy_writer_word(writer, POLICY_RULES, program->first);
        policy_writer_word(writer, POLICY_RULES, program->count);
        policy_writer_word(writer, POLICY_RULES, program->attributes);
        policy_writer_word(writer, POLICY_RULES, program->nattributes);
        policy_emit_slices(writer, POLICY_RULES, aliases);
    }
}


static void
policy_emit_terms(policy_build_t *build)
{
    uint32_t                   i;
    policy_writer_t           *writer;
    const policy_doc_terms_t  *terms;

    writer = &build->writer;

    for (i = 0; i < POLICY_INVITATION_EXTERNAL; i++) {
        terms = &build->doc.terms[i];

        policy_writer_word(writer, POLICY_TERMS, terms->present != 0);
        policy_writer_word64(writer, POLICY_TERMS, terms->valid_for);
        policy_writer_word(writer, POLICY_TERMS, (uint32_t) terms->uses);
        policy_writer_word(writer, POLICY_TERMS, (uint32_t) terms->channels);
        policy_writer_word(writer, POLICY_TERMS,
                           (uint32_t) terms->bound_to + POLICY_BOUND_CALL);
        policy_writer_word(writer, POLICY_TERMS,
            (terms->opens_call != 0 ? POLICY_FLAG_OPENS_CALL : 0)
            | (terms->terms != 0 ? POLICY_FLAG_TERMS : 0));
        policy_writer_word64(writer, POLICY_TERMS, terms->idle_timeout);
    }
}


static void
policy_emit_special(policy_build_t *build, const uint32_t seeds[3])
{
    policy_writer_t                *writer;
    const policy_doc_assistance_t  *assist;

    writer = &build->writer;
    assist = &build->doc.assistance;

    policy_writer_set(writer, POLICY_SPECIAL, &build->guests);
    policy_writer_set(writer, POLICY_SPECIAL, &build->single);
    policy_writer_word(writer, POLICY_SPECIAL, build->fallback);
    policy_writer_put(writer, POLICY_SPECIAL, seeds, 3);
    policy_writer_word(writer, POLICY_SPECIAL, build->assist);
    policy_writer_word(writer, POLICY_SPECIAL,
        (assist->reason_required != 0 ? POLICY_FLAG_REASON : 0)
        | (assist->anonymous != 0 ? POLICY_FLAG_ANONYMOUS : 0));
    policy_writer_word64(writer, POLICY_SPECIAL, assist->max_duration);
    policy_emit_slices(writer, POLICY_SPECIAL, &assist->scope_groups);
    policy_emit_slices(writer, POLICY_SPECIAL, &assist->shortcuts);
    policy_writer_word(writer, POLICY_SPECIAL,
                       (uint32_t) assist->duplicates.mail);
    policy_writer_word(writer, POLICY_SPECIAL,
                       (uint32_t) assist->duplicates.phone);
    policy_writer_word(writer, POLICY_SPECIAL,
                       (uint32_t) assist->duplicates.name);
    policy_writer_word(writer, POLICY_SPECIAL,
                       (uint32_t) assist->duplicates.threshold);
}


/* Appends the names to SLICES, and where they stand to the record. */
static void
policy_emit_slices(policy_writer_t *writer, policy_section_t section,
    const policy_refs_t *refs)
{
    uint32_t  i;

    policy_writer_word(writer, section,
                       policy_writer_count(writer, POLICY_SLICES));
    policy_writer_word(writer, section, refs->count);

    for (i = 0; i < refs->count; i++) {
        policy_writer_text(writer, POLICY_SLICES, refs->items[i].name);
    }
}
