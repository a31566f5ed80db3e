/*
 * A scene: one call while a transition changes who is in it.  It keeps the
 * call's counters, the account's guest seats and what follows from a leaving
 * in step, and writes call and account once, when it is closed.
 */

#ifndef STORE_PRESENCE_INT_H
#define STORE_PRESENCE_INT_H

#include <lmdb_schema/op_int.h>

typedef struct {
    store_view_t     *view;
    const store_op_t *op;
    store_call_t      call;
    int64_t           seats;           /* taken less freed */
    store_slice_t     why;             /* detail of an event of no reason */
    bool              changed;
} store_scene_t;

#pragma GCC visibility push(hidden)

store_status_t store_scene_open(store_scene_t *scene, store_view_t *view,
    const store_op_t *op, const store_id_t *call) STORE_USE_RESULT;
store_status_t store_scene_close(store_scene_t *scene) STORE_USE_RESULT;

/* joining, present and away hold a place in the call (and a guest's seat). */
bool store_part_holds(const store_participant_t *part);

/* Why one more cannot take a place: CALL_FULL or NO_GUEST_SEAT, or NONE. */
store_reason_t store_scene_room(store_scene_t *scene,
    const store_participant_t *part, store_status_t *rc);

/* Whether the participant has all the connections that it may. */
bool store_over_sockets(const store_op_t *op,
    const store_participant_t *part);

/* Changes the state, counters and seat; the caller puts the participant. */
void store_scene_move(store_scene_t *scene, store_participant_t *part,
    store_part_state_t state);

/* Puts it and appends an event about it. */
uint64_t store_scene_put(store_scene_t *scene, store_participant_t *part,
    store_event_kind_t kind, store_reason_t reason, uint64_t cause);

/*
 * The participant leaves: connections forgotten, LEFT, and what follows: who
 * was bound to this inviter or owner is signed out, an empty call may end.
 */
store_status_t store_scene_leave(store_scene_t *scene,
    store_participant_t *part, store_reason_t reason, uint64_t cause)
    STORE_USE_RESULT;

/* joining ends without a connection: back to the state before it. */
store_status_t store_scene_unjoin(store_scene_t *scene,
    store_participant_t *part) STORE_USE_RESULT;

/* `n` connections went; without any left the participant is away for
   `grace`, or has left when there is none. */
store_status_t store_scene_detached(store_scene_t *scene,
    store_participant_t *part, uint32_t n, uint64_t grace) STORE_USE_RESULT;

/* A user is not in the call (any more): who may stay only while he is there
   is signed out. */
store_status_t store_scene_desert(store_scene_t *scene,
    const store_id_t *gone, uint64_t cause) STORE_USE_RESULT;

/* A user has been away for as long as whoever is bound to that user may be
   there alone: they are signed out, the user's own grace runs on. */
store_status_t store_scene_alone(store_scene_t *scene,
    store_participant_t *part) STORE_USE_RESULT;

/* What follows when somebody who held a place does so no more. */
store_status_t store_scene_after(store_scene_t *scene,
    const store_participant_t *part, uint64_t cause) STORE_USE_RESULT;

/* Ends the call: everybody in it left, its guest sessions over. */
store_status_t store_scene_finish(store_scene_t *scene,
    store_reason_t reason, uint64_t cause) STORE_USE_RESULT;

/* The call rings no more: accepted, declined or missed.  Nothing, and no
   event, when it did not ring. */
void store_scene_silence(store_scene_t *scene, store_event_kind_t kind);

/* The same of a user who was asked to come; the caller puts it. */
void store_part_silence(store_scene_t *scene, store_participant_t *part,
    store_event_kind_t kind);

/* How long `away` may last in this call. */
uint64_t store_scene_grace(const store_scene_t *scene);

/* ---- connections, counted per worker incarnation ------------------------ */

/* One more of a worker's; out.again: this operation did it before. */
store_status_t store_attach_add(store_view_t *view, store_op_t *op,
    const store_participant_t *part, const uint8_t incarnation[8])
    STORE_USE_RESULT;

/* One less; *n is how many went: 1, or 0 when there was none. */
store_status_t store_attach_sub(store_view_t *view, const store_op_t *op,
    const store_participant_t *part, const uint8_t incarnation[8],
    uint32_t *n) STORE_USE_RESULT;

/*
 * The oldest of all workers' counts no more: when it was opened, and where.
 * STORE_NOT_FOUND when of none is told when.
 */
store_status_t store_attach_oldest(store_view_t *view,
    const store_participant_t *part, uint64_t *opened,
    uint8_t incarnation[8]) STORE_USE_RESULT;

/* Whether it is a row's value. */
bool store_attach_row(store_slice_t value);

#define STORE_ATTACH_ROW    (4 + STORE_ID_LEN)

/* Removes the row whole; *n is the count it had. */
store_status_t store_attach_drop(store_view_t *view,
    const store_id_t *call, const store_id_t *participant,
    const uint8_t incarnation[8], uint32_t *n) STORE_USE_RESULT;

/* Removes every row of the participant. */
store_status_t store_attach_clear(store_view_t *view,
    const store_participant_t *part) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_PRESENCE_INT_H */
