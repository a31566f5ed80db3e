/* Invitations and service requests: made by the policy's terms, with the
   messages that carry their link. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_message.h"


#define NGX_XASSIST_TO_MAX  254


enum {
    NGX_XASSIST_KIND = 0,
    NGX_XASSIST_NAME,
    NGX_XASSIST_COMMENT,
    NGX_XASSIST_PROFILE,
    NGX_XASSIST_CHANNEL,
    NGX_XASSIST_TO,
    NGX_XASSIST_REPLACES
};

const policy_body_member_t  ngx_xassist_body_invitation[] = {
    [NGX_XASSIST_KIND] = { .name = "kind", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_NAME] = { .name = "name", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_COMMENT] = { .name = "comment", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_PROFILE] = { .name = "profile", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_CHANNEL] = { .name = "channel", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_TO] = { .name = "to", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_REPLACES] = { .name = "replaces", .type = POLICY_MEMBER_TEXT },
    { .name = NULL }
};


static ngx_xassist_reason_t ngx_xassist_invite_fill(
    ngx_xassist_api_t *api, store_inv_kind_t kind);
static ngx_int_t ngx_xassist_invite_deliver(ngx_xassist_api_t *api,
    store_op_t *op);
static ngx_xassist_reason_t ngx_xassist_invite_members(
    ngx_xassist_api_t *api, store_op_t *op);
static ngx_uint_t ngx_xassist_invite_is(const policy_str_t *text,
    const char *word);
static ngx_xassist_reason_t ngx_xassist_invite_messages(
    ngx_xassist_api_t *api, const ngx_str_t *link);


ngx_xassist_reason_t
ngx_xassist_api_invitations_create(ngx_xassist_api_t *api)
{
    ngx_xassist_reason_t         reason;
    const policy_body_member_t  *kind;

    kind = &api->members[NGX_XASSIST_KIND];
    api->write.op.in.invitation_create.call = api->ids[0];

    if (!kind->given
        || ngx_xassist_invite_is(&kind->text, "conference"))
    {
        return ngx_xassist_invite_fill(api, STORE_INV_CONFERENCE);
    }

    if (!ngx_xassist_invite_is(&kind->text, "external")) {
        return ngx_xassist_api_wrong(api, "\"kind\" must be conference or "
                                          "external");
    }

    reason = ngx_xassist_api_ask(api,
                                 NGX_XASSIST_API_INVITATIONS_CREATE_IN_CALL,
                                 &api->ids[0]);

    return reason == NGX_XASSIST_R_NONE
           ? ngx_xassist_invite_fill(api, STORE_INV_EXTERNAL) : reason;
}


ngx_xassist_reason_t
ngx_xassist_api_requests_create(ngx_xassist_api_t *api)
{
    if (api->members[NGX_XASSIST_KIND].given
        || api->members[NGX_XASSIST_PROFILE].given)
    {
        return ngx_xassist_api_wrong(api, "a service request has neither "
                                          "\"kind\" nor \"profile\"");
    }

    return ngx_xassist_invite_fill(api, STORE_INV_SERVICE_REQUEST);
}


/* The policy's terms are written into the invitation now, for good. */

