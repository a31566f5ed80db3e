/* Reading teams, groups, and who is in them. */

#include <lmdb_schema/team_int.h>


store_status_t
store_team_get(store_txn_t *txn, const store_id_t *id, store_team_t *out)
{
    return store_record_get(store_txn_view(txn), STORE_IS_team, NULL, id,
                            out);
}


store_status_t
store_team_by_name(store_txn_t *txn, const store_id_t *account,
    store_slice_t name, store_team_t *out)
{
    return store_by_name(store_txn_view(txn), STORE_IS_team,
                         STORE_KEY_TEAM_NAME, account, name, out);
}


store_status_t
store_teams(store_txn_t *txn, const store_id_t *account,
    store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_team, STORE_KEY_TEAM_NAME, account, 0,
                         visit, data);
}


store_status_t
store_teams_of(store_txn_t *txn, const store_id_t *user,
    store_visit_pt visit, void *data)
{
    store_key_t  prefix;

    store_key(&prefix, STORE_KEY_MEMBER_OF);
    store_key_id(&prefix, user);
    store_key_u8(&prefix, STORE_MEMBER_TEAM);

    return store_walk_ids(store_txn_view(txn), STORE_IS_team, &prefix, 0, visit,
                          data);
}


store_status_t
store_group_get(store_txn_t *txn, const store_id_t *id, store_group_t *out)
{
    return store_record_get(store_txn_view(txn), STORE_IS_group, NULL, id,
                            out);
}


store_status_t
store_group_by_name(store_txn_t *txn, const store_id_t *account,
    store_slice_t name, store_group_t *out)
{
    return store_by_name(store_txn_view(txn), STORE_IS_group,
                         STORE_KEY_GROUP_NAME, account, name, out);
}


store_status_t
store_groups(store_txn_t *txn, const store_id_t *account,
    store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_group, STORE_KEY_GROUP_NAME, account,
                         0, visit, data);
}


store_status_t
store_groups_of(store_txn_t *txn, const store_id_t *object,
    store_visit_pt visit, void *data)
{
    store_key_t  prefix;

    store_key(&prefix, STORE_KEY_MEMBER_OF);
    store_key_id(&prefix, object);
    store_key_u8(&prefix, STORE_MEMBER_GROUP);

    return store_walk_ids(store_txn_view(txn), STORE_IS_group, &prefix, 0,
                          visit, data);
}


store_status_t
store_groups_managed(store_txn_t *txn, const store_id_t *user,
    store_visit_pt visit, void *data)
{
    return store_walk_of(txn, STORE_IS_group, STORE_KEY_MANAGES, user, 0,
                         visit, data);
}


store_status_t
store_members(store_txn_t *txn, const store_id_t *of, store_visit_pt visit,
    void *data)
{
    return store_rows_of(txn, STORE_IS_member, STORE_KEY_MEMBER, of, visit,
                         data);
}


store_status_t
store_managers(store_txn_t *txn, const store_id_t *group,
    store_visit_pt visit, void *data)
{
    return store_rows_of(txn, STORE_IS_manager, STORE_KEY_MANAGER, group,
                         visit, data);
}


bool
store_device_object(store_txn_t *txn, const store_id_t *account,
    store_slice_t device, store_id_t *object)
{
    return store_device_id(store_txn_view(txn)->sha256, account, device,
                           object);
}


store_status_t
store_manages(store_txn_t *txn, const store_id_t *user,
    const store_id_t *group, bool *manages)
{
    store_status_t   rc;
    store_manager_t  manager;

    rc = store_record_get(store_txn_view(txn), STORE_IS_manager, group, user,
                          &manager);
    *manages = rc == STORE_OK;

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


store_status_t
store_in_group(store_txn_t *txn, const store_id_t *user,
    const store_id_t *object, bool *in)
{
    store_id_t      group;
    store_key_t     prefix;
    store_walk_t    walk;
    store_view_t   *view = store_txn_view(txn);
    store_slice_t   key, value;
    store_status_t  rc;

    *in = false;

    store_key(&prefix, STORE_KEY_MEMBER_OF);
    store_key_id(&prefix, object);
    store_key_u8(&prefix, STORE_MEMBER_GROUP);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (!store_key_tail(key, &group)) {
            return STORE_CORRUPT;
        }

        rc = store_manages(txn, user, &group, in);

        if (rc != STORE_OK || *in) {
            return rc;
        }
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
