/*
 * lmdb_schema: who may do what now.  Records, transitions and the log.
 *
 * This library says WHO: accounts, users, sessions, calls, participants and
 * invitations, and what state each is in.  It knows neither the policy nor
 * nginx.  Terms (validity, uses, binding) are decided by the caller, written
 * into the record when it is made, and enforced here by state alone.
 *
 * Conventions.  Times are u64 milliseconds UTC and always come from the
 * caller.  Text and bytes are slices.  Slices returned by a read point into
 * the map and live until the read transaction is reset; slices given in with
 * an operation must live until store_apply has returned.  Nothing here logs.
 */

#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lmdb_schema/limits.h>

#pragma GCC visibility push(hidden)


/* ---- status and reasons ------------------------------------------------ */

typedef enum {
    STORE_OK = 0,
    STORE_REFUSED,         /* the state forbids it; the reason says why */
    STORE_NOT_FOUND,
    STORE_EXISTS,          /* an id or a unique name is taken */
    STORE_INVALID,         /* an argument or a record over its limits */
    STORE_TRIMMED,         /* the log no longer reaches back that far */
    STORE_FULL,            /* map or disk; reads go on */
    STORE_READERS,         /* out of reader slots */
    STORE_RESIZED,         /* another process grew the map; reopen */
    STORE_NEWER,           /* written by a newer schema */
    STORE_CORRUPT,         /* a record, index or page does not verify */
    STORE_DENIED,          /* permissions of the files; read-only store */
    STORE_IO,
    STORE_NO_MEMORY
} store_status_t;

#define STORE_USE_RESULT  __attribute__((warn_unused_result))

const char *store_status_text(store_status_t status);

/* What went wrong and where, for one log line; NUL-terminated. */
typedef struct {
    store_status_t code;
    char           text[256];
} store_error_t;

/*
 * Why a state forbids something.  In the order in which they are given when
 * several hold (DESIGN: section 6).  store_reason_name gives the code used
 * everywhere else ("unknown_link", "withdrawn", ...).
 */
typedef enum {
    STORE_REASON_NONE = 0,
    STORE_REASON_UNKNOWN_LINK,
    STORE_REASON_WITHDRAWN,
    STORE_REASON_EXPIRED,
    STORE_REASON_NOT_YET,
    STORE_REASON_CALL_ENDED,
    STORE_REASON_INVITER_LEFT,
    STORE_REASON_REMOVED,
    STORE_REASON_USED,
    STORE_REASON_TERMS_REQUIRED,
    STORE_REASON_CALL_FULL,
    STORE_REASON_NO_GUEST_SEAT,
    STORE_REASON_SIGNED_OUT,           /* session absent, revoked, expired */
    STORE_REASON_IDLE,
    STORE_REASON_SUSPENDED,            /* user or account */
    STORE_REASON_TOO_MANY,             /* sockets */
    STORE_REASON_CHANNEL_NOT_ALLOWED,
    STORE_REASON_NOT_A_MEMBER,         /* of that call */
    STORE_REASON_KEY_REUSED,           /* Idempotency-Key, another request */
    STORE_REASON_ASSISTANCE_ENDED,     /* closed, or no more of this agent */
    STORE_REASON_LIMIT_REACHED,        /* of limits.h: members, teams ... */
    STORE_REASON_NO_SEAT,              /* no agent seat is free */
    STORE_REASON_ADMINISTRATOR_REQUIRED,  /* of who is no longer alone */
    STORE_REASON_ONE_BILLING_CONTACT,  /* moved, never given or taken */
    STORE_REASONS
} store_reason_t;

const char *store_reason_name(store_reason_t reason);


/* ---- values ------------------------------------------------------------ */

#define STORE_ID_LEN    12             /* byte 0: the cell, 0; then random */
#define STORE_HASH_LEN  32

typedef struct {
    uint8_t b[STORE_ID_LEN];
} store_id_t;

typedef struct {
    const uint8_t *data;
    size_t         len;
} store_slice_t;

bool store_id_equal(const store_id_t *a, const store_id_t *b);
bool store_id_none(const store_id_t *id);       /* all zero: no id */

