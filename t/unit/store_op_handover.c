/* Ownership that changes hands, links that replace links, terms that change,
   and presence that somebody else reports. */

#include "store_world.h"


enum { LINK = 7, NEXT = 8, OLGAP = 40, EMILP = 50, MINTED = 60 };


static void
hand_over(world_t *w, uint32_t user)
{
    ask(w, STORE_OP_CALL_HAND_OVER);
    w->op.actor = id(OLGA);
    w->op.in.hand_over.call = id(CALL);
    w->op.in.hand_over.user = id(user);
    w->op.in.hand_over.participant = id(MINTED);
}


static void
owner_is(world_t *w, uint32_t user)
{
    store_id_t    owner = id(user);
    store_call_t  call = call_of(w, CALL);

    assert_true(store_id_equal(&call.owner, &owner));
}


static void
goes_to_another_user(void **state)
{
    world_t              w;
    store_id_t           emil = id(EMIL);
    store_participant_t  olga;

    (void) state;
    world(&w);

    hand_over(&w, EMIL);
    done(&w);
    assert_false(w.op.out.again);
    owner_is(&w, EMIL);

    arrive(&w, EMILS, CALL, EMILP);
    assert_int_equal(events(&w, STORE_EVENT_CALL_HANDED_OVER), 1);

    /* who had it is still of the call, although never in it */

    olga = part_of(&w, CALL, MINTED);
    assert_true(store_id_equal(&olga.inviter, &emil));
    assert_int_equal(olga.state, STORE_PART_INVITED);

    hand_over(&w, EMIL);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_CALL_HANDED_OVER), 1);

    arrive(&w, OLGAS, CALL, MINTED);
    state_is(&w, MINTED, STORE_PART_PRESENT);
    hand_over(&w, OLGA);
    done(&w);
    owner_is(&w, OLGA);

    end_of_world(&w);
}


static void
refuses_to_go_elsewhere(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    arrive(&w, EMILS, CALL, EMILP);

    hand_over(&w, 999);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(EMIL);
    w.op.in.user_set.set_suspended = true;
    w.op.in.user_set.suspended = true;
    done(&w);
    hand_over(&w, EMIL);
    refused(&w, STORE_REASON_SUSPENDED);

    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(CALL);
    done(&w);
    hand_over(&w, EMIL);
    refused(&w, STORE_REASON_CALL_ENDED);
    owner_is(&w, OLGA);

    end_of_world(&w);
}


/* An external bound to the owner goes with whoever owns the call then. */

static void
bound_to_the_owner_of_now(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    arrive(&w, OLGAS, CALL, OLGAP);
    arrive(&w, EMILS, CALL, EMILP);

    invitation(&w, LINK, CALL, STORE_INV_EXTERNAL);
    w.op.in.invitation_create.bound_to = 3;
    done(&w);
    guest(&w, LINK, 2);

    hand_over(&w, EMIL);
    done(&w);
    leave(&w, STORE_OP_LEAVE, CALL, OLGAP);
    done(&w);
    state_is(&w, 22, STORE_PART_PRESENT);

    leave(&w, STORE_OP_LEAVE, CALL, EMILP);
    done(&w);
    state_is(&w, 22, STORE_PART_LEFT);
    assert_int_equal(session_of(&w, 21).reason, STORE_REASON_INVITER_LEFT);

    end_of_world(&w);
}


/* The owner must be there: a call that goes to somebody who is not leaves no
   external behind who is bound to the owner, and all others. */

static void
bound_to_an_owner_who_is_not_there(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    arrive(&w, OLGAS, CALL, OLGAP);

    invitation(&w, LINK, CALL, STORE_INV_EXTERNAL);
    w.op.in.invitation_create.bound_to = 3;
    done(&w);
    guest(&w, LINK, 2);

    invitation(&w, NEXT, CALL, STORE_INV_EXTERNAL);
    w.op.in.invitation_create.bound_to = 2;
    done(&w);
    guest(&w, NEXT, 3);

    hand_over(&w, EMIL);
    done(&w);
    state_is(&w, 22, STORE_PART_LEFT);
    assert_int_equal(session_of(&w, 21).reason, STORE_REASON_INVITER_LEFT);
    state_is(&w, 32, STORE_PART_PRESENT);
    state_is(&w, OLGAP, STORE_PART_PRESENT);

    end_of_world(&w);
}


