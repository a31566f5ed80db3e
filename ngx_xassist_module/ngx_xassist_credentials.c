#include "ngx_xassist_credentials.h"
#include "ngx_xassist_file.h"


#define NGX_XASSIST_SECRET_MAX  4096


struct ngx_xassist_turn_s {
    ngx_str_t                secret;
    ngx_array_t              uris;             /* ngx_str_t */
    time_t                   ttl;
};


static ngx_int_t ngx_xassist_credentials_janus(ngx_xassist_ctx_t *ctx,
    ngx_xassist_json_t *json, const ngx_xassist_loc_conf_t *xlcf);
static ngx_int_t ngx_xassist_credentials_ice(ngx_xassist_ctx_t *ctx,
    ngx_xassist_json_t *json, const ngx_xassist_turn_t *turn);


char *
ngx_xassist_credentials_secret(ngx_conf_t *cf, ngx_str_t *path,
    ngx_str_t *secret)
{
    if (ngx_xassist_file_read(cf, path, NGX_XASSIST_SECRET_MAX, 1, secret)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    while (secret->len && secret->data[secret->len - 1] <= ' ') {
        secret->len--;
    }

    return secret->len ? NGX_CONF_OK : "names an empty file";
}


/* "ttl=..." */

char *
ngx_xassist_credentials_ttl(ngx_str_t *value, time_t *ttl)
{
    ngx_str_t  s;

    s.data = value->data + 4;
    s.len = value->len - 4;

    *ttl = ngx_parse_time(&s, 1);

    return *ttl == (time_t) NGX_ERROR || *ttl == 0 ? "has an invalid ttl"
                                                   : NGX_CONF_OK;
}


char *
ngx_xassist_credentials_turn(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    char                *rv;
    ngx_str_t           *value, *uri;
    ngx_uint_t           i;
    ngx_xassist_turn_t  *turn;

    if (xlcf->turn != NULL) {
        return "is duplicate";
    }

    turn = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_turn_t));

    if (turn == NULL
        || ngx_array_init(&turn->uris, cf->pool, 2, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    turn->ttl = 60 * 60;
    rv = ngx_xassist_credentials_secret(cf, &value[1], &turn->secret);

    for (i = 2; rv == NGX_CONF_OK && i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "ttl=", 4) == 0) {
            rv = ngx_xassist_credentials_ttl(&value[i], &turn->ttl);
            continue;
        }

        if (ngx_strncmp(value[i].data, "uri=turn:", 9) != 0
            && ngx_strncmp(value[i].data, "uri=turns:", 10) != 0)
        {
            return "takes uri=turn:HOST or uri=turns:HOST, and ttl=TIME";
        }

        uri = ngx_array_push(&turn->uris);
        if (uri == NULL) {
            return NGX_CONF_ERROR;
        }

        uri->data = value[i].data + 4;
        uri->len = value[i].len - 4;
    }

    if (rv == NGX_CONF_OK && turn->uris.nelts == 0) {
        return "needs at least one uri=turn:HOST";
    }

    xlcf->turn = turn;

    return rv;
}


