#include "ngx_xassist_cookie.h"


/* Called for each cookie; `value` ends where the cookie ends. */
typedef void (*ngx_xassist_cookie_visit_pt)(void *data, ngx_int_t which,
    ngx_str_t *pair, ngx_str_t *value);


static const ngx_str_t  ngx_xassist_cookie_names[][NGX_XASSIST_COOKIES] = {

    [NGX_XASSIST_COOKIE_SECURE] = {
      ngx_string("__Host-xassist"),
      ngx_string("__Host-xassist-g"),
      ngx_string("__Host-xassist-b")
    },

    [NGX_XASSIST_COOKIE_PLAIN] = {
      ngx_string("xassist"),
      ngx_string("xassist-g"),
      ngx_string("xassist-b")
    }
};


static ngx_int_t ngx_xassist_cookie_which(const ngx_str_t *names,
    const ngx_str_t *name);
static void ngx_xassist_cookie_walk(const ngx_str_t *names, ngx_str_t *header,
    ngx_xassist_cookie_visit_pt visit, void *data);
static void ngx_xassist_cookie_take(void *data, ngx_int_t which,
    ngx_str_t *pair, ngx_str_t *value);
static void ngx_xassist_cookie_keep(void *data, ngx_int_t which,
    ngx_str_t *pair, ngx_str_t *value);
static ngx_table_elt_t *ngx_xassist_cookie_header(ngx_list_part_t **part,
    ngx_uint_t *i);


static ngx_inline const ngx_str_t *
ngx_xassist_cookie_set_of(ngx_http_request_t *r)
{
    ngx_xassist_loc_conf_t  *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);

    return ngx_xassist_cookie_names[xlcf->cookie];
}


static ngx_int_t
ngx_xassist_cookie_which(const ngx_str_t *names, const ngx_str_t *name)
{
    ngx_int_t  i;

    /* The user's name is what the others begin with. */

    if (name->len < names[0].len || name->data[0] != names[0].data[0]) {
        return NGX_DECLINED;
    }

    for (i = 0; i < NGX_XASSIST_COOKIES; i++) {
        if (name->len == names[i].len
            && ngx_memcmp(name->data, names[i].data, name->len) == 0)
        {
            return i;
        }
    }

    return NGX_DECLINED;
}


static void
ngx_xassist_cookie_walk(const ngx_str_t *names, ngx_str_t *header,
    ngx_xassist_cookie_visit_pt visit, void *data)
{
    u_char     *p, *end, *last, *eq;
    ngx_str_t   pair, name, value;

    end = header->data + header->len;

    for (p = header->data; p < end; p = last + 1) {

        while (p < end && (*p == ' ' || *p == ';')) {
            p++;
        }

        if (p == end) {
            break;
        }

        last = memchr(p, ';', end - p);
        if (last == NULL) {
            last = end;
        }

        pair.data = p;
        pair.len = last - p;

        eq = memchr(p, '=', last - p);

        name.data = p;
        name.len = (eq ? eq : last) - p;
        value.data = eq ? eq + 1 : last;
        value.len = last - value.data;

        visit(data, ngx_xassist_cookie_which(names, &name), &pair, &value);
    }
}


/* The next Cookie header; the headers of several are joined by nobody. */

static ngx_table_elt_t *
ngx_xassist_cookie_header(ngx_list_part_t **part, ngx_uint_t *i)
{
    ngx_table_elt_t  *h;

    for ( ;; ) {

        if (*i >= (*part)->nelts) {
            if ((*part)->next == NULL) {
                return NULL;
            }

            *part = (*part)->next;
            *i = 0;
        }

        h = (ngx_table_elt_t *) (*part)->elts + *i;
        (*i)++;

        if (h->key.len == sizeof("cookie") - 1
            && ngx_strncasecmp(h->key.data, (u_char *) "cookie",
                               sizeof("cookie") - 1)
               == 0)
        {
            return h;
        }
    }
}


