/* What one account tries with the ids of another's records. */

#ifndef STORE_ATTEMPTS_H
#define STORE_ATTEMPTS_H

#include "store_attempts_team.h"


typedef struct {
    const char      *name;
    store_op_kind_t  kind;
    void           (*fill)(store_op_t *op);
} attempt_t;


static void
user_set(store_op_t *op)
{
    op->in.user_set.user = id(NINA);
    op->in.user_set.set_suspended = true;
    op->in.user_set.suspended = true;
}


static void
user_create(store_op_t *op)
{
    op->in.user_create.user = id(FREE);
    op->in.user_create.account = id(THEIRS);
    op->in.user_create.name = text("mole");
}


static void
user_over(store_op_t *op)
{
    op->in.user_create.user = id(NINA);
    op->in.user_create.account = id(ACME);
    op->in.user_create.name = text("nina");
}


static void
account_set(store_op_t *op)
{
    op->in.account_set.account = id(THEIRS);
    op->in.account_set.suspended = true;
}


static void
session_create(store_op_t *op)
{
    op->in.session_create.session = id(FREE);
    op->in.session_create.user = id(NINA);
    op->in.session_create.lifetime = HOUR;
}


static void
session_over(store_op_t *op)
{
    op->in.session_create.session = id(NINAS);
    op->in.session_create.user = id(OLGA);
    op->in.session_create.lifetime = HOUR;
}


static void
session_revoke(store_op_t *op)
{
    op->in.session_revoke.session = id(NINAS);
}


static void
session_touch(store_op_t *op)
{
    op->in.session_touch.session = id(NINAS);
}


static void
call_create(store_op_t *op)
{
    op->in.call_create.call = id(FREE);
    op->in.call_create.account = id(THEIRS);
    op->in.call_create.owner = id(NINA);
    op->in.call_create.kind = STORE_CALL_CONFERENCE;
    op->in.call_create.room = 1;
}


static void
call_of_their_user(store_op_t *op)
{
    call_create(op);
    op->in.call_create.account = id(ACME);
}


static void
call_over(store_op_t *op)
{
    call_create(op);
    op->in.call_create.call = id(THEIR_CALL);
    op->in.call_create.account = id(ACME);
    op->in.call_create.owner = id(OLGA);
}


static void
call_end(store_op_t *op)
{
    op->in.call_end.call = id(THEIR_CALL);
}


static void
invitation_create(store_op_t *op)
{
    op->in.invitation_create.invitation = id(FREE);
    op->in.invitation_create.call = id(THEIR_CALL);
    op->in.invitation_create.kind = STORE_INV_CONFERENCE;
    op->in.invitation_create.inviter = id(OLGA);
    op->in.invitation_create.channel = 4;
    op->in.invitation_create.bound_to = 1;
}


static void
invitation_by_theirs(store_op_t *op)
{
    invitation_create(op);
    op->in.invitation_create.call = id(CALL);
    op->in.invitation_create.inviter = id(NINA);
}


static void
invitation_withdraw(store_op_t *op)
{
    op->in.invitation_withdraw.invitation = id(THEIR_LINK);
}


static void
redeem(store_op_t *op)
{
    op->in.redeem.invitation = id(THEIR_LINK);
    op->in.redeem.session = id(FREE);
    op->in.redeem.participant = id(FREE + 1);
    op->in.redeem.browser[0] = 9;
    op->in.redeem.name = text("Mole");
    op->in.redeem.terms_accepted = true;
    op->in.redeem.lifetime = HOUR;
}


static void
join_theirs(store_op_t *op)
{
    op->in.join.session = id(OLGAS);
    op->in.join.call = id(THEIR_CALL);
    op->in.join.participant = id(FREE);
}


static void
attach_theirs(store_op_t *op)
{
    op->in.attach.call = id(THEIR_CALL);
    op->in.attach.participant = id(THEIR_GUEST);
    op->in.attach.incarnation[0] = 1;
}


static void
leave_theirs(store_op_t *op)
{
    op->in.leave.call = id(THEIR_CALL);
    op->in.leave.participant = id(THEIR_GUEST);
}


static void
pass_create(store_op_t *op)
{
    op->in.pass_create.pass = id(FREE);
    op->in.pass_create.session = id(NINAS);
    op->in.pass_create.valid_for = MINUTE;
}


static void
pass_use(store_op_t *op)
{
    op->in.pass_use.pass = id(THEIR_CARD);
    op->in.pass_use.session = id(FREE);
    op->in.pass_use.lifetime = HOUR;
}