/* The host supplies SHA-256; returns 0, or -1 on failure. */
typedef int (*store_sha256_pt)(const void *data, size_t len,
    uint8_t out[STORE_HASH_LEN]);

typedef enum {
    STORE_KIND_USER = 1,               /* policy: regular */
    STORE_KIND_GUEST = 2,
    STORE_KIND_EXTERNAL = 3,
    STORE_KIND_SERVICE = 4
} store_kind_t;

typedef enum {
    STORE_CALL_CONFERENCE = 1,
    STORE_CALL_SERVICE = 2             /* made by a service request */
} store_call_kind_t;

typedef enum {
    STORE_CALL_OPEN = 1, STORE_CALL_LIVE = 2, STORE_CALL_ENDED = 3
} store_call_state_t;

typedef enum {
    STORE_PART_INVITED = 1, STORE_PART_JOINING = 2, STORE_PART_PRESENT = 3,
    STORE_PART_AWAY = 4, STORE_PART_LEFT = 5, STORE_PART_REMOVED = 6
} store_part_state_t;

typedef enum {
    STORE_INV_UNUSED = 1, STORE_INV_REDEEMED = 2, STORE_INV_USED = 3,
    STORE_INV_WITHDRAWN = 4, STORE_INV_EXPIRED = 5, STORE_INV_DEAD = 6
} store_inv_state_t;

typedef enum {
    STORE_INV_CONFERENCE = 1, STORE_INV_SERVICE_REQUEST = 2,
    STORE_INV_EXTERNAL = 3
} store_inv_kind_t;

typedef enum {
    STORE_INTERACTION_ACTIVE = 1, STORE_INTERACTION_PAUSED = 2,
    STORE_INTERACTION_CLOSED = 3
} store_interaction_state_t;

typedef enum {
    STORE_CHANNEL_PHONE = 1, STORE_CHANNEL_EMAIL, STORE_CHANNEL_FACE,
    STORE_CHANNEL_LETTER, STORE_CHANNEL_SOCIAL, STORE_CHANNEL_CHAT,
    STORE_CHANNEL_OTHER,
    STORE_CHANNELS
} store_channel_t;

typedef enum {
    STORE_OUTCOME_UNKNOWN = 0, STORE_OUTCOME_RESOLVED,
    STORE_OUTCOME_UNRESOLVED,
    STORE_OUTCOMES
} store_outcome_t;

typedef enum {
    STORE_ENTRY_STARTED = 1, STORE_ENTRY_PAUSED, STORE_ENTRY_RESUMED,
    STORE_ENTRY_NOTE, STORE_ENTRY_REASSIGNED, STORE_ENTRY_CLOSED,
    STORE_ENTRIES
} store_entry_kind_t;

typedef enum {
    STORE_GROUP_USERS = 1, STORE_GROUP_DEVICES = 2
} store_group_kind_t;

typedef enum {
    STORE_MEMBER_TEAM = 1, STORE_MEMBER_GROUP = 2
} store_member_kind_t;

typedef enum {
    STORE_TASK_DONE = 1, STORE_TASK_SAVED, STORE_TASK_SUBMITTED,
    STORE_TASKS
} store_task_kind_t;

typedef enum {
    STORE_PASS_CARD = 1,               /* signs a user in on one more device */
    STORE_PASS_TRANSFER                /* takes a guest to another device */
} store_pass_purpose_t;

typedef enum {
    STORE_DELIVERY_NONE = 0,           /* by its inviter */
    STORE_DELIVERY_QUEUED, STORE_DELIVERY_DELIVERED, STORE_DELIVERY_FAILED
} store_delivery_t;

/* The subject of assistance for somebody without an account: a value of its
   own, never the id of a user and never none. */
extern const store_id_t store_anonymous;

/* Words of the enums above, by value from 1 (outcomes from 0); each list ends
   with NULL. */
extern const char *const store_interaction_state_names[];
extern const char *const store_channel_names[];
extern const char *const store_outcome_names[];
extern const char *const store_entry_kind_names[];
extern const char *const store_task_kind_names[];
extern const char *const store_delivery_names[];

/* "open", "present", "withdrawn", ...: the words of DESIGN section 6. */
const char *store_call_state_name(store_call_state_t state);
const char *store_part_state_name(store_part_state_t state);
const char *store_inv_state_name(store_inv_state_t state);
const char *store_pass_purpose_name(store_pass_purpose_t purpose);


