/* One end causes others: each step is in the log, with the one before it. */

#include "store_world.h"


enum { LINK = 7, MAX = 20, OLGAS_PLACE = 40 };


static void
goes_away(world_t *w, const char *why)
{
    attach(w, STORE_OP_DETACH, 60, OLGAS_PLACE);
    w->op.in.attach.why = text(why);
    done(w);
}


static void
from_a_closed_connection_to_the_end_of_the_call(void **state)
{
    world_t        w;
    store_event_t  event;

    (void) state;
    with_external(&w, STORE_CALL_CONFERENCE, OLGAS_PLACE, LINK, MAX);
    goes_away(&w, "suspended");

    event = last_of(&w, STORE_EVENT_PARTICIPANT_AWAY);
    assert_int_equal(event.detail.len, 9);
    assert_memory_equal(event.detail.data, "suspended", 9);

    w.now += w.grace;
    sweep(&w);

    /* she left; a session ended by that, then its place, then the call */

    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_LEFT), 2);
    assert_int_equal(last_of(&w, STORE_EVENT_SESSION_REVOKED).cause,
                     event.seq + 1);
    assert_int_equal(last_of(&w, STORE_EVENT_PARTICIPANT_LEFT).cause,
                     event.seq + 1);
    assert_int_equal(last_of(&w, STORE_EVENT_CALL_ENDED).cause,
                     last_of(&w, STORE_EVENT_PARTICIPANT_LEFT).seq);

    assert_int_equal(store_log_read(&w.memory.view, event.seq, &event),
                     STORE_OK);
    assert_int_equal(event.kind, STORE_EVENT_PARTICIPANT_LEFT);
    assert_int_equal(event.cause, event.seq - 1);

    end_of_world(&w);
}


static void
who_comes_back_is_away_by_another_event(void **state)
{
    world_t        w;
    store_event_t  event;

    (void) state;
    with_external(&w, STORE_CALL_CONFERENCE, OLGAS_PLACE, LINK, MAX);
    goes_away(&w, "signed_out");
    arrive(&w, OLGAS, 60, OLGAS_PLACE);
    assert_int_equal(part_of(&w, 60, OLGAS_PLACE).cause, 0);
    goes_away(&w, "");

    event = last_of(&w, STORE_EVENT_PARTICIPANT_AWAY);
    assert_int_equal(event.detail.len, 0);
    assert_int_equal(part_of(&w, 60, OLGAS_PLACE).cause, event.seq);

    end_of_world(&w);
}


static void
of_an_expert_who_is_away_too_long(void **state)
{
    uint64_t       away;
    world_t        w;
    store_id_t     who;
    store_event_t  event;

    (void) state;
    with_external(&w, STORE_CALL_SERVICE, OLGAS_PLACE, LINK, MAX);
    goes_away(&w, "idle");
    away = last_of(&w, STORE_EVENT_PARTICIPANT_AWAY).seq;

    w.now += w.grace;
    sweep(&w);

    event = last_of(&w, STORE_EVENT_PARTICIPANT_GONE);
    assert_int_equal(event.cause, away);
    who = id(OLGA);
    assert_true(store_id_equal(&event.user, &who));
    assert_int_equal(last_of(&w, STORE_EVENT_SESSION_REVOKED).cause,
                     event.seq);
    assert_int_equal(last_of(&w, STORE_EVENT_PARTICIPANT_LEFT).cause,
                     event.seq);
    assert_int_equal(part_of(&w, 60, OLGAS_PLACE).state, STORE_PART_AWAY);

    /* then the service call's own grace ends, by the same cause */

    w.now += HOUR;
    sweep(&w);
    assert_int_equal(last_of(&w, STORE_EVENT_PARTICIPANT_LEFT).cause, away);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_GONE), 1);

    end_of_world(&w);
}


/* Whose part tells nothing of the end is told of by the session's event. */

static void
the_end_of_a_call_names_every_session(void **state)
{
    world_t        w;
    store_id_t     who;
    store_event_t  event;

    (void) state;
    world(&w);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    guest(&w, LINK, 2);
    press(&w, LINK, 3);
    done(&w);

    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(CALL);
    done(&w);

    assert_int_equal(session_of(&w, 21).reason, STORE_REASON_CALL_ENDED);
    assert_int_equal(session_of(&w, 31).reason, STORE_REASON_CALL_ENDED);
    assert_int_equal(events(&w, STORE_EVENT_PARTICIPANT_LEFT), 1);
    assert_int_equal(events(&w, STORE_EVENT_SESSION_REVOKED), 1);

    event = last_of(&w, STORE_EVENT_SESSION_REVOKED);
    who = id(31);
    assert_true(store_id_equal(&event.session, &who));
    assert_int_equal(event.cause, last_of(&w, STORE_EVENT_CALL_ENDED).seq);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(from_a_closed_connection_to_the_end_of_the_call),
        cmocka_unit_test(who_comes_back_is_away_by_another_event),
        cmocka_unit_test(of_an_expert_who_is_away_too_long),
        cmocka_unit_test(the_end_of_a_call_names_every_session)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
