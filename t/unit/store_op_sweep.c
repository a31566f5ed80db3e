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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(bounded_steps),
        cmocka_unit_test(idle_sessions_end),
        cmocka_unit_test(a_call_that_nobody_joined_ends),
        cmocka_unit_test(a_live_call_without_users_does_not_last_for_ever),
        cmocka_unit_test(a_key_that_leads_nowhere_is_dropped),
        cmocka_unit_test(connections_of_dead_workers_go)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
