/*
 * policy.json as read: every member checked for type and range, names not
 * resolved yet.  All of it lies in the compilation's arena.
 */

#ifndef POLICY_DOC_INT_H
#define POLICY_DOC_INT_H

#include <policy/image_int.h>
#include <policy/json_int.h>

#pragma GCC visibility push(hidden)

/* A name and where it stands. */
typedef struct {
    policy_str_t   name;
    policy_place_t place;
} policy_ref_t;

typedef struct {
    policy_ref_t *items;
    uint32_t      count;
} policy_refs_t;

/* Elements of a list or map; each begins with its policy_ref_t. */
typedef struct {
    void           *items;
    uint32_t        count;
    policy_place_t  place;             /* line 0: there is none */
} policy_items_t;

/* Numbers, durations (ms), booleans and choices are all uint64_t, so that
   one walker fills them by offset. */
typedef struct {
    policy_ref_t  name;
    policy_str_t  area;
    policy_str_t  feature;
    policy_str_t  description;
    uint64_t      columns[POLICY_COLUMNS];
    policy_refs_t aliases;
    policy_refs_t requires;
} policy_doc_permission_t;

typedef struct {
    policy_ref_t  name;
    policy_str_t  title;
    policy_str_t  description;
    policy_refs_t includes;
    policy_refs_t grants;
    uint64_t      single_user;
    uint64_t      administrator;
    uint64_t      billing;
    uint64_t      groups;
} policy_doc_role_t;

typedef struct {
    policy_ref_t name;
    uint64_t     deny;                 /* 0 allow, 1 deny */
} policy_doc_verdict_t;

typedef struct {
    policy_ref_t   name;
    policy_str_t   title;
    policy_str_t   description;
    policy_items_t permissions;        /* policy_doc_verdict_t */
    uint64_t       invite;
    uint64_t       idle_timeout;
    uint64_t       control;
} policy_doc_profile_t;

typedef struct {
    policy_ref_t         name;
    policy_refs_t        aliases;
    const policy_node_t *expression;   /* NULL: it was refused */
} policy_doc_rule_t;

typedef struct {
    uint64_t present;
    uint64_t valid_for;
    uint64_t uses;
    uint64_t bound_to;                 /* policy_bound_t - 1 */
    uint64_t opens_call;
    uint64_t channels;
    uint64_t terms;
    uint64_t idle_timeout;
} policy_doc_terms_t;

typedef struct {
    uint64_t mail;
    uint64_t phone;
    uint64_t name;
    uint64_t threshold;
} policy_doc_duplicates_t;

typedef struct {
    policy_ref_t  requires;
    policy_refs_t scope_groups;
    policy_refs_t shortcuts;
    policy_doc_duplicates_t duplicates;
    uint64_t      reason_required;
    uint64_t      max_duration;
    uint64_t      anonymous;
} policy_doc_assistance_t;

typedef struct {
    uint64_t                version;
    policy_items_t          permissions;
    policy_items_t          roles;
    policy_refs_t           guests;
    policy_items_t          profiles;
    policy_ref_t            fallback;  /* defaults.profile */
    policy_items_t          rules;
    policy_doc_terms_t      terms[POLICY_INVITATION_EXTERNAL];
    policy_doc_assistance_t assistance;
    policy_ref_t            licensed;  /* licences.regular */
    policy_ref_t            seated;    /* licences.seat */
    uint64_t                settings[POLICY_SETTINGS_COUNT];
} policy_doc_t;

/*
 * Fills `doc` from the tree; absent members get their shipped values.  Every
 * error goes to `errors`, and what is right is filled in nevertheless.
 * Returns POLICY_OK or POLICY_NO_MEMORY.
 */
policy_status_t policy_doc_read(const policy_node_t *root,
    policy_arena_t *arena, policy_doc_t *doc, policy_errors_t *errors)
    POLICY_USE_RESULT;

#pragma GCC visibility pop

#endif /* POLICY_DOC_INT_H */
