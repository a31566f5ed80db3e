/* Passwords, subjects of providers, API keys, and who they stand for. */

#include "store_world.h"

#define SUBJECT  "https://id.example olga-7"


static store_user_t
user_of(world_t *w, uint32_t n)
{
    store_id_t    key = id(n);
    store_user_t  user;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_user, NULL,
                                      &key, &user), STORE_OK);

    return user;
}


static store_op_t *
subject(world_t *w, uint32_t user, const char *name)
{
    ask(w, STORE_OP_USER_SET);
    w->op.in.user_set.user = id(user);
    w->op.in.user_set.set_subject = true;
    w->op.in.user_set.subject = text(name);

    return &w->op;
}


static store_op_t *
password(world_t *w, const char *hash)
{
    ask(w, STORE_OP_USER_PASSWORD);
    w->op.in.user_password.user = id(OLGA);
    w->op.in.user_password.hash = text(hash);

    return &w->op;
}


static store_op_t *
session(world_t *w, uint32_t n, const char *hash)
{
    ask(w, STORE_OP_SESSION_CREATE);
    w->op.in.session_create.session = id(n);
    w->op.in.session_create.user = id(OLGA);
    w->op.in.session_create.lifetime = HOUR;
    w->op.in.session_create.password = text(hash);

    return &w->op;
}


static store_op_t *
sign_out(world_t *w, uint64_t before)
{
    ask(w, STORE_OP_SESSION_REVOKE);
    w->op.in.session_revoke.user = id(OLGA);
    w->op.in.session_revoke.before = before;

    return &w->op;
}


static void
what_is_older_than_a_time_ends(void **state)
{
    world_t   w;
    uint64_t  now;

    (void) state;
    world(&w);
    subject(&w, OLGA, SUBJECT);
    done(&w);

    /* by a token of then, by one of now, by none */

    session(&w, 70, "");
    now = w.op.now;
    w.op.in.session_create.issued = now - HOUR;
    done(&w);
    session(&w, 71, "")->in.session_create.issued = now - 1000;
    done(&w);
    session(&w, 72, "");
    done(&w);

    sign_out(&w, now + HOUR);
    assert_int_equal(run(&w), STORE_INVALID);

    sign_out(&w, now - 1000);
    done(&w);
    assert_false(w.op.out.again);
    assert_int_not_equal(session_of(&w, 70).ended, 0);
    assert_int_equal(session_of(&w, 71).ended, 0);
    assert_int_equal(session_of(&w, 72).ended, 0);
    assert_int_equal(user_of(&w, OLGA).since, now - 1001);
    assert_int_equal(events(&w, STORE_EVENT_USER_SIGNED_OUT), 1);

    /* it never goes back */

    sign_out(&w, now - HOUR);
    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(user_of(&w, OLGA).since, now - 1001);

    sign_out(&w, 0);
    done(&w);
    assert_int_not_equal(session_of(&w, 71).ended, 0);
    assert_int_not_equal(session_of(&w, 72).ended, 0);

    whole(&w);
    end_of_world(&w);
}


static void
a_new_password_ends_the_other_sessions(void **state)
{
    world_t  w;

    (void) state;
    world(&w);

    session(&w, 70, "");
    done(&w);
    password(&w, "$one")->in.user_password.keep = id(70);
    done(&w);

    assert_int_not_equal(session_of(&w, OLGAS).ended, 0);
    assert_int_equal(session_of(&w, 70).ended, 0);
    assert_int_equal(session_of(&w, EMILS).ended, 0);
    assert_int_equal(events(&w, STORE_EVENT_USER_PASSWORD), 1);
    done(&w);
    assert_true(w.op.out.again);

    whole(&w);
    end_of_world(&w);
}


static void
a_hash_made_stronger_ends_nothing(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    password(&w, "$one");
    done(&w);
    session(&w, 70, "$one");
    done(&w);

    password(&w, "$two")->in.user_password.rehash = true;
    w.op.in.user_password.was = text("$other");
    done(&w);
    assert_true(store_slice_equal(user_of(&w, OLGA).password, text("$one")));

    password(&w, "$two")->in.user_password.rehash = true;
    w.op.in.user_password.was = text("$one");
    done(&w);
    assert_true(store_slice_equal(user_of(&w, OLGA).password, text("$two")));
    assert_int_equal(session_of(&w, 70).ended, 0);
    assert_int_equal(events(&w, STORE_EVENT_USER_PASSWORD), 1);

    end_of_world(&w);
}


static void
what_was_matched_must_be_the_password_still(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    password(&w, "$one");
    done(&w);
    session(&w, 70, "$one");
    done(&w);
    password(&w, "$two");
    done(&w);
    session(&w, 71, "$one");
    refused(&w, STORE_REASON_SIGNED_OUT);

    end_of_world(&w);
}


