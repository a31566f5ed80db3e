/* Other terms for an invitation that was sent. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "store_world.h"


enum { LINK = 100 };


static store_op_t *
reapply(world_t *w, uint64_t valid_for, uint32_t uses)
{
    ask(w, STORE_OP_INVITATION_REAPPLY);
    w->op.in.invitation_reapply.invitation = id(LINK);
    w->op.in.invitation_reapply.valid_for = valid_for;
    w->op.in.invitation_reapply.uses = uses;
    w->op.in.invitation_reapply.bound_to = 1;

    return &w->op;
}


static store_invitation_t
link_of(world_t *w)
{
    store_id_t          key = id(LINK);
    store_invitation_t  inv;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_invitation,
                                      NULL, &key, &inv), STORE_OK);

    return inv;
}


static void
terms_count_from_its_creation(void **state)
{
    world_t             w;
    uint64_t            made;
    store_invitation_t  inv;

    (void) state;
    world(&w);
    made = w.now;
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    w.now += HOUR;

    reapply(&w, 2 * HOUR, 3);
    w.op.in.invitation_reapply.bound_to = 2;
    w.op.in.invitation_reapply.terms = true;
    w.op.in.invitation_reapply.idle_timeout = MINUTE;
    done(&w);
    assert_false(w.op.out.again);

    inv = link_of(&w);
    assert_true(inv.expires == made + 2 * HOUR);
    assert_int_equal(inv.uses, 3);
    assert_int_equal(inv.bound_to, 2);
    assert_int_equal(inv.terms, 1);
    assert_true(inv.idle == MINUTE);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_REAPPLIED), 1);

    w.now = made + 2 * HOUR;
    assert_int_equal(says(&w, LINK, 1), STORE_REASON_EXPIRED);
    end_of_world(&w);
}


static void
the_same_terms_change_nothing(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    done(&w);
    reapply(&w, 0, 0);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_INVITATION_REAPPLIED), 0);
    end_of_world(&w);
}


/* More uses open a link again that was used, fewer spend it. */

static void
uses_follow(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    arrive(&w, OLGAS, CALL, 7);
    invitation(&w, LINK, CALL, STORE_INV_EXTERNAL);
    done(&w);
    guest(&w, LINK, 50);
    assert_int_equal(link_of(&w).state, STORE_INV_USED);
    assert_int_equal(says(&w, LINK, 60), STORE_REASON_USED);

    reapply(&w, 0, 2);
    done(&w);
    assert_int_equal(link_of(&w).state, STORE_INV_REDEEMED);
    assert_int_equal(says(&w, LINK, 60), STORE_REASON_NONE);

    reapply(&w, 0, 1);
    done(&w);
    assert_int_equal(link_of(&w).state, STORE_INV_USED);
    assert_int_equal(says(&w, LINK, 60), STORE_REASON_USED);

    /* who came by it stays */

    assert_int_equal(session_of(&w, 501).ended, 0);
    end_of_world(&w);
}


static void
what_has_ended_stays_so(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    invitation(&w, LINK, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.expires = w.now + HOUR;
    done(&w);

    w.now += HOUR;
    reapply(&w, 9 * HOUR, 0);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    w.now -= MINUTE;
    ask(&w, STORE_OP_INVITATION_WITHDRAW);
    w.op.in.invitation_withdraw.invitation = id(LINK);
    done(&w);
    reapply(&w, 9 * HOUR, 0);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    assert_int_equal(says(&w, LINK, 1), STORE_REASON_WITHDRAWN);

    reapply(&w, 0, 0);
    w.op.in.invitation_reapply.bound_to = 0;
    assert_int_equal(run(&w), STORE_INVALID);
    reapply(&w, 0, 0);
    w.op.in.invitation_reapply.invitation = id(999);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(terms_count_from_its_creation),
        cmocka_unit_test(the_same_terms_change_nothing),
        cmocka_unit_test(uses_follow),
        cmocka_unit_test(what_has_ended_stays_so)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
