/* The end of rooms: each server is told until it agrees. */

#include "ngx_xassist_room.h"
#include "ngx_xassist_balance.h"
#include "ngx_xassist_room_int.h"
#include "ngx_xassist_told.h"
#include "ngx_xassist_worker.h"


#define NGX_XASSIST_ROOM_EVENTS   1024         /* read in one turn */
#define NGX_XASSIST_ROOM_SAVE     1000         /* events, passed over */
#define NGX_XASSIST_ROOM_MOST     1024         /* rooms that wait */
#define NGX_XASSIST_ROOM_FIRST    250          /* ms, until the second try */
#define NGX_XASSIST_ROOM_PAUSE    60000        /* at most, between two */
#define NGX_XASSIST_ROOM_DAY      (24 * 3600 * 1000)

/* A join that was on its way when the call ended may have made the room
   anew: it is taken away once more when none can be on its way. */
#define NGX_XASSIST_ROOM_AGAIN    (NGX_XASSIST_ROOM_TIMEOUT + 1000)

/* Of what Janus answers: what is wanted, or was so already. */
#define NGX_XASSIST_ROOM_GONE     "\"videoroom\":\"destroyed\""
#define NGX_XASSIST_ROOM_NONE     "\"error_code\":426"


struct ngx_xassist_rooms_s {
    ngx_xassist_worker_t     *worker;
    ngx_queue_t               closings;        /* by their events */
    ngx_uint_t                n;
    ngx_xassist_told_t        told;            /* where all have agreed */
    unsigned                  dirty:1;         /* one has agreed */
    unsigned                  behind:1;        /* there are more events */
};


/* The end of a room on a server; lives in a pool of its own. */
typedef struct {
    ngx_xassist_tell_t        tell;            /* first: cast from it */
    ngx_queue_t               queue;
    ngx_pool_t               *pool;
    ngx_xassist_rooms_t      *rooms;
    ngx_str_t                 server;
    store_id_t                call;
    uint64_t                  room;
    uint64_t                  seq;             /* of the event behind it, */
    uint64_t                  since;           /* and its time */
    ngx_uint_t                tries;
    ngx_event_t               again;
    unsigned                  gone:1;
} ngx_xassist_closing_t;


static ngx_xassist_rooms_t *ngx_xassist_room_all(
    ngx_xassist_worker_t *worker);
static void ngx_xassist_room_event(ngx_xassist_rooms_t *rooms,
    const store_event_t *event);
static void ngx_xassist_room_others(ngx_xassist_rooms_t *rooms,
    ngx_http_upstream_srv_conf_t *upstream, const store_call_t *call,
    const store_event_t *event);
static void ngx_xassist_room_close(ngx_xassist_rooms_t *rooms,
    ngx_http_upstream_srv_conf_t *upstream, const ngx_str_t *server,
    const store_call_t *call, const store_event_t *event);
static void ngx_xassist_room_closed(ngx_xassist_tell_t *tell);
static void ngx_xassist_room_again(ngx_event_t *ev);
static ngx_uint_t ngx_xassist_room_back(ngx_xassist_closing_t *k);
static void ngx_xassist_room_drop(ngx_xassist_closing_t *k);
static void ngx_xassist_room_save(ngx_xassist_rooms_t *rooms);


void
ngx_xassist_room_ends(ngx_xassist_worker_t *worker)
{
    ngx_uint_t            n;
    store_event_t         event;
    ngx_xassist_rooms_t  *rooms;

    if (ngx_worker != 0 || !worker->conf->rooms || ngx_exiting
        || worker->read_only)
    {
        return;
    }

    rooms = ngx_xassist_room_all(worker);

    if (rooms == NULL) {
        return;
    }

    for (n = 0;
         n < NGX_XASSIST_ROOM_EVENTS
         && ngx_xassist_told_next(&rooms->told, &event) == STORE_OK;
         n++)
    {
        rooms->told.seen = event.seq;
        ngx_xassist_room_event(rooms, &event);
    }

    rooms->behind = n == NGX_XASSIST_ROOM_EVENTS;

    ngx_xassist_room_save(rooms);
}


void
ngx_xassist_room_look(ngx_xassist_worker_t *worker)
{
    ngx_xassist_rooms_t  *rooms;

    rooms = worker->rooms;

    if (rooms != NULL
        && (rooms->dirty || rooms->behind
            || ngx_xassist_told_left(&rooms->told))
        && !ngx_exiting && ngx_xassist_worker_read(worker) == NGX_OK)
    {
        ngx_xassist_room_ends(worker);
        store_read_reset(worker->read);
    }
}


static ngx_xassist_rooms_t *
ngx_xassist_room_all(ngx_xassist_worker_t *worker)
{
    ngx_xassist_rooms_t  *rooms;

    if (worker->rooms == NULL) {
        rooms = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_rooms_t));
        if (rooms == NULL) {
            return NULL;
        }

        rooms->worker = worker;
        rooms->told.worker = worker;
        rooms->told.name.data = (const uint8_t *) "rooms";
        rooms->told.name.len = sizeof("rooms") - 1;
        ngx_queue_init(&rooms->closings);
        worker->rooms = rooms;
    }

    rooms = worker->rooms;

    if (!rooms->told.known) {
        ngx_xassist_told_know(&rooms->told);
    }

    return rooms->told.known ? rooms : NULL;
}


