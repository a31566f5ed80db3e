/*
 * Two accounts in one store: every operation is tried by one of them with the
 * ids of the other's records.  None does anything, and the other account's
 * records are as they were, byte for byte.
 */

#include "store_attempts.h"


static void
their_teams(world_t *w)
{
    ask(w, STORE_OP_TEAM_CREATE);
    team_create(&w->op);
    w->op.in.team.team = id(THEIR_TEAM);
    w->op.in.team.name = text("field");
    w->op.in.team.roles = text("agent");
    done(w);

    team_op(w, STORE_OP_TEAM_ADD, THEIR_TEAM, NINA);
    done(w);

    ask(w, STORE_OP_GROUP_CREATE);
    group_create(&w->op);
    w->op.in.group.group = id(THEIR_GROUP);
    w->op.in.group.name = text("customers");
    done(w);

    group_op(w, STORE_OP_GROUP_ADD, THEIR_GROUP, NINA);
    done(w);
    group_op(w, STORE_OP_GROUP_MANAGER, THEIR_GROUP, NINA);
    w->op.in.group.manages = true;
    done(w);

    ask(w, STORE_OP_GROUP_CREATE);
    group_create(&w->op);
    w->op.in.group.group = id(THEIR_DEVICES);
    w->op.in.group.kind = STORE_GROUP_DEVICES;
    w->op.in.group.name = text("pumps");
    done(w);
    ask(w, STORE_OP_GROUP_ADD);
    their_device(&w->op);
    done(w);

    a_team(w, OUR_TEAM, "ours", "agent");
    a_group(w, OUR_GROUP, STORE_GROUP_USERS, "ours");
}


static void
their_world(world_t *w)
{
    ask(w, STORE_OP_ACCOUNT_CREATE);
    w->op.in.account_create.account = id(THEIRS);
    w->op.in.account_create.name = text("globex");
    done(w);

    ask(w, STORE_OP_USER_CREATE);
    w->op.in.user_create.user = id(NINA);
    w->op.in.user_create.account = id(THEIRS);
    w->op.in.user_create.name = text("nina");
    w->op.in.user_create.licensed = true;
    done(w);

    ask(w, STORE_OP_SESSION_CREATE);
    w->op.in.session_create.session = id(NINAS);
    w->op.in.session_create.user = id(NINA);
    w->op.in.session_create.lifetime = HOUR;
    done(w);

    ask(w, STORE_OP_CALL_CREATE);
    call_create(&w->op);
    w->op.in.call_create.call = id(THEIR_CALL);
    done(w);

    ask(w, STORE_OP_INVITATION_CREATE);
    invitation_create(&w->op);
    w->op.in.invitation_create.invitation = id(THEIR_LINK);
    w->op.in.invitation_create.inviter = id(NINA);
    done(w);

    ask(w, STORE_OP_REDEEM);
    redeem(&w->op);
    w->op.in.redeem.session = id(THEIR_GUEST + 100);
    w->op.in.redeem.participant = id(THEIR_GUEST);
    w->op.in.redeem.browser[0] = 1;
    done(w);

    ask(w, STORE_OP_PASS_CREATE);
    pass_create(&w->op);
    w->op.in.pass_create.pass = id(THEIR_CARD);
    done(w);

    ask(w, STORE_OP_PASS_CREATE);
    pass_create(&w->op);
    w->op.in.pass_create.pass = id(THEIR_PASS);
    w->op.in.pass_create.session = id(THEIR_GUEST + 100);
    done(w);
    their_teams(w);
}


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


/* What is ours in the attempt becomes theirs. */

static void
all_theirs(store_op_t *op)
{
    size_t      i, n;
    uint8_t    *in = (uint8_t *) &op->in;
    store_id_t  ours, theirs;

    static const uint32_t  same[][2] = {
        { ACME, THEIRS }, { OLGA, NINA }, { OLGAS, NINAS },
        { CALL, THEIR_CALL }, { OUR_TEAM, THEIR_TEAM },
        { OUR_GROUP, THEIR_GROUP }
    };

    for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        ours = id(same[i][0]);
        theirs = id(same[i][1]);

        for (n = 0; n + STORE_ID_LEN <= sizeof(op->in); n++) {
            if (memcmp(in + n, ours.b, STORE_ID_LEN) == 0) {
                memcpy(in + n, theirs.b, STORE_ID_LEN);
            }
        }
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


/* Not tried here; what is new belongs among the attempts instead, unless it
   is the system's own and names no account. */

static const bool  exempt[STORE_OPS] = {
    [STORE_OP_ACCOUNT_CREATE] = true,
    [STORE_OP_SWEEP] = true,
    [STORE_OP_CALL_PLACE] = true,
    [STORE_OP_MEDIA_DRAIN] = true,
    [STORE_OP_REPORT] = true,
    [STORE_OP_TRIM] = true,
    [STORE_OP_CHECKPOINT] = true,
    [STORE_OP_ASSIST_START] = true,
    [STORE_OP_ASSIST_PAUSE] = true,
    [STORE_OP_ASSIST_RESUME] = true,
    [STORE_OP_ASSIST_STOP] = true,
    [STORE_OP_INTERACTION_NOTE] = true,
    [STORE_OP_INTERACTION_REASSIGN] = true,
    [STORE_OP_TASK] = true,
    [STORE_OP_DELIVERED] = true,
    [STORE_OP_TOLD] = true,
    [STORE_OP_RETAIN] = true,
    [STORE_OP_EXPORTED] = true,
    [STORE_OP_ACCOUNT_BILLING] = true,
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