void
ngx_xassist_cookie_read(ngx_http_request_t *r,
    ngx_str_t values[NGX_XASSIST_COOKIES])
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_memzero(values, NGX_XASSIST_COOKIES * sizeof(ngx_str_t));

    part = &r->headers_in.headers.part;
    i = 0;

    while ((h = ngx_xassist_cookie_header(&part, &i)) != NULL) {
        ngx_xassist_cookie_walk(ngx_xassist_cookie_set_of(r), &h->value,
                                ngx_xassist_cookie_take, values);
    }
}


static void
ngx_xassist_cookie_take(void *data, ngx_int_t which, ngx_str_t *pair,
    ngx_str_t *value)
{
    ngx_str_t  *values = data;

    if (which == NGX_DECLINED) {
        return;
    }

    if (values[which].data == NULL) {
        values[which] = *value;
        return;
    }

    if (values[which].len != value->len
        || ngx_memcmp(values[which].data, value->data, value->len) != 0)
    {
        /* Which one is the victim's?  Nobody can tell. */
        values[which].len = 0;
    }
}


ngx_int_t
ngx_xassist_cookie_cut(ngx_http_request_t *r)
{
    u_char                    *start, *dst;
    ngx_uint_t                 i;
    ngx_list_part_t           *part;
    ngx_table_elt_t           *h;
    const ngx_str_t           *names;

    names = ngx_xassist_cookie_set_of(r);
    part = &r->headers_in.headers.part;
    i = 0;

    while ((h = ngx_xassist_cookie_header(&part, &i)) != NULL) {

        /* "a;b" is written "a; b; ", at most twice as long and two. */

        start = ngx_pnalloc(r->pool, 2 * h->value.len + 2);
        if (start == NULL) {
            return NGX_ERROR;
        }

        dst = start;
        ngx_xassist_cookie_walk(names, &h->value, ngx_xassist_cookie_keep,
                                &dst);

        h->value.data = start;
        h->value.len = dst - start;

        if (h->value.len >= 2) {
            h->value.len -= 2;
        }
    }

    return NGX_OK;
}


static void
ngx_xassist_cookie_keep(void *data, ngx_int_t which, ngx_str_t *pair,
    ngx_str_t *value)
{
    u_char  **dst = data;

    if (which == NGX_DECLINED) {
        *dst = ngx_cpymem(*dst, pair->data, pair->len);
        *(*dst)++ = ';';
        *(*dst)++ = ' ';
    }
}


ngx_uint_t
ngx_xassist_cookie_ours(ngx_http_request_t *r, const ngx_str_t *value)
{
    u_char     *eq;
    ngx_str_t   name;

    eq = ngx_strlchr(value->data, value->data + value->len, '=');
    if (eq == NULL) {
        return 0;
    }

    name.data = value->data;

    while (name.data < eq && (*name.data == ' ' || *name.data == '\t')) {
        name.data++;
    }

    while (eq > name.data && (eq[-1] == ' ' || eq[-1] == '\t')) {
        eq--;
    }

    name.len = eq - name.data;

    return ngx_xassist_cookie_which(ngx_xassist_cookie_set_of(r), &name)
           != NGX_DECLINED;
}


ngx_int_t
ngx_xassist_cookie_set(ngx_http_request_t *r, ngx_xassist_cookie_t which,
    const ngx_str_t *value, time_t max_age)
{
    u_char                   *p;
    ngx_str_t                 text;
    ngx_table_elt_t          *h;
    const ngx_str_t          *name;
    ngx_xassist_loc_conf_t   *xlcf;

    xlcf = ngx_http_get_module_loc_conf(r, ngx_xassist_module);
    name = &ngx_xassist_cookie_set_of(r)[which];

    text.len = name->len + value->len + NGX_TIME_T_LEN
               + sizeof("=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=");
    text.data = ngx_pnalloc(r->pool, text.len);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(text.data, "%V=%V; Path=/; HttpOnly; SameSite=Lax", name,
                    value);
    if (xlcf->cookie == NGX_XASSIST_COOKIE_SECURE) {
        p = ngx_cpymem(p, "; Secure", sizeof("; Secure") - 1);
    }

    if (max_age || value->len == 0) {
        p = ngx_sprintf(p, "; Max-Age=%T", max_age);
    }

    text.len = p - text.data;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));
    h->hash = 1;
    ngx_str_set(&h->key, "Set-Cookie");
    h->value = text;

    return NGX_OK;
}
