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

/*
 * Writes the members janus and livekit, as far as configured, and
 * ice_servers.  The context holds an admitted participant of the call, and
 * does so afterwards.
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

/* The participant, or the user who has not been one yet. */
const store_id_t *ngx_xassist_credentials_who(const ngx_xassist_ctx_t *ctx);

/* A token for LiveKit, and its server's URL (empty: not given). */
#define NGX_XASSIST_JWT_MAX  6144

ngx_int_t ngx_xassist_credentials_room(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, const ngx_xassist_livekit_t *livekit,
    char token[NGX_XASSIST_JWT_MAX]);
/* One that may remove people from the room of a call; for the edge itself. */
ngx_int_t ngx_xassist_credentials_admin(ngx_pool_t *pool,
    const store_id_t *call, const ngx_xassist_livekit_t *livekit, time_t ttl,
    char token[NGX_XASSIST_JWT_MAX]);
const ngx_str_t *ngx_xassist_credentials_url(
    const ngx_xassist_livekit_t *livekit);

/* $xassist_livekit: the token, where the location admits to a call. */
ngx_int_t ngx_xassist_credentials_value(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx, ngx_str_t *value);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_CREDENTIALS_H */
