/*
 * JSON with comments, as a tree whose nodes know where they stand.
 */

#ifndef POLICY_JSON_INT_H
#define POLICY_JSON_INT_H

#include <policy/arena_int.h>
#include <policy/error_int.h>

#pragma GCC visibility push(hidden)

typedef enum {
    POLICY_JSON_NULL = 0,
    POLICY_JSON_BOOL,
    POLICY_JSON_NUMBER,                /* `text` as written */
    POLICY_JSON_STRING,
    POLICY_JSON_OBJECT,
    POLICY_JSON_ARRAY
} policy_json_type_t;

typedef struct policy_node_s policy_node_t;

struct policy_node_s {
    policy_json_type_t type;
    bool               truth;          /* of a BOOL */
    policy_place_t     place;
    policy_place_t     key_place;
    policy_str_t       key;            /* of a member of an OBJECT */
    policy_str_t       text;
    policy_node_t     *first;          /* children, in the order written */
    policy_node_t     *last;
    policy_node_t     *next;
    uint32_t           count;
};

/*
 * The tree lives in the arena, as its strings do.  POLICY_INVALID: the error
 * is in `errors`.  Duplicate keys are errors, each, but the tree is whole:
 * *root is set, so that more errors can be looked for.
 */
policy_status_t policy_json_parse(const char *text, size_t len,
    policy_arena_t *arena, policy_node_t **root, policy_errors_t *errors)
    POLICY_USE_RESULT;

/* Offset of the first byte that is not of UTF-8, or `len`. */
size_t policy_utf8_bad(const char *text, size_t len);

/*
 * Refuses, before the parser sees it, what the parser would let pass or
 * change: what is not UTF-8, NUL bytes, \u0000, surrogates without their
 * half, depth.
 */
policy_status_t policy_json_scan(const char *text, size_t len,
    policy_errors_t *errors) POLICY_USE_RESULT;

/* Whether it has no comments, which the parser lets pass. */
bool policy_json_plain(const char *json, size_t len);

/* Member of that name, or NULL. */
const policy_node_t *policy_json_member(const policy_node_t *object,
    const char *name);

/* "an object", "a string" ... for messages. */
const char *policy_json_type_name(policy_json_type_t type);

/* A position in a text that only moves forward. */
typedef struct {
    const char    *text;
    size_t         len;
    size_t         at;
    policy_place_t place;
} policy_cursor_t;

void policy_cursor_init(policy_cursor_t *cursor, const char *text,
    size_t len);
/* Moves to `at`, counting lines, and columns in characters. */
void policy_cursor_to(policy_cursor_t *cursor, size_t at);

#pragma GCC visibility pop

#endif /* POLICY_JSON_INT_H */
