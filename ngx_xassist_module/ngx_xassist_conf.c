#include "ngx_xassist_conf.h"
#include "ngx_xassist_credentials.h"
#include "ngx_xassist_api.h"
#include "ngx_xassist_file.h"
#include "ngx_xassist_log.h"
#include "ngx_xassist_macro.h"
#include "ngx_xassist_named.h"
#include "ngx_xassist_rule.h"


#define NGX_XASSIST_KEYS_MAX   65536
#define NGX_XASSIST_JANUS_MAX  4096


static ngx_int_t ngx_xassist_conf_store_value(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf, ngx_str_t *value);
static ngx_uint_t ngx_xassist_conf_after(const char *name,
    const ngx_str_t *value, ngx_str_t *out);
static ngx_int_t ngx_xassist_conf_one(ngx_conf_t *cf,
    ngx_xassist_main_conf_t *xmcf, ngx_array_t *requires, const char *name);
static void ngx_xassist_conf_keys_free(void *data);


void *
ngx_xassist_conf_create_main(ngx_conf_t *cf)
{
    ngx_xassist_main_conf_t  *xmcf;

    xmcf = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_main_conf_t));
    if (xmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&xmcf->rules, cf->pool, 16, sizeof(ngx_xassist_rule_t))
        != NGX_OK
        || ngx_array_init(&xmcf->places, cf->pool, 16,
                          sizeof(ngx_xassist_loc_conf_t *))
           != NGX_OK
        || ngx_array_init(&xmcf->logs, cf->pool, 4, sizeof(ngx_log_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return xmcf;
}


void *
ngx_xassist_conf_create_loc(ngx_conf_t *cf)
{
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_loc_conf_t));
    if (xlcf == NULL) {
        return NULL;
    }

    xlcf->requires = NGX_CONF_UNSET_PTR;
    xlcf->origins = NGX_CONF_UNSET_PTR;
    xlcf->pages = NGX_CONF_UNSET_PTR;
    xlcf->apps = NGX_CONF_UNSET_PTR;
    xlcf->cookie = NGX_CONF_UNSET_UINT;
    xlcf->live = NGX_CONF_UNSET_UINT;
    xlcf->janus_ttl = NGX_CONF_UNSET;

    return xlcf;
}


char *
ngx_xassist_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_xassist_loc_conf_t  *prev = parent;
    ngx_xassist_loc_conf_t  *conf = child;

    ngx_xassist_rule_merge(cf, prev, conf);
    ngx_xassist_named(cf);

    ngx_conf_merge_ptr_value(conf->requires, prev->requires, NULL);
    ngx_conf_merge_ptr_value(conf->origins, prev->origins, NULL);
    ngx_conf_merge_ptr_value(conf->pages, prev->pages, NULL);
    ngx_conf_merge_ptr_value(conf->apps, prev->apps, NULL);
    ngx_conf_merge_uint_value(conf->cookie, prev->cookie,
                              NGX_XASSIST_COOKIE_SECURE);
    ngx_conf_merge_uint_value(conf->live, prev->live,
                              NGX_XASSIST_LIVE_UPGRADE);
    ngx_conf_merge_str_value(conf->terms_version, prev->terms_version, "");
    ngx_conf_merge_str_value(conf->terms_url, prev->terms_url, "");

    if (conf->janus_secret.data == NULL) {
        conf->janus_secret = prev->janus_secret;
        conf->janus_ttl = prev->janus_ttl;
    }

    if (conf->turn == NULL) {
        conf->turn = prev->turn;
    }

    if (conf->livekit == NULL) {
        conf->livekit = prev->livekit;
    }

    if (conf->service == NULL) {
        conf->service = prev->service;
    }

    if (conf->meeting == NULL) {
        conf->meeting = prev->meeting;
    }

    if (conf->tokens == NULL) {
        conf->tokens = prev->tokens;
    }

    if (conf->call == NULL) {
        conf->call = prev->call;
    }

    if (conf->account == NULL) {
        conf->account = prev->account;
    }

    if (conf->task == NULL) {
        conf->task = prev->task;
    }

    if (conf->device == NULL) {
        conf->device = prev->device;
    }

    if (conf->call_page == NULL) {
        conf->call_page = prev->call_page;
    }

    return ngx_xassist_log_note(cf, ngx_http_conf_get_module_main_conf(cf,
                                                      ngx_xassist_module))
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_xassist_conf_store_value(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf,
    ngx_str_t *value)
{
    ssize_t    size;
    ngx_int_t  n;
    ngx_str_t  s;

    if (ngx_strcmp(value->data, "exported") == 0) {
        xmcf->exported = 1;
        return NGX_OK;
    }

    if (ngx_xassist_conf_after("max=", value, &s)) {
        size = (ssize_t) ngx_parse_offset(&s);
        if (size == NGX_ERROR || size < 1024 * 1024) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "size \"%V\" is invalid or below 1m", &s);
            return NGX_ERROR;
        }

        xmcf->store_max = size;

        return NGX_OK;
    }

    if (ngx_xassist_conf_after("retention=", value, &s)) {
        n = ngx_parse_time(&s, 1);
        if (n == NGX_ERROR || n < 3600) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "time \"%V\" is invalid or below 1h", &s);
            return NGX_ERROR;
        }

        xmcf->retention = (uint64_t) n * 1000;

        return NGX_OK;
    }

    if (ngx_xassist_conf_after("queue=", value, &s)) {
        n = ngx_atoi(s.data, s.len);
        if (n == NGX_ERROR || n == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "number \"%V\" is invalid or below 1", &s);
            return NGX_ERROR;
        }

        xmcf->queue = n;

        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\", expected max=SIZE, "
                       "retention=TIME, queue=NUMBER or exported", value);

    return NGX_ERROR;
}


