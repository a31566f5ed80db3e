/* Assistance: whom an agent assists, for how long, and what stays of it. */

#include "store_world.h"


enum { ANNA = 20, ANNAS = 21, BERT = 22, BERTS = 23, SECOND = 24,
       ONE = 30, TWO = 31, THREE = 32, FAR = 40, FARS = 41, OTHER = 42 };


static void
people(world_t *w)
{
    world(w);
    a_user(w, ANNA, ANNAS, "anna");
    a_user(w, BERT, BERTS, "bert");

    ask(w, STORE_OP_ACCOUNT_CREATE);
    w->op.in.account_create.account = id(OTHER);
    w->op.in.account_create.name = text("other");
    done(w);

    ask(w, STORE_OP_USER_CREATE);
    w->op.in.user_create.user = id(FAR);
    w->op.in.user_create.account = id(OTHER);
    w->op.in.user_create.name = text("far");
    done(w);
}


/* Olga asks. */

static store_op_t *
assist(world_t *w, store_op_kind_t kind, uint32_t session,
    uint32_t interaction)
{
    ask(w, kind);
    w->op.actor = id(OLGA);
    w->op.in.assist.session = id(session);
    w->op.in.assist.interaction = id(interaction);
    w->op.in.assist.duration = 8 * HOUR;

    return &w->op;
}


static store_op_t *
start(world_t *w, uint32_t session, uint32_t interaction, uint32_t subject)
{
    assist(w, STORE_OP_ASSIST_START, session, interaction);
    w->op.in.assist.subject = id(subject);
    w->op.in.assist.channel = STORE_CHANNEL_PHONE;
    w->op.in.assist.service = text("Council Tax");
    w->op.in.assist.reason = text("called in");

    return &w->op;
}


static store_interaction_t
interaction_of(world_t *w, uint32_t n)
{
    store_id_t           key = id(n);
    store_interaction_t  out;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_interaction,
                                      NULL, &key, &out), STORE_OK);

    return out;
}


static void
is_state(world_t *w, uint32_t n, store_interaction_state_t state)
{
    assert_string_equal(
        store_interaction_state_names[interaction_of(w, n).state],
        store_interaction_state_names[state]);
}


static void
assists(world_t *w, uint32_t session, uint32_t subject)
{
    store_id_t       none = { { 0 } }, key;
    store_session_t  s = session_of(w, session);

    key = subject ? id(subject) : none;
    assert_memory_equal(&s.subject, &key, sizeof(key));
    assert_int_equal(store_id_none(&s.assistance), subject == 0);
    assert_int_equal(s.assist_until == 0, subject == 0);
    assert_int_equal(s.assist_since == 0, subject == 0);
}


static void
test_start(void **state)
{
    world_t              w;
    store_id_t           olga = id(OLGA), anna = id(ANNA), one = id(ONE);
    store_event_t        event;
    store_interaction_t  i;

    (void) state;
    people(&w);

    start(&w, OLGAS, ONE, ANNA);
    done(&w);
    assert_int_equal(w.op.out.expires, w.now + 8 * HOUR);
    assists(&w, OLGAS, ANNA);
    is_state(&w, ONE, STORE_INTERACTION_ACTIVE);

    i = interaction_of(&w, ONE);
    assert_memory_equal(&i.agent, &olga, sizeof(olga));
    assert_memory_equal(&i.subject, &anna, sizeof(anna));
    assert_int_equal(i.channel, STORE_CHANNEL_PHONE);
    assert_int_equal(i.started, w.now);

    event = last_of(&w, STORE_EVENT_ASSISTANCE_STARTED);
    assert_memory_equal(&event.actor, &olga, sizeof(olga));
    assert_memory_equal(&event.subject, &anna, sizeof(anna));
    assert_memory_equal(&event.user, &anna, sizeof(anna));
    assert_memory_equal(&event.interaction, &one, sizeof(one));

    /* asked again, it is the same one */

    w.op.id = id(99);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_ASSISTANCE_STARTED), 1);

    end_of_world(&w);
}


static void
test_not_oneself_nor_strangers(void **state)
{
    world_t  w;

    (void) state;
    people(&w);

    start(&w, OLGAS, ONE, OLGA);
    refused(&w, STORE_REASON_NOT_A_MEMBER);

    start(&w, OLGAS, ONE, FAR);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    start(&w, OLGAS, ONE, 777);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    start(&w, EMILS, ONE, ANNA);       /* another's session */
    assert_int_equal(run(&w), STORE_INVALID);

    start(&w, OLGAS, ONE, ANNA);
    w.op.in.assist.channel = STORE_CHANNELS;
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.assist.channel = 0;
    assert_int_equal(run(&w), STORE_INVALID);

    start(&w, OLGAS, ONE, ANNA);
    memset(&w.op.in.assist.subject, 0, sizeof(store_id_t));
    assert_int_equal(run(&w), STORE_INVALID);

    assists(&w, OLGAS, 0);
    end_of_world(&w);
}


