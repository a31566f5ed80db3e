/*
 * A small world for tests of transitions: an account, two users with
 * sessions, and short words for what people do.  Ids are small numbers.
 */

#ifndef STORE_WORLD_H
#define STORE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <lmdb_schema/op_int.h>

#include "store_memory.h"


#define MINUTE    UINT64_C(60000)
#define HOUR      (60 * MINUTE)

enum { ACME = 1, OLGA = 2, EMIL = 3, OLGAS = 4, EMILS = 5, CALL = 6 };

typedef struct {
    store_memory_t  memory;
    store_op_t      op;                /* the newest */
    uint64_t        now;
    uint32_t        ops;               /* how many ids are spent on them */
    uint32_t        seats;
    uint32_t        places;
    uint32_t        sockets;
    uint64_t        grace;
    bool            owner_ends;
    bool            replace;
    uint8_t         worker;
} world_t;


static inline store_id_t
id(uint32_t n)
{
    store_id_t  out = { { 0, 0x1d } };

    store_put_u32(out.b + STORE_ID_LEN - 4, n);

    return out;
}


static inline store_slice_t
text(const char *s)
{
    store_slice_t  out = { (const uint8_t *) s, strlen(s) };

    return out;
}


static inline store_op_t *
ask(world_t *w, store_op_kind_t kind)
{
    memset(&w->op, 0, sizeof(w->op));

    w->op.kind = kind;
    w->op.id = id(1000000 + w->ops++);
    w->op.now = w->now;
    w->op.presence.grace = w->grace;
    w->op.presence.request_grace = 15 * MINUTE;
    w->op.presence.joining = 30000;
    w->op.presence.never_joined = HOUR;
    w->op.presence.end_when_empty = true;
    w->op.presence.end_when_owner_left = w->owner_ends;
    w->op.presence.participants_per_call = w->places;
    w->op.presence.sockets_per_guest = w->sockets;
    w->op.presence.sockets_per_user = w->sockets;
    w->op.presence.replace_oldest = w->replace;
    w->op.presence.guest_seats = w->seats;

    return &w->op;
}


/* Runs what was asked: nothing may be written unless it is STORE_OK. */

static inline store_status_t
run(world_t *w)
{
    uint64_t  writes = w->memory.view.writes;

    assert_false(store_op_run(&w->memory.view, &w->op));

    if (w->op.status != STORE_OK) {
        assert_int_equal(w->memory.view.writes, writes);
    }

    return w->op.status;
}


static inline void
done(world_t *w)
{
    assert_int_equal(run(w), STORE_OK);
}


static inline void
refused(world_t *w, store_reason_t reason)
{
    assert_int_equal(run(w), STORE_REFUSED);
    assert_string_equal(store_reason_name(w->op.reason),
                        store_reason_name(reason));
}


static inline void
a_user(world_t *w, uint32_t user, uint32_t session, const char *name)
{
    ask(w, STORE_OP_USER_CREATE);
    w->op.in.user_create.user = id(user);
    w->op.in.user_create.account = id(ACME);
    w->op.in.user_create.name = text(name);
    w->op.in.user_create.roles = text("agent");
    w->op.in.user_create.licensed = true;
    done(w);

    ask(w, STORE_OP_SESSION_CREATE);
    w->op.in.session_create.session = id(session);
    w->op.in.session_create.user = id(user);
    w->op.in.session_create.lifetime = 48 * HOUR;
    w->op.in.session_create.device = 1;
    done(w);
}


static inline void
a_group(world_t *w, uint32_t group, store_group_kind_t kind, const char *name)
{
    ask(w, STORE_OP_GROUP_CREATE);
    w->op.in.group.group = id(group);
    w->op.in.group.account = id(ACME);
    w->op.in.group.kind = kind;
    w->op.in.group.name = text(name);
    done(w);
}


static inline store_op_t *
group_op(world_t *w, store_op_kind_t kind, uint32_t group, uint32_t user)
{
    ask(w, kind);
    w->op.in.group.group = id(group);
    w->op.in.group.user = id(user);

    return &w->op;
}


static inline void
a_team(world_t *w, uint32_t team, const char *name, const char *roles)
{
    ask(w, STORE_OP_TEAM_CREATE);
    w->op.in.team.team = id(team);
    w->op.in.team.account = id(ACME);
    w->op.in.team.name = text(name);
    w->op.in.team.roles = text(roles);
    done(w);
}


