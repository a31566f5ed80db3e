/* Groups of users and of devices, and their managers. */

#include "store_world.h"

#include <lmdb_schema/team_int.h>


enum { GROUP = 70, OTHER = 71, DEVICES = 72, MORE = 200, CROWD = 1000 };


static store_group_t
group_of(world_t *w, uint32_t n)
{
    store_id_t     key = id(n);
    store_group_t  group;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_group, NULL,
                                      &key, &group), STORE_OK);

    return group;
}


static bool
there(world_t *w, store_record_t record, uint32_t group, uint32_t user)
{
    store_id_t      of = id(group), who = id(user);
    store_any_t     any;
    store_status_t  rc;

    rc = store_record_get(&w->memory.view, record, &of, &who, &any);
    assert_true(rc == STORE_OK || rc == STORE_NOT_FOUND);

    return rc == STORE_OK;
}


static void
member(world_t *w, store_op_kind_t kind, uint32_t group, uint32_t user)
{
    group_op(w, kind, group, user);
    done(w);
}


static void
manager(world_t *w, uint32_t group, uint32_t user, bool manages)
{
    group_op(w, STORE_OP_GROUP_MANAGER, group, user);
    w->op.in.group.manages = manages;
    done(w);
}


static void
users_come_and_go(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    a_group(&w, GROUP, STORE_GROUP_USERS, "customers");

    member(&w, STORE_OP_GROUP_ADD, GROUP, OLGA);
    assert_true(there(&w, STORE_IS_member, GROUP, OLGA));
    assert_int_equal(group_of(&w, GROUP).members, 1);
    member(&w, STORE_OP_GROUP_ADD, GROUP, OLGA);
    assert_true(w.op.out.again);
    assert_int_equal(group_of(&w, GROUP).members, 1);
    assert_int_equal(events(&w, STORE_EVENT_GROUP_ADDED), 1);

    member(&w, STORE_OP_GROUP_REMOVE, GROUP, OLGA);
    assert_false(there(&w, STORE_IS_member, GROUP, OLGA));
    member(&w, STORE_OP_GROUP_REMOVE, GROUP, OLGA);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_GROUP_REMOVED), 1);

    group_op(&w, STORE_OP_GROUP_ADD, GROUP, 99);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    group_op(&w, STORE_OP_GROUP_ADD, 99, OLGA);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    end_of_world(&w);
}


static store_op_t *
device(world_t *w, store_op_kind_t kind, const char *name)
{
    group_op(w, kind, DEVICES, 0);
    memset(&w->op.in.group.user, 0, sizeof(store_id_t));
    w->op.in.group.device = text(name);

    return &w->op;
}


