/* Records to values. */

#include <string.h>

#include <lmdb_schema/codec_int.h>
#include <lmdb_schema/limits.h>


static size_t rest_size(const store_schema_t *schema, store_slice_t rest,
    uint8_t *out);
static size_t field_size(const store_field_t *field, const void *in,
    unsigned version);
static size_t number_size(uint64_t n, size_t width, unsigned version);
static uint64_t number_of(const store_field_t *field, const void *in);
static uint8_t *write_field(const store_field_t *field, const void *in,
    unsigned version, uint8_t *p);


size_t
store_encoded_size(store_record_t record, const void *in)
{
    size_t                 i, n, size;
    store_slice_t          rest;
    const store_schema_t  *schema = store_schema(record);

    size = 1;

    for (i = 0; i < schema->nfields; i++) {
        n = field_size(&schema->fields[i], in, schema->version);

        if (n > STORE_LIMIT_FIELD) {
            return 0;
        }

        size += n ? n + store_head_size(n, schema->version) : 0;
    }

    memcpy(&rest, (const char *) in + schema->rest, sizeof(rest));
    size += rest_size(schema, rest, NULL);

    return size > STORE_LIMIT_VALUE ? 0 : size;
}


size_t
store_encode(store_record_t record, const void *in, uint8_t *out)
{
    size_t                 i;
    uint8_t               *p;
    store_slice_t          rest;
    const store_schema_t  *schema = store_schema(record);

    p = out;
    *p++ = schema->version;

    for (i = 0; i < schema->nfields; i++) {
        p = write_field(&schema->fields[i], in, schema->version, p);
    }

    memcpy(&rest, (const char *) in + schema->rest, sizeof(rest));
    p += rest_size(schema, rest, p);

    return (size_t) (p - out);
}


size_t
store_head_size(size_t len, unsigned version)
{
    return version == 1 ? 3 : len < STORE_HEAD_LONG ? 2 : 4;
}


/* Fields of tags that are not known: their bytes, and put where they go. */

static size_t
rest_size(const store_schema_t *schema, store_slice_t rest, uint8_t *out)
{
    size_t        at, n, size;
    store_head_t  head;

    size = 0;

    for (at = 0; at < rest.len; at += n) {

        if (!store_read_head(rest.data + at, rest.len - at, schema->version,
                       &head)) {
            break;
        }

        n = head.size + head.len;

        if (store_field_of(schema, head.tag) != NULL) {
            continue;
        }

        if (out != NULL) {
            memcpy(out + size, rest.data + at, n);
        }

        size += n;
    }

    return size;
}


static size_t
field_size(const store_field_t *field, const void *in, unsigned version)
{
    const void     *from = (const char *) in + field->offset;
    store_slice_t   slice;

    switch (field->type) {

    case STORE_TYPE_U8:
        return *(const uint8_t *) from ? 1 : 0;

    case STORE_TYPE_U32:
        return number_size(number_of(field, in), 4, version);

    case STORE_TYPE_U64:
        return number_size(number_of(field, in), 8, version);

    case STORE_TYPE_ID:
        return store_id_none(from) ? 0 : STORE_ID_LEN;

    case STORE_TYPE_TEXT:
    case STORE_TYPE_BYTES:
        memcpy(&slice, from, sizeof(slice));
        return slice.len;
    }

    return 0;
}


static size_t
number_size(uint64_t n, size_t width, unsigned version)
{
    size_t  size;

    if (n == 0 || version == 1) {
        return n ? width : 0;
    }

    for (size = 1; n > UINT8_MAX; size++) {
        n >>= 8;
    }

    return size;
}


static uint64_t
number_of(const store_field_t *field, const void *in)
{
    uint32_t     u32;
    uint64_t     u64;
    const void  *from = (const char *) in + field->offset;

    if (field->type == STORE_TYPE_U32) {
        memcpy(&u32, from, 4);
        return u32;
    }

    memcpy(&u64, from, 8);

    return u64;
}


static uint8_t *
write_field(const store_field_t *field, const void *in, unsigned version,
    uint8_t *p)
{
    size_t          i, len;
    uint64_t        number;
    const void     *from = (const char *) in + field->offset;
    store_slice_t   slice;

    len = field_size(field, in, version);

    if (len == 0) {
        return p;
    }

    *p++ = field->tag;

    if (store_head_size(len, version) == 4) {
        *p++ = STORE_HEAD_LONG;
    }

    if (store_head_size(len, version) != 2) {
        *p++ = (uint8_t) (len >> 8);
    }

    *p++ = (uint8_t) len;

    switch (field->type) {

    case STORE_TYPE_U32:
    case STORE_TYPE_U64:
        number = number_of(field, in);

        for (i = len; i-- > 0; number >>= 8) {
            p[i] = (uint8_t) number;
        }

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