/* ---- records ----------------------------------------------------------- */

/*
 * Each record is declared once, field by field, in record.def; these structs
 * and their codec come from that table.  `rest` holds fields with tags that
 * this version does not know; they survive a read-modify-write.
 */
#define STORE_T_U8     uint8_t
#define STORE_T_U32    uint32_t
#define STORE_T_U64    uint64_t
#define STORE_T_ID     store_id_t
#define STORE_T_TEXT   store_slice_t   /* UTF-8 */
#define STORE_T_BYTES  store_slice_t

#define STORE_RECORD(name, number, text)  typedef struct {
#define STORE_FIELD(name, tag, type, member, since, text) \
    STORE_T_##type member;
#define STORE_END(name)  store_slice_t rest; } store_##name##_t;
#include "record.def"
#undef STORE_RECORD
#undef STORE_FIELD
#undef STORE_END


/* ---- environment ------------------------------------------------------- */

typedef struct store_env_s store_env_t;
typedef struct store_txn_s store_txn_t;

typedef struct {
    const char      *path;             /* a folder, NUL-terminated */
    uint64_t         max;              /* map size in bytes; 0: 64 GiB */
    store_sha256_pt  sha256;
    bool             create;           /* make the files when absent */
    bool             read_only;        /* tools; writes give STORE_DENIED */
} store_options_t;

/*
 * Opens the store: per process, after fork (an LMDB environment must not
 * cross a fork, nor be opened twice in one process).  Checks the schema
 * version in `meta`; never empties or replaces what it cannot open.
 */
store_status_t store_open(const store_options_t *options, store_env_t **env,
    store_error_t *error) STORE_USE_RESULT;
void store_close(store_env_t *env);

/*
 * After STORE_RESIZED: takes over the size that the other process gave the
 * map.  No thread of this process may be within a transaction; read ones
 * that are reset stay good.
 */
store_status_t store_adopt_size(store_env_t *env) STORE_USE_RESULT;

/* LMDB's last transaction id: moves with each commit of any process.  A few
   nanoseconds; any thread. */
uint64_t store_txnid(store_env_t *env);

/* NUL-terminated path of the file whose modification tells of a commit. */
const char *store_data_file(store_env_t *env);

typedef struct {
    uint64_t txnid;
    uint64_t map_bytes;                /* address space */
    uint64_t used_bytes;               /* pages in use times page size */
    uint64_t log_last;                 /* sequence of the newest event */
    uint64_t entries;                  /* keys of all kinds */
    uint32_t readers;
    uint32_t readers_max;
} store_stat_t;

store_status_t store_stat(store_env_t *env, store_stat_t *out)
    STORE_USE_RESULT;


/* ---- reading ----------------------------------------------------------- */

/*
 * One read transaction per process, made once, renewed at the start of an
 * evaluation and reset at its end (an open one pins old pages).  Event thread
 * only.
 */
store_status_t store_read_new(store_env_t *env, store_txn_t **txn)
    STORE_USE_RESULT;
store_status_t store_read_renew(store_txn_t *txn) STORE_USE_RESULT;
void store_read_reset(store_txn_t *txn);

/* The transaction id that a renewed read sees.  A moment after a commit it
   may still be the one before, when store_txnid moved already. */
uint64_t store_read_txnid(store_txn_t *txn);
void store_read_free(store_txn_t *txn);

store_status_t store_account_get(store_txn_t *txn, const store_id_t *id,
    store_account_t *out) STORE_USE_RESULT;
store_status_t store_user_get(store_txn_t *txn, const store_id_t *id,
    store_user_t *out) STORE_USE_RESULT;
/* By "ISSUER SUBJECT", one blank between them. */
store_status_t store_user_by_subject(store_txn_t *txn, store_slice_t subject,
    store_user_t *out) STORE_USE_RESULT;
/* By login name within an account. */
store_status_t store_user_by_name(store_txn_t *txn, const store_id_t *account,
    store_slice_t name, store_user_t *out) STORE_USE_RESULT;
store_status_t store_account_by_name(store_txn_t *txn, store_slice_t name,
    store_account_t *out) STORE_USE_RESULT;
