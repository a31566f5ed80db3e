/* Teams, and the roles that their members hold through them. */

#include "store_world.h"

#include <lmdb_schema/team_int.h>


enum { TEAM = 70, OTHER = 71, MORE = 200, CROWD = 1000 };


static store_user_t
user_of(world_t *w, uint32_t n)
{
    store_id_t    key = id(n);
    store_user_t  user;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_user, NULL,
                                      &key, &user), STORE_OK);

    return user;
}


static store_team_t
team_of(world_t *w, uint32_t n)
{
    store_id_t    key = id(n);
    store_team_t  team;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_team, NULL,
                                      &key, &team), STORE_OK);

    return team;
}


static void
holds(world_t *w, uint32_t user, const char *roles)
{
    store_user_t  u = user_of(w, user);

    if (!store_slice_equal(u.roles, text(roles))) {
        print_error("%.*s, not %s\n", (int) u.roles.len,
                    (const char *) u.roles.data, roles);
        fail();
    }
}


static void
member(world_t *w, store_op_kind_t kind, uint32_t team, uint32_t user)
{
    team_op(w, kind, team, user);
    done(w);
}


static void
roles(world_t *w, uint32_t team, const char *words)
{
    team_op(w, STORE_OP_TEAM_SET, team, 0);
    w->op.in.team.set_roles = true;
    w->op.in.team.roles = text(words);
    done(w);
}


static void
members_hold_the_roles_of_their_teams(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    a_team(&w, TEAM, "field", "expert,agent,lead");
    a_team(&w, OTHER, "night", "watch,lead");
    holds(&w, OLGA, "agent");

    member(&w, STORE_OP_TEAM_ADD, OTHER, OLGA);
    holds(&w, OLGA, "agent,watch,lead");
    member(&w, STORE_OP_TEAM_ADD, TEAM, OLGA);
    holds(&w, OLGA, "agent,expert,lead,watch");
    holds(&w, EMIL, "agent");
    assert_int_equal(user_of(&w, OLGA).teams, 2);
    assert_int_equal(team_of(&w, TEAM).members, 1);
    assert_int_equal(events(&w, STORE_EVENT_USER_ROLES), 2);

    member(&w, STORE_OP_TEAM_ADD, TEAM, OLGA);
    assert_true(w.op.out.again);

    /* a role that is held otherwise, too, stays */

    member(&w, STORE_OP_TEAM_REMOVE, TEAM, OLGA);
    holds(&w, OLGA, "agent,watch,lead");
    member(&w, STORE_OP_TEAM_REMOVE, TEAM, OLGA);
    assert_true(w.op.out.again);
    assert_int_equal(user_of(&w, OLGA).teams, 1);
    assert_int_equal(team_of(&w, TEAM).members, 0);

    end_of_world(&w);
}


static void
direct_roles_change_apart_from_those_of_teams(void **state)
{
    world_t  w;

    (void) state;
    world(&w);
    a_team(&w, TEAM, "field", "expert");
    member(&w, STORE_OP_TEAM_ADD, TEAM, OLGA);

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(OLGA);
    w.op.in.user_set.set_roles = true;
    w.op.in.user_set.roles = text("client");
    done(&w);
    holds(&w, OLGA, "client,expert");
    assert_true(store_slice_equal(user_of(&w, OLGA).direct, text("client")));

    ask(&w, STORE_OP_USER_SET);
    w.op.in.user_set.user = id(OLGA);
    w.op.in.user_set.set_roles = true;
    done(&w);
    holds(&w, OLGA, "expert");

    end_of_world(&w);
}


static void
a_teams_roles_are_its_members(void **state)
{
    world_t   w;
    uint64_t  before;

    (void) state;
    world(&w);
    a_team(&w, TEAM, "field", "expert");
    member(&w, STORE_OP_TEAM_ADD, TEAM, OLGA);
    member(&w, STORE_OP_TEAM_ADD, TEAM, EMIL);

    before = events(&w, STORE_EVENT_USER_ROLES);
    roles(&w, TEAM, "lead,watch");
    holds(&w, OLGA, "agent,lead,watch");
    holds(&w, EMIL, "agent,lead,watch");
    assert_int_equal(events(&w, STORE_EVENT_USER_ROLES), before + 2);
    assert_int_equal(events(&w, STORE_EVENT_TEAM_CHANGED), 1);

    /* asked again, and with what they hold anyway: nobody changes */

    done(&w);
    assert_true(w.op.out.again);
    roles(&w, TEAM, "lead,watch,agent");
    assert_int_equal(events(&w, STORE_EVENT_USER_ROLES), before + 2);

    roles(&w, TEAM, "");
    holds(&w, EMIL, "agent");

    end_of_world(&w);
}


