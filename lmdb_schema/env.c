/* The environment: opening, checking the schema, figures. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lmdb_schema/lmdb_int.h>
#include <lmdb_schema/limits.h>


#define DATA_FILE  "/data.mdb"


static store_status_t prepare(const store_options_t *options,
    store_env_t *env, store_error_t *error);
static store_status_t open_env(const store_options_t *options,
    store_env_t *env, store_error_t *error);
static store_status_t check_schema(const store_options_t *options,
    store_env_t *env, store_error_t *error);
static store_status_t read_schema(store_env_t *env, uint32_t *version,
    bool *empty);
static store_status_t fail(store_error_t *error, store_status_t code,
    const char *path, const char *what, const char *advice);


store_status_t
store_open(const store_options_t *options, store_env_t **out,
    store_error_t *error)
{
    size_t           len;
    store_env_t     *env;
    store_status_t   rc;

    *out = NULL;
    error->code = STORE_OK;
    error->text[0] = '\0';

    if (options->path == NULL || options->path[0] == '\0'
        || (options->sha256 == NULL && !options->read_only))
    {
        return fail(error, STORE_INVALID, "store", "has no path or hash", "");
    }

    env = calloc(1, sizeof(*env));

    if (env == NULL) {
        return fail(error, STORE_NO_MEMORY, options->path, "out of memory",
                    "");
    }

    len = strlen(options->path);
    env->data_file = malloc(len + sizeof(DATA_FILE));

    if (env->data_file == NULL) {
        free(env);
        return fail(error, STORE_NO_MEMORY, options->path, "out of memory",
                    "");
    }

    memcpy(env->data_file, options->path, len);
    memcpy(env->data_file + len, DATA_FILE, sizeof(DATA_FILE));

    env->sha256 = options->sha256;
    env->read_only = options->read_only;

    rc = prepare(options, env, error);

    if (rc == STORE_OK) {
        rc = open_env(options, env, error);
    }

    if (rc == STORE_OK) {
        rc = check_schema(options, env, error);
    }

    if (rc != STORE_OK) {
        store_close(env);
        return rc;
    }

    *out = env;

    return STORE_OK;
}


void
store_close(store_env_t *env)
{
    if (env == NULL) {
        return;
    }

    if (env->env != NULL) {
        mdb_env_close(env->env);
    }

    store_arena_free(&env->arena);
    free(env->data_file);
    free(env);
}


store_status_t
store_adopt_size(store_env_t *env)
{
    env->moved++;

    return store_lmdb_status(mdb_env_set_mapsize(env->env, 0));
}


uint64_t
store_txnid(store_env_t *env)
{
    MDB_envinfo  info;

    if (mdb_env_info(env->env, &info) != 0) {
        return 0;
    }

    return info.me_last_txnid;
}


const char *
store_data_file(store_env_t *env)
{
    return env->data_file;
}


store_status_t
store_stat(store_env_t *env, store_stat_t *out)
{
    int             rc;
    MDB_stat        stat;
    MDB_envinfo     info;
    store_txn_t    *txn;
    store_status_t  status;

    memset(out, 0, sizeof(*out));

    rc = mdb_env_info(env->env, &info);

    if (rc == 0) {
        rc = mdb_env_stat(env->env, &stat);
    }

    if (rc != 0) {
        return store_lmdb_status(rc);
    }

    out->txnid = info.me_last_txnid;
    out->map_bytes = info.me_mapsize;
    out->used_bytes = (info.me_last_pgno + 1) * (uint64_t) stat.ms_psize;
    out->readers = info.me_numreaders;
    out->readers_max = info.me_maxreaders;

    status = store_read_new(env, &txn);

    if (status != STORE_OK) {
        return status;
    }

    status = store_read_renew(txn);

    if (status == STORE_OK) {
        status = store_log_last(txn, &out->log_last);
    }

    if (status == STORE_OK) {
        status = store_table_entries(txn, &out->entries);
    }

    store_read_free(txn);

    return status;
}


store_status_t
store_env_hurry(store_env_t *env, bool on)
{
    int  rc;

    rc = mdb_env_set_flags(env->env, MDB_NOSYNC, on);

    if (rc == 0 && !on) {
        rc = mdb_env_sync(env->env, 1);
    }

    return store_lmdb_status(rc);
}


store_status_t
store_env_copy(store_env_t *env, int fd)
{
    return store_lmdb_status(mdb_env_copyfd2(env->env, fd, MDB_CP_COMPACT));
}


store_status_t
store_file_copy(const char *folder, int fd)
{
    int       rc;
    MDB_env  *env;

    rc = mdb_env_create(&env);

    if (rc != 0) {
        return store_lmdb_status(rc);
    }

    rc = mdb_env_open(env, folder, MDB_RDONLY | MDB_NOLOCK, 0600);

    if (rc == 0) {
        rc = mdb_env_copyfd2(env, fd, MDB_CP_COMPACT);
    }

    mdb_env_close(env);

    return store_lmdb_status(rc);
}


static store_status_t
prepare(const store_options_t *options, store_env_t *env,
    store_error_t *error)
{
    struct stat  st;

    if (options->create && !options->read_only
        && mkdir(options->path, 0700) != 0 && errno != EEXIST)
    {
        return fail(error, store_lmdb_status(errno), options->path,
                    "cannot be made", strerror(errno));
    }

    if (store_loading(options->path)) {
        return fail(error, STORE_CORRUPT, options->path,
                    "was not loaded to its end",
                    "load the dump again, into an empty folder");
    }

    if (stat(env->data_file, &st) == 0) {

        /* LMDB would take an empty file for a new store */

        if (st.st_size == 0 && !options->create) {
            return fail(error, STORE_CORRUPT, env->data_file, "is empty",
                        "put back a backup; it is left as it is");
        }

        return STORE_OK;
    }

    if (errno != ENOENT && errno != ENOTDIR) {
        return fail(error, store_lmdb_status(errno), env->data_file,
                    "cannot be looked at", strerror(errno));
    }

    if (!options->create || options->read_only) {
        return fail(error, STORE_NOT_FOUND, options->path, "is no store yet",
                    "make one with: xassistctl --store DIR store init");
    }

    return STORE_OK;
}