static void
test_groups(void **state)
{
    world_t  w;
    size_t   i;

    static const struct {
        const char *groups;
        bool        good;
    } rows[] = {
        { "pumps", true }, { "x,pumps", true }, { "pumps,x", true },
        { "pump", false }, { "pumpss", false }, { "x,y", false },
        { "others", false }, { "agent", false }, { "devices", false },
        { ",", false }, { "x", false }
    };

    (void) state;
    people(&w);
    a_group(&w, 90, STORE_GROUP_USERS, "pumps");
    a_group(&w, 91, STORE_GROUP_USERS, "others");
    a_group(&w, 92, STORE_GROUP_DEVICES, "devices");
    group_op(&w, STORE_OP_GROUP_ADD, 90, ANNA);
    done(&w);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start(&w, OLGAS, (uint32_t) (100 + i), ANNA);
        w.op.in.assist.groups = text(rows[i].groups);

        if (rows[i].good) {
            done(&w);
        } else {
            refused(&w, STORE_REASON_NOT_A_MEMBER);
        }
    }

    /* resuming asks anew */

    assist(&w, STORE_OP_ASSIST_RESUME, OLGAS, 100);
    w.op.in.assist.groups = text("pumps");
    done(&w);
    assist(&w, STORE_OP_ASSIST_PAUSE, OLGAS, 100);
    done(&w);

    group_op(&w, STORE_OP_GROUP_REMOVE, 90, ANNA);
    done(&w);
    assist(&w, STORE_OP_ASSIST_RESUME, OLGAS, 100);
    w.op.in.assist.groups = text("pumps");
    refused(&w, STORE_REASON_NOT_A_MEMBER);
    is_state(&w, 100, STORE_INTERACTION_PAUSED);

    end_of_world(&w);
}


static void
test_one_at_a_time(void **state)
{
    world_t          w;
    store_session_t  s;

    (void) state;
    people(&w);

    start(&w, OLGAS, ONE, ANNA);
    done(&w);
    w.now += 5 * MINUTE;
    start(&w, OLGAS, TWO, BERT);
    done(&w);

    is_state(&w, ONE, STORE_INTERACTION_PAUSED);
    is_state(&w, TWO, STORE_INTERACTION_ACTIVE);
    assists(&w, OLGAS, BERT);
    assert_int_equal(interaction_of(&w, ONE).spent, 5 * MINUTE);
    assert_int_equal(events(&w, STORE_EVENT_ASSISTANCE_PAUSED), 1);

    /* in another session of the same agent, too */

    ask(&w, STORE_OP_SESSION_CREATE);
    w.op.in.session_create.session = id(SECOND);
    w.op.in.session_create.user = id(OLGA);
    w.op.in.session_create.lifetime = HOUR;
    done(&w);

    w.now += MINUTE;
    assist(&w, STORE_OP_ASSIST_RESUME, SECOND, ONE);
    done(&w);
    assists(&w, OLGAS, 0);
    assists(&w, SECOND, ANNA);
    is_state(&w, TWO, STORE_INTERACTION_PAUSED);
    is_state(&w, ONE, STORE_INTERACTION_ACTIVE);

    s = session_of(&w, SECOND);
    assert_int_equal(s.assist_until, s.expires);    /* never beyond it */

    /* two agents may assist the same user */

    start(&w, EMILS, THREE, ANNA);
    w.op.actor = id(EMIL);
    done(&w);
    assists(&w, SECOND, ANNA);
    assists(&w, EMILS, ANNA);

    end_of_world(&w);
}


static void
test_pause_resume_stop(void **state)
{
    world_t              w;
    store_interaction_t  i;

    (void) state;
    people(&w);

    start(&w, OLGAS, ONE, ANNA);
    done(&w);

    w.now += 10 * MINUTE;
    assist(&w, STORE_OP_ASSIST_PAUSE, OLGAS, ONE);
    done(&w);
    assists(&w, OLGAS, 0);
    assist(&w, STORE_OP_ASSIST_PAUSE, OLGAS, ONE);
    done(&w);
    assert_true(w.op.out.again);

    w.now += HOUR;
    assist(&w, STORE_OP_ASSIST_RESUME, OLGAS, ONE);
    done(&w);
    assists(&w, OLGAS, ANNA);
    assist(&w, STORE_OP_ASSIST_RESUME, OLGAS, ONE);
    done(&w);
    assert_true(w.op.out.again);

    w.now += 3 * MINUTE;
    assist(&w, STORE_OP_ASSIST_STOP, OLGAS, ONE);
    w.op.in.assist.outcome = STORE_OUTCOME_RESOLVED;
    w.op.in.assist.note = text("explained the bill");
    done(&w);
    assists(&w, OLGAS, 0);

    i = interaction_of(&w, ONE);
    assert_int_equal(i.state, STORE_INTERACTION_CLOSED);
    assert_int_equal(i.spent, 13 * MINUTE);
    assert_int_equal(i.pauses, 1);
    assert_int_equal(i.outcome, STORE_OUTCOME_RESOLVED);
    assert_int_equal(i.closed, w.now);
    assert_int_equal(i.entries, 4);

    /* closed is closed */

    assist(&w, STORE_OP_ASSIST_STOP, OLGAS, ONE);
    w.op.in.assist.outcome = STORE_OUTCOME_UNRESOLVED;
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(interaction_of(&w, ONE).outcome, STORE_OUTCOME_RESOLVED);

    assist(&w, STORE_OP_ASSIST_RESUME, OLGAS, ONE);
    refused(&w, STORE_REASON_ASSISTANCE_ENDED);
    assist(&w, STORE_OP_ASSIST_PAUSE, OLGAS, ONE);
    refused(&w, STORE_REASON_ASSISTANCE_ENDED);

    /* a paused one can be closed; of another agent there is none */

    start(&w, OLGAS, TWO, BERT);
    done(&w);
    assist(&w, STORE_OP_ASSIST_PAUSE, OLGAS, TWO);
    done(&w);
    assist(&w, STORE_OP_ASSIST_STOP, EMILS, TWO);
    w.op.actor = id(EMIL);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    assist(&w, STORE_OP_ASSIST_STOP, OLGAS, TWO);
    done(&w);
    assert_int_equal(events(&w, STORE_EVENT_ASSISTANCE_STOPPED), 2);

    end_of_world(&w);
}


