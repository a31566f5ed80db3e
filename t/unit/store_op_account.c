/* Accounts, users and their sessions; making calls and invitations. */

#include "store_world.h"


static store_user_t
user_of(world_t *w, uint32_t n)
{
    store_id_t    key = id(n);
    store_user_t  user;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_user, NULL,
                                      &key, &user), STORE_OK);

    return user;
}


static void
assert_text(store_slice_t slice, const char *expected)
{
    assert_int_equal(slice.len, strlen(expected));
    assert_memory_equal(slice.data, expected, slice.len);
}


static void
change_roles(world_t *w, store_words_change_t how, const char *roles)
{
    ask(w, STORE_OP_USER_SET);
    w->op.in.user_set.user = id(OLGA);
    w->op.in.user_set.set_roles = true;
    w->op.in.user_set.how = how;
    w->op.in.user_set.roles = text(roles);
}


static void
roles_are_given_and_taken(void **state)
{
    char     many[STORE_LIMIT_ROLES];
    world_t  w;

    (void) state;
    world(&w);

    change_roles(&w, STORE_WORDS_SET, "client,agent,client");
    done(&w);
    assert_text(user_of(&w, OLGA).direct, "client,agent");

    change_roles(&w, STORE_WORDS_ADD, "agent,admin");
    done(&w);
    assert_text(user_of(&w, OLGA).direct, "client,agent,admin");
    assert_text(user_of(&w, OLGA).roles, "client,agent,admin");

    change_roles(&w, STORE_WORDS_TAKE, "agent,none");
    done(&w);
    assert_text(user_of(&w, OLGA).direct, "client,admin");

    memset(many, 'r', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';
    change_roles(&w, STORE_WORDS_ADD, many);
    assert_int_equal(run(&w), STORE_REFUSED);
    assert_text(user_of(&w, OLGA).direct, "client,admin");

    change_roles(&w, STORE_WORDS_TAKE, "client,admin");
    done(&w);
    assert_int_equal(user_of(&w, OLGA).roles.len, 0);

    end_of_world(&w);
}


static void
names_are_taken_once(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    assert_int_equal(acme(&w).users, 2);

    ask(&w, STORE_OP_ACCOUNT_CREATE);
    w.op.in.account_create.account = id(90);
    w.op.in.account_create.name = text("acme");
    assert_int_equal(run(&w), STORE_EXISTS);

    w.op.in.account_create.account = id(ACME);
    done(&w);
    assert_true(w.op.out.again);

    ask(&w, STORE_OP_USER_CREATE);
    w.op.in.user_create.user = id(91);
    w.op.in.user_create.account = id(ACME);
    w.op.in.user_create.name = text("olga");
    assert_int_equal(run(&w), STORE_EXISTS);
    w.op.in.user_create.account = id(90);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    /* the same name in another account is another user */

    ask(&w, STORE_OP_ACCOUNT_CREATE);
    w.op.in.account_create.account = id(90);
    w.op.in.account_create.name = text("other");
    done(&w);
    ask(&w, STORE_OP_USER_CREATE);
    w.op.in.user_create.user = id(91);
    w.op.in.user_create.account = id(90);
    w.op.in.user_create.name = text("olga");
    done(&w);
    assert_int_equal(acme(&w).users, 2);

    end_of_world(&w);
}


static void
bad_arguments(void **state)
{
    size_t    i;
    world_t   w;

    static const char *const  roles[] = {
        ",", "a,", ",a", "a,,b", "a b", "a\n"
    };

    (void) state;
    world(&w);

    for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        ask(&w, STORE_OP_USER_CREATE);
        w.op.in.user_create.user = id(91);
        w.op.in.user_create.account = id(ACME);
        w.op.in.user_create.name = text("new");
        w.op.in.user_create.roles = text(roles[i]);
        assert_int_equal(run(&w), STORE_INVALID);
    }

    w.op.in.user_create.roles = text("a,b.c,d-e_f");
    w.op.in.user_create.user = id(0);
    memset(&w.op.in.user_create.user, 0, sizeof(store_id_t));
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.user_create.user = id(91);
    done(&w);

    ask(&w, STORE_OP_ACCOUNT_CREATE);
    w.op.in.account_create.account = id(92);
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.now = 0;
    w.op.in.account_create.name = text("x");
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


static void
changing_a_user(void **state)
{
    world_t   w;
    uint64_t  writes;

    (void) state;
    world(&w);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(OLGA);
    w.op.in.user_set.set_roles = true;
    w.op.in.user_set.roles = text("account_admin");
    w.op.in.user_set.set_licensed = true;
    w.op.in.user_set.licensed = false;
    done(&w);
    assert_int_equal(user_of(&w, OLGA).licensed, 0);
    assert_int_equal(user_of(&w, OLGA).roles.len, 13);
    assert_int_equal(events(&w, STORE_EVENT_USER_ROLES), 1);
    assert_int_equal(events(&w, STORE_EVENT_USER_LICENCE), 1);

    writes = w.memory.view.writes;
    done(&w);
    assert_true(w.op.out.again);
    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(OLGA);
    w.op.in.user_set.set_suspended = true;
    done(&w);
    assert_int_equal(w.memory.view.writes, writes);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(OLGA);
    w.op.in.user_set.set_suspended = true;
    w.op.in.user_set.suspended = true;
    done(&w);
    assert_int_equal(events(&w, STORE_EVENT_USER_SUSPENDED), 1);

    ask(&w, STORE_OP_SESSION_CREATE);
    w.op.in.session_create.session = id(95);
    w.op.in.session_create.user = id(OLGA);
    w.op.in.session_create.lifetime = HOUR;
    refused(&w, STORE_REASON_SUSPENDED);
    join(&w, OLGAS, CALL, 8);
    refused(&w, STORE_REASON_SUSPENDED);
    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    refused(&w, STORE_REASON_SUSPENDED);
    ask(&w, STORE_OP_CALL_CREATE);
    w.op.in.call_create.call = id(96);
    w.op.in.call_create.account = id(ACME);
    w.op.in.call_create.owner = id(OLGA);
    w.op.in.call_create.kind = STORE_CALL_CONFERENCE;
    w.op.in.call_create.room = 1;
    refused(&w, STORE_REASON_SUSPENDED);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    end_of_world(&w);
}


static void
the_oldest_session_goes(void **state)
{
    world_t   w;
    uint32_t  i;

    (void) state;
    world(&w);

    for (i = 0; i < 4; i++) {
        w.now += 1000;
        ask(&w, STORE_OP_SESSION_CREATE);
        w.op.in.session_create.session = id(90 + i);
        w.op.in.session_create.user = id(OLGA);
        w.op.in.session_create.lifetime = HOUR;
        w.op.in.session_create.per_user = 3;
        done(&w);
    }

    assert_int_not_equal(session_of(&w, OLGAS).ended, 0);
    assert_int_not_equal(session_of(&w, 90).ended, 0);
    assert_int_equal(session_of(&w, 91).ended, 0);
    assert_int_equal(session_of(&w, 93).ended, 0);
    assert_int_equal(events(&w, STORE_EVENT_SESSION_REVOKED), 2);
    assert_int_equal(session_of(&w, EMILS).ended, 0);

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.session = id(91);
    done(&w);
    assert_false(w.op.out.again);
    done(&w);
    assert_true(w.op.out.again);

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.user = id(OLGA);
    done(&w);
    assert_int_not_equal(session_of(&w, 93).ended, 0);
    assert_int_equal(session_of(&w, EMILS).ended, 0);
    done(&w);
    assert_true(w.op.out.again);

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.session = id(99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    end_of_world(&w);
}


static void
calls_are_of_their_account(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    ask(&w, STORE_OP_CALL_CREATE);
    w.op.in.call_create.call = id(90);
    w.op.in.call_create.account = id(91);
    w.op.in.call_create.owner = id(OLGA);
    w.op.in.call_create.kind = STORE_CALL_CONFERENCE;
    w.op.in.call_create.room = 1;
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    w.op.in.call_create.account = id(ACME);
    w.op.in.call_create.room = UINT64_C(1) << 53;
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.call_create.room = (UINT64_C(1) << 53) - 1;
    done(&w);

    /* asked again: the room is the first one */

    w.op.in.call_create.room = 5;
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(w.op.out.room, (UINT64_C(1) << 53) - 1);
    w.op.in.call_create.owner = id(EMIL);
    assert_int_equal(run(&w), STORE_EXISTS);

    end_of_world(&w);
}


static void
invitations_are_well_formed(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.channel = 3;
    assert_int_equal(run(&w), STORE_INVALID);
    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.bound_to = 0;
    assert_int_equal(run(&w), STORE_INVALID);
    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.expires = w.now;
    assert_int_equal(run(&w), STORE_INVALID);
    invitation(&w, 7, CALL, STORE_INV_EXTERNAL);
    w.op.in.invitation_create.comment = text("");
    assert_int_equal(run(&w), STORE_INVALID);
    invitation(&w, 7, 99, STORE_INV_CONFERENCE);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    w.op.in.invitation_create.inviter = id(99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    invitation(&w, 7, CALL, STORE_INV_CONFERENCE);
    done(&w);
    done(&w);
    assert_true(w.op.out.again);

    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(CALL);
    done(&w);
    assert_false(w.op.out.again);
    done(&w);
    assert_true(w.op.out.again);
    invitation(&w, 8, CALL, STORE_INV_CONFERENCE);
    refused(&w, STORE_REASON_CALL_ENDED);

    ask(&w, STORE_OP_CALL_END);
    w.op.in.call_end.call = id(99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(names_are_taken_once),
        cmocka_unit_test(roles_are_given_and_taken),
        cmocka_unit_test(bad_arguments),
        cmocka_unit_test(changing_a_user),
        cmocka_unit_test(the_oldest_session_goes),
        cmocka_unit_test(calls_are_of_their_account),
        cmocka_unit_test(invitations_are_well_formed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