static void
user_profile(store_op_t *op)
{
    op->in.user_profile.user = id(NINA);
    op->in.user_profile.session = id(OLGAS);
    op->in.user_profile.task = id(FREE);
    op->in.user_profile.kind = STORE_TASK_SUBMITTED;
    op->in.user_profile.set = 1u << STORE_PROFILE_MAIL;
    op->in.user_profile.to[STORE_PROFILE_MAIL] = text("mole@example.com");
}


static void
user_failed(store_op_t *op)
{
    op->in.user_failed.user = id(NINA);
}


static void
ring_theirs(store_op_t *op)
{
    op->in.ring.call = id(THEIR_CALL);
    op->in.ring.user = id(OLGA);
    op->in.ring.participant = id(FREE);
}


static void
their_user_rung(store_op_t *op)
{
    op->in.ring.call = id(CALL);
    op->in.ring.user = id(NINA);
    op->in.ring.participant = id(FREE);
}


static void
hand_over(store_op_t *op)
{
    op->in.hand_over.call = id(THEIR_CALL);
    op->in.hand_over.user = id(OLGA);
    op->in.hand_over.participant = id(FREE);
}


static void
transfer(store_op_t *op)
{
    op->in.transfer.pass = id(THEIR_PASS);
    op->in.transfer.session = id(FREE);
    op->in.transfer.browser[0] = 9;
}


static void
reapply(store_op_t *op)
{
    op->in.invitation_reapply.invitation = id(THEIR_LINK);
    op->in.invitation_reapply.uses = 7;
    op->in.invitation_reapply.bound_to = 2;
}


static void
user_password(store_op_t *op)
{
    op->in.user_password.user = id(NINA);
    op->in.user_password.hash = text("$scrypt$mole");
}


static void
service_create(store_op_t *op)
{
    op->in.service_create.service = id(FREE);
    op->in.service_create.account = id(THEIRS);
    op->in.service_create.name = text("mole");
    op->in.service_create.roles = text("agent");
    op->in.service_create.lifetime = HOUR;
}


static void
admit(store_op_t *op)
{
    op->in.admit.invitation = id(THEIR_LINK);
    op->in.admit.user = id(OLGA);
    op->in.admit.participant = id(FREE);
}


static void
account_seats(store_op_t *op)
{
    op->in.account_seats.account = id(THEIRS);
    op->in.account_seats.limit = 9;
}


static void
account_over(store_op_t *op)
{
    op->in.account_create.account = id(THEIRS);
    op->in.account_create.name = text("globex");
}


static void
account_billing(store_op_t *op)
{
    op->in.account_billing.account = id(THEIRS);
    op->in.account_billing.user = id(NINA);
}


static void
billing_of_theirs(store_op_t *op)
{
    op->in.account_billing.account = id(ACME);
    op->in.account_billing.user = id(NINA);
}


static void
call_place(store_op_t *op)
{
    op->in.call_place.call = id(THEIR_CALL);
}


static void
delivered(store_op_t *op)
{
    op->in.delivered.invitation = id(THEIR_LINK);
    op->in.delivered.became = STORE_DELIVERY_FAILED;
}


