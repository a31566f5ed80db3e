/* What is said to Janus's Admin API about a room, and the file that says
   how. */

#include "ngx_xassist_room.h"
#include "ngx_xassist_file.h"
#include "ngx_xassist_json.h"
#include "ngx_xassist_room_int.h"


#define NGX_XASSIST_ROOM_FILE    4096
#define NGX_XASSIST_ROOM_WORDS   3
#define NGX_XASSIST_ROOM_SECRET  128


struct ngx_xassist_room_conf_s {
    ngx_str_t                admin_secret;
    ngx_str_t                admin_key;
    ngx_array_t              settings;         /* ngx_keyval_t */
};


static char *ngx_xassist_room_line(ngx_conf_t *cf,
    ngx_xassist_room_conf_t *room, const ngx_str_t *words, ngx_uint_t n);
static void ngx_xassist_room_begin(ngx_xassist_json_t *json, ngx_pool_t *pool,
    const ngx_xassist_room_conf_t *conf, const char *request);
static void ngx_xassist_room_setting(ngx_xassist_json_t *json,
    const ngx_keyval_t *setting);
static ngx_int_t ngx_xassist_room_secret(const ngx_xassist_room_conf_t *conf,
    uint64_t room, ngx_xassist_json_t *json);
static ngx_int_t ngx_xassist_room_end(ngx_xassist_json_t *json,
    const ngx_xassist_target_t *target, const ngx_str_t *server,
    ngx_xassist_tell_t *tell);


/* Without these a room would not be what it is for. */

static const char * const  ngx_xassist_room_ours[] = {
    "request", "room", "admin_key", "secret", "permanent", "signed_tokens",
    "description", NULL
};


char *
ngx_xassist_room_conf(ngx_conf_t *cf, ngx_str_t *path,
    ngx_xassist_room_conf_t **room)
{
    char        *rv;
    u_char      *p, *last;
    ngx_str_t    text, words[NGX_XASSIST_ROOM_WORDS];
    ngx_uint_t   n;

    *room = ngx_pcalloc(cf->pool, sizeof(ngx_xassist_room_conf_t));

    if (*room == NULL
        || ngx_array_init(&(*room)->settings, cf->pool, 4,
                          sizeof(ngx_keyval_t))
           != NGX_OK
        || ngx_xassist_file_read(cf, path, NGX_XASSIST_ROOM_FILE, 1, &text)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    p = text.data;
    last = p + text.len;
    n = 0;

    while (p < last) {

        if (*p == LF) {
            rv = ngx_xassist_room_line(cf, *room, words, n);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            n = 0;
            p++;

        } else if (*p <= ' ') {
            p++;

        } else {

            if (n == NGX_XASSIST_ROOM_WORDS) {
                return "names a file with a line of too many words";
            }

            words[n].data = p;

            while (p < last && *p > ' ') {
                p++;
            }

            words[n].len = p - words[n].data;
            n++;
        }
    }

    rv = ngx_xassist_room_line(cf, *room, words, n);

    if (rv == NGX_CONF_OK && ((*room)->admin_secret.len == 0
                              || (*room)->admin_key.len == 0))
    {
        return "names a file without admin_secret and admin_key";
    }

    return rv;
}


static char *
ngx_xassist_room_line(ngx_conf_t *cf, ngx_xassist_room_conf_t *room,
    const ngx_str_t *words, ngx_uint_t n)
{
    ngx_uint_t     i;
    ngx_keyval_t  *setting;

    if (n == 0 || words[0].data[0] == '#') {
        return NGX_CONF_OK;
    }

    if (n == 2 && words[0].len == sizeof("admin_secret") - 1
        && ngx_strncmp(words[0].data, "admin_secret", words[0].len) == 0)
    {
        room->admin_secret = words[1];
        return NGX_CONF_OK;
    }

    if (n == 2 && words[0].len == sizeof("admin_key") - 1
        && ngx_strncmp(words[0].data, "admin_key", words[0].len) == 0)
    {
        room->admin_key = words[1];
        return NGX_CONF_OK;
    }

    if (n != 3 || words[0].len != sizeof("room") - 1
        || ngx_strncmp(words[0].data, "room", words[0].len) != 0)
    {
        return "names a file with a line that is none of \"admin_secret "
               "TEXT\", \"admin_key TEXT\" and \"room NAME VALUE\"";
    }

    for (i = 0; ngx_xassist_room_ours[i]; i++) {

        if (words[1].len == ngx_strlen(ngx_xassist_room_ours[i])
            && ngx_strncmp(words[1].data, ngx_xassist_room_ours[i],
                           words[1].len)
               == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "a room's \"%V\" cannot be set", &words[1]);
            return NGX_CONF_ERROR;
        }
    }

    setting = ngx_array_push(&room->settings);
    if (setting == NULL) {
        return NGX_CONF_ERROR;
    }

    setting->value = words[2];
    setting->key.len = words[1].len;
    setting->key.data = ngx_pnalloc(cf->pool, words[1].len + 1);

    if (setting->key.data == NULL) {
        return NGX_CONF_ERROR;
    }

    *ngx_cpymem(setting->key.data, words[1].data, words[1].len) = '\0';

    return NGX_CONF_OK;
}


