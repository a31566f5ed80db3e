/*
 * Agent seats after an edit of the policy: a walk over the users gives each
 * the seat that the roles need by now, or takes it, and the billing contact
 * the role of that.  Nobody loses a role for want of a seat here: an account
 * may come to have more in use than its limit, and gives out none until it is
 * below.  What was counted, and how far, stands in `meta`.
 *
 *     01 "seats"   a1..b2             all are counted by the terms of that hash
 *     01 "seats"   a1..b2 03 00a1..ab it goes on from this user
 *     01 "seats"   00..00             somebody changed roles without terms
 */

#include <string.h>

#include <lmdb_schema/team_int.h>


#define SEATS  "seats"


/* The walk's row of `meta`. */
typedef struct {
    uint8_t        terms[STORE_HASH_LEN];
    store_cursor_t from;
} seats_t;


static store_status_t seats(store_view_t *view, store_op_t *op);
static store_status_t count(store_view_t *view, store_op_t *op,
    store_slice_t value);
static store_status_t billed(store_view_t *view, store_user_t *user,
    store_slice_t *roles);
static bool terms_hash(store_view_t *view, const store_op_t *op,
    uint8_t hash[STORE_HASH_LEN]);
static store_status_t read_row(store_view_t *view, seats_t *row);
static void write_row(store_view_t *view, const seats_t *row);
static void row_key(store_key_t *key);


const store_transition_t  store_seats_ops[] = {
    { STORE_OP_SEATS, seats },
    { 0, NULL }
};


