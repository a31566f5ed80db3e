/* The check of the whole finds whatever is damaged. */

#include "store_world.h"


static uint64_t
findings(world_t *w)
{
    uint64_t  n;

    assert_int_equal(store_view_check(&w->memory.view, NULL, NULL, &n),
                     STORE_OK);

    return n;
}


/* A store with one of everything. */

static void
full_world(world_t *w)
{
    world(w);

    arrive(w, OLGAS, CALL, 8);
    invitation(w, 7, CALL, STORE_INV_EXTERNAL);
    w->op.in.invitation_create.expires = w->now + HOUR;
    done(w);
    guest(w, 7, 2);
    join(w, EMILS, CALL, 9);
    done(w);

    assert_int_equal(findings(w), 0);
}


/* Each key taken away is missed, save those that say nothing alone. */

static void
each_missing_key_is_missed(void **state)
{
    world_t        w;
    size_t         i;
    uint8_t        kind;
    store_pair_t   gone;

    (void) state;
    full_world(&w);

    for (i = 0; i < w.memory.n; i++) {
        gone = w.memory.pairs[i];
        kind = gone.bytes[0];

        memmove(w.memory.pairs + i, w.memory.pairs + i + 1,
                (w.memory.n - i - 1) * sizeof(gone));
        w.memory.n--;

        /* the newest event has none after it that would miss it */

        if (findings(&w) == 0
            && !(kind == STORE_KEY_EVENT && i == w.memory.n))
        {
            fail_msg("a missing key of kind %02x was not missed", kind);
        }

        memmove(w.memory.pairs + i + 1, w.memory.pairs + i,
                (w.memory.n - i) * sizeof(gone));
        w.memory.pairs[i] = gone;
        w.memory.n++;
    }

    end_of_world(&w);
}


static void
each_cut_value_is_found(void **state)
{
    world_t   w;
    size_t    i, len;

    (void) state;
    full_world(&w);

    for (i = 0; i < w.memory.n; i++) {
        len = w.memory.pairs[i].value;

        if (len == 0) {
            continue;
        }

        w.memory.pairs[i].value = len - 1;
        assert_int_not_equal(findings(&w), 0);
        w.memory.pairs[i].value = len;
    }

    end_of_world(&w);
}


static void
strange_keys_are_found(void **state)
{
    size_t         i;
    world_t        w;
    store_key_t    key;
    store_slice_t  empty = { NULL, 0 };

    static const uint8_t  kinds[] = {
        0x02, 0x16, STORE_KEY_ACCOUNT_NAME, STORE_KEY_SESSION_USER,
        STORE_KEY_PARTICIPANT_OF, STORE_KEY_INVITATION_BY, STORE_KEY_DUE,
        STORE_KEY_ATTACH, STORE_KEY_ATTACH_OF, STORE_KEY_USER, 0x70
    };

    (void) state;
    full_world(&w);

    for (i = 0; i < sizeof(kinds); i++) {
        store_key(&key, (store_key_class_t) kinds[i]);
        store_key_u64(&key, 12345);
        store_key_u64(&key, 12345);
        store_view_put(&w.memory.view, &key, empty);
        assert_int_equal(findings(&w), 1);
        store_view_remove(&w.memory.view, &key);
    }

    end_of_world(&w);
}


/* Puts the record's value as it is, past the derived keys. */

static void
put_value(world_t *w, store_record_t record, const void *in)
{
    uint8_t        bytes[STORE_LIMIT_VALUE];
    store_key_t    key;
    store_slice_t  value = { bytes, 0 };

    store_primary(record, in, &key);
    value.len = store_encode(record, in, bytes);
    store_view_put(&w->memory.view, &key, value);
}


static void
wrong_counts_are_found(void **state)
{
    world_t              w;
    store_call_t         call;
    store_account_t      account;
    store_participant_t  part;

    (void) state;
    full_world(&w);

    call = call_of(&w, CALL);
    call.here++;
    put_value(&w, STORE_IS_call, &call);
    assert_int_equal(findings(&w), 1);
    call.here--;
    call.joining--;
    put_value(&w, STORE_IS_call, &call);
    assert_int_equal(findings(&w), 1);
    call.joining++;
    put_value(&w, STORE_IS_call, &call);

    account = acme(&w);
    account.seats++;
    put_value(&w, STORE_IS_account, &account);
    assert_int_equal(findings(&w), 1);
    account.seats--;
    account.users--;
    put_value(&w, STORE_IS_account, &account);
    assert_int_equal(findings(&w), 1);
    account.users++;
    put_value(&w, STORE_IS_account, &account);

    part = part_of(&w, CALL, 22);
    part.attached++;
    put_value(&w, STORE_IS_participant, &part);
    assert_int_equal(findings(&w), 1);
    part.attached--;
    put_value(&w, STORE_IS_participant, &part);

    end_of_world(&w);
}


/* A name changed under its keys (by name, and three of search) leaves each
   one too many and one too few. */

static void
a_stale_index_key_is_found(void **state)
{
    world_t       w;
    store_id_t    key = id(OLGA);
    store_user_t  user;

    (void) state;
    full_world(&w);

    assert_int_equal(store_record_get(&w.memory.view, STORE_IS_user, NULL,
                                      &key, &user), STORE_OK);
    user.name = text("olga2");
    put_value(&w, STORE_IS_user, &user);
    assert_int_equal(findings(&w), 8);

    /* a put moves the key with the name */

    user.name = text("olga");
    put_value(&w, STORE_IS_user, &user);
    user.name = text("olga2");
    store_record_put(&w.memory.view, STORE_IS_user, &user);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_missing_key_is_missed),
        cmocka_unit_test(each_cut_value_is_found),
        cmocka_unit_test(strange_keys_are_found),
        cmocka_unit_test(wrong_counts_are_found),
        cmocka_unit_test(a_stale_index_key_is_found)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
