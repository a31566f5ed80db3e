#include "ngx_xassist_balance.h"
#include "ngx_xassist_ctx.h"
#include "ngx_xassist_media.h"
#include "ngx_xassist_room.h"
#include "ngx_xassist_target.h"


/* What round robin keeps comes first: least_conn takes our data for its own,
   and is asked with it whenever a request belongs to no call. */
typedef struct {
    ngx_http_upstream_rr_peer_data_t  rrp;
    ngx_http_request_t               *request;
    ngx_xassist_ctx_t                *ctx;             /* NULL: of no call */
    ngx_event_get_peer_pt             get;
    ngx_event_free_peer_pt            free;
    ngx_uint_t                        tries;
} ngx_xassist_balance_t;


static char *ngx_xassist_balance_told(ngx_conf_t *cf,
    ngx_xassist_upstream_conf_t *xucf);
static ngx_int_t ngx_xassist_balance_init(ngx_conf_t *cf,
    ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_xassist_balance_init_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_xassist_balance_get(ngx_peer_connection_t *pc,
    void *data);
static ngx_http_upstream_rr_peer_t *ngx_xassist_balance_peer(
    ngx_http_upstream_rr_peers_t **peers, const ngx_str_t *name);
static void ngx_xassist_balance_free(ngx_peer_connection_t *pc, void *data,
    ngx_uint_t state);
static ngx_uint_t ngx_xassist_balance_failed(
    const ngx_http_upstream_rr_peer_t *peer);
static ngx_int_t ngx_xassist_balance_list(
    const ngx_http_upstream_rr_peers_t *peers, ngx_uint_t failed,
    ngx_pool_t *pool, ngx_xassist_choice_t *choice);


/* The first member of each one's location configuration is nginx's
   ngx_http_upstream_conf_t, whose first is the upstream{} that it uses. */

const char * const  ngx_xassist_balance_modules[] = {
    "ngx_http_proxy_module",
    "ngx_http_grpc_module",
    NULL
};


void *
ngx_xassist_balance_create(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_xassist_upstream_conf_t));
}


char *
ngx_xassist_balance_conf(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_upstream_conf_t  *xucf = conf;

    char                           *rv;
    ngx_uint_t                      i;
    ngx_command_t                  *least;
    ngx_http_upstream_srv_conf_t   *uscf;

    if (xucf->media) {
        return "is duplicate";
    }

    uscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_upstream_module);

    if (uscf->peer.init_upstream != NULL) {
        return "must come before \"keepalive\" and instead of other "
               "balancing methods";
    }

    rv = ngx_xassist_balance_told(cf, xucf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    for (i = 0; cf->cycle->modules[i]; i++) {

        if (ngx_strcmp(cf->cycle->modules[i]->name,
                       "ngx_http_upstream_least_conn_module")
            != 0)
        {
            continue;
        }

        least = cf->cycle->modules[i]->commands;
        rv = least->set(cf, least, NULL);

        if (rv != NGX_CONF_OK) {
            return rv;
        }

        xucf->init_upstream = uscf->peer.init_upstream;
        xucf->media = 1;
        uscf->peer.init_upstream = ngx_xassist_balance_init;

        return NGX_CONF_OK;
    }

    return "needs nginx's ngx_http_upstream_least_conn_module";
}


/* What the media servers are told, and where. */

