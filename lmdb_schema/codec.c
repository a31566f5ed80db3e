/* Records to values and back, by the table record.def. */

#include <string.h>

#include <lmdb_schema/codec_int.h>
#include <lmdb_schema/limits.h>


#define HEAD  3                        /* tag and length of a field */


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
    [number] = { #name, number, sizeof(store_##name##_t), \
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


static const store_field_t *field_of(const store_schema_t *schema,
    uint8_t tag);
static bool read_field(const store_field_t *field, const uint8_t *data,
    size_t len, void *out);
static size_t field_size(const store_field_t *field, const void *in);
static uint8_t *write_field(const store_field_t *field, const void *in,
    uint8_t *p);


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
    size_t                 len;
    uint64_t               seen, bit;
    store_slice_t         *rest;
    const uint8_t         *p, *end;
    const store_field_t   *field;
    const store_schema_t  *schema = store_schema(record);

    memset(out, 0, schema->size);

    if (value.len == 0 || value.len > STORE_LIMIT_VALUE
        || value.data[0] == 0)
    {
        return STORE_CORRUPT;
    }

    if (value.data[0] != STORE_CODEC_VERSION) {
        return STORE_NEWER;
    }

    rest = (store_slice_t *) (void *) ((char *) out + schema->rest);
    end = value.data + value.len;
    seen = 0;

    for (p = value.data + 1; p < end; p += HEAD + len) {

        if (end - p < HEAD) {
            goto corrupt;
        }

        len = (size_t) p[1] << 8 | p[2];

        if (p[0] == 0 || len > STORE_LIMIT_FIELD
            || len > (size_t) (end - p) - HEAD)
        {
            goto corrupt;
        }

        field = field_of(schema, p[0]);

        if (field == NULL) {
            if (rest->data == NULL) {
                /* up to the end: known fields in it are skipped on writing */
                rest->data = p;
                rest->len = (size_t) (end - p);
            }

            continue;
        }

        bit = UINT64_C(1) << p[0];

        if ((seen & bit) || !read_field(field, p + HEAD, len, out)) {
            goto corrupt;
        }

        seen |= bit;
    }

    return STORE_OK;

corrupt:

    memset(out, 0, schema->size);

    return STORE_CORRUPT;
}


size_t
store_encoded_size(store_record_t record, const void *in)
{
    size_t                 i, n, size, len, at;
    const store_slice_t   *rest;
    const store_schema_t  *schema = store_schema(record);

    size = 1;

    for (i = 0; i < schema->nfields; i++) {
        n = field_size(&schema->fields[i], in);

        if (n > STORE_LIMIT_FIELD) {
            return 0;
        }

        size += n ? n + HEAD : 0;
    }

    rest = (const store_slice_t *) (const void *)
               ((const char *) in + schema->rest);

    for (at = 0; at < rest->len; at += HEAD + len) {
        len = (size_t) rest->data[at + 1] << 8 | rest->data[at + 2];

        if (field_of(schema, rest->data[at]) == NULL) {
            size += HEAD + len;
        }
    }

    return size > STORE_LIMIT_VALUE ? 0 : size;
}


size_t
store_encode(store_record_t record, const void *in, uint8_t *out)
{
    size_t                 i, len, at;
    uint8_t               *p;
    const store_slice_t   *rest;
    const store_schema_t  *schema = store_schema(record);

    p = out;
    *p++ = STORE_CODEC_VERSION;

    for (i = 0; i < schema->nfields; i++) {
        p = write_field(&schema->fields[i], in, p);
    }

    rest = (const store_slice_t *) (const void *)
               ((const char *) in + schema->rest);

    for (at = 0; at < rest->len; at += HEAD + len) {
        len = (size_t) rest->data[at + 1] << 8 | rest->data[at + 2];

        if (field_of(schema, rest->data[at]) == NULL) {
            memcpy(p, rest->data + at, HEAD + len);
            p += HEAD + len;
        }
    }

    return (size_t) (p - out);
}


static const store_field_t *
field_of(const store_schema_t *schema, uint8_t tag)
{
    if (tag >= STORE_TAGS || schema->tags[tag] == 0) {
        return NULL;
    }

    return &schema->fields[schema->tags[tag] - 1];
}


static bool
read_field(const store_field_t *field, const uint8_t *data, size_t len,
    void *out)
{
    void           *to = (char *) out + field->offset;
    uint32_t        u32;
    uint64_t        u64;
    store_slice_t   slice;

    switch (field->type) {

    case STORE_TYPE_U8:
        if (len != 1) {
            return false;
        }
        memcpy(to, data, 1);
        return true;

    case STORE_TYPE_U32:
        if (len != 4) {
            return false;
        }
        u32 = store_get_u32(data);
        memcpy(to, &u32, 4);
        return true;

    case STORE_TYPE_U64:
        if (len != 8) {
            return false;
        }
        u64 = store_get_u64(data);
        memcpy(to, &u64, 8);
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


static size_t
field_size(const store_field_t *field, const void *in)
{
    uint32_t        u32;
    uint64_t        u64;
    const void     *from = (const char *) in + field->offset;
    store_slice_t   slice;

    switch (field->type) {

    case STORE_TYPE_U8:
        return *(const uint8_t *) from ? 1 : 0;

    case STORE_TYPE_U32:
        memcpy(&u32, from, 4);
        return u32 ? 4 : 0;

    case STORE_TYPE_U64:
        memcpy(&u64, from, 8);
        return u64 ? 8 : 0;

    case STORE_TYPE_ID:
        return store_id_none(from) ? 0 : STORE_ID_LEN;

    case STORE_TYPE_TEXT:
    case STORE_TYPE_BYTES:
        memcpy(&slice, from, sizeof(slice));
        return slice.len;
    }

    return 0;
}


static uint8_t *
write_field(const store_field_t *field, const void *in, uint8_t *p)
{
    size_t          len;
    uint32_t        u32;
    uint64_t        u64;
    const void     *from = (const char *) in + field->offset;
    store_slice_t   slice;

    len = field_size(field, in);

    if (len == 0) {
        return p;
    }

    *p++ = field->tag;
    *p++ = (uint8_t) (len >> 8);
    *p++ = (uint8_t) len;

    switch (field->type) {

    case STORE_TYPE_U32:
        memcpy(&u32, from, 4);
        store_put_u32(p, u32);
        break;

    case STORE_TYPE_U64:
        memcpy(&u64, from, 8);
        store_put_u64(p, u64);
        break;

    case STORE_TYPE_U8:
    case STORE_TYPE_ID:
        memcpy(p, from, len);
        break;

    case STORE_TYPE_TEXT:
    case STORE_TYPE_BYTES:
        memcpy(&slice, from, sizeof(slice));
        memcpy(p, slice.data, len);
        break;
    }

    return p + len;
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
