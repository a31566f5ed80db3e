/*
 * Operations: what changes the store.  A part of store.h, which includes it.
 */

#ifndef STORE_OPERATION_H
#define STORE_OPERATION_H

#include <lmdb_schema/store.h>

#pragma GCC visibility push(hidden)

typedef enum {
    STORE_OP_ACCOUNT_CREATE = 1,
    STORE_OP_USER_CREATE,
    STORE_OP_USER_SET,
    STORE_OP_SESSION_CREATE,
    STORE_OP_SESSION_REVOKE,
    STORE_OP_SESSION_TOUCH,
    STORE_OP_CALL_CREATE,
    STORE_OP_CALL_END,
    STORE_OP_INVITATION_CREATE,
    STORE_OP_INVITATION_WITHDRAW,
    STORE_OP_REDEEM,
    STORE_OP_JOIN,
    STORE_OP_ATTACH,
    STORE_OP_DETACH,
    STORE_OP_LEAVE,
    STORE_OP_REMOVE,
    STORE_OP_SWEEP,
    STORE_OP_CALL_ACCEPT,
    STORE_OP_CALL_DECLINE,
    STORE_OP_CALL_HAND_OVER,
    STORE_OP_CALL_PLACE,
    STORE_OP_MEDIA_DRAIN,
    STORE_OP_INVITATION_REFUSED,
    STORE_OP_REPORT,
    STORE_OP_ACCOUNT_SET,
    STORE_OP_TRIM,
    STORE_OP_CHECKPOINT,
    STORE_OP_USER_PASSWORD,
    STORE_OP_SERVICE_CREATE,
    STORE_OP_ASSIST_START,
    STORE_OP_ASSIST_PAUSE,
    STORE_OP_ASSIST_RESUME,
    STORE_OP_ASSIST_STOP,
    STORE_OP_INTERACTION_NOTE,
    STORE_OP_INTERACTION_REASSIGN,
    STORE_OP_TASK,
    STORE_OP_PASS_CREATE,
    STORE_OP_PASS_USE,
    STORE_OP_CALL_RING,
    STORE_OP_USER_PROFILE,
    STORE_OP_USER_FAILED,
    STORE_OP_ADMIT,
    STORE_OP_TEAM_CREATE,
    STORE_OP_TEAM_SET,
    STORE_OP_TEAM_ADD,
    STORE_OP_TEAM_REMOVE,
    STORE_OP_TEAM_DELETE,
    STORE_OP_USER_TEAMS,
    STORE_OP_GROUP_CREATE,
    STORE_OP_GROUP_ADD,
    STORE_OP_GROUP_REMOVE,
    STORE_OP_GROUP_MANAGER,
    STORE_OP_GROUP_DELETE,
    STORE_OP_TRANSFER,
    STORE_OP_DELIVERED,
    STORE_OP_TOLD,
    STORE_OP_RETAIN,
    STORE_OP_EXPORTED,
    STORE_OP_ACCOUNT_SEATS,
    STORE_OP_ACCOUNT_BILLING,
    STORE_OP_INVITATION_REAPPLY,
    STORE_OP_SEATS,
    STORE_OPS
} store_op_kind_t;

/* Words given: in place of those that are there, besides, or away. */
typedef enum {
    STORE_WORDS_SET = 0,
    STORE_WORDS_ADD,
    STORE_WORDS_TAKE
} store_words_change_t;

/* What users and who assists them may change. */
typedef enum {
    STORE_PROFILE_DISPLAY = 0,
    STORE_PROFILE_FIRST,
    STORE_PROFILE_LAST,
    STORE_PROFILE_MAIL,
    STORE_PROFILE_PHONE,
    STORE_PROFILE_FIELDS
} store_profile_field_t;

/* Numbers of the policy that presence runs by, as of the operation. */
typedef struct {
    uint64_t grace;                    /* away -> left */
    uint64_t request_grace;            /* the same in a service call */
    uint64_t joining;                  /* joining -> back; 30 s */
    uint64_t never_joined;
    uint64_t ring;                     /* how long a request rings; 0: not */
    bool     end_when_empty;
    bool     end_when_owner_left;
    bool     replace_oldest;           /* over the limit of sockets */
    uint32_t participants_per_call;    /* 0: no limit */
    uint32_t sockets_per_guest;        /* 0: no limit */
    uint32_t sockets_per_user;         /* 0: no limit */
    uint32_t guest_seats;              /* per account, UINT32_MAX: no limit */
} store_presence_t;

