/*
 * Keys: one byte of class, then fixed-width parts, integers big-endian, so
 * that keys of one class sort by their parts.  At most STORE_LIMIT_KEY bytes.
 *
 *     13 00a1a2a3a4a5a6a7a8a9aaab              the call of that id
 *     50 0000018bcfe56800 13 00a1..ab          that call is due then
 */

#ifndef STORE_KEY_INT_H
#define STORE_KEY_INT_H

#include <lmdb_schema/limits.h>
#include <lmdb_schema/store.h>

/*
 * Stored, never reused.  Records first, then what is derived from them, then
 * rows of their own.  The log is last in the tree, so that it grows by
 * appending.
 */
typedef enum {
    STORE_KEY_META            = 0x01,  /* word; 02 is LMDB's: names of tables */

    STORE_KEY_ACCOUNT         = 0x10,  /* id */
    STORE_KEY_USER            = 0x11,  /* id */
    STORE_KEY_SESSION         = 0x12,  /* id */
    STORE_KEY_CALL            = 0x13,  /* id */
    STORE_KEY_PARTICIPANT     = 0x14,  /* call, id */
    STORE_KEY_INVITATION      = 0x15,  /* id */
    STORE_KEY_MEDIA           = 0x16,  /* name */
    STORE_KEY_INTERACTION     = 0x17,  /* id */
    STORE_KEY_ENTRY           = 0x18,  /* interaction, sequence */
    STORE_KEY_TASK            = 0x19,  /* id */
    STORE_KEY_TEAM            = 0x1a,  /* id */
    STORE_KEY_GROUP           = 0x1b,  /* id */
    STORE_KEY_MEMBER          = 0x1c,  /* team or group, object */
    STORE_KEY_MANAGER         = 0x1d,  /* group, user */
    STORE_KEY_TOLD            = 0x23,  /* name */
    STORE_KEY_CHECKPOINT      = 0x1e,  /* sequence */
    STORE_KEY_ANSWER          = 0x1f,  /* principal, SHA-256 of the key */
    STORE_KEY_PASS            = 0x20,  /* id */

    STORE_KEY_ACCOUNT_NAME    = 0x40,  /* name -> id */
    STORE_KEY_USER_NAME       = 0x41,  /* account, name -> id */
    STORE_KEY_SESSION_USER    = 0x42,  /* user, ended 0/1, created, id */
    STORE_KEY_SESSION_BROWSER = 0x43,  /* invitation, browser -> id */
    STORE_KEY_CALL_STATE      = 0x44,  /* account, state, created, id */
    STORE_KEY_PARTICIPANT_OF  = 0x45,  /* call, user -> id */
    STORE_KEY_INVITATION_CALL = 0x46,  /* call, created, id */
    STORE_KEY_INVITATION_BY   = 0x47,  /* inviter, created, id */
    STORE_KEY_USER_SUBJECT    = 0x48,  /* subject -> id */
    STORE_KEY_INTERACTION_NOW = 0x49,  /* agent -> id of the active one */
    STORE_KEY_INTERACTION_BY  = 0x4a,  /* agent, started, id */
    STORE_KEY_INTERACTION_IN  = 0x4b,  /* account, started, id */
    STORE_KEY_TASK_OF         = 0x4c,  /* account, subject, time, id */
    STORE_KEY_TASK_BY         = 0x4d,  /* actor, time, id */
    STORE_KEY_TASK_IN         = 0x4e,  /* account, time, id */
    STORE_KEY_INTERACTION_PAUSED = 0x4f,  /* agent, started, id */
    STORE_KEY_DUE             = 0x50,  /* time, class, id [, id] */
    STORE_KEY_TEAM_NAME       = 0x51,  /* account, name -> id */
    STORE_KEY_GROUP_NAME      = 0x52,  /* account, name -> id */
    STORE_KEY_MEMBER_OF       = 0x53,  /* object, kind, team or group */
    STORE_KEY_MANAGES         = 0x54,  /* user, group */
    STORE_KEY_PASS_SESSION    = 0x56,  /* session -> id of the newest */
    STORE_KEY_INVITATION_SEND = 0x58,  /* time, id */
    STORE_KEY_SESSION_CERT    = 0x57,  /* SHA-256 of a certificate -> id */

    STORE_KEY_USER_WORDS      = 0x5b,  /* account, word, 0, word, 0, id */
    STORE_KEY_USER_BACK       = 0x5c,  /* account, word backwards, 0, id */
    STORE_KEY_USER_TERM       = 0x5d,  /* account, term, 0, id */
    STORE_KEY_CALL_OWNER      = 0x5e,  /* owner, id: not ended */
    STORE_KEY_PARTICIPANT_BY  = 0x5f,  /* user, call, id: not left */

    STORE_KEY_ATTACH          = 0x60,  /* call, participant, incarnation */
    STORE_KEY_ATTACH_OF       = 0x61,  /* incarnation, call, participant */

    STORE_KEY_EVENT           = 0xf0   /* sequence */
} store_key_class_t;

/* One byte more than a key may have: a walk seeks to "key, then 00". */
typedef struct {
    size_t  len;                       /* over the limit: not a key */
    uint8_t data[STORE_LIMIT_KEY + 1];
} store_key_t;

#pragma GCC visibility push(hidden)

/* Built part by part; parts beyond the limit spoil the key. */
void store_key(store_key_t *key, store_key_class_t key_class);
void store_key_u8(store_key_t *key, uint8_t v);
void store_key_u64(store_key_t *key, uint64_t v);
void store_key_bytes(store_key_t *key, const void *data, size_t len);
void store_key_id(store_key_t *key, const store_id_t *id);

/* A text that may be longer than a key: as it is up to 45 bytes, else its
   first 14 and its SHA-256.  Without `sha256` a long one spoils the key. */
void store_key_name(store_key_t *key, store_slice_t name,
    store_sha256_pt sha256);

bool store_key_good(const store_key_t *key);
store_slice_t store_key_slice(const store_key_t *key);
bool store_key_prefix(const store_key_t *prefix, store_slice_t key);

/* The id that a key ends with. */
bool store_key_tail(store_slice_t key, store_id_t *id);

#pragma GCC visibility pop

#endif /* STORE_KEY_INT_H */
