/* Who asks, how they stand to a call, what a link says: over LMDB. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "store_folder.h"


#define HOUR    UINT64_C(3600000)
#define STARTS  UINT64_C(1700000000000)

enum {
    ACME = 1, OTHER = 2, OLGA = 3, EVA = 4, OLGAS = 5, EVAS = 6, CALL = 7,
    THEIRS = 8, LINK = 9, GUEST = 10, GUESTS = 11, EXTERN = 12, EXTERNS = 13,
    SECRET = 14, OLGA_IN = 15
};

typedef struct {
    char          path[64];
    store_env_t  *env;
    store_txn_t  *txn;
    store_op_t    op;
    uint64_t      now;
} place_t;


static void
done(place_t *p)
{
    store_op_t  *ops[1] = { &p->op };

    p->now = p->op.now;
    assert_int_equal(store_apply(p->env, ops, 1), STORE_OK);
    assert_int_equal(p->op.status, STORE_OK);
    store_read_reset(p->txn);
    assert_int_equal(store_read_renew(p->txn), STORE_OK);
}


static void
tenant(place_t *p, uint32_t account, const char *name, uint32_t user,
    const char *login, uint32_t session, uint32_t call)
{
    folder_op(&p->op, STORE_OP_ACCOUNT_CREATE);
    p->op.in.account_create.account = folder_id(account);
    p->op.in.account_create.name = folder_text(name);
    done(p);

    folder_op(&p->op, STORE_OP_USER_CREATE);
    p->op.in.user_create.user = folder_id(user);
    p->op.in.user_create.account = folder_id(account);
    p->op.in.user_create.name = folder_text(login);
    p->op.in.user_create.roles = folder_text("agent,client");
    p->op.in.user_create.licensed = true;
    done(p);

    folder_op(&p->op, STORE_OP_SESSION_CREATE);
    p->op.in.session_create.session = folder_id(session);
    p->op.in.session_create.user = folder_id(user);
    p->op.in.session_create.device = 4;
    p->op.in.session_create.lifetime = HOUR;
    done(p);

    folder_op(&p->op, STORE_OP_CALL_CREATE);
    p->op.in.call_create.call = folder_id(call);
    p->op.in.call_create.account = folder_id(account);
    p->op.in.call_create.owner = folder_id(user);
    p->op.in.call_create.kind = STORE_CALL_CONFERENCE;
    p->op.in.call_create.title = folder_text("Pump 7");
    p->op.in.call_create.room = 100 + call;
    p->op.in.call_create.starts_at = STARTS;
    done(p);
}


static void
link_for(place_t *p, uint32_t link, store_inv_kind_t kind, uint32_t session,
    uint32_t participant)
{
    folder_op(&p->op, STORE_OP_INVITATION_CREATE);
    p->op.in.invitation_create.invitation = folder_id(link);
    p->op.in.invitation_create.call = folder_id(CALL);
    p->op.in.invitation_create.kind = kind;
    p->op.in.invitation_create.inviter = folder_id(OLGA);
    p->op.in.invitation_create.channel = 4;
    p->op.in.invitation_create.bound_to = kind == STORE_INV_EXTERNAL ? 2 : 1;
    p->op.in.invitation_create.name = folder_text("Ann");
    p->op.in.invitation_create.comment = folder_text("pumps");
    p->op.in.invitation_create.profile = folder_text("technician");
    p->op.in.invitation_create.uses = 1;
    done(p);

    folder_op(&p->op, STORE_OP_REDEEM);
    p->op.in.redeem.invitation = folder_id(link);
    p->op.in.redeem.session = folder_id(session);
    p->op.in.redeem.participant = folder_id(participant);
    p->op.in.redeem.browser[0] = (uint8_t) link;
    p->op.in.redeem.lifetime = HOUR;
    p->op.in.redeem.device = 3;
    done(p);
}


static void
olga_comes(place_t *p)
{
    folder_op(&p->op, STORE_OP_JOIN);
    p->op.in.join.session = folder_id(OLGAS);
    p->op.in.join.call = folder_id(CALL);
    p->op.in.join.participant = folder_id(OLGA_IN);
    done(p);
    folder_op(&p->op, STORE_OP_ATTACH);
    p->op.in.attach.call = folder_id(CALL);
    p->op.in.attach.participant = folder_id(OLGA_IN);
    done(p);
}


static int
setup(void **state)
{
    place_t  *p = calloc(1, sizeof(*p));

    assert_non_null(p);
    *state = p;

    p->env = folder_new(p->path, 0);
    p->txn = folder_read(p->env);

    tenant(p, ACME, "acme", OLGA, "olga", OLGAS, CALL);
    tenant(p, OTHER, "other", EVA, "eva", EVAS, THEIRS);
    link_for(p, LINK, STORE_INV_CONFERENCE, GUESTS, GUEST);

    return 0;
}


static int
teardown(void **state)
{
    place_t  *p = *state;

    store_read_free(p->txn);
    folder_drop(p->env, p->path);
    free(p);

    return 0;
}


/* What is kept between two commits says what the store says: each answer is
   compared with that of a transaction that has read nothing yet. */

