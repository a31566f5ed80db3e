/*
 * Teams.  What a team's roles or its members' change does to the roles of
 * its users is done in the same transaction, so that it holds at once; a
 * team has at most STORE_LIMIT_TEAM members for that.
 */

#include <string.h>

#include <lmdb_schema/team_int.h>


static store_status_t team_create(store_view_t *view, store_op_t *op);
static store_status_t team_set(store_view_t *view, store_op_t *op);
static store_status_t team_add(store_view_t *view, store_op_t *op);
static store_status_t team_remove(store_view_t *view, store_op_t *op);
static store_status_t team_delete(store_view_t *view, store_op_t *op);
static store_status_t user_teams(store_view_t *view, store_op_t *op);
static store_status_t name_free(store_view_t *view, const store_id_t *account,
    store_slice_t name);
static store_status_t both(store_view_t *view, const store_op_t *op,
    store_team_t *team, store_user_t *user);
static store_status_t named(store_view_t *view, store_op_t *op,
    const store_id_t *account, store_teams_t *teams);
static uint64_t enter(store_view_t *view, const store_op_t *op,
    store_team_t *team, const store_user_t *user);
static uint64_t leave(store_view_t *view, const store_op_t *op,
    store_team_t *team, const store_member_t *member);
static store_status_t leave_team(store_view_t *view, const store_op_t *op,
    store_team_t *team, const store_user_t *user, uint64_t *cause);


const store_transition_t  store_team_ops[] = {
    { STORE_OP_TEAM_CREATE, team_create },
    { STORE_OP_TEAM_SET, team_set },
    { STORE_OP_TEAM_ADD, team_add },
    { STORE_OP_TEAM_REMOVE, team_remove },
    { STORE_OP_TEAM_DELETE, team_delete },
    { STORE_OP_USER_TEAMS, user_teams },
    { 0, NULL }
};


static store_status_t
team_create(store_view_t *view, store_op_t *op)
{
    store_team_t      team;
    store_status_t    rc;
    store_account_t   account;
    const store_id_t *id = &op->in.team.team;

    if (store_id_none(id) || !store_team_name_good(op->in.team.name)
        || !store_words_good(op->in.team.roles))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_team, NULL, id, &team);

    if (rc == STORE_OK) {
        op->out.again = store_slice_equal(team.name, op->in.team.name)
                        && store_id_equal(&team.account,
                                          &op->in.team.account);
        return op->out.again ? STORE_OK : STORE_EXISTS;
    }

    if (rc == STORE_NOT_FOUND) {
        rc = store_record_get(view, STORE_IS_account, NULL,
                              &op->in.team.account, &account);
    }

    if (rc == STORE_OK) {
        rc = name_free(view, &account.id, op->in.team.name);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (store_roles_billing(op, op->in.team.roles)) {
        return store_refuse(op, STORE_REASON_ONE_BILLING_CONTACT);
    }

    memset(&team, 0, sizeof(team));
    team.id = *id;
    team.account = account.id;
    team.name = op->in.team.name;
    team.roles = op->in.team.roles;
    team.created = op->now;
    team.op = op->id;

    store_record_put(view, STORE_IS_team, &team);
    (void) store_team_event(view, op, STORE_EVENT_TEAM_CREATED, &team.account,
                            id, NULL, team.name);

    return STORE_OK;
}


static store_status_t
team_set(store_view_t *view, store_op_t *op)
{
    bool            name, roles;
    uint64_t        cause;
    store_team_t    team;
    store_crowd_t   crowd;
    store_status_t  rc;

    if ((op->in.team.set_name && !store_team_name_good(op->in.team.name))
        || (op->in.team.set_roles && !store_words_good(op->in.team.roles)))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_team, NULL, &op->in.team.team, &team);

    if (rc != STORE_OK) {
        return rc;
    }

    name = op->in.team.set_name
           && !store_slice_equal(team.name, op->in.team.name);
    roles = op->in.team.set_roles
            && !store_slice_equal(team.roles, op->in.team.roles);

    if (store_id_equal(&team.op, &op->id) || (!name && !roles)) {
        op->out.again = store_id_equal(&team.op, &op->id);
        return STORE_OK;
    }

    if (roles && store_roles_billing(op, op->in.team.roles)) {
        return store_refuse(op, STORE_REASON_ONE_BILLING_CONTACT);
    }

    rc = name ? name_free(view, &team.account, op->in.team.name) : STORE_OK;

    if (rc != STORE_OK) {
        return rc;
    }

    team.name = name ? op->in.team.name : team.name;
    team.roles = roles ? op->in.team.roles : team.roles;
    team.op = op->id;

    if (roles) {
        rc = store_crowd_read(view, op, &team, false, &crowd);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    store_record_put(view, STORE_IS_team, &team);
    cause = store_team_event(view, op, STORE_EVENT_TEAM_CHANGED,
                             &team.account, &team.id, NULL, team.name);

    return roles ? store_crowd_write(view, op, &team, false, cause, &crowd)
                 : STORE_OK;
}


