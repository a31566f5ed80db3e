/* Retention: what is old goes, the log's chain goes on, nothing else moves. */

#include "store_world.h"


#define DAY  (24 * HOUR)


static uint64_t
bad(world_t *w)
{
    uint64_t  seq;

    assert_int_equal(store_log_chain(&w->memory.view, store_memory_sha256,
                                     NULL, NULL, &seq), STORE_OK);

    return seq;
}


static uint64_t
newest(world_t *w)
{
    uint64_t  seq;

    assert_int_equal(store_log_newest(&w->memory.view, &seq), STORE_OK);

    return seq;
}


static uint32_t
trim_log(world_t *w, uint64_t before, uint32_t max)
{
    ask(w, STORE_OP_TRIM);
    w->op.in.trim.log_before = before;
    w->op.in.trim.max = max;
    done(w);

    return w->op.out.removed;
}


static size_t
count(world_t *w, store_key_class_t key_class)
{
    size_t  i, n = 0;

    for (i = 0; i < w->memory.n; i++) {
        n += w->memory.pairs[i].bytes[0] == key_class;
    }

    return n;
}


static void
the_chain_goes_on_after_the_cut(void **state)
{
    world_t         w;
    uint64_t        last, cut;
    store_key_t     key;
    store_event_t   event;
    store_anchor_t  anchor;

    (void) state;
    world(&w);

    cut = w.now + DAY;
    w.now += 2 * DAY;
    a_call(&w, 100, STORE_CALL_CONFERENCE);
    a_call(&w, 101, STORE_CALL_CONFERENCE);
    last = newest(&w);

    assert_int_equal(trim_log(&w, cut, 2), 2);
    assert_true(w.op.out.more);
    assert_int_equal(bad(&w), 0);
    assert_int_equal(store_log_read(&w.memory.view, 0, &event),
                     STORE_TRIMMED);
    assert_int_equal(event.seq, 3);
    assert_int_equal(store_log_read(&w.memory.view, 2, &event), STORE_OK);

    (void) trim_log(&w, cut, 0);
    assert_false(w.op.out.more);
    assert_int_equal(store_log_anchor(&w.memory.view, &anchor), STORE_OK);
    assert_int_equal(anchor.seq, last - 2);
    assert_int_equal(bad(&w), 0);
    assert_int_equal(newest(&w), last);

    /* what follows chains on, and what is cut out of it is found */

    a_call(&w, 102, STORE_CALL_CONFERENCE);
    assert_int_equal(bad(&w), 0);

    store_key(&key, STORE_KEY_EVENT);
    store_key_u64(&key, last - 1);
    store_view_remove(&w.memory.view, &key);
    assert_int_equal(bad(&w), last - 1);

    store_memory_free(&w.memory);
}


static void
the_newest_event_stays(void **state)
{
    world_t   w;
    uint64_t  last;

    (void) state;
    world(&w);
    last = newest(&w);

    assert_int_equal(trim_log(&w, UINT64_MAX, 0), last - 1);
    assert_int_equal(count(&w, STORE_KEY_EVENT), 1);
    assert_int_equal(bad(&w), 0);
    assert_int_equal(trim_log(&w, UINT64_MAX, 0), 0);

    a_call(&w, 100, STORE_CALL_CONFERENCE);
    assert_int_equal(newest(&w), last + 1);
    assert_int_equal(bad(&w), 0);

    end_of_world(&w);
}


static void
an_anchor_that_does_not_fit_is_found(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    (void) trim_log(&w, UINT64_MAX, 1);

    for (size_t i = 0; i < w.memory.n; i++) {
        store_pair_t  *pair = &w.memory.pairs[i];

        if (pair->key > 3 && memcmp(pair->bytes + 1, "anchor", 6) == 0) {
            pair->bytes[pair->key + pair->value - 1] ^= 1;
        }
    }

    assert_int_equal(bad(&w), 2);
    store_memory_free(&w.memory);
}


/* A call of the past with a guest in it, and one that is on. */

static void
a_past(world_t *w)
{
    world(w);

    for (uint32_t call = 100; call < 102; call++) {
        a_call(w, call, STORE_CALL_CONFERENCE);
        arrive(w, OLGAS, call, 10 * call);
        invitation(w, 200 + call, call, STORE_INV_CONFERENCE);
        done(w);
        press(w, 200 + call, 400 + call);
        done(w);
        arrive(w, (400 + call) * 10 + 1, call, (400 + call) * 10 + 2);
    }

    attach(w, STORE_OP_DETACH, 100, 1000);
    done(w);
    attach(w, STORE_OP_DETACH, 100, 5002);
    done(w);
    ask(w, STORE_OP_CALL_END);
    w->op.in.call_end.call = id(100);
    done(w);
}


static void
a_call_goes_with_who_was_in_it(void **state)
{
    world_t       w;
    uint32_t      removed, turns;
    store_id_t    call = id(100);
    store_call_t  record;
    store_cursor_t  from;

    (void) state;
    a_past(&w);

    /* too early: nothing goes */

    ask(&w, STORE_OP_TRIM);
    w.op.in.trim.ended_before = w.now;
    done(&w);
    assert_int_equal(w.op.out.removed, 0);

    w.now += DAY;
    memset(&from, 0, sizeof(from));
    removed = turns = 0;

    do {
        ask(&w, STORE_OP_TRIM);
        w.op.in.trim.ended_before = w.now;
        w.op.in.trim.max = 1;
        w.op.in.trim.from = from;
        done(&w);
        removed += w.op.out.removed;
        from = w.op.out.next;
        assert_true(++turns < 100);
    } while (w.op.out.more);

    /* the call, two participants, a guest's session, a link */

    assert_int_equal(removed, 5);
    assert_true(turns > 3);
    assert_int_equal(store_record_get(&w.memory.view, STORE_IS_call, NULL,
                                      &call, &record), STORE_NOT_FOUND);
    assert_int_equal(count(&w, STORE_KEY_CALL), 2);
    assert_int_equal(count(&w, STORE_KEY_PARTICIPANT), 2);
    assert_int_equal(count(&w, STORE_KEY_INVITATION), 1);
    assert_int_equal(count(&w, STORE_KEY_SESSION), 3);

    end_of_world(&w);
}


static void
a_bad_cursor_is_refused(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    ask(&w, STORE_OP_TRIM);
    w.op.in.trim.ended_before = w.now;
    w.op.in.trim.from.len = STORE_LIMIT_KEY + 1;
    assert_int_equal(run(&w), STORE_INVALID);
    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_chain_goes_on_after_the_cut),
        cmocka_unit_test(the_newest_event_stays),
        cmocka_unit_test(an_anchor_that_does_not_fit_is_found),
        cmocka_unit_test(a_call_goes_with_who_was_in_it),
        cmocka_unit_test(a_bad_cursor_is_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