store_status_t store_session_get(store_txn_t *txn, const store_id_t *id,
    store_session_t *out) STORE_USE_RESULT;
store_status_t store_call_get(store_txn_t *txn, const store_id_t *id,
    store_call_t *out) STORE_USE_RESULT;
store_status_t store_participant_get(store_txn_t *txn, const store_id_t *call,
    const store_id_t *participant, store_participant_t *out)
    STORE_USE_RESULT;
/* Zeroed but for its name when the server has no calls and is not drained. */
store_status_t store_media_get(store_txn_t *txn, store_slice_t name,
    store_media_t *out) STORE_USE_RESULT;
store_status_t store_invitation_get(store_txn_t *txn, const store_id_t *id,
    store_invitation_t *out) STORE_USE_RESULT;

/*
 * Walks.  `visit` returns false to stop; the record it is given lives until
 * it returns.  A walk ends with STORE_OK at the end or when stopped.
 */
typedef bool (*store_visit_pt)(void *data, const void *record);

store_status_t store_calls(store_txn_t *txn, const store_id_t *account,
    store_call_state_t state, store_visit_pt visit, void *data)
    STORE_USE_RESULT;
/* The same of calls made at `from` or later. */
store_status_t store_calls_from(store_txn_t *txn, const store_id_t *account,
    store_call_state_t state, uint64_t from, store_visit_pt visit, void *data)
    STORE_USE_RESULT;
