/* What a load puts: records as they come, their index keys at its end. */

#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/dump_int.h>
#include <lmdb_schema/lmdb_int.h>


#define STEP  16384                    /* index keys in one commit */


store_status_t
store_load_sorter(store_load_t *load)
{
    size_t       len;
    const char  *file = store_data_file(load->env);

    len = (size_t) (strrchr(file, '/') - file);
    load->folder = malloc(len + 1);

    if (load->folder == NULL) {
        return STORE_NO_MEMORY;
    }

    memcpy(load->folder, file, len);
    load->folder[len] = '\0';
    load->index = store_sorter_new(load->folder, STORE_SORTER_ROOM);

    return load->index ? STORE_OK : STORE_NO_MEMORY;
}


/* Its index keys come at the end, in their order. */

store_status_t
store_load_record(store_load_t *load, store_record_t record,
    const store_any_t *any, const store_key_t *key)
{
    size_t           i, n;
    uint8_t         *bytes;
    store_slice_t    value, id;
    store_status_t   rc;
    store_derived_t  derived[STORE_DERIVED_MAX];

    bytes = store_arena_take(load->view->arena,
                             store_encoded_size(record, any));

    if (bytes == NULL) {
        return STORE_NO_MEMORY;
    }

    value.data = bytes;
    value.len = store_encode(record, any, bytes);
    rc = store_load_put(load, store_key_slice(key), value);
    n = store_derive(record, any, load->view->sha256, derived);

    for (i = 0; rc == STORE_OK && i < n; i++) {
        id.data = derived[i].id.b;
        id.len = derived[i].valued ? STORE_ID_LEN : 0;

        /* a browser's key is of its newer session once one has ended */

        rc = !store_key_good(&derived[i].key)
             ? STORE_INVALID
             : store_sorter_add(load->index,
                                store_key_slice(&derived[i].key), id,
                                record != STORE_IS_session
                                || any->session.ended == 0);
    }

    return rc;
}


store_status_t
store_load_put(store_load_t *load, store_slice_t key, store_slice_t value)
{
    return store_table_append(store_view_txn(load->view), key, value);
}


store_status_t
store_load_index(store_load_t *load,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data)
{
    uint64_t        n;
    store_slice_t   key, value;
    store_status_t  rc;

    for (n = 0; ; n++) {

        if (n % STEP == 0) {
            if (progress != NULL) {
                progress(data, n, store_sorter_count(load->index));
            }

            rc = store_load_commit(load);

            if (rc == STORE_OK) {
                rc = store_load_begin(load);
            }

            if (rc != STORE_OK) {
                return rc;
            }
        }

        rc = store_sorter_next(load->index, &key, &value);

        if (rc == STORE_NOT_FOUND) {
            return store_load_commit(load);
        }

        if (rc == STORE_OK) {
            rc = store_table_append(store_view_txn(load->view), key, value);
        }

        if (rc != STORE_OK) {
            return rc;
        }
    }
}
