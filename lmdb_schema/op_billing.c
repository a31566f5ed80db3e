/*
 * What an account has one of: its agent seats' limit, its billing contact,
 * and an administrator as soon as it has more than one user.
 */

#include <string.h>

#include <lmdb_schema/team_int.h>


static store_status_t account_seats(store_view_t *view, store_op_t *op);
static store_status_t account_billing(store_view_t *view, store_op_t *op);
static store_status_t held(store_view_t *view, store_op_t *op,
    store_user_t *user, store_slice_t billing, uint32_t *taken,
    store_slice_t *roles);
static store_status_t alone(store_view_t *view, const store_id_t *account,
    store_user_t *user);
static store_status_t named(store_view_t *view, store_op_t *op,
    store_user_t *other, store_user_t *user);
static store_status_t with_first(store_view_t *view, store_op_t *op,
    store_slice_t direct, store_slice_t *out);
static bool administers(const store_op_t *op, store_slice_t direct);


const store_transition_t  store_billing_ops[] = {
    { STORE_OP_ACCOUNT_SEATS, account_seats },
    { STORE_OP_ACCOUNT_BILLING, account_billing },
    { 0, NULL }
};


/* Never fewer than are in use: whom to take one from is not for us to say. */

static store_status_t
account_seats(store_view_t *view, store_op_t *op)
{
    uint32_t         limit;
    store_event_t    event;
    store_status_t   rc;
    store_account_t  account;

    limit = op->in.account_seats.limit;
    rc = store_record_get(view, STORE_IS_account, NULL,
                          &op->in.account_seats.account, &account);

    if (rc != STORE_OK) {
        return rc;
    }

    if (account.limit == limit) {
        op->out.again = true;
        return STORE_OK;
    }

    if (limit != 0 && limit < account.agents) {
        return store_refuse(op, STORE_REASON_NO_SEAT);
    }

    account.limit = limit;
    account.op = op->id;
    store_record_put(view, STORE_IS_account, &account);

    store_op_event(op, STORE_EVENT_ACCOUNT_SEATS, &account.id, &event);
    (void) store_log_add(view, &event);

    return STORE_OK;
}


static store_status_t
account_billing(store_view_t *view, store_op_t *op)
{
    uint32_t         taken = 0;
    uint64_t         cause;
    store_user_t     from, to;
    store_slice_t    role, roles, left, none = { NULL, 0 };
    store_event_t    event;
    store_status_t   rc;
    store_account_t  account;

    rc = store_record_get(view, STORE_IS_account, NULL,
                          &op->in.account_billing.account, &account);

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_user, NULL,
                              &op->in.account_billing.user, &to);
    }

    if (rc == STORE_OK && !store_id_equal(&to.account, &account.id)) {
        rc = STORE_NOT_FOUND;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    memset(&from, 0, sizeof(from));

    if (!store_id_none(&account.billing)) {
        rc = store_record_get(view, STORE_IS_user, NULL, &account.billing,
                              &from);

        if (rc != STORE_OK) {
            return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
        }
    }

    role = op->terms.known ? op->terms.billing : from.billing;

    if (store_id_equal(&account.billing, &to.id)
        && store_slice_equal(to.billing, role))
    {
        op->out.again = true;
        return STORE_OK;
    }

    left = none;
    rc = held(view, op, &to, role, &taken, &roles);

    if (rc == STORE_OK && !store_id_none(&from.id)
        && !store_id_equal(&from.id, &to.id))
    {
        rc = held(view, op, &from, none, &taken, &left);
    }

    if (rc != STORE_OK) {
        return rc;
    }

    account.billing = to.id;
    account.op = op->id;
    store_record_put(view, STORE_IS_account, &account);

    store_op_event(op, STORE_EVENT_ACCOUNT_BILLING, &account.id, &event);
    event.user = to.id;
    cause = store_log_add(view, &event);

    if (!store_id_none(&from.id) && !store_id_equal(&from.id, &to.id)) {
        store_user_hold(view, op, &from, left, cause);
    }

    store_user_hold(view, op, &to, roles, cause);

    return STORE_OK;
}


/* The user's roles, with that of the billing contact as given. */

static store_status_t
held(store_view_t *view, store_op_t *op, store_user_t *user,
    store_slice_t billing, uint32_t *taken, store_slice_t *roles)
{
    store_teams_t   teams;
    store_status_t  rc;

    rc = store_teams_read(view, &user->id, &teams);

    if (rc == STORE_OK) {
        user->billing = billing;
        rc = store_roles_of(view, op, user, &teams, taken, roles);
    }

    return rc;
}


