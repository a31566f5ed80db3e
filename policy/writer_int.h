/*
 * The sections of an image while they grow, and their joining.
 */

#ifndef POLICY_WRITER_INT_H
#define POLICY_WRITER_INT_H

#include <policy/image_int.h>

#pragma GCC visibility push(hidden)

typedef struct {
    uint32_t *words;
    size_t    count;                   /* words; of TEXT: bytes */
    size_t    capacity;                /* words */
} policy_growing_t;

/* The first failure stays and makes every later call do nothing. */
typedef struct {
    policy_growing_t sections[POLICY_SECTIONS];
    policy_status_t  status;
} policy_writer_t;

void policy_writer_init(policy_writer_t *writer);
void policy_writer_free(policy_writer_t *writer);

/* Records in a section so far. */
uint32_t policy_writer_count(const policy_writer_t *writer,
    policy_section_t section);

/* Appends n words. */
void policy_writer_put(policy_writer_t *writer, policy_section_t section,
    const uint32_t *words, size_t n);
void policy_writer_word(policy_writer_t *writer, policy_section_t section,
    uint32_t word);
void policy_writer_word64(policy_writer_t *writer, policy_section_t section,
    uint64_t value);

/* Appends a text's offset and length, and the text to TEXT. */
void policy_writer_text(policy_writer_t *writer, policy_section_t section,
    policy_str_t text);

void policy_writer_set(policy_writer_t *writer, policy_section_t section,
    const policy_set_t *set);

/*
 * Fills the buckets of name table 0, 1 or 2 from the records of its names
 * and returns the seed.  The hash words of the records are filled in.
 */
uint32_t policy_writer_buckets(policy_writer_t *writer, unsigned table);

/* The image, malloc'ed. */
policy_status_t policy_writer_join(const policy_writer_t *writer,
    const uint8_t digest[32], policy_image_t *image) POLICY_USE_RESULT;

#pragma GCC visibility pop

#endif /* POLICY_WRITER_INT_H */
