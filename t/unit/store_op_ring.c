/* Ringing a user: asked to come to a call, and what comes of it. */

#include "store_world.h"


enum { EMILS_PLACE = 40 };


static store_op_t *
ring(world_t *w, uint32_t user)
{
    ask(w, STORE_OP_CALL_RING);
    w->op.actor = id(OLGA);
    w->op.presence.ring = 45000;
    w->op.in.ring.call = id(CALL);
    w->op.in.ring.user = id(user);
    w->op.in.ring.participant = id(EMILS_PLACE);

    return &w->op;
}


static store_op_t *
answer(world_t *w, store_op_kind_t kind, uint32_t user)
{
    ask(w, kind);
    w->op.actor = id(user);
    w->op.in.call_end.call = id(CALL);

    return &w->op;
}


static void
newest(world_t *w, store_event_t *event)
{
    uint64_t  seq;

    assert_int_equal(store_log_newest(&w->memory.view, &seq), STORE_OK);
    assert_int_equal(store_log_read(&w->memory.view, seq - 1, event),
                     STORE_OK);
}


static void
whoever_is_rung_may_come(void **state)
{
    world_t              w;
    store_event_t        event;
    store_id_t           emil = id(EMIL);
    store_participant_t  part;

    (void) state;
    world(&w);

    ring(&w, EMIL);
    done(&w);
    assert_int_equal(w.op.out.expires, w.now + 45000);

    part = part_of(&w, CALL, EMILS_PLACE);
    assert_int_equal(part.state, STORE_PART_INVITED);
    assert_int_equal(part.ring, w.now + 45000);
    assert_int_equal(part.inviter.b[STORE_ID_LEN - 1], OLGA);

    newest(&w, &event);
    assert_string_equal(store_event_name(event.kind), "call.ringing");
    assert_true(store_id_equal(&event.user, &emil));
    assert_memory_equal(event.detail.data, "olga", 4);

    /* it rings once, whoever asks how often */

    ring(&w, EMIL);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_CALL_RINGING), 1);

    /* coming is accepting */

    arrive(&w, EMILS, CALL, EMILS_PLACE);
    assert_int_equal(part_of(&w, CALL, EMILS_PLACE).ring, 0);
    assert_int_equal(events(&w, STORE_EVENT_CALL_ACCEPTED), 1);
    state_is(&w, EMILS_PLACE, STORE_PART_PRESENT);

    /* who is there is not rung */

    ring(&w, EMIL);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_CALL_RINGING), 1);
    whole(&w);

    end_of_world(&w);
}


static void
missed_after_a_while(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    ring(&w, EMIL);
    done(&w);
    w.now += 44999;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_CALL_MISSED), 0);

    w.now += 1;
    sweep(&w);
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_CALL_MISSED), 1);
    state_is(&w, EMILS_PLACE, STORE_PART_INVITED);
    call_is(&w, STORE_CALL_OPEN);
    whole(&w);

    /* it can be tried once more */

    ring(&w, EMIL);
    done(&w);
    assert_false(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_CALL_RINGING), 2);

    end_of_world(&w);
}


static void
each_answers_for_oneself(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    ring(&w, EMIL);
    done(&w);
    ring(&w, OLGA)->in.ring.participant = id(41);
    w.op.actor = id(EMIL);
    done(&w);

    answer(&w, STORE_OP_CALL_DECLINE, OLGA);
    done(&w);
    assert_int_equal(part_of(&w, CALL, 41).ring, 0);
    assert_int_not_equal(part_of(&w, CALL, EMILS_PLACE).ring, 0);

    answer(&w, STORE_OP_CALL_DECLINE, EMIL);
    done(&w);
    assert_false(w.op.out.again);
    assert_int_equal(part_of(&w, CALL, EMILS_PLACE).ring, 0);
    assert_int_equal(events(&w, STORE_EVENT_CALL_DECLINED), 2);

    answer(&w, STORE_OP_CALL_DECLINE, EMIL);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_CALL_DECLINED), 2);

    /* a decline is no farewell */

    join(&w, EMILS, CALL, 0);
    done(&w);

    end_of_world(&w);
}


static void
not_everybody_is_rung(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    ring(&w, 99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(EMIL);
    w.op.in.user_set.set_suspended = true;
    w.op.in.user_set.suspended = true;
    done(&w);
    ring(&w, EMIL);
    refused(&w, STORE_REASON_SUSPENDED);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(EMIL);
    w.op.in.user_set.set_suspended = true;
    done(&w);
    ring(&w, EMIL);
    done(&w);

    leave(&w, STORE_OP_REMOVE, CALL, EMILS_PLACE);
    done(&w);
    assert_int_equal(part_of(&w, CALL, EMILS_PLACE).ring, 0);
    ring(&w, EMIL);
    refused(&w, STORE_REASON_REMOVED);

    end_of_world(&w);
}


static void
a_call_that_ends_rings_no_more(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    ring(&w, EMIL);
    done(&w);

    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(CALL);
    done(&w);
    assert_int_equal(part_of(&w, CALL, EMILS_PLACE).ring, 0);

    w.now += HOUR;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_CALL_MISSED), 0);

    ring(&w, EMIL);
    refused(&w, STORE_REASON_CALL_ENDED);
    whole(&w);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(whoever_is_rung_may_come),
        cmocka_unit_test(missed_after_a_while),
        cmocka_unit_test(each_answers_for_oneself),
        cmocka_unit_test(not_everybody_is_rung),
        cmocka_unit_test(a_call_that_ends_rings_no_more)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
