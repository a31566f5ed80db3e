/* Passes: cards of users and transfers of guests, used once, in time. */

#include "store_world.h"

#include <lmdb_schema/pass_int.h>

enum { CARD = 60, OTHER = 61, PHONE = 62, GLASSES = 63, LINK = 20,
       GUEST = 10 };


static store_op_t *
make(world_t *w, uint32_t pass, uint32_t session)
{
    ask(w, STORE_OP_PASS_CREATE);
    w->op.in.pass_create.pass = id(pass);
    w->op.in.pass_create.session = id(session);
    w->op.in.pass_create.valid_for = 2 * MINUTE;

    return &w->op;
}


static store_op_t *
use(world_t *w, uint32_t pass, uint32_t session)
{
    ask(w, STORE_OP_PASS_USE);
    w->op.in.pass_use.pass = id(pass);
    w->op.in.pass_use.session = id(session);
    w->op.in.pass_use.device = 4;
    w->op.in.pass_use.lifetime = HOUR;
    w->op.in.pass_use.idle = 10 * MINUTE;

    return &w->op;
}


static store_reason_t
card_says(world_t *w, uint32_t pass)
{
    store_id_t          key = id(pass);
    store_pass_state_t  state;

    assert_int_equal(store_pass_judge(&w->memory.view, &key, w->now, &state),
                     STORE_OK);

    return state.reason;
}


static void
a_card_signs_in_once(void **state)
{
    world_t          w;
    store_session_t  session;

    (void) state;
    world(&w);
    make(&w, CARD, OLGAS);
    done(&w);
    assert_true(w.op.out.expires == w.now + 2 * MINUTE);
    assert_memory_equal(w.op.out.made.b, id(CARD).b, STORE_ID_LEN);
    assert_int_equal(events(&w, STORE_EVENT_PASS_CREATED), 1);
    assert_int_equal(card_says(&w, CARD), STORE_REASON_NONE);
    whole(&w);

    use(&w, CARD, PHONE);
    done(&w);
    session = session_of(&w, PHONE);
    assert_int_equal(session.kind, STORE_KIND_USER);
    assert_memory_equal(session.user.b, id(OLGA).b, STORE_ID_LEN);
    assert_int_equal(session.device, 4);
    assert_true(session.idle == 10 * MINUTE);
    assert_int_equal(events(&w, STORE_EVENT_PASS_USED), 1);
    assert_int_equal(session_of(&w, OLGAS).ended, 0);

    /* the same operation once more is answered the same */

    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_PASS_USED), 1);

    use(&w, CARD, GLASSES);
    refused(&w, STORE_REASON_USED);
    use(&w, CARD, PHONE);
    assert_int_equal(run(&w), STORE_EXISTS);

    end_of_world(&w);
}


static void
two_minutes_and_no_more(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    make(&w, CARD, OLGAS);
    done(&w);

    w.now += 2 * MINUTE - 1;
    assert_int_equal(card_says(&w, CARD), STORE_REASON_NONE);
    w.now++;
    use(&w, CARD, PHONE);
    refused(&w, STORE_REASON_EXPIRED);

    /* and then it is forgotten, which says the same */

    sweep(&w);
    whole(&w);
    use(&w, CARD, PHONE);
    refused(&w, STORE_REASON_EXPIRED);
    use(&w, OTHER, PHONE);
    refused(&w, STORE_REASON_EXPIRED);

    end_of_world(&w);
}


static void
a_new_one_voids_the_one_before(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    make(&w, CARD, OLGAS);
    done(&w);
    done(&w);
    assert_true(w.op.out.again);
    make(&w, OTHER, OLGAS);
    done(&w);
    whole(&w);

    use(&w, CARD, PHONE);
    refused(&w, STORE_REASON_EXPIRED);
    use(&w, OTHER, PHONE);
    done(&w);

    /* those of another session are not touched */

    make(&w, CARD, EMILS);
    done(&w);
    make(&w, 64, OLGAS);
    done(&w);
    assert_int_equal(card_says(&w, CARD), STORE_REASON_NONE);

    make(&w, CARD, OLGAS);
    assert_int_equal(run(&w), STORE_EXISTS);

    end_of_world(&w);
}


