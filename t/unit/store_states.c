/*
 * The states of calls, people and links against a small model that says what
 * DESIGN says: random sequences of transitions, and after each the answer,
 * every state, and what every link says to every browser are compared.
 */

#include "store_design_links.h"


#define RUNS      60
#define STEPS     700


/* ---- one transition: ask, say what must come of it, compare ------------- */

static void
one_join(model_t *m)
{
    int             who = somebody(m), call = call_of_person(who);
    person_t       *p = &m->people[who];
    store_reason_t  reason;

    join(&m->w, p->known || is_user(who) ? session_id(m, who) : 4999,
         call_id(call), part_id(who));

    reason = session_says(m, who);

    if (reason == STORE_REASON_NONE
        && m->calls[call].state == STORE_CALL_ENDED)
    {
        reason = STORE_REASON_CALL_ENDED;
    }

    if (reason == STORE_REASON_NONE && p->known) {

        if (p->state == STORE_PART_REMOVED) {
            reason = STORE_REASON_REMOVED;

        } else if (p->state == STORE_PART_PRESENT
                   && p->attached >= m->w.sockets)
        {
            reason = STORE_REASON_TOO_MANY;
        }
    }

    if (reason == STORE_REASON_NONE && !holds(p)) {
        reason = room(m, call, !is_user(who));
    }

    expect(m, reason);

    if (reason != STORE_REASON_NONE || p->state == STORE_PART_PRESENT) {
        return;
    }

    if (holds(p)) {
        p->due = p->due < m->w.now + 30000 ? m->w.now + 30000 : p->due;
        return;
    }

    p->before = p->known ? p->state : STORE_PART_LEFT;
    p->known = true;
    move(p, STORE_PART_JOINING);
    p->due = m->w.now + 30000;
}


static void
one_attach(model_t *m)
{
    int             who = somebody(m), call = call_of_person(who);
    person_t       *p = &m->people[who];
    store_reason_t  reason = STORE_REASON_NONE;

    attach(&m->w, STORE_OP_ATTACH, call_id(call), part_id(who));

    if (!p->known) {
        assert_int_equal(run(&m->w), STORE_NOT_FOUND);
        return;
    }

    if (m->calls[call].state == STORE_CALL_ENDED) {
        reason = STORE_REASON_CALL_ENDED;

    } else if (p->state == STORE_PART_REMOVED) {
        reason = STORE_REASON_REMOVED;

    } else {
        reason = session_says(m, who);
    }

    if (reason == STORE_REASON_NONE && p->attached >= m->w.sockets) {
        reason = STORE_REASON_TOO_MANY;
    }

    if (reason == STORE_REASON_NONE && !holds(p)) {
        reason = room(m, call, !is_user(who));
    }

    expect(m, reason);

    if (reason == STORE_REASON_NONE) {
        arrives(m, who);
    }
}


static void
one_detach(model_t *m)
{
    int        who = somebody(m), call = call_of_person(who);
    bool       failed = pick(m, 4) == 0;
    person_t  *p = &m->people[who];

    attach(&m->w, STORE_OP_DETACH, call_id(call), part_id(who));
    m->w.op.in.attach.failed = failed;

    if (!p->known) {
        assert_int_equal(run(&m->w), STORE_NOT_FOUND);
        return;
    }

    done(&m->w);

    if (failed) {
        assert_int_equal(m->w.op.out.again,
                         p->state != STORE_PART_JOINING);

        if (p->state == STORE_PART_JOINING) {
            unjoins(m, who);
        }

        return;
    }

    assert_int_equal(m->w.op.out.again, p->attached == 0);

    if (p->attached != 0 && --p->attached == 0
        && p->state == STORE_PART_PRESENT)
    {
        move(p, STORE_PART_AWAY);
        p->due = m->w.now + (call == SERVICE ? 15 : 1) * MINUTE;
        p->alone = is_user(who) && call == SERVICE ? m->w.now + MINUTE : 0;
    }
}


static void
one_leave(model_t *m, bool removes)
{
    int        who = somebody(m), call = call_of_person(who);
    bool       held;
    person_t  *p = &m->people[who];

    leave(&m->w, removes ? STORE_OP_REMOVE : STORE_OP_LEAVE, call_id(call),
          part_id(who));

    if (!p->known) {
        assert_int_equal(run(&m->w), STORE_NOT_FOUND);
        return;
    }

    held = holds(p);

    if (removes && p->state != STORE_PART_REMOVED
        && m->calls[call].state == STORE_CALL_ENDED)
    {
        refused(&m->w, STORE_REASON_CALL_ENDED);
        return;
    }

    done(&m->w);

    if (!removes) {
        assert_int_equal(m->w.op.out.again, !held);

        if (held) {
            leaves(m, who);
        }

        return;
    }

    assert_int_equal(m->w.op.out.again, p->state == STORE_PART_REMOVED);

    if (p->state != STORE_PART_REMOVED) {
        move(p, STORE_PART_REMOVED);
        p->attached = 0;
        p->due = 0;
        p->ring = 0;
        sign_out(p, STORE_REASON_REMOVED);

        if (held) {
            after(m, who);
        }
    }
}


