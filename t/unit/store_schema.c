/* The schema's version: older stores are brought up, newer ones refused. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <lmdb_schema/lmdb_int.h>
#include <lmdb_schema/search_int.h>

#include "store_folder.h"


static void
put_meta(store_env_t *env, const char *word, const uint8_t *bytes, size_t len)
{
    store_key_t    key;
    store_view_t  *view;
    store_slice_t  value = { bytes, len };

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    store_key(&key, STORE_KEY_META);
    store_key_bytes(&key, word, strlen(word));
    store_view_put(view, &key, value);
    assert_int_equal(store_write_commit(env), STORE_OK);
}


static uint32_t
version_of(store_env_t *env)
{
    bool          empty;
    uint32_t      version;
    store_txn_t  *txn = folder_read(env);

    assert_int_equal(store_schema_read(txn, &version, &empty), STORE_OK);
    store_read_free(txn);

    return version;
}


static void
every_older_version_is_brought_up(void **state)
{
    char           path[64];
    uint8_t        bytes[4];
    uint32_t       version;
    store_env_t   *env;
    store_error_t  error;

    (void) state;

    for (version = 1; version < STORE_SCHEMA_VERSION; version++) {
        env = folder_new(path, 0);
        store_put_u32(bytes, version);
        put_meta(env, STORE_META_SCHEMA, bytes, sizeof(bytes));
        store_close(env);

        /* whoever may only read reads it as it is */

        assert_int_equal(folder_try(path, 0, false, true, &env, &error),
                         STORE_OK);
        assert_int_equal(version_of(env), version);
        store_close(env);

        env = folder_open(path, 0);
        assert_int_equal(version_of(env), STORE_SCHEMA_VERSION);
        folder_whole(env);
        folder_drop(env, path);
    }
}


/* Users became found by search in version 3. */

static void
users_of_an_older_store_are_found(void **state)
{
    char            path[64];
    uint8_t         bytes[4];
    store_id_t      account = folder_id(1);
    store_env_t    *env = folder_new(path, 0);
    store_txn_t    *txn;
    store_hit_t     room[2];
    store_user_t    user;
    store_view_t   *view;
    store_found_t   found = { .hits = room, .max = 2 };
    store_derived_t keys[STORE_SEARCH_KEYS];

    (void) state;
    memset(&user, 0, sizeof(user));
    user.id = folder_id(2);
    user.account = account;
    user.name = folder_text("olga");
    user.display = folder_text("Olga Ziegler");

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    store_record_put(view, STORE_IS_user, &user);

    for (size_t i = store_search_keys(&user, keys); i > 0; i--) {
        store_view_remove(view, &keys[i - 1].key);
    }

    assert_int_equal(store_write_commit(env), STORE_OK);
    store_put_u32(bytes, 2);
    put_meta(env, STORE_META_SCHEMA, bytes, sizeof(bytes));
    store_close(env);

    env = folder_open(path, 0);
    txn = folder_read(env);
    assert_int_equal(store_search(txn, &account, folder_text("ziegler"),
                                  true, &found), STORE_OK);
    assert_int_equal(found.n, 1);
    store_read_free(txn);
    folder_drop(env, path);
}


static void
a_version_without_a_step_is_refused(void **state)
{
    char           path[64];
    store_env_t   *env;
    store_view_t  *view;

    (void) state;
    env = folder_new(path, 0);

    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    assert_int_equal(store_schema_upgrade(view, 0), STORE_NEWER);
    assert_int_equal(store_schema_upgrade(view, STORE_SCHEMA_VERSION + 1),
                     STORE_NEWER);
    assert_int_equal(store_schema_upgrade(view, STORE_SCHEMA_VERSION),
                     STORE_OK);
    store_write_abort(env);

    folder_drop(env, path);
}


static void
half_a_load_is_not_opened(void **state)
{
    char            path[64];
    store_env_t    *env;
    store_view_t   *view;
    store_error_t   error;

    (void) state;
    env = folder_new(path, 0);
    assert_int_equal(store_write_begin(env, &view), STORE_OK);
    store_schema_loading(view, true);
    assert_int_equal(store_write_commit(env), STORE_OK);
    store_close(env);

    assert_int_equal(folder_try(path, 0, false, false, &env, &error),
                     STORE_CORRUPT);
    assert_non_null(strstr(error.text, "not loaded to its end"));
    assert_int_equal(folder_try(path, 0, true, false, &env, &error),
                     STORE_CORRUPT);

    folder_drop(NULL, path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_older_version_is_brought_up),
        cmocka_unit_test(users_of_an_older_store_are_found),
        cmocka_unit_test(a_version_without_a_step_is_refused),
        cmocka_unit_test(half_a_load_is_not_opened)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
