/*
 * Results: one JSON object with --json, else lines of text.  A result is a
 * list of members; a member may be a list of items, each with members.  In
 * text a top member is a line, an item is a line of member=value.
 */

#ifndef CTL_PRINT_H
#define CTL_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include <lmdb_schema/store.h>

typedef struct {
    bool        json;
    bool        begun;                 /* the JSON object is open */
    bool        inside;                /* of a list */
    bool        more;                  /* a comma or blank is due */
    const char *only;                  /* in text: this member alone, bare */
} ctl_print_t;

#pragma GCC visibility push(hidden)

/* Prints nothing: what fails before its first member leaves no trace. */
void ctl_print_begin(ctl_print_t *out, bool json, const char *only);

/* Ends the result; the exit status: CTL_OK, or CTL_FAILURE when stdout could
   not be written. */
int ctl_print_end(ctl_print_t *out);

void ctl_print_text(ctl_print_t *out, const char *name, store_slice_t text);
void ctl_print_word(ctl_print_t *out, const char *name, const char *word);
void ctl_print_number(ctl_print_t *out, const char *name, uint64_t number);
void ctl_print_bool(ctl_print_t *out, const char *name, bool value);

/* None is null, in text it is left out. */
void ctl_print_id(ctl_print_t *out, const char *name, const store_id_t *id);
void ctl_print_time(ctl_print_t *out, const char *name, uint64_t ms);

/* BASE/j/TOKEN; a slash that ends the base is left out. */
void ctl_print_link(ctl_print_t *out, const char *name, const char *base,
    const char *token);

/* Comma-separated words as a list. */
void ctl_print_words(ctl_print_t *out, const char *name, store_slice_t words);

void ctl_print_list(ctl_print_t *out, const char *name);
void ctl_print_item(ctl_print_t *out);
void ctl_print_item_end(ctl_print_t *out);
void ctl_print_list_end(ctl_print_t *out);

#pragma GCC visibility pop

#endif /* CTL_PRINT_H */