static void
it_dies_with_the_session_that_showed_it(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    make(&w, CARD, OLGAS);
    done(&w);

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.session = id(OLGAS);
    done(&w);
    use(&w, CARD, PHONE);
    refused(&w, STORE_REASON_SIGNED_OUT);
    make(&w, OTHER, OLGAS);
    refused(&w, STORE_REASON_SIGNED_OUT);

    make(&w, OTHER, EMILS);
    done(&w);
    ask(&w, STORE_OP_ACCOUNT_SET);
    w.op.in.account_set.account = id(ACME);
    w.op.in.account_set.suspended = true;
    done(&w);
    use(&w, OTHER, PHONE);
    refused(&w, STORE_REASON_SUSPENDED);

    end_of_world(&w);
}


static void
no_session_outlives_the_one_that_showed_it(void **state)
{
    world_t   w;
    uint64_t  end;

    (void) state;
    world(&w);
    end = session_of(&w, OLGAS).expires;
    w.now = end - 5 * MINUTE;
    make(&w, CARD, OLGAS);
    done(&w);
    use(&w, CARD, PHONE);
    done(&w);
    assert_true(w.op.out.expires == end);
    assert_true(session_of(&w, PHONE).issued
                == session_of(&w, OLGAS).created);
    assert_true(session_of(&w, PHONE).expires == end);

    end_of_world(&w);
}


static void
it_counts_among_the_sessions_of_its_user(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    w.now += MINUTE;
    make(&w, CARD, OLGAS);
    done(&w);
    use(&w, CARD, PHONE)->in.pass_use.per_user = 1;
    done(&w);
    assert_int_not_equal(session_of(&w, OLGAS).ended, 0);
    assert_int_equal(session_of(&w, PHONE).ended, 0);
    assert_int_equal(session_of(&w, EMILS).ended, 0);

    end_of_world(&w);
}


static void
a_guest_has_transfers_and_no_cards(void **state)
{
    world_t             w;
    store_id_t          key = id(CARD);
    store_pass_state_t  pass;

    (void) state;
    world(&w);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    guest(&w, LINK, GUEST);

    make(&w, CARD, GUEST * 10 + 1);
    done(&w);
    assert_int_equal(store_pass_judge(&w.memory.view, &key, w.now, &pass),
                     STORE_OK);
    assert_int_equal(pass.pass.purpose, STORE_PASS_TRANSFER);
    assert_memory_equal(pass.pass.call.b, id(CALL).b, STORE_ID_LEN);
    assert_memory_equal(pass.pass.participant.b, id(GUEST * 10 + 2).b,
                        STORE_ID_LEN);
    assert_int_equal(pass.reason, STORE_REASON_NONE);

    use(&w, CARD, PHONE);
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


static void
a_service_has_none(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    ask(&w, STORE_OP_SERVICE_CREATE);
    w.op.in.service_create.service = id(80);
    w.op.in.service_create.account = id(ACME);
    w.op.in.service_create.name = text("recorder");
    w.op.in.service_create.lifetime = HOUR;
    done(&w);
    make(&w, CARD, 80);
    assert_int_equal(run(&w), STORE_INVALID);
    make(&w, CARD, 99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    make(&w, CARD, OLGAS)->in.pass_create.valid_for = 0;
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_card_signs_in_once),
        cmocka_unit_test(two_minutes_and_no_more),
        cmocka_unit_test(a_new_one_voids_the_one_before),
        cmocka_unit_test(it_dies_with_the_session_that_showed_it),
        cmocka_unit_test(no_session_outlives_the_one_that_showed_it),
        cmocka_unit_test(it_counts_among_the_sessions_of_its_user),
        cmocka_unit_test(a_guest_has_transfers_and_no_cards),
        cmocka_unit_test(a_service_has_none)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
