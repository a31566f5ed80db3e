/* Records to values and back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lmdb_schema/codec_int.h>
#include <lmdb_schema/limits.h>


/* Every field of a record set to something of its own. */

static void
fill(const store_schema_t *schema, void *out, const uint8_t *bytes)
{
    size_t          i, k;
    uint8_t        *p = out;
    uint32_t        u32;
    uint64_t        u64;
    store_slice_t   slice;

    memset(out, 0, schema->size);

    for (i = 0; i < schema->nfields; i++) {
        p = (uint8_t *) out + schema->fields[i].offset;

        switch (schema->fields[i].type) {
        case STORE_TYPE_U8:
            *p = (uint8_t) (i + 1);
            break;
        case STORE_TYPE_U32:
            u32 = UINT32_C(0x01020300) + (uint32_t) i;
            memcpy(p, &u32, 4);
            break;
        case STORE_TYPE_U64:
            u64 = UINT64_C(0x0102030405060700) + i;
            memcpy(p, &u64, 8);
            break;
        case STORE_TYPE_ID:
            for (k = 0; k < STORE_ID_LEN; k++) {
                p[k] = (uint8_t) (i + k);
            }
            break;
        case STORE_TYPE_TEXT:
        case STORE_TYPE_BYTES:
            slice.data = bytes + i;
            slice.len = i + 1;
            memcpy(p, &slice, sizeof(slice));
            break;
        }
    }
}


static bool
same(const store_schema_t *schema, const void *a, const void *b)
{
    size_t          i, size;
    const uint8_t  *p, *q;
    store_slice_t   s, t;

    static const size_t  sizes[] = {
        [STORE_TYPE_U8] = 1, [STORE_TYPE_U32] = 4, [STORE_TYPE_U64] = 8,
        [STORE_TYPE_ID] = STORE_ID_LEN
    };

    for (i = 0; i < schema->nfields; i++) {
        p = (const uint8_t *) a + schema->fields[i].offset;
        q = (const uint8_t *) b + schema->fields[i].offset;

        if (schema->fields[i].type == STORE_TYPE_TEXT
            || schema->fields[i].type == STORE_TYPE_BYTES)
        {
            memcpy(&s, p, sizeof(s));
            memcpy(&t, q, sizeof(t));
            p = s.data;
            q = t.data;
            size = s.len;

            if (s.len != t.len) {
                return false;
            }

        } else {
            size = sizes[schema->fields[i].type];
        }

        if (size != 0 && memcmp(p, q, size) != 0) {
            return false;
        }
    }

    return true;
}


static size_t
encode_full(store_record_t record, uint8_t *out, store_any_t *any)
{
    size_t  size;

    static const uint8_t  bytes[64] = "0123456789abcdefghijklmnopqrstuvwxyz";

    fill(store_schema(record), any, bytes);
    size = store_encoded_size(record, any);
    assert_int_equal(store_encode(record, any, out), size);

    return size;
}


static void
round_trip(void **state)
{
    uint8_t         value[STORE_LIMIT_VALUE];
    store_any_t     in, out;
    store_slice_t   slice = { value, 0 };
    store_record_t  r;

    (void) state;

    for (r = STORE_IS_account; r < STORE_IS_end; r++) {
        if (store_schema(r) == NULL) {
            continue;
        }

        slice.len = encode_full(r, value, &in);
        assert_int_equal(store_decode(r, slice, &out), STORE_OK);
        assert_true(same(store_schema(r), &in, &out));

        memset(&in, 0, sizeof(in));
        assert_int_equal(store_encoded_size(r, &in), 1);
        slice.len = store_encode(r, &in, value);
        assert_int_equal(store_decode(r, slice, &out), STORE_OK);
        assert_true(same(store_schema(r), &in, &out));
    }
}


static void
truncated_at_every_length(void **state)
{
    size_t          full, good;
    uint8_t         value[STORE_LIMIT_VALUE], *cut;
    store_any_t     in, out;
    store_slice_t   slice;
    store_record_t  r;

    (void) state;

    for (r = STORE_IS_account; r < STORE_IS_end; r++) {
        if (store_schema(r) == NULL) {
            continue;
        }

        full = encode_full(r, value, &in);
        good = 0;

        for (slice.len = 0; slice.len < full; slice.len++) {
            cut = malloc(slice.len + 1);         /* ASan guards its end */
            assert_non_null(cut);
            memcpy(cut, value, slice.len);
            slice.data = slice.len ? cut : NULL;

            if (store_decode(r, slice, &out) == STORE_OK) {
                /* between two fields: then it is a record with less in it */
                assert_false(same(store_schema(r), &in, &out));
                good++;
            }

            free(cut);
        }

        assert_int_equal(good, store_schema(r)->nfields);
    }
}