ngx_xassist_reason_t
ngx_xassist_credentials_json(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_xassist_json_t *json)
{
    char                     token[NGX_XASSIST_JWT_MAX];
    ngx_str_t                meeting;
    const ngx_str_t         *url;
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    if (xlcf->janus_secret.len != 0
        && ngx_xassist_credentials_janus(ctx, json, xlcf) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    if (xlcf->livekit != NULL) {

        if (ngx_xassist_credentials_room(r, ctx, xlcf->livekit, token)
            != NGX_OK)
        {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }

        ngx_xassist_json_open(json, "livekit", '{');

        url = ngx_xassist_credentials_url(xlcf->livekit);

        if (url->len) {
            ngx_xassist_json_str(json, "url", url);
        }

        ngx_xassist_json_word(json, "token", token);
        ngx_xassist_json_close(json, '}');
    }

    if (xlcf->meeting != NULL) {

        if (ngx_xassist_credentials_meeting(r, ctx, xlcf->meeting, &meeting)
            != NGX_OK)
        {
            return NGX_XASSIST_R_STORE_UNAVAILABLE;
        }

        ngx_xassist_json_open(json, "bigbluebutton", '{');
        ngx_xassist_json_str(json, "url", &meeting);
        ngx_xassist_json_close(json, '}');
    }

    if (xlcf->tokens != NULL
        && ngx_xassist_credentials_tokens(r, ctx, json) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    return ngx_xassist_credentials_servers(r, ctx, json);
}


ngx_xassist_reason_t
ngx_xassist_credentials_servers(ngx_http_request_t *r, ngx_xassist_ctx_t *ctx,
    ngx_xassist_json_t *json)
{
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    ngx_xassist_json_open(json, "ice_servers", '[');

    if (xlcf->turn != NULL
        && ngx_xassist_credentials_ice(ctx, json, xlcf->turn) != NGX_OK)
    {
        return NGX_XASSIST_R_STORE_UNAVAILABLE;
    }

    ngx_xassist_json_close(json, ']');

    return NGX_XASSIST_R_NONE;
}


/* Seconds UTC; not beyond the session. */

uint64_t
ngx_xassist_credentials_until(const ngx_xassist_ctx_t *ctx, time_t ttl)
{
    uint64_t  expires;

    expires = ngx_xassist_now() / 1000 + (uint64_t) ttl;

    return ctx->expires ? ngx_min(expires, ctx->expires / 1000) : expires;
}


const store_id_t *
ngx_xassist_credentials_who(const ngx_xassist_ctx_t *ctx)
{
    return store_id_none(&ctx->participant) ? &ctx->user : &ctx->participant;
}


/*
 * Two tokens (Janus: token_auth and signed_tokens): one to speak to the
 * server at all, one for the room of this call and no other.
 */

static ngx_int_t
ngx_xassist_credentials_janus(ngx_xassist_ctx_t *ctx,
    ngx_xassist_json_t *json, const ngx_xassist_loc_conf_t *xlcf)
{
    char         token[NGX_XASSIST_JANUS_TOKEN];
    ngx_uint_t   room;

    static const char * const  names[] = { "token", "room_token" };

    ngx_xassist_json_open(json, "janus", '{');

    for (room = 0; room < 2; room++) {

        if (ngx_xassist_credentials_token_of(ctx, xlcf, room, token)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_xassist_json_word(json, names[room], token);
    }

    ngx_xassist_json_close(json, '}');

    return NGX_OK;
}


ngx_int_t
ngx_xassist_credentials_token_of(const ngx_xassist_ctx_t *ctx,
    const ngx_xassist_loc_conf_t *xlcf, ngx_uint_t room,
    char token[NGX_XASSIST_JANUS_TOKEN])
{
    u_char         text[sizeof("janus.plugin.videoroom,room=")
                        + NGX_INT64_LEN];
    policy_str_t   secret, descriptors;

    secret.data = (char *) xlcf->janus_secret.data;
    secret.len = xlcf->janus_secret.len;

    if (room) {
        descriptors.data = (char *) text;
        descriptors.len = ngx_sprintf(text, "janus.plugin.videoroom,room=%uL",
                                      ctx->room)
                          - text;

    } else {
        descriptors.data = "janus,janus.plugin.videoroom";
        descriptors.len = sizeof("janus,janus.plugin.videoroom") - 1;
    }

    return policy_janus_token(secret,
                              ngx_xassist_credentials_until(ctx,
                                                            xlcf->janus_ttl),
                              descriptors, token, NGX_XASSIST_JANUS_TOKEN)
           == POLICY_OK ? NGX_OK : NGX_ERROR;
}


/* As RTCPeerConnection takes it. */

static ngx_int_t
ngx_xassist_credentials_ice(ngx_xassist_ctx_t *ctx, ngx_xassist_json_t *json,
    const ngx_xassist_turn_t *turn)
{
    char         name[NGX_XASSIST_TURN_NAME];
    char         credential[POLICY_TURN_LEN];
    ngx_str_t   *uri;
    ngx_uint_t   i;

    if (ngx_xassist_credentials_relay(ctx, turn,
                                      ngx_xassist_credentials_until(ctx,
                                                                 turn->ttl),
                                      name, credential)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_open(json, "urls", '[');

    uri = turn->uris.elts;

    for (i = 0; i < turn->uris.nelts; i++) {
        ngx_xassist_json_str(json, NULL, &uri[i]);
    }

    ngx_xassist_json_close(json, ']');
    ngx_xassist_json_word(json, "username", name);
    ngx_xassist_json_word(json, "credential", credential);
    ngx_xassist_json_close(json, '}');

    return NGX_OK;
}


time_t
ngx_xassist_credentials_turn_ttl(const ngx_xassist_turn_t *turn)
{
    return turn->ttl;
}


ngx_int_t
ngx_xassist_credentials_relay(const ngx_xassist_ctx_t *ctx,
    const ngx_xassist_turn_t *turn, uint64_t until,
    char name[NGX_XASSIST_TURN_NAME], char credential[POLICY_TURN_LEN])
{
    u_char         id[NGX_XASSIST_ID_TEXT];
    policy_str_t   secret, user;

    secret.data = (char *) turn->secret.data;
    secret.len = turn->secret.len;

    user.data = (char *) id;
    user.len = ngx_xassist_id_text(id, ngx_xassist_credentials_who(ctx))
               - id;

    return policy_turn_credential(secret, until, user, name,
                                  NGX_XASSIST_TURN_NAME, credential)
           == POLICY_OK ? NGX_OK : NGX_ERROR;
}
