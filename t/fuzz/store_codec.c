/*
 * Any bytes as a value of a kind of record, whose number comes first: what
 * decodes must encode, and what was encoded must decode to the same bytes
 * again.
 */

#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/codec_int.h>
#include <lmdb_schema/limits.h>


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          len, again;
    uint8_t        *first, *second;
    store_any_t     any;
    store_slice_t   value;
    store_record_t  record;

    if (size == 0) {
        return 0;
    }

    record = (store_record_t) data[0];
    value.data = data + 1;
    value.len = size - 1;

    if (store_schema(record) == NULL
        || store_decode(record, value, &any) != STORE_OK)
    {
        return 0;
    }

    len = store_encoded_size(record, &any);

    if (len == 0 || len > STORE_LIMIT_VALUE) {
        abort();
    }

    first = malloc(len);
    second = malloc(len);

    if (first == NULL || second == NULL
        || store_encode(record, &any, first) != len)
    {
        abort();
    }

    value.data = first;
    value.len = len;

    if (store_decode(record, value, &any) != STORE_OK) {
        abort();
    }

    again = store_encoded_size(record, &any);

    if (again != len || store_encode(record, &any, second) != len
        || memcmp(first, second, len) != 0)
    {
        abort();
    }

    free(first);
    free(second);

    return 0;
}
