/*
 * policy: policy.json -> image -> decision; tokens, keys and media tokens.
 *
 * This library says WHAT a principal may do.  It knows neither the store nor
 * nginx: whoever calls it gives in who asks, and gets a verdict.
 *
 * Conventions.  Every function that can fail returns policy_status_t.  Text
 * is a slice (policy_str_t) and is not NUL-terminated.  Objects marked
 * "malloc'ed" are freed by the function named beside them, which takes NULL.
 * No function logs, keeps state between calls, or touches errno.
 */

#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)


/* ---- status and errors ------------------------------------------------- */

typedef enum {
    POLICY_OK = 0,
    POLICY_INVALID,        /* input refused; the error says where and why */
    POLICY_NOT_FOUND,      /* no such name, key or member */
    POLICY_FORGED,         /* a token, nonce or signature does not verify */
    POLICY_EXPIRED,        /* it verifies, but its time is over */
    POLICY_CORRUPT,        /* an image that is not one, or a torn read */
    POLICY_TOO_BIG,        /* over a ceiling of limits.h, or over the zone */
    POLICY_NO_MEMORY,
    POLICY_CRYPTO          /* OpenSSL refused; nothing was produced */
} policy_status_t;

#define POLICY_USE_RESULT  __attribute__((warn_unused_result))

/* English text of a status, never NULL; for log lines and the tool. */
const char *policy_status_text(policy_status_t status);

typedef struct {
    const char *data;
    size_t      len;
} policy_str_t;

/* One error of an input: line and column count from 1, 0 when it has none. */
typedef struct {
    uint32_t line;
    uint32_t column;
    char     text[256];                /* NUL-terminated, without the place */
} policy_error_t;

/*
 * Where errors are collected.  The caller owns items[capacity]; the first
 * `capacity` errors are kept, `count` says how many there were.
 */
typedef struct {
    policy_error_t *items;
    uint32_t        capacity;
    uint32_t        count;
} policy_errors_t;


/* ---- images ------------------------------------------------------------ */

/*
 * An image is a compiled policy: one position-independent block of bytes,
 * offsets only, native byte order.  A reader uses it through a reference
 * which carries its bounds, so that even a torn image (see policy_zone_read)
 * cannot lead a reader outside of them.
 */
typedef struct {
    const uint8_t *base;
    size_t         size;               /* bytes that may be read from base */
    uint64_t       generation;         /* 0 for an image outside a zone */
} policy_image_t;

/*
 * Parses, checks and compiles policy.json (DESIGN: section 5).  On POLICY_OK
 * *image is malloc'ed at image->base; free with policy_image_free.  On
 * POLICY_INVALID every error found is in `errors` and nothing is allocated.
 * Warnings never stop a policy; there are none in the result.
 */
policy_status_t policy_compile(const char *json, size_t len,
    policy_image_t *image, policy_errors_t *errors) POLICY_USE_RESULT;

void policy_image_free(policy_image_t *image);

/*
 * Full check of an image's structure: each offset, count, program and name
 * table lies inside `size`.  Done once, before an image is published; after
 * it the readers below only bound-check.
 */
policy_status_t policy_image_verify(const uint8_t *base, size_t size)
    POLICY_USE_RESULT;

/* SHA-256 of the policy.json text the image was made from. */
void policy_image_digest(const policy_image_t *image, uint8_t out[32]);


/* ---- the shared zone --------------------------------------------------- */

/*
 * Two halves and a sequence in memory shared by processes.  One writer (the
 * master), any number of readers, no lock.  A reader copies the reference,
 * evaluates, then asks whether what it read was whole; if not, it repeats.
 */
typedef struct policy_zone_s policy_zone_t;

/* Bytes of zone memory that hold two images of `image_size` bytes. */
size_t policy_zone_need(size_t image_size);

/* Lays an empty zone (generation 0) over `size` bytes at mem, page aligned. */
policy_status_t policy_zone_format(void *mem, size_t size)
    POLICY_USE_RESULT;

/*
 * Before the first publication: counting goes on after `generation`, that of
 * the zone which this one replaces.  Later it does nothing.  Writer only.
 */
void policy_zone_continue(policy_zone_t *zone, uint64_t generation);

/* Largest image a zone can take. */
size_t policy_zone_capacity(const policy_zone_t *zone);

/*
 * Publishes a verified image; the generation goes up by one.  Writer only.
 * `loaded_at` is milliseconds UTC, kept for policy_zone_loaded.
 */
