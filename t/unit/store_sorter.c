/* Keys in any order come back in order, also when they do not fit. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <lmdb_schema/sorter_int.h>


#define KEYS  20000


static store_slice_t
slice(const void *data, size_t len)
{
    store_slice_t  out = { data, len };

    return out;
}


/* A number in four bytes, and for some a longer key that begins the same. */

static store_slice_t
key_of(uint32_t n, uint8_t bytes[5])
{
    bytes[0] = (uint8_t) (n >> 25);
    bytes[1] = (uint8_t) (n >> 17);
    bytes[2] = (uint8_t) (n >> 9);
    bytes[3] = (uint8_t) (n >> 1);
    bytes[4] = 0;

    return slice(bytes, 4 + (n & 1));
}


static void
in_order(size_t room)
{
    uint8_t          bytes[5], value[4];
    uint32_t         i, n;
    store_slice_t    key, got;
    store_sorter_t  *s = store_sorter_new("/tmp", room);

    assert_non_null(s);

    for (i = 0; i < KEYS; i++) {
        n = i * 7919 % KEYS;
        memcpy(value, &n, sizeof(value));
        assert_int_equal(store_sorter_add(s, key_of(n, bytes),
                                          slice(value, n % 5), 0), STORE_OK);
    }

    assert_int_equal(store_sorter_count(s), KEYS);

    for (n = 0; n < KEYS; n++) {
        assert_int_equal(store_sorter_next(s, &key, &got), STORE_OK);
        assert_int_equal(key.len, 4 + (n & 1));
        assert_memory_equal(key.data, key_of(n, bytes).data, key.len);
        assert_int_equal(got.len, n % 5);
        assert_memory_equal(got.data, &n, got.len);
    }

    assert_int_equal(store_sorter_next(s, &key, &got), STORE_NOT_FOUND);
    store_sorter_free(s);
}


static void
what_fits_and_what_does_not(void **state)
{
    (void) state;
    in_order(STORE_SORTER_ROOM);
    in_order(4096);
    in_order(100000);
}


/* Of equal keys the strongest, and the latest of those: whether they were
   sorted together or in parts. */

static void
one_of_equal_keys(void **state)
{
    size_t           k;
    uint8_t          bytes[5], v;
    uint32_t         i, round;
    store_slice_t    key, got;
    store_sorter_t  *s;

    static const size_t  rooms[] = { 1 << 20, 1 };

    (void) state;

    for (k = 0; k < 2; k++) {
        s = store_sorter_new("/tmp", rooms[k]);

        for (round = 0; round < 4; round++) {
            for (i = 0; i < 50; i++) {
                v = (uint8_t) round;
                assert_int_equal(store_sorter_add(s, key_of(i, bytes),
                                                  slice(&v, 1),
                                                  i < 25 && round == 1),
                                 STORE_OK);
            }
        }

        for (i = 0; i < 50; i++) {
            assert_int_equal(store_sorter_next(s, &key, &got), STORE_OK);
            assert_memory_equal(key.data, key_of(i, bytes).data, key.len);
            assert_int_equal(got.data[0], i < 25 ? 1 : 3);
        }

        assert_int_equal(store_sorter_next(s, &key, &got), STORE_NOT_FOUND);
        store_sorter_free(s);
    }
}


static void
a_folder_that_is_not_there_is_an_error(void **state)
{
    uint8_t          bytes[5];
    uint32_t         i;
    store_status_t   rc = STORE_OK;
    store_sorter_t  *s = store_sorter_new("/tmp/there/is/none", 1);

    (void) state;

    for (i = 0; rc == STORE_OK && i < KEYS; i++) {
        rc = store_sorter_add(s, key_of(i, bytes), slice(NULL, 0), 0);
    }

    assert_int_equal(rc, STORE_NOT_FOUND);
    store_sorter_free(s);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_fits_and_what_does_not),
        cmocka_unit_test(one_of_equal_keys),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
