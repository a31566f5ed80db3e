/* A link becomes a guest session. */

#include "store_world.h"


static void
each_browser_is_a_guest_of_its_own(void **state)
{
    world_t     w;
    store_id_t  session = id(21);

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    assert_int_equal(says(&w, 7, 0), STORE_REASON_NONE);

    press(&w, 7, 2);
    done(&w);
    assert_true(store_id_equal(&w.op.out.session, &session));
    assert_int_equal(w.op.out.room, 4711 + CALL);
    assert_int_equal(w.op.out.expires, w.now + 12 * HOUR);
    assert_false(w.op.out.again);

    press(&w, 7, 3);
    done(&w);
    assert_false(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_REDEEMED), 2);
    assert_int_equal(part_of(&w, CALL, 22).kind, STORE_KIND_GUEST);
    assert_int_equal(acme(&w).seats, 0);

    end_of_world(&w);
}


static void
the_same_browser_gets_the_same_session(void **state)
{
    world_t     w;
    uint64_t    writes;
    store_id_t  session;

    (void) state;
    world(&w);

    arrive(&w, OLGAS, CALL, 8);
    invitation(&w, 7, CALL, STORE_INV_EXTERNAL);
    done(&w);

    press(&w, 7, 2);
    done(&w);
    session = w.op.out.session;

    press(&w, 7, 2);
    w.op.in.redeem.session = id(901);
    w.op.in.redeem.participant = id(902);
    w.op.in.redeem.terms_accepted = false;
    writes = w.memory.view.writes;
    done(&w);
    assert_true(w.op.out.again);
    assert_true(store_id_equal(&w.op.out.session, &session));
    assert_int_equal(w.memory.view.writes, writes);

    /* one use: another browser is refused, this one still is not */

    assert_int_equal(says(&w, 7, 3), STORE_REASON_USED);
    press(&w, 7, 3);
    refused(&w, STORE_REASON_USED);
    assert_int_equal(says(&w, 7, 2), STORE_REASON_NONE);

    end_of_world(&w);
}


static void
a_session_that_ran_out_is_renewed(void **state)
{
    world_t     w;
    store_id_t  participant;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    press(&w, 7, 2);
    w.op.in.redeem.lifetime = HOUR;
    done(&w);
    participant = w.op.out.participant;

    arrive(&w, OLGAS, CALL, 8);
    w.now += HOUR;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_SESSION_EXPIRED), 1);
    join(&w, 21, CALL, 0);
    refused(&w, STORE_REASON_SIGNED_OUT);

    press(&w, 7, 2);
    w.op.in.redeem.session = id(901);
    w.op.in.redeem.participant = id(902);
    done(&w);
    assert_true(w.op.out.again);
    assert_true(store_id_equal(&w.op.out.participant, &participant));
    whole(&w);

    arrive(&w, 901, CALL, 22);
    assert_int_equal(acme(&w).seats, 1);

    end_of_world(&w);
}


static void
reasons_come_in_their_order(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    press(&w, 99, 2);
    refused(&w, STORE_REASON_UNKNOWN_LINK);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.expires = w.now + HOUR;
    w.op.in.invitation_create.starts_at = w.now + 10 * MINUTE;
    w.op.in.invitation_create.uses = 1;
    w.op.in.invitation_create.terms = true;
    done(&w);

    assert_int_equal(says(&w, 7, 2), STORE_REASON_NOT_YET);
    w.now += 10 * MINUTE;
    assert_int_equal(says(&w, 7, 2), STORE_REASON_NONE);

    press(&w, 7, 2);
    w.op.in.redeem.terms_accepted = false;
    refused(&w, STORE_REASON_TERMS_REQUIRED);

    w.places = 1;
    w.seats = 0;
    arrive(&w, OLGAS, CALL, 8);
    press(&w, 7, 2);
    refused(&w, STORE_REASON_CALL_FULL);
    w.places = 0;
    press(&w, 7, 2);
    refused(&w, STORE_REASON_NO_GUEST_SEAT);
    w.seats = 1;
    press(&w, 7, 2);
    done(&w);
    assert_int_equal(session_of(&w, 21).terms_at, w.now);

    assert_int_equal(says(&w, 7, 3), STORE_REASON_USED);

    leave(&w, STORE_OP_LEAVE, CALL, 8);
    done(&w);
    call_is(&w, STORE_CALL_ENDED);
    assert_int_equal(says(&w, 7, 2), STORE_REASON_CALL_ENDED);
    assert_int_equal(says(&w, 7, 3), STORE_REASON_CALL_ENDED);

    w.now += HOUR;
    assert_int_equal(says(&w, 7, 2), STORE_REASON_EXPIRED);
    ask(&w, STORE_OP_INVITATION_WITHDRAW);
    w.op.in.invitation_withdraw.invitation = id(7);
    done(&w);
    assert_int_equal(says(&w, 7, 2), STORE_REASON_WITHDRAWN);

    end_of_world(&w);
}