static void
a_deleted_team_takes_its_roles_along(void **state)
{
    world_t     w;
    store_id_t  key = id(TEAM);

    (void) state;
    world(&w);
    a_team(&w, TEAM, "field", "expert");
    member(&w, STORE_OP_TEAM_ADD, TEAM, OLGA);
    member(&w, STORE_OP_TEAM_ADD, TEAM, EMIL);

    team_op(&w, STORE_OP_TEAM_DELETE, TEAM, 0);
    done(&w);
    holds(&w, OLGA, "agent");
    holds(&w, EMIL, "agent");
    assert_int_equal(user_of(&w, OLGA).teams, 0);
    assert_int_equal(store_record_get(&w.memory.view, STORE_IS_team, NULL,
                                      &key, &(store_team_t) { 0 }),
                     STORE_NOT_FOUND);
    assert_int_equal(run(&w), STORE_NOT_FOUND);

    /* its name is free */

    a_team(&w, OTHER, "field", "watch");

    end_of_world(&w);
}


static void
names_are_taken_once_in_an_account(void **state)
{
    world_t  w;
    size_t   i;

    static const char *const  bad[] = { "", " x", "a,b", "a\nb" };

    (void) state;
    world(&w);
    a_team(&w, TEAM, "field", "expert");

    ask(&w, STORE_OP_TEAM_CREATE);
    w.op.in.team.team = id(OTHER);
    w.op.in.team.account = id(ACME);
    w.op.in.team.name = text("field");
    assert_int_equal(run(&w), STORE_EXISTS);
    w.op.in.team.team = id(TEAM);
    done(&w);
    assert_true(w.op.out.again);

    a_team(&w, OTHER, "night", "");
    team_op(&w, STORE_OP_TEAM_SET, OTHER, 0);
    w.op.in.team.set_name = true;
    w.op.in.team.name = text("field");
    assert_int_equal(run(&w), STORE_EXISTS);
    w.op.in.team.name = text("day");
    done(&w);
    assert_true(store_slice_equal(team_of(&w, OTHER).name, text("day")));
    a_team(&w, 72, "night", "");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ask(&w, STORE_OP_TEAM_CREATE);
        w.op.in.team.team = id(90);
        w.op.in.team.account = id(ACME);
        w.op.in.team.name = text(bad[i]);
        assert_int_equal(run(&w), STORE_INVALID);
    }

    w.op.in.team.name = text("good");
    w.op.in.team.roles = text("a,,b");
    assert_int_equal(run(&w), STORE_INVALID);

    end_of_world(&w);
}


static void
set_teams(world_t *w, uint32_t user, const char *names, bool known)
{
    ask(w, STORE_OP_USER_TEAMS);
    w->op.in.user_teams.user = id(user);
    w->op.in.user_teams.teams = text(names);
    w->op.in.user_teams.known = known;
}


static void
a_users_teams_are_set_at_once(void **state)
{
    world_t   w;
    uint64_t  changes;

    (void) state;
    world(&w);
    a_team(&w, TEAM, "field", "expert");
    a_team(&w, OTHER, "night", "watch");
    a_team(&w, 72, "Day shift", "lead");
    member(&w, STORE_OP_TEAM_ADD, TEAM, OLGA);
    changes = events(&w, STORE_EVENT_USER_ROLES);

    set_teams(&w, OLGA, "night,Day shift,nowhere,night", false);
    done(&w);
    holds(&w, OLGA, "agent,watch,lead");
    assert_int_equal(user_of(&w, OLGA).teams, 2);
    assert_int_equal(team_of(&w, TEAM).members, 0);
    assert_int_equal(team_of(&w, OTHER).members, 1);
    assert_int_equal(events(&w, STORE_EVENT_USER_ROLES), changes + 1);

    done(&w);
    assert_true(w.op.out.again);

    set_teams(&w, OLGA, "night,nowhere", true);
    assert_int_equal(run(&w), STORE_NOT_FOUND);
    holds(&w, OLGA, "agent,watch,lead");

    set_teams(&w, OLGA, "", true);
    done(&w);
    holds(&w, OLGA, "agent");
    assert_int_equal(user_of(&w, OLGA).teams, 0);

    end_of_world(&w);
}


