/* Lines of interactions, reassigning them, and the history of users. */

#include "store_world.h"


enum { ANNA = 20, ANNAS = 21, ONE = 30, TASK = 50 };


static store_op_t *
assist(world_t *w, store_op_kind_t kind)
{
    ask(w, kind);
    w->op.actor = id(OLGA);
    w->op.in.assist.session = id(OLGAS);
    w->op.in.assist.interaction = id(ONE);

    return &w->op;
}


static void
begun(world_t *w)
{
    world(w);
    a_user(w, ANNA, ANNAS, "anna");

    assist(w, STORE_OP_ASSIST_START);
    w->op.in.assist.subject = id(ANNA);
    w->op.in.assist.channel = STORE_CHANNEL_CHAT;
    done(w);
}


static store_entry_t
entry_of(world_t *w, uint64_t seq)
{
    store_id_t     one = id(ONE);
    store_key_t    key;
    store_entry_t  entry;

    store_key(&key, STORE_KEY_ENTRY);
    store_key_id(&key, &one);
    store_key_u64(&key, seq);
    assert_int_equal(store_record_at(&w->memory.view, STORE_IS_entry, &key,
                                     &entry), STORE_OK);

    return entry;
}


static void
test_notes(void **state)
{
    world_t        w;
    store_entry_t  entry;

    (void) state;
    begun(&w);

    assist(&w, STORE_OP_INTERACTION_NOTE);
    w.op.in.assist.note = text("asked for a copy");
    done(&w);
    done(&w);
    assert_true(w.op.out.again);

    entry = entry_of(&w, 2);
    assert_int_equal(entry.kind, STORE_ENTRY_NOTE);
    assert_int_equal(entry.text.len, 16);
    assert_int_equal(events(&w, STORE_EVENT_INTERACTION_NOTED), 1);

    assist(&w, STORE_OP_INTERACTION_NOTE);
    assert_int_equal(run(&w), STORE_INVALID);

    assist(&w, STORE_OP_INTERACTION_NOTE);
    w.op.in.assist.note = text("not mine");
    w.op.actor = id(EMIL);
    w.op.in.assist.session = id(EMILS);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    assist(&w, STORE_OP_ASSIST_STOP);
    done(&w);
    assist(&w, STORE_OP_INTERACTION_NOTE);
    w.op.in.assist.note = text("too late");
    refused(&w, STORE_REASON_ASSISTANCE_ENDED);

    end_of_world(&w);
}


static void
test_lines_are_bounded(void **state)
{
    world_t   w;
    uint32_t  i;

    (void) state;
    begun(&w);

    for (i = 1; i < STORE_LIMIT_ENTRIES; i++) {
        assist(&w, STORE_OP_INTERACTION_NOTE);
        w.op.in.assist.note = text("again");
        done(&w);
    }

    assist(&w, STORE_OP_INTERACTION_NOTE);
    w.op.in.assist.note = text("again");
    refused(&w, STORE_REASON_TOO_MANY);

    /* it can always be left */

    assist(&w, STORE_OP_ASSIST_STOP);
    done(&w);

    end_of_world(&w);
}


static void
test_reassign(void **state)
{
    world_t  w;

    (void) state;
    begun(&w);

    assist(&w, STORE_OP_INTERACTION_REASSIGN);
    w.op.in.assist.agent = id(EMIL);
    refused(&w, STORE_REASON_ASSISTANCE_ENDED);     /* still active */

    assist(&w, STORE_OP_ASSIST_PAUSE);
    done(&w);

    assist(&w, STORE_OP_INTERACTION_REASSIGN);
    w.op.in.assist.agent = id(ANNA);                /* the subject */
    refused(&w, STORE_REASON_NOT_A_MEMBER);

    assist(&w, STORE_OP_INTERACTION_REASSIGN);
    w.op.in.assist.agent = id(EMIL);
    done(&w);
    done(&w);
    assert_true(w.op.out.again);

    assist(&w, STORE_OP_ASSIST_RESUME);
    assert_int_equal(run(&w), STORE_NOT_FOUND);     /* no more Olga's */

    assist(&w, STORE_OP_ASSIST_RESUME);
    w.op.actor = id(EMIL);
    w.op.in.assist.session = id(EMILS);
    done(&w);

    end_of_world(&w);
}