/* Where a long walk goes on; zeroed: at the beginning. */
typedef struct {
    uint8_t len;
    uint8_t key[64];
} store_cursor_t;

/*
 * The host supplies Ed25519: fills the key's id and the signature of `len`
 * bytes, returns 0, or -1.  Called within the write transaction.
 */
#define STORE_SIGNATURE_LEN  64

typedef int (*store_sign_pt)(void *data, const void *message, size_t len,
    uint8_t *key, uint8_t signature[STORE_SIGNATURE_LEN]);

/* A media server that may take the call: not down, not failed. */
typedef struct {
    store_slice_t name;                /* at most STORE_LIMIT_MEDIA bytes */
    uint32_t      weight;
} store_server_t;

/* Where a call may go, and where it is as far as the caller knows. */
typedef struct {
    store_slice_t         from;        /* empty: on no server yet */
    const store_server_t *servers;
    uint32_t              n;
} store_place_on_t;

/*
 * One operation: what is asked, then what came of it.  Ids of new records are
 * minted by the caller before the first try, so that asking again after an
 * unknown outcome gives the same answer and changes nothing (the record keeps
 * `id` of the operation that made its state).
 */
typedef struct {
    store_op_kind_t  kind;
    store_id_t       id;               /* of this operation; random */
    uint64_t         now;
    store_id_t       actor;            /* who does it: user or participant;
                                          none: the system or command line */
    store_id_t       subject;          /* whom the actor assists, or none: it
                                          stands in the events */
    store_presence_t presence;

    /*
     * The account of who asks: a record of another one is not there for this
     * operation, whatever ids it was given.  None: the system, the command
     * line, a guest who has not joined yet.
     */
    store_id_t       account;

    /*
     * A request with an Idempotency-Key (1 to 255 bytes; empty: without).
     * What came of it is kept for 24 h under the actor and the key: the same
     * operation with the same body gets that `out` again, with out.again,
     * whatever ids were minted for it now; with another body, or for another
     * operation, it is STORE_REFUSED as KEY_REUSED (HTTP 422).  Refusals are
     * not kept.  An actor is needed.
     */
    struct {
        store_slice_t key;
        uint8_t       body[STORE_HASH_LEN];  /* SHA-256 of the body */
    } once;

    /*
     * What roles mean for an account, by the policy: lists of names, comma-
     * separated.  Unless `known`, seats stay as they are and nothing of this
     * is asked for.
     */
    struct {
        bool          known;
        store_slice_t seated;          /* each needs an agent seat */
        store_slice_t administrators;  /* an account of several users has one
                                          who holds one of these directly */
        store_slice_t billing;         /* the one role of the billing contact,
                                          or empty: it cannot be given */
    } terms;

    union {
        struct {
            store_id_t    account;
            store_slice_t name;
        } account_create;
        struct {
            store_id_t    account;
            uint32_t      limit;       /* agent seats, 0: no limit */
        } account_seats;
        struct {
            uint32_t      max;         /* users; then it returns */
        } seats;                       /* counted anew where the terms are
                                          others than those counted by */
        struct {
            store_id_t    account;
            store_id_t    user;        /* the billing contact from now on */
        } account_billing;
        struct {
            store_id_t    account;
            bool          suspended;
        } account_set;
        struct {
            store_id_t    user;
            store_id_t    account;
            store_slice_t name;        /* login, unique in the account */
            store_slice_t display;
            store_slice_t mail;
            store_slice_t roles;       /* comma-separated */
            bool          licensed;
            store_id_t    administrator;  /* with the second user: who of the
                                          two is given the first role of
                                          terms.administrators; or none, when
                                          one holds such a role */
            store_slice_t first;
            store_slice_t last;
            store_slice_t phone;
            store_id_t    session;     /* registered by its user, or none */
            store_id_t    task;        /* minted, with a session */
            store_slice_t subject;     /* "ISSUER SUBJECT", or empty */
        } user_create;
        struct {
            store_id_t    user;
            bool          set_roles;
            store_slice_t roles;
            store_words_change_t how;  /* what becomes of them */
            bool          set_suspended;
            bool          suspended;
            bool          set_licensed;
            bool          licensed;
            bool          set_subject;
            store_slice_t subject;     /* "ISSUER SUBJECT", or empty */
        } user_set;
        struct {
            store_id_t    user;
            store_id_t    session;     /* the actor's, who assists the user;
                                          none: the user, or the system */
            store_id_t    task;        /* minted, with an actor */
            uint8_t       kind;        /* of the task */
            uint32_t      set;         /* 1 << store_profile_field_t */
            store_slice_t to[STORE_PROFILE_FIELDS];
        } user_profile;
        struct {
            store_id_t    user;        /* whose password was not given */
        } user_failed;
        struct {
            store_id_t    user;
            store_slice_t hash;        /* empty: none, nobody signs in */
            store_slice_t was;         /* with `rehash`: the hash so far */
            bool          rehash;      /* the same password, made stronger */
            store_id_t    keep;        /* a session that does not end */
        } user_password;
        struct {
            store_id_t    service;     /* minted; the key's token names it */
            store_id_t    account;
            store_slice_t name;
            store_slice_t roles;
            uint64_t      lifetime;
            store_slice_t certificate; /* SHA-256 of it, or empty: a key */
        } service_create;
        struct {
            store_id_t session;
            store_id_t user;
            uint8_t    device;
            uint8_t    platform;    /* the glue's; 0: not known */
            uint64_t   lifetime;
            uint64_t   idle;           /* 0: none */
            uint32_t   per_user;       /* oldest ended beyond it; 0: none */
            store_slice_t password;    /* hash that was matched; empty: none
                                          was; another now: SIGNED_OUT */
            uint64_t   issued;         /* of a token swapped for it; 0: now */
        } session_create;
        struct {
            store_id_t session;        /* this one, */
            store_id_t user;           /* or all of this user's, and tokens
                                          issued so far, */
            uint64_t   before;         /* or of both what is older than that;
                                          0: all; to come: INVALID */
        } session_revoke;
        struct {
            store_id_t session;
        } session_touch;
        struct {
            store_id_t        call;
            store_id_t        account;
            store_id_t        owner;
            store_call_kind_t kind;
            store_slice_t     title;
            store_slice_t     profile;
            uint64_t          room;    /* media room, random, < 2^53 */
            uint64_t          starts_at;
        } call_create;
        struct {
            store_id_t call;
        } call_end;                    /* CALL_END, _ACCEPT and _DECLINE */
        struct {
            store_id_t       invitation;
            store_id_t       call;     /* none: opens_call makes it */
            store_inv_kind_t kind;
            store_id_t       inviter;
            store_slice_t    name;     /* of the invited person, or empty */
            store_slice_t    comment;
            store_slice_t    profile;
            uint32_t         channel;  /* one bit: mail 1, sms 2, link 4 */
            uint64_t         expires;  /* 0: while the call */
            uint64_t         starts_at;
            uint32_t         uses;     /* 0: unlimited */
            uint8_t          bound_to; /* 1 call, 2 inviter, 3 owner */
            bool             opens_call;
            bool             terms;
            uint64_t         idle_timeout;
            store_id_t       replaces; /* of the same inviter: withdrawn */
            store_slice_t    to;       /* with `base`: where it is sent */
            store_slice_t    base;     /* https://HOST; empty: not sent */
        } invitation_create;
        struct {
            store_id_t invitation;
        } invitation_withdraw;         /* _WITHDRAW and _REFUSED */
        struct {
            store_id_t invitation;
            uint64_t   valid_for;      /* from its creation; 0: while call */
            uint32_t   uses;
            uint8_t    bound_to;
            bool       terms;
            uint64_t   idle_timeout;   /* of sessions begun from now on */
        } invitation_reapply;          /* one that ended: NOT_FOUND */
        struct {
            store_id_t call;
            store_id_t user;           /* the new owner */
            store_id_t participant;    /* minted, for an owner who never was */
        } hand_over;
        struct {
            store_id_t call;
            store_id_t user;           /* who is to come */
            store_id_t participant;    /* minted, for who never was in it */
        } ring;
        struct {
            store_id_t    invitation;
            store_id_t    session;     /* minted; used unless one exists */
            store_id_t    participant; /* likewise */
            uint8_t       browser[STORE_HASH_LEN];  /* SHA-256 */
            store_slice_t name;
            uint8_t       device;
            uint8_t       platform;    /* 0: not known */
            bool          terms_accepted;
            store_slice_t terms_version;
            uint64_t      lifetime;    /* of the guest session */
            store_id_t    call;        /* minted, for a Join that makes the */
            uint64_t      room;        /* call (opens_call); used for that */
        } redeem;
        struct {
            store_id_t invitation;
            store_id_t user;           /* who opened the link as himself */
            store_id_t participant;    /* minted, for who never was there */
        } admit;
        struct {
            store_id_t session;
            store_id_t user;           /* without a session: by a token */
            store_id_t call;
            store_id_t participant;    /* minted, for a user's first join */
            uint8_t    device;
            uint8_t    platform;    /* 0: not known */
            store_place_on_t on;       /* n is 0: not behind a balancer */
        } join;
        struct {
            store_id_t       call;
            store_place_on_t on;
        } call_place;
        struct {
            store_slice_t name;
            bool          drained;
        } media_drain;
        struct {
            store_id_t call;
            store_id_t participant;
            uint8_t    incarnation[8];
            bool       failed;         /* DETACH: the handshake failed */
            uint64_t   opened;         /* 0: not one that makes room */
            store_slice_t why;         /* DETACH: it was closed, or empty */
        } attach;                      /* ATTACH and DETACH */
        struct {
            store_id_t call;
            store_id_t participant;
        } leave;                       /* LEAVE, REMOVE and REPORT: seen
                                          there by somebody else */
        struct {
            uint32_t max;              /* steps; then it returns */
            const char *folder;        /* of the incarnation files, or NULL */
        } sweep;
        struct {
            uint64_t       log_before; /* older events go; 0: none */
            uint64_t       ended_before;  /* what ended before goes; 0: none */
            uint32_t       max;        /* steps; then it returns */
            bool           exported;   /* events only once they are */
            store_cursor_t from;       /* out.next of the one before */
        } trim;
        struct {
            uint64_t keep;             /* milliseconds */
            uint64_t every;            /* from the end of one walk on */
            bool     exported;
            uint32_t max;
        } retain;                      /* TRIM where the one before stopped;
                                          nothing before its time */
        struct {
            uint64_t seq;
        } exported;                    /* events up to it are elsewhere */
        struct {
            store_sign_pt  sign;
            void          *data;
        } checkpoint;                  /* STORE_NOT_FOUND: an empty log */
        struct {
            store_id_t    session;     /* the actor's */
            store_id_t    interaction; /* START: minted */
            store_id_t    subject;     /* START: a user or store_anonymous */
            uint8_t       channel;     /* START: store_channel_t */
            store_slice_t service;     /* START: or empty */
            store_slice_t reason;      /* START: or empty */
            store_slice_t groups;      /* START, RESUME: names of groups,
                                          comma-separated: the user must be
                                          in one; empty: everybody */
            uint64_t      duration;    /* START, RESUME: at most; 0: any */
            store_slice_t note;        /* STOP, NOTE: or empty */
            uint8_t       outcome;     /* STOP: store_outcome_t */
            store_id_t    agent;       /* REASSIGN: to whom */
        } assist;                      /* ASSIST_* and INTERACTION_* */
        struct {
            store_id_t    task;        /* minted */
            store_id_t    session;     /* the actor's: it knows the subject */
            store_slice_t name;
            store_slice_t detail;
            uint8_t       kind;        /* store_task_kind_t */
        } task;
        struct {
            store_id_t pass;           /* minted; the token names it */
            store_id_t session;        /* of a user: a card, of a guest: a
                                          transfer */
            uint64_t   valid_for;
        } pass_create;                 /* one a session: a new one voids the
                                          one before */
        struct {
            store_id_t pass;           /* a card */
            store_id_t session;        /* minted */
            uint8_t    device;
            uint8_t    platform;    /* 0: not known */
            uint64_t   lifetime;       /* never longer than the session that
                                          the card was shown on */
            uint64_t   idle;           /* 0: none */
            uint32_t   per_user;       /* oldest ended beyond it; 0: none */
        } pass_use;
        struct {
            store_id_t    team;        /* CREATE: minted */
            store_id_t    account;     /* CREATE */
            bool          set_name;    /* SET */
            store_slice_t name;        /* CREATE, SET: unique, no comma */
            bool          set_roles;   /* SET */
            store_slice_t roles;       /* CREATE, SET: comma-separated */
            store_id_t    user;        /* ADD, REMOVE */
        } team;                        /* TEAM_* */
        struct {
            store_id_t    user;
            store_slice_t teams;       /* names, comma-separated: these and
                                          no others from now on */
            bool          known;       /* a name that no team has is
                                          STORE_NOT_FOUND, else left out */
        } user_teams;
        struct {
            store_id_t    group;       /* CREATE: minted */
            store_id_t    account;     /* CREATE */
            store_group_kind_t kind;   /* CREATE */
            store_slice_t name;        /* CREATE: unique, no comma */
            store_id_t    user;        /* ADD, REMOVE, MANAGER */
            store_slice_t device;      /* ADD, REMOVE, of a device group */
            bool          manages;     /* MANAGER: from now on, or no more */
        } group;                       /* GROUP_*; DELETE sets out.more: ask
                                          again, with another id */
        struct {
            store_id_t pass;           /* a transfer */
            store_id_t session;        /* minted; the guest's from then on */
            uint8_t    browser[STORE_HASH_LEN];  /* SHA-256 */
            uint8_t    device;
            uint8_t    platform;    /* 0: not known */
        } transfer;
        struct {
            store_id_t       invitation;
            store_delivery_t became;   /* QUEUED: to be tried again */
            uint64_t         retry;    /* ... then */
        } delivered;
        struct {
            store_slice_t name;
            uint64_t      seq;         /* never goes back */
        } told;
    } in;

    /* The outcome.  On any status but STORE_OK nothing of it was done. */
    store_status_t status;
    store_reason_t reason;             /* with STORE_REFUSED */
    struct {
        store_id_t session;
        store_id_t participant;
        store_id_t call;
        uint64_t   room;
        uint8_t    media_len;          /* the call's media server, now */
        uint8_t    media[STORE_LIMIT_MEDIA];
        uint64_t   expires;
        store_id_t made;               /* *_CREATE: the record's id */
        bool       again;              /* it had been done before */
        bool       told;               /* ATTACH: may have to make room */
        bool       more;               /* SWEEP, TRIM, SEATS: call again soon */
        uint32_t   removed;            /* TRIM: records and events */
        store_cursor_t next;           /* TRIM: where to go on */
    } out;
} store_op_t;

