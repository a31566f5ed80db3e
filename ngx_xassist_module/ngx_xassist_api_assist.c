/* Assistance: started, paused, resumed, stopped; what it is now. */

#include "ngx_xassist_api_assist.h"
#include "ngx_xassist_assist.h"


enum {
    NGX_XASSIST_USER = 0, NGX_XASSIST_ANONYMOUS, NGX_XASSIST_CHANNEL,
    NGX_XASSIST_SERVICE, NGX_XASSIST_REASON
};

const policy_body_member_t  ngx_xassist_body_assist[] = {
    [NGX_XASSIST_USER] = { .name = "user", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_ANONYMOUS] = { .name = "anonymous",
                                .type = POLICY_MEMBER_BOOL },
    [NGX_XASSIST_CHANNEL] = { .name = "channel", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_SERVICE] = { .name = "service", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_REASON] = { .name = "reason", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


enum { NGX_XASSIST_OUTCOME = 0, NGX_XASSIST_NOTE };

const policy_body_member_t  ngx_xassist_body_assist_stop[] = {
    [NGX_XASSIST_OUTCOME] = { .name = "outcome", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_NOTE] = { .name = "note", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


#define COLUMN(name, type, member, words)                                    \
    { name, NGX_XASSIST_COLUMN_##type,                                       \
      offsetof(store_interaction_t, member), words }

const ngx_xassist_column_t  ngx_xassist_interaction_columns[] = {
    COLUMN("id", ID, id, NULL),
    COLUMN("agent", USER, agent, NULL),
    COLUMN("subject", USER, subject, NULL),
    COLUMN("state", WORD, state, store_interaction_state_names),
    COLUMN("channel", WORD, channel, store_channel_names),
    COLUMN("service", TEXT, service, NULL),
    COLUMN("reason", TEXT, reason, NULL),
    COLUMN("started", TIME, started, NULL),
    COLUMN("resumed", TIME, resumed, NULL),
    COLUMN("paused", TIME, paused, NULL),
    COLUMN("pauses", COUNT, pauses, NULL),
    COLUMN("spent", SECONDS, spent, NULL),
    COLUMN("closed", TIME, closed, NULL),
    COLUMN("outcome", WORD, outcome, store_outcome_names),
    { NULL, NGX_XASSIST_COLUMN_ID, 0, NULL }
};

#undef COLUMN


static ngx_xassist_reason_t ngx_xassist_assist_terms_of(
    ngx_xassist_api_t *api);
static ngx_xassist_reason_t ngx_xassist_assist_whom(ngx_xassist_api_t *api);


uint8_t
ngx_xassist_api_word_of(const policy_str_t *text, const char *const *words,
    uint8_t first)
{
    uint8_t  i;

    for (i = first; words[i] != NULL; i++) {
        if (ngx_strlen(words[i]) == text->len
            && ngx_memcmp(words[i], text->data, text->len) == 0)
        {
            return i;
        }
    }

    return UINT8_MAX;
}


ngx_xassist_reason_t
ngx_xassist_api_assist_op(ngx_xassist_api_t *api, store_op_kind_t kind)
{
    /* A guest has no session that could be in assistance. */

    if (store_id_none(&api->ctx->user)) {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    api->write.op.in.assist.session = api->ctx->session;
    api->write.op.in.assist.interaction = api->ids[0];

    return ngx_xassist_api_op(api, kind);
}


ngx_xassist_reason_t
ngx_xassist_api_assist_start(ngx_xassist_api_t *api)
{
    store_op_t                  *op;
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *m;

    m = api->members;
    op = &api->write.op;

    op->in.assist.channel =
        ngx_xassist_api_word_of(&m[NGX_XASSIST_CHANNEL].text,
                                store_channel_names, 1);

    if (op->in.assist.channel == UINT8_MAX) {
        return ngx_xassist_api_wrong(api, "\"channel\" must be phone, email, "
                                     "face, letter, social, chat or other");
    }

    op->in.assist.service = ngx_xassist_api_given(&m[NGX_XASSIST_SERVICE]);
    op->in.assist.reason = ngx_xassist_api_given(&m[NGX_XASSIST_REASON]);

    reason = ngx_xassist_assist_whom(api);

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_assist_terms_of(api);
    }

    if (reason == NGX_XASSIST_R_NONE) {
        reason = ngx_xassist_api_assist_op(api, STORE_OP_ASSIST_START);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (ngx_xassist_id_mint(&api->ids[0]) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.assist.interaction = api->ids[0];
    api->status = NGX_HTTP_CREATED;

    return NGX_XASSIST_R_NONE;
}


/* A user, or nobody in particular: one of them, and said so. */

static ngx_xassist_reason_t
ngx_xassist_assist_whom(ngx_xassist_api_t *api)
{
    ngx_str_t                    text;
    store_id_t                  *subject;
    const policy_body_member_t  *m;

    m = api->members;
    subject = &api->write.op.in.assist.subject;

    if (m[NGX_XASSIST_USER].given == m[NGX_XASSIST_ANONYMOUS].truth) {
        return ngx_xassist_api_wrong(api, "either \"user\" or \"anonymous\": "
                                          "true must be given");
    }

    if (m[NGX_XASSIST_ANONYMOUS].truth) {
        *subject = store_anonymous;
        return NGX_XASSIST_R_NONE;
    }

    text.data = (u_char *) m[NGX_XASSIST_USER].text.data;
    text.len = m[NGX_XASSIST_USER].text.len;

    if (ngx_xassist_id_parse(&text, subject) != NGX_OK
        || store_id_none(subject)
        || store_id_equal(subject, &store_anonymous))
    {
        return ngx_xassist_api_wrong(api, "\"user\" must be the id of a "
                                          "user");
    }

    return NGX_XASSIST_R_NONE;
}


/*
 * The policy's terms of a start or a resume.  What is asked last stays in the
 * context as the decision, so what may be denied is asked first.
 */

static ngx_xassist_reason_t
ngx_xassist_assist_terms_of(ngx_xassist_api_t *api)
{
    ngx_str_t             groups;
    ngx_uint_t            everybody;
    store_op_t           *op;
    policy_assistance_t   terms;
    ngx_xassist_reason_t  reason;

    op = &api->write.op;

    if (ngx_xassist_assist_terms(api->worker, api->request->pool, &terms,
                                 &groups)
        != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    everybody = groups.len == 0
                || ngx_xassist_api_ask(api, NGX_XASSIST_API_ASSISTANCE_ALL,
                                       NULL)
                   == NGX_XASSIST_R_NONE;

    reason = ngx_xassist_api_ask(api, NGX_XASSIST_API_ASSISTANCE_REQUIRES,
                                 NULL);

    if (reason == NGX_XASSIST_R_NONE
        && store_id_equal(&op->in.assist.subject, &store_anonymous))
    {
        reason = terms.anonymous
                 ? ngx_xassist_api_ask(api,
                                       NGX_XASSIST_API_ASSISTANCE_ANONYMOUS,
                                       NULL)
                 : NGX_XASSIST_R_PERMISSION_MISSING;
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    if (api->route->members == ngx_xassist_body_assist
        && terms.reason_required && op->in.assist.reason.len == 0)
    {
        return ngx_xassist_api_wrong(api, "\"reason\" must be given");
    }

    op->in.assist.duration = terms.max_duration;

    if (!everybody) {
        op->in.assist.groups.data = groups.data;
        op->in.assist.groups.len = groups.len;
    }

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_assist_pause(ngx_xassist_api_t *api)
{
    return ngx_xassist_api_assist_op(api, STORE_OP_ASSIST_PAUSE);
}


ngx_xassist_reason_t
ngx_xassist_api_assist_resume(ngx_xassist_api_t *api)
{
    store_status_t        status;
    store_interaction_t   interaction;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_interaction_get(api->worker->read, &api->ids[0],
                                   &interaction);
    store_read_reset(api->worker->read);

    if (status != STORE_OK) {
        return ngx_xassist_api_status(api, status);
    }

    api->write.op.in.assist.subject = interaction.subject;

    reason = ngx_xassist_assist_terms_of(api);

    return reason == NGX_XASSIST_R_NONE
           ? ngx_xassist_api_assist_op(api, STORE_OP_ASSIST_RESUME) : reason;
}


ngx_xassist_reason_t
ngx_xassist_api_assist_stop(ngx_xassist_api_t *api)
{
    store_op_t                  *op;
    const policy_body_member_t  *m;

    m = api->members;
    op = &api->write.op;

    if (m[NGX_XASSIST_OUTCOME].given) {
        op->in.assist.outcome =
            ngx_xassist_api_word_of(&m[NGX_XASSIST_OUTCOME].text,
                                    store_outcome_names, 0);

        if (op->in.assist.outcome == UINT8_MAX) {
            return ngx_xassist_api_wrong(api, "\"outcome\" must be resolved, "
                                              "unresolved or unknown");
        }
    }

    op->in.assist.note = ngx_xassist_api_given(&m[NGX_XASSIST_NOTE]);

    return ngx_xassist_api_assist_op(api, STORE_OP_ASSIST_STOP);
}


/* The interaction as it is after the change. */

ngx_xassist_reason_t
ngx_xassist_api_assist_done(ngx_xassist_api_t *api)
{
    store_status_t        status;
    store_interaction_t   interaction;
    const store_id_t     *id;
    ngx_xassist_reason_t  reason;

    id = api->write.op.kind == STORE_OP_ASSIST_START
         ? &api->write.op.out.made : &api->ids[0];

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    status = store_interaction_get(api->worker->read, id, &interaction);

    if (status == STORE_OK) {
        ngx_xassist_table_members(api, ngx_xassist_interaction_columns,
                                  &interaction);
        ngx_xassist_json_time(&api->json, "until",
                              api->write.op.out.expires);
        ngx_xassist_json_bool(&api->json, "again", api->write.op.out.again);
    }

    return ngx_xassist_api_end(api, status);
}


/* Whom this session assists now, or null; {} says nothing of other
   sessions. */

ngx_xassist_reason_t
ngx_xassist_api_assist_get(ngx_xassist_api_t *api)
{
    store_status_t        status;
    store_session_t       session;
    store_interaction_t   interaction;
    ngx_xassist_json_t   *json;
    ngx_xassist_reason_t  reason;

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    json = &api->json;
    ngx_memzero(&interaction, sizeof(store_interaction_t));

    status = store_session_get(api->worker->read, &api->ctx->session,
                               &session);

    if (status == STORE_OK && !store_id_none(&api->ctx->assistance)) {
        status = store_interaction_get(api->worker->read,
                                       &api->ctx->assistance, &interaction);
    }

    if (status == STORE_OK) {
        ngx_xassist_json_bool(json, "active", !store_id_none(&interaction.id));
    }

    if (status == STORE_OK && !store_id_none(&interaction.id)) {
        interaction.spent = store_interaction_spent(&interaction,
                                                    ngx_xassist_now());
        ngx_xassist_json_open(json, "assistance", '{');
        ngx_xassist_table_members(api, ngx_xassist_interaction_columns,
                                  &interaction);
        ngx_xassist_json_time(json, "until", session.assist_until);
        ngx_xassist_json_close(json, '}');
    }

    return ngx_xassist_api_end(api, status);
}
