/* Login cards, for the one who shows them: see ngx_xassist_card.h. */

#include "ngx_xassist_api_route.h"


static ngx_int_t ngx_xassist_api_card_url(ngx_xassist_api_t *api,
    const u_char token[POLICY_TOKEN_LEN], ngx_str_t *url);


ngx_xassist_reason_t
ngx_xassist_api_cards_create(ngx_xassist_api_t *api)
{
    store_op_t            *op;
    ngx_xassist_reason_t   reason;

    /* What is signed in elsewhere ends with the session here. */

    if (api->ctx->claims != NULL) {
        return ngx_xassist_api_wrong(api, "a provider's token has no "
                                          "session: swap it at v1/login");
    }

    reason = ngx_xassist_api_op(api, STORE_OP_PASS_CREATE);

    if (reason != NGX_XASSIST_R_NONE) {
        return reason;
    }

    op = &api->write.op;

    if (ngx_xassist_id_mint(&op->in.pass_create.pass) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    op->in.pass_create.session = api->ctx->session;
    op->in.pass_create.valid_for = STORE_PASS_LIFE;

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_api_cards_created(ngx_xassist_api_t *api)
{
    u_char       token[POLICY_TOKEN_LEN];
    ngx_str_t    url;
    store_op_t  *op;

    op = &api->write.op;

    if (policy_token_make(api->worker->conf->keys, POLICY_TOKEN_TRANSFER,
                          op->out.made.b, (char *) token)
        != POLICY_OK
        || ngx_xassist_api_card_url(api, token, &url) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    api->status = NGX_HTTP_CREATED;

    ngx_xassist_json_text(&api->json, "card", token, POLICY_TOKEN_LEN);
    ngx_xassist_json_str(&api->json, "url", &url);
    ngx_xassist_json_time(&api->json, "expires", op->out.expires);

    return NGX_XASSIST_R_NONE;
}


/* Beneath the same location that was asked. */

static ngx_int_t
ngx_xassist_api_card_url(ngx_xassist_api_t *api,
    const u_char token[POLICY_TOKEN_LEN], ngx_str_t *url)
{
    u_char     *p;
    ngx_str_t   base, *uri;

    uri = &api->request->uri;

    if (ngx_xassist_api_base(api, 0, &base) != NGX_OK) {
        return NGX_ERROR;
    }

    url->len = base.len + uri->len + 1 + POLICY_TOKEN_LEN;
    url->data = ngx_pnalloc(api->request->pool, url->len);
    if (url->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(url->data, base.data, base.len);
    p = ngx_cpymem(p, uri->data, uri->len);
    *p++ = '/';
    ngx_memcpy(p, token, POLICY_TOKEN_LEN);

    return NGX_OK;
}
