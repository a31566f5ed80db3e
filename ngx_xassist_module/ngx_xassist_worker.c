#include "ngx_xassist_worker.h"
#include "ngx_xassist_courier.h"
#include "ngx_xassist_constant.h"
#include "ngx_xassist_ending.h"
#include "ngx_xassist_idle.h"
#include "ngx_xassist_jwt.h"
#include "ngx_xassist_live.h"
#include "ngx_xassist_log.h"
#include "ngx_xassist_metrics.h"
#include "ngx_xassist_seats.h"
#include "ngx_xassist_watch.h"
#include "ngx_xassist_writer.h"
#include "ngx_xassist_zone.h"


#define NGX_XASSIST_REOPEN  1000               /* milliseconds */


/* NGX_ERROR: closed, or open for reading alone; worth another try. */
static ngx_int_t ngx_xassist_worker_open(ngx_xassist_worker_t *worker);
static void ngx_xassist_worker_close(ngx_xassist_worker_t *worker);
static void ngx_xassist_worker_complain(ngx_xassist_worker_t *worker,
    const char *text);
static void ngx_xassist_worker_reopen(ngx_event_t *ev);
static int ngx_xassist_worker_sha256(const void *data, size_t len,
    uint8_t out[STORE_HASH_LEN]);


/* nginx's debug log reads the descriptor of a timer's connection. */

ngx_connection_t  ngx_xassist_no_connection = { .fd = (ngx_socket_t) -1 };