/* What follows the name of a parameter, when it is that one. */

static ngx_uint_t
ngx_xassist_conf_after(const char *name, const ngx_str_t *value,
    ngx_str_t *out)
{
    size_t  len = ngx_strlen(name);

    if (value->len <= len || ngx_strncmp(value->data, name, len) != 0) {
        return 0;
    }

    out->data = value->data + len;
    out->len = value->len - len;

    return 1;
}


char *
ngx_xassist_conf_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_main_conf_t  *xmcf = conf;

    char        *rv;
    ngx_str_t   *value, pool;
    ngx_uint_t   i;

    ngx_file_info_t  fi;

    if (xmcf->store != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_xassist_conf_store_value(cf, xmcf, &value[i]) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    cf->args->nelts = 2;

    /* As a path, nginx makes the folder and gives it to the workers' user. */

    rv = ngx_conf_set_path_slot(cf, cmd, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (ngx_file_info(xmcf->store->name.data, &fi) != NGX_FILE_ERROR
        && !ngx_is_dir(&fi))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not a folder; name a folder for the "
                           "store", &xmcf->store->name);
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&pool, "xassist");

    if (ngx_xassist_macro_core(cf, "thread_pool xassist threads=1 "
                                   "max_queue=65536;")
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    xmcf->pool = ngx_thread_pool_add(cf, &pool);
    if (xmcf->pool == NULL) {
        return NGX_CONF_ERROR;
    }

    xmcf->used = 1;

    return NGX_CONF_OK;
}


char *
ngx_xassist_conf_node(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_main_conf_t  *xmcf = conf;

    size_t      i;
    u_char      c;
    ngx_str_t  *value;

    if (xmcf->node.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {

        c = value[1].data[i];

        if (!isalnum(c) && c != '.' && c != '-' && c != '_') {
            break;
        }
    }

    if (i == 0 || i != value[1].len || i > 64) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no name of a node: letters, digits, "
                           "\".\", \"-\" and \"_\", at most 64", &value[1]);
        return NGX_CONF_ERROR;
    }

    xmcf->node = value[1];

    return NGX_CONF_OK;
}


char *
ngx_xassist_conf_keys(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_main_conf_t  *xmcf = conf;

    ngx_str_t           *value, text;
    policy_error_t       error;
    policy_status_t      status;
    ngx_pool_cleanup_t  *cln;

    if (xmcf->keys != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    xmcf->keys_file = value[1];
    xmcf->used = 1;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL
        || ngx_xassist_file_read(cf, &xmcf->keys_file, NGX_XASSIST_KEYS_MAX, 1,
                                 &text)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&error, sizeof(policy_error_t));

    status = policy_keys_parse((char *) text.data, text.len, &xmcf->keys,
                               &error);

    ngx_explicit_memzero(text.data, text.len);

    if (status != POLICY_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V:%uD: %s",
                           &xmcf->keys_file, error.line,
                           error.text[0] ? error.text
                                         : policy_status_text(status));
        xmcf->keys = NULL;
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_xassist_conf_keys_free;
    cln->data = xmcf->keys;

    return NGX_CONF_OK;
}


