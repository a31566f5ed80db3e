/* Who is in a call: joining, present, away, left, removed. */

#include "store_world.h"


static void
joining_holds_a_place_and_makes_no_call_live(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    press(&w, 7, 2);
    done(&w);
    state_is(&w, 22, STORE_PART_INVITED);
    assert_int_equal(acme(&w).seats, 0);

    join(&w, 21, CALL, 0);
    done(&w);
    assert_false(w.op.out.again);
    assert_int_equal(w.op.out.room, 4711 + CALL);
    state_is(&w, 22, STORE_PART_JOINING);
    call_is(&w, STORE_CALL_OPEN);
    assert_int_equal(acme(&w).seats, 1);
    assert_int_equal(call_of(&w, CALL).joining, 1);

    w.now += 29999;
    sweep(&w);
    state_is(&w, 22, STORE_PART_JOINING);

    w.now += 1;
    sweep(&w);
    state_is(&w, 22, STORE_PART_INVITED);
    call_is(&w, STORE_CALL_OPEN);
    assert_int_equal(acme(&w).seats, 0);

    end_of_world(&w);
}


static void
attach_makes_present_and_live(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    guest(&w, 7, 2);
    state_is(&w, 22, STORE_PART_PRESENT);
    call_is(&w, STORE_CALL_LIVE);
    assert_int_equal(call_of(&w, CALL).due, 0);
    assert_int_equal(events(&w, STORE_EVENT_CALL_LIVE), 1);

    /* asked again, nothing changes */

    assert_false(store_op_run(&w.memory.view, &w.op));
    assert_true(w.op.out.again);
    assert_int_equal(part_of(&w, CALL, 22).attached, 1);

    end_of_world(&w);
}


static void
two_connections_count_once_and_away_needs_none(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    arrive(&w, OLGAS, CALL, 8);
    w.worker = 2;
    arrive(&w, OLGAS, CALL, 8);
    assert_int_equal(part_of(&w, CALL, 8).attached, 2);
    assert_int_equal(call_of(&w, CALL).here, 1);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_PRESENT), 1);
    whole(&w);

    attach(&w, STORE_OP_DETACH, CALL, 8);
    done(&w);
    state_is(&w, 8, STORE_PART_PRESENT);

    /* a worker that has no row takes nothing away */

    attach(&w, STORE_OP_DETACH, CALL, 8);
    done(&w);
    assert_true(w.op.out.again);
    state_is(&w, 8, STORE_PART_PRESENT);

    w.worker = 1;
    attach(&w, STORE_OP_DETACH, CALL, 8);
    done(&w);
    state_is(&w, 8, STORE_PART_AWAY);
    call_is(&w, STORE_CALL_LIVE);

    end_of_world(&w);
}


static void
away_becomes_left_after_the_grace(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    arrive(&w, OLGAS, CALL, 8);
    arrive(&w, EMILS, CALL, 9);
    attach(&w, STORE_OP_DETACH, CALL, 8);
    done(&w);

    w.now += w.grace - 1;
    sweep(&w);
    state_is(&w, 8, STORE_PART_AWAY);

    w.now += 1;
    sweep(&w);
    state_is(&w, 8, STORE_PART_LEFT);
    call_is(&w, STORE_CALL_LIVE);

    arrive(&w, OLGAS, CALL, 8);
    state_is(&w, 8, STORE_PART_PRESENT);

    end_of_world(&w);
}


static void
coming_back_within_the_grace(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    arrive(&w, OLGAS, CALL, 8);
    attach(&w, STORE_OP_DETACH, CALL, 8);
    done(&w);

    /* joining again just before the end holds the place for the handshake */

    w.now += w.grace - 1;
    join(&w, OLGAS, CALL, 0);
    done(&w);
    state_is(&w, 8, STORE_PART_AWAY);
    w.now += 20000;
    sweep(&w);
    state_is(&w, 8, STORE_PART_AWAY);
    attach(&w, STORE_OP_ATTACH, CALL, 8);
    done(&w);
    state_is(&w, 8, STORE_PART_PRESENT);

    w.now += HOUR;
    sweep(&w);
    state_is(&w, 8, STORE_PART_PRESENT);

    end_of_world(&w);
}


static void
a_failed_handshake_goes_back(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    join(&w, OLGAS, CALL, 8);
    done(&w);
    attach(&w, STORE_OP_DETACH, CALL, 8);
    w.op.in.attach.failed = true;
    done(&w);
    state_is(&w, 8, STORE_PART_LEFT);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_FAILED), 1);
    call_is(&w, STORE_CALL_OPEN);

    /* a failed second one leaves who is there alone */

    arrive(&w, OLGAS, CALL, 8);
    attach(&w, STORE_OP_DETACH, CALL, 8);
    w.op.in.attach.failed = true;
    done(&w);
    state_is(&w, 8, STORE_PART_PRESENT);

    end_of_world(&w);
}


