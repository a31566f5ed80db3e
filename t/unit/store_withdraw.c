/* Withdrawing an invitation, and suspending an account: who stays. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "store_world.h"


enum { LINK = 100, OWN = 101 };


static void
withdraw(world_t *w, uint32_t inv)
{
    ask(w, STORE_OP_INVITATION_WITHDRAW);
    w->op.in.invitation_withdraw.invitation = id(inv);
    done(w);
}


static void
for_one_person(void **state)
{
    world_t         w;
    store_event_t   event;
    store_session_t session;

    (void) state;
    memset(&event, 0, sizeof(event));

    world(&w);
    arrive(&w, OLGAS, CALL, 7);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    invitation(&w, OWN, CALL, STORE_INV_EXTERNAL);
    done(&w);
    guest(&w, LINK, 50);
    guest(&w, OWN, 60);
    assert_int_equal(acme(&w).seats, 2);

    withdraw(&w, OWN);

    session = session_of(&w, 601);
    assert_int_not_equal(session.ended, 0);
    assert_int_equal(session.reason, STORE_REASON_WITHDRAWN);
    assert_int_equal(part_of(&w, CALL, 602).state, STORE_PART_LEFT);
    assert_int_equal(part_of(&w, CALL, 602).attached, 0);
    assert_int_equal(session_of(&w, 501).ended, 0);
    assert_int_equal(part_of(&w, CALL, 502).state, STORE_PART_PRESENT);
    assert_int_equal(acme(&w).seats, 1);
    assert_int_equal(says(&w, OWN, 60), STORE_REASON_WITHDRAWN);

    /* what follows names what it follows from */

    assert_int_equal(store_log_read(&w.memory.view,
                                    w.memory.view.log_seq - 2, &event),
                     STORE_OK);
    assert_int_equal(event.kind, STORE_EVENT_SESSION_REVOKED);
    assert_int_equal(event.cause, event.seq - 1);

    join(&w, 601, CALL, 602);
    refused(&w, STORE_REASON_WITHDRAWN);

    ask(&w, STORE_OP_INVITATION_WITHDRAW);
    w.op.in.invitation_withdraw.invitation = id(OWN);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_SESSION_REVOKED), 1);

    end_of_world(&w);
}


static void
shared(void **state)
{
    world_t  w;

    (void) state;

    world(&w);
    arrive(&w, OLGAS, CALL, 7);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    guest(&w, LINK, 50);
    guest(&w, LINK, 60);
    withdraw(&w, LINK);

    assert_int_equal(session_of(&w, 501).ended, 0);
    assert_int_equal(part_of(&w, CALL, 602).state, STORE_PART_PRESENT);
    press(&w, LINK, 70);
    refused(&w, STORE_REASON_WITHDRAWN);

    end_of_world(&w);
}


/* Olga in the call, and two who came by one link. */

static void
two_guests(world_t *w)
{
    world(w);
    arrive(w, OLGAS, CALL, 7);
    invitation(w, LINK, CALL, STORE_INV_CONFERENCE);
    w->op.in.invitation_create.uses = 2;
    done(w);
    guest(w, LINK, 50);
    guest(w, LINK, 60);
}


/* Another person's pass took over the browser of a guest, who stays: not when
   the invitation of both is withdrawn. */

static void
whose_browser_is_forgotten(void **state)
{
    world_t          w;
    store_session_t  session;

    (void) state;

    two_guests(&w);

    session = session_of(&w, 501);
    store_session_forget(&w.memory.view, ask(&w, STORE_OP_SESSION_TOUCH),
                         &session);
    assert_int_equal(w.memory.view.status, STORE_OK);
    assert_int_equal(session_of(&w, 501).browser.len, 0);

    withdraw(&w, LINK);
    assert_int_equal(session_of(&w, 501).reason, STORE_REASON_WITHDRAWN);
    assert_int_equal(session_of(&w, 601).reason, STORE_REASON_WITHDRAWN);
    assert_int_equal(part_of(&w, CALL, 502).state, STORE_PART_LEFT);
    assert_int_equal(acme(&w).seats, 0);

    end_of_world(&w);
}


/* The last one in is signed out: the empty call ends, once and for all. */

static void
who_was_the_last(void **state)
{
    world_t  w;

    (void) state;

    two_guests(&w);
    leave(&w, STORE_OP_LEAVE, CALL, 7);
    done(&w);
    assert_int_equal(call_of(&w, CALL).state, STORE_CALL_LIVE);

    ask(&w, STORE_OP_INVITATION_WITHDRAW);
    w.op.in.invitation_withdraw.invitation = id(LINK);
    w.op.presence.end_when_empty = true;
    done(&w);

    assert_int_equal(call_of(&w, CALL).state, STORE_CALL_ENDED);
    assert_int_equal(events(&w, STORE_EVENT_CALL_ENDED), 1);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_LEFT), 3);
    assert_int_equal(acme(&w).seats, 0);

    end_of_world(&w);
}


static void
before_anybody_came(void **state)
{
    world_t  w;

    (void) state;

    world(&w);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.uses = 1;
    done(&w);
    withdraw(&w, LINK);
    assert_int_equal(events(&w, STORE_EVENT_SESSION_REVOKED), 0);
    press(&w, LINK, 50);
    refused(&w, STORE_REASON_WITHDRAWN);

    end_of_world(&w);
}


static void
account_set(world_t *w, bool suspended)
{
    ask(w, STORE_OP_ACCOUNT_SET);
    w->op.in.account_set.account = id(ACME);
    w->op.in.account_set.suspended = suspended;
    done(w);
}


static void
an_account(void **state)
{
    world_t  w;

    (void) state;

    world(&w);
    account_set(&w, true);
    assert_false(w.op.out.again);
    assert_int_equal(acme(&w).suspended, 1);
    join(&w, OLGAS, CALL, 7);
    refused(&w, STORE_REASON_SUSPENDED);

    account_set(&w, true);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_ACCOUNT_SUSPENDED), 1);

    account_set(&w, false);
    assert_int_equal(events(&w, STORE_EVENT_ACCOUNT_RESUMED), 1);
    arrive(&w, OLGAS, CALL, 7);

    ask(&w, STORE_OP_ACCOUNT_SET);
    w.op.in.account_set.account = id(999);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(for_one_person),
        cmocka_unit_test(shared),
        cmocka_unit_test(whose_browser_is_forgotten),
        cmocka_unit_test(who_was_the_last),
        cmocka_unit_test(before_anybody_came),
        cmocka_unit_test(an_account)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