policy_status_t policy_zone_publish(policy_zone_t *zone,
    const policy_image_t *image, uint64_t loaded_at) POLICY_USE_RESULT;

/* Current generation, 0 before the first publication.  Any process. */
uint64_t policy_zone_generation(const policy_zone_t *zone);
uint64_t policy_zone_loaded(const policy_zone_t *zone);

/* POLICY_NOT_FOUND before the first publication. */
policy_status_t policy_zone_read(const policy_zone_t *zone,
    policy_image_t *image) POLICY_USE_RESULT;

/* True when everything read through `image` since policy_zone_read is whole. */
bool policy_zone_settled(const policy_zone_t *zone,
    const policy_image_t *image);


/* ---- names and terms --------------------------------------------------- */

#define POLICY_NONE  UINT32_MAX

/*
 * Index of a rule by its name or alias.  Each permission is also a rule of
 * its own name; so are the built-in rules: authenticated, regular, guest,
 * in-call, nobody, everybody.  POLICY_NONE when unknown.  Indexes hold for
 * one generation.
 */
uint32_t policy_rule_find(const policy_image_t *image, policy_str_t name);
uint32_t policy_role_find(const policy_image_t *image, policy_str_t name);
uint32_t policy_profile_find(const policy_image_t *image, policy_str_t name);
uint32_t policy_permission_find(const policy_image_t *image,
    policy_str_t name);

/* Canonical name; empty when out of range.  Lives as long as the image. */
policy_str_t policy_rule_name(const policy_image_t *image, uint32_t rule);
policy_str_t policy_role_name(const policy_image_t *image, uint32_t role);

typedef enum {
    POLICY_COLUMN_REGULAR = 0,
    POLICY_COLUMN_GUEST_MOBILE,
    POLICY_COLUMN_GUEST_MOBILE_WEB,
    POLICY_COLUMN_GUEST_WEB,
    POLICY_COLUMN_EXTERNAL,
    POLICY_COLUMN_SERVICE,
    POLICY_COLUMNS
} policy_column_t;

typedef struct {
    policy_str_t name;
    policy_str_t area;
    policy_str_t feature;
    policy_str_t description;
    uint32_t     columns;              /* bit 1 << policy_column_t */
} policy_permission_t;

typedef struct {
    policy_str_t name;
    policy_str_t title;
    bool         single_user;
    bool         groups;               /* scope "groups", else "account" */
    bool         administrator;        /* of an account of several users */
    bool         billing;              /* the billing contact's alone */
} policy_role_t;

/* Walk by index from 0; POLICY_NOT_FOUND past the end. */
policy_status_t policy_permission_at(const policy_image_t *image, uint32_t i,
    policy_permission_t *out) POLICY_USE_RESULT;
policy_status_t policy_role_at(const policy_image_t *image, uint32_t i,
    policy_role_t *out) POLICY_USE_RESULT;
/* Alias k of permission i, or of rule i; empty past the end. */
policy_str_t policy_permission_alias(const policy_image_t *image, uint32_t i,
    uint32_t k);
/* Permission k that permission i requires, in steps, too; POLICY_NONE past
   the end. */
uint32_t policy_permission_requires(const policy_image_t *image, uint32_t i,
    uint32_t k);
/* Alias k of a rule; attribute k that its query must bring. */
policy_str_t policy_rule_alias(const policy_image_t *image, uint32_t rule,
    uint32_t k);
policy_str_t policy_rule_attribute(const policy_image_t *image,
    uint32_t rule, uint32_t k);
/* The facts (POLICY_FACT_*) that a rule may look at; of call.join, say, those
   about a call. */
uint32_t policy_rule_facts(const policy_image_t *image, uint32_t rule);
/* The permission that takes an agent seat (licences.seat), or POLICY_NONE. */
uint32_t policy_permission_seat(const policy_image_t *image);
/* Whether the role (its includes counted) grants the permission. */
bool policy_role_grants(const policy_image_t *image, uint32_t role,
    uint32_t permission);

/* What an inviter is shown before an external is let in. */
typedef struct {
    policy_str_t name;
    policy_str_t title;
    policy_str_t description;
    bool         invite;               /* may be chosen for an invitation */
    bool         control;              /* mode "control", else "view" */
    uint64_t     idle_timeout;         /* milliseconds, 0: none */
} policy_profile_t;