static void
ngx_xassist_conf_keys_free(void *data)
{
    policy_keys_free(data);
}


ngx_int_t
ngx_xassist_conf_slot(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf,
    const ngx_str_t *name, ngx_uint_t *slot)
{
    ngx_uint_t           i;
    ngx_xassist_rule_t  *rule;

    rule = xmcf->rules.elts;

    for (i = 0; i < xmcf->rules.nelts; i++) {
        if (rule[i].name.len == name->len
            && ngx_memcmp(rule[i].name.data, name->data, name->len) == 0)
        {
            *slot = i;
            return NGX_OK;
        }
    }

    rule = ngx_array_push(&xmcf->rules);
    if (rule == NULL) {
        return NGX_ERROR;
    }

    rule->name = *name;
    rule->file = cf->conf_file->file.name;
    rule->line = cf->conf_file->line;
    rule->optional = 0;

    *slot = xmcf->rules.nelts - 1;

    return NGX_OK;
}


char *
ngx_xassist_conf_origin(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_str_t   *value, *origin;
    ngx_uint_t   i;

    value = cf->args->elts;

    if (xlcf->origins == NGX_CONF_UNSET_PTR) {
        xlcf->origins = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        if (xlcf->origins == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len == 1 && value[i].data[0] == '*') {
            return "takes hosts; \"*\" would let every page in";
        }

        origin = ngx_array_push(xlcf->origins);
        if (origin == NULL) {
            return NGX_CONF_ERROR;
        }

        *origin = value[i];
    }

    return NGX_CONF_OK;
}


char *
ngx_xassist_conf_terms(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_str_t  *value;

    if (xlcf->terms_version.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    xlcf->terms_version = value[1];
    xlcf->terms_url = value[2];

    return NGX_CONF_OK;
}


char *
ngx_xassist_conf_janus(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    ngx_str_t  *value, s;

    if (xlcf->janus_secret.data != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;
    xlcf->janus_ttl = 12 * 60 * 60;

    if (cf->args->nelts == 3) {

        if (ngx_strncmp(value[2].data, "ttl=", 4) != 0) {
            return "takes ttl=TIME as its second parameter";
        }

        s.data = value[2].data + 4;
        s.len = value[2].len - 4;

        xlcf->janus_ttl = ngx_parse_time(&s, 1);
        if (xlcf->janus_ttl == (time_t) NGX_ERROR || xlcf->janus_ttl == 0) {
            return "has an invalid ttl";
        }
    }

    if (ngx_xassist_file_read(cf, &value[1], NGX_XASSIST_JANUS_MAX, 1,
                              &xlcf->janus_secret)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    while (xlcf->janus_secret.len
           && xlcf->janus_secret.data[xlcf->janus_secret.len - 1] <= ' ')
    {
        xlcf->janus_secret.len--;
    }

    return xlcf->janus_secret.len ? NGX_CONF_OK : "names an empty file";
}


ngx_int_t
ngx_xassist_conf_check(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf)
{
    const char  *missing;

    missing = xmcf->zone == NULL ? "xassist_policy"
              : xmcf->store == NULL ? "xassist_store"
              : xmcf->keys == NULL ? "xassist_keys" : NULL;

    if (missing != NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "xassist is used, but \"%s\" is not given; add it to "
                      "the http block of %V", missing,
                      &cf->conf_file->file.name);
        return NGX_ERROR;
    }

    if (ngx_xassist_conf_one(cf, xmcf, &xmcf->in_call, "in-call") != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_xassist_credentials_init(cf, xmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_xassist_api_check(cf, xmcf);
}


static ngx_int_t
ngx_xassist_conf_one(ngx_conf_t *cf, ngx_xassist_main_conf_t *xmcf,
    ngx_array_t *requires, const char *name)
{
    ngx_str_t               text;
    ngx_xassist_require_t  *require;

    text.data = (u_char *) name;
    text.len = ngx_strlen(name);

    if (ngx_array_init(requires, cf->pool, 1, sizeof(ngx_xassist_require_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    require = ngx_array_push(requires);
    ngx_memzero(require, sizeof(ngx_xassist_require_t));

    return ngx_xassist_conf_slot(cf, xmcf, &text, &require->slot);
}
