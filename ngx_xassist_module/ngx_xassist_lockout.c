#include "ngx_xassist_lockout.h"


#define NGX_XASSIST_LOCKOUT_SETS   2048        /* a power of two */
#define NGX_XASSIST_LOCKOUT_WAYS   4
#define NGX_XASSIST_LOCKOUT_SIZE   (512 * 1024)

#define NGX_XASSIST_LOCKOUT_NAME     5         /* failures without a wait */
#define NGX_XASSIST_LOCKOUT_ADDRESS  20
#define NGX_XASSIST_LOCKOUT_MOST     30        /* seconds */
#define NGX_XASSIST_LOCKOUT_FORGET   (15 * 60 * 1000)


typedef struct {
    uint64_t    key;                           /* 0: free */
    uint64_t    last;
    ngx_uint_t  failures;
} ngx_xassist_lockout_row_t;


typedef struct {
    ngx_xassist_lockout_row_t
                rows[NGX_XASSIST_LOCKOUT_SETS][NGX_XASSIST_LOCKOUT_WAYS];
} ngx_xassist_lockout_table_t;


static ngx_int_t ngx_xassist_lockout_init(ngx_shm_zone_t *zone, void *data);
static uint64_t ngx_xassist_lockout_hash(const u_char *data, size_t len);
static ngx_xassist_lockout_row_t *ngx_xassist_lockout_row(
    ngx_xassist_lockout_table_t *table, uint64_t key, uint64_t now);
static ngx_uint_t ngx_xassist_lockout_wait(
    const ngx_xassist_lockout_row_t *row, ngx_uint_t spare, uint64_t now);


ngx_int_t
ngx_xassist_lockout_conf(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    static ngx_str_t  name = ngx_string("xassist-lockout");

    xmcf->lockout = ngx_shared_memory_add(cf, &name, NGX_XASSIST_LOCKOUT_SIZE,
                                          &ngx_xassist_module);
    if (xmcf->lockout == NULL) {
        return NGX_ERROR;
    }

    xmcf->lockout->init = ngx_xassist_lockout_init;

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_lockout_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (data == NULL && !zone->shm.exists) {
        shpool->data = ngx_slab_calloc(shpool,
                                       sizeof(ngx_xassist_lockout_table_t));
        if (shpool->data == NULL) {
            return NGX_ERROR;
        }
    }

    /* Counts stay over a reload. */

    zone->data = shpool->data;

    return NGX_OK;
}


void
ngx_xassist_lockout_keys(ngx_http_request_t *r, const ngx_str_t *account,
    const ngx_str_t *name, ngx_xassist_lockout_t *keys)
{
    size_t               len;
    u_char              *p, text[1024], *last;
    ngx_str_t            address;

#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    last = text + sizeof(text);
    p = text + ngx_min(account->len, sizeof(text) / 2);
    ngx_strlow(text, account->data, p - text);
    *p++ = '\0';

    len = ngx_min(name->len, (size_t) (last - p));
    ngx_strlow(p, name->data, len);
    keys->name = ngx_xassist_lockout_hash(text, p + len - text);

    address = r->connection->addr_text;

#if (NGX_HAVE_INET6)

    /* Who has an IPv6 address has a network of them. */

    if (r->connection->sockaddr->sa_family == AF_INET6) {
        sin6 = (struct sockaddr_in6 *) r->connection->sockaddr;
        address.data = sin6->sin6_addr.s6_addr;
        address.len = 8;
    }

#endif

    keys->address = ngx_xassist_lockout_hash(address.data, address.len);
}


static uint64_t
ngx_xassist_lockout_hash(const u_char *data, size_t len)
{
    u_char    digest[32];
    uint64_t  hash;

    if (policy_sha256(data, len, digest) != 0) {
        return 1;
    }

    ngx_memcpy(&hash, digest, sizeof(hash));

    return hash ? hash : 1;
}


ngx_uint_t
ngx_xassist_lockout_try(ngx_xassist_worker_t *worker,
    const ngx_xassist_lockout_t *keys, uint64_t now)
{
    ngx_uint_t                    wait;
    ngx_slab_pool_t              *shpool;
    ngx_xassist_lockout_row_t    *name, *address;
    ngx_xassist_lockout_table_t  *table;

    table = worker->conf->lockout->data;
    shpool = (ngx_slab_pool_t *) worker->conf->lockout->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);

    name = ngx_xassist_lockout_row(table, keys->name, now);
    address = ngx_xassist_lockout_row(table, keys->address, now);

    wait = ngx_max(ngx_xassist_lockout_wait(name, NGX_XASSIST_LOCKOUT_NAME,
                                            now),
                   ngx_xassist_lockout_wait(address,
                                            NGX_XASSIST_LOCKOUT_ADDRESS,
                                            now));

    if (wait == 0) {
        name->failures++;
        name->last = now;
        address->failures++;
        address->last = now;
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return wait;
}


void
ngx_xassist_lockout_good(ngx_xassist_worker_t *worker,
    const ngx_xassist_lockout_t *keys)
{
    uint64_t                      now;
    ngx_slab_pool_t              *shpool;
    ngx_xassist_lockout_row_t    *row;
    ngx_xassist_lockout_table_t  *table;

    now = ngx_xassist_now();
    table = worker->conf->lockout->data;
    shpool = (ngx_slab_pool_t *) worker->conf->lockout->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);

    ngx_xassist_lockout_row(table, keys->name, now)->failures = 0;

    /* An address may not pay for its guesses with its own account. */

    row = ngx_xassist_lockout_row(table, keys->address, now);

    if (row->failures != 0) {
        row->failures--;
    }

    ngx_shmtx_unlock(&shpool->mutex);
}


/* The row of the key, or the oldest of its set made into one. */

static ngx_xassist_lockout_row_t *
ngx_xassist_lockout_row(ngx_xassist_lockout_table_t *table, uint64_t key,
    uint64_t now)
{
    ngx_uint_t                  i;
    ngx_xassist_lockout_row_t  *set, *oldest;

    set = table->rows[key & (NGX_XASSIST_LOCKOUT_SETS - 1)];
    oldest = &set[0];

    for (i = 0; i < NGX_XASSIST_LOCKOUT_WAYS; i++) {

        if (set[i].key == key) {
            if (now < set[i].last
                || now - set[i].last > NGX_XASSIST_LOCKOUT_FORGET)
            {
                set[i].failures = 0;
            }

            return &set[i];
        }

        if (set[i].last < oldest->last) {
            oldest = &set[i];
        }
    }

    oldest->key = key;
    oldest->failures = 0;
    oldest->last = now;

    return oldest;
}


static ngx_uint_t
ngx_xassist_lockout_wait(const ngx_xassist_lockout_row_t *row,
    ngx_uint_t spare, uint64_t now)
{
    uint64_t    until;
    ngx_uint_t  delay;

    if (row->failures < spare) {
        return 0;
    }

    delay = row->failures - spare < 5 ? 1u << (row->failures - spare)
                                      : NGX_XASSIST_LOCKOUT_MOST;
    until = row->last + delay * 1000;

    return until > now ? (ngx_uint_t) ((until - now + 999) / 1000) : 0;
}
