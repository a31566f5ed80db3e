/*
 * Another account beside the one of the small world, with one of everything,
 * and its own people trying what others do with its ids.
 */

#ifndef STORE_THEIRS_H
#define STORE_THEIRS_H

#include "store_attempts.h"


static inline void
their_teams(world_t *w)
{
    ask(w, STORE_OP_TEAM_CREATE);
    team_create(&w->op);
    w->op.in.team.team = id(THEIR_TEAM);
    w->op.in.team.name = text("field");
    w->op.in.team.roles = text("agent");
    done(w);

    team_op(w, STORE_OP_TEAM_ADD, THEIR_TEAM, NINA);
    done(w);

    ask(w, STORE_OP_GROUP_CREATE);
    group_create(&w->op);
    w->op.in.group.group = id(THEIR_GROUP);
    w->op.in.group.name = text("customers");
    done(w);

    group_op(w, STORE_OP_GROUP_ADD, THEIR_GROUP, NINA);
    done(w);
    group_op(w, STORE_OP_GROUP_MANAGER, THEIR_GROUP, NINA);
    w->op.in.group.manages = true;
    done(w);

    ask(w, STORE_OP_GROUP_CREATE);
    group_create(&w->op);
    w->op.in.group.group = id(THEIR_DEVICES);
    w->op.in.group.kind = STORE_GROUP_DEVICES;
    w->op.in.group.name = text("pumps");
    done(w);
    ask(w, STORE_OP_GROUP_ADD);
    their_device(&w->op);
    done(w);

    a_team(w, OUR_TEAM, "ours", "agent");
    a_group(w, OUR_GROUP, STORE_GROUP_USERS, "ours");
}


static inline void
their_assistance(world_t *w)
{
    uint32_t  i;

    static const struct {
        uint32_t  agent, session, interaction, subject;
    } made[] = {
        { NINA, NINAS, THEIR_PAUSED, 0 }, { NINA, NINAS, THEIR_ACTIVE, PAUL },
        { OLGA, OLGAS, OUR_PAUSED, 0 }
    };

    ask(w, STORE_OP_USER_CREATE);
    w->op.in.user_create.user = id(PAUL);
    w->op.in.user_create.account = id(THEIRS);
    w->op.in.user_create.name = text("paul");
    done(w);

    for (i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        ask(w, STORE_OP_ASSIST_START);
        assist_theirs(&w->op);
        w->op.actor = id(made[i].agent);
        w->op.in.assist.session = id(made[i].session);
        w->op.in.assist.interaction = id(made[i].interaction);
        w->op.in.assist.subject = made[i].subject ? id(made[i].subject)
                                                  : store_anonymous;
        done(w);
    }

    ask(w, STORE_OP_ASSIST_PAUSE);
    w->op.actor = id(OLGA);
    w->op.in.assist.session = id(OLGAS);
    w->op.in.assist.interaction = id(OUR_PAUSED);
    done(w);

    ask(w, STORE_OP_TASK);
    task_over(&w->op);
    w->op.actor = id(NINA);
    w->op.in.task.session = id(NINAS);
    done(w);
}


static inline void
their_world(world_t *w)
{
    ask(w, STORE_OP_ACCOUNT_CREATE);
    w->op.in.account_create.account = id(THEIRS);
    w->op.in.account_create.name = text("globex");
    done(w);

    ask(w, STORE_OP_USER_CREATE);
    w->op.in.user_create.user = id(NINA);
    w->op.in.user_create.account = id(THEIRS);
    w->op.in.user_create.name = text("nina");
    w->op.in.user_create.licensed = true;
    done(w);

    ask(w, STORE_OP_SESSION_CREATE);
    w->op.in.session_create.session = id(NINAS);
    w->op.in.session_create.user = id(NINA);
    w->op.in.session_create.lifetime = HOUR;
    done(w);

    ask(w, STORE_OP_CALL_CREATE);
    call_create(&w->op);
    w->op.in.call_create.call = id(THEIR_CALL);
    done(w);

    ask(w, STORE_OP_INVITATION_CREATE);
    invitation_create(&w->op);
    w->op.in.invitation_create.invitation = id(THEIR_LINK);
    w->op.in.invitation_create.inviter = id(NINA);
    done(w);

    ask(w, STORE_OP_REDEEM);
    redeem(&w->op);
    w->op.in.redeem.session = id(THEIR_GUEST + 100);
    w->op.in.redeem.participant = id(THEIR_GUEST);
    w->op.in.redeem.browser[0] = 1;
    done(w);

    ask(w, STORE_OP_PASS_CREATE);
    pass_create(&w->op);
    w->op.in.pass_create.pass = id(THEIR_CARD);
    done(w);

    ask(w, STORE_OP_PASS_CREATE);
    pass_create(&w->op);
    w->op.in.pass_create.pass = id(THEIR_PASS);
    w->op.in.pass_create.session = id(THEIR_GUEST + 100);
    done(w);
    their_teams(w);
    their_assistance(w);
}


/* What is ours in the attempt becomes theirs. */

static inline void
all_theirs(store_op_t *op)
{
    size_t      i, n;
    uint8_t    *in = (uint8_t *) &op->in;
    store_id_t  ours, theirs;

    static const uint32_t  same[][2] = {
        { ACME, THEIRS }, { OLGA, NINA }, { OLGAS, NINAS },
        { CALL, THEIR_CALL }, { OUR_TEAM, THEIR_TEAM },
        { OUR_GROUP, THEIR_GROUP }, { OUR_PAUSED, THEIR_PAUSED }
    };

    for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        ours = id(same[i][0]);
        theirs = id(same[i][1]);

        for (n = 0; n + STORE_ID_LEN <= sizeof(op->in); n++) {
            if (memcmp(in + n, ours.b, STORE_ID_LEN) == 0) {
                memcpy(in + n, theirs.b, STORE_ID_LEN);
            }
        }
    }
}


/* Operations of the system, which names no account of its own. */

static inline int
theirs_sign(void *data, const void *message, size_t len, uint8_t *key,
    uint8_t signature[STORE_SIGNATURE_LEN])
{
    (void) data;
    *key = 1;
    memset(signature, 7, STORE_SIGNATURE_LEN);

    return policy_sha256(message, len, signature);
}


static inline void
systems_own(store_op_t *op)
{
    switch (op->kind) {

    case STORE_OP_SWEEP:
        op->now += 100 * HOUR;
        break;

    case STORE_OP_MEDIA_DRAIN:
        op->in.media_drain.name = text("10.0.0.1:8188");
        op->in.media_drain.drained = true;
        break;

    case STORE_OP_TRIM:
        op->now += 100 * HOUR;
        op->in.trim.log_before = op->now;
        op->in.trim.ended_before = op->now;
        break;

    case STORE_OP_CHECKPOINT:
        op->in.checkpoint.sign = theirs_sign;
        break;

    case STORE_OP_TOLD:
        op->in.told.name = text("notify");
        op->in.told.seq = 2;
        break;

    case STORE_OP_RETAIN:
        op->now += 100 * HOUR;
        op->in.retain.keep = HOUR;
        op->in.retain.every = HOUR;
        break;

    case STORE_OP_EXPORTED:
        op->in.exported.seq = 2;
        break;

    case STORE_OP_SEATS:
        op->terms.known = true;
        op->terms.seated = text("agent");
        break;

    default:
        print_error("operation %d is tried by nobody\n", (int) op->kind);
        fail();
    }
}

#endif /* STORE_THEIRS_H */