static store_status_t
open_env(const store_options_t *options, store_env_t *env,
    store_error_t *error)
{
    int       rc;
    uint64_t  max;
    unsigned  flags;

    max = options->max ? options->max : STORE_MAP_DEFAULT;

    if (max < STORE_MAP_LEAST || max > SIZE_MAX) {
        return fail(error, STORE_INVALID, options->path,
                    "has a size out of range", "at least 1m");
    }

    /*
     * A reader's slot belongs to its transaction, not to its thread: the tool
     * reads and writes in one thread, a worker in two.
     */
    flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0);

    rc = mdb_env_create(&env->env);

    if (rc == 0) {
        rc = mdb_env_set_maxreaders(env->env, STORE_READERS_MAX);
    }

    if (rc == 0) {
        rc = mdb_env_set_maxdbs(env->env, STORE_TABLES);
    }

    if (rc == 0) {
        rc = mdb_env_set_mapsize(env->env, (size_t) max);
    }

    if (rc == 0) {
        rc = mdb_env_open(env->env, options->path, flags, 0600);
    }

    if (rc == 0) {
        rc = mdb_env_get_fd(env->env, &env->line);
    }

    if (rc == 0) {
        rc = mdb_reader_check(env->env, NULL);

        if (rc == EACCES || rc == EROFS) {
            rc = 0;
        }
    }

    if (rc != 0) {
        return fail(error, store_lmdb_status(rc), options->path,
                    "cannot be opened",
                    rc == EACCES ? "Permission denied; the folder and what "
                                   "is in it have to belong to who opens it"
                                 : mdb_strerror(rc));
    }

    return STORE_OK;
}


static store_status_t
check_schema(const store_options_t *options, store_env_t *env,
    store_error_t *error)
{
    int             rc;
    bool            empty;
    MDB_txn        *begun;
    uint32_t        version;
    store_status_t  status;

    /* the main table's handle: given out once, in a transaction of its own */

    rc = mdb_txn_begin(env->env, NULL, MDB_RDONLY, &begun);

    if (rc == 0) {
        rc = mdb_dbi_open(begun, NULL, 0, &env->dbi[STORE_TABLE_MAIN]);

        if (rc != 0) {
            mdb_txn_abort(begun);
        } else {
            rc = mdb_txn_commit(begun);
        }
    }

    if (rc != 0) {
        return fail(error, store_lmdb_status(rc), options->path,
                    "cannot be read", mdb_strerror(rc));
    }

    store_layout_old(env);
    status = read_schema(env, &version, &empty);

    if (!options->read_only
        && ((status == STORE_NOT_FOUND && empty && options->create)
            || (status == STORE_OK && version != STORE_SCHEMA_VERSION)))
    {
        status = store_schema_write(env);
    }

    switch (status) {

    case STORE_OK:
        return STORE_OK;

    case STORE_NEWER:
        return fail(error, status, options->path,
                    "was written by a newer version",
                    "update this program; the store is left as it is");

    case STORE_INVALID:
        return fail(error, STORE_CORRUPT, options->path,
                    "was not loaded to its end",
                    "load the dump again, into an empty folder");

    case STORE_NOT_FOUND:
    case STORE_CORRUPT:
        return fail(error, empty ? STORE_NOT_FOUND : STORE_CORRUPT,
                    options->path, empty ? "is no store yet"
                                         : "is not a store of xassist",
                    empty ? "make one with: xassistctl --store DIR store init"
                          : "it is left as it is");

    default:
        return fail(error, status, options->path, "cannot be read",
                    store_status_text(status));
    }
}


/* An older store that is only read is read as it is. */

static store_status_t
read_schema(store_env_t *env, uint32_t *version, bool *empty)
{
    store_txn_t    *txn;
    store_status_t  status;

    *empty = false;
    *version = 0;
    status = store_read_new(env, &txn);

    if (status != STORE_OK) {
        return status;
    }

    status = store_read_renew(txn);

    if (status == STORE_OK) {
        status = store_schema_read(txn, version, empty);
    }

    if (status == STORE_OK && *version == STORE_SCHEMA_VERSION) {
        status = store_layout_open(txn, false);
    }

    if (status == STORE_OK) {
        return store_read_keep(txn);
    }

    store_read_free(txn);

    return status;
}


static store_status_t
fail(store_error_t *error, store_status_t code, const char *path,
    const char *what, const char *advice)
{
    error->code = code;
    (void) snprintf(error->text, sizeof(error->text), "\"%s\" %s%s%s", path,
                    what, advice[0] ? ": " : "", advice);

    return code;
}
