/*
 * The hub of the module: configuration, worker state and request context.
 *
 * Lifetimes.  Configuration lives in the cycle's pool and is constant once
 * the configuration phase has ended.  A worker has one ngx_xassist_worker_t
 * from init_process to exit_process; all mutable state hangs from it.  A
 * request has one ngx_xassist_ctx_t in its pool, which survives internal
 * redirects (nginx forgets r->ctx there; ngx_xassist_ctx.c does not).
 *
 * Everything here runs on the event thread of one process; only the writer's
 * task (ngx_xassist_writer.c) runs on another, and it touches operations
 * alone.
 */

#ifndef NGX_XASSIST_H
#define NGX_XASSIST_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>

#include <policy/policy.h>
#include <lmdb_schema/store.h>

#pragma GCC visibility push(hidden)


#define NGX_XASSIST_ID_TEXT    16
#define NGX_XASSIST_MAX_ROLES  64
#define NGX_XASSIST_PROXIES    2               /* modules that proxy */


typedef struct ngx_xassist_worker_s  ngx_xassist_worker_t;
typedef struct ngx_xassist_writer_s  ngx_xassist_writer_t;
typedef struct ngx_xassist_roles_s  ngx_xassist_roles_t;
typedef struct ngx_xassist_live_s    ngx_xassist_live_t;
typedef struct ngx_xassist_ending_s  ngx_xassist_ending_t;
typedef struct ngx_xassist_tunnel_s  ngx_xassist_tunnel_t;
typedef struct ngx_xassist_watch_s   ngx_xassist_watch_t;
typedef struct ngx_xassist_idle_s    ngx_xassist_idle_t;
typedef struct ngx_xassist_metrics_s ngx_xassist_metrics_t;
typedef struct ngx_xassist_jwt_s     ngx_xassist_jwt_t;
typedef struct ngx_xassist_claims_s  ngx_xassist_claims_t;
typedef struct ngx_xassist_jwt_state_s  ngx_xassist_jwt_state_t;
typedef struct ngx_xassist_pages_s   ngx_xassist_pages_t;
typedef struct ngx_xassist_events_s  ngx_xassist_events_t;
typedef struct ngx_xassist_write_s   ngx_xassist_write_t;
typedef struct ngx_xassist_room_conf_s  ngx_xassist_room_conf_t;
typedef struct ngx_xassist_rooming_s ngx_xassist_rooming_t;
typedef struct ngx_xassist_turn_s    ngx_xassist_turn_t;
typedef struct ngx_xassist_livekit_s ngx_xassist_livekit_t;
typedef struct ngx_xassist_outside_s ngx_xassist_outside_t;
typedef struct ngx_xassist_courier_s ngx_xassist_courier_t;
typedef struct ngx_xassist_seats_s ngx_xassist_seats_t;
typedef struct ngx_xassist_rooms_s ngx_xassist_rooms_t;
typedef struct ngx_xassist_token_s   ngx_xassist_token_t;
typedef struct ngx_xassist_meeting_s ngx_xassist_meeting_t;


#define NGX_XASSIST_COOKIE_SECURE  0
#define NGX_XASSIST_COOKIE_PLAIN   1

/* Which connections are decided again when something changes. */
#define NGX_XASSIST_LIVE_OFF      0
#define NGX_XASSIST_LIVE_UPGRADE  1
#define NGX_XASSIST_LIVE_ALL      2


/* A rule named somewhere in the configuration; `slot` is its place in the
   worker's table of indexes, resolved anew for each policy generation. */
typedef struct {
    ngx_str_t                   name;
    ngx_str_t                   file;          /* where it was first named */
    ngx_uint_t                  line;
    unsigned                    optional:1;    /* the policy may lack it */
} ngx_xassist_rule_t;


/* One line of xassist_require. */
typedef struct {
    ngx_uint_t                  slot;
    ngx_array_t                *attributes;    /* ngx_xassist_attribute_t */
    ngx_str_t                   file;          /* none: not of a file */
    ngx_uint_t                  line;
    ngx_uint_t                  location;      /* not of a server */
} ngx_xassist_require_t;


