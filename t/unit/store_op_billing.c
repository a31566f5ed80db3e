/* Agent seats, the billing contact, and the second user of an account. */

#include "store_world.h"


enum { NEW = 40, ANN = 41, BEN = 42, CLEO = 43, TEAM = 44 };


static store_op_t *
told(world_t *w, store_op_kind_t kind)
{
    ask(w, kind);
    w->op.terms.known = true;
    w->op.terms.seated = text("agent,lead");
    w->op.terms.administrators = text("admin,chief");
    w->op.terms.billing = text("payer");

    return &w->op;
}


static store_op_t *
user(world_t *w, uint32_t n, const char *name, const char *roles)
{
    told(w, STORE_OP_USER_CREATE);
    w->op.in.user_create.user = id(n);
    w->op.in.user_create.account = id(NEW);
    w->op.in.user_create.name = text(name);
    w->op.in.user_create.roles = text(roles);

    return &w->op;
}


static store_op_t *
set(world_t *w, uint32_t n, const char *roles)
{
    told(w, STORE_OP_USER_SET);
    w->op.in.user_set.user = id(n);
    w->op.in.user_set.set_roles = true;
    w->op.in.user_set.roles = text(roles);

    return &w->op;
}


static store_user_t
user_of(world_t *w, uint32_t n)
{
    store_id_t    key = id(n);
    store_user_t  found;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_user, NULL,
                                      &key, &found), STORE_OK);

    return found;
}


static store_account_t
account_of(world_t *w)
{
    store_id_t       key = id(NEW);
    store_account_t  found;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_account, NULL,
                                      &key, &found), STORE_OK);

    return found;
}


static void
holds(world_t *w, uint32_t n, const char *roles)
{
    store_user_t  u = user_of(w, n);

    if (!store_slice_equal(u.roles, text(roles))) {
        print_error("%.*s, not %s\n", (int) u.roles.len,
                    (const char *) u.roles.data, roles);
        fail();
    }
}


static void
an_account(world_t *w, const char *roles)
{
    world(w);

    told(w, STORE_OP_ACCOUNT_CREATE);
    w->op.in.account_create.account = id(NEW);
    w->op.in.account_create.name = text("new");
    done(w);

    user(w, ANN, "ann", roles);
    done(w);
}


static void
limit(world_t *w, uint32_t n)
{
    told(w, STORE_OP_ACCOUNT_SEATS);
    w->op.in.account_seats.account = id(NEW);
    w->op.in.account_seats.limit = n;
}


static void
bill(world_t *w, uint32_t n)
{
    told(w, STORE_OP_ACCOUNT_BILLING);
    w->op.in.account_billing.account = id(NEW);
    w->op.in.account_billing.user = id(n);
}


static void
the_first_user_is_the_billing_contact(void **state)
{
    world_t  w;

    (void) state;
    an_account(&w, "client");
    holds(&w, ANN, "client,payer");
    assert_true(store_slice_equal(user_of(&w, ANN).direct, text("client")));

    /* it comes and goes with nothing else */

    set(&w, ANN, "");
    done(&w);
    holds(&w, ANN, "payer");
    set(&w, ANN, "payer");
    refused(&w, STORE_REASON_ONE_BILLING_CONTACT);
    user(&w, BEN, "ben", "admin,payer");
    refused(&w, STORE_REASON_ONE_BILLING_CONTACT);
    told(&w, STORE_OP_TEAM_CREATE);
    w.op.in.team.team = id(TEAM);
    w.op.in.team.account = id(NEW);
    w.op.in.team.name = text("payers");
    w.op.in.team.roles = text("payer");
    refused(&w, STORE_REASON_ONE_BILLING_CONTACT);

    end_of_world(&w);
}


