/*
 * Growing sections, and their joining to one block.
 */

#include <stdlib.h>
#include <string.h>

#include <policy/writer_int.h>


/* An image must stay addressable by 32-bit offsets. */
#define POLICY_IMAGE_MAX   (1u << 30)
#define POLICY_SEED_TRIES  64u


static bool policy_writer_room(policy_writer_t *writer,
    policy_section_t section, size_t words);
static bool policy_writer_place(policy_writer_t *writer, unsigned table,
    uint32_t seed, uint32_t size);
static policy_str_t policy_writer_name(const policy_writer_t *writer,
    const uint32_t *record);


void
policy_writer_init(policy_writer_t *writer)
{
    memset(writer, 0, sizeof(*writer));
}


void
policy_writer_free(policy_writer_t *writer)
{
    size_t  i;

    for (i = 0; i < POLICY_SECTIONS; i++) {
        free(writer->sections[i].words);
    }

    policy_writer_init(writer);
}


uint32_t
policy_writer_count(const policy_writer_t *writer, policy_section_t section)
{
    size_t  words;

    words = policy_sections[section].words;

    return (uint32_t) (writer->sections[section].count
                       / (words == 0 ? 1 : words));
}


void
policy_writer_put(policy_writer_t *writer, policy_section_t section,
    const uint32_t *words, size_t n)
{
    policy_growing_t  *growing;

    if (n == 0 || !policy_writer_room(writer, section, n)) {
        return;
    }

    growing = &writer->sections[section];
    memcpy(growing->words + growing->count, words, n * sizeof(uint32_t));
    growing->count += n;
}


void
policy_writer_word(policy_writer_t *writer, policy_section_t section,
    uint32_t word)
{
    policy_writer_put(writer, section, &word, 1);
}


void
policy_writer_word64(policy_writer_t *writer, policy_section_t section,
    uint64_t value)
{
    policy_writer_word(writer, section, (uint32_t) value);
    policy_writer_word(writer, section, (uint32_t) (value >> 32));
}


void
policy_writer_text(policy_writer_t *writer, policy_section_t section,
    policy_str_t text)
{
    size_t             words;
    policy_growing_t  *bytes;

    bytes = &writer->sections[POLICY_TEXT];
    words = text.len / sizeof(uint32_t) + 2;

    if (!policy_writer_room(writer, POLICY_TEXT, words)) {
        return;
    }

    policy_writer_word(writer, section, (uint32_t) bytes->count);
    policy_writer_word(writer, section, (uint32_t) text.len);

    if (text.len != 0) {
        memcpy((char *) bytes->words + bytes->count, text.data, text.len);
        bytes->count += text.len;
    }
}


void
policy_writer_set(policy_writer_t *writer, policy_section_t section,
    const policy_set_t *set)
{
    policy_writer_word64(writer, section, set->mask);
    policy_writer_word(writer, section, set->first);
}


uint32_t
policy_writer_buckets(policy_writer_t *writer, unsigned table)
{
    uint32_t           size, names, seed, grown;
    policy_growing_t  *buckets;

    names = policy_writer_count(writer, POLICY_RULE_NAMES + table);
    buckets = &writer->sections[POLICY_RULE_BUCKETS + table];

    size = 8;
    while (size < 2 * names) {
        size *= 2;
    }

    for (grown = 0; grown < 4 && writer->status == POLICY_OK; grown++) {

        if (!policy_writer_room(writer, POLICY_RULE_BUCKETS + table, size)) {
            return 0;
        }

        for (seed = 1; seed <= POLICY_SEED_TRIES; seed++) {
            if (policy_writer_place(writer, table, seed, size)) {
                buckets->count = size;
                return seed;
            }
        }

        size *= 2;
    }

    if (writer->status == POLICY_OK) {
        writer->status = POLICY_TOO_BIG;
    }

    return 0;
}


