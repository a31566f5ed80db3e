/* What one account tries with the teams, groups and work of another, and the
   numbers of the other's records. */

#ifndef STORE_ATTEMPTS_TEAM_H
#define STORE_ATTEMPTS_TEAM_H

#include "store_world.h"


enum { THEIRS = 50, NINA = 51, NINAS = 52, THEIR_CALL = 53, THEIR_LINK = 54,
       THEIR_GUEST = 55, THEIR_TEAM = 56, THEIR_GROUP = 57, THEIR_DEVICES = 58,
       OUR_TEAM = 60, OUR_GROUP = 61, THEIR_CARD = 62, THEIR_PASS = 63,
       PAUL = 64, THEIR_TASK = 65, THEIR_ACTIVE = 66, THEIR_PAUSED = 67,
       OUR_PAUSED = 68, FREE = 90 };


static void
team_create(store_op_t *op)
{
    op->in.team.team = id(FREE);
    op->in.team.account = id(THEIRS);
    op->in.team.name = text("moles");
}


static void
team_over(store_op_t *op)
{
    op->in.team.team = id(THEIR_TEAM);
    op->in.team.account = id(ACME);
    op->in.team.name = text("field");
}


static void
team_set(store_op_t *op)
{
    op->in.team.team = id(THEIR_TEAM);
    op->in.team.set_roles = true;
    op->in.team.roles = text("account_admin");
}


static void
their_team_ours(store_op_t *op)
{
    op->in.team.team = id(THEIR_TEAM);
    op->in.team.user = id(OLGA);
}


static void
our_team_theirs(store_op_t *op)
{
    op->in.team.team = id(OUR_TEAM);
    op->in.team.user = id(NINA);
}


static void
their_team_theirs(store_op_t *op)
{
    op->in.team.team = id(THEIR_TEAM);
    op->in.team.user = id(NINA);
}


static void
teams_of_theirs(store_op_t *op)
{
    op->in.user_teams.user = id(NINA);
}


static void
teams_by_their_name(store_op_t *op)
{
    op->in.user_teams.user = id(OLGA);
    op->in.user_teams.teams = text("field");
    op->in.user_teams.known = true;
}


static void
group_create(store_op_t *op)
{
    op->in.group.group = id(FREE);
    op->in.group.account = id(THEIRS);
    op->in.group.kind = STORE_GROUP_USERS;
    op->in.group.name = text("moles");
}


static void
group_over(store_op_t *op)
{
    group_create(op);
    op->in.group.group = id(THEIR_GROUP);
    op->in.group.account = id(ACME);
    op->in.group.name = text("customers");
}


static void
their_group_ours(store_op_t *op)
{
    op->in.group.group = id(THEIR_GROUP);
    op->in.group.user = id(OLGA);
    op->in.group.manages = true;
}


static void
our_group_theirs(store_op_t *op)
{
    op->in.group.group = id(OUR_GROUP);
    op->in.group.user = id(NINA);
    op->in.group.manages = true;
}


static void
their_group_theirs(store_op_t *op)
{
    op->in.group.group = id(THEIR_GROUP);
    op->in.group.user = id(NINA);
}


static void
their_device(store_op_t *op)
{
    op->in.group.group = id(THEIR_DEVICES);
    op->in.group.device = text("pump 7");
}


static void
assist_theirs(store_op_t *op)
{
    op->in.assist.session = id(OLGAS);
    op->in.assist.interaction = id(FREE);
    op->in.assist.subject = id(PAUL);
    op->in.assist.channel = STORE_CHANNEL_PHONE;
}


static void
assist_over(store_op_t *op)
{
    assist_theirs(op);
    op->in.assist.interaction = id(THEIR_PAUSED);
    op->in.assist.subject = store_anonymous;
}


static void
assist_in_theirs(store_op_t *op)
{
    op->in.assist.session = id(NINAS);
    op->in.assist.interaction = id(THEIR_ACTIVE);
}


static void
assist_active(store_op_t *op)
{
    op->in.assist.session = id(OLGAS);
    op->in.assist.interaction = id(THEIR_ACTIVE);
    op->in.assist.note = text("moles");
}


static void
assist_paused(store_op_t *op)
{
    assist_active(op);
    op->in.assist.interaction = id(THEIR_PAUSED);
}


static void
reassign_theirs(store_op_t *op)
{
    assist_paused(op);
    op->in.assist.agent = id(OLGA);
}


static void
reassign_to_theirs(store_op_t *op)
{
    assist_paused(op);
    op->in.assist.interaction = id(OUR_PAUSED);
    op->in.assist.agent = id(PAUL);
}


static void
task_in_theirs(store_op_t *op)
{
    op->in.task.task = id(FREE);
    op->in.task.session = id(NINAS);
    op->in.task.name = text("mole");
    op->in.task.kind = STORE_TASK_DONE;
}


static void
task_over(store_op_t *op)
{
    task_in_theirs(op);
    op->in.task.task = id(THEIR_TASK);
    op->in.task.session = id(OLGAS);
}

#endif /* STORE_ATTEMPTS_TEAM_H */