static void
ngx_xassist_room_event(ngx_xassist_rooms_t *rooms, const store_event_t *event)
{
    ngx_str_t                        server;
    ngx_uint_t                       i;
    store_call_t                     call;
    ngx_xassist_upstream_conf_t     *xucf;
    ngx_http_upstream_srv_conf_t   **upstreams;
    ngx_http_upstream_main_conf_t   *umcf;

    if ((event->kind != STORE_EVENT_CALL_ENDED
         && event->kind != STORE_EVENT_CALL_MOVED)
        || store_call_get(rooms->worker->read, &event->call, &call)
           != STORE_OK
        || call.media.len == 0)
    {
        return;
    }

    server.data = (u_char *) call.media.data;
    server.len = call.media.len;

    umcf = ngx_http_cycle_get_module_main_conf(rooms->worker->cycle,
                                               ngx_http_upstream_module);
    upstreams = umcf->upstreams.elts;

    for (i = 0; i < umcf->upstreams.nelts; i++) {

        if (upstreams[i]->srv_conf == NULL) {
            continue;
        }

        xucf = ngx_http_conf_upstream_srv_conf(upstreams[i],
                                               ngx_xassist_module);

        if (xucf->room == NULL
            || !ngx_xassist_balance_has(upstreams[i], &server))
        {
            continue;
        }

        if (event->kind == STORE_EVENT_CALL_MOVED) {
            ngx_xassist_room_others(rooms, upstreams[i], &call, event);

        } else {
            ngx_xassist_room_close(rooms, upstreams[i], &server, &call,
                                   event);
        }
    }
}


/* The event says where the call went: where it came from is one of the other
   servers, and whoever has no such room agrees at once. */

static void
ngx_xassist_room_others(ngx_xassist_rooms_t *rooms,
    ngx_http_upstream_srv_conf_t *upstream, const store_call_t *call,
    const store_event_t *event)
{
    ngx_str_t                     *name;
    ngx_uint_t                     i;
    ngx_pool_t                    *pool;
    ngx_array_t                    names;
    ngx_http_upstream_rr_peer_t   *peer;
    ngx_http_upstream_rr_peers_t  *peers, *all;

    pool = ngx_create_pool(1024, rooms->worker->log);
    if (pool == NULL) {
        return;
    }

    if (ngx_array_init(&names, pool, 8, sizeof(ngx_str_t)) != NGX_OK) {
        goto done;
    }

    all = upstream->peer.data;

    ngx_http_upstream_rr_peers_rlock(all);

    for (peers = all; peers; peers = peers->next) {
        for (peer = peers->peer; peer; peer = peer->next) {

            if (peer->name.len == call->media.len
                && ngx_memcmp(peer->name.data, call->media.data,
                              peer->name.len)
                   == 0)
            {
                continue;
            }

            name = ngx_array_push(&names);

            if (name != NULL) {
                name->len = peer->name.len;
                name->data = ngx_pstrdup(pool, &peer->name);
            }
        }
    }

    ngx_http_upstream_rr_peers_unlock(all);

    name = names.elts;

    for (i = 0; i < names.nelts; i++) {
        if (name[i].data != NULL) {
            ngx_xassist_room_close(rooms, upstream, &name[i], call, event);
        }
    }

done:

    ngx_destroy_pool(pool);
}


static void
ngx_xassist_room_close(ngx_xassist_rooms_t *rooms,
    ngx_http_upstream_srv_conf_t *upstream, const ngx_str_t *server,
    const store_call_t *call, const store_event_t *event)
{
    ngx_log_t                    *log;
    ngx_pool_t                   *pool;
    ngx_xassist_closing_t        *k;
    const ngx_xassist_target_t   *target;
    ngx_xassist_upstream_conf_t  *xucf;

    log = rooms->worker->log;
    xucf = ngx_http_conf_upstream_srv_conf(upstream, ngx_xassist_module);

    target = ngx_xassist_target_of(xucf->api, server);
    pool = ngx_create_pool(8192, log);

    if (pool == NULL) {
        return;
    }

    k = ngx_pcalloc(pool, sizeof(ngx_xassist_closing_t));

    if (k == NULL) {
        goto failed;
    }

    k->pool = pool;
    k->rooms = rooms;
    k->call = call->id;
    k->room = call->room;
    k->seq = event->seq;
    k->since = event->time;
    k->server.len = server->len;
    k->server.data = ngx_pstrdup(pool, (ngx_str_t *) server);
    k->tell.log = log;
    k->tell.timeout = NGX_XASSIST_ROOM_TIMEOUT;
    k->tell.done = ngx_xassist_room_closed;

    /* A worker that ends leaves it to the next. */

    k->again.handler = ngx_xassist_room_again;
    k->again.data = &ngx_xassist_no_connection;
    k->again.log = log;
    k->again.cancelable = 1;

    if (target == NULL || k->server.data == NULL
        || ngx_xassist_room_destroy(pool, xucf->room, target, &k->server,
                                    k->room, &k->tell)
           != NGX_OK)
    {
        goto failed;
    }

    if (rooms->n == NGX_XASSIST_ROOM_MOST) {
        ngx_xassist_room_drop(ngx_queue_data(ngx_queue_head(&rooms->closings),
                                             ngx_xassist_closing_t, queue));
    }

    ngx_queue_insert_tail(&rooms->closings, &k->queue);
    rooms->n++;

    k->tries = 1;
    ngx_xassist_tell(&k->tell);

    return;

failed:

    ngx_log_error(NGX_LOG_ALERT, log, 0,
                  "xassist: media server %V could not be told to end room "
                  "%uL", server, call->room);
    ngx_destroy_pool(pool);
}


