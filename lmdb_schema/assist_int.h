/*
 * Assistance: the state of it lies in the agent's session, what came of it in
 * an interaction and its lines.  The three change together.
 */

#ifndef STORE_ASSIST_INT_H
#define STORE_ASSIST_INT_H

#include <lmdb_schema/op_int.h>

#pragma GCC visibility push(hidden)

/*
 * Takes the session out of assistance and pauses its interaction, if it is in
 * one.  The caller puts the session.  An interaction that is gone or does not
 * verify keeps nobody in assistance.
 */
void store_assist_end(store_view_t *view, const store_op_t *op,
    store_session_t *session, store_slice_t why);

void store_assist_clear(store_session_t *session);

/* Counts the time up to now and makes it paused; the caller puts it.  Time
   after `until` (0: none) does not count. */
void store_interaction_pause(const store_op_t *op,
    store_interaction_t *interaction, uint64_t until);

/* Appends a line; the caller puts the interaction. */
void store_interaction_write(store_view_t *view, const store_op_t *op,
    store_interaction_t *interaction, store_entry_kind_t kind,
    store_slice_t text);

/* An event of this operation about the interaction. */
void store_interaction_event(store_view_t *view, const store_op_t *op,
    const store_interaction_t *interaction, const store_id_t *session,
    store_event_kind_t kind, store_slice_t detail);

/*
 * The actor's session and its interaction.  STORE_REFUSED when the session
 * does not hold, STORE_NOT_FOUND when the interaction is another agent's or
 * there is none, STORE_INVALID when the actor is not the session's user.
 */
store_status_t store_assist_open(store_view_t *view, store_op_t *op,
    store_session_t *session, store_interaction_t *interaction)
    STORE_USE_RESULT;

/* The session alone. */
store_status_t store_assist_session(store_view_t *view, store_op_t *op,
    const store_id_t *id, store_session_t *session) STORE_USE_RESULT;

/* Puts a task of the subject, with an event; `session` may be zeroed. */
void store_task_put(store_view_t *view, const store_op_t *op,
    const store_session_t *session, store_task_t *task);

#pragma GCC visibility pop

#endif /* STORE_ASSIST_INT_H */