static store_principal_t
who(place_t *p, uint32_t session, uint64_t now)
{
    store_id_t          id = folder_id(session);
    store_txn_t        *fresh = folder_read(p->env);
    store_principal_t   principal, again, first;

    assert_int_equal(store_principal(p->txn, &id, now, &principal),
                     STORE_OK);
    assert_int_equal(store_principal(p->txn, &id, now, &again), STORE_OK);
    assert_memory_equal(&again, &principal, sizeof(principal));

    assert_int_equal(store_read_txnid(fresh), store_read_txnid(p->txn));
    assert_int_equal(store_principal(fresh, &id, now, &first), STORE_OK);
    assert_memory_equal(&first, &principal, sizeof(principal));
    store_read_free(fresh);

    return principal;
}


static store_standing_t
stands(place_t *p, uint32_t session, uint32_t call)
{
    store_id_t         id = folder_id(call);
    store_principal_t  principal = who(p, session, p->now);
    store_standing_t   standing;

    assert_int_equal(store_standing(p->txn, &principal, &id, p->now,
                                    &standing), STORE_OK);

    return standing;
}


static void
a_user(void **state)
{
    place_t            *p = *state;
    store_principal_t   olga = who(p, OLGAS, p->now);

    assert_int_equal(olga.reason, STORE_REASON_NONE);
    assert_int_equal(olga.kind, STORE_KIND_USER);
    assert_int_equal(olga.device, 4);
    assert_true(olga.licensed);
    assert_true(olga.single_user);
    assert_int_equal(olga.roles.len, 12);
    assert_memory_equal(olga.name.data, "olga", 4);

    assert_int_equal(who(p, 999, p->now).reason, STORE_REASON_SIGNED_OUT);
    assert_int_equal(who(p, OLGAS, p->now + 2 * HOUR).reason,
                     STORE_REASON_SIGNED_OUT);

    folder_op(&p->op, STORE_OP_USER_CREATE);
    p->op.in.user_create.user = folder_id(50);
    p->op.in.user_create.account = folder_id(ACME);
    p->op.in.user_create.name = folder_text("emil");
    done(p);
    assert_false(who(p, OLGAS, p->now).single_user);

    folder_op(&p->op, STORE_OP_USER_SET);
    p->op.in.user_set.user = folder_id(OLGA);
    p->op.in.user_set.set_roles = true;
    p->op.in.user_set.roles = folder_text("client");
    p->op.in.user_set.set_suspended = true;
    p->op.in.user_set.suspended = true;
    done(p);
    assert_int_equal(who(p, OLGAS, p->now).reason, STORE_REASON_SUSPENDED);
    assert_int_equal(who(p, OLGAS, p->now).roles.len, 6);

    folder_op(&p->op, STORE_OP_SESSION_REVOKE);
    p->op.in.session_revoke.user = folder_id(OLGA);
    done(p);
    assert_int_equal(who(p, OLGAS, p->now).reason, STORE_REASON_SIGNED_OUT);
    assert_int_equal(stands(p, OLGAS, CALL).reason, STORE_REASON_SIGNED_OUT);
}