static void
one_subject_is_one_user(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    subject(&w, OLGA, SUBJECT);
    done(&w);
    subject(&w, EMIL, SUBJECT);
    assert_int_equal(run(&w), STORE_EXISTS);
    subject(&w, EMIL, "x\n");
    assert_int_equal(run(&w), STORE_INVALID);
    whole(&w);

    subject(&w, OLGA, "");
    done(&w);
    subject(&w, EMIL, SUBJECT);
    done(&w);
    whole(&w);

    end_of_world(&w);
}


static void
signing_out_voids_tokens_issued_before(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    subject(&w, OLGA, SUBJECT);
    done(&w);
    w.now += MINUTE;

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.user = id(OLGA);
    done(&w);
    assert_int_equal(user_of(&w, OLGA).since, w.now);
    assert_int_equal(events(&w, STORE_EVENT_USER_SIGNED_OUT), 1);
    assert_int_not_equal(session_of(&w, OLGAS).ended, 0);

    /* Nobody's token, nothing to void. */

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.user = id(EMIL);
    done(&w);
    assert_int_equal(user_of(&w, EMIL).since, 0);

    end_of_world(&w);
}


static void
a_user_joins_without_a_session(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    join(&w, 0, CALL, 50)->in.join.user = id(OLGA);
    memset(&w.op.in.join.session, 0, sizeof(w.op.in.join.session));
    done(&w);
    state_is(&w, 50, STORE_PART_JOINING);

    join(&w, 0, CALL, 51);
    memset(&w.op.in.join.session, 0, sizeof(w.op.in.join.session));
    refused(&w, STORE_REASON_SIGNED_OUT);

    end_of_world(&w);
}


static void
a_service_is_of_its_account(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    ask(&w, STORE_OP_SERVICE_CREATE);
    w.op.in.service_create.service = id(80);
    w.op.in.service_create.account = id(ACME);
    w.op.in.service_create.name = text("recorder");
    w.op.in.service_create.roles = text("a,b");
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.service_create.lifetime = HOUR;
    done(&w);
    assert_int_equal(session_of(&w, 80).kind, STORE_KIND_SERVICE);
    done(&w);
    assert_true(w.op.out.again);
    whole(&w);

    w.op.in.service_create.name = text("another");
    assert_int_equal(run(&w), STORE_EXISTS);
    w.op.in.service_create.service = id(81);
    w.op.in.service_create.account = id(99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.session = id(80);
    done(&w);
    assert_int_not_equal(session_of(&w, 80).ended, 0);
    whole(&w);

    end_of_world(&w);
}


static void
a_certificate_is_of_one_service(void **state)
{
    world_t        w;
    uint8_t        hash[STORE_HASH_LEN] = { 7, 1 };
    store_slice_t  certificate = { hash, sizeof(hash) };

    (void) state;
    world(&w);
    ask(&w, STORE_OP_SERVICE_CREATE);
    w.op.in.service_create.service = id(80);
    w.op.in.service_create.account = id(ACME);
    w.op.in.service_create.name = text("recorder");
    w.op.in.service_create.lifetime = HOUR;
    w.op.in.service_create.certificate = certificate;
    w.op.in.service_create.certificate.len = 20;
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.service_create.certificate.len = sizeof(hash);
    done(&w);
    whole(&w);

    w.op.in.service_create.service = id(81);
    assert_int_equal(run(&w), STORE_EXISTS);

    /* free again once that one has ended */

    ask(&w, STORE_OP_SESSION_REVOKE);
    w.op.in.session_revoke.session = id(80);
    done(&w);
    whole(&w);
    ask(&w, STORE_OP_SERVICE_CREATE);
    w.op.in.service_create.service = id(81);
    w.op.in.service_create.account = id(ACME);
    w.op.in.service_create.name = text("recorder");
    w.op.in.service_create.lifetime = HOUR;
    w.op.in.service_create.certificate = certificate;
    done(&w);

    w.now += HOUR;
    sweep(&w);
    assert_int_not_equal(session_of(&w, 81).ended, 0);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_is_older_than_a_time_ends),
        cmocka_unit_test(a_new_password_ends_the_other_sessions),
        cmocka_unit_test(a_hash_made_stronger_ends_nothing),
        cmocka_unit_test(what_was_matched_must_be_the_password_still),
        cmocka_unit_test(one_subject_is_one_user),
        cmocka_unit_test(signing_out_voids_tokens_issued_before),
        cmocka_unit_test(a_user_joins_without_a_session),
        cmocka_unit_test(a_service_is_of_its_account),
        cmocka_unit_test(a_certificate_is_of_one_service)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