static void
the_billing_contact_is_moved(void **state)
{
    world_t          w;
    store_id_t       ben;
    store_account_t  account;

    (void) state;
    an_account(&w, "admin");
    user(&w, BEN, "ben", "client");
    done(&w);

    bill(&w, BEN);
    done(&w);
    holds(&w, ANN, "admin");
    holds(&w, BEN, "client,payer");
    account = account_of(&w);
    ben = id(BEN);
    assert_true(store_id_equal(&account.billing, &ben));
    assert_int_equal(events(&w, STORE_EVENT_ACCOUNT_BILLING), 1);
    bill(&w, BEN);
    done(&w);
    assert_true(w.op.out.again);

    /* of another account: nobody */

    bill(&w, OLGA);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    bill(&w, 99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    holds(&w, BEN, "client,payer");

    end_of_world(&w);
}


static void
a_second_user_needs_an_administrator(void **state)
{
    world_t  w;

    (void) state;
    an_account(&w, "client");

    user(&w, BEN, "ben", "client");
    refused(&w, STORE_REASON_ADMINISTRATOR_REQUIRED);
    w.op.in.user_create.administrator = id(OLGA);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    user(&w, BEN, "ben", "client");
    w.op.in.user_create.administrator = id(ANN);
    done(&w);
    holds(&w, ANN, "client,admin,payer");
    holds(&w, BEN, "client");
    user(&w, CLEO, "cleo", "client");
    done(&w);
    end_of_world(&w);

    an_account(&w, "client");
    user(&w, BEN, "ben", "");
    w.op.in.user_create.administrator = id(BEN);
    done(&w);
    holds(&w, ANN, "client,payer");
    holds(&w, BEN, "admin");
    end_of_world(&w);

    /* who is one by a role given is named by it */

    an_account(&w, "client");
    user(&w, BEN, "ben", "chief");
    done(&w);
    end_of_world(&w);
}


static void
seats_are_taken_and_freed(void **state)
{
    world_t  w;

    (void) state;
    an_account(&w, "admin");
    limit(&w, 2);
    done(&w);

    user(&w, BEN, "ben", "agent");
    done(&w);
    user(&w, CLEO, "cleo", "client,lead");
    done(&w);
    assert_int_equal(account_of(&w).agents, 2);
    assert_int_equal(user_of(&w, BEN).seat, 1);

    set(&w, ANN, "admin,agent");
    refused(&w, STORE_REASON_NO_SEAT);
    user(&w, 50, "dan", "agent");
    refused(&w, STORE_REASON_NO_SEAT);
    limit(&w, 1);
    refused(&w, STORE_REASON_NO_SEAT);

    set(&w, CLEO, "client");
    done(&w);
    assert_int_equal(account_of(&w).agents, 1);
    set(&w, ANN, "admin,agent");
    done(&w);

    limit(&w, 0);
    done(&w);
    user(&w, 50, "dan", "agent");
    done(&w);
    assert_int_equal(account_of(&w).agents, 3);

    end_of_world(&w);
}


static void
a_team_takes_a_seat_for_each(void **state)
{
    world_t  w;

    (void) state;
    an_account(&w, "admin");
    user(&w, BEN, "ben", "");
    done(&w);
    user(&w, CLEO, "cleo", "");
    done(&w);
    limit(&w, 1);
    done(&w);

    told(&w, STORE_OP_TEAM_CREATE);
    w.op.in.team.team = id(TEAM);
    w.op.in.team.account = id(NEW);
    w.op.in.team.name = text("field");
    done(&w);

    told(&w, STORE_OP_TEAM_ADD);
    w.op.in.team.team = id(TEAM);
    w.op.in.team.user = id(BEN);
    done(&w);
    w.op.id = id(900);
    w.op.in.team.user = id(CLEO);
    done(&w);

    /* two members, one seat */

    told(&w, STORE_OP_TEAM_SET);
    w.op.in.team.team = id(TEAM);
    w.op.in.team.set_roles = true;
    w.op.in.team.roles = text("agent");
    refused(&w, STORE_REASON_NO_SEAT);
    assert_int_equal(account_of(&w).agents, 0);

    limit(&w, 2);
    done(&w);
    told(&w, STORE_OP_TEAM_SET);
    w.op.in.team.team = id(TEAM);
    w.op.in.team.set_roles = true;
    w.op.in.team.roles = text("agent");
    done(&w);
    assert_int_equal(account_of(&w).agents, 2);

    told(&w, STORE_OP_TEAM_DELETE);
    w.op.in.team.team = id(TEAM);
    done(&w);
    assert_int_equal(account_of(&w).agents, 0);
    assert_int_equal(user_of(&w, BEN).seat, 0);

    end_of_world(&w);
}


/* Steps of the walk until it says that there are no more. */

static uint32_t
recount(world_t *w, const char *seated, const char *billing, uint32_t max)
{
    uint32_t  steps;

    for (steps = 1; steps < 100; steps++) {
        told(w, STORE_OP_SEATS);
        w->op.id = id(700 + steps);
        w->op.terms.seated = text(seated);
        w->op.terms.billing = text(billing);
        w->op.in.seats.max = max;
        done(w);

        if (!w->op.out.more) {
            break;
        }
    }

    return steps;
}


static void
seats_follow_an_edit_of_the_policy(void **state)
{
    world_t  w;

    (void) state;
    an_account(&w, "admin");
    user(&w, BEN, "ben", "agent");
    done(&w);
    user(&w, CLEO, "cleo", "client");
    done(&w);
    limit(&w, 1);
    done(&w);

    /* clients need one from now on: counted, though above the limit, and
       nobody else gets one */

    assert_true(recount(&w, "agent,client", "payer", 1) > 3);
    assert_int_equal(account_of(&w).agents, 2);
    assert_int_equal(user_of(&w, CLEO).seat, 1);
    assert_int_equal(user_of(&w, ANN).seat, 0);
    holds(&w, CLEO, "client");

    told(&w, STORE_OP_USER_SET);
    w.op.terms.seated = text("agent,client");
    w.op.in.user_set.user = id(ANN);
    w.op.in.user_set.set_roles = true;
    w.op.in.user_set.roles = text("admin,client");
    refused(&w, STORE_REASON_NO_SEAT);

    /* done once by these terms */

    told(&w, STORE_OP_SEATS);
    w.op.terms.seated = text("agent,client");
    done(&w);
    assert_true(w.op.out.again);

    /* nobody does any more */

    (void) recount(&w, "", "payer", 0);
    assert_int_equal(account_of(&w).agents, 0);
    assert_int_equal(user_of(&w, BEN).seat, 0);
    holds(&w, BEN, "agent");

    end_of_world(&w);
}


static void
seats_are_counted_again_after_who_knows_no_policy(void **state)
{
    world_t  w;

    (void) state;
    an_account(&w, "admin");
    user(&w, BEN, "ben", "agent");
    done(&w);
    (void) recount(&w, "agent,lead", "payer", 0);
    assert_int_equal(account_of(&w).agents, 1);

    set(&w, BEN, "client");
    w.op.terms.known = false;
    done(&w);
    assert_int_equal(account_of(&w).agents, 1);

    (void) recount(&w, "agent,lead", "payer", 0);
    assert_int_equal(account_of(&w).agents, 0);

    end_of_world(&w);
}


/* The first account of a store, made by who knows these terms, or none. */

static void
first_account(world_t *w, const char *seated, const char *billing)
{
    memset(w, 0, sizeof(*w));
    store_memory_init(&w->memory);
    w->now = UINT64_C(1700000000000);

    told(w, STORE_OP_ACCOUNT_CREATE);
    w->op.terms.known = seated != NULL;
    w->op.terms.seated = text(seated != NULL ? seated : "");
    w->op.terms.billing = text(billing);
    w->op.in.account_create.account = id(NEW);
    w->op.in.account_create.name = text("new");
    done(w);
}


static bool
counted(world_t *w, const char *seated, const char *billing)
{
    told(w, STORE_OP_SEATS);
    w->op.terms.seated = text(seated);
    w->op.terms.billing = text(billing);
    done(w);

    return w->op.out.again;
}


static void
the_first_account_notes_by_which_terms_seats_are_counted(void **state)
{
    world_t  w;

    (void) state;
    first_account(&w, "agent,lead", "payer");
    assert_true(counted(&w, "agent,lead", "payer"));
    store_memory_free(&w.memory);

    first_account(&w, "agent,lead", "payer");
    assert_false(counted(&w, "agent", "payer"));
    assert_true(counted(&w, "agent", "payer"));
    assert_false(counted(&w, "agent", "paying"));
    store_memory_free(&w.memory);

    /* whoever knows no policy notes nothing */

    first_account(&w, NULL, "");
    assert_false(counted(&w, "agent,lead", "payer"));
    store_memory_free(&w.memory);

    /* nor does the second account: users of the first may have others */

    first_account(&w, "agent,lead", "payer");
    told(&w, STORE_OP_ACCOUNT_CREATE);
    w.op.terms.seated = text("client");
    w.op.in.account_create.account = id(NEW + 500);
    w.op.in.account_create.name = text("newer");
    done(&w);
    assert_true(counted(&w, "agent,lead", "payer"));
    assert_false(counted(&w, "client", "payer"));
    store_memory_free(&w.memory);

    first_account(&w, NULL, "");
    told(&w, STORE_OP_ACCOUNT_CREATE);
    w.op.in.account_create.account = id(NEW + 500);
    w.op.in.account_create.name = text("newer");
    done(&w);
    assert_false(counted(&w, "agent,lead", "payer"));
    store_memory_free(&w.memory);
}


static void
the_role_of_the_billing_contact_follows(void **state)
{
    world_t  w;

    (void) state;
    an_account(&w, "admin");
    user(&w, BEN, "ben", "client");
    done(&w);
    holds(&w, ANN, "admin,payer");

    (void) recount(&w, "agent,lead,paying", "paying", 0);
    holds(&w, ANN, "admin,paying");
    holds(&w, BEN, "client");
    assert_int_equal(account_of(&w).agents, 1);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(seats_follow_an_edit_of_the_policy),
        cmocka_unit_test(seats_are_counted_again_after_who_knows_no_policy),
        cmocka_unit_test(
            the_first_account_notes_by_which_terms_seats_are_counted),
        cmocka_unit_test(the_role_of_the_billing_contact_follows),
        cmocka_unit_test(the_first_user_is_the_billing_contact),
        cmocka_unit_test(the_billing_contact_is_moved),
        cmocka_unit_test(a_second_user_needs_an_administrator),
        cmocka_unit_test(seats_are_taken_and_freed),
        cmocka_unit_test(a_team_takes_a_seat_for_each)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
