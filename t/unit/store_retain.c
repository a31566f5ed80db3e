/* Retention as workers keep it: in steps, by turns, and not before its time. */

#include "store_world.h"


#define DAY  (24 * HOUR)


static store_status_t
step(world_t *w, uint32_t max, bool exported)
{
    ask(w, STORE_OP_RETAIN);
    w->op.in.retain.keep = 90 * DAY;
    w->op.in.retain.every = HOUR;
    w->op.in.retain.exported = exported;
    w->op.in.retain.max = max;

    return run(w);
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
end_call(world_t *w, uint32_t call)
{
    ask(w, STORE_OP_CALL_END);
    w->op.actor = id(OLGA);
    w->op.in.call_end.call = id(call);
    done(w);
}


/* A whole walk; how many steps it took. */

static int
walk(world_t *w)
{
    int  steps;

    for (steps = 1; steps < 100; steps++) {
        assert_int_equal(step(w, 2, false), STORE_OK);

        if (!w->op.out.more) {
            return steps;
        }
    }

    fail();

    return 0;
}


static void
what_is_old_goes_step_by_step(void **state)
{
    world_t   w;
    uint64_t  seq;

    (void) state;
    world(&w);
    a_call(&w, 100, STORE_CALL_CONFERENCE);
    a_call(&w, 101, STORE_CALL_CONFERENCE);
    end_call(&w, 100);

    (void) walk(&w);
    assert_int_equal(call_of(&w, 100).state, STORE_CALL_ENDED);

    w.now += 91 * DAY;
    end_call(&w, 101);
    assert_true(walk(&w) > 2);
    assert_int_equal(count(&w, STORE_KEY_EVENT), 1);
    assert_int_equal(store_log_chain(&w.memory.view, store_memory_sha256,
                                     NULL, NULL, &seq), STORE_OK);
    assert_int_equal(seq, 0);

    /* ended a moment ago, or not at all */

    assert_int_equal(call_of(&w, 101).state, STORE_CALL_ENDED);
    assert_int_equal(call_of(&w, CALL).state, STORE_CALL_OPEN);
    end_of_world(&w);
}


static void
the_next_walk_waits_for_its_time(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    w.now += 91 * DAY;
    assert_int_equal(step(&w, 0, false), STORE_OK);
    assert_false(w.op.out.more);

    a_call(&w, 100, STORE_CALL_CONFERENCE);
    end_call(&w, 100);
    w.now += 90 * DAY - 3 * HOUR;
    assert_int_equal(step(&w, 0, false), STORE_OK);
    assert_int_equal(w.op.out.removed, 1);     /* it was the newest */
    w.now += HOUR / 2;
    assert_int_equal(step(&w, 0, false), STORE_OK);
    assert_int_equal(w.op.out.removed, 0);

    /* a clock set back an hour only delays it */

    w.now -= HOUR;
    assert_int_equal(step(&w, 0, false), STORE_OK);
    assert_int_equal(w.op.out.removed, 0);
    w.now += 5 * HOUR;
    assert_int_equal(step(&w, 0, false), STORE_OK);
    assert_true(w.op.out.removed > 0);
    end_of_world(&w);
}


static void
the_log_stays_until_it_is_exported(void **state)
{
    world_t   w;
    size_t    all;
    uint64_t  last;

    (void) state;
    world(&w);
    a_call(&w, 100, STORE_CALL_CONFERENCE);
    a_call(&w, 101, STORE_CALL_CONFERENCE);
    all = count(&w, STORE_KEY_EVENT);
    assert_int_equal(store_log_newest(&w.memory.view, &last), STORE_OK);
    w.now += 91 * DAY;

    assert_int_equal(step(&w, 0, true), STORE_OK);
    assert_int_equal(count(&w, STORE_KEY_EVENT), all);

    ask(&w, STORE_OP_EXPORTED);
    w.op.in.exported.seq = last + 1;
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    ask(&w, STORE_OP_EXPORTED);
    w.op.in.exported.seq = 3;
    done(&w);

    w.now += 2 * HOUR;
    assert_int_equal(step(&w, 0, true), STORE_OK);
    assert_int_equal(count(&w, STORE_KEY_EVENT), all - 3);

    /* it never goes back */

    ask(&w, STORE_OP_EXPORTED);
    w.op.in.exported.seq = last;
    done(&w);
    ask(&w, STORE_OP_EXPORTED);
    w.op.in.exported.seq = 4;
    done(&w);

    w.now += 2 * HOUR;
    assert_int_equal(step(&w, 0, true), STORE_OK);
    assert_int_equal(count(&w, STORE_KEY_EVENT), 1);
    end_of_world(&w);
}


static void
nothing_is_kept_for_no_time(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    ask(&w, STORE_OP_RETAIN);
    w.op.in.retain.every = HOUR;
    assert_int_equal(run(&w), STORE_INVALID);
    ask(&w, STORE_OP_RETAIN);
    w.op.in.retain.keep = HOUR;
    assert_int_equal(run(&w), STORE_INVALID);
    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_is_old_goes_step_by_step),
        cmocka_unit_test(the_next_walk_waits_for_its_time),
        cmocka_unit_test(the_log_stays_until_it_is_exported),
        cmocka_unit_test(nothing_is_kept_for_no_time)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
