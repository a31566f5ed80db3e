/*
 * A view: what a transition is written over.  It reads and writes keys and
 * values and says nothing of where they live (an LMDB transaction, a table in
 * memory, a recording for a fleet).  The functions below add records with
 * their derived indexes, walks, and the log.
 *
 * Writes are sticky: the first failure stays in `status`, later writes do
 * nothing, and whoever opened the view refuses to commit.  So a transition
 * checks what it reads, and writes in straight lines.
 */

#ifndef STORE_VIEW_INT_H
#define STORE_VIEW_INT_H

#include <lmdb_schema/arena_int.h>
#include <lmdb_schema/codec_int.h>
#include <lmdb_schema/key_int.h>
#include <lmdb_schema/store.h>
#include <lmdb_schema/tools.h>

typedef struct store_view_s store_view_t;
typedef struct store_kept_s store_kept_t;

/*
 * The place.  `get` and `next` give slices that live until the view is
 * closed.  `next` gives the first pair of the class of `from` whose key is
 * not below it, `last` the last pair of a class.  STORE_NOT_FOUND when there
 * is none.
 */
typedef struct {
    store_status_t (*get)(store_view_t *view, store_slice_t key,
        store_slice_t *value);
    store_status_t (*put)(store_view_t *view, store_slice_t key,
        store_slice_t value);
    store_status_t (*remove)(store_view_t *view, store_slice_t key);
    store_status_t (*next)(store_view_t *view, store_slice_t from,
        store_slice_t *key, store_slice_t *value);
    store_status_t (*last)(store_view_t *view, store_key_class_t key_class,
        store_slice_t *key, store_slice_t *value);
} store_place_t;

struct store_view_s {
    const store_place_t *place;
    store_arena_t       *arena;        /* NULL: reading only */
    store_sha256_pt      sha256;
    store_id_t           account;      /* records of others are not there */
    store_status_t       status;       /* first failure of a write */
    uint64_t             writes;       /* how many there were */
    uint64_t             log_seq;      /* newest event, once log_known */
    store_slice_t        log_value;
    bool                 log_known;
    uint64_t             snapshot;     /* transaction id while it is read of,
                                          0 where that does not say all */
    store_kept_t        *kept;         /* see kept_int.h */
};

typedef struct {
    store_key_t prefix;
    store_key_t from;
} store_walk_t;

#pragma GCC visibility push(hidden)

/* ---- raw ---------------------------------------------------------------- */

store_status_t store_view_get(store_view_t *view, const store_key_t *key,
    store_slice_t *value) STORE_USE_RESULT;
void store_view_put(store_view_t *view, const store_key_t *key,
    store_slice_t value);
void store_view_remove(store_view_t *view, const store_key_t *key);
void store_view_fail(store_view_t *view, store_status_t status);

/* Walks the keys that begin with `prefix`, or all, in order; what is put or
   removed on the way is seen.  STORE_NOT_FOUND at the end. */
void store_walk(store_walk_t *walk, const store_key_t *prefix);
void store_walk_all(store_walk_t *walk);
store_status_t store_walk_next(store_view_t *view, store_walk_t *walk,
    store_slice_t *key, store_slice_t *value) STORE_USE_RESULT;

/* ---- records ------------------------------------------------------------ */

store_status_t store_record_at(store_view_t *view, store_record_t record,
    const store_key_t *key, void *out) STORE_USE_RESULT;

/* By id; `call` is what a participant, a member or a manager is of, and NULL
   for every other record. */
store_status_t store_record_get(store_view_t *view, store_record_t record,
    const store_id_t *call, const store_id_t *id, void *out)
    STORE_USE_RESULT;

/* By the id that an index key's value holds. */
store_status_t store_record_by(store_view_t *view, store_record_t record,
    const store_id_t *call, const store_key_t *index, void *out)
    STORE_USE_RESULT;

/* Visits the records of the index keys that begin with `prefix`, whose ids
   are the values or, without any, end the keys; where a time follows it, those
   of `from` or later.  What is not there, or does not decode, is
   STORE_CORRUPT. */
store_status_t store_walk_ids(store_view_t *view, store_record_t record,
    const store_key_t *prefix, uint64_t from, store_visit_pt visit,
    void *data) STORE_USE_RESULT;

/* The same of records that themselves stand under keys that begin so. */
store_status_t store_walk_rows(store_view_t *view, store_record_t record,
    const store_key_t *prefix, store_visit_pt visit, void *data)
    STORE_USE_RESULT;

