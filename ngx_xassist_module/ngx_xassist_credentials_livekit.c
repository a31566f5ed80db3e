/* Access tokens of LiveKit: the room of one call, what one may do there. */

#include "ngx_xassist_credentials.h"


/* Permissions that become grants of LiveKit. */
enum {
    NGX_XASSIST_MAY_MEDIA = 0,
    NGX_XASSIST_MAY_SHARE,
    NGX_XASSIST_MAY_ANNOTATE,
    NGX_XASSIST_MAY_CHAT,
    NGX_XASSIST_MAY_RECORD,
    NGX_XASSIST_MAY_REMOVE,
    NGX_XASSIST_MAY
};


struct ngx_xassist_livekit_s {
    ngx_str_t                secret;
    ngx_str_t                key;
    ngx_str_t                url;
    time_t                   ttl;
    ngx_array_t              may;              /* as the enum orders them */
};


static void ngx_xassist_credentials_video(ngx_xassist_json_t *json,
    ngx_xassist_ctx_t *ctx, const ngx_uint_t may[NGX_XASSIST_MAY]);


static ngx_str_t  ngx_xassist_credentials_names[NGX_XASSIST_MAY] = {
    [NGX_XASSIST_MAY_MEDIA] = ngx_string("xa_icall_media"),
    [NGX_XASSIST_MAY_SHARE] = ngx_string("xa_icall_share-screen"),
    [NGX_XASSIST_MAY_ANNOTATE] = ngx_string("xa_icall_annotate"),
    [NGX_XASSIST_MAY_CHAT] = ngx_string("xa_icall_chat"),
    [NGX_XASSIST_MAY_RECORD] = ngx_string("xa_icall_record"),
    [NGX_XASSIST_MAY_REMOVE] = ngx_string("xa_icall_remove")
};


