#include "ngx_xassist_zone.h"
#include "ngx_xassist_file.h"
#include "ngx_xassist_look.h"
#include "ngx_xassist_rule.h"
#include "ngx_xassist_shadow.h"


#define NGX_XASSIST_POLICY_MAX     (64 * 1024 * 1024)
#define NGX_XASSIST_POLICY_ERRORS  20


typedef struct {
    uint64_t  generation;
    uint8_t   digest[32];
} ngx_xassist_zone_seen_t;


static ngx_int_t ngx_xassist_zone_size(ngx_conf_t *cf, ngx_str_t *value,
    ngx_str_t *name, size_t *size);
static ngx_int_t ngx_xassist_zone_image(ngx_conf_t *cf,
    const ngx_xassist_main_conf_t *xmcf, const ngx_str_t *file,
    const ngx_str_t *text, policy_image_t *image);
static ngx_int_t ngx_xassist_zone_fits(ngx_conf_t *cf,
    const ngx_xassist_main_conf_t *xmcf, const ngx_str_t *file,
    const policy_image_t *image);
static ngx_int_t ngx_xassist_zone_init(ngx_shm_zone_t *zone, void *data);
static void ngx_xassist_zone_put(ngx_log_t *log, void *zone, void *old,
    const policy_image_t *image);
static ngx_int_t ngx_xassist_zone_look(const policy_image_t *image,
    void *data);
static void ngx_xassist_zone_free(void *data);


char *
ngx_xassist_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_main_conf_t  *xmcf = conf;

    size_t      size;
    ngx_str_t  *value, name;

    if (xmcf->zone != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[2].len <= sizeof("zone=") - 1
        || ngx_strncmp(value[2].data, "zone=", sizeof("zone=") - 1) != 0)
    {
        return "needs a second parameter zone=NAME:SIZE";
    }

    if (ngx_xassist_zone_size(cf, &value[2], &name, &size) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    xmcf->zone = ngx_shared_memory_add(cf, &name, size, &ngx_xassist_module);
    if (xmcf->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    xmcf->zone->init = ngx_xassist_zone_init;
    xmcf->zone->data = NULL;

    xmcf->policy_file = value[1];
    xmcf->policy_conf = cf->conf_file->file.name;
    xmcf->policy_line = cf->conf_file->line;
    xmcf->used = 1;

    /* Read here, where an error has the directive's line. */

    if (ngx_xassist_file_read(cf, &xmcf->policy_file, NGX_XASSIST_POLICY_MAX,
                              0, &xmcf->policy_text)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 3) {
        return NGX_CONF_OK;
    }

    if (value[3].len <= sizeof("shadow=") - 1
        || ngx_strncmp(value[3].data, "shadow=", sizeof("shadow=") - 1) != 0)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", expected shadow=FILE",
                           &value[3]);
        return NGX_CONF_ERROR;
    }

    xmcf->shadow_file.data = value[3].data + sizeof("shadow=") - 1;
    xmcf->shadow_file.len = value[3].len - (sizeof("shadow=") - 1);

    if (ngx_xassist_file_read(cf, &xmcf->shadow_file, NGX_XASSIST_POLICY_MAX,
                              0, &xmcf->shadow_text)
        != NGX_OK
        || ngx_xassist_shadow_zone(cf, xmcf, &name, size) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_xassist_zone_size(ngx_conf_t *cf, ngx_str_t *value, ngx_str_t *name,
    size_t *size)
{
    u_char     *p;
    ssize_t     n;
    ngx_str_t   s;

    name->data = value->data + sizeof("zone=") - 1;
    name->len = value->len - (sizeof("zone=") - 1);

    p = ngx_strlchr(name->data, name->data + name->len, ':');
    if (p == NULL || p == name->data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no zone=NAME:SIZE", value);
        return NGX_ERROR;
    }

    s.data = p + 1;
    s.len = name->data + name->len - s.data;
    name->len = p - name->data;

    n = ngx_parse_size(&s);
    if (n == NGX_ERROR || n < (ssize_t) (8 * ngx_pagesize)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone size \"%V\" is invalid or below %uz bytes",
                           &s, (size_t) (8 * ngx_pagesize));
        return NGX_ERROR;
    }

    *size = n;

    return NGX_OK;
}


ngx_int_t
ngx_xassist_zone_compile(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    if (ngx_xassist_zone_image(cf, xmcf, &xmcf->policy_file,
                               &xmcf->policy_text, &xmcf->image)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_xassist_rule_gone(cf, xmcf);

    if (xmcf->shadow == NULL) {
        return NGX_OK;
    }

    return ngx_xassist_zone_image(cf, xmcf, &xmcf->shadow_file,
                                  &xmcf->shadow_text, &xmcf->shadow_image);
}


/* Every error of the file, each with its place. */

static ngx_int_t
ngx_xassist_zone_image(ngx_conf_t *cf, const ngx_xassist_main_conf_t *xmcf,
    const ngx_str_t *file, const ngx_str_t *text, policy_image_t *image)
{
    ngx_uint_t           i;
    policy_error_t       errors[NGX_XASSIST_POLICY_ERRORS];
    policy_errors_t      found;
    policy_status_t      status;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    found.items = errors;
    found.capacity = NGX_XASSIST_POLICY_ERRORS;
    found.count = 0;

    status = policy_compile((char *) text->data, text->len, image, &found);

    if (status != POLICY_OK) {

        for (i = 0; i < found.count && i < found.capacity; i++) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%V:%uD:%uD: %s",
                          file, errors[i].line, errors[i].column,
                          errors[i].text);
        }

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "policy \"%V\" is refused: %uD error(s): %s in %V:%ui",
                      file, found.count, policy_status_text(status),
                      &xmcf->policy_conf, xmcf->policy_line);
        return NGX_ERROR;
    }

    cln->handler = ngx_xassist_zone_free;
    cln->data = image;

    if (ngx_xassist_zone_fits(cf, xmcf, file, image) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_xassist_rule_check(cf, xmcf, image, file);
}


