/*
 * Random sequences of transitions: after each, records, index keys and
 * counters agree; nothing refused writes; a call that ended stays ended.
 */

#include "store_world.h"


#define CALLS     3
#define LINKS     6
#define BROWSERS  8
#define WORKERS   3
#define STEPS     3000


typedef struct {
    world_t   w;
    uint64_t  random;
    uint64_t  ended[CALLS];            /* when each was seen to have ended */
} model_t;


static uint32_t
pick(model_t *m, uint32_t n)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;

    return (uint32_t) (m->random >> 33) % n;
}


static uint32_t
a_call_number(model_t *m)
{
    return 60 + pick(m, CALLS);
}


/* Participants: of a browser 10 * browser + 2, of a user one per call. */

static uint32_t
a_participant(model_t *m, uint32_t call)
{
    uint32_t  n = pick(m, BROWSERS + 2);

    return n < BROWSERS ? 1000 + 10 * n + 2
                        : 500 + 10 * (call - 60) + (n - BROWSERS);
}


static void
one_press(model_t *m)
{
    world_t  *w = &m->w;

    press(w, 700 + pick(m, LINKS), 100 + pick(m, BROWSERS));
    w->op.in.redeem.lifetime = (1 + pick(m, 30)) * MINUTE;
    w->op.in.redeem.terms_accepted = pick(m, 8) != 0;
}


static void
one_join(model_t *m)
{
    uint32_t  n, call = a_call_number(m);

    n = pick(m, BROWSERS + 2);

    if (n < BROWSERS) {
        join(&m->w, 1000 + 10 * n + 1, call, 0);
    } else {
        join(&m->w, n == BROWSERS ? OLGAS : EMILS, call,
             500 + 10 * (call - 60) + (n - BROWSERS));
    }
}


static void
one_connection(model_t *m, store_op_kind_t kind)
{
    uint32_t  call = a_call_number(m);

    m->w.worker = (uint8_t) (1 + pick(m, WORKERS));
    attach(&m->w, kind, call, a_participant(m, call));
    m->w.op.in.attach.failed = kind == STORE_OP_DETACH && pick(m, 4) == 0;
}


static void
one_invitation(model_t *m)
{
    uint32_t  n = pick(m, LINKS);
    world_t  *w = &m->w;

    invitation(w, 700 + n, 60 + n % CALLS,
               n % 2 ? STORE_INV_EXTERNAL : STORE_INV_CONFERENCE);
    w->op.in.invitation_create.bound_to = (uint8_t) (1 + n % 3);
    w->op.in.invitation_create.terms = n == 2;
    w->op.in.invitation_create.expires = n == 4 ? w->now + 2 * HOUR : 0;
}


static void
one_ring(model_t *m)
{
    uint32_t  n = pick(m, 2), call = a_call_number(m);

    ask(&m->w, STORE_OP_CALL_RING);
    m->w.op.actor = id(OLGA);
    m->w.op.presence.ring = 45000;
    m->w.op.in.ring.call = id(call);
    m->w.op.in.ring.user = id(n == 0 ? OLGA : EMIL);
    m->w.op.in.ring.participant = id(500 + 10 * (call - 60) + n);

    if (pick(m, 3) == 0) {
        m->w.op.kind = pick(m, 2) ? STORE_OP_CALL_ACCEPT
                                  : STORE_OP_CALL_DECLINE;
        m->w.op.actor = id(n == 0 ? OLGA : EMIL);
        memset(&m->w.op.in, 0, sizeof(m->w.op.in));
        m->w.op.in.call_end.call = id(call);
    }
}