static void
a_snapshot_keeps_what_it_saw_and_no_other_does(void **state)
{
    place_t            *p = *state;
    store_id_t          id = folder_id(OLGAS);
    store_txn_t        *old = folder_read(p->env);
    store_principal_t   olga;

    assert_int_equal(who(p, OLGAS, p->now).reason, STORE_REASON_NONE);
    assert_int_equal(store_principal(old, &id, p->now, &olga), STORE_OK);

    folder_op(&p->op, STORE_OP_SESSION_REVOKE);
    p->op.in.session_revoke.user = folder_id(OLGA);
    done(p);

    assert_int_equal(who(p, OLGAS, p->now).reason, STORE_REASON_SIGNED_OUT);
    assert_int_equal(store_principal(old, &id, p->now, &olga), STORE_OK);
    assert_int_equal(olga.reason, STORE_REASON_NONE);

    store_read_reset(old);
    assert_int_not_equal(store_principal(old, &id, p->now, &olga), STORE_OK);
    assert_int_equal(olga.reason, STORE_REASON_SIGNED_OUT);

    assert_int_equal(store_read_renew(old), STORE_OK);
    assert_int_equal(store_principal(old, &id, p->now, &olga), STORE_OK);
    assert_int_equal(olga.reason, STORE_REASON_SIGNED_OUT);

    store_read_free(old);
}


static void
sessions_that_share_a_place_are_told_apart(void **state)
{
    place_t  *p = *state;
    int       i;

    folder_op(&p->op, STORE_OP_SESSION_CREATE);
    p->op.in.session_create.session = folder_id(OLGAS + 256);
    p->op.in.session_create.user = folder_id(EVA);
    p->op.in.session_create.lifetime = HOUR;
    done(p);

    for (i = 0; i < 3; i++) {
        assert_memory_equal(who(p, OLGAS, p->now).name.data, "olga", 4);
        assert_memory_equal(who(p, OLGAS + 256, p->now).name.data, "eva", 3);
        assert_int_equal(who(p, OLGAS + 512, p->now).reason,
                         STORE_REASON_SIGNED_OUT);
    }
}


static void
the_map_moves(void **state)
{
    place_t  *p = *state;

    assert_memory_equal(who(p, OLGAS, p->now).name.data, "olga", 4);

    store_read_reset(p->txn);
    assert_int_equal(store_adopt_size(p->env), STORE_OK);
    assert_int_equal(store_read_renew(p->txn), STORE_OK);

    assert_memory_equal(who(p, OLGAS, p->now).name.data, "olga", 4);
}


static void
standing_of_a_user(void **state)
{
    place_t           *p = *state;
    store_standing_t   s = stands(p, OLGAS, CALL);

    assert_true(s.known && s.owner && s.member);
    assert_false(s.in_call);
    assert_int_equal(s.room, 100 + CALL);
    assert_int_equal(s.state, STORE_CALL_OPEN);
    assert_int_equal(s.part_state, 0);

    olga_comes(p);
    s = stands(p, OLGAS, CALL);
    assert_int_equal(s.state, STORE_CALL_LIVE);
    assert_int_equal(s.part_state, STORE_PART_PRESENT);

    /* never in another account, not even as anybody */

    s = stands(p, EVAS, CALL);
    assert_false(s.known || s.owner || s.member || s.in_call);
    assert_int_equal(s.room, 0);
    assert_false(stands(p, OLGAS, THEIRS).known);
    assert_false(stands(p, OLGAS, 999).known);
}


static void
a_user_who_joined_is_no_member_for_it(void **state)
{
    place_t           *p = *state;
    store_standing_t   s;

    folder_op(&p->op, STORE_OP_USER_CREATE);
    p->op.in.user_create.user = folder_id(50);
    p->op.in.user_create.account = folder_id(ACME);
    p->op.in.user_create.name = folder_text("emil");
    done(p);
    folder_op(&p->op, STORE_OP_SESSION_CREATE);
    p->op.in.session_create.session = folder_id(51);
    p->op.in.session_create.user = folder_id(50);
    p->op.in.session_create.lifetime = HOUR;
    done(p);
    folder_op(&p->op, STORE_OP_JOIN);
    p->op.in.join.session = folder_id(51);
    p->op.in.join.call = folder_id(CALL);
    p->op.in.join.participant = folder_id(52);
    done(p);

    s = stands(p, 51, CALL);
    assert_int_equal(s.part_state, STORE_PART_JOINING);
    assert_false(s.member);
    assert_false(s.owner);
}