/*
 * Applies n operations in ONE write transaction, in order, and commits once
 * (group commit).  An operation that is refused leaves the others alone.
 * Returns the status of the transaction; when it is not STORE_OK every
 * operation has that status and nothing was changed.  When it returns
 * STORE_OK each operation's outcome is durable.  Any one thread at a time;
 * blocks on LMDB's writer lock and on the disk.  Processes take turns: who
 * waits for that lock has it before who has just written has it again.
 */
store_status_t store_apply(store_env_t *env, store_op_t *const *ops, size_t n)
    STORE_USE_RESULT;

/*
 * Applies n operations in order and commits only if each of them is STORE_OK:
 * all or nothing, and with `commit` false nothing in any case.  STORE_REFUSED
 * when one was not; each has its own status then, those after a failure that
 * had written STORE_OK without having been tried.  `progress` may be NULL.
 * Whoever else writes waits meanwhile.
 */
store_status_t store_apply_whole(store_env_t *env, store_op_t *const *ops,
    size_t n, bool commit,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data)
    STORE_USE_RESULT;

/* Whether STORE_OP_SEATS, with the terms of this operation, has something to
   do. */
store_status_t store_seats_due(store_txn_t *txn, const store_op_t *op,
    bool *due) STORE_USE_RESULT;

#pragma GCC visibility pop

#endif /* STORE_OPERATION_H */
