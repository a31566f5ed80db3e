/*
 * Keys: one byte of class, then fixed-width parts, integers big-endian, so
 * that keys of one class sort by their parts.  At most STORE_LIMIT_KEY bytes.
 * One of each class, 12-byte ids and 32-byte hashes shortened; the key of an
 * index has no value, or the id that it leads to:
 *
 *     01 736368656d61                               meta: "schema"
 *     10 00a1..ab                                   an account
 *     11 00a1..ab                                   a user
 *     12 00a1..ab                                   a session
 *     13 00a1..ab                                   a call
 *     14 00a1..ab 00b1..bb                          somebody in a call
 *     15 00a1..ab                                   an invitation
 *     16 31302e302e302e31                           media server "10.0.0.1"
 *     17 00a1..ab                                   an interaction
 *     18 00a1..ab 0000000000000001                  its first line
 *     19 00a1..ab                                   a task
 *     1a 00a1..ab                                   a team
 *     1b 00a1..ab                                   a group
 *     1c 00a1..ab 00b1..bb                          a member of it
 *     1d 00a1..ab 00b1..bb                          its manager
 *     1e 0000000000000400                           signed: event 1024
 *     1f 00a1..ab e3b0..55                          an answer, kept
 *     20 00a1..ab                                   a pass
 *     23 6e6f74696679                               told: "notify"
 *     40 61636d65                                   account "acme"
 *     41 00a1..ab 6f6c6761                          its user "olga"
 *     42 00a1..ab 00 0000018bcfe56800 00b1..bb      her session
 *     43 00a1..ab e3b0..55                          who came by a link
 *     44 00a1..ab 02 0000018bcfe56800 00b1..bb      a live call
 *     45 00a1..ab 00b1..bb                          a user in a call
 *     46 00a1..ab 0000018bcfe56800 00b1..bb         a call's link
 *     47 00a1..ab 0000018bcfe56800 00b1..bb         an inviter's link
 *     48 69642037                                   subject "id 7"
 *     49 00a1..ab                                   whom she assists
 *     4a 00a1..ab 0000018bcfe56800 00b1..bb         what she did
 *     4b 00a1..ab 0000018bcfe56800 00b1..bb         what was done
 *     4c 00a1..ab 00b1..bb 0000018bcfe56800 00c1..cb  somebody's task
 *     4d 00a1..ab 0000018bcfe56800 00b1..bb         a task she did
 *     4e 00a1..ab 0000018bcfe56800 00b1..bb         a task
 *     4f 00a1..ab 0000018bcfe56800 00b1..bb         what is paused
 *     50 0000018bcfe56800 13 00a1..ab               a call is due
 *     50 0000018bcfe56800 14 00a1..ab 00b1..bb      so is one in it
 *     50 0000018bcfe56800 1f 00a1..ab e3b0..55      an answer is
 *     51 00a1..ab 6669656c64                        team "field"
 *     52 00a1..ab 70756d7073                        group "pumps"
 *     53 00a1..ab 01 00b1..bb                       a user's team
 *     54 00a1..ab 00b1..bb                          a group she manages
 *     56 00a1..ab                                   a session's pass
 *     57 e3b0..55                                   a certificate
 *     58 0000018bcfe56800 00a1..ab                  a link to send
 *     5b 00a1..ab 6f6c6761 00 6f6c6761 00 00b1..bb  words of a name
 *     5c 00a1..ab 61676c6f 00 00b1..bb              one backwards
 *     5d 00a1..ab 6f6c6761 00 00b1..bb              a login or mail
 *     5e 00a1..ab 00b1..bb                          an owner's open call
 *     5f 00a1..ab 00b1..bb 00c1..cb                 a call she is in
 *     60 00a1..ab 00b1..bb 0102030405060708         connected, by worker
 *     61 0102030405060708 00a1..ab 00b1..bb         of a worker
 *     f0 0000000000000001                           the first event
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