static void
limits_refuse(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    press(&w, 7, 2);
    done(&w);
    press(&w, 7, 3);
    done(&w);

    w.places = 1;
    arrive(&w, OLGAS, CALL, 8);
    join(&w, 21, CALL, 0);
    refused(&w, STORE_REASON_CALL_FULL);

    w.places = 0;
    w.seats = 1;
    arrive(&w, 21, CALL, 22);
    join(&w, 31, CALL, 0);
    refused(&w, STORE_REASON_NO_GUEST_SEAT);

    /* a user needs no seat */

    arrive(&w, EMILS, CALL, 9);

    w.sockets = 1;
    join(&w, 21, CALL, 0);
    refused(&w, STORE_REASON_TOO_MANY);
    attach(&w, STORE_OP_ATTACH, CALL, 22);
    refused(&w, STORE_REASON_TOO_MANY);

    /* the seat is free when the guest has left */

    leave(&w, STORE_OP_LEAVE, CALL, 22);
    done(&w);
    arrive(&w, 31, CALL, 32);
    assert_int_equal(acme(&w).seats, 1);

    /* a connection that comes after the leaving needs a seat, too */

    attach(&w, STORE_OP_ATTACH, CALL, 22);
    refused(&w, STORE_REASON_NO_GUEST_SEAT);

    end_of_world(&w);
}


static void
a_call_ends_when_all_have_left(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);

    /* a guest who comes early and goes does not end it */

    guest(&w, 7, 2);
    leave(&w, STORE_OP_LEAVE, CALL, 22);
    done(&w);
    call_is(&w, STORE_CALL_LIVE);

    arrive(&w, 21, CALL, 22);
    arrive(&w, OLGAS, CALL, 8);
    leave(&w, STORE_OP_LEAVE, CALL, 8);
    done(&w);
    call_is(&w, STORE_CALL_LIVE);

    attach(&w, STORE_OP_DETACH, CALL, 22);
    done(&w);
    call_is(&w, STORE_CALL_LIVE);
    w.now += w.grace;
    sweep(&w);
    call_is(&w, STORE_CALL_ENDED);

    assert_int_equal(says(&w, 7, 2), STORE_REASON_CALL_ENDED);
    assert_int_equal(says(&w, 7, 9), STORE_REASON_CALL_ENDED);
    assert_int_equal(session_of(&w, 21).reason, STORE_REASON_CALL_ENDED);

    join(&w, 21, CALL, 0);
    refused(&w, STORE_REASON_CALL_ENDED);
    join(&w, OLGAS, CALL, 0);
    refused(&w, STORE_REASON_CALL_ENDED);
    attach(&w, STORE_OP_ATTACH, CALL, 8);
    refused(&w, STORE_REASON_CALL_ENDED);

    end_of_world(&w);
}


static void
somebody_at_the_door_keeps_the_call(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    arrive(&w, OLGAS, CALL, 8);
    join(&w, EMILS, CALL, 9);
    done(&w);
    leave(&w, STORE_OP_LEAVE, CALL, 8);
    done(&w);
    call_is(&w, STORE_CALL_LIVE);

    w.now += 30000;
    sweep(&w);
    state_is(&w, 9, STORE_PART_LEFT);
    call_is(&w, STORE_CALL_ENDED);

    end_of_world(&w);
}


static void
the_owner_may_end_it_by_leaving(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    w.owner_ends = true;
    arrive(&w, OLGAS, CALL, 8);
    arrive(&w, EMILS, CALL, 9);
    leave(&w, STORE_OP_LEAVE, CALL, 9);
    done(&w);
    call_is(&w, STORE_CALL_LIVE);

    arrive(&w, EMILS, CALL, 9);
    leave(&w, STORE_OP_LEAVE, CALL, 8);
    done(&w);
    call_is(&w, STORE_CALL_ENDED);
    state_is(&w, 9, STORE_PART_LEFT);

    end_of_world(&w);
}


static void
removing_bars_session_and_place(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    guest(&w, 7, 2);
    guest(&w, 7, 3);

    leave(&w, STORE_OP_REMOVE, CALL, 22);
    done(&w);
    state_is(&w, 22, STORE_PART_REMOVED);
    assert_int_equal(session_of(&w, 21).reason, STORE_REASON_REMOVED);
    assert_int_equal(says(&w, 7, 2), STORE_REASON_REMOVED);
    assert_int_equal(acme(&w).seats, 1);

    press(&w, 7, 2);
    refused(&w, STORE_REASON_REMOVED);
    join(&w, 21, CALL, 0);
    refused(&w, STORE_REASON_REMOVED);
    attach(&w, STORE_OP_ATTACH, CALL, 22);
    refused(&w, STORE_REASON_REMOVED);

    /* the link is shared: others are not touched */

    assert_int_equal(says(&w, 7, 3), STORE_REASON_NONE);
    assert_int_equal(says(&w, 7, 4), STORE_REASON_NONE);

    leave(&w, STORE_OP_REMOVE, CALL, 22);
    done(&w);
    assert_true(w.op.out.again);

    end_of_world(&w);
}


/* A connection of the worker that was opened then. */

static void
opened(world_t *w, uint8_t worker, store_op_kind_t kind, uint64_t when)
{
    w->worker = worker;
    attach(w, kind, CALL, 8);
    w->op.in.attach.opened = when;
    done(w);
    whole(w);
}