typedef struct {
    ngx_str_t                   name;
    ngx_http_complex_value_t    value;
} ngx_xassist_attribute_t;


typedef struct {
    ngx_str_t                   policy_file;
    ngx_str_t                   policy_text;
    ngx_str_t                   policy_conf;   /* file:line of directive */
    ngx_uint_t                  policy_line;
    policy_image_t              image;         /* compiled, not yet live */
    ngx_shm_zone_t             *zone;
    ngx_shm_zone_t             *metrics;

    ngx_str_t                   shadow_file;   /* decides without effect */
    ngx_str_t                   shadow_text;
    policy_image_t              shadow_image;
    ngx_shm_zone_t             *shadow;        /* NULL: none */

    ngx_path_t                 *store;
    size_t                      store_max;
    uint64_t                    retention;     /* ms, 0: everything stays */
    ngx_flag_t                  exported;      /* the log once it is */
    ngx_uint_t                  queue;         /* changes that wait, 0: 8192 */

    ngx_str_t                   node;          /* name of this host */
    ngx_str_t                   keys_file;
    policy_keys_t              *keys;
    ngx_xassist_jwt_t          *jwt;           /* NULL: no provider */

    ngx_array_t                 rules;         /* ngx_xassist_rule_t */
    ngx_array_t                 places;        /* ngx_xassist_loc_conf_t * */
    ngx_array_t                 logs;          /* ngx_log_t *, of places */
    ngx_array_t                *macros;        /* what xassist_proxy is in */
    ngx_array_t                 headers;       /* identity header hashes */
    ngx_array_t                 in_call;       /* ngx_xassist_require_t */
    ngx_array_t                 grants;        /* lists of one of them */
    ngx_array_t                 api;           /* the same, by rule of
                                                  ngx_xassist_api_rule_t */
    ngx_thread_pool_t          *pool;
    ngx_thread_pool_t          *passwords;     /* NULL: no sign-in here */
    ngx_shm_zone_t             *lockout;
    ngx_module_t               *proxies[NGX_XASSIST_PROXIES];
    ngx_xassist_outside_t       *deliver;       /* NULL: none */
    ngx_xassist_outside_t       *notify;
    ngx_flag_t                  used;          /* any directive was given */
    ngx_flag_t                  rooms;         /* made in some upstream */

    ngx_xassist_worker_t       *worker;        /* set in init_process */
} ngx_xassist_main_conf_t;


typedef struct {
    ngx_array_t                *requires;      /* ngx_xassist_require_t */
    ngx_flag_t                  off;           /* xassist_require off */
    ngx_http_complex_value_t   *call;
    ngx_http_complex_value_t   *account;
    ngx_http_complex_value_t   *device;
    ngx_http_complex_value_t   *call_page;
    ngx_http_complex_value_t   *task;          /* name in the history */
    store_id_t                 *service;       /* of a unix socket, or NULL */
    ngx_array_t                *origins;       /* ngx_str_t */
    ngx_uint_t                  cookie;        /* NGX_XASSIST_COOKIE_* */
    ngx_uint_t                  live;          /* NGX_XASSIST_LIVE_* */
    ngx_xassist_pages_t        *pages;
    ngx_str_t                   terms_version;
    ngx_str_t                   terms_url;
    ngx_array_t                *apps;          /* ngx_xassist_app_t */
    ngx_str_t                   janus_secret;
    time_t                      janus_ttl;
    ngx_xassist_turn_t         *turn;
    ngx_xassist_livekit_t      *livekit;
    ngx_xassist_meeting_t      *meeting;       /* BigBlueButton */
    ngx_array_t                *tokens;        /* ngx_xassist_token_t */
} ngx_xassist_loc_conf_t;


struct ngx_xassist_worker_s {
    ngx_xassist_main_conf_t    *conf;
    ngx_cycle_t                *cycle;
    ngx_log_t                  *log;

