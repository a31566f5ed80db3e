#include "ngx_xassist_assertion.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_variables.h"


#define NGX_XASSIST_ASSERTION_LIFE  60         /* seconds */


typedef struct {
    const char   *name;
    ngx_int_t   (*value)(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
                         ngx_str_t *value);
} ngx_xassist_assertion_member_t;


static const ngx_xassist_assertion_member_t  ngx_xassist_members[] = {
    { "kind", ngx_xassist_value_kind },
    { "actor", ngx_xassist_value_actor },
    { "sub", ngx_xassist_value_subject },
    { "subject", ngx_xassist_value_subject },
    { "account", ngx_xassist_value_account },
    { "call", ngx_xassist_value_call },
    { "roles", ngx_xassist_value_roles }
};


ngx_int_t
ngx_xassist_assertion(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_str_t *value)
{
    uint64_t                  now;
    ngx_str_t                 text, payload;
    ngx_uint_t                i;
    policy_str_t              claims;
    ngx_xassist_json_t        json;
    ngx_xassist_main_conf_t  *xmcf;

    ngx_str_null(value);

    xmcf = ngx_http_get_module_main_conf(r, ngx_xassist_module);

    if (!policy_assertion_signs(xmcf->keys)) {
        return NGX_OK;
    }

    now = ngx_xassist_now() / 1000;

    ngx_xassist_json_init(&json, r->pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_word(&json, "iss", "xassist");
    ngx_xassist_json_number(&json, "iat", now);
    ngx_xassist_json_number(&json, "exp", now + NGX_XASSIST_ASSERTION_LIFE);

    for (i = 0; i < sizeof(ngx_xassist_members)
                    / sizeof(ngx_xassist_members[0]); i++)
    {
        if (ngx_xassist_members[i].value(r, ctx, &text) != NGX_OK) {
            return NGX_ERROR;
        }

        if (text.len != 0) {
            ngx_xassist_json_str(&json, ngx_xassist_members[i].name, &text);
        }
    }

    if (ngx_xassist_credentials_grants(r, ctx, &json) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_xassist_json_close(&json, '}');

    if (ngx_xassist_json_done(&json, &payload) != NGX_OK) {
        return NGX_ERROR;
    }

    value->data = ngx_pnalloc(r->pool, POLICY_ASSERTION_MAX);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    claims.data = (char *) payload.data;
    claims.len = payload.len;

    return policy_assertion_make(xmcf->keys, claims, (char *) value->data,
                                 POLICY_ASSERTION_MAX, &value->len)
           == POLICY_OK ? NGX_OK : NGX_ERROR;
}
