/* Who may be in a call only with the inviter, when the inviter is away. */

#include "store_world.h"


enum { LINK = 7, MAX = 20, OLGAS_PLACE = 40 };


static void
goes_away(world_t *w)
{
    attach(w, STORE_OP_DETACH, 60, OLGAS_PLACE);
    done(w);
}


static void
a_service_call_waits_and_its_external_does_not(void **state)
{
    world_t  w;

    (void) state;
    with_external(&w, STORE_CALL_SERVICE, OLGAS_PLACE, LINK, MAX);
    goes_away(&w);

    w.now += MINUTE - 1;
    sweep(&w);
    assert_int_equal(session_of(&w, MAX * 10 + 1).ended, 0);

    w.now += 1;
    sweep(&w);
    assert_int_equal(session_of(&w, MAX * 10 + 1).reason,
                     STORE_REASON_INVITER_LEFT);
    assert_int_equal(part_of(&w, 60, MAX * 10 + 2).state, STORE_PART_LEFT);
    assert_int_equal(part_of(&w, 60, OLGAS_PLACE).state, STORE_PART_AWAY);
    assert_int_equal(call_of(&w, 60).state, STORE_CALL_LIVE);
    assert_int_equal(says(&w, LINK, MAX), STORE_REASON_INVITER_LEFT);
    whole(&w);

    /* nobody is invited by somebody who is not there */

    invitation(&w, LINK + 1, 60, STORE_INV_EXTERNAL);
    refused(&w, STORE_REASON_INVITER_LEFT);

    /* she comes back: her call goes on, and so may he */

    arrive(&w, OLGAS, 60, OLGAS_PLACE);
    assert_int_equal(says(&w, LINK, MAX), STORE_REASON_NONE);
    press(&w, LINK, MAX)->in.redeem.session = id(999);
    done(&w);
    assert_true(w.op.out.again);

    end_of_world(&w);
}


static void
who_comes_back_in_time_finds_everybody(void **state)
{
    world_t  w;

    (void) state;
    with_external(&w, STORE_CALL_SERVICE, OLGAS_PLACE, LINK, MAX);
    goes_away(&w);

    w.now += MINUTE - 1;
    arrive(&w, OLGAS, 60, OLGAS_PLACE);
    w.now += HOUR;
    sweep(&w);
    assert_int_equal(session_of(&w, MAX * 10 + 1).ended, 0);

    end_of_world(&w);
}


static void
a_conference_has_one_grace(void **state)
{
    world_t  w;

    (void) state;
    with_external(&w, STORE_CALL_CONFERENCE, OLGAS_PLACE, LINK, MAX);
    goes_away(&w);
    assert_int_equal(part_of(&w, 60, OLGAS_PLACE).alone, 0);

    w.now += MINUTE;
    sweep(&w);
    assert_int_equal(session_of(&w, MAX * 10 + 1).reason,
                     STORE_REASON_INVITER_LEFT);
    assert_int_equal(part_of(&w, 60, OLGAS_PLACE).state, STORE_PART_LEFT);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_service_call_waits_and_its_external_does_not),
        cmocka_unit_test(who_comes_back_in_time_finds_everybody),
        cmocka_unit_test(a_conference_has_one_grace)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
