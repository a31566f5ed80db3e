/* Service requests: the first Join makes the one call and rings the expert. */

#include "store_world.h"


enum { REQUEST = 7, MADE = 300 };


static void
request(world_t *w)
{
    world(w);

    invitation(w, REQUEST, CALL, STORE_INV_SERVICE_REQUEST);
    memset(&w->op.in.invitation_create.call, 0, sizeof(store_id_t));
    w->op.in.invitation_create.opens_call = true;
    w->op.in.invitation_create.expires = w->now + 24 * HOUR;
    done(w);
}


static store_op_t *
press_join(world_t *w, uint32_t browser, uint32_t call)
{
    press(w, REQUEST, browser);
    w->op.in.redeem.call = id(call);
    w->op.in.redeem.room = 9000 + call;
    w->op.presence.ring = 45000;

    return &w->op;
}


static void
looking_rings_nobody(void **state)
{
    world_t  w;

    (void) state;
    request(&w);

    assert_int_equal(says(&w, REQUEST, 2), STORE_REASON_NONE);
    assert_int_equal(events(&w, STORE_EVENT_CALL_CREATED), 1);
    assert_int_equal(events(&w, STORE_EVENT_CALL_RINGING), 0);

    /* never pressed within its time: expired */

    w.now += 24 * HOUR;
    assert_int_equal(says(&w, REQUEST, 2), STORE_REASON_EXPIRED);
    sweep(&w);
    press_join(&w, 2, MADE);
    refused(&w, STORE_REASON_EXPIRED);

    end_of_world(&w);
}


static void
two_presses_make_one_call(void **state)
{
    world_t       w;
    store_id_t    made = id(MADE);
    store_call_t  call;

    (void) state;
    request(&w);

    w.now += 24 * HOUR - 30000;
    press_join(&w, 2, MADE);
    done(&w);
    assert_true(store_id_equal(&w.op.out.call, &made));
    assert_int_equal(w.op.out.room, 9000 + MADE);

    press_join(&w, 3, MADE + 1);
    done(&w);
    assert_true(store_id_equal(&w.op.out.call, &made));

    call = call_of(&w, MADE);
    assert_int_equal(call.kind, STORE_CALL_SERVICE);
    assert_int_equal(call.state, STORE_CALL_OPEN);
    assert_true(store_id_equal(&call.owner, &(store_id_t) { { 0, 0x1d, 0, 0,
                0, 0, 0, 0, 0, 0, 0, OLGA } }));
    assert_int_equal(events(&w, STORE_EVENT_CALL_CREATED), 2);
    assert_int_equal(events(&w, STORE_EVENT_CALL_RINGING), 1);
    whole(&w);

    /* after those 24 hours, the same call */

    w.now += 5 * MINUTE;
    sweep(&w);
    assert_int_equal(says(&w, REQUEST, 2), STORE_REASON_NONE);
    press_join(&w, 4, MADE + 2);
    done(&w);
    assert_true(store_id_equal(&w.op.out.call, &made));
    assert_false(w.op.out.again);

    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(MADE);
    done(&w);
    press_join(&w, 5, MADE + 3);
    assert_int_equal(run(&w), STORE_REFUSED);
    assert_int_equal(w.op.reason, STORE_REASON_CALL_ENDED);

    end_of_world(&w);
}


static void
answered_missed_and_joined(void **state)
{
    world_t  w;

    (void) state;
    request(&w);
    press_join(&w, 2, MADE);
    done(&w);
    arrive(&w, 21, MADE, 22);

    w.now += 45000 - 1;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_CALL_MISSED), 0);
    w.now += 1;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_CALL_MISSED), 1);
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_CALL_MISSED), 1);
    assert_int_equal(call_of(&w, MADE).state, STORE_CALL_LIVE);

    /* nothing rings: nothing to answer; the expert may still join */

    ask(&w, STORE_OP_CALL_ACCEPT);
    w.op.in.call_end.call = id(MADE);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_CALL_ACCEPTED), 0);
    arrive(&w, OLGAS, MADE, 8);
    assert_int_equal(events(&w, STORE_EVENT_CALL_ACCEPTED), 0);

    end_of_world(&w);
}


