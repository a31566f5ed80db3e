/* Invitations that another system sends, and how far it was told of events. */

#include "store_world.h"


enum { LINK = 7 };


static void
to_be_sent(world_t *w)
{
    world(w);
    invitation(w, LINK, CALL, STORE_INV_CONFERENCE);
    w->op.in.invitation_create.channel = 1;
    w->op.in.invitation_create.to = text("ann@example.com");
    w->op.in.invitation_create.base = text("https://help.example");
    done(w);
}


static store_op_t *
came_to(world_t *w, store_delivery_t became, uint64_t retry)
{
    ask(w, STORE_OP_DELIVERED);
    w->op.in.delivered.invitation = id(LINK);
    w->op.in.delivered.became = became;
    w->op.in.delivered.retry = retry;

    return &w->op;
}


static store_invitation_t
sent(world_t *w)
{
    store_id_t          key = id(LINK);
    store_invitation_t  inv;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_invitation,
                                      NULL, &key, &inv), STORE_OK);

    return inv;
}


static void
queued_then_delivered(void **state)
{
    world_t             w;
    store_invitation_t  inv;

    (void) state;
    to_be_sent(&w);

    inv = sent(&w);
    assert_int_equal(inv.delivery, STORE_DELIVERY_QUEUED);
    assert_int_equal(inv.retry, w.now);
    whole(&w);

    came_to(&w, STORE_DELIVERY_QUEUED, w.now + 2000);
    done(&w);
    inv = sent(&w);
    assert_int_equal(inv.tries, 1);
    assert_int_equal(inv.retry, w.now + 2000);
    assert_memory_equal(inv.to.data, "ann@example.com", 15);
    whole(&w);

    came_to(&w, STORE_DELIVERY_DELIVERED, 0);
    done(&w);
    inv = sent(&w);
    assert_int_equal(inv.delivery, STORE_DELIVERY_DELIVERED);
    assert_int_equal(inv.tries, 2);
    assert_int_equal(inv.to.len, 0);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_DELIVERED), 1);
    assert_int_equal(says(&w, LINK, 20), STORE_REASON_NONE);

    came_to(&w, STORE_DELIVERY_FAILED, 0);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(sent(&w).delivery, STORE_DELIVERY_DELIVERED);

    end_of_world(&w);
}


static void
failed_for_good(void **state)
{
    world_t  w;

    (void) state;
    to_be_sent(&w);

    came_to(&w, STORE_DELIVERY_FAILED, 0);
    done(&w);
    assert_int_equal(sent(&w).delivery, STORE_DELIVERY_FAILED);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_UNDELIVERED), 1);

    end_of_world(&w);
}


static void
what_is_withdrawn_is_not_sent(void **state)
{
    world_t  w;

    (void) state;
    to_be_sent(&w);

    ask(&w, STORE_OP_INVITATION_WITHDRAW);
    w.op.in.invitation_withdraw.invitation = id(LINK);
    done(&w);
    assert_int_equal(sent(&w).delivery, STORE_DELIVERY_FAILED);
    assert_int_equal(sent(&w).to.len, 0);

    end_of_world(&w);
}


static void
nowhere_is_no_address(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.base = text("https://help.example");
    assert_int_equal(run(&w), STORE_INVALID);

    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    assert_int_equal(sent(&w).delivery, STORE_DELIVERY_NONE);
    came_to(&w, STORE_DELIVERY_DELIVERED, 0);
    done(&w);
    assert_true(w.op.out.again);

    end_of_world(&w);
}


static void
told_forward_only(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    ask(&w, STORE_OP_TOLD);
    w.op.in.told.name = text("notify");
    w.op.in.told.seq = 5;
    done(&w);
    assert_false(w.op.out.again);

    ask(&w, STORE_OP_TOLD);
    w.op.in.told.name = text("notify");
    w.op.in.told.seq = 4;
    done(&w);
    assert_true(w.op.out.again);

    ask(&w, STORE_OP_TOLD);
    w.op.in.told.name = text("notify");
    w.op.in.told.seq = 6;
    done(&w);
    assert_false(w.op.out.again);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(queued_then_delivered),
        cmocka_unit_test(failed_for_good),
        cmocka_unit_test(what_is_withdrawn_is_not_sent),
        cmocka_unit_test(nowhere_is_no_address),
        cmocka_unit_test(told_forward_only)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