policy_status_t
policy_writer_join(const policy_writer_t *writer, const uint8_t digest[32],
    policy_image_t *image)
{
    size_t                   i, size, bytes[POLICY_SECTIONS];
    uint8_t                 *base;
    uint32_t                *header;
    const policy_growing_t  *growing;

    if (writer->status != POLICY_OK) {
        return writer->status;
    }

    size = POLICY_IMAGE_HEADER;

    for (i = 0; i < POLICY_SECTIONS; i++) {
        growing = &writer->sections[i];
        bytes[i] = i == POLICY_TEXT ? growing->count
                                    : growing->count * sizeof(uint32_t);
        size += (bytes[i] + 3) & ~(size_t) 3;
    }

    size = (size + 7) & ~(size_t) 7;

    if (size > POLICY_IMAGE_MAX) {
        return POLICY_TOO_BIG;
    }

    base = calloc(1, size);
    if (base == NULL) {
        return POLICY_NO_MEMORY;
    }

    header = (uint32_t *) (void *) base;
    header[0] = POLICY_IMAGE_MAGIC;
    header[1] = (uint32_t) size;
    memcpy(header + POLICY_IMAGE_DIGEST, digest, 32);

    image->base = base;
    image->size = size;
    image->generation = 0;

    size = POLICY_IMAGE_HEADER;

    for (i = 0; i < POLICY_SECTIONS; i++) {
        header[POLICY_IMAGE_TABLE + 2 * i] = (uint32_t) size;
        header[POLICY_IMAGE_TABLE + 2 * i + 1] =
            policy_writer_count(writer, (policy_section_t) i);

        if (bytes[i] != 0) {
            memcpy(base + size, writer->sections[i].words, bytes[i]);
        }
        size += (bytes[i] + 3) & ~(size_t) 3;
    }

    return POLICY_OK;
}


static bool
policy_writer_room(policy_writer_t *writer, policy_section_t section,
    size_t words)
{
    size_t             used, capacity;
    uint32_t          *grown;
    policy_growing_t  *growing;

    if (writer->status != POLICY_OK) {
        return false;
    }

    growing = &writer->sections[section];
    used = section == POLICY_TEXT ? growing->count / sizeof(uint32_t) + 1
                                  : growing->count;

    if (used + words <= growing->capacity) {
        return true;
    }

    capacity = growing->capacity < 64 ? 64 : growing->capacity * 2;
    while (capacity < used + words) {
        capacity *= 2;
    }

    if (capacity > POLICY_IMAGE_MAX / sizeof(uint32_t)) {
        writer->status = POLICY_TOO_BIG;
        return false;
    }

    grown = realloc(growing->words, capacity * sizeof(uint32_t));
    if (grown == NULL) {
        writer->status = POLICY_NO_MEMORY;
        return false;
    }

    growing->words = grown;
    growing->capacity = capacity;

    return true;
}


static bool
policy_writer_place(policy_writer_t *writer, unsigned table, uint32_t seed,
    uint32_t size)
{
    uint32_t  i, k, hash, names, stride, *record, *buckets;

    names = policy_writer_count(writer, POLICY_RULE_NAMES + table);
    stride = policy_sections[POLICY_RULE_NAMES + table].words;
    buckets = writer->sections[POLICY_RULE_BUCKETS + table].words;

    memset(buckets, 0, size * sizeof(uint32_t));

    for (i = 0; i < names; i++) {
        record = writer->sections[POLICY_RULE_NAMES + table].words
                 + (size_t) i * stride;
        hash = policy_name_hash(seed, policy_writer_name(writer, record));
        record[POLICY_NAME_HASH] = hash;

        for (k = 0; k < POLICY_MAX_PROBES; k++) {
            if (buckets[(hash + k) & (size - 1)] == 0) {
                buckets[(hash + k) & (size - 1)] = i + 1;
                break;
            }
        }

        if (k == POLICY_MAX_PROBES) {
            return false;
        }
    }

    return true;
}


static policy_str_t
policy_writer_name(const policy_writer_t *writer, const uint32_t *record)
{
    policy_str_t  name;

    name.data = (const char *) writer->sections[POLICY_TEXT].words
                + record[POLICY_NAME_TEXT];
    name.len = record[POLICY_NAME_TEXT + 1];

    return name;
}
