/*
 * The log of an account, page by page, for who has to account for it.  The
 * hashes let a reader hold what was exported earlier against it.
 */

#include "ngx_xassist_api_route.h"


/* Events looked at for one page: other accounts' are skipped. */
#define NGX_XASSIST_AUDIT_LOOK  2000


typedef struct {
    store_id_t   id;
    ngx_uint_t   given;
} ngx_xassist_audit_id_t;


typedef struct {
    uint64_t                after;
    ngx_uint_t              limit;
    uint64_t                from;
    ngx_str_t               type;
    ngx_xassist_audit_id_t  call;
    ngx_xassist_audit_id_t  user;
} ngx_xassist_audit_t;


static ngx_xassist_reason_t ngx_xassist_audit_asked(ngx_xassist_api_t *api,
    ngx_xassist_audit_t *audit);
static ngx_int_t ngx_xassist_audit_id(ngx_xassist_api_t *api,
    const char *name, ngx_xassist_audit_id_t *id);
static ngx_uint_t ngx_xassist_audit_wanted(ngx_xassist_api_t *api,
    const ngx_xassist_audit_t *audit, const store_event_t *event);
static void ngx_xassist_audit_event(ngx_xassist_json_t *json,
    const store_event_t *event);


ngx_xassist_reason_t
ngx_xassist_api_audit_list(ngx_xassist_api_t *api)
{
    uint64_t               cursor;
    ngx_uint_t             n, looked, trimmed;
    store_event_t          event;
    store_status_t         status;
    ngx_xassist_audit_t    audit;
    ngx_xassist_reason_t   reason;

    reason = ngx_xassist_audit_asked(api, &audit);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_read(api);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    cursor = audit.after;
    trimmed = 0;
    status = STORE_OK;
    n = 0;

    ngx_xassist_json_open(&api->json, "events", '[');

    for (looked = 0; n < audit.limit && looked < NGX_XASSIST_AUDIT_LOOK;
         looked++)
    {
        status = store_log_next(api->worker->read, cursor, &event);

        /* What retention took away is said, not passed over. */

        if (status == STORE_TRIMMED) {
            trimmed = 1;
            status = STORE_OK;
        }

        if (status != STORE_OK) {
            break;
        }

        cursor = event.seq;

        if (ngx_xassist_audit_wanted(api, &audit, &event)) {
            ngx_xassist_audit_event(&api->json, &event);
            n++;
        }
    }

    ngx_xassist_json_close(&api->json, ']');
    ngx_xassist_json_number(&api->json, "next", cursor);
    ngx_xassist_json_bool(&api->json, "more", status == STORE_OK);
    ngx_xassist_json_bool(&api->json, "trimmed", trimmed);

    store_read_reset(api->worker->read);

    return status == STORE_NOT_FOUND ? NGX_XASSIST_R_NONE
                                     : ngx_xassist_api_status(api, status);
}


static ngx_xassist_reason_t
ngx_xassist_audit_asked(ngx_xassist_api_t *api, ngx_xassist_audit_t *audit)
{
    off_t                  after;
    ngx_str_t              value;
    ngx_xassist_reason_t   reason;

    ngx_memzero(audit, sizeof(ngx_xassist_audit_t));

    reason = ngx_xassist_api_page(api, &audit->limit, &audit->from);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (ngx_http_arg(api->request, (u_char *) "after", 5, &value) == NGX_OK) {

        after = ngx_atoof(value.data, value.len);
        if (after == (off_t) NGX_ERROR) {
            return ngx_xassist_api_wrong(api, "after must be a number that "
                                              "`next` gave");
        }

        audit->after = (uint64_t) after;
    }

    (void) ngx_http_arg(api->request, (u_char *) "type", 4, &audit->type);

    if (ngx_xassist_audit_id(api, "call", &audit->call) != NGX_OK
        || ngx_xassist_audit_id(api, "user", &audit->user) != NGX_OK)
    {
        return ngx_xassist_api_wrong(api, "call and user must be ids");
    }

    return NGX_XASSIST_R_NONE;
}


static ngx_int_t
ngx_xassist_audit_id(ngx_xassist_api_t *api, const char *name,
    ngx_xassist_audit_id_t *id)
{
    ngx_str_t  value;

    if (ngx_http_arg(api->request, (u_char *) name, ngx_strlen(name), &value)
        != NGX_OK)
    {
        return NGX_OK;
    }

    id->given = 1;

    return ngx_xassist_id_parse(&value, &id->id);
}


/* A user's are those that it did, was assisted in, or is about.  `type` is a
   kind, or its first word: "call" for "call.ended". */

static ngx_uint_t
ngx_xassist_audit_wanted(ngx_xassist_api_t *api,
    const ngx_xassist_audit_t *audit, const store_event_t *event)
{
    const char        *name;
    const store_id_t  *user;

    if (!store_id_equal(&event->account, &api->ctx->account)
        || event->time < audit->from)
    {
        return 0;
    }

    if (audit->call.given && !store_id_equal(&event->call, &audit->call.id)) {
        return 0;
    }

    user = &audit->user.id;

    if (audit->user.given && !store_id_equal(&event->user, user)
        && !store_id_equal(&event->actor, user)
        && !store_id_equal(&event->subject, user))
    {
        return 0;
    }

    name = store_event_name(event->kind);

    return audit->type.len == 0
           || (ngx_strncmp(name, audit->type.data, audit->type.len) == 0
               && (name[audit->type.len] == '\0'
                   || name[audit->type.len] == '.'));
}


static void
ngx_xassist_audit_event(ngx_xassist_json_t *json, const store_event_t *event)
{
    u_char       hex[2 * STORE_HASH_LEN];
    const char  *name;

    name = store_event_name(event->kind);

    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_number(json, "id", event->seq);
    ngx_xassist_json_word(json, "type", name);
    ngx_xassist_json_time(json, "time", event->time);
    ngx_xassist_json_id(json, "actor", &event->actor);

    if (store_id_equal(&event->subject, &store_anonymous)) {
        ngx_xassist_json_word(json, "subject", "anonymous");
    } else {
        ngx_xassist_json_id(json, "subject", &event->subject);
    }

    ngx_xassist_json_id(json, "user", &event->user);
    ngx_xassist_json_id(json, "session", &event->session);
    ngx_xassist_json_id(json, "call", &event->call);
    ngx_xassist_json_id(json, "participant", &event->participant);
    ngx_xassist_json_id(json, "invitation", &event->invitation);
    ngx_xassist_json_id(json, "interaction", &event->interaction);
    ngx_xassist_json_slice(json, "detail", &event->detail);

    if (event->cause != 0) {
        ngx_xassist_json_number(json, "cause", event->cause);
    } else {
        ngx_xassist_json_null(json, "cause");
    }

    if (event->before.len == STORE_HASH_LEN) {
        (void) ngx_hex_dump(hex, (u_char *) event->before.data,
                            STORE_HASH_LEN);
        ngx_xassist_json_text(json, "before", hex, sizeof(hex));

    } else {
        ngx_xassist_json_null(json, "before");
    }

    ngx_xassist_json_close(json, '}');
}
