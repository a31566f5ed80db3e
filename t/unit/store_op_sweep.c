/* What time and dead workers do, in bounded steps. */

#include <sys/stat.h>
#include <unistd.h>

#include "store_world.h"


static void
bounded_steps(void **state)
{
    world_t   w;
    uint32_t  i, turns;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);

    for (i = 0; i < 20; i++) {
        press(&w, 7, 10 + i);
        w.op.in.redeem.lifetime = HOUR;
        done(&w);
    }

    w.now += HOUR - 1;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_SESSION_EXPIRED), 0);
    w.now += 1;

    for (turns = 0; turns < 100; turns++) {
        ask(&w, STORE_OP_SWEEP);
        w.op.in.sweep.max = 6;
        done(&w);

        if (!w.op.out.more) {
            break;
        }
    }

    assert_int_equal(turns, 3);
    assert_int_equal(events(&w, STORE_EVENT_SESSION_EXPIRED), 20);
    assert_int_equal(session_of(&w, 101).reason, STORE_REASON_SIGNED_OUT);

    end_of_world(&w);
}


static void
idle_sessions_end(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    ask(&w, STORE_OP_SESSION_CREATE);
    w.op.in.session_create.session = id(40);
    w.op.in.session_create.user = id(OLGA);
    w.op.in.session_create.lifetime = 10 * HOUR;
    w.op.in.session_create.idle = HOUR;
    done(&w);

    w.now += HOUR - 1;
    ask(&w, STORE_OP_SESSION_TOUCH);
    w.op.in.session_touch.session = id(40);
    done(&w);
    w.now += HOUR - 1;
    sweep(&w);
    assert_int_equal(session_of(&w, 40).ended, 0);
    w.now += 1;
    assert_int_equal(store_session_reason(&(store_session_t) {
        .touched = 1, .idle = 5, .expires = 100 }, 6), STORE_REASON_IDLE);
    sweep(&w);
    assert_int_equal(session_of(&w, 40).reason, STORE_REASON_IDLE);
    ask(&w, STORE_OP_SESSION_TOUCH);
    w.op.in.session_touch.session = id(40);
    refused(&w, STORE_REASON_IDLE);

    end_of_world(&w);
}


static void
a_call_that_nobody_joined_ends(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    w.now += HOUR - 1;
    sweep(&w);
    call_is(&w, STORE_CALL_OPEN);
    join(&w, OLGAS, CALL, 8);
    done(&w);

    /* somebody at the door when it is due: it waits for the outcome */

    w.now += 1;
    sweep(&w);
    call_is(&w, STORE_CALL_OPEN);
    w.now += 30000;
    sweep(&w);
    state_is(&w, 8, STORE_PART_LEFT);
    w.now += MINUTE;
    sweep(&w);
    call_is(&w, STORE_CALL_ENDED);
    assert_int_equal(call_of(&w, CALL).reason, STORE_REASON_EXPIRED);

    end_of_world(&w);
}


static void
a_live_call_without_users_does_not_last_for_ever(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    guest(&w, 7, 2);
    leave(&w, STORE_OP_LEAVE, CALL, 22);
    done(&w);
    call_is(&w, STORE_CALL_LIVE);

    w.now += HOUR - 1;
    arrive(&w, 21, CALL, 22);
    w.now += HOUR;
    sweep(&w);
    call_is(&w, STORE_CALL_LIVE);
    leave(&w, STORE_OP_LEAVE, CALL, 22);
    done(&w);
    w.now += HOUR;
    sweep(&w);
    call_is(&w, STORE_CALL_ENDED);

    end_of_world(&w);
}


static void
a_key_that_leads_nowhere_is_dropped(void **state)
{
    world_t        w;
    size_t         n;
    store_key_t    key;
    store_id_t     nobody = id(999);
    store_slice_t  empty = { NULL, 0 };

    (void) state;
    world(&w);

    n = w.memory.n;
    store_key(&key, STORE_KEY_DUE);
    store_key_u64(&key, 5);
    store_key_u8(&key, STORE_KEY_SESSION);
    store_key_id(&key, &nobody);
    store_view_put(&w.memory.view, &key, empty);
    assert_int_equal(w.memory.n, n + 1);

    sweep(&w);
    assert_int_equal(w.memory.n, n);

    end_of_world(&w);
}


static void
connections_of_dead_workers_go(void **state)
{
    int            fd;
    char           folder[] = "/tmp/xassist-store-XXXXXX", workers[64];
    world_t        w;
    const uint8_t  alive[8] = { 2 };

    (void) state;
    assert_non_null(mkdtemp(folder));
    world(&w);

    /* worker 1 never locked anything, worker 2 lives */

    fd = store_incarnation_open(folder, alive);
    assert_int_not_equal(fd, -1);

    arrive(&w, OLGAS, CALL, 8);
    arrive(&w, EMILS, CALL, 9);
    w.worker = 2;
    arrive(&w, EMILS, CALL, 9);
    whole(&w);

    ask(&w, STORE_OP_SWEEP);
    w.op.in.sweep.folder = folder;
    done(&w);
    state_is(&w, 8, STORE_PART_AWAY);
    state_is(&w, 9, STORE_PART_PRESENT);
    assert_int_equal(part_of(&w, CALL, 9).attached, 1);
    whole(&w);

    w.now += w.grace;
    sweep(&w);
    state_is(&w, 8, STORE_PART_LEFT);

    store_incarnation_close(folder, alive, fd);
    ask(&w, STORE_OP_SWEEP);
    w.op.in.sweep.folder = folder;
    done(&w);
    state_is(&w, 9, STORE_PART_AWAY);

    (void) snprintf(workers, sizeof(workers), "%s/workers", folder);
    assert_int_equal(rmdir(workers), 0);
    assert_int_equal(rmdir(folder), 0);
    end_of_world(&w);
}


