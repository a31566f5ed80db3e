/* Roles that come with teams; what transitions of teams and groups share. */

#include <string.h>

#include <lmdb_schema/team_int.h>


#define DEVICE_MARK  0xff              /* no id of a record begins so */


static bool needs_seat(const store_op_t *op, store_slice_t roles);
static store_status_t seat_free(store_view_t *view, store_op_t *op,
    const store_user_t *user, store_slice_t roles, uint32_t *taken);


store_status_t
store_teams_read(store_view_t *view, const store_id_t *user,
    store_teams_t *out)
{
    store_id_t      id;
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    out->n = 0;

    store_key(&prefix, STORE_KEY_MEMBER_OF);
    store_key_id(&prefix, user);
    store_key_u8(&prefix, STORE_MEMBER_TEAM);
    store_walk(&walk, &prefix);

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (out->n == STORE_LIMIT_TEAMS || !store_key_tail(key, &id)) {
            return STORE_CORRUPT;
        }

        rc = store_record_get(view, STORE_IS_team, NULL, &id,
                              &out->teams[out->n]);

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
        }

        out->n++;
    }

    return rc == STORE_NOT_FOUND ? STORE_OK : rc;
}


bool
store_teams_have(const store_teams_t *teams, const store_id_t *team)
{
    size_t  i;

    for (i = 0; i < teams->n; i++) {
        if (store_id_equal(&teams->teams[i].id, team)) {
            return true;
        }
    }

    return false;
}


void
store_teams_with(store_teams_t *teams, const store_team_t *team)
{
    int     order;
    size_t  i;

    for (i = 0; i < teams->n; i++) {
        order = memcmp(teams->teams[i].id.b, team->id.b, STORE_ID_LEN);

        if (order == 0) {
            teams->teams[i] = *team;
            return;
        }

        if (order > 0) {
            break;
        }
    }

    memmove(&teams->teams[i + 1], &teams->teams[i],
            (teams->n - i) * sizeof(teams->teams[0]));
    teams->teams[i] = *team;
    teams->n++;
}


void
store_teams_without(store_teams_t *teams, const store_id_t *team)
{
    size_t  i;

    for (i = 0; i < teams->n; i++) {
        if (store_id_equal(&teams->teams[i].id, team)) {
            teams->n--;
            memmove(&teams->teams[i], &teams->teams[i + 1],
                    (teams->n - i) * sizeof(teams->teams[0]));
            return;
        }
    }
}


bool
store_roles_union(const store_user_t *user, const store_teams_t *teams,
    uint8_t buffer[STORE_LIMIT_ROLES], store_slice_t *roles)
{
    size_t  i, len;

    len = 0;

    if (!store_words_add(user->direct, buffer, STORE_LIMIT_ROLES, &len)
        || !store_words_add(user->billing, buffer, STORE_LIMIT_ROLES, &len))
    {
        return false;
    }

    for (i = 0; i < teams->n; i++) {
        if (!store_words_add(teams->teams[i].roles, buffer, STORE_LIMIT_ROLES,
                             &len))
        {
            return false;
        }
    }

    roles->data = buffer;
    roles->len = len;

    return true;
}


store_status_t
store_roles_of(store_view_t *view, store_op_t *op, const store_user_t *user,
    const store_teams_t *teams, uint32_t *taken, store_slice_t *roles)
{
    uint8_t         buffer[STORE_LIMIT_ROLES], *bytes;
    store_status_t  rc;

    if (!store_roles_union(user, teams, buffer, roles)) {
        return store_refuse(op, STORE_REASON_LIMIT_REACHED);
    }

    rc = seat_free(view, op, user, *roles, taken);

    if (rc != STORE_OK) {
        return rc;
    }

    if (roles->len == 0) {
        return STORE_OK;
    }

    bytes = store_arena_take(view->arena, roles->len);

    if (bytes == NULL) {
        return STORE_NO_MEMORY;
    }

    memcpy(bytes, buffer, roles->len);
    roles->data = bytes;

    return STORE_OK;
}


