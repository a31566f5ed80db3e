/* xassist_token: reading its template of claims. */

#include "ngx_xassist_credentials_int.h"
#include "ngx_xassist_file.h"


#define NGX_XASSIST_CLAIMS_MAX  3072


/* Where a template is read: what surrounds the place. */
typedef struct {
    ngx_conf_t                *cf;
    ngx_xassist_token_t       *token;
    u_char                    *pos;
    u_char                    *last;
    u_char                    *text;           /* begun and not added */
    ngx_uint_t                 quoted;         /* inside a string */
    ngx_uint_t                 depth;
    ngx_uint_t                 ended;
} ngx_xassist_claims_reader_t;


static char *ngx_xassist_token_option(ngx_conf_t *cf,
    ngx_xassist_token_t *token, ngx_str_t *value);
static char *ngx_xassist_token_claims(ngx_conf_t *cf,
    ngx_xassist_token_t *token, ngx_str_t *path);
static char *ngx_xassist_token_variable(ngx_xassist_claims_reader_t *reader);
static char *ngx_xassist_token_word(ngx_xassist_claims_reader_t *reader);
static char *ngx_xassist_token_plain(ngx_xassist_claims_reader_t *reader);
static ngx_xassist_claim_t *ngx_xassist_token_add(
    ngx_xassist_claims_reader_t *reader, ngx_xassist_claim_kind_t kind);


static const ngx_str_t  ngx_xassist_token_words[] = {
    [NGX_XASSIST_CLAIM_NOW] = ngx_string("@now@"),
    [NGX_XASSIST_CLAIM_UNTIL] = ngx_string("@until@"),
    [NGX_XASSIST_CLAIM_CONTROLS] = ngx_string("@controls@"),
    [NGX_XASSIST_CLAIM_MAY] = ngx_string("@may ")
};