static void
a_withdrawn_link_leaves_who_is_in(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    guest(&w, 7, 2);

    ask(&w, STORE_OP_INVITATION_WITHDRAW);
    w.op.in.invitation_withdraw.invitation = id(7);
    done(&w);
    assert_false(w.op.out.again);
    ask(&w, STORE_OP_INVITATION_WITHDRAW);
    w.op.in.invitation_withdraw.invitation = id(7);
    done(&w);
    assert_true(w.op.out.again);

    press(&w, 7, 2);
    refused(&w, STORE_REASON_WITHDRAWN);
    join(&w, 21, CALL, 0);
    done(&w);
    state_is(&w, 22, STORE_PART_PRESENT);

    end_of_world(&w);
}


static void
an_expired_link_leaves_who_is_in(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.expires = w.now + HOUR;
    done(&w);
    guest(&w, 7, 2);

    w.now += HOUR;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_EXPIRED), 1);
    assert_int_equal(says(&w, 7, 3), STORE_REASON_EXPIRED);
    state_is(&w, 22, STORE_PART_PRESENT);
    assert_int_equal(session_of(&w, 21).ended, 0);

    end_of_world(&w);
}


/* Guests wait for the start of a call, users need not. */

static void
a_call_that_starts_later(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    ask(&w, STORE_OP_CALL_CREATE);
    w.op.in.call_create.call = id(60);
    w.op.in.call_create.account = id(ACME);
    w.op.in.call_create.owner = id(OLGA);
    w.op.in.call_create.kind = STORE_CALL_CONFERENCE;
    w.op.in.call_create.room = 1;
    w.op.in.call_create.starts_at = w.now + 2 * HOUR;
    done(&w);
    assert_int_equal(call_of(&w, 60).due, w.now + 3 * HOUR);

    invitation(&w, 7, 60, STORE_INV_CONFERENCE);
    done(&w);
    assert_int_equal(says(&w, 7, 2), STORE_REASON_NOT_YET);
    press(&w, 7, 2);
    refused(&w, STORE_REASON_NOT_YET);

    arrive(&w, OLGAS, 60, 8);
    assert_int_equal(says(&w, 7, 2), STORE_REASON_NOT_YET);

    w.now += 2 * HOUR;
    press(&w, 7, 2);
    done(&w);

    /* where it was put off after the Join, the guest waits again */

    w.now -= 1;
    join(&w, 21, 60, 0);
    refused(&w, STORE_REASON_NOT_YET);
    w.now += 1;
    arrive(&w, 21, 60, 22);

    end_of_world(&w);
}


static void
names(void **state)
{
    size_t    i;
    world_t   w;

    static const char *const  bad[] = {
        " Gus", "Gus ", "Gus\n", "Gus\x01", "\xff", "\xc0\x80",
        "\xed\xa0\x80", "Gus\xc2\x85",
        "12345678901234567890123456789012345678901234567890123456789012345"
    };

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        press(&w, 7, 2);
        w.op.in.redeem.name = text(bad[i]);
        assert_int_equal(run(&w), STORE_INVALID);
    }

    press(&w, 7, 2);
    w.op.in.redeem.name = text("");
    assert_int_equal(run(&w), STORE_INVALID);

    press(&w, 7, 2);
    w.op.in.redeem.name = text("Gus \xc3\x9c. \xe2\x98\x82\xf0\x9f\x98\x80");
    done(&w);

    /* what the inviter gave stands for who types none; an external's is
       always the inviter's */

    invitation(&w, 8, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.name = text("Invited");
    done(&w);
    press(&w, 8, 3);
    w.op.in.redeem.name = text("");
    done(&w);
    assert_memory_equal(session_of(&w, 31).name.data, "Invited", 7);

    arrive(&w, OLGAS, CALL, 9);
    invitation(&w, 10, CALL, STORE_INV_EXTERNAL);
    done(&w);
    press(&w, 10, 4);
    done(&w);
    assert_memory_equal(session_of(&w, 41).name.data, "Ext", 3);

    end_of_world(&w);
}


static void
suspended_account(void **state)
{
    world_t          w;
    store_account_t  account;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);

    account = acme(&w);
    account.suspended = 1;
    store_record_put(&w.memory.view, STORE_IS_account, &account);

    press(&w, 7, 2);
    refused(&w, STORE_REASON_SUSPENDED);
    join(&w, OLGAS, CALL, 8);
    refused(&w, STORE_REASON_SUSPENDED);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_browser_is_a_guest_of_its_own),
        cmocka_unit_test(the_same_browser_gets_the_same_session),
        cmocka_unit_test(a_session_that_ran_out_is_renewed),
        cmocka_unit_test(reasons_come_in_their_order),
        cmocka_unit_test(a_withdrawn_link_leaves_who_is_in),
        cmocka_unit_test(an_expired_link_leaves_who_is_in),
        cmocka_unit_test(a_call_that_starts_later),
        cmocka_unit_test(names),
        cmocka_unit_test(suspended_account)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