static void
unknown_tags_survive(void **state)
{
    uint8_t           again[64];
    store_slice_t     slice;
    store_account_t   account;

    static const uint8_t  value[] = {
        2,
        1, 12, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
        200, 2, 'h', 'i',
        2, 4, 'a', 'c', 'm', 'e',
        201, 0
    };
    static const uint8_t  known_first[] = {
        2,
        1, 12, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
        2, 4, 'a', 'c', 'm', 'e',
        4, 1, 7,
        200, 2, 'h', 'i',
        201, 0
    };

    (void) state;

    slice.data = value;
    slice.len = sizeof(value);
    assert_int_equal(store_decode(STORE_IS_account, slice, &account),
                     STORE_OK);
    account.users = 7;

    assert_int_equal(store_encoded_size(STORE_IS_account, &account),
                     sizeof(known_first));
    assert_int_equal(store_encode(STORE_IS_account, &account, again),
                     sizeof(known_first));
    assert_memory_equal(again, known_first, sizeof(known_first));
}


static void
bad_values(void **state)
{
    size_t           i;
    store_slice_t    slice;
    store_account_t  account;

    static const struct {
        uint8_t         value[24];
        size_t          len;
        store_status_t  status;
    } cases[] = {
        { { 0 }, 0, STORE_CORRUPT },                      /* nothing */
        { { 0 }, 1, STORE_CORRUPT },                      /* version 0 */
        { { 3 }, 1, STORE_NEWER },
        { { 1, 0, 0, 0 }, 4, STORE_CORRUPT },             /* tag 0 */
        { { 1, 3, 0, 1, 1, 9 }, 6, STORE_CORRUPT },       /* left over */
        { { 1, 3, 0, 1, 1, 3, 0, 1, 1 }, 9, STORE_CORRUPT },  /* twice */
        { { 1, 3, 0, 2, 1, 1 }, 6, STORE_CORRUPT },       /* width of u8 */
        { { 1, 3, 0, 0 }, 4, STORE_CORRUPT },
        { { 1, 4, 0, 3, 1, 1, 1 }, 7, STORE_CORRUPT },    /* u32 */
        { { 1, 6, 0, 4, 1, 1, 1, 1 }, 8, STORE_CORRUPT }, /* u64 */
        { { 1, 1, 0, 2, 1, 1 }, 6, STORE_CORRUPT },       /* id */
        { { 1, 2, 0xff, 0xff, 'a' }, 5, STORE_CORRUPT },  /* beyond the end */
        { { 1, 200, 0x10, 0x01, 'a' }, 5, STORE_CORRUPT },
        { { 1, 2, 0, 1, 'a' }, 5, STORE_OK },
        { { 1, 200, 0, 1, 'a' }, 5, STORE_CORRUPT },      /* unknown in 1 */
        { { 2, 0, 0 }, 3, STORE_CORRUPT },                /* tag 0 */
        { { 2, 3 }, 2, STORE_CORRUPT },
        { { 2, 3, 1, 1, 3, 1, 1 }, 7, STORE_CORRUPT },    /* twice */
        { { 2, 3, 2, 1, 1 }, 5, STORE_CORRUPT },          /* width of u8 */
        { { 2, 3, 0 }, 3, STORE_CORRUPT },
        { { 2, 3, 1, 0 }, 4, STORE_CORRUPT },             /* a zero */
        { { 2, 4, 2, 0, 1 }, 5, STORE_CORRUPT },          /* leading zero */
        { { 2, 4, 5, 1, 1, 1, 1, 1 }, 8, STORE_CORRUPT }, /* u32 */
        { { 2, 6, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 12, STORE_CORRUPT },
        { { 2, 1, 2, 1, 1 }, 5, STORE_CORRUPT },          /* id */
        { { 2, 2, 2, 'a' }, 4, STORE_CORRUPT },           /* beyond the end */
        { { 2, 2, 255, 0, 1, 'a' }, 6, STORE_CORRUPT },   /* not so long */
        { { 2, 200, 255, 0x10, 0x01, 'a' }, 6, STORE_CORRUPT },
        { { 2, 2, 255, 0 }, 4, STORE_CORRUPT },
        { { 2, 2, 1, 'a' }, 4, STORE_OK }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        slice.data = cases[i].value;
        slice.len = cases[i].len;
        memset(&account, 0xa5, sizeof(account));
        assert_int_equal(store_decode(STORE_IS_account, slice, &account),
                         cases[i].status);

        if (cases[i].status != STORE_OK) {
            assert_int_equal(account.name.len, 0);
            assert_int_equal(account.users, 0);
        }
    }
}


static void
over_limits_are_refused(void **state)
{
    uint8_t         *big;
    store_user_t     user;
    store_slice_t    slice;

    (void) state;

    big = calloc(1, STORE_LIMIT_VALUE + 1);
    assert_non_null(big);

    memset(&user, 0, sizeof(user));
    user.name.data = big;
    user.name.len = STORE_LIMIT_FIELD;
    assert_int_not_equal(store_encoded_size(STORE_IS_user, &user), 0);
    user.name.len = STORE_LIMIT_FIELD + 1;
    assert_int_equal(store_encoded_size(STORE_IS_user, &user), 0);

    user.name.len = STORE_LIMIT_FIELD;
    user.display = user.mail = user.direct = user.name;
    assert_int_equal(store_encoded_size(STORE_IS_user, &user), 0);

    big[0] = STORE_CODEC_VERSION;
    slice.data = big;
    slice.len = STORE_LIMIT_VALUE + 1;
    assert_int_equal(store_decode(STORE_IS_user, slice, &user),
                     STORE_CORRUPT);

    free(big);
}


static void
tags_are_in_order(void **state)
{
    size_t                 i;
    store_record_t         r;
    const store_schema_t  *schema;

    (void) state;

    for (r = STORE_IS_account; r < STORE_IS_end; r++) {
        schema = store_schema(r);

        /* numbers may be left out, and tags too */

        if (schema == NULL) {
            continue;
        }

        assert_int_equal(schema->number, r);
        assert_in_range(schema->nfields, 1, 64);

        for (i = 1; i < schema->nfields; i++) {
            assert_true(schema->fields[i].tag > schema->fields[i - 1].tag);
        }
    }

    assert_null(store_schema(STORE_IS_end));
    assert_null(store_schema((store_record_t) 0));
}


/* What stores before schema 3 hold reads the same, and is written shorter. */

static void
the_older_form_is_read(void **state)
{
    uint8_t           again[64];
    store_slice_t     slice;
    store_account_t   account;

    static const uint8_t  older[] = {
        1,
        1, 0, 12, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
        2, 0, 4, 'a', 'c', 'm', 'e',
        4, 0, 4, 0, 0, 1, 7,
        6, 0, 8, 0, 0, 1, 0x8b, 0xcf, 0xe5, 0x68, 0
    };
    static const uint8_t  shorter[] = {
        2,
        1, 12, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
        2, 4, 'a', 'c', 'm', 'e',
        4, 2, 1, 7,
        6, 6, 1, 0x8b, 0xcf, 0xe5, 0x68, 0
    };

    (void) state;

    slice.data = older;
    slice.len = sizeof(older);
    assert_int_equal(store_decode(STORE_IS_account, slice, &account),
                     STORE_OK);
    assert_int_equal(account.users, 0x107);
    assert_true(account.created == UINT64_C(1700000000000));

    assert_int_equal(store_encoded_size(STORE_IS_account, &account),
                     sizeof(shorter));
    assert_int_equal(store_encode(STORE_IS_account, &account, again),
                     sizeof(shorter));
    assert_memory_equal(again, shorter, sizeof(shorter));
}


/* Its hash stands in the event after it. */

static void
an_event_keeps_its_bytes(void **state)
{
    uint8_t         again[64];
    store_slice_t   slice;
    store_event_t   event;

    static const uint8_t  value[] = {
        1,
        1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9,
        3, 0, 4, 0, 0, 0, 5,
        200, 0, 1, 'x'
    };

    (void) state;

    slice.data = value;
    slice.len = sizeof(value);
    assert_int_equal(store_decode(STORE_IS_event, slice, &event), STORE_OK);
    assert_int_equal(store_encoded_size(STORE_IS_event, &event),
                     sizeof(value));
    assert_int_equal(store_encode(STORE_IS_event, &event, again),
                     sizeof(value));
    assert_memory_equal(again, value, sizeof(value));

    again[0] = 2;
    slice.data = again;
    assert_int_equal(store_decode(STORE_IS_event, slice, &event),
                     STORE_NEWER);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(truncated_at_every_length),
        cmocka_unit_test(unknown_tags_survive),
        cmocka_unit_test(bad_values),
        cmocka_unit_test(the_older_form_is_read),
        cmocka_unit_test(an_event_keeps_its_bytes),
        cmocka_unit_test(over_limits_are_refused),
        cmocka_unit_test(tags_are_in_order)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
