/*
 * Credentials for the media plane, minted for somebody who is admitted to a
 * call, for that call alone and for no longer than the right.
 */

#ifndef NGX_XASSIST_CREDENTIALS_H
#define NGX_XASSIST_CREDENTIALS_H

#include "ngx_xassist_json.h"
#include "ngx_xassist_reason.h"

#pragma GCC visibility push(hidden)

/* xassist_turn FILE uri=URI ... [ttl=TIME] */
char *ngx_xassist_credentials_turn(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* xassist_livekit FILE key=KEY [url=URL] [ttl=TIME] */
char *ngx_xassist_credentials_livekit(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* xassist_token NAME FILE claims=FILE [ttl=TIME] [url=URL] */
char *ngx_xassist_credentials_token(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* xassist_bigbluebutton FILE url=URL */
char *ngx_xassist_credentials_bigbluebutton(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);

/*
 * Writes the members janus, livekit, bigbluebutton and tokens, as far as
 * configured, and ice_servers.  The context holds an admitted participant of
 * the call, and does so afterwards.
 */
ngx_xassist_reason_t ngx_xassist_credentials_json(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_xassist_json_t *json);

/* The last of these alone, for who has just joined. */
ngx_xassist_reason_t ngx_xassist_credentials_servers(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_xassist_json_t *json);

/* Of the files here: a secret's file, "ttl=TIME", and until when (in seconds
   UTC) a credential may last: the ttl, but not beyond the session. */
char *ngx_xassist_credentials_secret(ngx_conf_t *cf, ngx_str_t *path,
    ngx_str_t *secret);
char *ngx_xassist_credentials_ttl(ngx_str_t *value, time_t *ttl);
uint64_t ngx_xassist_credentials_until(const ngx_xassist_ctx_t *ctx,
    time_t ttl);

/* HS256 over claims that are JSON. */
#define NGX_XASSIST_JWT_MAX  6144

ngx_int_t ngx_xassist_credentials_sign(const ngx_str_t *secret,
    const ngx_str_t *claims, char token[NGX_XASSIST_JWT_MAX]);

/* Adds a list of one rule or permission to `rules`. */
ngx_int_t ngx_xassist_credentials_rule(ngx_conf_t *cf, ngx_array_t *rules,
    const ngx_str_t *name);

/* Which of them hold for this participant, as the policy decides now; the
   context is as it was afterwards.  NGX_ERROR: that cannot be told. */
ngx_int_t ngx_xassist_credentials_may(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, const ngx_array_t *rules, ngx_uint_t *may);

/* 0 for an external whose profile lets him see and hear alone. */
ngx_uint_t ngx_xassist_credentials_controls(ngx_http_request_t *r,
    const ngx_xassist_ctx_t *ctx);

/* In-call permissions, for the assertion: `grants` and `mode`. */
ngx_int_t ngx_xassist_credentials_init(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);
ngx_int_t ngx_xassist_credentials_grants(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_xassist_json_t *json);

/* Janus's token to speak to it at all, or for the room of the call. */
#define NGX_XASSIST_JANUS_TOKEN  192

ngx_int_t ngx_xassist_credentials_token_of(const ngx_xassist_ctx_t *ctx,
    const ngx_xassist_loc_conf_t *xlcf, ngx_uint_t room,
    char token[NGX_XASSIST_JANUS_TOKEN]);

/* TURN's name and password until then. */
#define NGX_XASSIST_TURN_NAME  (NGX_INT64_LEN + NGX_XASSIST_ID_TEXT + 2)

time_t ngx_xassist_credentials_turn_ttl(const ngx_xassist_turn_t *turn);
ngx_int_t ngx_xassist_credentials_relay(const ngx_xassist_ctx_t *ctx,
    const ngx_xassist_turn_t *turn, uint64_t until,
    char name[NGX_XASSIST_TURN_NAME], char credential[POLICY_TURN_LEN]);

/* The participant, or the user who has not been one yet. */
const store_id_t *ngx_xassist_credentials_who(const ngx_xassist_ctx_t *ctx);

/* A token for LiveKit, and its server's URL (empty: not given). */
ngx_int_t ngx_xassist_credentials_room(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, const ngx_xassist_livekit_t *livekit,
    char token[NGX_XASSIST_JWT_MAX]);
/* One that may remove people from the room of a call; for the edge itself. */
ngx_int_t ngx_xassist_credentials_admin(ngx_pool_t *pool,
    const store_id_t *call, const ngx_xassist_livekit_t *livekit, time_t ttl,
    char token[NGX_XASSIST_JWT_MAX]);
const ngx_str_t *ngx_xassist_credentials_url(
    const ngx_xassist_livekit_t *livekit);

/* The members tokens and bigbluebutton. */
ngx_int_t ngx_xassist_credentials_tokens(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_xassist_json_t *json);
ngx_int_t ngx_xassist_credentials_meeting(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, const ngx_xassist_meeting_t *meeting,
    ngx_str_t *url);

/* Of this request's location, if it admits to a call: variables. */
ngx_int_t ngx_xassist_credentials_variables(ngx_conf_t *cf);
ngx_int_t ngx_xassist_credentials_value_meeting(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_credentials_value_janus(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_credentials_value_room(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_credentials_value_turn_name(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);
ngx_int_t ngx_xassist_credentials_value_turn(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);

/* $xassist_livekit: the token, where the location admits to a call. */
ngx_int_t ngx_xassist_credentials_value(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CREDENTIALS_H */