static inline store_op_t *
team_op(world_t *w, store_op_kind_t kind, uint32_t team, uint32_t user)
{
    ask(w, kind);
    w->op.in.team.team = id(team);
    w->op.in.team.user = id(user);

    return &w->op;
}


static inline void
a_call(world_t *w, uint32_t call, store_call_kind_t kind)
{
    ask(w, STORE_OP_CALL_CREATE);
    w->op.in.call_create.call = id(call);
    w->op.in.call_create.account = id(ACME);
    w->op.in.call_create.owner = id(OLGA);
    w->op.in.call_create.kind = kind;
    w->op.in.call_create.title = text("Pump 7");
    w->op.in.call_create.room = 4711 + call;
    done(w);
}


static inline void
world(world_t *w)
{
    memset(w, 0, sizeof(*w));
    store_memory_init(&w->memory);

    w->now = UINT64_C(1700000000000);
    w->seats = UINT32_MAX;
    w->grace = MINUTE;
    w->worker = 1;

    ask(w, STORE_OP_ACCOUNT_CREATE);
    w->op.in.account_create.account = id(ACME);
    w->op.in.account_create.name = text("acme");
    done(w);

    a_user(w, OLGA, OLGAS, "olga");
    a_user(w, EMIL, EMILS, "emil");
    a_call(w, CALL, STORE_CALL_CONFERENCE);
}


static inline store_op_t *
invitation(world_t *w, uint32_t inv, uint32_t call, store_inv_kind_t kind)
{
    ask(w, STORE_OP_INVITATION_CREATE);
    w->op.in.invitation_create.invitation = id(inv);
    w->op.in.invitation_create.call = id(call);
    w->op.in.invitation_create.kind = kind;
    w->op.in.invitation_create.inviter = id(OLGA);
    w->op.in.invitation_create.channel = 4;
    w->op.in.invitation_create.bound_to = 1;

    if (kind == STORE_INV_EXTERNAL) {
        w->op.in.invitation_create.name = text("Ext");
        w->op.in.invitation_create.comment = text("knows pumps");
        w->op.in.invitation_create.profile = text("technician");
        w->op.in.invitation_create.uses = 1;
        w->op.in.invitation_create.bound_to = 2;
    }

    return &w->op;
}


/* The browser of that number presses Join; session and participant would be
   10 * browser + 1 and + 2. */

static inline store_op_t *
press(world_t *w, uint32_t inv, uint32_t browser)
{
    ask(w, STORE_OP_REDEEM);
    w->op.in.redeem.invitation = id(inv);
    w->op.in.redeem.session = id(browser * 10 + 1);
    w->op.in.redeem.participant = id(browser * 10 + 2);
    store_put_u32(w->op.in.redeem.browser, browser);
    w->op.in.redeem.name = text("Gus");
    w->op.in.redeem.device = 1;
    w->op.in.redeem.terms_accepted = true;
    w->op.in.redeem.terms_version = text("2024-1");
    w->op.in.redeem.lifetime = 12 * HOUR;

    return &w->op;
}


static inline store_op_t *
join(world_t *w, uint32_t session, uint32_t call, uint32_t participant)
{
    ask(w, STORE_OP_JOIN);
    w->op.in.join.session = id(session);
    w->op.in.join.call = id(call);
    w->op.in.join.participant = id(participant);

    return &w->op;
}


static inline store_op_t *
attach(world_t *w, store_op_kind_t kind, uint32_t call, uint32_t participant)
{
    ask(w, kind);
    w->op.in.attach.call = id(call);
    w->op.in.attach.participant = id(participant);
    w->op.in.attach.incarnation[0] = w->worker;

    return &w->op;
}


static inline store_op_t *
leave(world_t *w, store_op_kind_t kind, uint32_t call, uint32_t participant)
{
    ask(w, kind);
    w->op.in.leave.call = id(call);
    w->op.in.leave.participant = id(participant);

    return &w->op;
}


/* Joins and is connected. */

static inline void
arrive(world_t *w, uint32_t session, uint32_t call, uint32_t participant)
{
    join(w, session, call, participant);
    done(w);
    attach(w, STORE_OP_ATTACH, call, participant);
    done(w);
}