policy_status_t policy_profile_at(const policy_image_t *image, uint32_t i,
    policy_profile_t *out) POLICY_USE_RESULT;

typedef enum {
    POLICY_INVITATION_CONFERENCE = 1,
    POLICY_INVITATION_SERVICE_REQUEST = 2,
    POLICY_INVITATION_EXTERNAL = 3
} policy_invitation_t;

#define POLICY_CHANNEL_MAIL  1u
#define POLICY_CHANNEL_SMS   2u
#define POLICY_CHANNEL_LINK  4u

typedef enum {
    POLICY_BOUND_CALL = 1,
    POLICY_BOUND_INVITER = 2,
    POLICY_BOUND_OWNER = 3
} policy_bound_t;

/* The terms written into an invitation when it is made. */
typedef struct {
    uint64_t       valid_for;          /* milliseconds, 0: while the call */
    uint32_t       uses;               /* 0: unlimited */
    uint32_t       channels;           /* POLICY_CHANNEL_* */
    policy_bound_t bound_to;
    bool           opens_call;
    bool           terms;              /* terms of use must be accepted */
    uint64_t       idle_timeout;       /* milliseconds, 0: none */
} policy_terms_t;

policy_status_t policy_terms(const policy_image_t *image,
    policy_invitation_t kind, policy_terms_t *out) POLICY_USE_RESULT;

/* The plain numbers of a policy.  Durations in milliseconds, 0: no limit. */
typedef struct {
    uint64_t presence_grace;
    bool     end_when_empty;
    bool     end_when_owner_left;
    uint64_t request_grace;
    uint64_t never_joined;
    uint64_t ring;
    uint64_t session_lifetime;
    uint64_t session_idle;
    uint32_t sessions_per_user;
    uint32_t guest_seats;              /* per account, 0: none are free */
    uint32_t sockets_per_guest;
    uint32_t sockets_per_user;
    uint32_t participants_per_call;
    uint64_t max_age;                  /* of one connection */
    bool     replace_oldest;           /* of too many, not the newest goes */
} policy_settings_t;

policy_status_t policy_settings(const policy_image_t *image,
    policy_settings_t *out) POLICY_USE_RESULT;


/* ---- the decision ------------------------------------------------------ */

typedef enum {
    POLICY_KIND_ANONYMOUS = 0,
    POLICY_KIND_REGULAR,
    POLICY_KIND_GUEST,
    POLICY_KIND_EXTERNAL,
    POLICY_KIND_SERVICE
} policy_kind_t;

typedef enum {
    POLICY_DEVICE_NONE = 0,
    POLICY_DEVICE_WEB,
    POLICY_DEVICE_MOBILE,
    POLICY_DEVICE_MOBILE_WEB,
    POLICY_DEVICE_GLASSES
} policy_device_t;

/* What the caller established before asking, as facts. */
#define POLICY_FACT_LICENSED      0x01u  /* regular: has a regular licence */
#define POLICY_FACT_SINGLE_USER   0x02u  /* regular: only user of account */
#define POLICY_FACT_GUEST_IN_CALL 0x04u  /* guest/external: session is of it */
#define POLICY_FACT_CALL_MEMBER   0x08u  /* owner, requester or invited */
#define POLICY_FACT_CALL_OWNER    0x10u
#define POLICY_FACT_SAME_ACCOUNT  0x20u
#define POLICY_FACT_IN_GROUP      0x40u  /* the object is in a managed group */
#define POLICY_FACT_INVITER_HOLDS 0x80u  /* external: inviter is in the call */

typedef struct {
    policy_str_t name;
    policy_str_t value;
} policy_attribute_t;

/*
 * Roles count for regular users and services; a guest's are never asked.  An
 * external whose first profile is POLICY_NONE holds nothing: its profile is
 * gone.  CALL_OWNER of a guest: who pressed Join of the service request.
 */
typedef struct {
    policy_kind_t             kind;
    policy_device_t           device;
    uint32_t                  facts;
    const uint32_t           *roles;     /* indexes; POLICY_NONE is skipped */
    uint32_t                  nroles;
    uint32_t                  profiles[2];  /* invitation's, call's; or NONE */
    const uint32_t           *inviter_roles;  /* external: cap */
    uint32_t                  ninviter_roles;
    const policy_attribute_t *attributes;
    uint32_t                  nattributes;
} policy_query_t;

typedef enum {
    POLICY_DENY = 0,
    POLICY_ALLOW,
    POLICY_ERROR                       /* never allows */
} policy_verdict_t;

