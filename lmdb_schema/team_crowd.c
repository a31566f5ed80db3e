/* What a change of a team does to all its members. */

#include <string.h>

#include <lmdb_schema/team_int.h>


static store_status_t holder(store_view_t *view, store_op_t *op,
    const store_team_t *team, bool gone, const store_id_t *id,
    uint32_t *taken, store_holder_t *out);
static store_status_t hold(store_view_t *view, const store_op_t *op,
    const store_team_t *team, bool gone, uint64_t cause,
    const store_holder_t *holder);


store_status_t
store_crowd_read(store_view_t *view, store_op_t *op, const store_team_t *team,
    bool gone, store_crowd_t *crowd)
{
    uint32_t        taken = 0;
    store_id_t      id;
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    crowd->n = 0;
    crowd->holders = NULL;

    if (team->members == 0) {
        return STORE_OK;
    }

    if (team->members > STORE_LIMIT_TEAM) {
        return STORE_CORRUPT;
    }

    crowd->holders = store_arena_take(view->arena, team->members
                                                   * sizeof(store_holder_t));

    if (crowd->holders == NULL) {
        return STORE_NO_MEMORY;
    }

    store_key(&prefix, STORE_KEY_MEMBER);
    store_key_id(&prefix, &team->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (crowd->n == team->members || !store_key_tail(key, &id)) {
            return STORE_CORRUPT;
        }

        rc = holder(view, op, team, gone, &id, &taken,
                    &crowd->holders[crowd->n]);

        if (rc != STORE_OK) {
            return rc;
        }

        crowd->n++;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
holder(store_view_t *view, store_op_t *op, const store_team_t *team,
    bool gone, const store_id_t *id, uint32_t *taken, store_holder_t *out)
{
    store_user_t    user;
    store_teams_t   teams;
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_user, NULL, id, &user);

    if (rc == STORE_OK) {
        rc = store_teams_read(view, id, &teams);
    }

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    if (gone) {
        store_teams_without(&teams, &team->id);
    } else {
        store_teams_with(&teams, team);
    }

    out->user = *id;

    return store_roles_of(view, op, &user, &teams, taken, &out->roles);
}


store_status_t
store_crowd_write(store_view_t *view, const store_op_t *op,
    const store_team_t *team, bool gone, uint64_t cause,
    const store_crowd_t *crowd)
{
    size_t          i;
    store_status_t  rc;

    for (i = 0; i < crowd->n; i++) {
        rc = hold(view, op, team, gone, cause, &crowd->holders[i]);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    return view->status;
}


static store_status_t
hold(store_view_t *view, const store_op_t *op, const store_team_t *team,
    bool gone, uint64_t cause, const store_holder_t *holder)
{
    store_user_t    user;
    store_status_t  rc;
    store_member_t  member;

    rc = store_record_get(view, STORE_IS_user, NULL, &holder->user, &user);

    if (rc != STORE_OK) {
        return rc;
    }

    if (gone) {
        rc = store_member_find(view, &team->id, &holder->user, &member);

        if (rc != STORE_OK) {
            return rc;
        }

        store_record_remove(view, STORE_IS_member, &member);
        user.teams--;
    }

    if (gone || !store_slice_equal(user.roles, holder->roles)) {
        store_user_hold(view, op, &user, holder->roles, cause);
    }

    return STORE_OK;
}