store_status_t store_participants(store_txn_t *txn, const store_id_t *call,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_invitations(store_txn_t *txn, const store_id_t *call,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
/* Those of an inviter, made at `from` or later. */
store_status_t store_invitations_by(store_txn_t *txn,
    const store_id_t *inviter, uint64_t from, store_visit_pt visit,
    void *data) STORE_USE_RESULT;
store_status_t store_sessions(store_txn_t *txn, const store_id_t *user,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
/* The API keys of an account's services: sessions of kind SERVICE. */
store_status_t store_services(store_txn_t *txn, const store_id_t *account,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
/* The service whose certificate has this SHA-256. */
store_status_t store_service_by_certificate(store_txn_t *txn,
    const uint8_t certificate[STORE_HASH_LEN], store_session_t *out)
    STORE_USE_RESULT;
store_status_t store_users(store_txn_t *txn, const store_id_t *account,
    store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_accounts(store_txn_t *txn, store_visit_pt visit,
    void *data) STORE_USE_RESULT;

/* Invitations that another system is to send, the most urgent first. */
store_status_t store_deliveries(store_txn_t *txn, store_visit_pt visit,
    void *data) STORE_USE_RESULT;

/* Up to which event a system was told; STORE_NOT_FOUND: of none yet. */
store_status_t store_told(store_txn_t *txn, store_slice_t name,
    uint64_t *seq) STORE_USE_RESULT;

/* Servers with calls, and drained ones. */
store_status_t store_media(store_txn_t *txn, store_visit_pt visit,
    void *data) STORE_USE_RESULT;

/*
 * Interactions: by id; the one that is active of an agent, STORE_NOT_FOUND
 * when there is none; those of an agent, its paused ones, or those of an
 * account, begun at `from` or later, oldest first; the lines of one.
 */
store_status_t store_interaction_get(store_txn_t *txn, const store_id_t *id,
    store_interaction_t *out) STORE_USE_RESULT;
store_status_t store_interaction_active(store_txn_t *txn,
    const store_id_t *agent, store_interaction_t *out) STORE_USE_RESULT;
store_status_t store_interactions_by(store_txn_t *txn,
    const store_id_t *agent, uint64_t from, store_visit_pt visit, void *data)
    STORE_USE_RESULT;
store_status_t store_interactions_paused(store_txn_t *txn,
    const store_id_t *agent, uint64_t from, store_visit_pt visit, void *data)
    STORE_USE_RESULT;
store_status_t store_interactions_in(store_txn_t *txn,
    const store_id_t *account, uint64_t from, store_visit_pt visit,
    void *data) STORE_USE_RESULT;
store_status_t store_entries(store_txn_t *txn, const store_id_t *interaction,
    store_visit_pt visit, void *data) STORE_USE_RESULT;

/* Milliseconds that an interaction has taken as of `now`, without pauses. */
uint64_t store_interaction_spent(const store_interaction_t *interaction,
    uint64_t now);

/* Tasks: the history of a subject, what an actor did, those of an account. */
store_status_t store_tasks_of(store_txn_t *txn, const store_id_t *account,
    const store_id_t *subject, uint64_t from, store_visit_pt visit,
    void *data) STORE_USE_RESULT;
store_status_t store_tasks_by(store_txn_t *txn, const store_id_t *actor,
    uint64_t from, store_visit_pt visit, void *data) STORE_USE_RESULT;
store_status_t store_tasks_in(store_txn_t *txn, const store_id_t *account,
    uint64_t from, store_visit_pt visit, void *data) STORE_USE_RESULT;

/* The next event after sequence `after`: STORE_NOT_FOUND at the end,
   STORE_TRIMMED when it is the first behind some that are gone. */
store_status_t store_log_next(store_txn_t *txn, uint64_t after,
    store_event_t *out) STORE_USE_RESULT;

/* Newest sequence, 0 for an empty log. */
store_status_t store_log_last(store_txn_t *txn, uint64_t *seq)
    STORE_USE_RESULT;

/* When the workers' next walk of retention begins; 0: it goes on now. */
store_status_t store_retain_next(store_txn_t *txn, uint64_t *when)
    STORE_USE_RESULT;

/* Checks the chain from its beginning, or from where it was trimmed, to the
   end; *bad is the first bad sequence, 0 when there is none.  `progress` may
   be NULL. */
store_status_t store_log_verify(store_txn_t *txn, store_sha256_pt sha256,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data,
    uint64_t *bad) STORE_USE_RESULT;

/* Earliest due time, UINT64_MAX when nothing is due ever. */
store_status_t store_due_next(store_txn_t *txn, uint64_t *when)
    STORE_USE_RESULT;


/* ---- who asks: the reads of a decision --------------------------------- */

/* A signed-in principal as of `now`: session, user and account in one. */
typedef struct {
    store_kind_t   kind;
    store_id_t     session;
    store_id_t     account;
    store_id_t     user;               /* a user's */
    store_id_t     call;               /* a guest's or external's */
    store_id_t     participant;        /* a guest's or external's */
    store_id_t     invitation;
    store_id_t     inviter;            /* user id */
    store_slice_t  name;               /* for people to read */
    store_slice_t  roles;              /* effective, comma-separated names */
    store_slice_t  profile;            /* external's */
    uint8_t        device;
    uint8_t        platform;           /* 0: not known */
    bool           licensed;
    bool           single_user;
    bool           seated;             /* of a token: holds an agent seat, or
                                          the account has no limit of them */
    store_slice_t  billing;            /* of a token: the role that the user
                                          has as the billing contact */
    uint64_t       expires;
    uint64_t       idle;               /* of the session in ms, 0: none */
    uint64_t       touched;            /* when it was last used */
    store_id_t     subject;            /* assisted now; none: nobody.  No
                                          right comes or goes with it */
    store_id_t     assistance;         /* its interaction */
    store_reason_t reason;             /* NONE: the session holds now */
} store_principal_t;

/*
 * Reads the principal of a session.  STORE_OK with a reason other than NONE
 * when the session exists no more or has no right; the other fields are then
 * filled as far as known.
 */
store_status_t store_principal(store_txn_t *txn, const store_id_t *session,
    uint64_t now, store_principal_t *out) STORE_USE_RESULT;

/*
 * The principal of a user who comes with a token of an identity provider,
 * issued then: no session.  SIGNED_OUT when there is no such user, or the
 * token was issued before the user was signed out everywhere.  `issued` 0:
 * the token does not say, and counts only while that never happened.
 */
store_status_t store_principal_subject(store_txn_t *txn,
    store_slice_t subject, uint64_t issued, store_principal_t *out)
    STORE_USE_RESULT;

/* The principal that a user would be, signed in anew: what a decision would
   say.  SIGNED_OUT when there is no such user. */
store_status_t store_principal_user(store_txn_t *txn, const store_id_t *user,
    store_principal_t *out) STORE_USE_RESULT;

/* How a principal stands to a call. */
typedef struct {
    bool               known;          /* the call exists in its account */
    store_call_state_t state;
    store_call_kind_t  kind;
    uint64_t           room;
    bool               owner;          /* for a guest: whose Join made it */
    bool               member;         /* owner, requester or invited */
    bool               in_call;        /* guest/external: session is of it */
    bool               inviter_holds;  /* external: inviter is in the call */
    store_id_t         participant;    /* none when there is none yet */
    store_part_state_t part_state;     /* 0 when there is none yet */
    store_id_t         owner_id;       /* user */
    store_slice_t      call_profile;
    store_slice_t      media;          /* server that the call is on */
    store_slice_t      inviter_roles;  /* external: the inviter's, now */
    store_reason_t     reason;         /* CALL_ENDED, REMOVED, ...; or NONE */
} store_standing_t;

store_status_t store_standing(store_txn_t *txn,
    const store_principal_t *principal, const store_id_t *call, uint64_t now,
    store_standing_t *out) STORE_USE_RESULT;

/*
 * What a link says now, changing nothing: NONE when it can be redeemed or
 * used again by the browser with this hash (32 zero bytes: no browser yet).
 */
typedef struct {
    store_reason_t     reason;
    store_inv_kind_t   kind;
    store_inv_state_t  state;
    store_id_t         account;
    store_id_t         call;
    store_id_t         session;        /* the one this browser already has */
    store_slice_t      name;           /* set by the inviter, or empty */
    store_slice_t      title;          /* of the call */
    store_slice_t      inviter_name;
    uint64_t           starts_at;
    uint64_t           expires;        /* 0: while the call */
    bool               terms;          /* must be accepted */
    store_slice_t      accepted;       /* version, by this browser before */
    bool               same_browser;
    bool               transfer;       /* not of an invitation: of a guest
                                          who goes on with this device */
} store_link_t;

store_status_t store_link(store_txn_t *txn, const store_id_t *invitation,
    const uint8_t browser[STORE_HASH_LEN], uint64_t now, store_link_t *out)
    STORE_USE_RESULT;

/* The account of a link or, with `transfer`, of a pass; nothing else of it is
   judged. */
store_status_t store_link_account(store_txn_t *txn, const store_id_t *link,
    bool transfer, store_id_t *account) STORE_USE_RESULT;

/* The same of a transfer: the name and the call are those of the guest who
   is taken over.  UNKNOWN_LINK when the pass is none. */
store_status_t store_transfer(store_txn_t *txn, const store_id_t *pass,
    const uint8_t browser[STORE_HASH_LEN], uint64_t now, store_link_t *out)
    STORE_USE_RESULT;

/*
 * What a pass says now, changing nothing: NONE when it can be used.  EXPIRED
 * too when there is no such pass (any more), USED, SIGNED_OUT when the
 * session that it was shown on is over, SUSPENDED.
 */
typedef struct {
    store_reason_t       reason;
    store_pass_purpose_t purpose;
    store_id_t           account;
    store_id_t           session;
    store_id_t           user;
    store_id_t           call;
    store_id_t           participant;
    store_slice_t        name;         /* of the user or guest, for people */
    store_slice_t        account_name;
    uint64_t             expires;
} store_pass_view_t;

store_status_t store_pass(store_txn_t *txn, const store_id_t *pass,
    uint64_t now, store_pass_view_t *out) STORE_USE_RESULT;


/* ---- events ------------------------------------------------------------ */

/* kind of store_event_t: "call.created", "participant.present", ... */
typedef enum {
    STORE_EVENT_NONE = 0,
#define STORE_EVENT(symbol, number, name)  STORE_EVENT_##symbol = number,
#include "event.def"
#undef STORE_EVENT
    STORE_EVENT_LAST
} store_event_kind_t;

const char *store_event_name(uint32_t kind);

#pragma GCC visibility pop

/* ---- writing ----------------------------------------------------------- */

#include <lmdb_schema/operation.h>
#include <lmdb_schema/search.h>

/* ---- teams and groups -------------------------------------------------- */

#include <lmdb_schema/team.h>

/* ---- worker incarnations ----------------------------------------------- */

#include <lmdb_schema/incarnation.h>

#endif /* STORE_H */
