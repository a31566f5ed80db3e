#include "ngx_xassist_constant.h"

#if (XASSIST_TEST)


typedef struct {
    uint64_t     digest;
    ngx_uint_t   n;
} ngx_xassist_constant_t;


static void ngx_xassist_constant_add(ngx_xassist_constant_t *c,
    const void *data, size_t len);
static void ngx_xassist_constant_array(ngx_xassist_constant_t *c,
    const ngx_array_t *array);
static void ngx_xassist_constant_location(ngx_xassist_constant_t *c,
    ngx_http_core_loc_conf_t *clcf, void **loc_conf);
static void ngx_xassist_constant_inner(ngx_xassist_constant_t *c,
    ngx_http_core_loc_conf_t *clcf);
static void ngx_xassist_constant_tree(ngx_xassist_constant_t *c,
    ngx_http_location_tree_node_t *node);


uint64_t
ngx_xassist_constant(ngx_xassist_main_conf_t *xmcf, ngx_cycle_t *cycle,
    ngx_uint_t *n)
{
    ngx_uint_t                   i;
    ngx_xassist_constant_t       c;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_loc_conf_t    *clcf;
    ngx_http_core_main_conf_t   *cmcf;
    ngx_http_core_loc_conf_t   **named;

    c.digest = 14695981039346656037ULL;
    c.n = 0;

    ngx_xassist_constant_array(&c, &xmcf->rules);
    ngx_xassist_constant_array(&c, &xmcf->api);
    ngx_xassist_constant_array(&c, &xmcf->in_call);
    ngx_xassist_constant_array(&c, &xmcf->headers);

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {

        clcf = cscfp[i]->ctx->loc_conf[ngx_http_core_module.ctx_index];
        ngx_xassist_constant_location(&c, clcf, cscfp[i]->ctx->loc_conf);

        for (named = cscfp[i]->named_locations; named && *named; named++) {
            ngx_xassist_constant_location(&c, *named, (*named)->loc_conf);
        }
    }

    *n = c.n;

    return c.digest;
}


/* FNV-1a */

static void
ngx_xassist_constant_add(ngx_xassist_constant_t *c, const void *data,
    size_t len)
{
    size_t         i;
    const u_char  *p = data;

    for (i = 0; i < len; i++) {
        c->digest = (c->digest ^ p[i]) * 1099511628211ULL;
    }
}


static void
ngx_xassist_constant_array(ngx_xassist_constant_t *c,
    const ngx_array_t *array)
{
    if (array != NULL && array->elts != NULL) {
        ngx_xassist_constant_add(c, array->elts, array->nelts * array->size);
    }
}


static void
ngx_xassist_constant_location(ngx_xassist_constant_t *c,
    ngx_http_core_loc_conf_t *clcf, void **loc_conf)
{
    ngx_xassist_loc_conf_t  *xlcf;

    if (loc_conf == NULL) {
        return;
    }

    xlcf = loc_conf[ngx_xassist_module.ctx_index];

    ngx_xassist_constant_add(c, clcf, sizeof(ngx_http_core_loc_conf_t));
    ngx_xassist_constant_add(c, xlcf, sizeof(ngx_xassist_loc_conf_t));
    ngx_xassist_constant_array(c, xlcf->requires);
    ngx_xassist_constant_array(c, xlcf->origins);

    if (xlcf->call != NULL) {
        ngx_xassist_constant_add(c, xlcf->call,
                                 sizeof(ngx_http_complex_value_t));
    }

    c->n++;
    ngx_xassist_constant_inner(c, clcf);
}


static void
ngx_xassist_constant_inner(ngx_xassist_constant_t *c,
    ngx_http_core_loc_conf_t *clcf)
{
    ngx_xassist_constant_tree(c, clcf->static_locations);

#if (NGX_PCRE)
    {
    ngx_http_core_loc_conf_t  **regex;

    for (regex = clcf->regex_locations; regex && *regex; regex++) {
        ngx_xassist_constant_location(c, *regex, (*regex)->loc_conf);
    }
    }
#endif
}


static void
ngx_xassist_constant_tree(ngx_xassist_constant_t *c,
    ngx_http_location_tree_node_t *node)
{
    if (node == NULL) {
        return;
    }

    ngx_xassist_constant_tree(c, node->left);
    ngx_xassist_constant_tree(c, node->tree);
    ngx_xassist_constant_tree(c, node->right);

    if (node->exact != NULL) {
        ngx_xassist_constant_location(c, node->exact, node->exact->loc_conf);
    }

    if (node->inclusive != NULL) {
        ngx_xassist_constant_location(c, node->inclusive,
                                      node->inclusive->loc_conf);
    }
}

#else

/* A file that is empty without it is no C. */
typedef int  ngx_xassist_constant_t;

#endif
