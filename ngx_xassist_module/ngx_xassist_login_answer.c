/* What a sign-in is answered with: a session, a refusal, the page. */

#include "ngx_xassist_login_state.h"
#include "ngx_xassist_cookie.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_page.h"


static ngx_int_t ngx_xassist_login_led(ngx_xassist_login_t *login);
static ngx_int_t ngx_xassist_login_header(ngx_http_request_t *r,
    const char *name, const ngx_str_t *value);


/* A browser gets the token as a cookie that scripts cannot read, an app in
   the answer. */

ngx_int_t
ngx_xassist_login_made(ngx_xassist_login_t *login)
{
    u_char               text[POLICY_TOKEN_LEN];
    ngx_str_t            token, body;
    store_op_t          *op;
    ngx_xassist_json_t   json;
    ngx_http_request_t  *r;

    r = login->request;
    op = &login->write.op;

    if (policy_token_make(login->worker->conf->keys, POLICY_TOKEN_USER,
                          op->out.session.b, (char *) text)
        != POLICY_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    token.data = text;
    token.len = POLICY_TOKEN_LEN;

    if (login->browser
        && ngx_xassist_cookie_set(r, NGX_XASSIST_COOKIE_USER, &token, 0)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (login->form) {
        return ngx_xassist_login_led(login);
    }

    ngx_xassist_json_init(&json, r->pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_id(&json, "user", &login->user);
    ngx_xassist_json_str(&json, "name", login->display.len ? &login->display
                                                           : &login->name);
    ngx_xassist_json_time(&json, "expires", op->out.expires);

    if (!login->browser) {
        ngx_xassist_json_str(&json, "session", &token);
    }

    ngx_xassist_json_close(&json, '}');

    if (ngx_xassist_json_done(&json, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_page_send(r, NGX_HTTP_OK, NGX_XASSIST_PAGE_JSON,
                                 &body);
}


static ngx_int_t
ngx_xassist_login_led(ngx_xassist_login_t *login)
{
    ngx_str_t  body;

    if (login->back.len == 0) {
        ngx_str_set(&login->back, "/");
    }

    if (ngx_xassist_login_header(login->request, "Location", &login->back)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_str_set(&body, "");

    return ngx_xassist_page_send(login->request, NGX_HTTP_SEE_OTHER,
                                 NGX_XASSIST_PAGE_HTML, &body);
}


ngx_int_t
ngx_xassist_login_answer(ngx_xassist_login_t *login,
    ngx_xassist_reason_t reason)
{
    login->ctx->reason = reason;

    if (login->wait != 0
        && ngx_xassist_page_retry(login->request, login->wait) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (login->form && reason != NGX_XASSIST_R_ORIGIN_REFUSED) {
        return login->page(login, reason);
    }

    return ngx_xassist_page_send_reason(login->request, reason);
}


ngx_int_t
ngx_xassist_login_page(ngx_xassist_login_t *login,
    ngx_xassist_reason_t reason)
{
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(login->request, ngx_xassist_module);

    const ngx_xassist_shown_t  shown[] = {
        { "account", &login->account },
        { "name", &login->name },
        { "back", &login->back },
        { NULL, NULL }
    };

    return ngx_xassist_login_render(login, reason,
                                    xlcf->pages != NULL ? xlcf->pages->signin
                                                        : NULL, shown);
}


ngx_int_t
ngx_xassist_login_render(ngx_xassist_login_t *login,
    ngx_xassist_reason_t reason, ngx_xassist_template_t *page,
    const ngx_xassist_shown_t *shown)
{
    ngx_str_t                        body;
    ngx_uint_t                       n;
    ngx_xassist_field_t              fields[16];
    ngx_xassist_language_t           language;
    const ngx_xassist_reason_row_t  *row;

    if (page == NULL) {
        return ngx_xassist_page_send_reason(login->request,
                                            reason == NGX_XASSIST_R_NONE
                                            ? NGX_XASSIST_R_NOT_FOUND
                                            : reason);
    }

    language = ngx_xassist_page_language(login->request);
    row = ngx_xassist_reason(reason);

    n = ngx_xassist_page_fields(fields, language);

    for ( /* void */ ; shown->name != NULL; shown++, n++) {
        fields[n].name.data = (u_char *) shown->name;
        fields[n].name.len = ngx_strlen(shown->name);
        fields[n].value = *shown->value;
    }

    ngx_str_set(&fields[n].name, "reason");
    fields[n++].value = row->code;

    ngx_str_set(&fields[n].name, "text");
    fields[n++].value = row->what[language];

    if (ngx_xassist_template_render(login->request->pool, page, fields, n,
                                    &body)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_xassist_page_send(login->request,
                                 reason == NGX_XASSIST_R_NONE ? NGX_HTTP_OK
                                                              : row->status,
                                 NGX_XASSIST_PAGE_HTML, &body);
}


static ngx_int_t
ngx_xassist_login_header(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));
    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;

    return NGX_OK;
}
