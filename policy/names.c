/*
 * Every name that the file gives to something.
 */

#include <policy/build_int.h>


static void policy_names_add(policy_build_t *build, policy_index_t *index,
    const policy_ref_t *ref, uint32_t target);
static void policy_names_aliases(policy_build_t *build,
    const policy_refs_t *aliases, uint32_t rule);
static uint32_t policy_names_count(const policy_build_t *build);


policy_status_t
policy_build_names(policy_build_t *build)
{
    uint32_t                        i, rule;
    policy_ref_t                    builtin;
    const policy_doc_rule_t        *named;
    const policy_doc_permission_t  *permission;

    if (!policy_index_init(&build->rules, &build->arena,
                           policy_names_count(build))
        || !policy_index_init(&build->roles, &build->arena,
                              build->doc.roles.count)
        || !policy_index_init(&build->profiles, &build->arena,
                              build->doc.profiles.count))
    {
        return POLICY_NO_MEMORY;
    }

    for (rule = 0; rule < POLICY_BUILTINS; rule++) {
        builtin.name = policy_text(policy_builtin_names[rule]);
        builtin.place.line = 0;
        builtin.place.column = 0;
        policy_names_add(build, &build->rules, &builtin, rule);
    }

    for (i = 0; i < build->doc.permissions.count; i++, rule++) {
        permission = policy_doc_permission(build, i);
        policy_names_add(build, &build->rules, &permission->name, rule);
    }

    for (i = 0; i < build->doc.rules.count; i++, rule++) {
        policy_names_add(build, &build->rules,
                         &policy_doc_rule(build, i)->name, rule);
    }

    /* Aliases last: a clash is told where the alias stands. */
    rule = POLICY_BUILTINS;

    for (i = 0; i < build->doc.permissions.count; i++, rule++) {
        permission = policy_doc_permission(build, i);
        policy_names_aliases(build, &permission->aliases, rule);
    }

    for (i = 0; i < build->doc.rules.count; i++, rule++) {
        named = policy_doc_rule(build, i);
        policy_names_aliases(build, &named->aliases, rule);
    }

    for (i = 0; i < build->doc.roles.count; i++) {
        policy_names_add(build, &build->roles,
                         &policy_doc_role(build, i)->name, i);
    }

    for (i = 0; i < build->doc.profiles.count; i++) {
        policy_names_add(build, &build->profiles,
                         &policy_doc_profile(build, i)->name, i);
    }

    return POLICY_OK;
}


uint32_t
policy_build_permission(policy_build_t *build, const policy_ref_t *ref)
{
    char                   meant[96];
    uint32_t               i;
    policy_near_t          near;
    const policy_entry_t  *entry;

    entry = policy_index_find(&build->rules, ref->name);

    if (entry != NULL && entry->target >= POLICY_BUILTINS
        && entry->target - POLICY_BUILTINS < build->doc.permissions.count)
    {
        return entry->target - POLICY_BUILTINS;
    }

    policy_near_init(&near, ref->name);

    if (policy_error_wanted(build->errors)) {
        for (i = 0; i < build->doc.permissions.count; i++) {
            policy_near_try(&near,
                            policy_doc_permission(build, i)->name.name);
        }
    }

    policy_error_at(build->errors, ref->place, "there is no permission "
                    "\"%.*s\"%s", POLICY_SHOWN(ref->name),
                    policy_near_text(&near, meant, sizeof(meant)));

    return POLICY_NONE;
}


static void
policy_names_add(policy_build_t *build, policy_index_t *index,
    const policy_ref_t *ref, uint32_t target)
{
    const policy_entry_t  *known;

    /* A name that was refused is empty. */
    if (ref->name.len == 0) {
        return;
    }

    known = policy_index_add(index, *ref, target);
    if (known == NULL) {
        return;
    }

    if (known->ref.place.line == 0) {
        policy_error_at(build->errors, ref->place, "\"%.*s\" is the name of a "
                        "built-in rule", POLICY_SHOWN(ref->name));
        return;
    }

    /* A key given twice was told of when the text was read. */
    if (policy_error_has(build->errors, ref->place)) {
        return;
    }

    policy_error_at(build->errors, ref->place, "the name \"%.*s\" was given "
                    "before, in line %u", POLICY_SHOWN(ref->name),
                    known->ref.place.line);
}


/* The same spelling with and without a no-break space is one alias. */
static void
policy_names_aliases(policy_build_t *build, const policy_refs_t *aliases,
    uint32_t rule)
{
    uint32_t               i;
    const policy_entry_t  *known;

    for (i = 0; i < aliases->count; i++) {

        known = policy_index_find(&build->rules, aliases->items[i].name);
        if (known != NULL && known->target == rule) {
            continue;
        }

        policy_names_add(build, &build->rules, &aliases->items[i], rule);
    }
}


static uint32_t
policy_names_count(const policy_build_t *build)
{
    uint32_t  i, n;

    n = POLICY_BUILTINS + build->doc.permissions.count
        + build->doc.rules.count;

    for (i = 0; i < build->doc.permissions.count; i++) {
        n += policy_doc_permission(build, i)->aliases.count;
    }

    for (i = 0; i < build->doc.rules.count; i++) {
        n += policy_doc_rule(build, i)->aliases.count;
    }

    return n;
}


policy_status_t
policy_names_graph(policy_build_t *build, const policy_items_t *items,
    size_t size, size_t names, policy_names_find_pt find,
    policy_graph_t *graph)
{
    uint32_t              i, k, n, to;
    const policy_refs_t  *refs;

    graph->nodes = items->count;
    n = 0;

    for (i = 0; i < graph->nodes; i++) {
        refs = (const void *) ((const uint8_t *) items->items + i * size
                               + names);
        n += refs->count;
    }

    graph->first = policy_arena_take(&build->arena, (size_t) graph->nodes + 1,
                                     sizeof(uint32_t));
    graph->edges = policy_arena_take(&build->arena, n, sizeof(uint32_t));
    if (graph->first == NULL || graph->edges == NULL) {
        return POLICY_NO_MEMORY;
    }

    n = 0;

    for (i = 0; i < graph->nodes; i++) {
        refs = (const void *) ((const uint8_t *) items->items + i * size
                               + names);
        graph->first[i] = n;

        for (k = 0; k < refs->count; k++) {
            to = find(build, &refs->items[k]);
            if (to != POLICY_NONE) {
                graph->edges[n++] = to;
            }
        }
    }

    graph->first[graph->nodes] = n;

    return POLICY_OK;
}
