/*
 * Tables of members, and the walker that reads an object by one.
 */

#ifndef POLICY_SCHEMA_INT_H
#define POLICY_SCHEMA_INT_H

#include <policy/doc_int.h>

#pragma GCC visibility push(hidden)

typedef enum {
    POLICY_TYPE_TEXT = 0,              /* policy_str_t; max: bytes */
    POLICY_TYPE_NAME,                  /* policy_ref_t */
    POLICY_TYPE_NAMES,                 /* policy_refs_t; max: count */
    POLICY_TYPE_BOOL,
    POLICY_TYPE_NUMBER,                /* min to max */
    POLICY_TYPE_DURATION,              /* "60s"; min to max in ms */
    POLICY_TYPE_CHOICE,                /* one of words: its index */
    POLICY_TYPE_CHOICES,               /* list of words: 1 << index each */
    POLICY_TYPE_OBJECT,                /* shape, in place */
    POLICY_TYPE_LIST,                  /* policy_items_t of shape */
    POLICY_TYPE_MAP,                   /* the same, named by their keys */
    POLICY_TYPE_RULE                   /* policy_doc_rule_t */
} policy_type_t;

typedef struct policy_member_s policy_member_t;

/* What an element of a list or map, or an object, consists of. */
typedef struct {
    const policy_member_t *members;    /* ends with a NULL name */
    size_t                 size;
    const policy_member_t *plain;      /* elements are no objects but this */
    size_t                 present;    /* offset + 1 of a uint64_t: is there */
} policy_shape_t;

struct policy_member_s {
    const char           *name;
    policy_type_t         type;
    size_t                offset;
    bool                  required;
    uint64_t              initial;     /* when it is absent */
    uint64_t              min;
    uint64_t              max;
    const char           *zero;        /* word that stands for 0, or NULL */
    const char *const    *words;       /* ends with NULL */
    const policy_shape_t *shape;
};

extern const policy_shape_t policy_grammar;
extern const policy_shape_t policy_grammar_rule;

typedef struct {
    policy_arena_t  *arena;
    policy_errors_t *errors;
    bool             no_memory;
} policy_reader_t;

/* Reads `node` (NULL: absent) by `shape` into `out`. */
void policy_shape_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_shape_t *shape, void *out);

/* Reads one value by its member into out + offset.  False: refused. */
bool policy_value_read(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, void *out);

/* Says that `node` has the wrong type; always false. */
bool policy_type_refuse(policy_reader_t *reader, const policy_node_t *node,
    const policy_member_t *member, const char *wanted);

/* Checks the form of a name that the file gives to something. */
bool policy_name_check(policy_errors_t *errors, policy_place_t place,
    policy_str_t name);

#pragma GCC visibility pop

#endif /* POLICY_SCHEMA_INT_H */
