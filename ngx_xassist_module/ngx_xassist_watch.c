#include "ngx_xassist_watch.h"
#include "ngx_xassist_crowd.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_room.h"
#include "ngx_xassist_seats.h"
#include "ngx_xassist_worker.h"

#include <sys/inotify.h>


#define NGX_XASSIST_POLL        100            /* milliseconds */
#define NGX_XASSIST_SOON        1
#define NGX_XASSIST_SWEEP       1000
#define NGX_XASSIST_DEAD        10000
#define NGX_XASSIST_RETAIN      3600000

/* Events read in one turn of the event loop. */
#define NGX_XASSIST_EVENTS      256
#define NGX_XASSIST_SWEEP_MAX   256


struct ngx_xassist_watch_s {
    ngx_xassist_worker_t  *worker;
    ngx_connection_t      *inotify;            /* NULL: poll alone */
    ngx_event_t            poll;
    ngx_event_t            more;               /* go on reading */
    uint64_t               txnid;
    uint64_t               cursor;             /* last event seen */
    ngx_msec_t             swept;
    ngx_msec_t             buried;             /* dead incarnations */
    ngx_xassist_write_t    sweep;
    ngx_uint_t             sweeping;
    ngx_xassist_write_t    retain;
    ngx_uint_t             retaining;
};


/* Which live connections an event is about. */
typedef struct {
    uint32_t               kind;
    ngx_xassist_key_t      key;
    size_t                 id;
} ngx_xassist_cause_t;


static const ngx_xassist_cause_t  ngx_xassist_causes[] = {
    { STORE_EVENT_USER_ROLES, NGX_XASSIST_KEY_USER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_USER_ROLES, NGX_XASSIST_KEY_INVITER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_USER_SUSPENDED, NGX_XASSIST_KEY_USER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_USER_SUSPENDED, NGX_XASSIST_KEY_INVITER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_USER_LICENCE, NGX_XASSIST_KEY_USER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_USER_SIGNED_OUT, NGX_XASSIST_KEY_USER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_USER_SUBJECT, NGX_XASSIST_KEY_USER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_GROUP_MANAGER, NGX_XASSIST_KEY_USER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_GROUP_REMOVED, NGX_XASSIST_KEY_ACCOUNT,
      offsetof(store_event_t, account) },
    { STORE_EVENT_USER_CREATED, NGX_XASSIST_KEY_ACCOUNT,
      offsetof(store_event_t, account) },
    { STORE_EVENT_ACCOUNT_SUSPENDED, NGX_XASSIST_KEY_ACCOUNT,
      offsetof(store_event_t, account) },
    { STORE_EVENT_SESSION_REVOKED, NGX_XASSIST_KEY_SESSION,
      offsetof(store_event_t, session) },
    { STORE_EVENT_SESSION_EXPIRED, NGX_XASSIST_KEY_SESSION,
      offsetof(store_event_t, session) },
    { STORE_EVENT_CALL_MOVED, NGX_XASSIST_KEY_CALL,
      offsetof(store_event_t, call) },
    { STORE_EVENT_CALL_HANDED_OVER, NGX_XASSIST_KEY_CALL,
      offsetof(store_event_t, call) },
    { STORE_EVENT_ASSISTANCE_STARTED, NGX_XASSIST_KEY_SESSION,
      offsetof(store_event_t, session) },
    { STORE_EVENT_ASSISTANCE_PAUSED, NGX_XASSIST_KEY_SESSION,
      offsetof(store_event_t, session) },
    { STORE_EVENT_ASSISTANCE_RESUMED, NGX_XASSIST_KEY_SESSION,
      offsetof(store_event_t, session) },
    { STORE_EVENT_ASSISTANCE_STOPPED, NGX_XASSIST_KEY_SESSION,
      offsetof(store_event_t, session) },
    { STORE_EVENT_CALL_ENDED, NGX_XASSIST_KEY_CALL,
      offsetof(store_event_t, call) },
    { STORE_EVENT_PARTICIPANT_REMOVED, NGX_XASSIST_KEY_PARTICIPANT,
      offsetof(store_event_t, participant) },
    { STORE_EVENT_PARTICIPANT_REMOVED, NGX_XASSIST_KEY_INVITER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_PARTICIPANT_LEFT, NGX_XASSIST_KEY_PARTICIPANT,
      offsetof(store_event_t, participant) },
    { STORE_EVENT_PARTICIPANT_LEFT, NGX_XASSIST_KEY_INVITER,
      offsetof(store_event_t, user) },
    { STORE_EVENT_PARTICIPANT_GONE, NGX_XASSIST_KEY_INVITER,
      offsetof(store_event_t, user) }
};