static void
a_guest(void **state)
{
    place_t            *p = *state;
    store_standing_t    s = stands(p, GUESTS, CALL);
    store_principal_t   guest = who(p, GUESTS, p->now);

    assert_int_equal(guest.kind, STORE_KIND_GUEST);
    assert_int_equal(guest.roles.len, 0);
    assert_false(guest.licensed);
    assert_int_equal(guest.device, 3);

    assert_true(s.known && s.in_call && s.member);
    assert_false(s.owner);
    assert_int_equal(s.reason, STORE_REASON_NONE);
    assert_int_equal(s.part_state, STORE_PART_INVITED);

    assert_false(stands(p, GUESTS, THEIRS).known);

    p->now = STARTS - 1;
    assert_int_equal(stands(p, GUESTS, CALL).reason, STORE_REASON_NOT_YET);
    assert_int_equal(stands(p, OLGAS, CALL).reason, STORE_REASON_NONE);

    folder_op(&p->op, STORE_OP_CALL_CREATE);
    p->op.in.call_create.call = folder_id(60);
    p->op.in.call_create.account = folder_id(ACME);
    p->op.in.call_create.owner = folder_id(OLGA);
    p->op.in.call_create.kind = STORE_CALL_CONFERENCE;
    p->op.in.call_create.room = 7;
    done(p);
    s = stands(p, GUESTS, 60);
    assert_false(s.in_call || s.member);
    assert_int_equal(s.reason, STORE_REASON_NOT_A_MEMBER);

    folder_op(&p->op, STORE_OP_REMOVE);
    p->op.in.leave.call = folder_id(CALL);
    p->op.in.leave.participant = folder_id(GUEST);
    done(p);
    assert_int_equal(who(p, GUESTS, p->now).reason, STORE_REASON_REMOVED);
    assert_int_equal(stands(p, GUESTS, CALL).reason, STORE_REASON_REMOVED);
}


static void
the_call_ends(void **state)
{
    place_t  *p = *state;

    folder_op(&p->op, STORE_OP_CALL_END);
    p->op.in.call_end.call = folder_id(CALL);
    done(p);

    assert_int_equal(stands(p, OLGAS, CALL).reason, STORE_REASON_CALL_ENDED);
    assert_int_equal(stands(p, GUESTS, CALL).reason,
                     STORE_REASON_CALL_ENDED);
    assert_int_equal(who(p, GUESTS, p->now).reason, STORE_REASON_CALL_ENDED);
    assert_int_equal(who(p, OLGAS, p->now).reason, STORE_REASON_NONE);
}


static void
an_external(void **state)
{
    place_t           *p = *state;
    store_standing_t   s;

    olga_comes(p);
    link_for(p, SECRET, STORE_INV_EXTERNAL, EXTERNS, EXTERN);

    s = stands(p, EXTERNS, CALL);
    assert_true(s.in_call && s.inviter_holds);
    assert_memory_equal(s.inviter_roles.data, "agent,client", 12);
    assert_memory_equal(who(p, EXTERNS, p->now).profile.data, "technician",
                        10);

    /* the inviter's rights are the cap only while she has any */

    folder_op(&p->op, STORE_OP_USER_SET);
    p->op.in.user_set.user = folder_id(OLGA);
    p->op.in.user_set.set_suspended = true;
    p->op.in.user_set.suspended = true;
    done(p);
    s = stands(p, EXTERNS, CALL);
    assert_false(s.inviter_holds);
    assert_int_equal(s.inviter_roles.len, 0);
}


