/* Profiles changed by users and by who assists them; registrations. */

#include "store_world.h"


enum { CARL = 20, CARLS = 21, WORK = 30, TASK = 40, NEW = 50 };


static store_user_t
user_of(world_t *w, uint32_t n)
{
    store_id_t    key = id(n);
    store_user_t  user;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_user, NULL,
                                      &key, &user), STORE_OK);

    return user;
}


static store_status_t
task_of(world_t *w, uint32_t n, store_task_t *task)
{
    store_id_t  key = id(n);

    return store_record_get(&w->memory.view, STORE_IS_task, NULL, &key,
                            task);
}


/* Olga, in her session, writes a new number into Carl's profile. */

static void
edit(world_t *w, const char *phone)
{
    ask(w, STORE_OP_USER_PROFILE);
    w->op.actor = id(OLGA);
    w->op.account = id(ACME);
    w->op.in.user_profile.user = id(CARL);
    w->op.in.user_profile.session = id(OLGAS);
    w->op.in.user_profile.task = id(TASK);
    w->op.in.user_profile.kind = STORE_TASK_SUBMITTED;
    w->op.in.user_profile.set = 1u << STORE_PROFILE_PHONE;
    w->op.in.user_profile.to[STORE_PROFILE_PHONE] = text(phone);
}


static void
assist(world_t *w, store_op_kind_t kind)
{
    ask(w, kind);
    w->op.actor = id(OLGA);
    w->op.in.assist.session = id(OLGAS);
    w->op.in.assist.interaction = id(WORK);
    w->op.in.assist.subject = id(CARL);
    w->op.in.assist.channel = STORE_CHANNEL_PHONE;
    done(w);
}


static void
begun(world_t *w)
{
    world(w);
    a_user(w, CARL, CARLS, "carl");
    assist(w, STORE_OP_ASSIST_START);
}


static void
an_agent_edits_whom_he_assists_and_it_is_the_users_task(void **state)
{
    world_t       w;
    store_task_t  task;
    store_user_t  user;

    (void) state;
    begun(&w);

    edit(&w, "+49 30 123456");
    w.op.in.user_profile.set |= 1u << STORE_PROFILE_MAIL;
    w.op.in.user_profile.to[STORE_PROFILE_MAIL] = text("carl@example.com");
    done(&w);

    user = user_of(&w, CARL);
    assert_true(store_slice_equal(user.phone, text("+49 30 123456")));
    assert_true(store_slice_equal(user.mail, text("carl@example.com")));

    assert_int_equal(task_of(&w, TASK, &task), STORE_OK);
    assert_true(store_slice_equal(task.name, text("profile")));
    assert_true(store_slice_equal(task.detail, text("mail,phone")));
    assert_int_equal(task.kind, STORE_TASK_SUBMITTED);
    assert_int_equal(task.subject.b[STORE_ID_LEN - 1], CARL);
    assert_int_equal(task.actor.b[STORE_ID_LEN - 1], OLGA);
    assert_int_equal(task.interaction.b[STORE_ID_LEN - 1], WORK);
    assert_int_equal(events(&w, STORE_EVENT_USER_PROFILE), 1);

    done(&w);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_USER_PROFILE), 1);
    whole(&w);

    end_of_world(&w);
}


