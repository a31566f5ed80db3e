/* The chain of the log. */

#include "store_world.h"


static uint64_t
bad(world_t *w)
{
    uint64_t  seq;

    assert_int_equal(store_log_chain(&w->memory.view, store_memory_sha256,
                                     NULL, NULL, &seq), STORE_OK);

    return seq;
}


static store_pair_t *
event_pair(world_t *w, uint64_t seq)
{
    bool         equal;
    size_t       at;
    store_key_t  key;

    store_key(&key, STORE_KEY_EVENT);
    store_key_u64(&key, seq);
    at = store_memory_find(&w->memory, store_key_slice(&key), &equal);
    assert_true(equal);

    return &w->memory.pairs[at];
}


static void
grow(world_t *w)
{
    uint32_t  i;

    world(w);

    for (i = 0; i < 5; i++) {
        a_call(w, 100 + i, STORE_CALL_CONFERENCE);
    }
}


static void
events_name_what_changed(void **state)
{
    world_t        w;
    uint64_t       seq;
    store_event_t  event;

    (void) state;
    grow(&w);

    assert_int_equal(store_log_newest(&w.memory.view, &seq), STORE_OK);
    assert_int_equal(seq, 11);
    assert_int_equal(store_log_read(&w.memory.view, 0, &event), STORE_OK);
    assert_int_equal(event.seq, 1);
    assert_int_equal(event.before.len, 0);
    assert_string_equal(store_event_name(event.kind), "account.created");

    assert_int_equal(store_log_read(&w.memory.view, 10, &event), STORE_OK);
    assert_string_equal(store_event_name(event.kind), "call.created");
    assert_int_equal(event.before.len, 32);
    assert_int_equal(event.time, w.now);
    assert_true(store_id_equal(&event.account, &(store_id_t) { { 0, 0x1d,
                0, 0, 0, 0, 0, 0, 0, 0, 0, ACME } }));

    assert_int_equal(store_log_read(&w.memory.view, 11, &event),
                     STORE_NOT_FOUND);
    assert_int_equal(store_log_read(&w.memory.view, UINT64_MAX, &event),
                     STORE_NOT_FOUND);
    assert_string_equal(store_event_name(9999), "unknown");
    assert_int_equal(bad(&w), 0);

    end_of_world(&w);
}


static void
a_changed_event_is_found(void **state)
{
    world_t   w;
    size_t    i;
    uint64_t  seq;
    uint8_t  *byte;

    (void) state;
    grow(&w);

    for (seq = 1; seq <= 10; seq++) {
        store_pair_t  *pair = event_pair(&w, seq);

        for (i = 0; i < pair->value; i++) {
            byte = pair->bytes + pair->key + i;
            *byte ^= 1;

            if (i == 0) {
                /* version 0: no event at all */
                assert_int_equal(bad(&w), seq);
            } else {
                assert_in_range(bad(&w), seq, seq + 1);
            }

            *byte ^= 1;
        }

        assert_int_equal(bad(&w), 0);
    }

    end_of_world(&w);
}


static void
a_missing_event_is_found(void **state)
{
    world_t        w;
    store_key_t    key;
    store_event_t  event;

    (void) state;
    grow(&w);

    store_key(&key, STORE_KEY_EVENT);
    store_key_u64(&key, 4);
    store_view_remove(&w.memory.view, &key);

    assert_int_equal(bad(&w), 4);
    assert_int_equal(store_log_read(&w.memory.view, 3, &event),
                     STORE_TRIMMED);
    assert_int_equal(event.seq, 5);

    store_memory_free(&w.memory);
}


static void
a_failed_write_stays_failed(void **state)
{
    world_t  w;

    (void) state;
    grow(&w);

    w.memory.fail_at = w.memory.puts + 2;
    ask(&w, STORE_OP_CALL_CREATE);
    w.op.in.call_create.call = id(200);
    w.op.in.call_create.account = id(ACME);
    w.op.in.call_create.owner = id(OLGA);
    w.op.in.call_create.kind = STORE_CALL_CONFERENCE;
    w.op.in.call_create.room = 1;

    assert_true(store_op_run(&w.memory.view, &w.op));
    assert_int_equal(w.memory.view.status, STORE_FULL);
    assert_int_equal(w.memory.puts, w.memory.fail_at);

    store_memory_free(&w.memory);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(events_name_what_changed),
        cmocka_unit_test(a_changed_event_is_found),
        cmocka_unit_test(a_missing_event_is_found),
        cmocka_unit_test(a_failed_write_stays_failed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
