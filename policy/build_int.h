/*
 * A policy between its document and its image: names resolved to indexes,
 * sets and programs made.  The steps of policy_compile, in their order.
 */

#ifndef POLICY_BUILD_INT_H
#define POLICY_BUILD_INT_H

#include <policy/graph_int.h>
#include <policy/index_int.h>
#include <policy/writer_int.h>

#pragma GCC visibility push(hidden)

typedef struct {
    uint32_t needs;                    /* first of REQUIRES */
    uint32_t nneeds;
    uint32_t ceiling;
    bool     licensed;
    bool     seated;
} policy_build_permission_t;

typedef struct {
    uint32_t first;                    /* of CODE */
    uint32_t count;
    uint32_t attributes;               /* first of SLICES */
    uint32_t nattributes;
} policy_build_rule_t;

typedef struct {
    policy_arena_t             arena;
    policy_errors_t           *errors;
    policy_doc_t               doc;
    policy_index_t             rules;       /* and permissions, by rule */
    policy_index_t             roles;
    policy_index_t             profiles;
    policy_build_permission_t *permissions;
    policy_set_t              *role_sets;
    policy_set_t              *allow_sets;  /* of the profiles */
    policy_set_t              *deny_sets;
    policy_set_t               guests;
    policy_set_t               single;
    policy_build_rule_t       *programs;    /* by rule index */
    uint32_t                   fallback;
    uint32_t                   assist;
    policy_writer_t            writer;
} policy_build_t;

/* Each returns POLICY_OK, also when it found errors, or why it cannot go
   on: POLICY_NO_MEMORY, POLICY_TOO_BIG. */

/* names.c: every name the file gives, and its aliases. */
policy_status_t policy_build_names(policy_build_t *build) POLICY_USE_RESULT;

/* requires.c: what each permission requires, in steps, too. */
policy_status_t policy_build_requires(policy_build_t *build)
    POLICY_USE_RESULT;

/* roles.c: the set of each role, of guests and of the single user. */
policy_status_t policy_build_roles(policy_build_t *build) POLICY_USE_RESULT;

/* profiles.c: what each profile allows and denies. */
policy_status_t policy_build_profiles(policy_build_t *build)
    POLICY_USE_RESULT;

/* rules.c: the program of each rule. */
policy_status_t policy_build_rules(policy_build_t *build) POLICY_USE_RESULT;

/* emit.c: the records of the image. */
policy_status_t policy_build_emit(policy_build_t *build) POLICY_USE_RESULT;

/* Adds a permission to a dense set of POLICY_MAX_PERMISSIONS bits. */
static inline void
policy_dense_add(uint64_t dense[64], uint32_t permission)
{
    dense[permission >> 6] |= (uint64_t) 1 << (permission & 63);
}

/* The stored form of a dense set. */
policy_status_t policy_dense_store(policy_build_t *build,
    const uint64_t dense[64], policy_set_t *set) POLICY_USE_RESULT;

/* Or-s a stored set into a dense one. */
void policy_dense_merge(const policy_build_t *build, const policy_set_t *set,
    uint64_t dense[64]);

/* Index of the permission a reference means, or POLICY_NONE and an error. */
uint32_t policy_build_permission(policy_build_t *build,
    const policy_ref_t *ref);

/*
 * What the elements of a list, of that size, name in their policy_refs_t at
 * `names`, each name found by `find`, which gives POLICY_NONE after an error.
 */
typedef uint32_t (*policy_names_find_pt)(policy_build_t *build,
    const policy_ref_t *ref);

policy_status_t policy_names_graph(policy_build_t *build,
    const policy_items_t *items, size_t size, size_t names,
    policy_names_find_pt find, policy_graph_t *graph) POLICY_USE_RESULT;

/* Element i of a list or map of the document. */
static inline const policy_doc_permission_t *
policy_doc_permission(const policy_build_t *build, uint32_t i)
{
    return (const policy_doc_permission_t *) build->doc.permissions.items + i;
}

static inline const policy_doc_role_t *
policy_doc_role(const policy_build_t *build, uint32_t i)
{
    return (const policy_doc_role_t *) build->doc.roles.items + i;
}

static inline const policy_doc_profile_t *
policy_doc_profile(const policy_build_t *build, uint32_t i)
{
    return (const policy_doc_profile_t *) build->doc.profiles.items + i;
}

static inline const policy_doc_rule_t *
policy_doc_rule(const policy_build_t *build, uint32_t i)
{
    return (const policy_doc_rule_t *) build->doc.rules.items + i;
}

#pragma GCC visibility pop

#endif /* POLICY_BUILD_INT_H */