static void
accepted_and_declined(void **state)
{
    world_t  w;

    (void) state;
    request(&w);
    press_join(&w, 2, MADE);
    done(&w);
    ask(&w, STORE_OP_CALL_DECLINE);
    w.op.in.call_end.call = id(MADE);
    done(&w);
    assert_false(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_CALL_DECLINED), 1);
    assert_int_equal(call_of(&w, MADE).answered, 0);
    end_of_world(&w);

    request(&w);
    press_join(&w, 2, MADE);
    done(&w);
    ask(&w, STORE_OP_CALL_ACCEPT);
    w.op.in.call_end.call = id(MADE);
    done(&w);
    assert_int_equal(call_of(&w, MADE).answered, w.now);
    end_of_world(&w);

    /* coming is accepting; somebody else's coming is not */

    request(&w);
    press_join(&w, 2, MADE);
    done(&w);
    arrive(&w, EMILS, MADE, 9);
    assert_int_equal(events(&w, STORE_EVENT_CALL_ACCEPTED), 0);
    arrive(&w, OLGAS, MADE, 8);
    assert_int_equal(events(&w, STORE_EVENT_CALL_ACCEPTED), 1);
    end_of_world(&w);
}


static void
losing_the_connection_is_not_ending(void **state)
{
    world_t  w;

    (void) state;
    request(&w);
    press_join(&w, 2, MADE);
    done(&w);
    arrive(&w, 21, MADE, 22);
    attach(&w, STORE_OP_DETACH, MADE, 22);
    done(&w);

    w.now += 15 * MINUTE - 1;
    sweep(&w);
    assert_int_equal(call_of(&w, MADE).state, STORE_CALL_LIVE);
    arrive(&w, OLGAS, MADE, 8);
    w.now += 1;
    sweep(&w);
    assert_int_equal(call_of(&w, MADE).state, STORE_CALL_LIVE);
    leave(&w, STORE_OP_LEAVE, MADE, 8);
    done(&w);
    assert_int_equal(call_of(&w, MADE).state, STORE_CALL_ENDED);
    assert_int_equal(says(&w, REQUEST, 2), STORE_REASON_CALL_ENDED);

    end_of_world(&w);
}


/* After the grace for either side nobody is left: it is over. */

static void
a_request_that_both_gave_up_ends(void **state)
{
    world_t  w;

    (void) state;
    request(&w);
    press_join(&w, 2, MADE);
    done(&w);
    arrive(&w, 21, MADE, 22);
    attach(&w, STORE_OP_DETACH, MADE, 22);
    done(&w);
    w.now += 15 * MINUTE;
    sweep(&w);
    assert_int_equal(call_of(&w, MADE).state, STORE_CALL_ENDED);
    assert_int_equal(session_of(&w, 21).reason, STORE_REASON_CALL_ENDED);

    end_of_world(&w);
}


static void
what_cannot_open_a_call(void **state)
{
    world_t  w;

    (void) state;
    request(&w);

    press_join(&w, 2, MADE);
    w.op.in.redeem.room = 0;
    assert_int_equal(run(&w), STORE_INVALID);
    press_join(&w, 2, CALL);
    assert_int_equal(run(&w), STORE_EXISTS);

    invitation(&w, 8, CALL, STORE_INV_CONFERENCE);
    memset(&w.op.in.invitation_create.call, 0, sizeof(store_id_t));
    w.op.in.invitation_create.opens_call = true;
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.invitation_create.kind = STORE_INV_SERVICE_REQUEST;
    w.op.in.invitation_create.opens_call = false;
    assert_int_equal(run(&w), STORE_INVALID);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(OLGA);
    w.op.in.user_set.set_suspended = true;
    w.op.in.user_set.suspended = true;
    done(&w);
    press_join(&w, 2, MADE);
    refused(&w, STORE_REASON_SUSPENDED);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(looking_rings_nobody),
        cmocka_unit_test(two_presses_make_one_call),
        cmocka_unit_test(answered_missed_and_joined),
        cmocka_unit_test(accepted_and_declined),
        cmocka_unit_test(losing_the_connection_is_not_ending),
        cmocka_unit_test(a_request_that_both_gave_up_ends),
        cmocka_unit_test(what_cannot_open_a_call)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
