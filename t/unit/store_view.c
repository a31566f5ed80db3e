/* Keys, walks, and index keys that follow their records. */

#include "store_world.h"


static void
keys_sort_by_their_parts(void **state)
{
    uint64_t      i;
    store_key_t   a, b;

    static const uint64_t  times[] = {
        0, 1, 255, 256, 65535, 65536, UINT64_C(1) << 32, UINT64_MAX
    };

    (void) state;

    for (i = 1; i < sizeof(times) / sizeof(times[0]); i++) {
        store_key(&a, STORE_KEY_DUE);
        store_key_u64(&a, times[i - 1]);
        store_key(&b, STORE_KEY_DUE);
        store_key_u64(&b, times[i]);
        assert_int_equal(a.len, 9);
        assert_true(memcmp(a.data, b.data, a.len) < 0);
    }
}


static void
a_key_over_its_limit_is_none(void **state)
{
    world_t        w;
    uint8_t        bytes[STORE_LIMIT_KEY] = { 0 };
    store_key_t    key;
    store_walk_t   walk;
    store_slice_t  value;

    (void) state;
    world(&w);

    store_key(&key, STORE_KEY_META);
    store_key_bytes(&key, bytes, STORE_LIMIT_KEY - 1);
    assert_true(store_key_good(&key));
    assert_int_equal(store_view_get(&w.memory.view, &key, &value),
                     STORE_NOT_FOUND);
    store_key_u8(&key, 1);
    assert_false(store_key_good(&key));
    store_key_u8(&key, 1);
    assert_false(store_key_good(&key));

    assert_int_equal(store_view_get(&w.memory.view, &key, &value),
                     STORE_INVALID);
    store_walk(&walk, &key);
    assert_int_equal(store_walk_next(&w.memory.view, &walk, &value, &value),
                     STORE_INVALID);
    store_view_put(&w.memory.view, &key, value);
    assert_int_equal(w.memory.view.status, STORE_INVALID);

    store_memory_free(&w.memory);
}


static void
long_names_differ_in_their_keys(void **state)
{
    size_t         len, other;
    char           name[130], twin[130];
    store_key_t    a, b;
    store_slice_t  slice = { (const uint8_t *) name, 0 };
    store_slice_t  second = { (const uint8_t *) twin, 0 };

    (void) state;

    memset(name, 'x', sizeof(name));
    memset(twin, 'x', sizeof(twin));

    for (len = 40; len < 52; len++) {
        for (other = 40; other < 52; other++) {
            slice.len = len;
            second.len = other;
            store_key(&a, STORE_KEY_ACCOUNT_NAME);
            store_key_name(&a, slice, store_memory_sha256);
            store_key(&b, STORE_KEY_ACCOUNT_NAME);
            store_key_name(&b, second, store_memory_sha256);
            assert_true(store_key_good(&a));
            assert_int_equal(a.len == b.len
                             && memcmp(a.data, b.data, a.len) == 0,
                             len == other);
        }
    }

    slice.len = second.len = 128;
    twin[127] = 'y';
    store_key(&a, STORE_KEY_ACCOUNT_NAME);
    store_key_name(&a, slice, store_memory_sha256);
    store_key(&b, STORE_KEY_ACCOUNT_NAME);
    store_key_name(&b, second, store_memory_sha256);
    assert_memory_not_equal(a.data, b.data, a.len);

    store_key(&a, STORE_KEY_ACCOUNT_NAME);
    store_key_name(&a, slice, NULL);
    assert_false(store_key_good(&a));
}


static void
a_walk_stays_in_its_prefix_while_keys_change(void **state)
{
    world_t         w;
    uint32_t        n;
    store_key_t     prefix, key;
    store_walk_t    walk;
    store_slice_t   found, value, empty = { NULL, 0 };

    (void) state;
    world(&w);

    for (n = 0; n < 10; n++) {
        store_key(&key, (store_key_class_t) 0x7e);
        store_key_u8(&key, n < 8 ? 5 : 6);
        store_key_u8(&key, (uint8_t) n);
        store_view_put(&w.memory.view, &key, empty);
    }

    store_key(&prefix, (store_key_class_t) 0x7e);
    store_key_u8(&prefix, 5);
    store_walk(&walk, &prefix);

    for (n = 0; store_walk_next(&w.memory.view, &walk, &found, &value)
                == STORE_OK; n++)
    {
        assert_int_equal(found.data[2], n);
        key.len = 0;
        store_key_bytes(&key, found.data, found.len);
        store_view_remove(&w.memory.view, &key);
    }

    assert_int_equal(n, 8);

    store_memory_free(&w.memory);
}