    store_env_t                *env;           /* NULL: unavailable */
    store_txn_t                *read;          /* NULL with env */
    u_char                      incarnation[8];
    int                         lock;          /* of the incarnation file */
    char                       *folder;        /* of the store */
    ngx_event_t                 reopen;        /* tries again */
    unsigned                    read_only:1;   /* changes are refused */
    unsigned                    complained:1;

#if (XASSIST_TEST)
    uint64_t                    constant;      /* the configuration's digest */
#endif
    policy_token_cache_t       *cache;
    ngx_xassist_roles_t        *roles;         /* NULL: none looked up yet */
    ngx_xassist_jwt_state_t    *jwt;           /* NULL: not asked yet */
    uint64_t                    generation;    /* that `slots` belong to */
    uint32_t                   *slots;         /* rule indexes */
    uint8_t                    *grouped;       /* whether each looks at
                                                  POLICY_FACT_IN_GROUP */

    ngx_xassist_writer_t       *writer;
    ngx_xassist_live_t         *live;
    ngx_xassist_ending_t       *ending;
    ngx_xassist_watch_t        *watch;
    ngx_xassist_events_t       *events;        /* NULL: no stream yet */
    ngx_xassist_idle_t         *idle;
    ngx_xassist_rooms_t        *rooms;         /* NULL: no worker for them */
    ngx_xassist_seats_t        *seats;         /* NULL: not looked at yet */
    ngx_xassist_courier_t      *courier;       /* NULL: nothing is sent */
    struct ngx_xassist_row_s   *row;           /* of the metrics, or NULL */
};


/* Reasons of every refusal, in one table: see ngx_xassist_reason.c. */
typedef enum {
    NGX_XASSIST_R_NONE = 0,
#define NGX_XASSIST_REASON(symbol, ...)  NGX_XASSIST_R_##symbol,
#include "ngx_xassist_reason.def"
#undef NGX_XASSIST_REASON
    NGX_XASSIST_REASONS
} ngx_xassist_reason_t;


#define NGX_XASSIST_SLOTS_HERE  8

/* What is asked of an external besides. */
typedef struct {
    ngx_str_t                   profiles[2];
    ngx_str_t                   inviter_roles;
} ngx_xassist_asked_external_t;


/*
 * What was asked for a decision, so that it can be asked again: by the
 * connection itself while it lives, and of another policy ($xassist_rules
 * and what follows it).  Lives as the request.
 */
typedef struct {
    uint16_t                    slots[NGX_XASSIST_SLOTS_HERE];
    uint16_t                   *more;          /* in their place, of many */
    ngx_xassist_asked_external_t  *external;
    policy_attribute_t         *attributes;    /* of all lines, in order */
    const ngx_array_t          *of;            /* the lines of a location */
    uint32_t                    facts;
    uint16_t                    nslots;        /* of the rules, in order */
    uint16_t                    nattributes;
} ngx_xassist_asked_t;


/* What a decision came to.  Zeroed means: not decided. */
typedef enum {
    NGX_XASSIST_UNDECIDED = 0,
    NGX_XASSIST_ALLOW,
    NGX_XASSIST_DENY,
    NGX_XASSIST_ERROR
} ngx_xassist_verdict_t;