static void ngx_xassist_watch_inotify(ngx_xassist_worker_t *worker);
static void ngx_xassist_watch_readable(ngx_event_t *ev);
static void ngx_xassist_watch_poll(ngx_event_t *ev);
static void ngx_xassist_watch_more(ngx_event_t *ev);
static void ngx_xassist_watch_read(ngx_xassist_worker_t *worker);
static void ngx_xassist_watch_lost(ngx_xassist_worker_t *worker,
    store_status_t status);
static void ngx_xassist_watch_event(ngx_xassist_worker_t *worker,
    const store_event_t *event);
static void ngx_xassist_watch_sweep(ngx_xassist_worker_t *worker);
static void ngx_xassist_watch_retain(ngx_xassist_worker_t *worker);
static void ngx_xassist_watch_retained(ngx_xassist_write_t *write);
static void ngx_xassist_watch_swept(ngx_xassist_write_t *write);


ngx_int_t
ngx_xassist_watch_init(ngx_xassist_worker_t *worker)
{
    ngx_xassist_watch_t  *watch;

    watch = ngx_pcalloc(worker->cycle->pool, sizeof(ngx_xassist_watch_t));
    if (watch == NULL) {
        return NGX_ERROR;
    }

    watch->worker = worker;

    watch->poll.handler = ngx_xassist_watch_poll;
    watch->poll.data = &ngx_xassist_no_connection;
    watch->poll.log = worker->log;
    watch->poll.cancelable = 1;

    watch->more.handler = ngx_xassist_watch_more;
    watch->more.data = &ngx_xassist_no_connection;
    watch->more.log = worker->log;
    watch->more.cancelable = 1;

    worker->watch = watch;

    return NGX_OK;
}


void
ngx_xassist_watch_start(ngx_xassist_worker_t *worker)
{
    store_status_t        status;
    ngx_xassist_watch_t  *watch;

    watch = worker->watch;

    ngx_xassist_watch_inotify(worker);

    watch->cursor = 0;
    watch->txnid = 0;

    if (store_read_renew(worker->read) == STORE_OK) {

        status = store_log_last(worker->read, &watch->cursor);
        store_read_reset(worker->read);

        if (status != STORE_OK) {
            ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                          "xassist: reading the log failed: %s",
                          store_status_text(status));
        }
    }

    ngx_xassist_live_missed(worker);

    if (!watch->poll.timer_set) {
        ngx_add_timer(&watch->poll, NGX_XASSIST_POLL);
    }
}


void
ngx_xassist_watch_stop(ngx_xassist_worker_t *worker)
{
    ngx_xassist_watch_t  *watch;

    watch = worker->watch;

    if (watch->inotify != NULL) {
        ngx_close_connection(watch->inotify);
        watch->inotify = NULL;
    }

    if (watch->more.posted) {
        ngx_delete_posted_event(&watch->more);
    }

    if (watch->more.timer_set) {
        ngx_del_timer(&watch->more);
    }
}


static void
ngx_xassist_watch_inotify(ngx_xassist_worker_t *worker)
{
    int                fd;
    ngx_connection_t  *c;

    fd = inotify_init1(IN_NONBLOCK|IN_CLOEXEC);
    if (fd == -1) {
        ngx_log_error(NGX_LOG_WARN, worker->log, ngx_errno,
                      "inotify_init1() failed, changes are polled for");
        return;
    }

    if (inotify_add_watch(fd, store_data_file(worker->env), IN_MODIFY) == -1) {
        ngx_log_error(NGX_LOG_WARN, worker->log, ngx_errno,
                      "inotify_add_watch(\"%s\") failed, changes are polled "
                      "for", store_data_file(worker->env));
        (void) close(fd);
        return;
    }

    c = ngx_get_connection(fd, worker->log);
    if (c == NULL) {
        (void) close(fd);
        return;
    }

    c->data = worker;
    c->pool = NULL;
    c->log = worker->log;
    c->read->handler = ngx_xassist_watch_readable;
    c->read->log = worker->log;
    c->write->log = worker->log;

    /* Not a client: a shutdown must neither close it nor miss it. */

    c->read->channel = 1;
    c->write->channel = 1;

    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_close_connection(c);
        return;
    }

    worker->watch->inotify = c;
}


