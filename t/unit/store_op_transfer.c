/* A guest goes on with another device. */

#include "store_world.h"


enum { LINK = 7, GUS = 20, PHONE = 30, THIRD = 31, PASS = 50 };


/* Gus is in the call with a browser, and shows a pass. */

static void
shown(world_t *w, store_inv_kind_t kind)
{
    world(w);
    arrive(w, OLGAS, CALL, 40);
    invitation(w, LINK, CALL, kind);
    done(w);
    guest(w, LINK, GUS);

    ask(w, STORE_OP_PASS_CREATE);
    w->op.in.pass_create.pass = id(PASS);
    w->op.in.pass_create.session = id(GUS * 10 + 1);
    w->op.in.pass_create.valid_for = 2 * MINUTE;
    done(w);
}


static store_op_t *
go_on(world_t *w, uint32_t browser)
{
    ask(w, STORE_OP_TRANSFER);
    w->op.in.transfer.pass = id(PASS);
    w->op.in.transfer.session = id(browser * 10 + 1);
    w->op.in.transfer.device = 2;
    store_put_u32(w->op.in.transfer.browser, browser);

    return &w->op;
}


static void
the_same_person_on_another_device(void **state)
{
    uint32_t             seats;
    world_t              w;
    store_session_t      former, session;
    store_participant_t  part;

    (void) state;
    shown(&w, STORE_INV_EXTERNAL);
    seats = acme(&w).seats;

    go_on(&w, PHONE);
    done(&w);
    assert_false(w.op.out.again);

    former = session_of(&w, GUS * 10 + 1);
    session = session_of(&w, PHONE * 10 + 1);
    assert_int_equal(former.reason, STORE_REASON_SIGNED_OUT);
    assert_int_equal(former.ended, w.now);
    assert_int_equal(session.ended, 0);
    assert_int_equal(session.expires, former.expires);
    assert_int_equal(session.device, 2);
    assert_memory_equal(session.name.data, former.name.data,
                        former.name.len);
    assert_memory_equal(session.profile.data, "technician", 10);
    assert_true(store_id_equal(&session.participant, &former.participant));

    part = part_of(&w, CALL, GUS * 10 + 2);
    assert_int_equal(part.state, STORE_PART_PRESENT);
    assert_true(store_id_equal(&part.session, &session.id));
    assert_int_equal(acme(&w).seats, seats);
    assert_int_equal(events(&w, STORE_EVENT_SESSION_REVOKED), 1);

    /* the new one comes, the old one's connection goes: never away */

    arrive(&w, PHONE * 10 + 1, CALL, GUS * 10 + 2);
    attach(&w, STORE_OP_DETACH, CALL, GUS * 10 + 2);
    done(&w);
    state_is(&w, GUS * 10 + 2, STORE_PART_PRESENT);
    assert_int_equal(acme(&w).seats, seats);

    /* asked again by the same browser: the same answer */

    go_on(&w, PHONE)->in.transfer.session = id(999);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(w.op.out.session.b[STORE_ID_LEN - 1],
                     (PHONE * 10 + 1) & 0xff);

    end_of_world(&w);
}


static void
used_once(void **state)
{
    world_t  w;

    (void) state;
    shown(&w, STORE_INV_CONFERENCE);

    go_on(&w, PHONE);
    done(&w);
    go_on(&w, THIRD);
    refused(&w, STORE_REASON_USED);
    assert_int_equal(session_of(&w, PHONE * 10 + 1).ended, 0);

    end_of_world(&w);
}


static void
two_minutes(void **state)
{
    world_t  w;

    (void) state;
    shown(&w, STORE_INV_CONFERENCE);

    w.now += 2 * MINUTE;
    go_on(&w, PHONE);
    refused(&w, STORE_REASON_EXPIRED);
    sweep(&w);
    go_on(&w, PHONE);
    refused(&w, STORE_REASON_EXPIRED);
    assert_int_equal(session_of(&w, GUS * 10 + 1).ended, 0);

    end_of_world(&w);
}


static void
not_after_the_end(void **state)
{
    world_t  w;

    (void) state;
    shown(&w, STORE_INV_CONFERENCE);
    leave(&w, STORE_OP_REMOVE, CALL, GUS * 10 + 2);
    done(&w);
    go_on(&w, PHONE);
    refused(&w, STORE_REASON_REMOVED);
    end_of_world(&w);

    shown(&w, STORE_INV_CONFERENCE);
    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(CALL);
    done(&w);
    go_on(&w, PHONE);
    refused(&w, STORE_REASON_CALL_ENDED);
    end_of_world(&w);
}