static store_status_t
team_add(store_view_t *view, store_op_t *op)
{
    uint32_t        taken = 0;
    store_team_t    team;
    store_user_t    user;
    store_teams_t   teams;
    store_slice_t   roles;
    store_status_t  rc;
    store_member_t  member;

    rc = both(view, op, &team, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    rc = store_member_find(view, &team.id, &user.id, &member);

    if (rc != STORE_NOT_FOUND) {
        op->out.again = rc == STORE_OK;
        return rc;
    }

    if (team.members >= STORE_LIMIT_TEAM || user.teams >= STORE_LIMIT_TEAMS) {
        return store_refuse(op, STORE_REASON_LIMIT_REACHED);
    }

    rc = store_teams_read(view, &user.id, &teams);

    if (rc == STORE_OK) {
        store_teams_with(&teams, &team);
        rc = store_roles_of(view, op, &user, &teams, &taken, &roles);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    user.teams++;
    store_user_hold(view, op, &user, roles, enter(view, op, &team, &user));

    return STORE_OK;
}


static store_status_t
team_remove(store_view_t *view, store_op_t *op)
{
    uint32_t        taken = 0;
    store_team_t    team;
    store_user_t    user;
    store_teams_t   teams;
    store_slice_t   roles;
    store_status_t  rc;
    store_member_t  member;

    rc = both(view, op, &team, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    rc = store_member_find(view, &team.id, &user.id, &member);

    if (rc != STORE_OK) {
        op->out.again = rc == STORE_NOT_FOUND;
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    }

    rc = store_teams_read(view, &user.id, &teams);

    if (rc == STORE_OK) {
        store_teams_without(&teams, &team.id);
        rc = store_roles_of(view, op, &user, &teams, &taken, &roles);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    user.teams--;
    store_user_hold(view, op, &user, roles,
                    leave(view, op, &team, &member));

    return STORE_OK;
}


static store_status_t
team_delete(store_view_t *view, store_op_t *op)
{
    uint64_t        cause;
    store_team_t    team;
    store_crowd_t   crowd;
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_team, NULL, &op->in.team.team, &team);

    if (rc == STORE_OK) {
        rc = store_crowd_read(view, op, &team, true, &crowd);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    cause = store_team_event(view, op, STORE_EVENT_TEAM_DELETED,
                             &team.account, &team.id, NULL, team.name);
    rc = store_crowd_write(view, op, &team, true, cause, &crowd);

    if (rc == STORE_OK) {
        store_record_remove(view, STORE_IS_team, &team);
    }

    return rc;
}


/* The teams of a user, all at once: what an identity provider says. */

static store_status_t
user_teams(store_view_t *view, store_op_t *op)
{
    size_t          i;
    uint32_t        taken = 0;
    uint64_t        cause;
    store_user_t    user;
    store_slice_t   roles;
    store_teams_t   before, after;
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_user, NULL, &op->in.user_teams.user,
                          &user);

    if (rc == STORE_OK) {
        rc = named(view, op, &user.account, &after);
    }

    if (rc == STORE_OK) {
        rc = store_teams_read(view, &user.id, &before);
    }

    if (rc == STORE_OK) {
        rc = store_roles_of(view, op, &user, &after, &taken, &roles);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    for (i = 0; i < after.n; i++) {
        if (!store_teams_have(&before, &after.teams[i].id)
            && after.teams[i].members >= STORE_LIMIT_TEAM)
        {
            return store_refuse(op, STORE_REASON_LIMIT_REACHED);
        }
    }

    op->out.again = true;
    cause = 0;

    for (i = 0; i < before.n; i++) {
        if (!store_teams_have(&after, &before.teams[i].id)) {
            rc = leave_team(view, op, &before.teams[i], &user, &cause);

            if (rc != STORE_OK) {
                return rc;
            }

            op->out.again = false;
        }
    }

    for (i = 0; i < after.n; i++) {
        if (!store_teams_have(&before, &after.teams[i].id)) {
            cause = enter(view, op, &after.teams[i], &user);
            op->out.again = false;
        }
    }

    if (!op->out.again) {
        user.teams = (uint32_t) after.n;
        store_user_hold(view, op, &user, roles, cause);
    }

    return STORE_OK;
}


/* The teams of the names that are asked for, in the order of their ids. */

static store_status_t
named(store_view_t *view, store_op_t *op, const store_id_t *account,
    store_teams_t *teams)
{
    store_team_t    team;
    store_slice_t   name, names;
    store_status_t  rc;

    teams->n = 0;
    names = op->in.user_teams.teams;

    while (store_word_next(&names, &name)) {

        rc = store_by_name(view, STORE_IS_team, STORE_KEY_TEAM_NAME, account,
                           name, &team);

        if (rc == STORE_NOT_FOUND && !op->in.user_teams.known) {
            continue;
        }

        if (rc != STORE_OK) {
            return rc;
        }

        if (teams->n == STORE_LIMIT_TEAMS
            && !store_teams_have(teams, &team.id))
        {
            return store_refuse(op, STORE_REASON_LIMIT_REACHED);
        }

        store_teams_with(teams, &team);
    }

    return STORE_OK;
}


static store_status_t
name_free(store_view_t *view, const store_id_t *account, store_slice_t name)
{
    store_key_t     key;
    store_slice_t   value;
    store_status_t  rc;

    store_key(&key, STORE_KEY_TEAM_NAME);
    store_key_id(&key, account);
    store_key_name(&key, name, view->sha256);

    rc = store_view_get(view, &key, &value);

    return rc == STORE_NOT_FOUND ? STORE_OK
                                 : rc == STORE_OK ? STORE_EXISTS : rc;
}


/* The team and the user of the operation, who are of one account. */

static store_status_t
both(store_view_t *view, const store_op_t *op, store_team_t *team,
    store_user_t *user)
{
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_team, NULL, &op->in.team.team, team);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_user, NULL, &op->in.team.user,
                              user);
    }

    if (rc == STORE_OK && !store_id_equal(&team->account, &user->account)) {
        rc = STORE_NOT_FOUND;
    }

    return rc;
}


static uint64_t
enter(store_view_t *view, const store_op_t *op, store_team_t *team,
    const store_user_t *user)
{
    store_member_t  member;

    memset(&member, 0, sizeof(member));
    member.of = team->id;
    member.object = user->id;
    member.account = team->account;
    member.kind = STORE_MEMBER_TEAM;
    member.created = op->now;
    member.op = op->id;
    store_record_put(view, STORE_IS_member, &member);

    team->members++;
    team->op = op->id;
    store_record_put(view, STORE_IS_team, team);

    return store_team_event(view, op, STORE_EVENT_TEAM_ADDED, &team->account,
                            &team->id, &user->id, team->name);
}


static uint64_t
leave(store_view_t *view, const store_op_t *op, store_team_t *team,
    const store_member_t *member)
{
    store_record_remove(view, STORE_IS_member, member);

    team->members--;
    team->op = op->id;
    store_record_put(view, STORE_IS_team, team);

    return store_team_event(view, op, STORE_EVENT_TEAM_REMOVED,
                            &team->account, &team->id, &member->object,
                            team->name);
}


static store_status_t
leave_team(store_view_t *view, const store_op_t *op, store_team_t *team,
    const store_user_t *user, uint64_t *cause)
{
    store_status_t  rc;
    store_member_t  member;

    rc = store_member_find(view, &team->id, &user->id, &member);

    if (rc == STORE_OK) {
        *cause = leave(view, op, team, &member);
    }

    return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
}