static void
ngx_xassist_room_closed(ngx_xassist_tell_t *tell)
{
    ngx_msec_t              pause;
    ngx_xassist_closing_t  *k = (ngx_xassist_closing_t *) tell;

    if (ngx_xassist_room_says(tell, NGX_XASSIST_ROOM_GONE,
                              NGX_XASSIST_ROOM_NONE))
    {
        if (k->gone) {
            ngx_xassist_room_drop(k);
            return;
        }

        k->gone = 1;
        k->tries = 0;
        ngx_add_timer(&k->again, NGX_XASSIST_ROOM_AGAIN);
        return;
    }

    if (ngx_xassist_now() > k->since + NGX_XASSIST_ROOM_DAY) {
        ngx_xassist_room_drop(k);
        return;
    }

    if (k->tries == 1) {
        ngx_log_error(NGX_LOG_WARN, tell->log, 0,
                      "xassist: room %uL is to be ended at %V: %s%V; trying "
                      "again", k->room, &tell->name,
                      tell->why ? tell->why : "it answered ", &tell->body);
    }

    pause = (ngx_msec_t) NGX_XASSIST_ROOM_FIRST << ngx_min(k->tries - 1, 16);

    ngx_add_timer(&k->again, ngx_min(pause, NGX_XASSIST_ROOM_PAUSE));
}


static void
ngx_xassist_room_again(ngx_event_t *ev)
{
    ngx_xassist_closing_t  *k;

    k = (ngx_xassist_closing_t *)
            ((u_char *) ev - offsetof(ngx_xassist_closing_t, again));

    if (ngx_xassist_room_back(k)) {
        k->gone = 1;
        ngx_xassist_room_drop(k);
        return;
    }

    k->tries++;
    ngx_xassist_tell(&k->tell);
}


/* A call that was moved may have come back: its room is in use. */

static ngx_uint_t
ngx_xassist_room_back(ngx_xassist_closing_t *k)
{
    ngx_uint_t    back;
    store_call_t  call;

    if (ngx_xassist_worker_read(k->rooms->worker) != NGX_OK) {
        return 0;
    }

    back = store_call_get(k->rooms->worker->read, &k->call, &call) == STORE_OK
           && call.state != STORE_CALL_ENDED
           && call.media.len == k->server.len
           && ngx_memcmp(call.media.data, k->server.data, k->server.len) == 0;

    store_read_reset(k->rooms->worker->read);

    return back;
}


static void
ngx_xassist_room_drop(ngx_xassist_closing_t *k)
{
    if (!k->gone) {
        ngx_log_error(NGX_LOG_ALERT, k->tell.log, 0,
                      "xassist: room %uL was not ended at %V: %s%V, after "
                      "%ui tries", k->room, &k->server,
                      k->tell.why ? k->tell.why : "it answered ",
                      &k->tell.body, k->tries);
    }

    ngx_xassist_tell_cancel(&k->tell);

    if (k->again.timer_set) {
        ngx_del_timer(&k->again);
    }

    ngx_queue_remove(&k->queue);
    k->rooms->n--;
    k->rooms->dirty = 1;

    ngx_destroy_pool(k->pool);
}


/* What all have agreed to need not be told again. */

static void
ngx_xassist_room_save(ngx_xassist_rooms_t *rooms)
{
    uint64_t                seq, saved;
    ngx_xassist_closing_t  *k;

    seq = rooms->told.seen;
    saved = rooms->told.saved;

    if (!ngx_queue_empty(&rooms->closings)) {
        k = ngx_queue_data(ngx_queue_head(&rooms->closings),
                           ngx_xassist_closing_t, queue);
        seq = k->seq - 1;
    }

    if (seq > saved
        && (rooms->dirty || ngx_xassist_told_left(&rooms->told)
            || seq - saved >= NGX_XASSIST_ROOM_SAVE))
    {
        rooms->dirty = 0;
        ngx_xassist_told_save(&rooms->told, seq);
    }
}