ngx_int_t
ngx_xassist_worker_init(ngx_cycle_t *cycle)
{
    ngx_xassist_worker_t     *worker;
    ngx_xassist_main_conf_t  *xmcf;

    xmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_xassist_module);

    if (xmcf == NULL || !xmcf->used
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NGX_OK;
    }

    worker = ngx_pcalloc(cycle->pool, sizeof(ngx_xassist_worker_t));
    if (worker == NULL) {
        return NGX_ERROR;
    }

    worker->conf = xmcf;
    worker->cycle = cycle;
    worker->log = cycle->log;
    worker->lock = -1;

    worker->slots = ngx_pcalloc(cycle->pool,
                                (xmcf->rules.nelts + 1) * sizeof(uint32_t));
    worker->grouped = ngx_pcalloc(cycle->pool, xmcf->rules.nelts + 1);

    if (worker->slots == NULL || worker->grouped == NULL) {
        return NGX_ERROR;
    }

    worker->cache = policy_token_cache_new();

    worker->folder = ngx_pnalloc(cycle->pool, xmcf->store->name.len + 1);
    if (worker->folder == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpystrn((u_char *) worker->folder, xmcf->store->name.data,
                       xmcf->store->name.len + 1);

    /* ngx_conf_set_path_slot keeps a slash at the end, if there was one. */

    worker->reopen.handler = ngx_xassist_worker_reopen;
    worker->reopen.data = &ngx_xassist_no_connection;
    worker->reopen.log = cycle->log;
    worker->reopen.cancelable = 1;

    if (policy_random(worker->incarnation, sizeof(worker->incarnation))
        != POLICY_OK
        || ngx_xassist_log_guard(cycle, xmcf) != NGX_OK
        || ngx_xassist_writer_init(worker) != NGX_OK
        || ngx_xassist_live_init(worker) != NGX_OK
        || ngx_xassist_ending_init(worker) != NGX_OK
        || ngx_xassist_idle_init(worker) != NGX_OK
        || ngx_xassist_watch_init(worker) != NGX_OK
        || ngx_xassist_courier_init(worker) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_xassist_metrics_start(worker);
    xmcf->worker = worker;

#if (XASSIST_TEST)
    {
    ngx_uint_t  n;

    worker->constant = ngx_xassist_constant(xmcf, cycle, &n);
    }
#endif

    if (ngx_xassist_worker_open(worker) != NGX_OK) {
        ngx_add_timer(&worker->reopen, NGX_XASSIST_REOPEN);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_worker_open(ngx_xassist_worker_t *worker)
{
    store_error_t    error;
    store_status_t   status;
    store_options_t  options;

    ngx_memzero(&options, sizeof(store_options_t));
    ngx_memzero(&error, sizeof(store_error_t));

    options.path = worker->folder;
    options.max = worker->conf->store_max;
    options.sha256 = ngx_xassist_worker_sha256;
    options.create = 1;

    worker->read_only = 0;
    status = store_open(&options, &worker->env, &error);

    if (status == STORE_DENIED) {

        /* What cannot be written may still be read. */

        ngx_xassist_worker_complain(worker, error.text);

        options.read_only = 1;
        worker->read_only = 1;
        status = store_open(&options, &worker->env, &error);
    }

    if (status != STORE_OK) {
        worker->env = NULL;
        ngx_xassist_worker_complain(worker, error.text);
        return NGX_ERROR;
    }

    if (store_read_new(worker->env, &worker->read) != STORE_OK) {
        worker->read = NULL;
        ngx_xassist_worker_complain(worker, "no reader slot is free");
        ngx_xassist_worker_close(worker);
        return NGX_ERROR;
    }

    if (!worker->read_only) {
        worker->lock = store_incarnation_open(worker->folder,
                                              worker->incarnation);
    }

    if (worker->lock == -1 && !worker->read_only) {
        ngx_xassist_worker_complain(worker, "the folder \"workers\" in it "
                                    "cannot be written");
        ngx_xassist_worker_close(worker);
        return NGX_ERROR;
    }

    ngx_xassist_worker_say(worker);
    ngx_xassist_watch_start(worker);

    if (worker->read_only) {
        return NGX_ERROR;
    }

    if (worker->complained) {
        worker->complained = 0;
        ngx_log_error(NGX_LOG_NOTICE, worker->log, 0,
                      "xassist: store \"%s\" is available again",
                      worker->folder);
    }

    return NGX_OK;
}


/* For whoever turns keys, or asks which policy is live: a file that cannot be
   written says that the worker has no key. */

void
ngx_xassist_worker_say(ngx_xassist_worker_t *worker)
{
    bool      signs;
    char      name[POLICY_KEY_NAME_LEN];
    u_char    text[4096], hex[64], *p, *last;
    void     *zone;
    uint64_t  generation;
    unsigned  use, id;

    if (worker->lock == -1) {
        return;
    }

    p = text;
    last = text + sizeof(text);

    for (use = 0; use < POLICY_USES; use++) {
        for (id = 0; id < 16; id++) {

            if (policy_keys_name(worker->conf->keys, use, id, name, &signs)
                == POLICY_OK)
            {
                p = ngx_slprintf(p, last, "%s %s\n",
                                 signs ? "sign" : "verify", name);
            }
        }
    }

    zone = worker->conf->zone->data;
    generation = ngx_xassist_zone_digest(zone, hex);

    p = ngx_slprintf(p, last, "policy %P %uL %*s %uL\n", ngx_pid, generation,
                     sizeof(hex), hex, policy_zone_loaded(zone));

    if (pwrite(worker->lock, text, p - text, 0) != p - text
        || ftruncate(worker->lock, p - text) == -1)
    {
        ngx_log_error(NGX_LOG_WARN, worker->log, ngx_errno,
                      "xassist: writing the incarnation file failed");
    }
}


static void
ngx_xassist_worker_close(ngx_xassist_worker_t *worker)
{
    ngx_xassist_watch_stop(worker);
    ngx_xassist_courier_stop(worker);

    store_read_free(worker->read);
    worker->read = NULL;

    if (worker->lock != -1) {
        store_incarnation_close(worker->folder, worker->incarnation,
                                worker->lock);
        worker->lock = -1;
    }

    store_close(worker->env);
    worker->env = NULL;
}


/* Once per outage: a log full of one line hides the others. */

static void
ngx_xassist_worker_complain(ngx_xassist_worker_t *worker, const char *text)
{
    if (worker->complained) {
        return;
    }

    worker->complained = 1;

    ngx_log_error(NGX_LOG_EMERG, worker->log, 0,
                  "xassist: store \"%s\" is unavailable: %s; everything that "
                  "needs it is refused until it can be opened, which is "
                  "tried every second",
                  worker->folder, text);
}


static void
ngx_xassist_worker_reopen(ngx_event_t *ev)
{
    ngx_xassist_worker_t  *worker;

    worker = (ngx_xassist_worker_t *)
                 ((u_char *) ev - offsetof(ngx_xassist_worker_t, reopen));

    if (ngx_exiting || ngx_quit) {
        return;
    }

    if (worker->env != NULL) {

        if (!worker->read_only) {
            return;
        }

        if (access(store_data_file(worker->env), W_OK) != 0) {
            ngx_add_timer(ev, NGX_XASSIST_REOPEN);
            return;
        }

        ngx_xassist_worker_close(worker);
    }

    if (ngx_xassist_worker_open(worker) != NGX_OK) {
        ngx_add_timer(ev, NGX_XASSIST_REOPEN);
    }
}


ngx_int_t
ngx_xassist_worker_read(ngx_xassist_worker_t *worker)
{
    store_status_t  status;

    if (worker == NULL || worker->read == NULL) {
        return NGX_ERROR;
    }

    status = store_read_renew(worker->read);

    if (status == STORE_RESIZED) {

        switch (ngx_xassist_writer_resize(worker)) {

        case NGX_OK:
            status = store_read_renew(worker->read);
            break;

        case NGX_AGAIN:
            return NGX_ERROR;

        default:
            break;
        }
    }

    if (status == STORE_OK) {
        return NGX_OK;
    }

    ngx_xassist_worker_complain(worker, store_status_text(status));

    /* The writer may be using the environment: it closes when it is idle. */

    if (!ngx_xassist_writer_busy(worker)) {
        ngx_xassist_worker_close(worker);

        if (!worker->reopen.timer_set) {
            ngx_add_timer(&worker->reopen, NGX_XASSIST_REOPEN);
        }
    }

    return NGX_ERROR;
}


void
ngx_xassist_worker_exit(ngx_cycle_t *cycle)
{
    ngx_xassist_worker_t     *worker;
    ngx_xassist_main_conf_t  *xmcf;

    xmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_xassist_module);

    if (xmcf == NULL || xmcf->worker == NULL) {
        return;
    }

    worker = xmcf->worker;

#if (XASSIST_TEST)
    {
    ngx_uint_t  n;

    if (ngx_xassist_constant(xmcf, cycle, &n) == worker->constant) {
        ngx_log_error(NGX_LOG_NOTICE, cycle->log, 0,
                      "xassist: the configuration is as it was: %ui "
                      "locations", n);

    } else {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "xassist: the configuration was written to");
    }
    }
#endif

    /* The thread pool has been joined: what is left is applied here. */

    ngx_xassist_live_exit(worker);
    ngx_xassist_metrics_stop(worker);
    ngx_xassist_writer_drain(worker);

    ngx_xassist_worker_close(worker);
    policy_token_cache_free(worker->cache);
    ngx_xassist_jwt_exit(worker);
    ngx_xassist_seats_exit(worker);

    xmcf->worker = NULL;
}


static int
ngx_xassist_worker_sha256(const void *data, size_t len,
    uint8_t out[STORE_HASH_LEN])
{
    return policy_sha256(data, len, out);
}