static void
limits_are_kept(void **state)
{
    char      name[32], longest[1200];
    world_t   w;
    uint32_t  i;

    (void) state;
    world(&w);

    /* teams of one user */

    for (i = 0; i <= STORE_LIMIT_TEAMS; i++) {
        (void) snprintf(name, sizeof(name), "team %u", (unsigned) i);
        a_team(&w, MORE + i, name, "expert");
    }

    for (i = 0; i < STORE_LIMIT_TEAMS; i++) {
        member(&w, STORE_OP_TEAM_ADD, MORE + i, OLGA);
    }

    team_op(&w, STORE_OP_TEAM_ADD, MORE + STORE_LIMIT_TEAMS, OLGA);
    refused(&w, STORE_REASON_LIMIT_REACHED);

    /* bytes of one user's roles, by joining and by a change of the team */

    memset(longest, 'a', sizeof(longest));
    longest[1100] = '\0';
    a_team(&w, TEAM, "long", longest);
    longest[0] = 'b';
    a_team(&w, OTHER, "longer", longest);
    member(&w, STORE_OP_TEAM_ADD, TEAM, EMIL);
    team_op(&w, STORE_OP_TEAM_ADD, OTHER, EMIL);
    refused(&w, STORE_REASON_LIMIT_REACHED);
    member(&w, STORE_OP_TEAM_ADD, MORE, EMIL);
    team_op(&w, STORE_OP_TEAM_SET, MORE, 0);
    w.op.in.team.set_roles = true;
    w.op.in.team.roles = text(longest);
    refused(&w, STORE_REASON_LIMIT_REACHED);
    holds(&w, OLGA, "agent,expert");

    end_of_world(&w);
}


static void
a_full_team_takes_nobody(void **state)
{
    char      name[32];
    world_t   w;
    uint32_t  i;

    (void) state;
    world(&w);
    a_team(&w, TEAM, "field", "expert");

    for (i = 0; i <= STORE_LIMIT_TEAM; i++) {
        (void) snprintf(name, sizeof(name), "u%u", (unsigned) i);
        ask(&w, STORE_OP_USER_CREATE);
        w.op.in.user_create.user = id(CROWD + i);
        w.op.in.user_create.account = id(ACME);
        w.op.in.user_create.name = text(name);
        done(&w);

        team_op(&w, STORE_OP_TEAM_ADD, TEAM, CROWD + i);

        if (i < STORE_LIMIT_TEAM) {
            done(&w);
        } else {
            refused(&w, STORE_REASON_LIMIT_REACHED);
        }
    }

    set_teams(&w, OLGA, "field", true);
    refused(&w, STORE_REASON_LIMIT_REACHED);

    roles(&w, TEAM, "lead");
    holds(&w, CROWD, "lead");
    holds(&w, CROWD + STORE_LIMIT_TEAM - 1, "lead");

    end_of_world(&w);
}


static void
what_does_not_agree_is_found(void **state)
{
    world_t       w;
    uint64_t      findings;
    store_user_t  user;

    (void) state;
    world(&w);
    a_team(&w, TEAM, "field", "expert");
    member(&w, STORE_OP_TEAM_ADD, TEAM, OLGA);

    user = user_of(&w, OLGA);
    user.roles = text("agent");
    user.teams = 4;
    store_record_put(&w.memory.view, STORE_IS_user, &user);
    assert_int_equal(store_view_check(&w.memory.view, NULL, NULL, &findings),
                     STORE_OK);
    assert_int_equal(findings, 2);
    store_memory_free(&w.memory);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(members_hold_the_roles_of_their_teams),
        cmocka_unit_test(direct_roles_change_apart_from_those_of_teams),
        cmocka_unit_test(a_teams_roles_are_its_members),
        cmocka_unit_test(a_deleted_team_takes_its_roles_along),
        cmocka_unit_test(names_are_taken_once_in_an_account),
        cmocka_unit_test(a_users_teams_are_set_at_once),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(a_full_team_takes_nobody),
        cmocka_unit_test(what_does_not_agree_is_found)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
