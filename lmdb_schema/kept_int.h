/*
 * A decision reads a session, its account and its user.  While no transaction
 * is committed these are the same bytes at the same place: what was decoded
 * is kept with the transaction id that it was read in, and holds for that id
 * alone.  Nothing that depends on the time is kept.
 */

#ifndef STORE_KEPT_INT_H
#define STORE_KEPT_INT_H

#include <lmdb_schema/view_int.h>

#define STORE_KEPT  128                /* sessions of one reading transaction */

typedef struct {
    store_id_t      id;                /* that was asked for */
    store_session_t session;
    store_account_t account;
    store_user_t    user;              /* of a user's session alone */
    bool            user_gone;         /* there is no such user any more */
} store_signed_t;

#pragma GCC visibility push(hidden)

/*
 * `*out` lives until the next call, or is `room` where nothing is kept.
 * STORE_NOT_FOUND: no such session; STORE_CORRUPT also for one without its
 * account.
 */
store_status_t store_signed(store_view_t *view, const store_id_t *id,
    store_signed_t *room, const store_signed_t **out) STORE_USE_RESULT;

/* The pages lie elsewhere now. */
void store_kept_forget(store_view_t *view);
void store_kept_free(store_view_t *view);

#pragma GCC visibility pop

#endif /* STORE_KEPT_INT_H */