static void
a_new_link_ends_the_old_one(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);

    invitation(&w, NEXT, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.inviter = id(EMIL);
    w.op.in.invitation_create.replaces = id(LINK);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    assert_int_equal(says(&w, LINK, 2), STORE_REASON_NONE);

    invitation(&w, NEXT, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.replaces = id(LINK);
    done(&w);
    assert_int_equal(says(&w, LINK, 2), STORE_REASON_WITHDRAWN);
    assert_int_equal(says(&w, NEXT, 2), STORE_REASON_NONE);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_WITHDRAWN), 1);

    end_of_world(&w);
}


static void
refuse(world_t *w)
{
    ask(w, STORE_OP_INVITATION_REFUSED);
    w->op.in.invitation_withdraw.invitation = id(LINK);
    done(w);
}


static void
the_inviter_is_told_once_of_a_second_browser(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    arrive(&w, OLGAS, CALL, OLGAP);
    invitation(&w, LINK, CALL, STORE_INV_EXTERNAL);
    done(&w);

    refuse(&w);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_REFUSED), 0);

    guest(&w, LINK, 2);
    press(&w, LINK, 3);
    refused(&w, STORE_REASON_USED);
    refuse(&w);
    refuse(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_REFUSED), 1);

    end_of_world(&w);
}


static void
new_terms_are_asked_for_again(void **state)
{
    world_t          w;
    store_session_t  session;

    (void) state;
    world(&w);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.terms = true;
    done(&w);
    guest(&w, LINK, 2);

    press(&w, LINK, 2);
    w.op.in.redeem.terms_accepted = false;
    done(&w);
    assert_true(w.op.out.again);

    w.now += MINUTE;
    press(&w, LINK, 2);
    w.op.in.redeem.terms_version = text("2025-1");
    w.op.in.redeem.terms_accepted = false;
    refused(&w, STORE_REASON_TERMS_REQUIRED);

    press(&w, LINK, 2);
    w.op.in.redeem.terms_version = text("2025-1");
    done(&w);
    session = session_of(&w, 21);
    assert_int_equal(session.terms.len, 6);
    assert_memory_equal(session.terms.data, "2025-1", 6);
    assert_int_equal(session.terms_at, w.now);

    end_of_world(&w);
}


static void
presence_by_report(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    press(&w, LINK, 2);
    done(&w);

    leave(&w, STORE_OP_REPORT, CALL, 22);
    done(&w);
    state_is(&w, 22, STORE_PART_PRESENT);
    call_is(&w, STORE_CALL_LIVE);
    assert_int_equal(acme(&w).seats, 1);

    leave(&w, STORE_OP_REPORT, CALL, 22);
    done(&w);
    assert_true(w.op.out.again);

    leave(&w, STORE_OP_LEAVE, CALL, 22);
    done(&w);
    state_is(&w, 22, STORE_PART_LEFT);
    assert_int_equal(acme(&w).seats, 0);

    leave(&w, STORE_OP_REMOVE, CALL, 22);
    done(&w);
    leave(&w, STORE_OP_REPORT, CALL, 22);
    refused(&w, STORE_REASON_REMOVED);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(goes_to_another_user),
        cmocka_unit_test(refuses_to_go_elsewhere),
        cmocka_unit_test(bound_to_the_owner_of_now),
        cmocka_unit_test(bound_to_an_owner_who_is_not_there),
        cmocka_unit_test(a_new_link_ends_the_old_one),
        cmocka_unit_test(the_inviter_is_told_once_of_a_second_browser),
        cmocka_unit_test(new_terms_are_asked_for_again),
        cmocka_unit_test(presence_by_report)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