/* By whatever link he had come, and however often he tries. */

static void
who_was_removed_does_not_come_back(void **state)
{
    size_t    i;
    world_t   w;

    static const uint32_t  links[] = { LINK, LINK + 1 };

    (void) state;

    for (i = 0; i < 2; i++) {
        shown(&w, STORE_INV_CONFERENCE);
        invitation(&w, LINK + 1, CALL, STORE_INV_CONFERENCE);
        done(&w);
        guest(&w, links[i], PHONE);
        leave(&w, STORE_OP_REMOVE, CALL, PHONE * 10 + 2);
        done(&w);

        go_on(&w, PHONE)->in.transfer.session = id(998);
        refused(&w, STORE_REASON_REMOVED);
        assert_int_equal(session_of(&w, GUS * 10 + 1).ended, 0);

        /* the pass is good for another */

        go_on(&w, THIRD);
        done(&w);
        end_of_world(&w);
    }
}


/* The link alone leads neither back nor to a second person. */

static void
the_browser_so_far_is_forgotten(void **state)
{
    world_t  w;

    (void) state;
    shown(&w, STORE_INV_EXTERNAL);
    go_on(&w, PHONE);
    done(&w);

    press(&w, LINK, GUS);
    refused(&w, STORE_REASON_USED);

    press(&w, LINK, PHONE);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(w.op.out.participant.b[STORE_ID_LEN - 1],
                     (GUS * 10 + 2) & 0xff);

    end_of_world(&w);
}


static void
one_browser_is_not_two_people(void **state)
{
    world_t  w;

    (void) state;
    shown(&w, STORE_INV_CONFERENCE);
    guest(&w, LINK, PHONE);

    go_on(&w, PHONE)->in.transfer.session = id(998);
    refused(&w, STORE_REASON_USED);

    end_of_world(&w);
}


/* Each session derives the key of its browser: with two of them the key would
   go with either, and come back with a load. */

static void
one_browser_is_one_session(void **state)
{
    world_t  w;

    (void) state;
    shown(&w, STORE_INV_CONFERENCE);

    /* Gus signs in again, and only then goes on */

    w.now += 13 * HOUR;
    press(&w, LINK, GUS)->in.redeem.session = id(900);
    done(&w);
    assert_int_equal(session_of(&w, GUS * 10 + 1).browser.len, 0);

    ask(&w, STORE_OP_PASS_CREATE);
    w.op.in.pass_create.pass = id(PASS + 1);
    w.op.in.pass_create.session = id(900);
    w.op.in.pass_create.valid_for = 2 * MINUTE;
    done(&w);

    /* to where somebody else had been signed out */

    guest(&w, LINK, THIRD);
    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.session = id(THIRD * 10 + 1);
    done(&w);

    go_on(&w, THIRD)->in.transfer.pass = id(PASS + 1);
    w.op.in.transfer.session = id(901);
    done(&w);
    assert_int_equal(session_of(&w, 900).browser.len, 0);
    assert_int_equal(session_of(&w, THIRD * 10 + 1).browser.len, 0);
    assert_int_equal(session_of(&w, 901).browser.len, STORE_HASH_LEN);

    end_of_world(&w);
}


static void
a_card_is_no_transfer(void **state)
{
    world_t  w;

    (void) state;
    shown(&w, STORE_INV_CONFERENCE);

    ask(&w, STORE_OP_PASS_CREATE);
    w.op.in.pass_create.pass = id(51);
    w.op.in.pass_create.session = id(OLGAS);
    w.op.in.pass_create.valid_for = 2 * MINUTE;
    done(&w);

    go_on(&w, PHONE)->in.transfer.pass = id(51);
    refused(&w, STORE_REASON_UNKNOWN_LINK);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_same_person_on_another_device),
        cmocka_unit_test(used_once),
        cmocka_unit_test(two_minutes),
        cmocka_unit_test(not_after_the_end),
        cmocka_unit_test(who_was_removed_does_not_come_back),
        cmocka_unit_test(the_browser_so_far_is_forgotten),
        cmocka_unit_test(one_browser_is_not_two_people),
        cmocka_unit_test(one_browser_is_one_session),
        cmocka_unit_test(a_card_is_no_transfer)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
