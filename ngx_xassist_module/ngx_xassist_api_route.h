/*
 * What the API is made of: routes, each with its method, path, rule and
 * handlers, and what a handler works with.  The table is in
 * ngx_xassist_api.c, the handlers are in one file per resource.
 */

#ifndef NGX_XASSIST_API_ROUTE_H
#define NGX_XASSIST_API_ROUTE_H

#include "ngx_xassist.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_writer.h"

#pragma GCC visibility push(hidden)

#define NGX_XASSIST_API_LIST       100         /* items, unless asked */
#define NGX_XASSIST_API_LIST_MAX   200


typedef enum {
#define NGX_XASSIST_API_RULE(symbol, name)  NGX_XASSIST_API_##symbol,
#include "ngx_xassist_api_rule.def"
#undef NGX_XASSIST_API_RULE
    NGX_XASSIST_API_RULES
} ngx_xassist_api_rule_t;


/* How the rule is asked. */
#define NGX_XASSIST_ASK_SELF  0                /* by the handler */
#define NGX_XASSIST_ASK       1                /* of nothing */
#define NGX_XASSIST_ASK_CALL  2                /* of the call in the path */
#define NGX_XASSIST_ASK_PAST  3                /* the same; it may be over */
#define NGX_XASSIST_ASK_ANY   4                /* as nobody, whoever it is */


typedef struct ngx_xassist_api_s  ngx_xassist_api_t;

/*
 * `ask` writes the JSON of the answer, or fills api->write.op of a change,
 * and returns NONE; any other reason becomes a problem document.  `done`
 * writes the answer when the change is committed.
 */
typedef ngx_xassist_reason_t (*ngx_xassist_api_pt)(ngx_xassist_api_t *api);


typedef struct {
    ngx_uint_t                   method;       /* GET stands for HEAD, too */
    ngx_str_t                    path;         /* '*': an id, '@': a link */
    ngx_xassist_api_rule_t       rule;
    ngx_uint_t                   ask_of;
    const policy_body_member_t  *members;      /* of the body, if it has one;
                                                  ends with no name */
    ngx_xassist_api_pt           ask;
    ngx_xassist_api_pt           done;         /* NULL: changes nothing */
} ngx_xassist_route_t;


struct ngx_xassist_api_s {
    ngx_http_request_t          *request;
    ngx_xassist_worker_t        *worker;
    ngx_xassist_ctx_t           *ctx;
    const ngx_xassist_route_t   *route;
    store_id_t                   ids[2];       /* in place of the stars */
    policy_body_member_t        *members;      /* read, in the same order */
    ngx_xassist_json_t           json;
    ngx_uint_t                   status;
    const char                  *detail;       /* of invalid_request */
    ngx_xassist_write_t          write;
    void                        *data;         /* of the handlers */
    ngx_int_t                    rc;           /* of a handler that has */
    unsigned                     sent:1;       /* answered by itself */
};


/* The route of the request, with the ids in its path; NULL with methods 0:
   no such path, otherwise the path, but not with that method. */
const ngx_xassist_route_t *ngx_xassist_api_route(ngx_xassist_api_t *api,
    ngx_uint_t *methods);

/* Asks a rule, of a call or (NULL) of nothing; NONE when it allows. */
ngx_xassist_reason_t ngx_xassist_api_ask(ngx_xassist_api_t *api,
    ngx_xassist_api_rule_t rule, const store_id_t *call);

/* The same where a call that is over is no refusal. */
ngx_xassist_reason_t ngx_xassist_api_ask_past(ngx_xassist_api_t *api,
    ngx_xassist_api_rule_t rule, const store_id_t *call);

/* The same about a user, or about a group: the rule may ask whether it is one
   that the caller manages. */
ngx_xassist_reason_t ngx_xassist_api_ask_user(ngx_xassist_api_t *api,
    ngx_xassist_api_rule_t rule, const store_id_t *user);
ngx_xassist_reason_t ngx_xassist_api_ask_group(ngx_xassist_api_t *api,
    ngx_xassist_api_rule_t rule, const store_id_t *group);

/* Renews the worker's read transaction; STORE_UNAVAILABLE when it cannot. */
ngx_xassist_reason_t ngx_xassist_api_read(ngx_xassist_api_t *api);

/* Fills kind, id, time, actor, account and presence of the change. */
ngx_xassist_reason_t ngx_xassist_api_op(ngx_xassist_api_t *api,
    store_op_kind_t kind);

/* Takes the Idempotency-Key of the request, if it has one, into the change:
   who asks again with it gets what came of the first time. */
ngx_xassist_reason_t ngx_xassist_api_once(ngx_xassist_api_t *api);

/* Says what is wrong with the request: the reason is INVALID_REQUEST. */
ngx_xassist_reason_t ngx_xassist_api_wrong(ngx_xassist_api_t *api,
    const char *detail);

/* What became of the read; NONE, NOT_FOUND, or STORE_UNAVAILABLE. */
ngx_xassist_reason_t ngx_xassist_api_status(ngx_xassist_api_t *api,
    store_status_t status);

/* The same, and the read is over. */
ngx_xassist_reason_t ngx_xassist_api_end(ngx_xassist_api_t *api,
    store_status_t status);