/* Both, where the prefix is what they are of. */
store_status_t store_walk_of(store_txn_t *txn, store_record_t record,
    store_key_class_t key_class, const store_id_t *of, uint64_t from,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_rows_of(store_txn_t *txn, store_record_t record,
    store_key_class_t key_class, const store_id_t *of, store_visit_pt visit,
    void *data) STORE_USE_RESULT;

/* By its name, in an account or (NULL) in all. */
store_status_t store_by_name(store_view_t *view, store_record_t record,
    store_key_class_t key_class, const store_id_t *account,
    store_slice_t name, void *out) STORE_USE_RESULT;

/* A user's participant in a call; a guest's session of an invitation, by the
   browser that it was redeemed in. */
store_status_t store_part_of(store_view_t *view, const store_id_t *call,
    const store_id_t *user, store_participant_t *out) STORE_USE_RESULT;
store_status_t store_session_by_browser(store_view_t *view,
    const store_id_t *invitation, const uint8_t browser[STORE_HASH_LEN],
    store_session_t *out) STORE_USE_RESULT;

/* Puts the record and moves its index keys from the old state to this. */
void store_record_put(store_view_t *view, store_record_t record,
    const void *in);

/* Takes the record out, with its index keys; `in` is as it was read. */
void store_record_remove(store_view_t *view, store_record_t record,
    const void *in);

/* ---- media servers ------------------------------------------------------ */

/* Keeps the counts of calls by server in step with a call's record; NULL: it
   was not there, or is there no more. */
void store_media_count(store_view_t *view, const store_call_t *before,
    const store_call_t *after);

/* The record of a server, zeroed but for its name when there is none. */
store_status_t store_media_find(store_view_t *view, store_slice_t name,
    store_media_t *out) STORE_USE_RESULT;

/* ---- derived keys ------------------------------------------------------- */

#define STORE_DERIVED_MAX  28

typedef struct {
    store_key_t key;
    store_id_t  id;
    bool        valued;                /* the key's value is `id` */
} store_derived_t;

void store_primary(store_record_t record, const void *in, store_key_t *key);

/* The record that stands under keys of that class; STORE_IS_end: none. */
store_record_t store_record_of(uint8_t key_class);

/* Whether keys of that class come from records alone. */
bool store_key_derived(uint8_t key_class);

/* The index keys that the record's state asks for; returns how many. */
size_t store_derive(store_record_t record, const void *in,
    store_sha256_pt sha256, store_derived_t out[STORE_DERIVED_MAX]);

/* ---- the log ------------------------------------------------------------ */

/* Appends an event: sets its sequence and the hash of the one before.
   Returns the sequence; failure is sticky. */
uint64_t store_log_add(store_view_t *view, store_event_t *event);

store_status_t store_log_read(store_view_t *view, uint64_t after,
    store_event_t *out) STORE_USE_RESULT;

/* *bad is the first sequence that does not follow, 0: none. */
store_status_t store_log_chain(store_view_t *view, store_sha256_pt sha256,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data,
    uint64_t *bad) STORE_USE_RESULT;

/* Where the log was cut: the newest event that is gone, and its hash.
   Sequence 0 when nothing is. */
typedef struct {
    uint64_t seq;
    uint8_t  hash[STORE_HASH_LEN];
} store_anchor_t;

store_status_t store_log_anchor(store_view_t *view, store_anchor_t *anchor)
    STORE_USE_RESULT;

/* Takes out events before that time, none after number `upto`, at most
   `*left` of them, never the newest; what is left of *left stays there. */
store_status_t store_log_trim(store_view_t *view, uint64_t before,
    uint64_t upto, uint32_t *left) STORE_USE_RESULT;

/* The newest event that somebody said he keeps elsewhere; 0: none. */
store_status_t store_log_exported(store_view_t *view, uint64_t *seq)
    STORE_USE_RESULT;

store_status_t store_log_newest(store_view_t *view, uint64_t *seq)
    STORE_USE_RESULT;

/* ---- the whole ---------------------------------------------------------- */

store_status_t store_view_check(store_view_t *view,
    store_finding_pt finding, void *data, uint64_t *findings)
    STORE_USE_RESULT;

/* ---- from transactions -------------------------------------------------- */

store_view_t *store_txn_view(store_txn_t *txn);

/* A write transaction; the view lives until committed or aborted. */
store_status_t store_write_begin(store_env_t *env, store_view_t **view)
    STORE_USE_RESULT;
store_status_t store_write_commit(store_env_t *env) STORE_USE_RESULT;
void store_write_abort(store_env_t *env);

#pragma GCC visibility pop

#endif /* STORE_VIEW_INT_H */
