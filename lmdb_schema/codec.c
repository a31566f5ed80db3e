/* Values to records, by the table record.def. */

#include <string.h>

#include <lmdb_schema/codec_int.h>
#include <lmdb_schema/limits.h>


/* An event is hashed as it stands: one that is loaded from a dump must be
   what it was. */
#define VERSION(number)  ((number) == STORE_IS_event ? 1 : STORE_CODEC_VERSION)


#define STORE_RECORD(name, number, text) \
    static const store_field_t name##_fields[] = {
#define STORE_FIELD(name, tag, type, member, since, text) \
        { tag, STORE_TYPE_##type, offsetof(store_##name##_t, member), \
          #member },
#define STORE_END(name)  };
#include "record.def"
#undef STORE_RECORD
#undef STORE_FIELD
#undef STORE_END


/* Which field a tag is, counted from 1; 0: none that this version knows. */

#define STORE_RECORD(name, number, text)  enum { name##_before,
#define STORE_FIELD(name, tag, type, member, since, text)  name##_##member##_at,
#define STORE_END(name)  name##_end };
#include "record.def"
#undef STORE_RECORD
#undef STORE_FIELD
#undef STORE_END

#define STORE_RECORD(name, number, text) \
    static const uint8_t name##_tags[STORE_TAGS] = {
#define STORE_FIELD(name, tag, type, member, since, text) \
        [tag] = name##_##member##_at,
#define STORE_END(name)  };
#include "record.def"
#undef STORE_RECORD
#undef STORE_FIELD
#undef STORE_END


static const store_schema_t schemas[] = {
#define STORE_RECORD(name, number, text) \
    [number] = { #name, number, VERSION(number), sizeof(store_##name##_t), \
                 offsetof(store_##name##_t, rest), name##_fields, \
                 sizeof(name##_fields) / sizeof(name##_fields[0]), \
                 name##_tags },
#define STORE_FIELD(name, tag, type, member, since, text)
#define STORE_END(name)
#include "record.def"
#undef STORE_RECORD
#undef STORE_FIELD
#undef STORE_END
};


static bool read_field(const store_field_t *field, const uint8_t *data,
    size_t len, unsigned version, size_t before, void *out);
static bool read_number(const uint8_t *data, size_t len, size_t width,
    unsigned version, size_t before, uint64_t *out);


const store_schema_t *
store_schema(store_record_t record)
{
    size_t  n = (size_t) record;

    if (n >= sizeof(schemas) / sizeof(schemas[0]) || schemas[n].name == NULL) {
        return NULL;
    }

    return &schemas[n];
}


store_status_t
store_decode(store_record_t record, store_slice_t value, void *out)
{
    size_t                 left, len, size;
    uint8_t                tag;
    unsigned               version;
    uint64_t               seen, bit;
    store_head_t           head;
    store_slice_t         *rest;
    const uint8_t         *p;
    const store_field_t   *field;
    const store_schema_t  *schema = store_schema(record);

    memset(out, 0, schema->size);

    if (value.len == 0 || value.len > STORE_LIMIT_VALUE
        || value.data[0] == 0)
    {
        return STORE_CORRUPT;
    }

    version = value.data[0];

    if (version > schema->version) {
        return STORE_NEWER;
    }

    rest = (store_slice_t *) (void *) ((char *) out + schema->rest);
    p = value.data + 1;
    left = value.len - 1;
    seen = 0;

    for ( ; left != 0; p += size + len, left -= size + len) {

        if (version != 1 && left > 2 && p[1] != STORE_HEAD_LONG) {

            /* nearly every field is short, and costs no call */

            tag = p[0];
            len = p[1];
            size = 2;

            if (tag == 0 || len > left - 2) {
                goto corrupt;
            }

        } else {

            if (!store_read_head(p, left, version, &head)) {
                goto corrupt;
            }

            tag = head.tag;
            len = head.len;
            size = head.size;
        }

        field = store_field_of(schema, tag);

        if (field == NULL) {

            /* who wrote the older form had no field that is unknown here */

            if (version != schema->version) {
                goto corrupt;
            }

            if (rest->data == NULL) {
                /* up to the end: known fields in it are skipped on writing */
                rest->data = p;
                rest->len = left;
            }

            continue;
        }

        bit = UINT64_C(1) << tag;

        if ((seen & bit)
            || !read_field(field, p + size, len, version,
                           (size_t) (p - value.data), out))
        {
            goto corrupt;
        }

        seen |= bit;
    }

    return STORE_OK;

corrupt:

    memset(out, 0, schema->size);

    return STORE_CORRUPT;
}


bool
store_read_head(const uint8_t *data, size_t len, unsigned version,
    store_head_t *head)
{
    bool  wide;

    if (len < 2) {
        return false;
    }

    wide = version == 1 || data[1] == STORE_HEAD_LONG;

    head->tag = data[0];
    head->size = version == 1 ? 3 : wide ? 4 : 2;

    if (len < head->size) {
        return false;
    }

    head->len = wide ? (size_t) data[head->size - 2] << 8
                       | data[head->size - 1]
                     : data[1];

    return head->tag != 0 && head->len <= STORE_LIMIT_FIELD
           && head->len <= len - head->size
           && head->size == store_head_size(head->len, version);
}


const store_field_t *
store_field_of(const store_schema_t *schema, uint8_t tag)
{
    if (tag >= STORE_TAGS || schema->tags[tag] == 0) {
        return NULL;
    }

    return &schema->fields[schema->tags[tag] - 1];
}


static bool
read_field(const store_field_t *field, const uint8_t *data, size_t len,
    unsigned version, size_t before, void *out)
{
    void           *to = (char *) out + field->offset;
    uint32_t        u32;
    uint64_t        number;
    store_slice_t   slice;

    switch (field->type) {

    case STORE_TYPE_U8:
        if (!read_number(data, len, 1, version, before, &number)) {
            return false;
        }
        memcpy(to, data, 1);
        return true;

    case STORE_TYPE_U32:
        if (!read_number(data, len, 4, version, before, &number)) {
            return false;
        }
        u32 = (uint32_t) number;
        memcpy(to, &u32, 4);
        return true;

    case STORE_TYPE_U64:
        if (!read_number(data, len, 8, version, before, &number)) {
            return false;
        }
        memcpy(to, &number, 8);
        return true;

    case STORE_TYPE_ID:
        if (len != STORE_ID_LEN) {
            return false;
        }
        memcpy(to, data, STORE_ID_LEN);
        return true;

    case STORE_TYPE_TEXT:
    case STORE_TYPE_BYTES:
        slice.data = data;
        slice.len = len;
        memcpy(to, &slice, sizeof(slice));
        return true;
    }

    return false;
}


/* At its full width, or without leading zeros. */

/* `before` bytes of the value stand in front of `data`: with eight in reach
   one load has them all, and what is not of the number is masked. */

static bool
read_number(const uint8_t *data, size_t len, size_t width, unsigned version,
    size_t before, uint64_t *out)
{
    size_t  i;

    if (version == 1 ? len != width
                     : len == 0 || len > width || data[0] == 0)
    {
        return false;
    }

    if (before + len >= 8) {
        *out = store_get_u64(data + len - 8) & (UINT64_MAX >> (64 - 8 * len));
        return true;
    }

    *out = 0;

    for (i = 0; i < len; i++) {
        *out = *out << 8 | data[i];
    }

    return true;
}


void
store_put_u32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t) (v >> 24);
    p[1] = (uint8_t) (v >> 16);
    p[2] = (uint8_t) (v >> 8);
    p[3] = (uint8_t) v;
}


void
store_put_u64(uint8_t *p, uint64_t v)
{
    store_put_u32(p, (uint32_t) (v >> 32));
    store_put_u32(p + 4, (uint32_t) v);
}


uint32_t
store_get_u32(const uint8_t *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16
           | (uint32_t) p[2] << 8 | p[3];
}


uint64_t
store_get_u64(const uint8_t *p)
{
    return (uint64_t) store_get_u32(p) << 32 | store_get_u32(p + 4);
}