typedef enum {
    POLICY_REASON_NONE = 0,            /* with POLICY_ALLOW */
    POLICY_REASON_SIGNED_OUT,          /* anonymous, and a right is needed */
    POLICY_REASON_NOT_FOR_GUESTS,      /* outside the ceiling of a guest */
    POLICY_REASON_NO_LICENCE,
    POLICY_REASON_PERMISSION_MISSING,
    POLICY_REASON_UNKNOWN_RULE,        /* with POLICY_ERROR */
    POLICY_REASON_CORRUPT,             /* with POLICY_ERROR */
    POLICY_REASON_ATTRIBUTE_MISSING    /* with POLICY_ERROR: not given in */
} policy_reason_t;

const char *policy_reason_name(policy_reason_t reason);

typedef struct {
    policy_verdict_t verdict;
    policy_reason_t  reason;
    uint32_t         rule;             /* the rule that decided */
    uint32_t         permission;       /* the missing one, or POLICY_NONE */
} policy_decision_t;

/*
 * Decides whether the principal of `query` passes `rule`.  Reads only its
 * arguments: no allocation, no lock, any thread, bounded steps.  An index out
 * of range or a damaged image gives POLICY_ERROR.
 */
void policy_decide(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, policy_decision_t *decision);


/* Names in files and on the command line, by value; each list ends with
   NULL.  Facts in the order of their bits. */
extern const char *const policy_kind_names[];
extern const char *const policy_device_names[];
extern const char *const policy_fact_names[];
extern const char *const policy_column_names[];

/* One test that a decision made. */
typedef struct {
    const char       *test;            /* "permission", "kind", "fact" ... */
    policy_str_t      name;            /* of what was tested */
    policy_verdict_t  value;           /* allow: true, deny: false */
    const char       *by;              /* what settled it: "role", "guests",
                                          "profile", "ceiling", ... or "" */
    policy_str_t      source;          /* its name, where it has one */
} policy_explained_t;

typedef void (*policy_explained_pt)(void *ctx,
    const policy_explained_t *step);

/* Decides as policy_decide does and calls `each` with every test made. */
void policy_explain(const policy_image_t *image, uint32_t rule,
    const policy_query_t *query, policy_explained_pt each, void *ctx,
    policy_decision_t *decision);


/* ---- tests of a policy -------------------------------------------------- */

/* One question of a tests file, and its answer. */
typedef struct {
    policy_str_t      title;
    policy_str_t      rule;
    policy_str_t      principal;       /* its name in the file */
    uint32_t          line;
    policy_verdict_t  expected;
    policy_str_t      reason;          /* expected, or empty: any */
    policy_decision_t decision;
    bool              passed;
} policy_case_t;

typedef void (*policy_case_pt)(void *ctx, const policy_case_t *which);

/*
 * Asks every question of a tests file (JSON with comments; see the head of
 * conf/policy-tests.json) and calls `each` with its answer, which lives until
 * `each` returns.  POLICY_INVALID: the file is wrong; nothing was asked.
 */
policy_status_t policy_test(const policy_image_t *image, const char *json,
    size_t len, policy_case_pt each, void *ctx, policy_errors_t *errors)
    POLICY_USE_RESULT;


/* ---- the body of an API call -------------------------------------------- */

typedef enum {
    POLICY_MEMBER_TEXT = 0,
    POLICY_MEMBER_NUMBER,              /* 0 to 2^53 - 1 */
    POLICY_MEMBER_BOOL
} policy_member_type_t;

/* A member that the object may have; `name` and `type` are the caller's. */
typedef struct {
    const char          *name;
    policy_member_type_t type;
    bool                 given;        /* and not null */
    bool                 truth;
    uint64_t             number;
    policy_str_t         text;         /* empty when not given */
} policy_body_member_t;

/*
 * Reads one flat JSON object (RFC 8259, without comments) of at most 64 KB.
 * Texts are put into `texts`, which has room for `len` bytes.  Unknown and
 * repeated members, and values of another type, are POLICY_INVALID with the
 * place and the name in *error.
 */
policy_status_t policy_body_read(const char *json, size_t len,
    policy_body_member_t *members, uint32_t n, char *texts,
    policy_error_t *error)
    POLICY_USE_RESULT;

#pragma GCC visibility pop

#include <policy/assistance.h>
#include <policy/token.h>

#endif /* POLICY_H */
