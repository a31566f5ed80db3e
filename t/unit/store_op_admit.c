/* A user who opens a link as himself. */

#include "store_world.h"


enum { LINK = 7, EMILP = 50, OTHER = 90 };


static void
come(world_t *w, uint32_t user)
{
    ask(w, STORE_OP_ADMIT);
    w->op.actor = id(user);
    w->op.in.admit.invitation = id(LINK);
    w->op.in.admit.user = id(user);
    w->op.in.admit.participant = id(EMILP);
}


static void
is_invited_by_the_inviter(void **state)
{
    world_t              w;
    store_id_t           olga = id(OLGA), emil = id(EMIL);
    store_participant_t  part;

    (void) state;
    world(&w);

    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    come(&w, EMIL);
    done(&w);
    assert_false(w.op.out.again);

    part = part_of(&w, CALL, EMILP);
    assert_int_equal(part.kind, STORE_KIND_USER);
    assert_int_equal(part.state, STORE_PART_INVITED);
    assert_true(store_id_equal(&part.user, &emil));
    assert_true(store_id_equal(&part.inviter, &olga));
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_REDEEMED), 1);
    whole(&w);

    come(&w, EMIL);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_REDEEMED), 1);

    /* he needs no link to own the call */

    come(&w, OLGA);
    done(&w);
    assert_true(w.op.out.again);

    end_of_world(&w);
}


static void
may_come_before_the_guests(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.starts_at = w.now + HOUR;
    done(&w);
    press(&w, LINK, 2);
    refused(&w, STORE_REASON_NOT_YET);
    come(&w, EMIL);
    done(&w);

    end_of_world(&w);
}


static void
is_refused_by_what_ends_a_link(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    come(&w, EMIL);
    refused(&w, STORE_REASON_UNKNOWN_LINK);

    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    come(&w, OTHER);
    refused(&w, STORE_REASON_UNKNOWN_LINK);

    ask(&w, STORE_OP_INVITATION_WITHDRAW);
    w.op.in.invitation_withdraw.invitation = id(LINK);
    done(&w);
    come(&w, EMIL);
    refused(&w, STORE_REASON_WITHDRAWN);

    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(CALL);
    done(&w);
    come(&w, EMIL);
    refused(&w, STORE_REASON_CALL_ENDED);

    end_of_world(&w);
}


static void
stays_out_when_removed(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    come(&w, EMIL);
    done(&w);
    arrive(&w, OLGAS, CALL, 8);
    leave(&w, STORE_OP_REMOVE, CALL, EMILP);
    done(&w);
    come(&w, EMIL);
    refused(&w, STORE_REASON_REMOVED);

    end_of_world(&w);
}


static void
is_not_who_comes_from_outside(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    arrive(&w, OLGAS, CALL, 8);
    invitation(&w, LINK, CALL, STORE_INV_EXTERNAL);
    done(&w);
    come(&w, EMIL);
    refused(&w, STORE_REASON_NOT_A_MEMBER);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(is_invited_by_the_inviter),
        cmocka_unit_test(may_come_before_the_guests),
        cmocka_unit_test(is_refused_by_what_ends_a_link),
        cmocka_unit_test(stays_out_when_removed),
        cmocka_unit_test(is_not_who_comes_from_outside)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
