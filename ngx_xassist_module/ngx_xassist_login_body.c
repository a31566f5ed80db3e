/* What a sign-in says, and whether it may say it from there. */

#include "ngx_xassist_login_state.h"
#include "ngx_xassist_form.h"
#include "ngx_xassist_identify.h"


static ngx_xassist_reason_t ngx_xassist_login_json(
    ngx_xassist_login_t *login, const ngx_str_t *body, ngx_str_t *password);
static void ngx_xassist_login_split(ngx_xassist_login_t *login);


/*
 * A page of somebody else must not sign a browser in: a form needs its
 * Origin, JSON a content type that no form can send.
 */

ngx_xassist_reason_t
ngx_xassist_login_admit(ngx_xassist_login_t *login)
{
    ngx_table_elt_t         *site, *type;
    ngx_http_request_t      *r;
    ngx_xassist_loc_conf_t  *xlcf;

    r = login->request;
    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);
    type = r->headers_in.content_type;
    site = ngx_xassist_header(r, "sec-fetch-site",
                              sizeof("sec-fetch-site") - 1);

    if (ngx_xassist_identify(r, login->ctx) != NGX_OK) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    login->browser = ngx_xassist_header(r, "origin", sizeof("origin") - 1)
                     != NULL;
    login->form = type != NULL
                  && ngx_strncasecmp(type->value.data, (u_char *)
                                     "application/x-www-form-urlencoded", 33)
                     == 0;

    /* A session that there is says nothing about who signs in now. */

    if ((login->browser && !ngx_xassist_origin_ok(r, login->ctx, xlcf))
        || (login->form && !login->browser)
        || (site != NULL && site->value.len == sizeof("cross-site") - 1
            && ngx_strncasecmp(site->value.data, (u_char *) "cross-site",
                               site->value.len) == 0))
    {
        return NGX_XASSIST_R_ORIGIN_REFUSED;
    }

    if (!login->form && login->ctx->claims == NULL
        && (type == NULL || ngx_strncasecmp(type->value.data,
                                            (u_char *) "application/json",
                                            16)
                            != 0))
    {
        /* a token of the provider that was not taken, and nothing else */

        return r->headers_in.authorization != NULL ? NGX_XASSIST_R_SIGNED_OUT
                                                   : NGX_XASSIST_R_NOT_JSON;
    }

    return NGX_XASSIST_R_NONE;
}


ngx_xassist_reason_t
ngx_xassist_login_body(ngx_xassist_login_t *login)
{
    ngx_int_t              rc;
    ngx_str_t              body, password;
    ngx_pool_t            *pool;
    ngx_xassist_reason_t   reason;

    pool = login->request->pool;
    rc = ngx_xassist_form_body(login->request, &body);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_XASSIST_R_TOO_LARGE
                                  : NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (login->ctx->claims != NULL) {
        return NGX_XASSIST_R_NONE;
    }

    if (!login->form) {
        reason = ngx_xassist_login_json(login, &body, &password);

        if (reason != NGX_XASSIST_R_NONE) {
            return reason;
        }

    } else if (ngx_xassist_form_field(pool, &body, "account", &login->account)
               != NGX_OK
               || ngx_xassist_form_field(pool, &body, "name", &login->name)
                  != NGX_OK
               || ngx_xassist_form_field(pool, &body, "password", &password)
                  != NGX_OK
               || ngx_xassist_form_field(pool, &body, "next", &login->back)
                  != NGX_OK)
    {
        return NGX_XASSIST_R_INVALID_REQUEST;
    }

    if (!ngx_xassist_login_back(&login->back)) {
        ngx_str_null(&login->back);
    }

    if (password.len > POLICY_PASSWORD_MOST) {
        return NGX_XASSIST_R_INVALID_REQUEST;
    }

    login->password.password.data = (char *) password.data;
    login->password.password.len = password.len;

    ngx_xassist_login_split(login);

    return NGX_XASSIST_R_NONE;
}


static ngx_xassist_reason_t
ngx_xassist_login_json(ngx_xassist_login_t *login, const ngx_str_t *body,
    ngx_str_t *password)
{
    u_char          *texts;
    ngx_uint_t       i;
    policy_error_t   error;

    policy_body_member_t  members[] = {
        { "account", POLICY_MEMBER_TEXT, false, false, 0, { NULL, 0 } },
        { "name", POLICY_MEMBER_TEXT, false, false, 0, { NULL, 0 } },
        { "password", POLICY_MEMBER_TEXT, false, false, 0, { NULL, 0 } }
    };

    ngx_str_t  *to[] = { &login->account, &login->name, password };

    texts = ngx_pnalloc(login->request->pool, body->len + 1);
    if (texts == NULL) {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (policy_body_read((char *) body->data, body->len, members, 3,
                         (char *) texts, &error)
        != POLICY_OK)
    {
        return NGX_XASSIST_R_INVALID_REQUEST;
    }

    for (i = 0; i < 3; i++) {
        to[i]->data = (u_char *) (uintptr_t) members[i].text.data;
        to[i]->len = members[i].text.len;
    }

    return NGX_XASSIST_R_NONE;
}


/* A path of this host: "//" and "/\" lead to another. */

ngx_uint_t
ngx_xassist_login_back(const ngx_str_t *back)
{
    size_t  i;

    if (back->len == 0 || back->data[0] != '/'
        || (back->len > 1 && (back->data[1] == '/' || back->data[1] == '\\')))
    {
        return 0;
    }

    for (i = 0; i < back->len; i++) {
        if (back->data[i] <= ' ' || back->data[i] >= 0x7f
            || back->data[i] == '\\')
        {
            return 0;
        }
    }

    return 1;
}


/* Without an account the name carries it: "olga@acme". */

static void
ngx_xassist_login_split(ngx_xassist_login_t *login)
{
    u_char  *p;

    if (login->account.len != 0) {
        return;
    }

    for (p = login->name.data + login->name.len; p > login->name.data; p--) {

        if (p[-1] == '@') {
            login->account.data = p;
            login->account.len = login->name.data + login->name.len - p;
            login->name.len = p - 1 - login->name.data;
            return;
        }
    }
}
