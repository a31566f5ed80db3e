/* Links, for apps: what one says now, and the Join press. */

#include "ngx_xassist_api_route.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_decide.h"
#include "ngx_xassist_form.h"
#include "ngx_xassist_visit.h"


static ngx_xassist_reason_t ngx_xassist_links_media(ngx_xassist_api_t *api);
static void ngx_xassist_links_terms(ngx_xassist_api_t *api,
    const ngx_xassist_visit_t *visit);


enum { NGX_XASSIST_BROWSER = 0, NGX_XASSIST_NAME, NGX_XASSIST_TERMS };

const policy_body_member_t  ngx_xassist_body_join[] = {
    [NGX_XASSIST_BROWSER] = { .name = "browser", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_NAME] = { .name = "name", .type = POLICY_MEMBER_TEXT },
    [NGX_XASSIST_TERMS] = { .name = "terms", .type = POLICY_MEMBER_BOOL },
    { .name = NULL }
};


ngx_xassist_reason_t
ngx_xassist_api_links_get(ngx_xassist_api_t *api)
{
    const char           *kind;
    ngx_xassist_json_t   *json;
    ngx_xassist_visit_t  *visit;
    ngx_xassist_reason_t  reason;

    static const char * const  kinds[] = {
        "", "conference", "service_request", "external"
    };

    visit = ngx_pcalloc(api->request->pool, sizeof(ngx_xassist_visit_t));

    if (visit == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    visit->placed = 1;

    if (ngx_xassist_visit_open(api->request, visit, &reason) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (reason == NGX_XASSIST_R_UNKNOWN_LINK
        || reason == NGX_XASSIST_R_STORE_UNAVAILABLE)
    {
        return reason;
    }

    json = &api->json;
    kind = kinds[visit->link.kind < 4 ? visit->link.kind : 0];

    ngx_xassist_json_bool(json, "joinable", reason == NGX_XASSIST_R_NONE);
    ngx_xassist_json_str(json, "reason", &ngx_xassist_reason(reason)->code);
    ngx_xassist_json_word(json, "kind", kind);
    ngx_xassist_json_str(json, "title", &visit->title);
    ngx_xassist_json_str(json, "inviter", &visit->inviter);
    ngx_xassist_json_str(json, "name", &visit->name);
    ngx_xassist_json_time(json, "starts_at", visit->link.starts_at);
    ngx_xassist_json_time(json, "expires", visit->link.expires);
    ngx_xassist_json_bool(json, "again", visit->link.same_browser);
    ngx_xassist_json_bool(json, "transfer", visit->transfer);
    ngx_xassist_links_terms(api, visit);

    return NGX_XASSIST_R_NONE;
}


static void
ngx_xassist_links_terms(ngx_xassist_api_t *api,
    const ngx_xassist_visit_t *visit)
{
    ngx_xassist_json_t      *json;
    ngx_xassist_loc_conf_t  *xlcf;

    json = &api->json;
    xlcf = ngx_http_get_module_loc_conf(api->request, ngx_xassist_module);

    if (!visit->link.terms) {
        ngx_xassist_json_null(json, "terms");
        return;
    }

    ngx_xassist_json_open(json, "terms", '{');
    ngx_xassist_json_str(json, "version", &xlcf->terms_version);
    ngx_xassist_json_str(json, "url", &xlcf->terms_url);
    ngx_xassist_json_close(json, '}');
}


ngx_xassist_reason_t
ngx_xassist_api_links_join(ngx_xassist_api_t *api)
{
    ngx_str_t              name;
    ngx_xassist_visit_t   *visit;
    ngx_xassist_reason_t   reason;
    policy_body_member_t  *m;

    m = api->members;

    visit = ngx_pcalloc(api->request->pool, sizeof(ngx_xassist_visit_t));
    if (visit == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (m[NGX_XASSIST_BROWSER].text.len != NGX_XASSIST_BROWSER_TEXT
        || !policy_base64url_decode(m[NGX_XASSIST_BROWSER].text.data,
                                    m[NGX_XASSIST_BROWSER].text.len,
                                    visit->browser, POLICY_BROWSER_LEN))
    {
        return ngx_xassist_api_wrong(api, "\"browser\" must be 16 bytes as "
                                          "base64url");
    }

    visit->known_browser = 1;
    visit->placed = 1;

    if (ngx_xassist_visit_open(api->request, visit, &reason) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (reason == NGX_XASSIST_R_USED) {
        ngx_xassist_visit_refused(visit);
    }

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    name.data = (u_char *) m[NGX_XASSIST_NAME].text.data;
    name.len = m[NGX_XASSIST_NAME].text.len;

    if (visit->name.len != 0) {
        name = visit->name;

    } else if (!ngx_xassist_form_name(&name) && !visit->link.same_browser) {
        return NGX_XASSIST_R_NAME_REQUIRED;
    }

    if (ngx_xassist_visit_redeem(visit, &name, 0,
                                 m[NGX_XASSIST_TERMS].truth)
        != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    api->write.op = visit->write.op;

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_links_joined(ngx_xassist_api_t *api)
{
    u_char                token[POLICY_TOKEN_LEN];
    u_char               *p;
    ngx_str_t             base, socket;
    const store_op_t     *op;
    ngx_xassist_json_t   *json;

    op = &api->write.op;
    json = &api->json;

    if (policy_token_make(api->worker->conf->keys, POLICY_TOKEN_GUEST,
                          op->out.session.b, (char *) token)
        != POLICY_OK
        || ngx_xassist_api_base(api, 1, &base) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    socket.len = base.len + sizeof("/ws/") - 1 + NGX_XASSIST_ID_TEXT;
    socket.data = ngx_pnalloc(api->request->pool, socket.len);
    if (socket.data == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    p = ngx_cpymem(socket.data, base.data, base.len);
    p = ngx_cpymem(p, "/ws/", sizeof("/ws/") - 1);
    (void) ngx_xassist_id_text(p, &op->out.call);

    api->ctx->call = op->out.call;
    api->ctx->session = op->out.session;
    api->ctx->participant = op->out.participant;
    api->ctx->expires = op->out.expires;

    ngx_xassist_json_id(json, "call", &op->out.call);
    ngx_xassist_json_text(json, "session", token, POLICY_TOKEN_LEN);
    ngx_xassist_json_time(json, "expires", op->out.expires);
    ngx_xassist_json_str(json, "websocket", &socket);
    ngx_xassist_json_bool(json, "again", op->out.again);

    return ngx_xassist_links_media(api);
}


/*
 * Credentials for the media, as v1/calls/ID/ice gives them: who has just
 * joined is decided as every request from here on will be.
 */

static ngx_xassist_reason_t
ngx_xassist_links_media(ngx_xassist_api_t *api)
{
    store_id_t             call;
    ngx_xassist_ctx_t     *ctx, joined;
    ngx_xassist_reason_t   reason;

    ctx = api->ctx;
    joined = *ctx;
    call = ctx->call;

    ctx->has_user = 0;
    ctx->claims = NULL;
    ctx->has_guest = 1;
    ctx->guest_session = joined.session;

    ngx_xassist_decide_for(api->request, ctx, &call,
                           &api->worker->conf->in_call);

    if (ctx->verdict == NGX_XASSIST_ALLOW) {
        ngx_xassist_json_number(&api->json, "room", ctx->room);
        ngx_xassist_json_str(&api->json, "display", &ctx->name);
        reason = ngx_xassist_credentials_json(api->request, ctx, &api->json);
        *ctx = joined;

        return reason;
    }

    /* A call that ended meanwhile has no media, but the join was good. */

    *ctx = joined;

    return ngx_xassist_credentials_servers(api->request, ctx, &api->json);
}


/* For the guest who goes on with another device: a link to it. */

ngx_xassist_reason_t
ngx_xassist_api_transfers_create(ngx_xassist_api_t *api)
{
    store_op_t            *op;
    ngx_xassist_reason_t   reason;

    op = &api->write.op;

    reason = ngx_xassist_api_op(api, STORE_OP_PASS_CREATE);

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    /* Of a user it would be a login card, which another rule gives. */

    if (!store_id_none(&api->ctx->user) || api->ctx->service) {
        return NGX_XASSIST_R_PERMISSION_MISSING;
    }

    op->in.pass_create.session = api->ctx->session;
    op->in.pass_create.valid_for = STORE_PASS_LIFE;

    return ngx_xassist_id_mint(&op->in.pass_create.pass) == NGX_OK
           ? NGX_XASSIST_R_NONE : NGX_XASSIST_R_STORE_UNAVAILABLE;
}


ngx_xassist_reason_t
ngx_xassist_api_transfers_created(ngx_xassist_api_t *api)
{
    ngx_str_t    link;
    store_op_t  *op;

    op = &api->write.op;

    if (ngx_xassist_api_link(api, POLICY_TOKEN_TRANSFER, &op->out.made, &link)
        != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    api->status = NGX_HTTP_CREATED;

    ngx_xassist_json_str(&api->json, "link", &link);
    ngx_xassist_json_time(&api->json, "expires", op->out.expires);

    return NGX_XASSIST_R_NONE;
}
