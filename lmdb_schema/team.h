/*
 * Teams and groups: who holds roles through whom, and who looks after whom.
 * A part of store.h, which includes it.
 */

#ifndef STORE_TEAM_H
#define STORE_TEAM_H

#include <lmdb_schema/store.h>

#pragma GCC visibility push(hidden)

/*
 * Teams and groups: by id, by name within an account, those of an account by
 * name; who is in one (visit is given a store_member_t); a user's teams; the
 * groups of a user or of a device; the groups that a user manages and the
 * managers of one (a store_manager_t).
 */
store_status_t store_team_get(store_txn_t *txn, const store_id_t *id,
    store_team_t *out) STORE_USE_RESULT;
store_status_t store_team_by_name(store_txn_t *txn, const store_id_t *account,
    store_slice_t name, store_team_t *out) STORE_USE_RESULT;
store_status_t store_teams(store_txn_t *txn, const store_id_t *account,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_teams_of(store_txn_t *txn, const store_id_t *user,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_group_get(store_txn_t *txn, const store_id_t *id,
    store_group_t *out) STORE_USE_RESULT;
store_status_t store_group_by_name(store_txn_t *txn,
    const store_id_t *account, store_slice_t name, store_group_t *out)
    STORE_USE_RESULT;
store_status_t store_groups(store_txn_t *txn, const store_id_t *account,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_groups_of(store_txn_t *txn, const store_id_t *object,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_groups_managed(store_txn_t *txn, const store_id_t *user,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_members(store_txn_t *txn, const store_id_t *of,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_managers(store_txn_t *txn, const store_id_t *group,
    store_visit_pt visit, void *data) STORE_USE_RESULT;

/* The object that a device's name stands for in an account. */
bool store_device_object(store_txn_t *txn, const store_id_t *account,
    store_slice_t device, store_id_t *object);

/* Whether the object (a user, or a device's) is in a group that the user
   manages; whether the user manages that group.  At most STORE_LIMIT_GROUPS
   pairs of reads. */
store_status_t store_in_group(store_txn_t *txn, const store_id_t *user,
    const store_id_t *object, bool *in) STORE_USE_RESULT;
store_status_t store_manages(store_txn_t *txn, const store_id_t *user,
    const store_id_t *group, bool *manages) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_TEAM_H */
