/*
 * Page templates, a part of Mustache: {{field}} escaped for HTML,
 * {{#field}}..{{/field}} when it is not empty, {{^field}}..{{/field}} when it
 * is.  Sections nest; there is nothing else.
 */

#ifndef NGX_XASSIST_TEMPLATE_H
#define NGX_XASSIST_TEMPLATE_H

#include "ngx_xassist.h"

#pragma GCC visibility push(hidden)

typedef struct ngx_xassist_template_s  ngx_xassist_template_t;

typedef struct {
    ngx_str_t    name;
    ngx_str_t    value;
} ngx_xassist_field_t;


/* Parses a file; errors are logged with their line.  NULL then. */
ngx_xassist_template_t *ngx_xassist_template_load(ngx_conf_t *cf,
    ngx_str_t *path);

/* Renders into one string of r->pool.  A name that is no field is empty. */
ngx_int_t ngx_xassist_template_render(ngx_pool_t *pool,
    const ngx_xassist_template_t *template, const ngx_xassist_field_t *fields,
    ngx_uint_t n, ngx_str_t *out);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_TEMPLATE_H */