static store_status_t
seats(store_view_t *view, store_op_t *op)
{
    uint8_t         hash[STORE_HASH_LEN];
    seats_t         row;
    uint32_t        left = op->in.seats.max;
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    if (!op->terms.known || !terms_hash(view, op, hash)) {
        return STORE_INVALID;
    }

    rc = read_row(view, &row);

    if (rc != STORE_OK) {
        return rc;
    }

    if (memcmp(row.terms, hash, sizeof(hash)) == 0) {
        if (row.from.len == 0) {
            op->out.again = true;
            return STORE_OK;
        }

    } else {
        memcpy(row.terms, hash, sizeof(hash));
        row.from.len = 0;
    }

    if (left == 0 || left > STORE_LIMIT_SWEEP) {
        left = STORE_LIMIT_SWEEP;
    }

    store_key(&prefix, STORE_KEY_USER);
    store_walk(&walk, &prefix);

    if (row.from.len != 0) {
        memcpy(walk.from.data, row.from.key, row.from.len);
        walk.from.len = row.from.len;
    }

    row.from.len = 0;

    while ((rc = store_walk_next(view, &walk, &key, &value)) == STORE_OK) {

        if (left-- == 0) {
            op->out.more = true;
            row.from.len = (uint8_t) key.len;
            memcpy(row.from.key, key.data, key.len);
            break;
        }

        rc = count(view, op, value);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    if (rc != STORE_OK && rc != STORE_NOT_FOUND) {
        return rc;
    }

    write_row(view, &row);

    return view->status;
}


/* What does not decode stays: `store check` names it. */

static store_status_t
count(store_view_t *view, store_op_t *op, store_slice_t value)
{
    uint8_t         was;
    store_user_t    user;
    store_event_t   event;
    store_slice_t   roles, detail;
    store_status_t  rc;

    if (store_decode(STORE_IS_user, value, &user) != STORE_OK) {
        return STORE_OK;
    }

    if (user.billing.len != 0
        && !store_slice_equal(user.billing, op->terms.billing))
    {
        user.billing = op->terms.billing;
        rc = billed(view, &user, &roles);

        if (rc == STORE_OK) {
            store_user_hold(view, op, &user, roles, 0);
        }

        return rc == STORE_OK ? view->status : rc;
    }

    was = user.seat;
    store_seat_count(view, op, &user);

    if (user.seat == was) {
        return view->status;
    }

    user.op = op->id;
    store_record_put(view, STORE_IS_user, &user);

    detail.data = (const uint8_t *) (user.seat ? "taken" : "given");
    detail.len = 5;

    store_op_event(op, STORE_EVENT_USER_SEAT, &user.account, &event);
    event.user = user.id;
    event.detail = detail;
    (void) store_log_add(view, &event);

    return view->status;
}


static store_status_t
billed(store_view_t *view, store_user_t *user, store_slice_t *roles)
{
    uint8_t         buffer[STORE_LIMIT_ROLES], *bytes;
    store_teams_t   teams;
    store_status_t  rc;

    rc = store_teams_read(view, &user->id, &teams);

    if (rc != STORE_OK) {
        return rc;
    }

    /* Longer than a list may be: without it, rather than never. */

    if (!store_roles_union(user, &teams, buffer, roles)) {
        user->billing.len = 0;

        if (!store_roles_union(user, &teams, buffer, roles)) {
            return STORE_CORRUPT;
        }
    }

    bytes = store_arena_take(view->arena, roles->len + 1);

    if (bytes == NULL) {
        return STORE_NO_MEMORY;
    }

    memcpy(bytes, buffer, roles->len);
    roles->data = bytes;

    return STORE_OK;
}


store_status_t
store_seats_due(store_txn_t *txn, const store_op_t *op, bool *due)
{
    uint8_t         hash[STORE_HASH_LEN];
    seats_t         row;
    store_status_t  rc;

    *due = false;
    rc = read_row(store_txn_view(txn), &row);

    if (rc == STORE_OK && !terms_hash(store_txn_view(txn), op, hash)) {
        rc = STORE_INVALID;
    }

    if (rc == STORE_OK) {
        *due = row.from.len != 0
               || memcmp(row.terms, hash, sizeof(hash)) != 0;
    }

    return rc;
}


void
store_seats_begin(store_view_t *view, const store_op_t *op)
{
    seats_t         row;
    store_key_t     prefix;
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    store_key(&prefix, STORE_KEY_ACCOUNT);
    store_walk(&walk, &prefix);
    rc = store_walk_next(view, &walk, &key, &value);

    if (rc == STORE_OK || !op->terms.known) {
        return;
    }

    memset(&row, 0, sizeof(row));

    if (rc != STORE_NOT_FOUND) {
        store_view_fail(view, rc);

    } else if (terms_hash(view, op, row.terms)) {
        write_row(view, &row);
    }
}


void
store_seats_stale(store_view_t *view)
{
    seats_t         row, stale;
    store_status_t  rc;

    memset(&stale, 0, sizeof(stale));
    rc = read_row(view, &row);

    if (rc != STORE_OK) {
        store_view_fail(view, rc);

    } else if (row.from.len != 0
               || memcmp(row.terms, stale.terms, sizeof(row.terms)) != 0)
    {
        write_row(view, &stale);
    }
}


/* Of what the walk looks at: another list of administrators changes nothing. */

static bool
terms_hash(store_view_t *view, const store_op_t *op,
    uint8_t hash[STORE_HASH_LEN])
{
    uint8_t  both[2 * STORE_HASH_LEN];

    return view->sha256 != NULL
           && view->sha256(op->terms.seated.data, op->terms.seated.len, both)
              == 0
           && view->sha256(op->terms.billing.data, op->terms.billing.len,
                           both + STORE_HASH_LEN)
              == 0
           && view->sha256(both, sizeof(both), hash) == 0;
}


static store_status_t
read_row(store_view_t *view, seats_t *row)
{
    store_key_t     key;
    store_slice_t   value;
    store_status_t  rc;

    memset(row, 0, sizeof(*row));
    row_key(&key);
    rc = store_view_get(view, &key, &value);

    if (rc != STORE_OK) {
        return rc == STORE_NOT_FOUND ? STORE_OK : rc;
    }

    if (value.len < STORE_HASH_LEN
        || value.len > STORE_HASH_LEN + STORE_LIMIT_KEY)
    {
        return STORE_CORRUPT;
    }

    memcpy(row->terms, value.data, STORE_HASH_LEN);
    row->from.len = (uint8_t) (value.len - STORE_HASH_LEN);
    memcpy(row->from.key, value.data + STORE_HASH_LEN, row->from.len);

    return STORE_OK;
}


static void
write_row(store_view_t *view, const seats_t *row)
{
    uint8_t        bytes[STORE_HASH_LEN + STORE_LIMIT_KEY];
    store_key_t    key;
    store_slice_t  value = { bytes, STORE_HASH_LEN };

    memcpy(bytes, row->terms, STORE_HASH_LEN);
    memcpy(bytes + STORE_HASH_LEN, row->from.key, row->from.len);
    value.len += row->from.len;

    row_key(&key);
    store_view_put(view, &key, value);
}


static void
row_key(store_key_t *key)
{
    store_key(key, STORE_KEY_META);
    store_key_bytes(key, SEATS, strlen(SEATS));
}