/* One answers one's own ring; the owner's is the call's, too. */

static void
one_answer(model_t *m, store_op_kind_t kind)
{
    int        call = m->calls[SERVICE].known ? (int) pick(m, CALLS)
                                              : CONFERENCE;
    int        user = (int) pick(m, USERS);
    bool       rings, takes;
    called_t  *c = &m->calls[call];
    person_t  *p = &m->people[user_in(user, call)];

    ask(&m->w, kind);
    m->w.op.actor = id(user == 0 ? OLGA : EMIL);
    m->w.op.in.call_end.call = id(call_id(call));

    if (c->state == STORE_CALL_ENDED) {
        refused(&m->w, STORE_REASON_CALL_ENDED);
        return;
    }

    rings = p->known && p->ring != 0;
    takes = c->owner == user
            || (!rings && kind == STORE_OP_CALL_ACCEPT);

    done(&m->w);
    assert_int_equal(m->w.op.out.again,
                     !rings && !(takes && c->ring != 0));
    p->ring = 0;
    c->ring = takes ? 0 : c->ring;
}


static void
one_ring(model_t *m)
{
    int             user = (int) pick(m, USERS);
    int             call = m->calls[SERVICE].known ? (int) pick(m, CALLS)
                                                   : CONFERENCE;
    person_t       *p = &m->people[user_in(user, call)];
    store_reason_t  reason = STORE_REASON_NONE;

    ask(&m->w, STORE_OP_CALL_RING);
    m->w.op.actor = id(OLGA);
    m->w.op.presence.ring = 45000;
    m->w.op.in.ring.call = id(call_id(call));
    m->w.op.in.ring.user = id(user == 0 ? OLGA : EMIL);
    m->w.op.in.ring.participant = id(part_id(user_in(user, call)));

    if (m->calls[call].state == STORE_CALL_ENDED) {
        reason = STORE_REASON_CALL_ENDED;

    } else if (p->known && p->state == STORE_PART_REMOVED) {
        reason = STORE_REASON_REMOVED;
    }

    expect(m, reason);

    if (reason != STORE_REASON_NONE) {
        return;
    }

    assert_int_equal(m->w.op.out.again, holds(p) || p->ring > m->w.now);

    if (m->w.op.out.again) {
        return;
    }

    p->ring = m->w.now + 45000;
    p->invited = true;

    if (!p->known) {
        p->known = true;
        p->state = STORE_PART_INVITED;
    }
}


static void
one_hand_over(model_t *m)
{
    int        to = (int) pick(m, USERS);
    int        call = m->calls[SERVICE].known ? (int) pick(m, CALLS)
                                              : CONFERENCE;
    called_t  *c = &m->calls[call];
    person_t  *former = &m->people[user_in(c->owner, call)];

    ask(&m->w, STORE_OP_CALL_HAND_OVER);
    m->w.op.in.hand_over.call = id(call_id(call));
    m->w.op.in.hand_over.user = id(to == 0 ? OLGA : EMIL);
    m->w.op.in.hand_over.participant = id(part_id(user_in(c->owner, call)));

    if (c->state == STORE_CALL_ENDED) {
        refused(&m->w, STORE_REASON_CALL_ENDED);
        return;
    }

    done(&m->w);
    assert_int_equal(m->w.op.out.again, c->owner == to);

    if (c->owner != to && !former->known) {
        former->known = true;
        former->state = STORE_PART_INVITED;
    }

    former->invited |= c->owner != to;
    c->owner = to;
}


static void
one_end(model_t *m)
{
    int  call = m->calls[SERVICE].known ? (int) pick(m, CALLS) : CONFERENCE;

    ask(&m->w, STORE_OP_CALL_END);
    m->w.op.in.call_end.call = id(call_id(call));
    done(&m->w);
    assert_int_equal(m->w.op.out.again,
                     m->calls[call].state == STORE_CALL_ENDED);

    if (m->calls[call].state != STORE_CALL_ENDED) {
        end_call(m, call);
    }
}


/* What is due of one person is done at once. */

static void
due_person(model_t *m, int who)
{
    person_t  *p = &m->people[who];

    if (p->ring <= m->w.now) {
        p->ring = 0;
    }

    if (p->alone != 0 && p->alone <= m->w.now) {
        p->alone = 0;
        p->gone = true;
        without(m, who);
    }

    if (p->due == 0 || p->due > m->w.now
        || m->calls[call_of_person(who)].state == STORE_CALL_ENDED)
    {
        return;
    }

    if (p->state == STORE_PART_JOINING) {
        unjoins(m, who);
    } else {
        leaves(m, who);
    }
}