static void
nobody_edits_whom_he_does_not_assist(void **state)
{
    world_t  w;

    (void) state;
    begun(&w);

    edit(&w, "+49 30 123456");
    w.op.in.user_profile.user = id(EMIL);
    refused(&w, STORE_REASON_ASSISTANCE_ENDED);

    assist(&w, STORE_OP_ASSIST_PAUSE);
    edit(&w, "+49 30 123456");
    refused(&w, STORE_REASON_ASSISTANCE_ENDED);

    assist(&w, STORE_OP_ASSIST_RESUME);
    edit(&w, "+49 30 123456");
    w.op.in.user_profile.session = id(CARLS);
    assert_int_equal(run(&w), STORE_INVALID);

    edit(&w, "+49 30 123456");
    memset(&w.op.in.user_profile.session, 0, sizeof(store_id_t));
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


static void
it_ends_with_the_assistance(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    a_user(&w, CARL, CARLS, "carl");

    ask(&w, STORE_OP_ASSIST_START);
    w.op.actor = id(OLGA);
    w.op.in.assist.session = id(OLGAS);
    w.op.in.assist.interaction = id(WORK);
    w.op.in.assist.subject = id(CARL);
    w.op.in.assist.channel = STORE_CHANNEL_PHONE;
    w.op.in.assist.duration = MINUTE;
    done(&w);

    w.now += MINUTE;
    edit(&w, "+49 30 123456");
    refused(&w, STORE_REASON_ASSISTANCE_ENDED);

    end_of_world(&w);
}


static void
a_user_edits_himself_with_a_session_or_a_token(void **state)
{
    world_t       w;
    store_task_t  task;

    (void) state;
    begun(&w);

    edit(&w, "+49 30 1");
    w.op.in.user_profile.user = id(OLGA);
    done(&w);
    assert_int_equal(task_of(&w, TASK, &task), STORE_OK);
    assert_true(store_id_none(&task.interaction));

    edit(&w, "+49 30 2");
    w.op.in.user_profile.user = id(OLGA);
    w.op.in.user_profile.task = id(TASK + 1);
    memset(&w.op.in.user_profile.session, 0, sizeof(store_id_t));
    done(&w);

    end_of_world(&w);
}


static void
what_changes_nothing_is_no_task(void **state)
{
    world_t       w;
    store_task_t  task;

    (void) state;
    begun(&w);

    edit(&w, "");
    done(&w);
    assert_int_equal(task_of(&w, TASK, &task), STORE_NOT_FOUND);
    assert_int_equal(events(&w, STORE_EVENT_USER_PROFILE), 0);

    end_of_world(&w);
}


static void
long_and_broken_values_are_refused(void **state)
{
    size_t   i;
    char     many[STORE_LIMIT_MAIL + 2];
    world_t  w;

    (void) state;
    begun(&w);
    memset(many, 'a', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';

    for (i = 0; i < STORE_PROFILE_FIELDS; i++) {
        edit(&w, "");
        w.op.in.user_profile.set = 1u << i;
        w.op.in.user_profile.to[i] = text(many);
        assert_int_equal(run(&w), STORE_INVALID);
        w.op.in.user_profile.to[i] = text("a\tb");
        assert_int_equal(run(&w), STORE_INVALID);
    }

    edit(&w, "1");
    w.op.in.user_profile.kind = 0;
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.user_profile.kind = STORE_TASKS;
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


static void
a_registration_is_the_first_task_of_the_user(void **state)
{
    world_t       w;
    store_task_t  task;
    store_user_t  user;

    (void) state;
    begun(&w);

    ask(&w, STORE_OP_USER_CREATE);
    w.op.actor = id(OLGA);
    w.op.account = id(ACME);
    w.op.in.user_create.user = id(NEW);
    w.op.in.user_create.account = id(ACME);
    w.op.in.user_create.name = text("nina");
    w.op.in.user_create.first = text("Nina");
    w.op.in.user_create.last = text("Neu");
    w.op.in.user_create.phone = text("0171 1234567");
    w.op.in.user_create.session = id(OLGAS);
    w.op.in.user_create.task = id(TASK);
    done(&w);

    user = user_of(&w, NEW);
    assert_true(store_slice_equal(user.last, text("Neu")));
    assert_true(store_slice_equal(user.phone, text("0171 1234567")));

    assert_int_equal(task_of(&w, TASK, &task), STORE_OK);
    assert_int_equal(task.subject.b[STORE_ID_LEN - 1], NEW);
    assert_int_equal(task.actor.b[STORE_ID_LEN - 1], OLGA);
    assert_true(store_slice_equal(task.name, text("registration")));

    ask(&w, STORE_OP_USER_CREATE);
    w.op.actor = id(OLGA);
    w.op.in.user_create.user = id(NEW + 1);
    w.op.in.user_create.account = id(ACME);
    w.op.in.user_create.name = text("nora");
    w.op.in.user_create.session = id(CARLS);
    w.op.in.user_create.task = id(TASK + 1);
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


static void
sign_ins_are_kept_with_those_that_failed(void **state)
{
    world_t       w;
    uint64_t      then;
    store_user_t  user;

    (void) state;
    world(&w);
    a_user(&w, CARL, CARLS, "carl");
    then = w.now;
    assert_int_equal(user_of(&w, CARL).signed_in, then);

    w.now += MINUTE;
    ask(&w, STORE_OP_USER_FAILED);
    w.op.in.user_failed.user = id(CARL);
    done(&w);
    done(&w);

    user = user_of(&w, CARL);
    assert_int_equal(user.failed, 2);
    assert_int_equal(user.failed_at, w.now);
    assert_int_equal(user.signed_in, then);

    w.now += MINUTE;
    ask(&w, STORE_OP_SESSION_CREATE);
    w.op.in.session_create.session = id(CARLS + 1);
    w.op.in.session_create.user = id(CARL);
    w.op.in.session_create.lifetime = HOUR;
    done(&w);

    user = user_of(&w, CARL);
    assert_int_equal(user.failed, 0);
    assert_int_equal(user.failed_at, then + MINUTE);
    assert_int_equal(user.signed_in, w.now);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            an_agent_edits_whom_he_assists_and_it_is_the_users_task),
        cmocka_unit_test(nobody_edits_whom_he_does_not_assist),
        cmocka_unit_test(it_ends_with_the_assistance),
        cmocka_unit_test(a_user_edits_himself_with_a_session_or_a_token),
        cmocka_unit_test(what_changes_nothing_is_no_task),
        cmocka_unit_test(long_and_broken_values_are_refused),
        cmocka_unit_test(a_registration_is_the_first_task_of_the_user),
        cmocka_unit_test(sign_ins_are_kept_with_those_that_failed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