static const attempt_t  attempts[] = {
    { "account create over", STORE_OP_ACCOUNT_CREATE, account_over },
    { "account billing", STORE_OP_ACCOUNT_BILLING, account_billing },
    { "billing of theirs", STORE_OP_ACCOUNT_BILLING, billing_of_theirs },
    { "call place", STORE_OP_CALL_PLACE, call_place },
    { "report", STORE_OP_REPORT, leave_theirs },
    { "delivered", STORE_OP_DELIVERED, delivered },
    { "assist theirs", STORE_OP_ASSIST_START, assist_theirs },
    { "assist over", STORE_OP_ASSIST_START, assist_over },
    { "assist pause", STORE_OP_ASSIST_PAUSE, assist_active },
    { "assist pause in theirs", STORE_OP_ASSIST_PAUSE, assist_in_theirs },
    { "assist resume", STORE_OP_ASSIST_RESUME, assist_paused },
    { "assist stop", STORE_OP_ASSIST_STOP, assist_active },
    { "note", STORE_OP_INTERACTION_NOTE, assist_paused },
    { "reassign theirs", STORE_OP_INTERACTION_REASSIGN, reassign_theirs },
    { "reassign to theirs", STORE_OP_INTERACTION_REASSIGN,
      reassign_to_theirs },
    { "task in their session", STORE_OP_TASK, task_in_theirs },
    { "task over", STORE_OP_TASK, task_over },
    { "user password", STORE_OP_USER_PASSWORD, user_password },
    { "service create", STORE_OP_SERVICE_CREATE, service_create },
    { "admit", STORE_OP_ADMIT, admit },
    { "account seats", STORE_OP_ACCOUNT_SEATS, account_seats },
    { "ring in their call", STORE_OP_CALL_RING, ring_theirs },
    { "ring their user", STORE_OP_CALL_RING, their_user_rung },
    { "hand over", STORE_OP_CALL_HAND_OVER, hand_over },
    { "transfer", STORE_OP_TRANSFER, transfer },
    { "invitation reapply", STORE_OP_INVITATION_REAPPLY, reapply },
    { "invitation refused", STORE_OP_INVITATION_REFUSED,
      invitation_withdraw },
    { "user set", STORE_OP_USER_SET, user_set },
    { "user profile", STORE_OP_USER_PROFILE, user_profile },
    { "user failed", STORE_OP_USER_FAILED, user_failed },
    { "user create", STORE_OP_USER_CREATE, user_create },
    { "user create over", STORE_OP_USER_CREATE, user_over },
    { "account set", STORE_OP_ACCOUNT_SET, account_set },
    { "session create", STORE_OP_SESSION_CREATE, session_create },
    { "session create over", STORE_OP_SESSION_CREATE, session_over },
    { "session revoke", STORE_OP_SESSION_REVOKE, session_revoke },
    { "session touch", STORE_OP_SESSION_TOUCH, session_touch },
    { "call create", STORE_OP_CALL_CREATE, call_create },
    { "call of their user", STORE_OP_CALL_CREATE, call_of_their_user },
    { "call create over", STORE_OP_CALL_CREATE, call_over },
    { "call end", STORE_OP_CALL_END, call_end },
    { "call accept", STORE_OP_CALL_ACCEPT, call_end },
    { "call decline", STORE_OP_CALL_DECLINE, call_end },
    { "invitation create", STORE_OP_INVITATION_CREATE, invitation_create },
    { "invitation by theirs", STORE_OP_INVITATION_CREATE,
      invitation_by_theirs },
    { "invitation withdraw", STORE_OP_INVITATION_WITHDRAW,
      invitation_withdraw },
    { "redeem", STORE_OP_REDEEM, redeem },
    { "join", STORE_OP_JOIN, join_theirs },
    { "attach", STORE_OP_ATTACH, attach_theirs },
    { "detach", STORE_OP_DETACH, attach_theirs },
    { "leave", STORE_OP_LEAVE, leave_theirs },
    { "remove", STORE_OP_REMOVE, leave_theirs },
    { "pass create", STORE_OP_PASS_CREATE, pass_create },
    { "pass use", STORE_OP_PASS_USE, pass_use },
    { "team create", STORE_OP_TEAM_CREATE, team_create },
    { "team create over", STORE_OP_TEAM_CREATE, team_over },
    { "team set", STORE_OP_TEAM_SET, team_set },
    { "team delete", STORE_OP_TEAM_DELETE, their_team_ours },
    { "into their team", STORE_OP_TEAM_ADD, their_team_ours },
    { "theirs into our team", STORE_OP_TEAM_ADD, our_team_theirs },
    { "out of their team", STORE_OP_TEAM_REMOVE, their_team_theirs },
    { "their user's teams", STORE_OP_USER_TEAMS, teams_of_theirs },
    { "their team by name", STORE_OP_USER_TEAMS, teams_by_their_name },
    { "group create", STORE_OP_GROUP_CREATE, group_create },
    { "group create over", STORE_OP_GROUP_CREATE, group_over },
    { "group delete", STORE_OP_GROUP_DELETE, their_group_ours },
    { "into their group", STORE_OP_GROUP_ADD, their_group_ours },
    { "theirs into our group", STORE_OP_GROUP_ADD, our_group_theirs },
    { "out of their group", STORE_OP_GROUP_REMOVE, their_group_theirs },
    { "managing theirs", STORE_OP_GROUP_MANAGER, their_group_ours },
    { "theirs managing ours", STORE_OP_GROUP_MANAGER, our_group_theirs },
    { "managing theirs no more", STORE_OP_GROUP_MANAGER, their_group_theirs },
    { "their device", STORE_OP_GROUP_REMOVE, their_device },
    { "into their devices", STORE_OP_GROUP_ADD, their_device }
};

#endif /* STORE_ATTEMPTS_H */
