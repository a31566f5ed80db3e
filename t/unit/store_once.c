/* Idempotency keys: the first answer again, and nothing done twice. */

#include "store_world.h"


static void
a_keyed_call(world_t *w, uint32_t actor, const char *key, uint8_t body,
    uint32_t call)
{
    ask(w, STORE_OP_CALL_CREATE);
    w->op.actor = id(actor);
    w->op.once.key = text(key);
    memset(w->op.once.body, body, sizeof(w->op.once.body));
    w->op.in.call_create.call = id(call);
    w->op.in.call_create.account = id(ACME);
    w->op.in.call_create.owner = id(OLGA);
    w->op.in.call_create.kind = STORE_CALL_CONFERENCE;
    w->op.in.call_create.room = 7;
}


static bool
there(world_t *w, uint32_t call)
{
    store_id_t    c = id(call);
    store_call_t  record;

    return store_record_get(&w->memory.view, STORE_IS_call, NULL, &c, &record)
           == STORE_OK;
}


static void
the_first_answer_again(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    a_keyed_call(&w, OLGA, "k1", 1, 100);
    done(&w);
    assert_false(w.op.out.again);
    assert_true(store_id_equal(&w.op.out.made, &(store_id_t) { { 0, 0x1d, 0,
                0, 0, 0, 0, 0, 0, 0, 0, 100 } }));

    /* another id was minted for the second try: the first one counts */

    a_keyed_call(&w, OLGA, "k1", 1, 101);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(w.op.out.made.b[STORE_ID_LEN - 1], 100);
    assert_true(there(&w, 100));
    assert_false(there(&w, 101));

    end_of_world(&w);
}


static void
another_request_under_the_key_is_refused(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    a_keyed_call(&w, OLGA, "k1", 1, 100);
    done(&w);
    a_keyed_call(&w, OLGA, "k1", 2, 101);
    refused(&w, STORE_REASON_KEY_REUSED);
    assert_false(there(&w, 101));

    ask(&w, STORE_OP_CALL_END);
    w.op.actor = id(OLGA);
    w.op.once.key = text("k1");
    memset(w.op.once.body, 1, sizeof(w.op.once.body));
    w.op.in.call_end.call = id(100);
    refused(&w, STORE_REASON_KEY_REUSED);

    end_of_world(&w);
}


static void
keys_are_of_who_asks(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    a_keyed_call(&w, OLGA, "k1", 1, 100);
    done(&w);
    a_keyed_call(&w, EMIL, "k1", 2, 101);
    done(&w);
    assert_false(w.op.out.again);
    assert_true(there(&w, 101));

    ask(&w, STORE_OP_CALL_END);
    w.op.once.key = text("k1");
    w.op.in.call_end.call = id(100);
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


static void
a_refusal_is_not_kept(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    a_keyed_call(&w, OLGA, "k1", 1, 100);
    w.op.in.call_create.owner = id(999);
    assert_int_not_equal(run(&w), STORE_OK);
    a_keyed_call(&w, OLGA, "k1", 1, 100);
    done(&w);
    assert_false(w.op.out.again);

    end_of_world(&w);
}


static void
keys_have_a_length(void **state)
{
    char     key[STORE_LIMIT_ONCE + 2];
    world_t  w;

    (void) state;
    world(&w);
    memset(key, 'k', sizeof(key));
    key[STORE_LIMIT_ONCE + 1] = '\0';

    a_keyed_call(&w, OLGA, key, 1, 100);
    assert_int_equal(run(&w), STORE_INVALID);
    key[STORE_LIMIT_ONCE] = '\0';
    a_keyed_call(&w, OLGA, key, 1, 100);
    done(&w);

    end_of_world(&w);
}


static void
a_day_later_it_is_forgotten(void **state)
{
    world_t  w;
    size_t   n;

    (void) state;
    world(&w);

    n = w.memory.n;
    a_keyed_call(&w, OLGA, "k1", 1, 100);
    done(&w);
    w.now += 24 * HOUR - 1;
    a_keyed_call(&w, OLGA, "k1", 1, 101);
    done(&w);
    assert_true(w.op.out.again);

    w.now += 1;
    a_keyed_call(&w, OLGA, "k1", 2, 102);
    done(&w);
    assert_false(w.op.out.again);
    assert_true(there(&w, 102));

    /* its row goes with the sweep, and its index key with it */

    w.now += 25 * HOUR;
    sweep(&w);
    a_keyed_call(&w, OLGA, "k1", 3, 103);
    done(&w);
    assert_false(w.op.out.again);
    assert_true(w.memory.n > n);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_first_answer_again),
        cmocka_unit_test(another_request_under_the_key_is_refused),
        cmocka_unit_test(keys_are_of_who_asks),
        cmocka_unit_test(a_refusal_is_not_kept),
        cmocka_unit_test(keys_have_a_length),
        cmocka_unit_test(a_day_later_it_is_forgotten)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