static void
the_oldest_makes_room(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    w.sockets = 2;
    w.replace = true;

    join(&w, OLGAS, CALL, 8);
    done(&w);
    opened(&w, 1, STORE_OP_ATTACH, 5000);
    opened(&w, 2, STORE_OP_ATTACH, 4000);
    assert_true(w.op.out.told);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_CROWDED), 0);

    join(&w, OLGAS, CALL, 0);
    done(&w);
    opened(&w, 1, STORE_OP_ATTACH, 6000);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_CROWDED), 1);
    assert_int_equal(part_of(&w, CALL, 8).attached, 2);

    /* the one that made room goes: it counts no more */

    opened(&w, 2, STORE_OP_DETACH, 4000);
    assert_true(w.op.out.again);
    assert_int_equal(part_of(&w, CALL, 8).attached, 2);

    opened(&w, 2, STORE_OP_ATTACH, 7000);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_CROWDED), 2);
    opened(&w, 1, STORE_OP_DETACH, 5000);
    assert_true(w.op.out.again);
    assert_int_equal(part_of(&w, CALL, 8).attached, 2);

    opened(&w, 1, STORE_OP_DETACH, 6000);
    assert_int_equal(part_of(&w, CALL, 8).attached, 1);
    opened(&w, 2, STORE_OP_DETACH, 7000);
    state_is(&w, 8, STORE_PART_AWAY);

    end_of_world(&w);
}


static void
who_has_no_time_makes_no_room(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    w.sockets = 2;
    arrive(&w, OLGAS, CALL, 8);
    opened(&w, 1, STORE_OP_ATTACH, 0);
    w.replace = true;

    attach(&w, STORE_OP_ATTACH, CALL, 8);
    w.op.in.attach.opened = 5000;
    refused(&w, STORE_REASON_TOO_MANY);

    /* one of them goes, and from then on there is one with a time */

    opened(&w, 1, STORE_OP_DETACH, 0);
    opened(&w, 1, STORE_OP_ATTACH, 6000);
    opened(&w, 1, STORE_OP_ATTACH, 7000);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_CROWDED), 1);
    opened(&w, 1, STORE_OP_DETACH, 0);
    opened(&w, 1, STORE_OP_DETACH, 0);
    state_is(&w, 8, STORE_PART_AWAY);

    end_of_world(&w);
}


static void
an_external_goes_with_the_inviter(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_EXTERNAL);
    refused(&w, STORE_REASON_INVITER_LEFT);

    arrive(&w, OLGAS, CALL, 8);
    arrive(&w, EMILS, CALL, 9);
    invitation(&w, 7, CALL, STORE_INV_EXTERNAL);
    done(&w);
    guest(&w, 7, 2);
    assert_int_equal(part_of(&w, CALL, 22).kind, STORE_KIND_EXTERNAL);

    attach(&w, STORE_OP_DETACH, CALL, 8);
    done(&w);
    state_is(&w, 22, STORE_PART_PRESENT);

    w.now += w.grace;
    sweep(&w);
    state_is(&w, 8, STORE_PART_LEFT);
    state_is(&w, 22, STORE_PART_LEFT);
    call_is(&w, STORE_CALL_LIVE);
    assert_int_equal(session_of(&w, 21).reason, STORE_REASON_INVITER_LEFT);
    assert_int_equal(says(&w, 7, 2), STORE_REASON_INVITER_LEFT);
    assert_int_equal(acme(&w).seats, 0);

    end_of_world(&w);
}


static void
somebody_elses_call(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    a_call(&w, 60, STORE_CALL_CONFERENCE);
    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    press(&w, 7, 2);
    done(&w);

    join(&w, 21, 60, 22);
    refused(&w, STORE_REASON_NOT_A_MEMBER);
    join(&w, 99, CALL, 22);
    refused(&w, STORE_REASON_SIGNED_OUT);
    join(&w, OLGAS, 61, 22);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    join(&w, OLGAS, CALL, 22);
    assert_int_equal(run(&w), STORE_EXISTS);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(joining_holds_a_place_and_makes_no_call_live),
        cmocka_unit_test(attach_makes_present_and_live),
        cmocka_unit_test(two_connections_count_once_and_away_needs_none),
        cmocka_unit_test(away_becomes_left_after_the_grace),
        cmocka_unit_test(coming_back_within_the_grace),
        cmocka_unit_test(a_failed_handshake_goes_back),
        cmocka_unit_test(limits_refuse),
        cmocka_unit_test(a_call_ends_when_all_have_left),
        cmocka_unit_test(somebody_at_the_door_keeps_the_call),
        cmocka_unit_test(the_owner_may_end_it_by_leaving),
        cmocka_unit_test(removing_bars_session_and_place),
        cmocka_unit_test(the_oldest_makes_room),
        cmocka_unit_test(who_has_no_time_makes_no_room),
        cmocka_unit_test(an_external_goes_with_the_inviter),
        cmocka_unit_test(somebody_elses_call)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