/* A guest with a link of its own, connected. */

static inline void
guest(world_t *w, uint32_t inv, uint32_t browser)
{
    press(w, inv, browser);
    done(w);
    arrive(w, browser * 10 + 1, CALL, browser * 10 + 2);
}


static inline void
sweep(world_t *w)
{
    ask(w, STORE_OP_SWEEP);
    done(w);
}


/* Olga is in call 60, and an external who pressed her link there. */

static inline void
with_external(world_t *w, store_call_kind_t kind, uint32_t place,
    uint32_t link, uint32_t browser)
{
    world(w);
    a_call(w, 60, kind);
    arrive(w, OLGAS, 60, place);
    invitation(w, link, 60, STORE_INV_EXTERNAL);
    done(w);
    press(w, link, browser);
    done(w);
    arrive(w, browser * 10 + 1, 60, browser * 10 + 2);
}


/* The last event of the kind; there is one. */

static inline store_event_t
last_of(world_t *w, store_event_kind_t kind)
{
    uint64_t       after = 0;
    store_event_t  event, found;

    memset(&found, 0, sizeof(found));

    while (store_log_read(&w->memory.view, after, &event) == STORE_OK) {
        after = event.seq;

        if (event.kind == (uint32_t) kind) {
            found = event;
        }
    }

    assert_int_not_equal(found.seq, 0);

    return found;
}


static inline store_call_t
call_of(world_t *w, uint32_t n)
{
    store_id_t    key = id(n);
    store_call_t  call;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_call, NULL,
                                      &key, &call), STORE_OK);

    return call;
}


static inline store_participant_t
part_of(world_t *w, uint32_t call, uint32_t n)
{
    store_id_t           of = id(call), key = id(n);
    store_participant_t  part;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_participant,
                                      &of, &key, &part), STORE_OK);

    return part;
}


static inline void
state_is(world_t *w, uint32_t n, store_part_state_t state)
{
    store_participant_t  part = part_of(w, CALL, n);

    assert_string_equal(
        store_part_state_name((store_part_state_t) part.state),
        store_part_state_name(state));
}


static inline void
call_is(world_t *w, store_call_state_t state)
{
    store_call_t  call = call_of(w, CALL);

    assert_string_equal(
        store_call_state_name((store_call_state_t) call.state),
        store_call_state_name(state));
}


static inline store_session_t
session_of(world_t *w, uint32_t n)
{
    store_id_t       key = id(n);
    store_session_t  session;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_session,
                                      NULL, &key, &session), STORE_OK);

    return session;
}


static inline store_account_t
acme(world_t *w)
{
    store_id_t       key = id(ACME);
    store_account_t  account;

    assert_int_equal(store_record_get(&w->memory.view, STORE_IS_account,
                                      NULL, &key, &account), STORE_OK);

    return account;
}


/* What the link says to a browser. */

static inline store_reason_t
says(world_t *w, uint32_t inv, uint32_t browser)
{
    uint8_t         hash[STORE_HASH_LEN] = { 0 };
    store_id_t      key = id(inv);
    store_judged_t  judged;

    store_put_u32(hash, browser);
    assert_int_not_equal(store_judge(&w->memory.view, &key, hash, w->now,
                                     &judged), STORE_CORRUPT);

    return judged.reason;
}


static inline void
print_finding(void *data, const char *sentence)
{
    (void) data;
    print_error("%s\n", sentence);
}


static inline void
whole(world_t *w)
{
    uint64_t  findings;

    assert_int_equal(store_view_check(&w->memory.view, print_finding, NULL,
                                      &findings), STORE_OK);
    assert_int_equal(findings, 0);
}


/* How many events of a kind the log holds. */

static inline uint32_t
events(world_t *w, store_event_kind_t kind)
{
    uint32_t       n = 0;
    uint64_t       after = 0;
    store_event_t  event;

    while (store_log_read(&w->memory.view, after, &event) == STORE_OK) {
        n += event.kind == (uint32_t) kind;
        after = event.seq;
    }

    return n;
}


static inline void
end_of_world(world_t *w)
{
    whole(w);
    store_memory_free(&w->memory);
}

#endif /* STORE_WORLD_H */
