/*
 * What tools do with a whole store: copy it, look at all of it, write it as
 * text and read it back, hold its log against what was signed.
 */

#ifndef STORE_TOOLS_H
#define STORE_TOOLS_H

#include <lmdb_schema/store.h>

#pragma GCC visibility push(hidden)


/* ---- looking ----------------------------------------------------------- */

/*
 * Looks at everything: each record decodes and stands under its key, each
 * index key belongs to a record and each record has its index keys, counters
 * agree with what they count, the log's chain is whole.  `finding` is called
 * with a sentence for each thing that is wrong (NUL-terminated, for its call
 * only); *findings is how many there were.
 */
typedef void (*store_finding_pt)(void *data, const char *text);

store_status_t store_check(store_txn_t *txn, store_finding_pt finding,
    void *data, uint64_t *findings) STORE_USE_RESULT;


/* ---- copies ------------------------------------------------------------ */

/*
 * Writes a whole, compact copy of the store as of now into the folder, which
 * is then a store itself; STORE_EXISTS when it holds one already.  Readers
 * and writers go on meanwhile.  Durable when it returns STORE_OK.
 */
store_status_t store_backup(store_env_t *env, const char *folder)
    STORE_USE_RESULT;

/*
 * Puts a compact copy in the place of the data file.  Nobody else may have
 * the store open: STORE_REFUSED otherwise, and nothing was done.  Whoever
 * opens it meanwhile waits.
 */
store_status_t store_compact(const char *folder) STORE_USE_RESULT;


/* ---- the log ----------------------------------------------------------- */

/* The newest event that was trimmed, 0 when none was: the log begins after
   it. */
store_status_t store_log_trimmed(store_txn_t *txn, uint64_t *seq)
    STORE_USE_RESULT;

/*
 * A checkpoint says what the log was up to an event: whoever keeps one
 * elsewhere sees whether the log was written anew.  The bytes that are
 * signed: "xassist-checkpoint-1", then sequence and time (big-endian), then
 * the hash of the event.
 */
#define STORE_CHECKPOINT_LEN  (20 + 8 + 8 + STORE_HASH_LEN)

/* STORE_CORRUPT when it has no hash of that length. */
store_status_t store_checkpoint_message(const store_checkpoint_t *checkpoint,
    uint8_t out[STORE_CHECKPOINT_LEN]) STORE_USE_RESULT;

/* The next one after event `after`; the newest one.  STORE_NOT_FOUND. */
store_status_t store_checkpoint_next(store_txn_t *txn, uint64_t after,
    store_checkpoint_t *out) STORE_USE_RESULT;
store_status_t store_checkpoint_last(store_txn_t *txn,
    store_checkpoint_t *out) STORE_USE_RESULT;

/* Whether the event of that sequence has that hash now.  STORE_NOT_FOUND:
   the log does not reach so far; STORE_TRIMMED: it is gone. */
store_status_t store_log_matches(store_txn_t *txn, uint64_t seq,
    store_slice_t hash, bool *matches) STORE_USE_RESULT;


/* ---- text -------------------------------------------------------------- */

/*
 * The store as text, a line per record in the order of their keys, without
 * what is derived from them; the same store gives the same text:
 *
 *     xassist-store 2
 *     row 01616e63686f72 000000000000002a9f86..0a08
 *     account id=00a1a2a3a4a5a6a7a8a9aaab name=acme users=1 created=1700..
 *     end 2
 *
 * Ids and bytes are hexadecimal; in texts a byte up to 20, 7f and '%' stands
 * as %XX.  What is zero or empty is left out.  `line` gets a line with its
 * newline, for its call only, and returns false to stop (STORE_IO then).
 */
typedef bool (*store_line_pt)(void *data, const char *line, size_t len);

store_status_t store_dump(store_txn_t *txn, store_line_pt line, void *data)
    STORE_USE_RESULT;

/*
 * Takes such lines into an empty store (STORE_EXISTS for another).  A commit
 * gives up the writer's lock; nothing is durable, and others do not open the
 * store, before store_load_end said STORE_OK: it puts the index keys, in
 * order, and says how many of them are put.  An error names what is wrong with
 * the line.
 */
typedef struct store_load_s store_load_t;

store_status_t store_load_new(store_env_t *env, store_load_t **load,
    store_error_t *error) STORE_USE_RESULT;
store_status_t store_load_line(store_load_t *load, const char *line,
    size_t len, store_error_t *error) STORE_USE_RESULT;
store_status_t store_load_commit(store_load_t *load) STORE_USE_RESULT;
store_status_t store_load_end(store_load_t *load,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data,
    store_error_t *error) STORE_USE_RESULT;
void store_load_free(store_load_t *load);

#pragma GCC visibility pop

#endif /* STORE_TOOLS_H */
