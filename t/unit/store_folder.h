/* Stores in folders of their own, for tests over LMDB. */

#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <lmdb_schema/view_int.h>
#include <policy/policy.h>


static inline int
folder_sha256(const void *data, size_t len, uint8_t out[32])
{
    return policy_sha256(data, len, out);
}


static inline store_id_t
folder_id(uint32_t n)
{
    store_id_t  out = { { 0, 0x1d } };

    store_put_u32(out.b + STORE_ID_LEN - 4, n);

    return out;
}


static inline store_slice_t
folder_text(const char *s)
{
    store_slice_t  out = { (const uint8_t *) s, strlen(s) };

    return out;
}


/* An operation with an id that no other has. */

static inline void
folder_op(store_op_t *op, store_op_kind_t kind)
{
    static uint32_t  n;

    memset(op, 0, sizeof(*op));
    op->kind = kind;
    op->id = folder_id(++n);
    store_put_u32(op->id.b + 2, (uint32_t) getpid());
    op->now = UINT64_C(1700000000000) + n;
    op->presence.guest_seats = UINT32_MAX;
}


/* Creates an account, named by its number; as store_apply does, or as the
   operation does. */

static inline store_status_t
folder_account(store_env_t *env, uint32_t n)
{
    char            name[16];
    store_op_t      op, *ops[1] = { &op };
    store_status_t  rc;

    (void) snprintf(name, sizeof(name), "a%u", (unsigned) n);
    folder_op(&op, STORE_OP_ACCOUNT_CREATE);
    op.in.account_create.account = folder_id(n);
    op.in.account_create.name = folder_text(name);
    rc = store_apply(env, ops, 1);

    return rc == STORE_OK ? op.status : rc;
}


static inline store_status_t
folder_try(const char *path, uint64_t max, bool create, bool read_only,
    store_env_t **env, store_error_t *error)
{
    store_options_t  options;

    memset(&options, 0, sizeof(options));
    options.path = path;
    options.max = max ? max : UINT64_C(64) << 20;
    options.sha256 = folder_sha256;
    options.create = create;
    options.read_only = read_only;

    return store_open(&options, env, error);
}


static inline store_env_t *
folder_open(const char *path, uint64_t max)
{
    store_env_t    *env;
    store_error_t   error;

    if (folder_try(path, max, false, false, &env, &error) != STORE_OK) {
        print_error("%s\n", error.text);
        abort();
    }

    return env;
}


static inline store_env_t *
folder_new(char path[64], uint64_t max)
{
    store_env_t    *env;
    store_error_t   error;

    (void) strcpy(path, "/tmp/xassist-store-XXXXXX");
    assert_non_null(mkdtemp(path));
    assert_int_equal(folder_try(path, max, true, false, &env, &error),
                     STORE_OK);

    return env;
}


static inline void
folder_drop(store_env_t *env, const char *path)
{
    size_t  i;
    char    file[128];

    static const char *const  names[] = {
        "/data.mdb", "/lock.mdb", "/workers", ""
    };

    store_close(env);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void) snprintf(file, sizeof(file), "%s%s", path, names[i]);
        (void) remove(file);
    }
}


static inline store_txn_t *
folder_read(store_env_t *env)
{
    store_txn_t  *txn;

    assert_int_equal(store_read_new(env, &txn), STORE_OK);
    assert_int_equal(store_read_renew(txn), STORE_OK);

    return txn;
}


static inline void
folder_finding(void *data, const char *sentence)
{
    (void) data;
    print_error("%s\n", sentence);
}


static inline void
folder_whole(store_env_t *env)
{
    uint64_t      findings;
    store_txn_t  *txn = folder_read(env);

    assert_int_equal(store_check(txn, folder_finding, NULL, &findings),
                     STORE_OK);
    assert_int_equal(findings, 0);

    store_read_free(txn);
}

#endif /* STORE_FOLDER_H */