static char *
ngx_xassist_balance_told(ngx_conf_t *cf, ngx_xassist_upstream_conf_t *xucf)
{
    char                     *rv;
    ngx_str_t                *value, s;
    ngx_uint_t                i;
    ngx_xassist_main_conf_t  *xmcf;

    static const ngx_str_t  api = ngx_string("http://*:7088/admin");

    rv = NGX_CONF_OK;
    value = cf->args->elts;

    for (i = 1; rv == NGX_CONF_OK && i < cf->args->nelts; i++) {

        s = value[i];

        if (ngx_strncmp(s.data, "kick=", 5) == 0) {
            s.data += 5;
            s.len -= 5;
            rv = ngx_xassist_target_conf(cf, &s, &xucf->kick);

        } else if (ngx_strncmp(s.data, "api=", 4) == 0) {
            s.data += 4;
            s.len -= 4;
            rv = ngx_xassist_target_conf(cf, &s, &xucf->api);

        } else if (ngx_strncmp(s.data, "janus=", 6) == 0
                   && xucf->room == NULL)
        {
            s.data += 6;
            s.len -= 6;
            rv = ngx_xassist_room_conf(cf, &s, &xucf->room);

        } else {
            return "takes kick=URL, janus=FILE and api=URL";
        }
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (xucf->room == NULL) {
        return xucf->api ? "needs janus=FILE for api=" : NGX_CONF_OK;
    }

    xmcf = ngx_http_conf_get_module_main_conf(cf, ngx_xassist_module);
    xmcf->rooms = 1;

    return xucf->api ? NGX_CONF_OK
                     : ngx_xassist_target_conf(cf, &api, &xucf->api);
}


void
ngx_xassist_balance_find(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    ngx_uint_t  i, k;

    for (i = 0; i < NGX_XASSIST_PROXIES; i++) {

        for (k = 0; cf->cycle->modules[k]; k++) {
            if (ngx_strcmp(cf->cycle->modules[k]->name,
                           ngx_xassist_balance_modules[i])
                == 0)
            {
                xmcf->proxies[i] = cf->cycle->modules[k];
                break;
            }
        }
    }
}


ngx_xassist_upstream_conf_t *
ngx_xassist_balance_of(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t **upstream)
{
    ngx_uint_t                    i;
    ngx_http_upstream_conf_t     *ucf;
    ngx_xassist_main_conf_t      *xmcf;
    ngx_xassist_upstream_conf_t  *xucf;

    xmcf = ngx_http_get_module_main_conf(r, ngx_xassist_module);

    for (i = 0; i < NGX_XASSIST_PROXIES; i++) {

        if (xmcf->proxies[i] == NULL) {
            continue;
        }

        ucf = r->loc_conf[xmcf->proxies[i]->ctx_index];

        /* An upstream made of a plain address has no configuration. */

        if (ucf == NULL || ucf->upstream == NULL
            || ucf->upstream->srv_conf == NULL)
        {
            continue;
        }

        xucf = ngx_http_conf_upstream_srv_conf(ucf->upstream,
                                               ngx_xassist_module);

        if (xucf != NULL && xucf->media) {
            *upstream = ucf->upstream;
            return xucf;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_xassist_balance_init(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
    ngx_http_upstream_rr_peer_t   *peer;
    ngx_http_upstream_rr_peers_t  *peers;
    ngx_xassist_upstream_conf_t   *xucf;

    xucf = ngx_http_conf_upstream_srv_conf(us, ngx_xassist_module);

    if (xucf->init_upstream(cf, us) != NGX_OK) {
        return NGX_ERROR;
    }

    for (peers = us->peer.data; peers; peers = peers->next) {
        for (peer = peers->peer; peer; peer = peer->next) {

            if (peer->name.len > STORE_LIMIT_MEDIA) {
                ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                              "media server \"%V\" of upstream \"%V\" has a "
                              "name of more than %d bytes in %s:%ui",
                              &peer->name, &us->host, STORE_LIMIT_MEDIA,
                              us->file_name, us->line);
                return NGX_ERROR;
            }
        }
    }

    xucf->init_peer = us->peer.init;
    us->peer.init = ngx_xassist_balance_init_peer;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_balance_init_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us)
{
    ngx_xassist_ctx_t            *ctx;
    ngx_xassist_balance_t        *bp;
    ngx_xassist_upstream_conf_t  *xucf;

    xucf = ngx_http_conf_upstream_srv_conf(us, ngx_xassist_module);

    bp = ngx_pcalloc(r->pool, sizeof(ngx_xassist_balance_t));
    if (bp == NULL) {
        return NGX_ERROR;
    }

    r->upstream->peer.data = bp;

    if (xucf->init_peer(r, us) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx = ngx_xassist_ctx_get(r);

    if (ctx == NULL || ctx->media.len == 0) {

        /* Where an upstream is found by a variable of proxy_pass, which is
           now, it is too late to wait for a place: a call would be split. */

        if (ctx != NULL && r == r->main && ctx->has_call && ctx->known
            && ctx->verdict == NGX_XASSIST_ALLOW && !ctx->refused)
        {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "xassist: upstream \"%V\" has xassist_media, and "
                          "proxy_pass leads there by a variable; name it in "
                          "the configuration", &us->host);
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    bp->request = r;
    bp->ctx = ctx;
    bp->get = r->upstream->peer.get;
    bp->free = r->upstream->peer.free;

    r->upstream->peer.get = ngx_xassist_balance_get;
    r->upstream->peer.free = ngx_xassist_balance_free;

    return NGX_OK;
}


/*
 * The call's server, whatever its failures say and though it be marked down:
 * those who are on it stay together.  A stale kept-alive connection is no
 * failure of the server; after a real one nobody else may take its place
 * before the call has been moved.
 */

static ngx_int_t
ngx_xassist_balance_get(ngx_peer_connection_t *pc, void *data)
{
    ngx_xassist_balance_t  *bp = data;

    time_t                         now;
    ngx_http_upstream_rr_peer_t   *peer;
    ngx_http_upstream_rr_peers_t  *peers;

    if (bp->tries++ && !pc->cached) {
        return NGX_BUSY;
    }

#if (nginx_version >= 1027003)
    if (bp->rrp.peers->config && bp->rrp.config != *bp->rrp.peers->config) {
        return bp->get(pc, data);
    }
#endif

    now = ngx_time();
    peers = bp->rrp.peers;

    ngx_http_upstream_rr_peers_wlock(bp->rrp.peers);

    peer = ngx_xassist_balance_peer(&peers, &bp->ctx->media);

    if (peer == NULL || (peer->max_conns && peer->conns >= peer->max_conns)) {
        ngx_http_upstream_rr_peers_unlock(bp->rrp.peers);
        return NGX_BUSY;
    }

    if (now - peer->checked > peer->fail_timeout) {
        peer->checked = now;
    }

    pc->cached = 0;
    pc->connection = NULL;
    pc->sockaddr = peer->sockaddr;
    pc->socklen = peer->socklen;
    pc->name = &peer->name;

    peer->conns++;
    bp->rrp.current = peer;

#if (nginx_version >= 1027003)
    ngx_http_upstream_rr_peer_ref(bp->rrp.peers, peer);
#endif

    ngx_http_upstream_rr_peers_unlock(bp->rrp.peers);

    bp->rrp.peers = peers;

    return NGX_OK;
}


/* Also among the backups; `peers` is then their list. */

static ngx_http_upstream_rr_peer_t *
ngx_xassist_balance_peer(ngx_http_upstream_rr_peers_t **peers,
    const ngx_str_t *name)
{
    ngx_http_upstream_rr_peer_t  *peer;

    for ( /* void */ ; *peers; *peers = (*peers)->next) {
        for (peer = (*peers)->peer; peer; peer = peer->next) {

            if (peer->name.len == name->len
                && ngx_memcmp(peer->name.data, name->data, name->len) == 0)
            {
                return peer;
            }
        }
    }

    return NULL;
}


/*
 * What counts against a server is that it cannot be reached, or does not
 * answer.  One that ends a handshake was asked for something that it does not
 * speak, and whoever asks so must not be able to take it out of service.
 */

static void
ngx_xassist_balance_free(ngx_peer_connection_t *pc, void *data,
    ngx_uint_t state)
{
    ngx_xassist_balance_t  *bp = data;

    ngx_uint_t         unreachable;
    ngx_connection_t  *c;

    c = pc->connection;
    unreachable = 0;

    if ((state & NGX_PEER_FAILED) && !pc->cached) {

        unreachable = c == NULL || !bp->request->upstream->request_sent
                      || c->read->timedout || c->write->timedout;

        if (!unreachable) {
            state &= ~NGX_PEER_FAILED;
        }
    }

    bp->free(pc, data, state);

    if (unreachable) {
        ngx_xassist_media_lost(bp->request, bp->ctx);
    }
}


static ngx_uint_t
ngx_xassist_balance_failed(const ngx_http_upstream_rr_peer_t *peer)
{
    return peer->max_fails && peer->fails >= peer->max_fails
           && ngx_time() - peer->checked <= peer->fail_timeout;
}


ngx_uint_t
ngx_xassist_balance_dead(ngx_http_upstream_srv_conf_t *upstream,
    const ngx_str_t *name)
{
    ngx_uint_t                     dead;
    ngx_http_upstream_rr_peer_t   *peer;
    ngx_http_upstream_rr_peers_t  *peers, *all;

    all = upstream->peer.data;
    peers = all;

    ngx_http_upstream_rr_peers_rlock(all);

    peer = ngx_xassist_balance_peer(&peers, name);
    dead = peer == NULL || ngx_xassist_balance_failed(peer);

    ngx_http_upstream_rr_peers_unlock(all);

    return dead;
}


ngx_uint_t
ngx_xassist_balance_has(ngx_http_upstream_srv_conf_t *upstream,
    const ngx_str_t *name)
{
    ngx_uint_t                     has;
    ngx_http_upstream_rr_peers_t  *peers, *all;

    all = upstream->peer.data;
    peers = all;

    ngx_http_upstream_rr_peers_rlock(all);
    has = ngx_xassist_balance_peer(&peers, name) != NULL;
    ngx_http_upstream_rr_peers_unlock(all);

    return has;
}


void
ngx_xassist_balance_fail(ngx_http_upstream_srv_conf_t *upstream,
    const ngx_str_t *name)
{
    ngx_http_upstream_rr_peer_t   *peer;
    ngx_http_upstream_rr_peers_t  *peers, *all;

    all = upstream->peer.data;
    peers = all;

    ngx_http_upstream_rr_peers_wlock(all);

    peer = ngx_xassist_balance_peer(&peers, name);

    if (peer != NULL && peer->max_fails) {
        peer->fails++;
        peer->accessed = ngx_time();
        peer->checked = peer->accessed;
    }

    ngx_http_upstream_rr_peers_unlock(all);
}


ngx_int_t
ngx_xassist_balance_choice(ngx_http_upstream_srv_conf_t *upstream,
    ngx_pool_t *pool, const ngx_str_t *from, ngx_xassist_choice_t *choice)
{
    ngx_int_t                      rc;
    ngx_http_upstream_rr_peers_t  *all;

    ngx_memzero(choice, sizeof(ngx_xassist_choice_t));

    choice->dead = from->len && ngx_xassist_balance_dead(upstream, from);

    all = upstream->peer.data;

    ngx_http_upstream_rr_peers_rlock(all);

    rc = ngx_xassist_balance_list(all, 0, pool, choice);

    if (rc == NGX_OK && choice->n == 0 && all->next) {
        rc = ngx_xassist_balance_list(all->next, 0, pool, choice);
    }

    /* All have failed: one that may be back is better than none. */

    if (rc == NGX_OK && choice->n == 0) {
        rc = ngx_xassist_balance_list(all, 1, pool, choice);
    }

    ngx_http_upstream_rr_peers_unlock(all);

    return rc;
}


static ngx_int_t
ngx_xassist_balance_list(const ngx_http_upstream_rr_peers_t *peers,
    ngx_uint_t failed, ngx_pool_t *pool, ngx_xassist_choice_t *choice)
{
    u_char                             *name;
    store_server_t                     *server;
    const ngx_http_upstream_rr_peer_t  *peer;

    choice->servers = ngx_palloc(pool,
                                 peers->number * sizeof(store_server_t));
    if (choice->servers == NULL) {
        return NGX_ERROR;
    }

    for (peer = peers->peer;
         peer && choice->n < ngx_min(peers->number, STORE_LIMIT_SERVERS);
         peer = peer->next)
    {
        if (peer->down
            || (peer->max_conns && peer->conns >= peer->max_conns)
            || (!failed && ngx_xassist_balance_failed(peer)))
        {
            continue;
        }

        name = ngx_pnalloc(pool, peer->name.len);
        if (name == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(name, peer->name.data, peer->name.len);

        server = &choice->servers[choice->n++];
        server->name.data = name;
        server->name.len = peer->name.len;
        server->weight = (uint32_t) peer->weight;
    }

    return NGX_OK;
}
