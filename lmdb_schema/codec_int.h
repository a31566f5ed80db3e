/*
 * Values: a version byte, then fields of tag, length and that many bytes.  A
 * length takes one byte, or, from 255 on, three: ff and two, big-endian.
 * Integers are big-endian without leading zeros; a field that is zero or
 * empty is left out.  Tags that this version does not know are kept in `rest`
 * and written back.
 *
 * An account named "acme" with one user, made at 1700000000000:
 *
 *     02                                      version 2
 *     01 0c 00a1a2a3a4a5a6a7a8a9aaab          id
 *     02 04 61636d65                          name "acme"
 *     04 01 01                                users 1
 *     06 06 018bcfe56800                      created
 *
 * Version 1 is what stores before schema 3 hold, and events, which are hashed
 * as they stand, always: a length takes two bytes, and an integer has its
 * full width.
 *
 *     04 0004 00000001                        users 1
 */

#ifndef STORE_CODEC_INT_H
#define STORE_CODEC_INT_H

#include <lmdb_schema/store.h>

#define STORE_CODEC_VERSION  2
#define STORE_HEAD_LONG      255       /* the length follows in two bytes */

#define STORE_TAGS           64        /* tags of fields are below this */

typedef enum {
    STORE_TYPE_U8, STORE_TYPE_U32, STORE_TYPE_U64, STORE_TYPE_ID,
    STORE_TYPE_TEXT, STORE_TYPE_BYTES
} store_type_t;

typedef struct {
    uint8_t      tag;
    store_type_t type;
    size_t       offset;
    const char  *name;
} store_field_t;

/* One kind of record, as record.def declares it. */
typedef struct {
    const char          *name;
    uint8_t              number;
    uint8_t              version;      /* in which it is written */
    size_t               size;         /* of the struct */
    size_t               rest;         /* offset of `rest` */
    const store_field_t *fields;
    size_t               nfields;
    const uint8_t       *tags;         /* tag -> field, from 1; STORE_TAGS */
} store_schema_t;

/* Numbers of record.def. */
typedef enum {
#define STORE_RECORD(name, number, text)  STORE_IS_##name = number,
#define STORE_FIELD(name, tag, type, member, since, text)
#define STORE_END(name)
#include "record.def"
#undef STORE_RECORD
#undef STORE_FIELD
#undef STORE_END
    STORE_IS_end
} store_record_t;

/* Room for any record, aligned. */
typedef union {
#define STORE_RECORD(name, number, text)  store_##name##_t name;
#define STORE_FIELD(name, tag, type, member, since, text)
#define STORE_END(name)
#include "record.def"
#undef STORE_RECORD
#undef STORE_FIELD
#undef STORE_END
} store_any_t;

#pragma GCC visibility push(hidden)

/* NULL for a number that is none. */
const store_schema_t *store_schema(store_record_t record);

/*
 * Fills the struct; its slices point into `value`.  STORE_CORRUPT for
 * anything cut short, left over, doubled or of the wrong width, STORE_NEWER
 * for a version that is not ours; the struct is then zeroed.
 */
store_status_t store_decode(store_record_t record, store_slice_t value,
    void *out) STORE_USE_RESULT;

/* Bytes that the record needs, 0 when it is over a ceiling. */
size_t store_encoded_size(store_record_t record, const void *in);

/* `out` has room for store_encoded_size bytes; returns what was written. */
size_t store_encode(store_record_t record, const void *in, uint8_t *out);

/* A field's head, as it was read; false when the field is not whole. */
typedef struct {
    uint8_t tag;
    size_t  size;                      /* of the head */
    size_t  len;                       /* of what follows */
} store_head_t;

bool store_read_head(const uint8_t *data, size_t len, unsigned version,
    store_head_t *head);
size_t store_head_size(size_t len, unsigned version);

/* NULL for a tag that is not known. */
const store_field_t *store_field_of(const store_schema_t *schema,
    uint8_t tag);

void store_put_u32(uint8_t *p, uint32_t v);
void store_put_u64(uint8_t *p, uint64_t v);
uint32_t store_get_u32(const uint8_t *p);
uint64_t store_get_u64(const uint8_t *p);

#pragma GCC visibility pop

#endif /* STORE_CODEC_INT_H */
