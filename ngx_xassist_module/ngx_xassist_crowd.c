#include "ngx_xassist_crowd.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_worker.h"


/* The one that was opened then. */
typedef struct {
    uint64_t               opened;
    ngx_xassist_tunnel_t  *tunnel;
} ngx_xassist_crowd_t;


static void ngx_xassist_crowd_find(ngx_xassist_tunnel_t *tunnel, void *data);


/* Incarnation of a worker, and when the connection was opened. */

void
ngx_xassist_crowd_event(ngx_xassist_worker_t *worker,
    const store_event_t *event)
{
    off_t                 opened;
    u_char               *text, own[2 * sizeof(worker->incarnation)];
    ngx_xassist_crowd_t   crowd;

    text = (u_char *) event->detail.data;

    (void) ngx_hex_dump(own, worker->incarnation,
                        sizeof(worker->incarnation));

    if (event->detail.len <= sizeof(own)
        || ngx_memcmp(text, own, sizeof(own)) != 0)
    {
        return;
    }

    opened = ngx_atoof(text + sizeof(own), event->detail.len - sizeof(own));

    if (opened == NGX_ERROR) {
        return;
    }

    crowd.opened = opened;
    crowd.tunnel = NULL;

    ngx_xassist_live_each(worker, NGX_XASSIST_KEY_PARTICIPANT,
                          &event->participant, ngx_xassist_crowd_find,
                          &crowd);

    if (crowd.tunnel != NULL) {
        crowd.tunnel->replaced = 1;
        ngx_xassist_live_doubt(crowd.tunnel, event->time);
    }
}


static void
ngx_xassist_crowd_find(ngx_xassist_tunnel_t *tunnel, void *data)
{
    ngx_xassist_crowd_t  *crowd = data;

    if (crowd->tunnel == NULL && tunnel->opened == crowd->opened
        && tunnel->attached && !tunnel->replaced)
    {
        crowd->tunnel = tunnel;
    }
}


void
ngx_xassist_crowd_missed(ngx_xassist_tunnel_t *tunnel)
{
    tunnel->missed = 1;
}


/* What the store counts no more, though it did: the event was missed. */

ngx_uint_t
ngx_xassist_crowd_out(ngx_xassist_tunnel_t *tunnel)
{
    bool                   counts;
    store_status_t         status;
    ngx_xassist_worker_t  *worker;

    /* Whether one counts that is on its way is looked at when it is there. */

    if (!tunnel->missed || tunnel->replaced || tunnel->attaching != NULL) {
        return tunnel->replaced;
    }

    worker = tunnel->worker;

    if (tunnel->told && ngx_xassist_worker_read(worker) == NGX_OK) {

        status = store_attached(worker->read, &tunnel->ctx->call,
                                &tunnel->ctx->participant,
                                worker->incarnation, tunnel->opened, &counts);
        store_read_reset(worker->read);

        if (status != STORE_OK) {
            ngx_log_error(NGX_LOG_ALERT, worker->log, 0,
                          "xassist: connections cannot be counted: %s",
                          store_status_text(status));
        }

        tunnel->replaced = !counts;
    }

    tunnel->missed = 0;

    return tunnel->replaced;
}