static ngx_xassist_reason_t
ngx_xassist_invite_fill(ngx_xassist_api_t *api, store_inv_kind_t kind)
{
    store_op_t             *op;
    policy_terms_t          terms;
    ngx_xassist_profile_t   profile;
    ngx_xassist_reason_t    reason;

    op = &api->write.op;

    reason = ngx_xassist_api_op(api, STORE_OP_INVITATION_CREATE);

    if (reason == NGX_XASSIST_R_NONE) {
        op->in.invitation_create.kind = kind;
        reason = ngx_xassist_invite_members(api, op);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    profile.name = api->members[NGX_XASSIST_PROFILE].text;

    if (ngx_xassist_api_terms(api, (policy_invitation_t) kind, &terms,
                              &profile)
        != NGX_OK
        || ngx_xassist_id_mint(&op->in.invitation_create.invitation)
           != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (kind == STORE_INV_EXTERNAL && !profile.invite) {
        return ngx_xassist_api_wrong(api, "\"profile\" must be one of "
                                          "v1/profiles?for=invite");
    }

    if ((terms.channels & op->in.invitation_create.channel) == 0) {
        return NGX_XASSIST_R_CHANNEL_NOT_ALLOWED;
    }

    if (kind == STORE_INV_EXTERNAL && profile.idle_timeout != 0
        && (terms.idle_timeout == 0
            || profile.idle_timeout < terms.idle_timeout))
    {
        terms.idle_timeout = profile.idle_timeout;
    }

    if (ngx_xassist_invite_deliver(api, op) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.invitation_create.inviter = api->ctx->user;
    op->in.invitation_create.expires = terms.valid_for
                                       ? op->now + terms.valid_for : 0;
    op->in.invitation_create.uses = terms.uses;
    op->in.invitation_create.bound_to = (uint8_t) terms.bound_to;
    op->in.invitation_create.opens_call = terms.opens_call;
    op->in.invitation_create.terms = terms.terms;
    op->in.invitation_create.idle_timeout = terms.idle_timeout;

    return NGX_XASSIST_R_NONE;
}


/* Sent by the operator's system, where there is one and somewhere to send
   it. */

static ngx_int_t
ngx_xassist_invite_deliver(ngx_xassist_api_t *api, store_op_t *op)
{
    ngx_str_t            base;
    const policy_str_t  *to;

    to = &api->members[NGX_XASSIST_TO].text;

    if (api->worker->conf->deliver == NULL || to->len == 0
        || op->in.invitation_create.channel == POLICY_CHANNEL_LINK)
    {
        return NGX_OK;
    }

    if (ngx_xassist_api_base(api, 0, &base) != NGX_OK) {
        return NGX_ERROR;
    }

    op->in.invitation_create.to.data = (const uint8_t *) to->data;
    op->in.invitation_create.to.len = to->len;
    op->in.invitation_create.base.data = base.data;
    op->in.invitation_create.base.len = base.len;

    return NGX_OK;
}


/* What the caller says of it. */

static ngx_xassist_reason_t
ngx_xassist_invite_members(ngx_xassist_api_t *api, store_op_t *op)
{
    ngx_str_t                    to, old;
    ngx_uint_t                   i;
    const policy_str_t          *text;
    const policy_body_member_t  *m;

    static const struct {
        const char              *name;
        uint32_t                 bit;
    } channels[] = {
        { "link", POLICY_CHANNEL_LINK }, { "mail", POLICY_CHANNEL_MAIL },
        { "sms", POLICY_CHANNEL_SMS }
    };

    m = api->members;
    op->in.invitation_create.channel = POLICY_CHANNEL_LINK;

    if (m[NGX_XASSIST_CHANNEL].given) {
        op->in.invitation_create.channel = 0;

        for (i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
            if (ngx_xassist_invite_is(&m[NGX_XASSIST_CHANNEL].text,
                                           channels[i].name))
            {
                op->in.invitation_create.channel = channels[i].bit;
            }
        }
    }

    if (op->in.invitation_create.channel == 0) {
        return ngx_xassist_api_wrong(api, "\"channel\" must be mail, sms or "
                                          "link");
    }

    to.data = (u_char *) m[NGX_XASSIST_TO].text.data;
    to.len = m[NGX_XASSIST_TO].text.len;

    if (to.len > NGX_XASSIST_TO_MAX
        || !ngx_xassist_message_to(op->in.invitation_create.channel, &to))
    {
        return ngx_xassist_api_wrong(api, "\"to\" must be one mail address, "
                                          "or one telephone number for sms");
    }

    old.data = (u_char *) m[NGX_XASSIST_REPLACES].text.data;
    old.len = m[NGX_XASSIST_REPLACES].text.len;

    if (m[NGX_XASSIST_REPLACES].given
        && ngx_xassist_id_parse(&old, &op->in.invitation_create.replaces)
           != NGX_OK)
    {
        return ngx_xassist_api_wrong(api, "\"replaces\" must be the id of an "
                                          "invitation");
    }

    if (op->in.invitation_create.kind == STORE_INV_EXTERNAL) {

        for (i = NGX_XASSIST_NAME; i <= NGX_XASSIST_PROFILE; i++) {
            if (m[i].text.len == 0) {
                return ngx_xassist_api_wrong(api, "an external needs "
                                   "\"name\", \"comment\" and \"profile\"");
            }
        }

    } else if (m[NGX_XASSIST_PROFILE].given) {
        return ngx_xassist_api_wrong(api, "\"profile\" is for externals");
    }

    text = &m[NGX_XASSIST_NAME].text;
    op->in.invitation_create.name.data = (const uint8_t *) text->data;
    op->in.invitation_create.name.len = text->len;

    text = &m[NGX_XASSIST_COMMENT].text;
    op->in.invitation_create.comment.data = (const uint8_t *) text->data;
    op->in.invitation_create.comment.len = text->len;

    text = &m[NGX_XASSIST_PROFILE].text;
    op->in.invitation_create.profile.data = (const uint8_t *) text->data;
    op->in.invitation_create.profile.len = text->len;

    return NGX_XASSIST_R_NONE;
}


static ngx_uint_t
ngx_xassist_invite_is(const policy_str_t *text, const char *word)
{
    return text->len == ngx_strlen(word)
           && ngx_memcmp(text->data, word, text->len) == 0;
}


ngx_xassist_reason_t
ngx_xassist_api_invitations_made(ngx_xassist_api_t *api)
{
    ngx_str_t             link;
    store_status_t        status;
    const store_id_t     *id;
    store_invitation_t    inv;
    ngx_xassist_reason_t  reason;

    id = &api->write.op.out.made;

    if (ngx_xassist_api_link(api, POLICY_TOKEN_LINK, id, &link) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    reason = ngx_xassist_api_read(api);
    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    api->status = NGX_HTTP_CREATED;

    ngx_xassist_json_open(&api->json, "invitation", '{');

    status = store_invitation_get(api->worker->read, id, &inv);

    if (status == STORE_OK) {
        ngx_xassist_api_invitation(api, &inv);
    }

    store_read_reset(api->worker->read);

    ngx_xassist_json_close(&api->json, '}');
    ngx_xassist_json_str(&api->json, "link", &link);

    return status == STORE_OK ? ngx_xassist_invite_messages(api, &link)
                              : ngx_xassist_api_status(api, status);
}


static ngx_xassist_reason_t
ngx_xassist_invite_messages(ngx_xassist_api_t *api,
    const ngx_str_t *link)
{
    ngx_str_t               to;
    ngx_uint_t              i;
    store_op_t             *op;
    ngx_xassist_json_t     *json;
    ngx_xassist_message_t   message;

    static const char * const  languages[NGX_XASSIST_LANGUAGES] = {
        [NGX_XASSIST_EN] = "en", [NGX_XASSIST_DE] = "de",
        [NGX_XASSIST_FR] = "fr"
    };

    json = &api->json;
    op = &api->write.op;
    to.data = (u_char *) api->members[NGX_XASSIST_TO].text.data;
    to.len = api->members[NGX_XASSIST_TO].text.len;

    ngx_xassist_json_open(json, "messages", '[');

    for (i = 0; i < NGX_XASSIST_LANGUAGES; i++) {

        if (ngx_xassist_message(api->request->pool,
                                op->in.invitation_create.kind,
                                op->in.invitation_create.channel, i,
                                &api->ctx->name, link, &to, &message)
            != NGX_OK)
        {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }

        ngx_xassist_json_open(json, NULL, '{');
        ngx_xassist_json_text(json, "lang", (u_char *) languages[i], 2);
        ngx_xassist_json_str(json, "subject", &message.subject);
        ngx_xassist_json_str(json, "text", &message.text);
        ngx_xassist_json_str(json, "address", &message.address);
        ngx_xassist_json_close(json, '}');
    }

    ngx_xassist_json_close(json, ']');

    return NGX_XASSIST_R_NONE;
}