static bool
needs_seat(const store_op_t *op, store_slice_t roles)
{
    store_slice_t  word;

    while (store_word_next(&roles, &word)) {
        if (store_words_have(op->terms.seated, word)) {
            return true;
        }
    }

    return false;
}


static store_status_t
seat_free(store_view_t *view, store_op_t *op, const store_user_t *user,
    store_slice_t roles, uint32_t *taken)
{
    store_status_t   rc;
    store_account_t  account;

    if (!op->terms.known || user->seat || !needs_seat(op, roles)) {
        return STORE_OK;
    }

    rc = store_record_get(view, STORE_IS_account, NULL, &user->account,
                          &account);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
    }

    if (account.limit != 0
        && (uint64_t) account.agents + *taken >= account.limit)
    {
        return store_refuse(op, STORE_REASON_NO_SEAT);
    }

    (*taken)++;

    return STORE_OK;
}


void
store_seat_count(store_view_t *view, const store_op_t *op, store_user_t *user)
{
    bool             needs;
    store_status_t   rc;
    store_account_t  account;

    if (!op->terms.known) {
        store_seats_stale(view);
        return;
    }

    needs = needs_seat(op, user->roles);

    if (needs == (user->seat != 0)) {
        return;
    }

    rc = store_record_get(view, STORE_IS_account, NULL, &user->account,
                          &account);

    if (rc != STORE_OK) {
        store_view_fail(view, rc);
        return;
    }

    user->seat = needs;
    account.agents += needs ? 1 : UINT32_MAX;
    store_record_put(view, STORE_IS_account, &account);
}


bool
store_roles_billing(const store_op_t *op, store_slice_t roles)
{
    return op->terms.known && op->terms.billing.len != 0
           && store_words_have(roles, op->terms.billing);
}


void
store_user_hold(store_view_t *view, const store_op_t *op, store_user_t *user,
    store_slice_t roles, uint64_t cause)
{
    bool           changed;
    store_event_t  event;

    changed = !store_slice_equal(user->roles, roles);

    user->roles = roles;
    user->op = op->id;
    store_seat_count(view, op, user);
    store_record_put(view, STORE_IS_user, user);

    if (changed) {
        store_op_event(op, STORE_EVENT_USER_ROLES, &user->account, &event);
        event.user = user->id;
        event.detail = roles;
        event.cause = cause;
        (void) store_log_add(view, &event);
    }
}


uint64_t
store_team_event(store_view_t *view, const store_op_t *op,
    store_event_kind_t kind, const store_id_t *account,
    const store_id_t *team, const store_id_t *user, store_slice_t detail)
{
    store_event_t  event;

    store_op_event(op, kind, account, &event);

    event.team = *team;
    event.detail = detail;

    if (user != NULL) {
        event.user = *user;
    }

    return store_log_add(view, &event);
}


bool
store_team_name_good(store_slice_t name)
{
    return store_text_good(name, 1, STORE_LIMIT_NAME)
           && memchr(name.data, ',', name.len) == NULL;
}


bool
store_device_id(store_sha256_pt sha256, const store_id_t *account,
    store_slice_t device, store_id_t *object)
{
    uint8_t  text[STORE_ID_LEN + 4 * STORE_LIMIT_NAME];
    uint8_t  hash[STORE_HASH_LEN];

    if (sha256 == NULL || !store_text_good(device, 1, STORE_LIMIT_NAME)) {
        return false;
    }

    memcpy(text, account->b, STORE_ID_LEN);
    memcpy(text + STORE_ID_LEN, device.data, device.len);

    if (sha256(text, STORE_ID_LEN + device.len, hash) != 0) {
        return false;
    }

    memcpy(object->b, hash, STORE_ID_LEN);
    object->b[0] = DEVICE_MARK;

    return true;
}


store_status_t
store_member_find(store_view_t *view, const store_id_t *of,
    const store_id_t *object, store_member_t *out)
{
    return store_record_get(view, STORE_IS_member, of, object, out);
}