char *
ngx_xassist_credentials_token(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_xassist_loc_conf_t  *xlcf = conf;

    char                 *rv;
    ngx_str_t            *value;
    ngx_uint_t            i;
    ngx_xassist_token_t  *token;

    if (xlcf->tokens == NULL) {
        xlcf->tokens = ngx_array_create(cf->pool, 2,
                                        sizeof(ngx_xassist_token_t));
        if (xlcf->tokens == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;
    token = xlcf->tokens->elts;

    for (i = 0; i < xlcf->tokens->nelts; i++) {
        if (token[i].name.len == value[1].len
            && ngx_memcmp(token[i].name.data, value[1].data, value[1].len)
               == 0)
        {
            return "is given twice under this name";
        }
    }

    for (i = 0; i < value[1].len; i++) {
        if ((value[1].data[i] < 'a' || value[1].data[i] > 'z')
            && (value[1].data[i] < '0' || value[1].data[i] > '9')
            && value[1].data[i] != '_')
        {
            return "takes a name of a-z, 0-9 and _";
        }
    }

    token = ngx_array_push(xlcf->tokens);
    if (token == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(token, sizeof(ngx_xassist_token_t));
    token->name = value[1];
    token->ttl = 10 * 60;

    rv = ngx_xassist_credentials_secret(cf, &value[2], &token->secret);

    for (i = 3; rv == NGX_CONF_OK && i < cf->args->nelts; i++) {
        rv = ngx_xassist_token_option(cf, token, &value[i]);
    }

    if (rv == NGX_CONF_OK && token->claims.nelts == 0) {
        return "needs claims=FILE";
    }

    return rv;
}


static char *
ngx_xassist_token_option(ngx_conf_t *cf, ngx_xassist_token_t *token,
    ngx_str_t *value)
{
    ngx_str_t                         s;
    ngx_http_compile_complex_value_t  ccv;

    if (ngx_strncmp(value->data, "ttl=", 4) == 0) {
        return ngx_xassist_credentials_ttl(value, &token->ttl);
    }

    if (ngx_strncmp(value->data, "claims=", 7) == 0
        && token->claims.nelts == 0)
    {
        s.data = value->data + 7;
        s.len = value->len - 7;
        return ngx_xassist_token_claims(cf, token, &s);
    }

    if (ngx_strncmp(value->data, "url=", 4) != 0) {
        return "takes claims=FILE, ttl=TIME and url=URL";
    }

    s.data = value->data + 4;
    s.len = value->len - 4;

    token->url = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (token->url == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));
    ccv.cf = cf;
    ccv.value = &s;
    ccv.complex_value = token->url;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK
                                                          : NGX_CONF_ERROR;
}


/*
 * A variable stands inside a string, where its value is escaped; outside it
 * could say whatever the person who typed the name wants to be true.
 */

static char *
ngx_xassist_token_claims(ngx_conf_t *cf, ngx_xassist_token_t *token,
    ngx_str_t *path)
{
    char                         *rv;
    ngx_str_t                     text;
    ngx_xassist_claims_reader_t   reader;

    if (ngx_xassist_file_read(cf, path, NGX_XASSIST_CLAIMS_MAX, 0, &text)
        != NGX_OK
        || ngx_array_init(&token->claims, cf->pool, 16,
                          sizeof(ngx_xassist_claim_t))
           != NGX_OK
        || ngx_array_init(&token->may, cf->pool, 4, sizeof(ngx_array_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&reader, sizeof(ngx_xassist_claims_reader_t));
    reader.cf = cf;
    reader.token = token;
    reader.pos = text.data;
    reader.last = text.data + text.len;

    rv = NGX_CONF_OK;

    while (rv == NGX_CONF_OK && reader.pos < reader.last) {

        rv = *reader.pos == '$' ? ngx_xassist_token_variable(&reader)
             : *reader.pos == '@' ? ngx_xassist_token_word(&reader)
             : ngx_xassist_token_plain(&reader);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (!reader.ended) {
        return "names claims that are no JSON object";
    }

    return ngx_xassist_token_add(&reader, NGX_XASSIST_CLAIM_TEXT)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_xassist_token_variable(ngx_xassist_claims_reader_t *reader)
{
    u_char               *p;
    ngx_int_t             index;
    ngx_str_t             name;
    ngx_xassist_claim_t  *claim;

    if (!reader->quoted) {
        return "names claims with a variable outside of a string";
    }

    for (p = reader->pos + 1;
         p < reader->last && ((*p >= 'a' && *p <= 'z') || *p == '_'
                              || (*p >= '0' && *p <= '9'));
         p++)
    {
        /* void */
    }

    name.len = p - (reader->pos + 1);

    if (name.len == 0) {
        return "names claims with a $ that begins no variable";
    }

    name.data = ngx_pnalloc(reader->cf->pool, name.len);
    if (name.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(name.data, reader->pos + 1, name.len);

    index = ngx_http_get_variable_index(reader->cf, &name);
    claim = ngx_xassist_token_add(reader, NGX_XASSIST_CLAIM_VARIABLE);

    if (index == NGX_ERROR || claim == NULL) {
        return NGX_CONF_ERROR;
    }

    claim->index = (ngx_uint_t) index;
    reader->pos = p;

    return NGX_CONF_OK;
}


static char *
ngx_xassist_token_word(ngx_xassist_claims_reader_t *reader)
{
    u_char               *p;
    ngx_str_t             name;
    ngx_uint_t            i;
    const ngx_str_t      *word;
    ngx_xassist_claim_t  *claim;

    for (i = NGX_XASSIST_CLAIM_NOW; i <= NGX_XASSIST_CLAIM_MAY; i++) {
        word = &ngx_xassist_token_words[i];

        if (word->len <= (size_t) (reader->last - reader->pos)
            && ngx_memcmp(reader->pos, word->data, word->len) == 0)
        {
            break;
        }
    }

    if (i > NGX_XASSIST_CLAIM_MAY || reader->quoted) {
        return ngx_xassist_token_plain(reader);
    }

    claim = ngx_xassist_token_add(reader, i);
    if (claim == NULL) {
        return NGX_CONF_ERROR;
    }

    reader->pos += word->len;

    if (i != NGX_XASSIST_CLAIM_MAY) {
        return NGX_CONF_OK;
    }

    p = ngx_strlchr(reader->pos, reader->last, '@');

    if (p == NULL || p == reader->pos) {
        return "names claims with @may that does not end in @";
    }

    name.data = reader->pos;
    name.len = p - reader->pos;
    if (reader->token->may.nelts == NGX_XASSIST_TOKEN_RULES) {
        return "names claims with too many @may";
    }

    claim->index = reader->token->may.nelts;
    reader->pos = p + 1;

    return ngx_xassist_credentials_rule(reader->cf, &reader->token->may,
                                        &name)
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_xassist_token_plain(ngx_xassist_claims_reader_t *reader)
{
    u_char  ch;

    ch = *reader->pos;

    if (reader->ended ? ch > ' ' : reader->depth == 0 && ch > ' ' && ch != '{')
    {
        return "names claims that are no JSON object";
    }

    if (reader->text == NULL) {
        reader->text = reader->pos;
    }

    reader->pos++;

    if (reader->quoted) {

        if (ch == '\\' && reader->pos < reader->last) {
            reader->pos++;

        } else if (ch == '"') {
            reader->quoted = 0;
        }

        return NGX_CONF_OK;
    }

    switch (ch) {

    case '"':
        reader->quoted = 1;
        break;

    case '{':
    case '[':
        reader->depth++;
        break;

    case '}':
    case ']':
        reader->ended = --reader->depth == 0;
        break;

    default:
        break;
    }

    return NGX_CONF_OK;
}


/* The text before it, and then this. */

static ngx_xassist_claim_t *
ngx_xassist_token_add(ngx_xassist_claims_reader_t *reader,
    ngx_xassist_claim_kind_t kind)
{
    ngx_xassist_claim_t  *claim;

    if (reader->text != NULL) {

        claim = ngx_array_push(&reader->token->claims);
        if (claim == NULL) {
            return NULL;
        }

        claim->kind = NGX_XASSIST_CLAIM_TEXT;
        claim->text.data = reader->text;
        claim->text.len = reader->pos - reader->text;
        reader->text = NULL;

        if (kind == NGX_XASSIST_CLAIM_TEXT) {
            return claim;
        }
    }

    claim = ngx_array_push(&reader->token->claims);

    if (claim != NULL) {
        ngx_memzero(claim, sizeof(ngx_xassist_claim_t));
        claim->kind = kind;
    }

    return claim;
}