typedef struct {
    ngx_http_request_t         *request;

    /* From the request's head: ngx_xassist_identify. */
    store_id_t                  user_session;
    store_id_t                  guest_session;
    const ngx_xassist_claims_t *claims;        /* of a provider's token */
    ngx_str_t                   link;          /* cut out of the URI */
    uint8_t                     certificate[STORE_HASH_LEN];
    unsigned                    identified:1;
    unsigned                    has_user:1;
    unsigned                    has_guest:1;
    unsigned                    service:1;     /* user_session is a service */
    unsigned                    peer:1;        /* known by its connection */
    unsigned                    certified:1;   /* `certificate` is verified */
    unsigned                    cookies:1;     /* sent some of ours */
    unsigned                    bearer:1;      /* came as Authorization */
    unsigned                    ambiguous:1;   /* cookie and Bearer */

    /* From the store: ngx_xassist_authorize. */
    unsigned                    known:1;       /* the principal fields hold */
    unsigned                    has_call:1;    /* `call` and `standing` */
    unsigned                    has_place:1;   /* `place`: an account */
    unsigned                    refused:1;     /* in the access phase */
    unsigned                    joining:1;     /* the join is in flight */
    unsigned                    joined:1;      /* committed, not attached */
    unsigned                    join_heap:1;   /* `join` is to be freed */
    unsigned                    page_sent:1;
    unsigned                    past:1;        /* a call that is over is no
                                                  refusal */
    unsigned                    object_group:1;  /* `object` is a group */
    policy_kind_t               kind;
    policy_device_t             device;
    ngx_uint_t                  platform;      /* ngx_xassist_platform_t */
    store_id_t                  session;
    store_id_t                  account;
    store_id_t                  user;
    const store_id_t           *object;        /* user or group that it is
                                                  about, or NULL */
    store_id_t                  invitation;
    store_id_t                  call;
    store_id_t                  place;         /* account of the location */
    store_id_t                  participant;
    store_id_t                  inviter;       /* of an external */
    uint64_t                    room;
    uint64_t                    expires;
    uint64_t                    idle;          /* of the session, 0: none */
    uint64_t                    touched;
    ngx_str_t                   name;
    ngx_str_t                   roles;
    store_id_t                  subject;       /* assisted now, or none */
    store_id_t                  assistance;
    store_id_t                  told;          /* to the upstream: subject */
    unsigned                    has_told:1;
    ngx_str_t                   actor;         /* text of actor_id */
    store_id_t                  actor_id;

    ngx_xassist_asked_external_t  *external;   /* memory for `asked` */

    /* What was decided. */
    ngx_xassist_verdict_t       verdict;
    ngx_xassist_reason_t        reason;
    ngx_str_t                   rule;
    uint64_t                    generation;
    ngx_uint_t                  status;        /* of a refusal */
    uint64_t                    took;          /* microseconds */
    ngx_xassist_asked_t         asked;
    ngx_xassist_verdict_t       shadow;        /* of the second policy */

    ngx_str_t                   page;          /* body of a refusal */
    ngx_str_t                   media;         /* server it is led to */
    ngx_uint_t                  placed_len;    /* server of the call, as of */
    u_char                      placed[STORE_LIMIT_MEDIA];  /* the decision */
    ngx_xassist_write_t        *join;
    ngx_xassist_rooming_t      *rooming;       /* NULL: not asked for */
    ngx_xassist_tunnel_t       *tunnel;

    /* Of the location that decided; configuration, constant. */
    const ngx_xassist_loc_conf_t  *conf;
} ngx_xassist_ctx_t;


extern ngx_module_t  ngx_xassist_module;


/* Milliseconds UTC; the test build takes them from a file if told to. */
uint64_t ngx_xassist_now(void);

/* Microseconds that a clock of the system shows. */
uint64_t ngx_xassist_clock(clockid_t clock);

/* Text of an id, 16 characters, no NUL; the reverse is false when it is
   not one. */
u_char *ngx_xassist_id_text(u_char *dst, const store_id_t *id);
ngx_int_t ngx_xassist_id_parse(const ngx_str_t *text, store_id_t *id);

/* A fresh id, and a media room's number; NGX_ERROR without randomness. */
ngx_int_t ngx_xassist_id_mint(store_id_t *id);
ngx_int_t ngx_xassist_id_room(uint64_t *room);

ngx_inline ngx_xassist_worker_t *
ngx_xassist_worker(ngx_http_request_t *r)
{
    ngx_xassist_main_conf_t  *xmcf;

    xmcf = ngx_http_get_module_main_conf(r, ngx_xassist_module);

    return xmcf->worker;
}

#pragma GCC visibility pop

#endif /* NGX_XASSIST_H */
