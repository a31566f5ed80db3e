/*
 * One live connection: its place in the registry, the frames that pass, and
 * its end.
 */

#ifndef NGX_XASSIST_TUNNEL_H
#define NGX_XASSIST_TUNNEL_H

#include "ngx_xassist.h"
#include "ngx_xassist_frame.h"
#include "ngx_xassist_reason.h"
#include "ngx_xassist_writer.h"

#pragma GCC visibility push(hidden)

typedef enum {
    NGX_XASSIST_KEY_SESSION = 0,
    NGX_XASSIST_KEY_USER,
    NGX_XASSIST_KEY_ACCOUNT,
    NGX_XASSIST_KEY_CALL,
    NGX_XASSIST_KEY_INVITATION,
    NGX_XASSIST_KEY_PARTICIPANT,
    NGX_XASSIST_KEY_INVITER,               /* user id, of an external */
    NGX_XASSIST_KEY_ALL,                   /* without an id */
    NGX_XASSIST_KEYS
} ngx_xassist_key_t;


typedef struct ngx_xassist_close_s  ngx_xassist_close_t;


/* malloc'ed, not of r->pool: there it would cost a second 4 KB block. */
struct ngx_xassist_tunnel_s {
    ngx_queue_t                    keys[NGX_XASSIST_KEYS];
    ngx_queue_t                    dirty;
    ngx_queue_t                    wheel;      /* ngx_xassist_idle.c */

    ngx_http_request_t            *request;
    ngx_xassist_ctx_t             *ctx;
    const ngx_xassist_loc_conf_t  *conf;
    ngx_xassist_worker_t          *worker;

    ngx_send_pt                    send_down;  /* nginx's own */
    ngx_send_pt                    send_up;
    ngx_xassist_frame_t            down;
    ngx_xassist_frame_t            up;
    size_t                         retry_down; /* TLS: offered, not taken */
    size_t                         retry_up;
    uint64_t                       opened;     /* ms UTC, by live_add */
    uint64_t                       since;      /* of the event, or 0 */

    ngx_xassist_close_t           *close;      /* NULL: not closing */
    ngx_xassist_write_t           *attaching;  /* NULL: not in flight */

    unsigned                       websocket:1;
    unsigned                       is_dirty:1; /* in a queue of the slices */
    unsigned                       is_many:1;  /* one of many of a cause */
    unsigned                       is_ending:1; /* ngx_xassist_ending.c */
    unsigned                       replaced:1; /* by a newer one */
    unsigned                       missed:1;   /* events, perhaps */
    unsigned                       told:1;     /* when it was opened */
    unsigned                       attached:1;
    unsigned                       ended:1;
};


/* What one live connection costs besides nginx's own. */
_Static_assert(sizeof(ngx_xassist_tunnel_t) <= 400, "a tunnel is too large");


/* Registers the connection whose 101 is about to be sent.  NGX_OK, or an
   HTTP status that refuses it. */
ngx_int_t ngx_xassist_tunnel_admit(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);

/* `xassist_live all`: registers any other request that was allowed. */
ngx_int_t ngx_xassist_tunnel_stream(ngx_http_request_t *r,
    ngx_xassist_ctx_t *ctx);

/*
 * Ends a connection with the reason's close code: a Close frame at a frame
 * boundary if that comes within two seconds, else at once.  From a timer or
 * a posted event only, never from within send.
 */
void ngx_xassist_tunnel_close(ngx_xassist_tunnel_t *tunnel,
    ngx_xassist_reason_t reason);

/* Gives back what nginx holds for bytes of the client while there are none:
   it takes it again when some come.  From a timer or a posted event only. */
void ngx_xassist_tunnel_rest(ngx_xassist_tunnel_t *tunnel);

/* Out of the registry and of the send path; once. */
void ngx_xassist_tunnel_end(ngx_xassist_tunnel_t *tunnel);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_TUNNEL_H */