ngx_int_t
ngx_xassist_room_create(ngx_pool_t *pool, const ngx_xassist_room_conf_t *conf,
    const ngx_xassist_target_t *target, const ngx_xassist_ctx_t *ctx,
    ngx_xassist_tell_t *tell)
{
    ngx_uint_t           i;
    ngx_keyval_t        *setting;
    ngx_xassist_json_t   json;

    ngx_xassist_room_begin(&json, pool, conf, "create");
    ngx_xassist_json_str(&json, "admin_key", &conf->admin_key);
    ngx_xassist_json_number(&json, "room", ctx->room);
    ngx_xassist_json_id(&json, "description", &ctx->call);
    ngx_xassist_json_bool(&json, "permanent", 0);
    ngx_xassist_json_bool(&json, "signed_tokens", 1);
    ngx_xassist_json_bool(&json, "is_private", 1);
    ngx_xassist_json_number(&json, "publishers", 100);

    setting = conf->settings.elts;

    for (i = 0; i < conf->settings.nelts; i++) {
        ngx_xassist_room_setting(&json, &setting[i]);
    }

    if (ngx_xassist_room_secret(conf, ctx->room, &json) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_xassist_room_end(&json, target, &ctx->media, tell);
}


ngx_int_t
ngx_xassist_room_destroy(ngx_pool_t *pool,
    const ngx_xassist_room_conf_t *conf, const ngx_xassist_target_t *target,
    const ngx_str_t *server, uint64_t room, ngx_xassist_tell_t *tell)
{
    ngx_xassist_json_t  json;

    ngx_xassist_room_begin(&json, pool, conf, "destroy");
    ngx_xassist_json_number(&json, "room", room);
    ngx_xassist_json_bool(&json, "permanent", 0);

    if (ngx_xassist_room_secret(conf, room, &json) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_xassist_room_end(&json, target, server, tell);
}


static void
ngx_xassist_room_begin(ngx_xassist_json_t *json, ngx_pool_t *pool,
    const ngx_xassist_room_conf_t *conf, const char *request)
{
    ngx_xassist_json_init(json, pool);
    ngx_xassist_json_open(json, NULL, '{');
    ngx_xassist_json_word(json, "janus", "message_plugin");
    ngx_xassist_json_word(json, "transaction", "xassist");
    ngx_xassist_json_str(json, "admin_secret", &conf->admin_secret);
    ngx_xassist_json_word(json, "plugin", "janus.plugin.videoroom");
    ngx_xassist_json_open(json, "request", '{');
    ngx_xassist_json_word(json, "request", request);
}


/* Later members win in Janus. */

static void
ngx_xassist_room_setting(ngx_xassist_json_t *json,
    const ngx_keyval_t *setting)
{
    ngx_int_t         n;
    const char       *name;
    const ngx_str_t  *value;

    name = (char *) setting->key.data;
    value = &setting->value;
    n = ngx_atoi(value->data, value->len);

    if (n != NGX_ERROR) {
        ngx_xassist_json_number(json, name, (uint64_t) n);

    } else if (value->len == 4 && ngx_strncmp(value->data, "true", 4) == 0) {
        ngx_xassist_json_bool(json, name, 1);

    } else if (value->len == 5 && ngx_strncmp(value->data, "false", 5) == 0) {
        ngx_xassist_json_bool(json, name, 0);

    } else {
        ngx_xassist_json_str(json, name, value);
    }
}


/* Who is inside a room without a secret may change and end it.  This one is
   made of the admin_key, so every edge knows it and nobody keeps it. */

static ngx_int_t
ngx_xassist_room_secret(const ngx_xassist_room_conf_t *conf, uint64_t room,
    ngx_xassist_json_t *json)
{
    char           token[NGX_XASSIST_ROOM_SECRET];
    u_char         text[sizeof("room=") + NGX_INT64_LEN];
    policy_str_t   key, about;

    key.data = (char *) conf->admin_key.data;
    key.len = conf->admin_key.len;

    about.data = (char *) text;
    about.len = ngx_sprintf(text, "room=%uL", room) - text;

    if (policy_janus_token(key, 0, about, token, sizeof(token)) != POLICY_OK) {
        return NGX_ERROR;
    }

    ngx_xassist_json_word(json, "secret", token);

    return NGX_OK;
}


static ngx_int_t
ngx_xassist_room_end(ngx_xassist_json_t *json,
    const ngx_xassist_target_t *target, const ngx_str_t *server,
    ngx_xassist_tell_t *tell)
{
    ngx_str_t  host, body;

    ngx_xassist_json_close(json, '}');
    ngx_xassist_json_close(json, '}');

    if (ngx_xassist_json_done(json, &body) != NGX_OK
        || ngx_xassist_target_fill(target, server, json->pool, tell, &host)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_xassist_tell_post(json->pool, &target->path, &host, "", &body,
                                 &tell->request);
}
