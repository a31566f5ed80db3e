/*
 * Two accounts in one store: every operation is tried by one of them with the
 * ids of the other's records.  None does anything, and the other account's
 * records are as they were, byte for byte.
 */

#include "store_theirs.h"


static void
each_operation_with_their_ids(void **state)
{
    size_t    i, n, bytes;
    bool      spoiled;
    world_t   w;
    uint8_t  *before;

    (void) state;

    for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        world(&w);
        their_world(&w);

        /* everything, as it is */

        before = malloc(1 << 20);
        assert_non_null(before);

        for (n = 0, bytes = 0; n < w.memory.n; n++) {
            memcpy(before + bytes, w.memory.pairs[n].bytes,
                   w.memory.pairs[n].key + w.memory.pairs[n].value);
            bytes += w.memory.pairs[n].key + w.memory.pairs[n].value;
        }

        ask(&w, attempts[i].kind);
        attempts[i].fill(&w.op);
        w.op.actor = id(OLGA);
        w.op.account = id(ACME);
        spoiled = store_op_run(&w.memory.view, &w.op);

        if (w.op.status == STORE_OK && !spoiled
            && w.memory.view.status == STORE_OK)
        {
            /* nothing to be done is no harm, if nothing was done */
            print_message("# %s: ok, again %d\n", attempts[i].name,
                          w.op.out.again);
        }

        /* what is spoiled is never committed */

        if (!spoiled) {
            assert_int_equal(w.memory.n, n);

            for (n = 0, bytes = 0; n < w.memory.n; n++) {
                assert_memory_equal(before + bytes, w.memory.pairs[n].bytes,
                                    w.memory.pairs[n].key
                                    + w.memory.pairs[n].value);
                bytes += w.memory.pairs[n].key + w.memory.pairs[n].value;
            }
        }

        assert_true(w.op.status != STORE_OK || spoiled || w.op.out.again);

        free(before);
        store_memory_free(&w.memory);
    }
}


/* Or what is malformed would pass for what is kept apart. */

static void
each_attempt_succeeds_among_theirs(void **state)
{
    size_t   i;
    world_t  w;

    (void) state;

    for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        world(&w);
        their_world(&w);

        ask(&w, attempts[i].kind);
        attempts[i].fill(&w.op);
        all_theirs(&w.op);
        w.op.actor = id(NINA);
        w.op.account = id(THEIRS);
        assert_false(store_op_run(&w.memory.view, &w.op));

        if (w.op.status != STORE_OK) {
            print_error("%s: status %d\n", attempts[i].name, w.op.status);
        }

        assert_int_equal(w.op.status, STORE_OK);
        assert_int_equal(w.memory.view.status, STORE_OK);
        store_memory_free(&w.memory);
    }
}


/* The system's own, which name no account; what is new belongs among the
   attempts. */

static const bool  exempt[STORE_OPS] = {
    [STORE_OP_SWEEP] = true,
    [STORE_OP_MEDIA_DRAIN] = true,
    [STORE_OP_TRIM] = true,
    [STORE_OP_CHECKPOINT] = true,
    [STORE_OP_TOLD] = true,
    [STORE_OP_RETAIN] = true,
    [STORE_OP_EXPORTED] = true,
    [STORE_OP_SEATS] = true
};


static void
every_operation_is_tried(void **state)
{
    bool    tried[STORE_OPS] = { false };
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        tried[attempts[i].kind] = true;
    }

    for (i = 1; i < STORE_OPS; i++) {
        if (tried[i] == exempt[i]) {
            print_error("operation %zu has %s\n", i, tried[i]
                        ? "a row and an exception" : "no row");
        }

        assert_int_not_equal(tried[i], exempt[i]);
    }
}


static void
an_account_reaches_its_own(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    their_world(&w);

    ask(&w, STORE_OP_CALL_END);
    call_end(&w.op);
    w.op.account = id(THEIRS);
    done(&w);
    assert_false(w.op.out.again);

    ask(&w, STORE_OP_INVITATION_CREATE);
    invitation_create(&w.op);
    w.op.in.invitation_create.call = id(CALL);
    w.op.account = id(ACME);
    done(&w);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_operation_with_their_ids),
        cmocka_unit_test(each_attempt_succeeds_among_theirs),
        cmocka_unit_test(every_operation_is_tried),
        cmocka_unit_test(an_account_reaches_its_own)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