static void
devices_are_known_by_name(void **state)
{
    world_t     w;
    store_id_t  object, again, group = id(DEVICES), acme_id = id(ACME);

    (void) state;
    world(&w);
    a_group(&w, DEVICES, STORE_GROUP_DEVICES, "pumps");
    a_group(&w, GROUP, STORE_GROUP_USERS, "customers");

    device(&w, STORE_OP_GROUP_ADD, "Pump 7");
    done(&w);
    device(&w, STORE_OP_GROUP_ADD, "Pump 8");
    done(&w);
    assert_int_equal(group_of(&w, DEVICES).members, 2);

    assert_true(store_device_id(w.memory.view.sha256, &acme_id,
                                text("Pump 7"), &object));
    assert_int_equal(store_record_get(&w.memory.view, STORE_IS_member, &group,
                                      &object, &(store_member_t) { 0 }),
                     STORE_OK);
    assert_true(store_device_id(w.memory.view.sha256, &group,
                                text("Pump 7"), &again));
    assert_false(store_id_equal(&object, &again));

    device(&w, STORE_OP_GROUP_REMOVE, "Pump 7");
    done(&w);
    assert_int_equal(group_of(&w, DEVICES).members, 1);

    /* each kind takes its own */

    device(&w, STORE_OP_GROUP_ADD, "");
    assert_int_equal(run(&w), STORE_INVALID);
    group_op(&w, STORE_OP_GROUP_ADD, GROUP, OLGA);
    w.op.in.group.device = text("Pump 7");
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


static void
managers_are_given_and_taken(void **state)
{
    world_t   w;
    uint32_t  i;

    (void) state;
    world(&w);
    a_group(&w, GROUP, STORE_GROUP_USERS, "customers");

    manager(&w, GROUP, EMIL, true);
    assert_true(there(&w, STORE_IS_manager, GROUP, EMIL));
    assert_int_equal(group_of(&w, GROUP).managers, 1);
    manager(&w, GROUP, EMIL, true);
    assert_true(w.op.out.again);
    manager(&w, GROUP, EMIL, false);
    assert_false(there(&w, STORE_IS_manager, GROUP, EMIL));
    manager(&w, GROUP, EMIL, false);
    assert_true(w.op.out.again);
    assert_int_equal(events(&w, STORE_EVENT_GROUP_MANAGER), 2);

    for (i = 0; i <= STORE_LIMIT_MANAGERS; i++) {
        char  name[16];

        (void) snprintf(name, sizeof(name), "u%u", (unsigned) i);
        a_user(&w, CROWD + i, MORE + i, name);
        group_op(&w, STORE_OP_GROUP_MANAGER, GROUP, CROWD + i);
        w.op.in.group.manages = true;

        if (i < STORE_LIMIT_MANAGERS) {
            done(&w);
        } else {
            refused(&w, STORE_REASON_LIMIT_REACHED);
        }
    }

    end_of_world(&w);
}


static void
a_user_is_in_so_many_groups(void **state)
{
    char      name[16];
    world_t   w;
    uint32_t  i;

    (void) state;
    world(&w);

    for (i = 0; i <= STORE_LIMIT_GROUPS; i++) {
        (void) snprintf(name, sizeof(name), "g%u", (unsigned) i);
        a_group(&w, MORE + i, STORE_GROUP_USERS, name);
        group_op(&w, STORE_OP_GROUP_ADD, MORE + i, OLGA);

        if (i < STORE_LIMIT_GROUPS) {
            done(&w);
        } else {
            refused(&w, STORE_REASON_LIMIT_REACHED);
        }
    }

    end_of_world(&w);
}


/* A large group goes step by step; its managers with the first. */

static void
a_deleted_group_is_gone(void **state)
{
    char      name[16];
    world_t   w;
    uint32_t  i;

    (void) state;
    world(&w);
    a_group(&w, GROUP, STORE_GROUP_USERS, "customers");
    manager(&w, GROUP, EMIL, true);

    for (i = 0; i < STORE_LIMIT_STEPS + 5; i++) {
        (void) snprintf(name, sizeof(name), "u%u", (unsigned) i);
        ask(&w, STORE_OP_USER_CREATE);
        w.op.in.user_create.user = id(CROWD + i);
        w.op.in.user_create.account = id(ACME);
        w.op.in.user_create.name = text(name);
        done(&w);
        member(&w, STORE_OP_GROUP_ADD, GROUP, CROWD + i);
    }

    group_op(&w, STORE_OP_GROUP_DELETE, GROUP, 0);
    done(&w);
    assert_true(w.op.out.more);
    assert_false(there(&w, STORE_IS_manager, GROUP, EMIL));
    assert_int_equal(group_of(&w, GROUP).members, 5);
    assert_int_equal(events(&w, STORE_EVENT_GROUP_DELETED), 0);

    group_op(&w, STORE_OP_GROUP_DELETE, GROUP, 0);
    done(&w);
    assert_false(w.op.out.more);
    assert_int_equal(events(&w, STORE_EVENT_GROUP_DELETED), 1);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    a_group(&w, OTHER, STORE_GROUP_USERS, "customers");

    end_of_world(&w);
}


static void
names_are_taken_once(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    a_group(&w, GROUP, STORE_GROUP_USERS, "customers");
    a_team(&w, OTHER, "customers", "");

    ask(&w, STORE_OP_GROUP_CREATE);
    w.op.in.group.group = id(DEVICES);
    w.op.in.group.account = id(ACME);
    w.op.in.group.kind = STORE_GROUP_DEVICES;
    w.op.in.group.name = text("customers");
    assert_int_equal(run(&w), STORE_EXISTS);
    w.op.in.group.name = text("a,b");
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.group.name = text("pumps");
    w.op.in.group.kind = (store_group_kind_t) 3;
    assert_int_equal(run(&w), STORE_INVALID);
    w.op.in.group.kind = STORE_GROUP_DEVICES;
    done(&w);
    done(&w);
    assert_true(w.op.out.again);

    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(users_come_and_go),
        cmocka_unit_test(devices_are_known_by_name),
        cmocka_unit_test(managers_are_given_and_taken),
        cmocka_unit_test(a_user_is_in_so_many_groups),
        cmocka_unit_test(a_deleted_group_is_gone),
        cmocka_unit_test(names_are_taken_once)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
