/*
 * Teams and the roles that come with them.  A user's record says what roles
 * the user holds in effect; every transition that changes what that follows
 * from writes it anew.
 */

#ifndef STORE_TEAM_INT_H
#define STORE_TEAM_INT_H

#include <lmdb_schema/op_int.h>

/* A user's teams, in the order of their ids, which is that of the roles. */
typedef struct {
    store_team_t teams[STORE_LIMIT_TEAMS + 1];
    size_t       n;
} store_teams_t;

/* The members of a team, with the roles that they will hold. */
typedef struct {
    store_id_t    user;
    store_slice_t roles;
} store_holder_t;

typedef struct {
    store_holder_t *holders;
    size_t          n;
} store_crowd_t;

#pragma GCC visibility push(hidden)

/* What the members of the team will hold once it is as given, or gone:
   nothing is written. */
store_status_t store_crowd_read(store_view_t *view, store_op_t *op,
    const store_team_t *team, bool gone, store_crowd_t *crowd)
    STORE_USE_RESULT;

/* Does it; `gone`: they are no members any more. */
store_status_t store_crowd_write(store_view_t *view, const store_op_t *op,
    const store_team_t *team, bool gone, uint64_t cause,
    const store_crowd_t *crowd) STORE_USE_RESULT;

/* STORE_CORRUPT when there are more than may be. */
store_status_t store_teams_read(store_view_t *view, const store_id_t *user,
    store_teams_t *out) STORE_USE_RESULT;

bool store_teams_have(const store_teams_t *teams, const store_id_t *team);

/* In place of the team of that id, or beside the others. */
void store_teams_with(store_teams_t *teams, const store_team_t *team);
void store_teams_without(store_teams_t *teams, const store_id_t *team);

/* The user's direct roles, that of the billing contact, and those of the
   teams, each once; false: longer than a list may be. */
bool store_roles_union(const store_user_t *user, const store_teams_t *teams,
    uint8_t buffer[STORE_LIMIT_ROLES], store_slice_t *roles);

/* The same in memory of the batch.  STORE_REFUSED: too long, or no seat is
   free for them; `taken` counts those that this operation takes already. */
store_status_t store_roles_of(store_view_t *view, store_op_t *op,
    const store_user_t *user, const store_teams_t *teams, uint32_t *taken,
    store_slice_t *roles) STORE_USE_RESULT;

/* Whether a list would give the role of the billing contact away. */
bool store_roles_billing(const store_op_t *op, store_slice_t roles);

/*
 * What becomes of an account with a new user: the first one is its billing
 * contact; with the second, an administrator is named.  Fills the user's
 * roles; the other user is written when that one is named.
 */
store_status_t store_user_first(store_view_t *view, store_op_t *op,
    store_account_t *account, store_user_t *user) STORE_USE_RESULT;

/* Gives the user the seat that the roles need, or takes it, and counts. */
void store_seat_count(store_view_t *view, const store_op_t *op,
    store_user_t *user);

/* Before the first account is put: whoever knows the policy counts by its
   terms from the first user on, and nothing has to be counted anew. */
void store_seats_begin(store_view_t *view, const store_op_t *op);

/* Roles were changed by who knows no policy: the seats are counted anew. */
void store_seats_stale(store_view_t *view);

/* Puts the user, with an event when these roles are others than so far. */
void store_user_hold(store_view_t *view, const store_op_t *op,
    store_user_t *user, store_slice_t roles, uint64_t cause);

/* An event about a user and a team or group (either may be NULL). */
uint64_t store_team_event(store_view_t *view, const store_op_t *op,
    store_event_kind_t kind, const store_id_t *account,
    const store_id_t *team, const store_id_t *user, store_slice_t detail);

/* A name that a list of names may hold. */
bool store_team_name_good(store_slice_t name);

/* The key that the object of a member has, for a device's name. */
bool store_device_id(store_sha256_pt sha256, const store_id_t *account,
    store_slice_t device, store_id_t *object);

/* The object is a member of the team or group. */
store_status_t store_member_find(store_view_t *view, const store_id_t *of,
    const store_id_t *object, store_member_t *out) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_TEAM_INT_H */