store_status_t
store_user_first(store_view_t *view, store_op_t *op, store_account_t *account,
    store_user_t *user)
{
    uint32_t         taken = 0;
    store_user_t     other;
    store_slice_t    direct, roles;
    store_teams_t    none;
    store_status_t   rc;
    store_account_t  now;

    none.n = 0;
    memset(&other, 0, sizeof(other));

    if (store_roles_billing(op, user->direct)) {
        return store_refuse(op, STORE_REASON_ONE_BILLING_CONTACT);
    }

    if (account->users == 0 && op->terms.known) {
        account->billing = user->id;
        user->billing = op->terms.billing;
    }

    if (account->users == 1 && op->terms.known
        && op->terms.administrators.len != 0)
    {
        rc = alone(view, &account->id, &other);

        if (rc != STORE_OK) {
            return rc;
        }

        direct = other.direct;
        rc = named(view, op, &other, user);

        if (rc != STORE_OK) {
            return rc;
        }

        if (store_slice_equal(direct, other.direct)) {
            memset(&other.id, 0, sizeof(other.id));
        }
    }

    rc = STORE_OK;
    roles.len = 0;

    if (!store_id_none(&other.id)) {
        rc = held(view, op, &other, other.billing, &taken, &roles);
    }

    if (rc == STORE_OK) {
        rc = store_roles_of(view, op, user, &none, &taken, &user->roles);
    }

    if (rc == STORE_OK && !store_id_none(&other.id)) {
        store_user_hold(view, op, &other, roles, 0);

        /* it may have taken a seat */

        rc = store_record_get(view, STORE_IS_account, NULL, &user->account,
                              &now);
        account->agents = now.agents;
    }

    return rc;
}


/* The one user of an account. */

static store_status_t
alone(store_view_t *view, const store_id_t *account, store_user_t *user)
{
    store_id_t      id;
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_USER_NAME);
    store_key_id(&prefix, account);
    store_walk(&walk, &prefix);

    rc = store_walk_next(view, &walk, &key, &value);

    if (rc == STORE_OK && !store_key_tail(value, &id)) {
        rc = STORE_CORRUPT;
    }

    if (rc == STORE_OK) {
        rc = store_record_get(view, STORE_IS_user, NULL, &id, user);
    }

    return rc == STORE_NOT_FOUND ? STORE_CORRUPT : rc;
}


/* One of the two is an administrator, or is made one. */

static store_status_t
named(store_view_t *view, store_op_t *op, store_user_t *other,
    store_user_t *user)
{
    const store_id_t  *id = &op->in.user_create.administrator;

    if (store_id_none(id)) {
        return administers(op, other->direct) || administers(op, user->direct)
               ? STORE_OK
               : store_refuse(op, STORE_REASON_ADMINISTRATOR_REQUIRED);
    }

    if (store_id_equal(id, &user->id)) {
        return with_first(view, op, user->direct, &user->direct);
    }

    return store_id_equal(id, &other->id)
           ? with_first(view, op, other->direct, &other->direct)
           : STORE_NOT_FOUND;
}


/* A list and the first role of administrators. */

static store_status_t
with_first(store_view_t *view, store_op_t *op, store_slice_t direct,
    store_slice_t *out)
{
    uint8_t        *bytes;
    store_slice_t   words, first;

    if (administers(op, direct)) {
        return STORE_OK;
    }

    words = op->terms.administrators;
    (void) store_word_next(&words, &first);

    if (direct.len + first.len + 1 > STORE_LIMIT_ROLES) {
        return store_refuse(op, STORE_REASON_LIMIT_REACHED);
    }

    bytes = store_arena_take(view->arena, direct.len + first.len + 1);

    if (bytes == NULL) {
        return STORE_NO_MEMORY;
    }

    out->data = bytes;
    out->len = 0;

    if (direct.len != 0) {
        memcpy(bytes, direct.data, direct.len);
        bytes[direct.len] = ',';
        out->len = direct.len + 1;
    }

    memcpy(bytes + out->len, first.data, first.len);
    out->len += first.len;

    return STORE_OK;
}


static bool
administers(const store_op_t *op, store_slice_t direct)
{
    store_slice_t  word;

    while (store_word_next(&direct, &word)) {
        if (store_words_have(op->terms.administrators, word)) {
            return true;
        }
    }

    return false;
}