static void
ngx_xassist_watch_readable(ngx_event_t *ev)
{
    u_char             buf[4096];
    ssize_t            n;
    ngx_connection_t  *c;

    c = ev->data;

    /* Edge-triggered: emptied to the end; the content says nothing more. */

    do {
        n = read(c->fd, buf, sizeof(buf));
    } while (n > 0 || (n == -1 && ngx_errno == NGX_EINTR));

    if (ngx_handle_read_event(ev, 0) != NGX_OK) {
        return;
    }

    ngx_xassist_watch_read(c->data);
}


static void
ngx_xassist_watch_poll(ngx_event_t *ev)
{
    ngx_xassist_watch_t   *watch;
    ngx_xassist_worker_t  *worker;

    watch = (ngx_xassist_watch_t *)
                ((u_char *) ev - offsetof(ngx_xassist_watch_t, poll));
    worker = watch->worker;

    if (worker->env == NULL) {
        return;
    }

    ngx_xassist_watch_read(worker);
    ngx_xassist_live_generation(worker);
    ngx_xassist_metrics_seen(worker, watch->cursor);

    if (ngx_current_msec - watch->swept >= NGX_XASSIST_SWEEP) {
        watch->swept = ngx_current_msec;
        ngx_xassist_watch_sweep(worker);
        ngx_xassist_watch_retain(worker);
        ngx_xassist_seats(worker);
        ngx_xassist_room_look(worker);
    }

    if (worker->env != NULL) {
        ngx_add_timer(ev, NGX_XASSIST_POLL);
    }
}


static void
ngx_xassist_watch_more(ngx_event_t *ev)
{
    ngx_xassist_watch_t  *watch;

    watch = (ngx_xassist_watch_t *)
                ((u_char *) ev - offsetof(ngx_xassist_watch_t, more));

    if (watch->worker->env != NULL) {
        ngx_xassist_watch_read(watch->worker);
    }
}


static void
ngx_xassist_watch_read(ngx_xassist_worker_t *worker)
{
    uint64_t              txnid;
    ngx_uint_t            n;
    store_event_t         event;
    store_status_t        status;
    ngx_xassist_watch_t  *watch;

    watch = worker->watch;
    txnid = store_txnid(worker->env);

    if (txnid == watch->txnid || ngx_xassist_worker_read(worker) != NGX_OK) {
        return;
    }

    /*
     * LMDB writes its meta page first, which wakes us, and lets readers see
     * the commit a moment later.  What counts is what this read sees.
     */

    watch->txnid = store_read_txnid(worker->read);

    if (watch->txnid < txnid && !watch->more.timer_set) {
        ngx_add_timer(&watch->more, NGX_XASSIST_SOON);
    }

    status = STORE_OK;

    for (n = 0; n < NGX_XASSIST_EVENTS; n++) {

        status = store_log_next(worker->read, watch->cursor, &event);
        if (status != STORE_OK) {
            break;
        }

        watch->cursor = event.seq;
        ngx_xassist_watch_event(worker, &event);
    }

    if (status != STORE_OK && status != STORE_NOT_FOUND) {
        ngx_xassist_watch_lost(worker, status);
    }

    ngx_xassist_room_ends(worker);
    store_read_reset(worker->read);

    if (status == STORE_OK) {
        watch->txnid = 0;
        ngx_post_event(&watch->more, &ngx_posted_next_events);
    }
}


/* What happened in between is not known: everything is looked at. */

static void
ngx_xassist_watch_lost(ngx_xassist_worker_t *worker, store_status_t status)
{
    uint64_t  last;

    if (status != STORE_TRIMMED) {
        ngx_log_error(NGX_LOG_ALERT, worker->log, 0,
                      "xassist: event %uL of the log cannot be read: %s; all "
                      "live connections are decided again",
                      worker->watch->cursor + 1, store_status_text(status));
    }

    if (store_log_last(worker->read, &last) == STORE_OK) {
        worker->watch->cursor = last;
    }

    ngx_xassist_live_missed(worker);
}