static void
test_ends_by_time(void **state)
{
    world_t  w;

    (void) state;
    people(&w);

    start(&w, OLGAS, ONE, ANNA);
    w.op.in.assist.duration = 20 * MINUTE;
    done(&w);

    w.now += 20 * MINUTE - 1;
    sweep(&w);
    assists(&w, OLGAS, ANNA);

    w.now += HOUR;                     /* swept late: not counted */
    sweep(&w);
    assists(&w, OLGAS, 0);
    is_state(&w, ONE, STORE_INTERACTION_PAUSED);
    assert_int_equal(interaction_of(&w, ONE).spent, 20 * MINUTE);
    assert_int_equal(events(&w, STORE_EVENT_ASSISTANCE_STOPPED), 1);
    assert_int_equal(session_of(&w, OLGAS).ended, 0);

    end_of_world(&w);
}


static void
test_ends_with_session(void **state)
{
    world_t  w;

    (void) state;
    people(&w);

    start(&w, OLGAS, ONE, ANNA);
    done(&w);
    w.now += 7 * MINUTE;

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.session = id(OLGAS);
    done(&w);
    assists(&w, OLGAS, 0);
    is_state(&w, ONE, STORE_INTERACTION_PAUSED);
    assert_int_equal(interaction_of(&w, ONE).spent, 7 * MINUTE);

    assist(&w, STORE_OP_ASSIST_RESUME, OLGAS, ONE);
    refused(&w, STORE_REASON_SIGNED_OUT);

    /* it goes on in the next one */

    ask(&w, STORE_OP_SESSION_CREATE);
    w.op.in.session_create.session = id(SECOND);
    w.op.in.session_create.user = id(OLGA);
    w.op.in.session_create.lifetime = HOUR;
    done(&w);
    assist(&w, STORE_OP_ASSIST_RESUME, SECOND, ONE);
    done(&w);
    assists(&w, SECOND, ANNA);

    w.now += 2 * HOUR;
    sweep(&w);
    assert_int_not_equal(session_of(&w, SECOND).ended, 0);
    is_state(&w, ONE, STORE_INTERACTION_PAUSED);
    assert_int_equal(interaction_of(&w, ONE).spent, 7 * MINUTE + HOUR);

    end_of_world(&w);
}


static void
test_anonymous(void **state)
{
    world_t              w;
    store_id_t           none = { { 0 } };
    store_event_t        event;
    store_interaction_t  i;

    (void) state;
    people(&w);

    start(&w, OLGAS, ONE, ANNA);
    w.op.in.assist.subject = store_anonymous;
    w.op.in.assist.groups = text("nobody-has-it");
    done(&w);

    i = interaction_of(&w, ONE);
    assert_memory_equal(&i.subject, &store_anonymous, sizeof(store_id_t));
    assert_false(store_id_none(&store_anonymous));

    event = last_of(&w, STORE_EVENT_ASSISTANCE_STARTED);
    assert_memory_equal(&event.subject, &store_anonymous, sizeof(store_id_t));
    assert_memory_equal(&event.user, &none, sizeof(none));

    end_of_world(&w);
}


static void
test_suspended(void **state)
{
    world_t  w;

    (void) state;
    people(&w);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(OLGA);
    w.op.in.user_set.set_suspended = true;
    w.op.in.user_set.suspended = true;
    done(&w);

    start(&w, OLGAS, ONE, ANNA);
    assert_int_equal(run(&w), STORE_REFUSED);
    assists(&w, OLGAS, 0);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_not_oneself_nor_strangers),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_one_at_a_time),
        cmocka_unit_test(test_pause_resume_stop),
        cmocka_unit_test(test_ends_by_time),
        cmocka_unit_test(test_ends_with_session),
        cmocka_unit_test(test_anonymous),
        cmocka_unit_test(test_suspended)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
