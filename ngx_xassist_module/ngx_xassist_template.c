#include "ngx_xassist_template.h"
#include "ngx_xassist_file.h"


#define NGX_XASSIST_TEMPLATE_MAX    (256 * 1024)
#define NGX_XASSIST_TEMPLATE_DEPTH  8


typedef enum {
    NGX_XASSIST_PART_TEXT = 0,
    NGX_XASSIST_PART_FIELD,
    NGX_XASSIST_PART_IF,
    NGX_XASSIST_PART_UNLESS,
    NGX_XASSIST_PART_END
} ngx_xassist_part_type_t;


typedef struct {
    ngx_xassist_part_type_t  type;
    ngx_str_t                text;             /* or the field's name */
    ngx_uint_t               end;              /* IF, UNLESS: its END */
} ngx_xassist_part_t;


struct ngx_xassist_template_s {
    ngx_array_t              parts;
};


static ngx_int_t ngx_xassist_template_parse(ngx_conf_t *cf, ngx_str_t *path,
    ngx_str_t *text, ngx_array_t *parts);
static ngx_int_t ngx_xassist_template_tag(ngx_array_t *parts,
    ngx_xassist_part_t *part, ngx_uint_t *open, ngx_uint_t *depth,
    const char **why);
static size_t ngx_xassist_template_walk(
    const ngx_xassist_template_t *template, const ngx_xassist_field_t *fields,
    ngx_uint_t n, u_char *dst);
static const ngx_str_t *ngx_xassist_template_value(const ngx_str_t *name,
    const ngx_xassist_field_t *fields, ngx_uint_t n);


ngx_xassist_template_t *
ngx_xassist_template_load(ngx_conf_t *cf, ngx_str_t *path)
{
    ngx_str_t                text;
    ngx_xassist_template_t  *template;

    if (ngx_xassist_file_read(cf, path, NGX_XASSIST_TEMPLATE_MAX, 0, &text)
        != NGX_OK)
    {
        return NULL;
    }

    template = ngx_palloc(cf->pool, sizeof(ngx_xassist_template_t));
    if (template == NULL
        || ngx_array_init(&template->parts, cf->pool, 64,
                          sizeof(ngx_xassist_part_t))
           != NGX_OK
        || ngx_xassist_template_parse(cf, path, &text, &template->parts)
           != NGX_OK)
    {
        return NULL;
    }

    return template;
}


static ngx_int_t
ngx_xassist_template_parse(ngx_conf_t *cf, ngx_str_t *path, ngx_str_t *text,
    ngx_array_t *parts)
{
    u_char              *p, *q, *end;
    ngx_uint_t           depth, line;
    ngx_uint_t           open[NGX_XASSIST_TEMPLATE_DEPTH];
    const char          *why;
    ngx_xassist_part_t   tag, *part;

    end = text->data + text->len;
    depth = 0;
    line = 1;

    for (p = text->data; p < end; p = q) {

        q = ngx_strlcasestrn(p, end, (u_char *) "{{", 1);

        part = ngx_array_push(parts);
        if (part == NULL) {
            return NGX_ERROR;
        }

        part->type = NGX_XASSIST_PART_TEXT;
        part->text.data = p;
        part->text.len = (q ? q : end) - p;

        for ( /* void */ ; p < (q ? q : end); p++) {
            line += (*p == '\n');
        }

        if (q == NULL) {
            break;
        }

        tag.text.data = q + 2;
        q = ngx_strlcasestrn(q, end, (u_char *) "}}", 1);

        if (q == NULL) {
            why = "a tag is not closed";
            goto failed;
        }

        tag.text.len = q - tag.text.data;
        q += 2;

        if (ngx_xassist_template_tag(parts, &tag, open, &depth, &why)
            != NGX_OK)
        {
            goto failed;
        }
    }

    if (depth != 0) {
        why = "a section is not closed";
        goto failed;
    }

    return NGX_OK;

failed:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V:%ui: %s", path, line, why);

    return NGX_ERROR;
}