static void
a_key_taken_over_stays_with_the_newer(void **state)
{
    world_t          w;
    uint8_t          hash[STORE_HASH_LEN] = { 1 };
    store_id_t       id_of;
    store_key_t      key;
    store_slice_t    value;
    store_session_t  older, newer;

    (void) state;
    world(&w);

    memset(&older, 0, sizeof(older));
    older.id = id(71);
    older.invitation = id(70);
    older.browser.data = hash;
    older.browser.len = sizeof(hash);
    older.created = w.now;
    newer = older;
    newer.id = id(72);

    store_record_put(&w.memory.view, STORE_IS_session, &older);
    store_record_put(&w.memory.view, STORE_IS_session, &newer);

    /* the older one gives up a key that is not its own any more */

    older.browser.len = 0;
    store_record_put(&w.memory.view, STORE_IS_session, &older);

    store_key(&key, STORE_KEY_SESSION_BROWSER);
    store_key_id(&key, &newer.invitation);
    store_key_bytes(&key, hash, sizeof(hash));
    assert_int_equal(store_view_get(&w.memory.view, &key, &value), STORE_OK);
    assert_true(store_key_tail(value, &id_of));
    assert_true(store_id_equal(&id_of, &newer.id));

    newer.browser.len = 0;
    store_record_put(&w.memory.view, STORE_IS_session, &newer);
    assert_int_equal(store_view_get(&w.memory.view, &key, &value),
                     STORE_NOT_FOUND);

    end_of_world(&w);
}


static bool
one_more(void *data, const void *record)
{
    (void) record;

    ++*(uint32_t *) data;

    return true;
}


static store_status_t
visit(world_t *w, store_record_t record, store_key_class_t key_class,
    uint32_t of, uint32_t *n)
{
    store_id_t   who = id(of);
    store_key_t  prefix;

    *n = 0;
    store_key(&prefix, key_class);
    store_key_id(&prefix, &who);

    return store_walk_ids(&w->memory.view, record, &prefix, 0, one_more, n);
}


/* An index key has the id as its value, or at its end. */

static void
records_are_found_by_either_form_of_an_index(void **state)
{
    world_t        w;
    uint8_t        other[STORE_ID_LEN + 1] = { 9 };
    uint32_t       n;
    store_id_t     acme = id(ACME);
    store_key_t    key;
    store_slice_t  value = { other, 0 };

    (void) state;
    world(&w);

    assert_int_equal(visit(&w, STORE_IS_user, STORE_KEY_USER_NAME, ACME, &n),
                     STORE_OK);
    assert_int_equal(n, 2);
    assert_int_equal(visit(&w, STORE_IS_session, STORE_KEY_SESSION_USER, OLGA,
                           &n),
                     STORE_OK);
    assert_int_equal(n, 1);

    /* a value of another length, and one that is nobody's */

    store_key(&key, STORE_KEY_USER_NAME);
    store_key_id(&key, &acme);
    store_key_name(&key, text("olga"), w.memory.view.sha256);

    for (value.len = 1; value.len <= sizeof(other); value.len++) {
        store_view_put(&w.memory.view, &key, value);
        assert_int_equal(visit(&w, STORE_IS_user, STORE_KEY_USER_NAME, ACME,
                               &n),
                         STORE_CORRUPT);
    }

    store_memory_free(&w.memory);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(keys_sort_by_their_parts),
        cmocka_unit_test(a_key_over_its_limit_is_none),
        cmocka_unit_test(long_names_differ_in_their_keys),
        cmocka_unit_test(a_walk_stays_in_its_prefix_while_keys_change),
        cmocka_unit_test(a_key_taken_over_stays_with_the_newer),
        cmocka_unit_test(records_are_found_by_either_form_of_an_index)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