static void
expire(model_t *m, uint64_t until)
{
    int  i;

    for (i = 0; i < GUESTS; i++) {
        if (m->people[i].signed_in && m->people[i].expires <= until) {
            sign_out(&m->people[i], STORE_REASON_SIGNED_OUT);
        }
    }
}


static void
one_sweep(model_t *m)
{
    int       i, call, who;
    uint64_t  time;

    sweep(&m->w);

    for (i = 0; i < PASSES; i++) {
        m->passes[i].known &= m->passes[i].expires > m->w.now;
    }

    while ((time = next_due(m, &call, &who)) != 0) {
        expire(m, time);

        if (who != -1) {
            due_person(m, who);

        } else if (m->calls[call].ring != 0
                   && m->calls[call].ring <= m->w.now)
        {
            m->calls[call].ring = 0;

        } else if (places(m, call) != 0) {
            m->calls[call].due = m->w.now + MINUTE;

        } else {
            end_call(m, call);
        }
    }

    expire(m, m->w.now);
}


static void
one_step(model_t *m)
{
    static const uint32_t  waits[] = {
        1, 1, 1, 1, 1, 1000, 1000, 20000, 31000, 61000, 16 * 60000
    };

    m->w.now += waits[pick(m, sizeof(waits) / sizeof(waits[0]))]
                + pick(m, 50);

    if (pick(m, 300) == 0) {
        m->w.now += HOUR;
    }

    switch (pick(m, 34)) {
    case 0: case 1: case 2: case 3: case 4:
        one_press(m);
        return;
    case 5: case 6: case 7: case 8: case 9:
        one_join(m);
        return;
    case 10: case 11: case 12: case 13: case 14:
        one_attach(m);
        return;
    case 15: case 16:
        one_detach(m);
        return;
    case 17:
        one_leave(m, false);
        return;
    case 18:
        if (pick(m, 4) == 0) {
            one_leave(m, true);
        }
        return;
    case 19:
        one_answer(m, pick(m, 2) ? STORE_OP_CALL_ACCEPT
                                 : STORE_OP_CALL_DECLINE);
        return;
    case 20:
        one_hand_over(m);
        return;
    case 22:
        one_ring(m);
        return;
    case 21:
        if (pick(m, 60) == 0) {
            one_end(m);
        } else if (pick(m, 60) == 0) {
            one_withdrawal(m);
        }
        return;
    case 23: case 30: case 31:
        one_invitation(m);
        return;
    case 24:
        one_admission(m);
        return;
    case 25: case 26:
        one_pass(m);
        return;
    case 27: case 28: case 29:
        one_transfer(m);
        return;
    default:
        one_sweep(m);
    }
}


static void
start(model_t *m, uint64_t seed)
{
    int  i;

    memset(m, 0, sizeof(*m));
    world(&m->w);
    m->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    m->w.places = 4 + pick(m, 4);
    m->w.seats = 3 + pick(m, 3);
    m->w.sockets = 1 + pick(m, 3);

    m->calls[CONFERENCE].known = true;
    m->calls[CONFERENCE].state = STORE_CALL_OPEN;
    m->calls[CONFERENCE].due = m->w.now + HOUR;

    /* an external is invited from inside the call alone */

    m->missing[EXTERNAL] = pick(m, 2) != 0;
    m->missing[HELPER] = true;

    if (!m->missing[EXTERNAL]) {
        arrive(&m->w, OLGAS, CALL, part_id(user_in(0, CONFERENCE)));
        m->people[user_in(0, CONFERENCE)].known = true;
        m->people[user_in(0, CONFERENCE)].before = STORE_PART_LEFT;
        arrives(m, user_in(0, CONFERENCE));
    }

    for (i = 0; i < LINKS; i++) {
        if (m->missing[i]) {
            continue;
        }

        invitation(&m->w, link_id(i), CALL, STORE_INV_CONFERENCE);

        if (i == EXTERNAL) {
            invitation(&m->w, link_id(i), CALL, STORE_INV_EXTERNAL);
            m->expires[i] = m->w.now + 2 * HOUR;

        } else if (i == REQUEST) {
            invitation(&m->w, link_id(i), CALL, STORE_INV_SERVICE_REQUEST);
            memset(&m->w.op.in.invitation_create.call, 0,
                   sizeof(store_id_t));
            m->w.op.in.invitation_create.opens_call = true;
            m->expires[i] = m->w.now + 24 * HOUR;
        }

        m->w.op.in.invitation_create.expires = m->expires[i];
        m->w.op.in.invitation_create.terms = true;
        done(&m->w);
    }

    compare(m);
}


static void
random_transitions_do_what_design_says(void **state)
{
    int              run, step;
    uint64_t         begun;
    static model_t   m;

    (void) state;

    for (run = 1; run <= RUNS; run++) {
        start(&m, (uint64_t) run);
        begun = m.w.now;

        for (step = 0; step < STEPS && m.w.now < begun + 40 * HOUR; step++) {
            one_step(&m);
            compare(&m);
        }

        end_of_world(&m.w);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(random_transitions_do_what_design_says)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
