/*
 * Any bytes as the lines of a dump: taken into a transaction that is thrown
 * away.  Whatever is accepted is a record that decodes again.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb_schema/dump_int.h>
#include <lmdb_schema/lmdb_int.h>


static char          folder[64];
static store_env_t  *env;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static int
digest(const void *data, size_t len, uint8_t out[STORE_HASH_LEN])
{
    size_t  i;

    memset(out, 0, STORE_HASH_LEN);

    for (i = 0; i < len; i++) {
        out[i % STORE_HASH_LEN] ^= ((const uint8_t *) data)[i];
    }

    return 0;
}


static void
tidy(void)
{
    char  file[96];

    store_close(env);
    (void) snprintf(file, sizeof(file), "%s/data.mdb", folder);
    (void) unlink(file);
    (void) snprintf(file, sizeof(file), "%s/lock.mdb", folder);
    (void) unlink(file);
    (void) rmdir(folder);
}


static void
open_once(void)
{
    store_error_t    error;
    store_options_t  options;

    if (env != NULL) {
        return;
    }

    (void) strcpy(folder, "/tmp/xassist-fuzz-XXXXXX");
    memset(&options, 0, sizeof(options));
    options.path = folder;
    options.max = 64 << 20;
    options.sha256 = digest;
    options.create = true;

    if (mkdtemp(folder) == NULL
        || store_open(&options, &env, &error) != STORE_OK)
    {
        abort();
    }

    (void) atexit(tidy);
}


/* What was put must come out. */

static void
look(store_view_t *view)
{
    store_any_t     any;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_record_t  record;

    store_walk_all(&walk);

    while (store_walk_next(view, &walk, &key, &value) == STORE_OK) {
        record = store_record_of(key.data[0]);

        if (record != STORE_IS_end
            && store_decode(record, value, &any) != STORE_OK)
        {
            abort();
        }
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           at, n;
    store_load_t     load;
    const uint8_t   *end;
    store_error_t    error;
    store_status_t   rc;

    open_once();
    memset(&load, 0, sizeof(load));
    load.env = env;
    load.index = store_sorter_new(folder, 1 << 16);

    if (load.index == NULL || store_load_begin(&load) != STORE_OK) {
        abort();
    }

    rc = STORE_OK;

    for (at = 0; rc == STORE_OK && at < size; at += n) {
        end = memchr(data + at, '\n', size - at);
        n = end ? (size_t) (end - data) - at + 1 : size - at;
        rc = store_load_line(&load, (const char *) data + at, n, &error);
    }

    look(load.view);
    store_write_abort(env);
    store_sorter_free(load.index);

    return 0;
}
