/* Typed keys. */

#include <string.h>

#include <lmdb_schema/codec_int.h>
#include <lmdb_schema/key_int.h>


#define NAME_PLAIN  45
#define NAME_HEAD   14


void
store_key(store_key_t *key, store_key_class_t key_class)
{
    key->len = 1;
    key->data[0] = (uint8_t) key_class;
}


void
store_key_bytes(store_key_t *key, const void *data, size_t len)
{
    if (key->len > STORE_LIMIT_KEY || len > STORE_LIMIT_KEY - key->len) {
        key->len = STORE_LIMIT_KEY + 1;
        return;
    }

    if (len != 0) {
        memcpy(key->data + key->len, data, len);
        key->len += len;
    }
}


void
store_key_u8(store_key_t *key, uint8_t v)
{
    store_key_bytes(key, &v, 1);
}


void
store_key_u64(store_key_t *key, uint64_t v)
{
    uint8_t  b[8];

    store_put_u64(b, v);
    store_key_bytes(key, b, sizeof(b));
}


void
store_key_id(store_key_t *key, const store_id_t *id)
{
    store_key_bytes(key, id->b, STORE_ID_LEN);
}


void
store_key_name(store_key_t *key, store_slice_t name, store_sha256_pt sha256)
{
    uint8_t  hash[STORE_HASH_LEN];

    if (name.len <= NAME_PLAIN) {
        store_key_bytes(key, name.data, name.len);
        return;
    }

    if (sha256 == NULL || sha256(name.data, name.len, hash) != 0) {
        key->len = STORE_LIMIT_KEY + 1;
        return;
    }

    store_key_bytes(key, name.data, NAME_HEAD);
    store_key_bytes(key, hash, sizeof(hash));
}


bool
store_key_good(const store_key_t *key)
{
    return key->len <= STORE_LIMIT_KEY;
}


store_slice_t
store_key_slice(const store_key_t *key)
{
    store_slice_t  slice;

    slice.data = key->data;
    slice.len = key->len;

    return slice;
}


bool
store_key_prefix(const store_key_t *prefix, store_slice_t key)
{
    return key.len >= prefix->len
           && memcmp(key.data, prefix->data, prefix->len) == 0;
}


bool
store_key_tail(store_slice_t key, store_id_t *id)
{
    if (key.len < STORE_ID_LEN) {
        return false;
    }

    memcpy(id->b, key.data + key.len - STORE_ID_LEN, STORE_ID_LEN);

    return true;
}
