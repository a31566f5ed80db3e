#include "ngx_xassist_zone.h"
#include "ngx_xassist_file.h"


#define NGX_XASSIST_POLICY_MAX     (64 * 1024 * 1024)
#define NGX_XASSIST_POLICY_ERRORS  20


static ngx_int_t ngx_xassist_zone_init(ngx_shm_zone_t *zone, void *data);
static ngx_int_t ngx_xassist_zone_fits(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);
static ngx_int_t ngx_xassist_zone_rules(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf);
static void ngx_xassist_zone_free(void *data);


char *
ngx_xassist_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_main_conf_t  *xmcf = conf;

    u_char     *p;
    ssize_t     size;
    ngx_str_t  *value, name, s;

    if (xmcf->zone != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[2].len <= sizeof("zone=") - 1
        || ngx_strncmp(value[2].data, "zone=", sizeof("zone=") - 1) != 0)
    {
        return "needs a second parameter zone=NAME:SIZE";
    }

    name.data = value[2].data + sizeof("zone=") - 1;
    name.len = value[2].len - (sizeof("zone=") - 1);

    p = ngx_strlchr(name.data, name.data + name.len, ':');
    if (p == NULL || p == name.data) {
        return "needs a zone of the form zone=NAME:SIZE";
    }

    s.data = p + 1;
    s.len = name.data + name.len - s.data;
    name.len = p - name.data;

    size = ngx_parse_size(&s);
    if (size == NGX_ERROR || size < (ssize_t) (8 * ngx_pagesize)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone size \"%V\" is invalid or below %uz bytes",
                           &s, (size_t) (8 * ngx_pagesize));
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

    return NGX_CONF_OK;
}


ngx_int_t
ngx_xassist_zone_compile(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
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

    status = policy_compile((char *) xmcf->policy_text.data,
                            xmcf->policy_text.len, &xmcf->image, &found);

    if (status != POLICY_OK) {

        for (i = 0; i < found.count && i < found.capacity; i++) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%V:%uD:%uD: %s",
                          &xmcf->policy_file, errors[i].line,
                          errors[i].column, errors[i].text);
        }

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "policy \"%V\" is refused: %uD error(s): %s in %V:%ui",
                      &xmcf->policy_file, found.count,
                      policy_status_text(status), &xmcf->policy_conf,
                      xmcf->policy_line);
        return NGX_ERROR;
    }

    cln->handler = ngx_xassist_zone_free;
    cln->data = &xmcf->image;

    if (ngx_xassist_zone_fits(cf, xmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_xassist_zone_rules(cf, xmcf);
}


static void
ngx_xassist_zone_free(void *data)
{
    policy_image_t  *image = data;

    policy_image_free(image);
}


/* Estimated here, so that the one who reloads sees it on the terminal. */

static ngx_int_t
ngx_xassist_zone_fits(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    size_t  need;

    /* The slab allocator keeps its own header and page table beside. */

    need = policy_zone_need(xmcf->image.size);
    need += need / (ngx_pagesize / sizeof(ngx_slab_page_t)) + 4 * ngx_pagesize;

    if (xmcf->zone->shm.size >= need) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "zone \"%V\" of %uz bytes is too small for policy \"%V\"; "
                  "give it at least %uzk in %V:%ui",
                  &xmcf->zone->shm.name, xmcf->zone->shm.size,
                  &xmcf->policy_file, (need + 1023) / 1024,
                  &xmcf->policy_conf, xmcf->policy_line);

    return NGX_ERROR;
}


static ngx_int_t
ngx_xassist_zone_rules(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    ngx_int_t            rc;
    ngx_uint_t           i;
    policy_str_t         name;
    ngx_xassist_rule_t  *rules;

    rc = NGX_OK;
    rules = xmcf->rules.elts;

    for (i = 0; i < xmcf->rules.nelts; i++) {

        name.data = (char *) rules[i].name.data;
        name.len = rules[i].name.len;

        if (policy_rule_find(&xmcf->image, name) != POLICY_NONE) {
            continue;
        }

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "xassist_require \"%V\": the policy \"%V\" has no such "
                      "rule or permission in %V:%ui",
                      &rules[i].name, &xmcf->policy_file, &rules[i].file,
                      rules[i].line);
        rc = NGX_ERROR;
    }

    return rc;
}


static ngx_int_t
ngx_xassist_zone_init(ngx_shm_zone_t *zone, void *data)
{
    void             *mem;
    size_t            size;
    policy_status_t   status;
    ngx_slab_pool_t  *shpool;

    if (data != NULL) {
        zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = shpool->data;
        return NGX_OK;
    }

    shpool->log_ctx = zone->shm.name.data;

    size = (size_t) shpool->pfree * ngx_pagesize;
    mem = ngx_slab_alloc(shpool, size);

    if (mem == NULL) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                      "zone \"%V\" has no room for a policy",
                      &zone->shm.name);
        return NGX_ERROR;
    }

    status = policy_zone_format(mem, size);
    if (status != POLICY_OK) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "zone \"%V\": %s",
                      &zone->shm.name, policy_status_text(status));
        return NGX_ERROR;
    }

    shpool->data = mem;
    zone->data = mem;

    return NGX_OK;
}


void
ngx_xassist_zone_publish(ngx_cycle_t *cycle)
{
    ngx_uint_t                i;
    ngx_time_t               *tp;
    ngx_shm_zone_t           *zones;
    policy_status_t           status;
    ngx_list_part_t          *part;
    ngx_xassist_main_conf_t  *xmcf;

    xmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_xassist_module);

    if (xmcf == NULL || xmcf->zone == NULL || xmcf->zone->data == NULL) {
        return;
    }

    tp = ngx_timeofday();

    status = policy_zone_publish(xmcf->zone->data, &xmcf->image,
                                 (uint64_t) tp->sec * 1000 + tp->msec);

    if (status != POLICY_OK) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "policy was not published: %s; the old one decides on",
                      policy_status_text(status));
        return;
    }

    /*
     * A zone of another size is a new mapping.  Workers of the old cycle
     * still look at the old one: publish there, too, while it is mapped.
     */

    if (cycle->old_cycle == NULL || cycle->old_cycle->shared_memory.part.elts
                                    == NULL)
    {
        return;
    }

    part = &cycle->old_cycle->shared_memory.part;
    zones = part->elts;

    for (i = 0; /* void */; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            zones = part->elts;
            i = 0;
        }

        if (zones[i].tag == &ngx_xassist_module
            && zones[i].data != NULL
            && zones[i].data != xmcf->zone->data
            && zones[i].shm.addr != xmcf->zone->shm.addr)
        {
            status = policy_zone_publish(zones[i].data, &xmcf->image,
                                         (uint64_t) tp->sec * 1000 + tp->msec);

            if (status != POLICY_OK) {
                ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                              "workers of the former configuration keep "
                              "their policy: %s", policy_status_text(status));
            }
        }
    }
}