static void
links(void **state)
{
    place_t       *p = *state;
    uint8_t        browser[STORE_HASH_LEN] = { 0 };
    store_id_t     id = folder_id(LINK), session = folder_id(GUESTS);
    store_link_t   link;

    assert_int_equal(store_link(p->txn, &id, browser, p->now, &link),
                     STORE_OK);
    assert_int_equal(link.reason, STORE_REASON_USED);
    assert_int_equal(link.state, STORE_INV_USED);
    assert_memory_equal(link.title.data, "Pump 7", 6);
    assert_memory_equal(link.inviter_name.data, "olga", 4);
    assert_memory_equal(link.name.data, "Ann", 3);

    browser[0] = LINK;
    assert_int_equal(store_link(p->txn, &id, browser, p->now, &link),
                     STORE_OK);
    assert_int_equal(link.reason, STORE_REASON_NONE);
    assert_true(link.same_browser);
    assert_true(store_id_equal(&link.session, &session));

    id = folder_id(999);
    assert_int_equal(store_link(p->txn, &id, browser, p->now, &link),
                     STORE_OK);
    assert_int_equal(link.reason, STORE_REASON_UNKNOWN_LINK);
    assert_true(store_id_none(&link.account));

    folder_op(&p->op, STORE_OP_CALL_END);
    p->op.in.call_end.call = folder_id(CALL);
    done(p);
    id = folder_id(LINK);
    assert_int_equal(store_link(p->txn, &id, browser, p->now, &link),
                     STORE_OK);
    assert_int_equal(link.reason, STORE_REASON_CALL_ENDED);
    assert_int_equal(link.state, STORE_INV_DEAD);
}


/* How often a walk comes by, and that it stops when told. */

static bool
count(void *data, const void *record)
{
    uint32_t  *n = data;

    assert_non_null(record);

    return ++*n != 2;
}


static void
walks(void **state)
{
    place_t             *p = *state;
    uint32_t             i, n;
    uint64_t             when;
    store_id_t           account = folder_id(ACME), call = folder_id(CALL);
    store_id_t           user = folder_id(OLGA), link = folder_id(LINK);
    store_invitation_t   inv;

    n = 0;
    assert_int_equal(store_calls(p->txn, &account, STORE_CALL_OPEN, count,
                                 &n), STORE_OK);
    assert_int_equal(n, 1);
    n = 0;
    assert_int_equal(store_calls(p->txn, &account, STORE_CALL_LIVE, count,
                                 &n), STORE_OK);
    assert_int_equal(n, 0);
    assert_int_equal(store_participants(p->txn, &call, count, &n), STORE_OK);
    assert_int_equal(n, 1);
    n = 0;
    assert_int_equal(store_invitations(p->txn, &call, count, &n), STORE_OK);
    assert_int_equal(n, 1);
    n = 0;
    assert_int_equal(store_users(p->txn, &account, count, &n), STORE_OK);
    assert_int_equal(n, 1);

    for (i = 0; i < 3; i++) {
        folder_op(&p->op, STORE_OP_SESSION_CREATE);
        p->op.in.session_create.session = folder_id(70 + i);
        p->op.in.session_create.user = user;
        p->op.in.session_create.lifetime = HOUR;
        done(p);
    }

    n = 0;
    assert_int_equal(store_sessions(p->txn, &user, count, &n), STORE_OK);
    assert_int_equal(n, 2);

    assert_int_equal(store_due_next(p->txn, &when), STORE_OK);
    assert_in_range(when, p->now, p->now + HOUR);

    folder_op(&p->op, STORE_OP_CALL_END);
    p->op.in.call_end.call = call;
    done(p);
    assert_int_equal(store_invitation_get(p->txn, &link, &inv), STORE_OK);
    assert_int_equal(inv.state, STORE_INV_DEAD);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(a_user, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_snapshot_keeps_what_it_saw_and_no_other_does, setup, teardown),
        cmocka_unit_test_setup_teardown(
            sessions_that_share_a_place_are_told_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(the_map_moves, setup, teardown),
        cmocka_unit_test_setup_teardown(standing_of_a_user, setup, teardown),
        cmocka_unit_test_setup_teardown(a_user_who_joined_is_no_member_for_it,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_guest, setup, teardown),
        cmocka_unit_test_setup_teardown(the_call_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(an_external, setup, teardown),
        cmocka_unit_test_setup_teardown(links, setup, teardown),
        cmocka_unit_test_setup_teardown(walks, setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