static void
ngx_xassist_watch_event(ngx_xassist_worker_t *worker,
    const store_event_t *event)
{
    ngx_uint_t                  i;
    const store_id_t           *id;
    const ngx_xassist_cause_t  *cause;

    for (i = 0;
         i < sizeof(ngx_xassist_causes) / sizeof(ngx_xassist_causes[0]);
         i++)
    {
        cause = &ngx_xassist_causes[i];

        id = (const store_id_t *) ((const u_char *) event + cause->id);

        if (cause->kind == event->kind && !store_id_none(id)) {
            ngx_xassist_live_mark(worker, cause->key, id, event->time);
        }
    }

    if (event->kind == STORE_EVENT_PARTICIPANT_CROWDED) {
        ngx_xassist_crowd_event(worker, event);
    }
}


/*
 * Every worker looks at what is due, cheaply; the write transaction checks
 * again, so that one of them does it.
 */

static void
ngx_xassist_watch_sweep(ngx_xassist_worker_t *worker)
{
    uint64_t              when;
    ngx_uint_t            bury;
    store_op_t           *op;
    store_status_t        status;
    ngx_xassist_watch_t  *watch;

    watch = worker->watch;

    if (watch->sweeping || ngx_exiting
        || ngx_xassist_worker_read(worker) != NGX_OK)
    {
        return;
    }

    status = store_due_next(worker->read, &when);
    store_read_reset(worker->read);

    bury = watch->buried == 0
           || ngx_current_msec - watch->buried >= NGX_XASSIST_DEAD;

    if (!bury && (status != STORE_OK || when > ngx_xassist_now())) {
        return;
    }

    op = &watch->sweep.op;
    ngx_memzero(op, sizeof(store_op_t));

    if (ngx_xassist_writer_prepare(worker, STORE_OP_SWEEP, op) != NGX_OK) {
        return;
    }

    op->in.sweep.max = NGX_XASSIST_SWEEP_MAX;
    op->in.sweep.folder = bury ? worker->folder : NULL;

    watch->sweep.done = ngx_xassist_watch_swept;
    watch->sweep.data = worker;

    if (ngx_xassist_writer_post(worker, &watch->sweep) == NGX_OK) {
        watch->sweeping = 1;

        if (bury) {
            watch->buried = ngx_current_msec;
        }
    }
}


static void
ngx_xassist_watch_swept(ngx_xassist_write_t *write)
{
    ngx_xassist_watch_t   *watch;
    ngx_xassist_worker_t  *worker;

    worker = write->data;
    watch = worker->watch;

    watch->sweeping = 0;

    if (write->op.status == STORE_OK && write->op.out.more) {
        watch->swept = ngx_current_msec - NGX_XASSIST_SWEEP;
    }
}


/* What is old goes, a step at a time; any worker takes the next. */

static void
ngx_xassist_watch_retain(ngx_xassist_worker_t *worker)
{
    uint64_t              when;
    store_op_t           *op;
    store_status_t        status;
    ngx_xassist_watch_t  *watch;

    watch = worker->watch;

    if (worker->conf->retention == 0 || watch->retaining || ngx_exiting
        || ngx_xassist_worker_read(worker) != NGX_OK)
    {
        return;
    }

    status = store_retain_next(worker->read, &when);
    store_read_reset(worker->read);

    if (status != STORE_OK || when > ngx_xassist_now()) {
        return;
    }

    op = &watch->retain.op;
    ngx_memzero(op, sizeof(store_op_t));

    if (ngx_xassist_writer_prepare(worker, STORE_OP_RETAIN, op) != NGX_OK) {
        return;
    }

    op->in.retain.keep = worker->conf->retention;
    op->in.retain.every = NGX_XASSIST_RETAIN;
    op->in.retain.exported = worker->conf->exported;

    watch->retain.done = ngx_xassist_watch_retained;
    watch->retain.data = worker;

    if (ngx_xassist_writer_post(worker, &watch->retain) == NGX_OK) {
        watch->retaining = 1;
    }
}


static void
ngx_xassist_watch_retained(ngx_xassist_write_t *write)
{
    ngx_xassist_watch_t   *watch;
    ngx_xassist_worker_t  *worker;

    worker = write->data;
    watch = worker->watch;

    watch->retaining = 0;

    if (write->op.status == STORE_OK && write->op.out.more) {
        watch->swept = ngx_current_msec - NGX_XASSIST_SWEEP;

    } else if (write->op.status != STORE_OK) {
        ngx_log_error(NGX_LOG_ERR, worker->log, 0,
                      "xassist: what is old could not be taken away: %s",
                      store_status_text(write->op.status));
    }
}