static ngx_int_t
ngx_xassist_template_tag(ngx_array_t *parts, ngx_xassist_part_t *tag,
    ngx_uint_t *open, ngx_uint_t *depth, const char **why)
{
    ngx_str_t            name;
    ngx_uint_t           i;
    ngx_xassist_part_t  *part, *opened;

    name = tag->text;
    tag->type = NGX_XASSIST_PART_FIELD;
    tag->end = 0;

    if (name.len && (name.data[0] == '#' || name.data[0] == '^'
                     || name.data[0] == '/'))
    {
        tag->type = name.data[0] == '#' ? NGX_XASSIST_PART_IF
                    : name.data[0] == '^' ? NGX_XASSIST_PART_UNLESS
                    : NGX_XASSIST_PART_END;
        name.data++;
        name.len--;
    }

    for (i = 0; i < name.len; i++) {
        if (!((name.data[i] >= 'a' && name.data[i] <= 'z')
              || name.data[i] == '_'))
        {
            break;
        }
    }

    if (i == 0 || i < name.len) {
        *why = "a tag may name a field of letters a to z and _ only";
        return NGX_ERROR;
    }

    part = ngx_array_push(parts);
    if (part == NULL) {
        *why = "no memory";
        return NGX_ERROR;
    }

    *part = *tag;
    part->text = name;

    switch (tag->type) {

    case NGX_XASSIST_PART_IF:
    case NGX_XASSIST_PART_UNLESS:

        if (*depth == NGX_XASSIST_TEMPLATE_DEPTH) {
            *why = "sections are nested too deep";
            return NGX_ERROR;
        }

        open[(*depth)++] = parts->nelts - 1;
        return NGX_OK;

    case NGX_XASSIST_PART_END:

        if (*depth == 0) {
            *why = "a section is closed that was not opened";
            return NGX_ERROR;
        }

        opened = (ngx_xassist_part_t *) parts->elts + open[--(*depth)];

        if (opened->text.len != name.len
            || ngx_memcmp(opened->text.data, name.data, name.len) != 0)
        {
            *why = "a section is closed by another name";
            return NGX_ERROR;
        }

        opened->end = parts->nelts - 1;
        return NGX_OK;

    default:
        return NGX_OK;
    }
}


ngx_int_t
ngx_xassist_template_render(ngx_pool_t *pool,
    const ngx_xassist_template_t *template, const ngx_xassist_field_t *fields,
    ngx_uint_t n, ngx_str_t *out)
{
    /* The same walk measures and writes: the two cannot disagree. */

    out->len = ngx_xassist_template_walk(template, fields, n, NULL);

    out->data = ngx_pnalloc(pool, out->len + 1);
    if (out->data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_xassist_template_walk(template, fields, n, out->data);

    return NGX_OK;
}


static size_t
ngx_xassist_template_walk(const ngx_xassist_template_t *template,
    const ngx_xassist_field_t *fields, ngx_uint_t n, u_char *dst)
{
    size_t               len, more;
    ngx_uint_t           i;
    const ngx_str_t     *value;
    ngx_xassist_part_t  *parts;

    parts = template->parts.elts;
    len = 0;

    for (i = 0; i < template->parts.nelts; i++) {

        if (parts[i].type == NGX_XASSIST_PART_TEXT) {
            if (dst) {
                dst = ngx_cpymem(dst, parts[i].text.data, parts[i].text.len);
            }

            len += parts[i].text.len;
            continue;
        }

        value = ngx_xassist_template_value(&parts[i].text, fields, n);

        switch (parts[i].type) {

        case NGX_XASSIST_PART_FIELD:
            more = ngx_escape_html(NULL, value->data, value->len);

            if (dst) {
                dst = (u_char *) ngx_escape_html(dst, value->data,
                                                 value->len);
            }

            len += value->len + more;
            break;

        case NGX_XASSIST_PART_IF:
            i = value->len ? i : parts[i].end;
            break;

        case NGX_XASSIST_PART_UNLESS:
            i = value->len ? parts[i].end : i;
            break;

        default:
            break;
        }
    }

    return len;
}


static const ngx_str_t *
ngx_xassist_template_value(const ngx_str_t *name,
    const ngx_xassist_field_t *fields, ngx_uint_t n)
{
    ngx_uint_t               i;
    static const ngx_str_t   empty = ngx_string("");

    for (i = 0; i < n; i++) {
        if (fields[i].name.len == name->len
            && ngx_memcmp(fields[i].name.data, name->data, name->len) == 0)
        {
            return &fields[i].value;
        }
    }

    return &empty;
}
