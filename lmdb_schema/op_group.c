/*
 * Groups of users and of devices, and who manages them.  A group gives no
 * role: rules of the policy ask whether the actor manages a group that the
 * object is in.
 */

#include <string.h>

#include <lmdb_schema/team_int.h>


static store_status_t group_create(store_view_t *view, store_op_t *op);
static store_status_t group_add(store_view_t *view, store_op_t *op);
static store_status_t group_remove(store_view_t *view, store_op_t *op);
static store_status_t group_manager(store_view_t *view, store_op_t *op);
static store_status_t group_delete(store_view_t *view, store_op_t *op);
static store_status_t object_of(store_view_t *view, const store_op_t *op,
    store_group_t *group, store_id_t *object);
static store_status_t user_of(store_view_t *view, const store_op_t *op,
    const store_group_t *group);
static store_status_t count(store_view_t *view, const store_id_t *object,
    uint32_t *n);
static void manage(store_view_t *view, store_op_t *op, store_group_t *group);
static store_status_t managers_out(store_view_t *view, const store_op_t *op,
    store_group_t *group);
static store_status_t members_out(store_view_t *view, store_group_t *group);


const store_transition_t  store_group_ops[] = {
    { STORE_OP_GROUP_CREATE, group_create },
    { STORE_OP_GROUP_ADD, group_add },
    { STORE_OP_GROUP_REMOVE, group_remove },
    { STORE_OP_GROUP_MANAGER, group_manager },
    { STORE_OP_GROUP_DELETE, group_delete },
    { 0, NULL }
};