char *
ngx_xassist_credentials_livekit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    char                     *rv;
    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_xassist_livekit_t    *livekit;

    if (xlcf->livekit != NULL) {
        return "is duplicate";
    }

    livekit = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_livekit_t));
    if (livekit == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    livekit->ttl = 10 * 60;
    rv = ngx_xassist_credentials_secret(cf, &value[1], &livekit->secret);

    for (i = 2; rv == NGX_CONF_OK && i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "ttl=", 4) == 0) {
            rv = ngx_xassist_credentials_ttl(&value[i], &livekit->ttl);

        } else if (ngx_strncmp(value[i].data, "key=", 4) == 0) {
            livekit->key.data = value[i].data + 4;
            livekit->key.len = value[i].len - 4;

        } else if (ngx_strncmp(value[i].data, "url=", 4) == 0) {
            livekit->url.data = value[i].data + 4;
            livekit->url.len = value[i].len - 4;

        } else {
            return "takes key=KEY, url=URL and ttl=TIME";
        }
    }

    if (rv == NGX_CONF_OK && livekit->key.len == 0) {
        return "needs key=KEY";
    }

    if (ngx_array_init(&livekit->may, cf->pool, NGX_XASSIST_MAY,
                       sizeof(ngx_array_t))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 0; rv == NGX_CONF_OK && i < NGX_XASSIST_MAY; i++) {

        if (ngx_xassist_credentials_rule(cf, &livekit->may,
                                         &ngx_xassist_credentials_names[i])
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    xlcf->livekit = livekit;

    return rv;
}


/* A LiveKit access token: the room is named by the call's id. */

ngx_int_t
ngx_xassist_credentials_room(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    const ngx_xassist_livekit_t *livekit, char token[NGX_XASSIST_JWT_MAX])
{
    ngx_str_t            claims;
    ngx_uint_t           may[NGX_XASSIST_MAY];
    ngx_xassist_json_t   json;

    if (ngx_xassist_credentials_may(r, ctx, &livekit->may, may) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!ngx_xassist_credentials_controls(r, ctx)) {
        may[NGX_XASSIST_MAY_MEDIA] = 0;
        may[NGX_XASSIST_MAY_SHARE] = 0;
    }

    ngx_xassist_json_init(&json, r->pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_str(&json, "iss", &livekit->key);
    ngx_xassist_json_id(&json, "sub", ngx_xassist_credentials_who(ctx));
    ngx_xassist_json_str(&json, "name", &ctx->name);
    ngx_xassist_json_number(&json, "nbf", ngx_xassist_now() / 1000);
    ngx_xassist_json_number(&json, "exp",
                            ngx_xassist_credentials_until(ctx, livekit->ttl));
    ngx_xassist_credentials_video(&json, ctx, may);
    ngx_xassist_json_close(&json, '}');

    return ngx_xassist_json_done(&json, &claims) == NGX_OK
           ? ngx_xassist_credentials_sign(&livekit->secret, &claims, token)
           : NGX_ERROR;
}


ngx_int_t
ngx_xassist_credentials_admin(ngx_pool_t *pool, const store_id_t *call,
    const ngx_xassist_livekit_t *livekit, time_t ttl,
    char token[NGX_XASSIST_JWT_MAX])
{
    uint64_t             now;
    ngx_str_t            claims;
    ngx_xassist_json_t   json;

    now = ngx_xassist_now() / 1000;

    ngx_xassist_json_init(&json, pool);
    ngx_xassist_json_open(&json, NULL, '{');
    ngx_xassist_json_str(&json, "iss", &livekit->key);
    ngx_xassist_json_number(&json, "nbf", now);
    ngx_xassist_json_number(&json, "exp", now + (uint64_t) ttl);
    ngx_xassist_json_open(&json, "video", '{');
    ngx_xassist_json_id(&json, "room", call);
    ngx_xassist_json_bool(&json, "roomAdmin", 1);
    ngx_xassist_json_close(&json, '}');
    ngx_xassist_json_close(&json, '}');

    return ngx_xassist_json_done(&json, &claims) == NGX_OK
           ? ngx_xassist_credentials_sign(&livekit->secret, &claims, token)
           : NGX_ERROR;
}


const ngx_str_t *
ngx_xassist_credentials_url(const ngx_xassist_livekit_t *livekit)
{
    return &livekit->url;
}


static void
ngx_xassist_credentials_video(ngx_xassist_json_t *json,
    ngx_xassist_ctx_t *ctx, const ngx_uint_t may[NGX_XASSIST_MAY])
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t   may;
        const char  *source;
    } sources[] = {
        { NGX_XASSIST_MAY_MEDIA, "camera" },
        { NGX_XASSIST_MAY_MEDIA, "microphone" },
        { NGX_XASSIST_MAY_SHARE, "screen_share" },
        { NGX_XASSIST_MAY_SHARE, "screen_share_audio" }
    };

    ngx_xassist_json_open(json, "video", '{');
    ngx_xassist_json_id(json, "room", &ctx->call);
    ngx_xassist_json_bool(json, "roomJoin", 1);
    ngx_xassist_json_bool(json, "canSubscribe", 1);
    ngx_xassist_json_bool(json, "canPublish", may[NGX_XASSIST_MAY_MEDIA]
                                              || may[NGX_XASSIST_MAY_SHARE]);
    ngx_xassist_json_open(json, "canPublishSources", '[');

    for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (may[sources[i].may]) {
            ngx_xassist_json_word(json, NULL, sources[i].source);
        }
    }

    ngx_xassist_json_close(json, ']');
    ngx_xassist_json_bool(json, "canPublishData",
                          may[NGX_XASSIST_MAY_ANNOTATE]
                          || may[NGX_XASSIST_MAY_CHAT]);
    ngx_xassist_json_bool(json, "roomRecord", may[NGX_XASSIST_MAY_RECORD]);
    ngx_xassist_json_bool(json, "roomAdmin", may[NGX_XASSIST_MAY_REMOVE]);
    ngx_xassist_json_bool(json, "hidden", 0);
    ngx_xassist_json_close(json, '}');
}