static void
one_step(model_t *m)
{
    uint32_t  call;

    static const uint8_t  weights[] = {
        0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 7,
        7, 8, 9, 9, 10, 11
    };

    switch (weights[pick(m, sizeof(weights))]) {
    case 0:
        one_press(m);
        return;
    case 1:
        one_join(m);
        return;
    case 2:
        one_connection(m, STORE_OP_ATTACH);
        return;
    case 3:
        one_connection(m, STORE_OP_DETACH);
        return;
    case 4:
        call = a_call_number(m);
        leave(&m->w, STORE_OP_LEAVE, call, a_participant(m, call));
        return;
    case 5:
        call = a_call_number(m);
        leave(&m->w, STORE_OP_REMOVE, call, a_participant(m, call));
        if (pick(m, 3) == 0) {
            return;
        }
        break;
    case 6:
        if (pick(m, 12) == 0) {
            ask(&m->w, STORE_OP_CALL_END);
            m->w.op.in.call_end.call = id(a_call_number(m));
            return;
        }
        break;
    case 7:
        m->w.now += pick(m, 40000);
        break;
    case 8:
        one_invitation(m);
        return;
    case 9:
        ask(&m->w, STORE_OP_SESSION_TOUCH);
        m->w.op.in.session_touch.session = id(1000 + 10 * pick(m, BROWSERS)
                                              + 1);
        return;
    case 11:
        one_ring(m);
        return;
    case 10:
        if (pick(m, 10) == 0) {
            ask(&m->w, STORE_OP_INVITATION_WITHDRAW);
            m->w.op.in.invitation_withdraw.invitation = id(700 + pick(m,
                                                                LINKS));
            return;
        }
        break;
    }

    ask(&m->w, STORE_OP_SWEEP);
    m->w.op.in.sweep.max = 1 + pick(m, 5);
}


static void
same_answer_again(world_t *w)
{
    uint64_t    writes = w->memory.view.writes;
    store_op_t  first = w->op;

    if (first.kind == STORE_OP_SWEEP || first.status != STORE_OK) {
        return;
    }

    assert_false(store_op_run(&w->memory.view, &w->op));
    assert_int_equal(w->op.status, STORE_OK);
    assert_true(store_id_equal(&w->op.out.session, &first.out.session));
    assert_true(store_id_equal(&w->op.out.participant,
                               &first.out.participant));
    assert_int_equal(w->memory.view.writes, writes);
}


static void
one_run(uint64_t seed)
{
    model_t       m;
    uint32_t      i, k;
    store_call_t  call;

    memset(&m, 0, sizeof(m));
    m.random = seed;
    world(&m.w);

    m.w.seats = 5;
    m.w.places = 7;
    m.w.sockets = 3;
    m.w.owner_ends = seed % 2 == 0;

    for (k = 0; k < CALLS; k++) {
        a_call(&m.w, 60 + k, k == 2 ? STORE_CALL_SERVICE
                                    : STORE_CALL_CONFERENCE);
    }

    for (i = 0; i < STEPS; i++) {
        one_step(&m);
        (void) run(&m.w);
        assert_int_not_equal(m.w.op.status, STORE_CORRUPT);
        assert_int_not_equal(m.w.op.status, STORE_INVALID);
        same_answer_again(&m.w);

        if (i % 16 == 0) {
            whole(&m.w);
        }

        assert_true(acme(&m.w).seats <= 5);

        for (k = 0; k < CALLS; k++) {
            call = call_of(&m.w, 60 + k);
            assert_true(call.here + call.joining <= 7);

            if (m.ended[k] != 0 || call.state == STORE_CALL_ENDED) {
                assert_int_equal(call.state, STORE_CALL_ENDED);
                assert_int_equal(call.here + call.joining, 0);
                m.ended[k] = call.ended_at;
            }
        }

        /* all over: a fresh world tells more */

        if (m.ended[0] && m.ended[1] && m.ended[2]) {
            break;
        }
    }

    end_of_world(&m.w);
}


static void
random_sequences_keep_the_store_whole(void **state)
{
    uint64_t  seed;

    (void) state;

    for (seed = 1; seed <= 40; seed++) {
        one_run(seed * UINT64_C(0x9e3779b97f4a7c15));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(random_sequences_keep_the_store_whole)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