static void
ngx_xassist_zone_free(void *data)
{
    policy_image_t  *image = data;

    policy_image_free(image);
}


/* Estimated here, so that the one who reloads sees it on the terminal. */

static ngx_int_t
ngx_xassist_zone_fits(ngx_conf_t *cf, const ngx_xassist_main_conf_t *xmcf,
    const ngx_str_t *file, const policy_image_t *image)
{
    size_t  need;

    /* The slab allocator keeps its own header and page table beside. */

    need = policy_zone_need(image->size);
    need += need / (ngx_pagesize / sizeof(ngx_slab_page_t)) + 5 * ngx_pagesize;

    if (xmcf->zone->shm.size >= need) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "zone \"%V\" of %uz bytes is too small for policy \"%V\"; "
                  "give it at least %uzk in %V:%ui",
                  &xmcf->zone->shm.name, xmcf->zone->shm.size, file,
                  (need + 1023) / 1024, &xmcf->policy_conf,
                  xmcf->policy_line);

    return NGX_ERROR;
}


static ngx_int_t
ngx_xassist_zone_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *shpool;

    if (data != NULL) {
        zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (!zone->shm.exists) {
        shpool->data = ngx_xassist_zone_format(zone);
    }

    zone->data = shpool->data;

    return zone->data != NULL ? NGX_OK : NGX_ERROR;
}


void *
ngx_xassist_zone_format(ngx_shm_zone_t *zone)
{
    void             *mem;
    size_t            size;
    policy_status_t   status;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    shpool->log_ctx = zone->shm.name.data;

    size = (size_t) shpool->pfree * ngx_pagesize;
    mem = ngx_slab_alloc(shpool, size);

    if (mem == NULL) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                      "zone \"%V\" has no room for a policy",
                      &zone->shm.name);
        return NULL;
    }

    status = policy_zone_format(mem, size);
    if (status != POLICY_OK) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "zone \"%V\": %s",
                      &zone->shm.name, policy_status_text(status));
        return NULL;
    }

    return mem;
}


/*
 * A zone of another size or name is a new mapping.  Workers of the old cycle
 * still look at the old one, which is mapped until this has returned: the
 * policy goes there, too.
 */

void
ngx_xassist_zone_publish(ngx_cycle_t *cycle)
{
    void                           *old;
    ngx_xassist_main_conf_t        *xmcf;
    const ngx_xassist_main_conf_t  *before;

    xmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_xassist_module);

    if (xmcf == NULL || xmcf->zone == NULL || xmcf->zone->data == NULL) {
        return;
    }

    before = ngx_xassist_rule_before(cycle);
    old = before != NULL && before->zone != NULL ? before->zone->data : NULL;

    ngx_xassist_zone_put(cycle->log, xmcf->zone->data, old, &xmcf->image);

    if (xmcf->shadow == NULL || xmcf->shadow->data == NULL) {
        return;
    }

    old = before != NULL && before->shadow != NULL
          ? ngx_xassist_shadow_policy(before->shadow) : NULL;

    ngx_xassist_zone_put(cycle->log, ngx_xassist_shadow_policy(xmcf->shadow),
                         old, &xmcf->shadow_image);
}


static void
ngx_xassist_zone_put(ngx_log_t *log, void *zone, void *old,
    const policy_image_t *image)
{
    uint64_t          now;
    ngx_time_t       *tp;
    policy_status_t   status;

    tp = ngx_timeofday();
    now = (uint64_t) tp->sec * 1000 + tp->msec;

    if (old != NULL) {
        policy_zone_continue(zone, policy_zone_generation(old));
    }

    status = policy_zone_publish(zone, image, now);

    if (status != POLICY_OK) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "policy was not published: %s; the old one decides on",
                      policy_status_text(status));
        return;
    }

    if (old == NULL || old == zone) {
        return;
    }

    status = policy_zone_publish(old, image, now);

    if (status != POLICY_OK) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "workers of the former configuration keep their "
                      "policy: %s", policy_status_text(status));
    }
}


uint64_t
ngx_xassist_zone_digest(const void *zone, u_char hex[64])
{
    ngx_xassist_zone_seen_t  seen;

    if (ngx_xassist_look(zone, ngx_xassist_zone_look, &seen) != NGX_OK) {
        ngx_memset(hex, '0', 64);
        return 0;
    }

    (void) ngx_hex_dump(hex, seen.digest, sizeof(seen.digest));

    return seen.generation;
}


static ngx_int_t
ngx_xassist_zone_look(const policy_image_t *image, void *data)
{
    ngx_xassist_zone_seen_t  *seen = data;

    policy_image_digest(image, seen->digest);
    seen->generation = image->generation;

    return NGX_OK;
}
