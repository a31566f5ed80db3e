/*
 * Writing JSON.  A writer grows in a pool and remembers the first failure:
 * callers write straight on and ask once, at the end.
 */

#ifndef NGX_XASSIST_JSON_H
#define NGX_XASSIST_JSON_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef struct {
    ngx_pool_t  *pool;
    u_char      *data;
    size_t       len;
    size_t       size;
    unsigned     comma:1;              /* before the next value */
    unsigned     failed:1;
} ngx_xassist_json_t;


void ngx_xassist_json_init(ngx_xassist_json_t *json, ngx_pool_t *pool);

/* `name` is NULL inside arrays and for the outermost value. */
void ngx_xassist_json_open(ngx_xassist_json_t *json, const char *name,
    u_char bracket);
void ngx_xassist_json_close(ngx_xassist_json_t *json, u_char bracket);

/* Bytes that are not UTF-8 become U+FFFD, so that the text is JSON. */
void ngx_xassist_json_text(ngx_xassist_json_t *json, const char *name,
    const u_char *data, size_t len);
void ngx_xassist_json_str(ngx_xassist_json_t *json, const char *name,
    const ngx_str_t *value);
void ngx_xassist_json_slice(ngx_xassist_json_t *json, const char *name,
    const store_slice_t *value);
void ngx_xassist_json_word(ngx_xassist_json_t *json, const char *name,
    const char *word);
void ngx_xassist_json_id(ngx_xassist_json_t *json, const char *name,
    const store_id_t *id);
void ngx_xassist_json_number(ngx_xassist_json_t *json, const char *name,
    uint64_t value);
void ngx_xassist_json_null(ngx_xassist_json_t *json, const char *name);
void ngx_xassist_json_bool(ngx_xassist_json_t *json, const char *name,
    ngx_uint_t value);

/* Milliseconds UTC as RFC 3339; null for 0. */
void ngx_xassist_json_time(ngx_xassist_json_t *json, const char *name,
    uint64_t ms);

/* NGX_ERROR when anything failed on the way. */
ngx_int_t ngx_xassist_json_done(ngx_xassist_json_t *json, ngx_str_t *out);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_JSON_H */