/* A whole answer: the records of an account or a user, as store.h walks them,
   in a list of that name, each with the members that are written for it. */
typedef store_status_t (*ngx_xassist_api_walk_pt)(store_txn_t *txn,
    const store_id_t *of, store_visit_pt visit, void *data);
typedef void (*ngx_xassist_api_members_pt)(ngx_xassist_api_t *api,
    const void *record);

ngx_xassist_reason_t ngx_xassist_api_list(ngx_xassist_api_t *api,
    const char *name, ngx_xassist_api_walk_pt walk, const store_id_t *of,
    ngx_xassist_api_members_pt members);

/* What a read gave, or NOT_FOUND where the record is another account's: they
   look alike. */
store_status_t ngx_xassist_api_own(const ngx_xassist_api_t *api,
    store_status_t status, const store_id_t *account);

/* The text of a member of the body, empty when it was not given; and the id
   of a user that it must be. */
store_slice_t ngx_xassist_api_given(const policy_body_member_t *member);
ngx_xassist_reason_t ngx_xassist_api_id_given(ngx_xassist_api_t *api,
    const policy_body_member_t *member, store_id_t *id);

/* ?limit= and ?from=: how many to list, and from when. */
ngx_xassist_reason_t ngx_xassist_api_page(ngx_xassist_api_t *api,
    ngx_uint_t *limit, uint64_t *from);

/* "http://HOST" or "https://HOST", as the client asked; with `ws` ws: or
   wss:.  NGX_ERROR when out of memory. */
ngx_int_t ngx_xassist_api_base(ngx_xassist_api_t *api, ngx_uint_t ws,
    ngx_str_t *base);

/* What an inviter chooses for an external. */
typedef struct {
    policy_str_t  name;                /* asked for; empty: none */
    ngx_uint_t    invite;              /* it exists and may be chosen */
    uint64_t      idle_timeout;
} ngx_xassist_profile_t;

/* The live policy's terms of a kind, and its profile of that name. */
ngx_int_t ngx_xassist_api_terms(ngx_xassist_api_t *api,
    policy_invitation_t kind, policy_terms_t *terms,
    ngx_xassist_profile_t *profile);

/* RFC 3339 to milliseconds UTC; NGX_ERROR when it is not. */
ngx_int_t ngx_xassist_api_time(const u_char *data, size_t len, uint64_t *ms);


/* ---- members of objects -------------------------------------------------- */

/* {"id", "name"} of a user; within a read. */
void ngx_xassist_api_person(ngx_xassist_api_t *api, const char *name,
    const store_id_t *user);

/* Members of a call, its people included; within a read. */
store_status_t ngx_xassist_api_call(ngx_xassist_api_t *api,
    const store_call_t *call);

/* Members of a participant of the call. */
void ngx_xassist_api_participant(ngx_xassist_api_t *api,
    const store_call_t *call, const store_participant_t *part);

/* Members of an invitation; within a read. */
void ngx_xassist_api_invitation(ngx_xassist_api_t *api,
    const store_invitation_t *inv);

/* Generation, SHA-256 and time of the live policy, under these names, and the
   worker that says so. */
void ngx_xassist_api_policy_live(ngx_xassist_api_t *api,
    const char *generation, const char *sha256, const char *loaded);

/* The link of an invitation, or of a transfer. */
ngx_int_t ngx_xassist_api_link(ngx_xassist_api_t *api,
    policy_token_kind_t kind, const store_id_t *id, ngx_str_t *link);


/* ---- bodies and handlers, by resource ------------------------------------ */

extern const policy_body_member_t  ngx_xassist_body_empty[];
extern const policy_body_member_t  ngx_xassist_body_logout[];
extern const policy_body_member_t  ngx_xassist_body_password[];
extern const policy_body_member_t  ngx_xassist_body_call[];
extern const policy_body_member_t  ngx_xassist_body_user[];
extern const policy_body_member_t  ngx_xassist_body_report[];
extern const policy_body_member_t  ngx_xassist_body_invitation[];
extern const policy_body_member_t  ngx_xassist_body_join[];

ngx_xassist_reason_t ngx_xassist_api_health(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_me(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_policy_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_policy_explain(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_admission(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_ice(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_logout(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_logged_out(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_sessions_list(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_sessions_revoke(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_sessions_revoked(
    ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_cards_create(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_cards_created(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_password(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_jwks(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_calls_list(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_create(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_created(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_end(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_accept(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_decline(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_changed(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_hand_over(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_handed_over(
    ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_ring(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_calls_rung(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_parts_list(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_parts_remove(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_parts_removed(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_parts_report(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_parts_reported(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_invitations_of(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_invitations_by(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_invitations_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_invitations_create(
    ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_invitations_made(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_invitations_withdraw(
    ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_invitations_withdrawn(
    ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_requests_create(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_profiles_list(ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_links_get(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_links_join(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_links_joined(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_transfers_create(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_transfers_created(
    ngx_xassist_api_t *api);

ngx_xassist_reason_t ngx_xassist_api_events(ngx_xassist_api_t *api);
ngx_xassist_reason_t ngx_xassist_api_audit_list(ngx_xassist_api_t *api);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_API_ROUTE_H */