static store_status_t
group_create(store_view_t *view, store_op_t *op)
{
    store_key_t       key;
    store_slice_t     value;
    store_group_t     group;
    store_status_t    rc;
    store_account_t   account;
    const store_id_t *id = &op->in.group.group;

    if (store_id_none(id) || !store_team_name_good(op->in.group.name)
        || (op->in.group.kind != STORE_GROUP_USERS
            && op->in.group.kind != STORE_GROUP_DEVICES))
    {
        return STORE_INVALID;
    }

    rc = store_record_get(view, STORE_IS_group, NULL, id, &group);

    if (rc == STORE_OK) {
        op->out.again = store_slice_equal(group.name, op->in.group.name)
                        && store_id_equal(&group.account,
                                          &op->in.group.account);
        return op->out.again ? STORE_OK : STORE_EXISTS;
    }

    if (rc == STORE_NOT_FOUND) {
        rc = store_record_get(view, STORE_IS_account, NULL,
                              &op->in.group.account, &account);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    store_key(&key, STORE_KEY_GROUP_NAME);
    store_key_id(&key, &account.id);
    store_key_name(&key, op->in.group.name, view->sha256);

    rc = store_view_get(view, &key, &value);

    if (rc != STORE_NOT_FOUND) {
        return rc == STORE_OK ? STORE_EXISTS : rc;
    }

    memset(&group, 0, sizeof(group));
    group.id = *id;
    group.account = account.id;
    group.name = op->in.group.name;
    group.kind = (uint8_t) op->in.group.kind;
    group.created = op->now;
    group.op = op->id;

    store_record_put(view, STORE_IS_group, &group);
    (void) store_team_event(view, op, STORE_EVENT_GROUP_CREATED,
                            &group.account, id, NULL, group.name);

    return STORE_OK;
}


static store_status_t
group_add(store_view_t *view, store_op_t *op)
{
    uint32_t        groups;
    store_id_t      object;
    store_group_t   group;
    store_status_t  rc;
    store_member_t  member;

    rc = object_of(view, op, &group, &object);

    if (rc != STORE_OK) {
        return rc;
    }

    rc = store_member_find(view, &group.id, &object, &member);

    if (rc != STORE_NOT_FOUND) {
        op->out.again = rc == STORE_OK;
        return rc;
    }

    rc = count(view, &object, &groups);

    if (rc != STORE_OK || groups >= STORE_LIMIT_GROUPS) {
        return rc == STORE_OK ? store_refuse(op, STORE_REASON_LIMIT_REACHED)
                              : rc;
    }

    memset(&member, 0, sizeof(member));
    member.of = group.id;
    member.object = object;
    member.account = group.account;
    member.kind = STORE_MEMBER_GROUP;
    member.device = op->in.group.device;
    member.created = op->now;
    member.op = op->id;
    store_record_put(view, STORE_IS_member, &member);

    group.members++;
    group.op = op->id;
    store_record_put(view, STORE_IS_group, &group);

    (void) store_team_event(view, op, STORE_EVENT_GROUP_ADDED, &group.account,
                            &group.id, group.kind == STORE_GROUP_USERS
                                       ? &object : NULL,
                            group.name);

    return STORE_OK;
}


static store_status_t
group_remove(store_view_t *view, store_op_t *op)
{
    store_id_t      object;
    store_group_t   group;
    store_status_t  rc;
    store_member_t  member;

    rc = object_of(view, op, &group, &object);

    if (rc != STORE_OK) {
        return rc;
    }

    rc = store_member_find(view, &group.id, &object, &member);

    if (rc != STORE_OK) {
        op->out.again = rc == STORE_NOT_FOUND;
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    }

    store_record_remove(view, STORE_IS_member, &member);

    group.members--;
    group.op = op->id;
    store_record_put(view, STORE_IS_group, &group);

    (void) store_team_event(view, op, STORE_EVENT_GROUP_REMOVED,
                            &group.account, &group.id,
                            group.kind == STORE_GROUP_USERS ? &object : NULL,
                            group.name);

    return STORE_OK;
}


static store_status_t
group_manager(store_view_t *view, store_op_t *op)
{
    store_group_t    group;
    store_status_t   rc;
    store_manager_t  manager;

    rc = store_record_get(view, STORE_IS_group, NULL, &op->in.group.group,
                          &group);

    if (rc == STORE_OK) {
        rc = user_of(view, op, &group);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    rc = store_record_get(view, STORE_IS_manager, &group.id,
                          &op->in.group.user, &manager);

    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        return rc;
    }

    if ((rc == STORE_OK) == op->in.group.manages) {
        op->out.again = true;
        return STORE_OK;
    }

    if (op->in.group.manages && group.managers >= STORE_LIMIT_MANAGERS) {
        return store_refuse(op, STORE_REASON_LIMIT_REACHED);
    }

    manage(view, op, &group);

    return STORE_OK;
}


static void
manage(store_view_t *view, store_op_t *op, store_group_t *group)
{
    store_slice_t    detail;
    store_manager_t  manager;

    memset(&manager, 0, sizeof(manager));
    manager.group = group->id;
    manager.user = op->in.group.user;
    manager.account = group->account;
    manager.created = op->now;
    manager.op = op->id;

    if (op->in.group.manages) {
        store_record_put(view, STORE_IS_manager, &manager);
        group->managers++;
    } else {
        store_record_remove(view, STORE_IS_manager, &manager);
        group->managers--;
    }

    group->op = op->id;
    store_record_put(view, STORE_IS_group, group);

    detail.data = (const uint8_t *) (op->in.group.manages ? "given"
                                                          : "taken");
    detail.len = 5;
    (void) store_team_event(view, op, STORE_EVENT_GROUP_MANAGER,
                            &group->account, &group->id, &manager.user,
                            detail);
}


/* Managers go first, so that the rights are gone with the first step. */

static store_status_t
group_delete(store_view_t *view, store_op_t *op)
{
    store_group_t   group;
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_group, NULL, &op->in.group.group,
                          &group);

    if (rc == STORE_OK) {
        rc = managers_out(view, op, &group);
    }

    if (rc == STORE_OK) {
        rc = members_out(view, &group);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    if (group.members != 0) {
        group.op = op->id;
        store_record_put(view, STORE_IS_group, &group);
        op->out.more = true;
        return STORE_OK;
    }

    store_record_remove(view, STORE_IS_group, &group);
    (void) store_team_event(view, op, STORE_EVENT_GROUP_DELETED,
                            &group.account, &group.id, NULL, group.name);

    return STORE_OK;
}


static store_status_t
managers_out(store_view_t *view, const store_op_t *op, store_group_t *group)
{
    store_key_t      prefix;
    store_walk_t     walk;
    store_slice_t    key, value, taken = { (const uint8_t *) "taken", 5 };
    store_status_t   rc;
    store_manager_t  manager;

    store_key(&prefix, STORE_KEY_MANAGER);
    store_key_id(&prefix, &group->id);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        rc = store_decode(STORE_IS_manager, value, &manager);

        if (rc != STORE_OK || group->managers == 0) {
            return STORE_CORRUPT;
        }

        store_record_remove(view, STORE_IS_manager, &manager);
        group->managers--;
        (void) store_team_event(view, op, STORE_EVENT_GROUP_MANAGER,
                                &group->account, &group->id, &manager.user,
                                taken);
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


static store_status_t
members_out(store_view_t *view, store_group_t *group)
{
    uint32_t        steps;
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;
    store_member_t  member;

    store_key(&prefix, STORE_KEY_MEMBER);
    store_key_id(&prefix, &group->id);
    store_walk(&walk, &prefix);

    rc = STORE_NOT_FOUND;

    for (steps = 0; steps < STORE_LIMIT_STEPS; steps++) {
        rc = store_walk_next(view, &walk, &key, &value);

        if (rc != STORE_OK) {
            break;
        }

        rc = store_decode(STORE_IS_member, value, &member);

        if (rc != STORE_OK || group->members == 0) {
            return STORE_CORRUPT;
        }

        store_record_remove(view, STORE_IS_member, &member);
        group->members--;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


/* The group of the operation, and what is to be in it or not. */

static store_status_t
object_of(store_view_t *view, const store_op_t *op, store_group_t *group,
    store_id_t *object)
{
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_group, NULL, &op->in.group.group,
                          group);

    if (rc != STORE_OK) {
        return rc;
    }

    if ((group->kind == STORE_GROUP_USERS)
        != (op->in.group.device.len == 0))
    {
        return STORE_INVALID;
    }

    if (group->kind == STORE_GROUP_DEVICES) {
        return store_device_id(view->sha256, &group->account,
                               op->in.group.device, object)
               ? STORE_OK : STORE_INVALID;
    }

    *object = op->in.group.user;

    return user_of(view, op, group);
}


static store_status_t
user_of(store_view_t *view, const store_op_t *op, const store_group_t *group)
{
    store_user_t    user;
    store_status_t  rc;

    rc = store_record_get(view, STORE_IS_user, NULL, &op->in.group.user,
                          &user);

    return rc == STORE_OK && !store_id_equal(&user.account, &group->account)
           ? STORE_NOT_FOUND : rc;
}


static store_status_t
count(store_view_t *view, const store_id_t *object, uint32_t *n)
{
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_MEMBER_OF);
    store_key_id(&prefix, object);
    store_key_u8(&prefix, STORE_MEMBER_GROUP);
    store_walk(&walk, &prefix);

    *n = 0;

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {
        (*n)++;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}