static const uint64_t  steps[] = { 1, MINUTE, HOUR };


/* What waits for a moment, with a minute and more of each left: Emil is rung,
   a guest is away, an invitation and a session have an end. */

static void
waiting(world_t *w)
{
    world(w);

    ask(w, STORE_OP_SESSION_CREATE);
    w->op.in.session_create.session = id(40);
    w->op.in.session_create.user = id(OLGA);
    w->op.in.session_create.lifetime = 26 * HOUR;
    w->op.in.session_create.idle = 20 * MINUTE;
    done(w);

    arrive(w, OLGAS, CALL, 8);
    invitation(w, 7, CALL, STORE_INV_CONFERENCE);
    done(w);
    invitation(w, 9, CALL, STORE_INV_EXTERNAL);
    w->op.in.invitation_create.expires = w->now + 24 * HOUR;
    done(w);
    guest(w, 7, 2);
    attach(w, STORE_OP_DETACH, CALL, 22);
    done(w);

    ask(w, STORE_OP_CALL_RING);
    w->op.actor = id(OLGA);
    w->op.presence.ring = 45000;
    w->op.in.ring.call = id(CALL);
    w->op.in.ring.user = id(EMIL);
    w->op.in.ring.participant = id(50);
    done(w);
}


static uint64_t
newest(world_t *w)
{
    uint64_t  seq;

    assert_int_equal(store_log_newest(&w->memory.view, &seq), STORE_OK);

    return seq;
}


static void
a_clock_set_back_ends_nothing(void **state)
{
    size_t    i;
    world_t   w;
    uint64_t  seq, then;

    (void) state;
    waiting(&w);
    seq = newest(&w);
    then = w.now;

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        w.now = then - steps[i];
        sweep(&w);

        assert_int_equal(newest(&w), seq);
        state_is(&w, 22, STORE_PART_AWAY);
        assert_int_equal(part_of(&w, CALL, 50).ring, then + 45000);
        assert_int_equal(says(&w, 9, 3), STORE_REASON_NONE);
        assert_int_equal(session_of(&w, 40).ended, 0);
        assert_int_equal(session_of(&w, 21).ended, 0);
        call_is(&w, STORE_CALL_LIVE);
    }

    /* who is active meanwhile is not idle when the clock is right again */

    ask(&w, STORE_OP_SESSION_TOUCH);
    w.op.in.session_touch.session = id(40);
    done(&w);
    assert_int_equal(session_of(&w, 40).touched, then);

    /* and whoever was away may come back */

    arrive(&w, 21, CALL, 22);
    state_is(&w, 22, STORE_PART_PRESENT);
    w.now = then;
    sweep(&w);
    state_is(&w, 22, STORE_PART_PRESENT);
    assert_int_equal(session_of(&w, 40).ended, 0);

    end_of_world(&w);
}


static void
a_clock_set_forward_ends_what_is_due(void **state)
{
    world_t   w;
    uint64_t  seq, then;

    (void) state;
    waiting(&w);
    then = w.now;

    w.now = then + HOUR;
    sweep(&w);
    state_is(&w, 22, STORE_PART_LEFT);
    assert_int_equal(events(&w, STORE_EVENT_CALL_MISSED), 1);
    assert_int_equal(part_of(&w, CALL, 50).ring, 0);
    assert_int_equal(session_of(&w, 40).reason, STORE_REASON_IDLE);
    assert_int_equal(says(&w, 9, 3), STORE_REASON_NONE);
    assert_int_equal(session_of(&w, 21).ended, 0);

    w.now = then + 24 * HOUR - 1;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_EXPIRED), 0);
    w.now = then + 24 * HOUR;
    sweep(&w);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_EXPIRED), 1);

    /* none of it comes to life when the clock is set back */

    seq = newest(&w);
    w.now = then;
    sweep(&w);
    assert_int_equal(newest(&w), seq);
    state_is(&w, 22, STORE_PART_LEFT);
    assert_int_equal(part_of(&w, CALL, 50).ring, 0);
    assert_int_equal(says(&w, 9, 3), STORE_REASON_EXPIRED);

    ask(&w, STORE_OP_SESSION_TOUCH);
    w.op.in.session_touch.session = id(40);
    refused(&w, STORE_REASON_IDLE);
    press(&w, 9, 3);
    refused(&w, STORE_REASON_EXPIRED);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(bounded_steps),
        cmocka_unit_test(idle_sessions_end),
        cmocka_unit_test(a_call_that_nobody_joined_ends),
        cmocka_unit_test(a_live_call_without_users_does_not_last_for_ever),
        cmocka_unit_test(a_key_that_leads_nowhere_is_dropped),
        cmocka_unit_test(connections_of_dead_workers_go),
        cmocka_unit_test(a_clock_set_back_ends_nothing),
        cmocka_unit_test(a_clock_set_forward_ends_what_is_due)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