static store_op_t *
task(world_t *w, uint32_t n)
{
    ask(w, STORE_OP_TASK);
    w->op.actor = id(OLGA);
    w->op.in.task.task = id(n);
    w->op.in.task.session = id(OLGAS);
    w->op.in.task.name = text("change-address");
    w->op.in.task.kind = STORE_TASK_SUBMITTED;

    return &w->op;
}


static store_task_t
task_of(world_t *w, uint32_t n)
{
    store_id_t    key = id(n);
    store_task_t  out;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_task, NULL,
                                      &key, &out), STORE_OK);

    return out;
}


static void
test_tasks(void **state)
{
    world_t       w;
    store_id_t    olga = id(OLGA), anna = id(ANNA), one = id(ONE);
    store_task_t  t;

    (void) state;
    begun(&w);

    task(&w, TASK);
    w.op.subject = id(ANNA);
    done(&w);
    done(&w);
    assert_true(w.op.out.again);

    t = task_of(&w, TASK);
    assert_memory_equal(&t.subject, &anna, sizeof(anna));
    assert_memory_equal(&t.actor, &olga, sizeof(olga));
    assert_memory_equal(&t.interaction, &one, sizeof(one));
    assert_int_equal(events(&w, STORE_EVENT_TASK_RECORDED), 1);

    /* her own, when nobody is assisted */

    assist(&w, STORE_OP_ASSIST_STOP);
    done(&w);
    task(&w, TASK + 1);
    done(&w);
    t = task_of(&w, TASK + 1);
    assert_memory_equal(&t.subject, &olga, sizeof(olga));
    assert_true(store_id_none(&t.interaction));

    task(&w, TASK + 2);
    w.op.actor = id(EMIL);             /* with Olga's session */
    assert_int_equal(run(&w), STORE_INVALID);
    task(&w, TASK + 2);
    w.op.in.task.name = text("");
    assert_int_equal(run(&w), STORE_INVALID);
    task(&w, TASK + 2);
    w.op.in.task.kind = STORE_TASKS;
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


/* Retention: a closed one goes with its lines, what is open stays. */

static void
test_trimmed_with_its_lines(void **state)
{
    world_t       w;
    store_id_t    one = id(ONE);
    store_key_t   prefix;
    store_walk_t  lines;
    store_slice_t key, value;

    store_interaction_t  record;

    (void) state;
    begun(&w);
    assist(&w, STORE_OP_INTERACTION_NOTE);
    w.op.in.assist.note = text("asked for a copy");
    done(&w);

    w.now += HOUR;
    ask(&w, STORE_OP_TRIM);
    w.op.in.trim.ended_before = w.now;
    done(&w);
    assert_int_equal(w.op.out.removed, 0);

    assist(&w, STORE_OP_ASSIST_STOP);
    done(&w);
    w.now += HOUR;
    ask(&w, STORE_OP_TRIM);
    w.op.in.trim.ended_before = w.now;
    done(&w);
    assert_true(w.op.out.removed >= 3);
    assert_int_equal(store_record_get(&w.memory.view, STORE_IS_interaction,
                                      NULL, &one, &record), STORE_NOT_FOUND);

    store_key(&prefix, STORE_KEY_ENTRY);
    store_key_id(&prefix, &one);
    store_walk(&lines, &prefix);
    assert_int_equal(store_walk_next(&w.memory.view, &lines, &key, &value),
                     STORE_NOT_FOUND);
    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_trimmed_with_its_lines),
        cmocka_unit_test(test_lines_are_bounded),
        cmocka_unit_test(test_reassign),
        cmocka_unit_test(test_tasks)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
