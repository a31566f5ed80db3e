/*
 * The only door to yajl.  Its callback interface is used, never its tree:
 *
 *   CVE-2023-33460  yajl_tree_parse leaks what it built before an error.  Not
 *                   called; our tree lies in an arena.
 *   CVE-2022-24795  the size of yajl_buf wraps at 2 GB of input.  The text
 *                   is refused above POLICY_MAX_TEXT before it gets there.
 *   CVE-2017-16516  decoding of a lone surrogate reads past its string.
 *                   policy_json_scan refuses the text first.
 *
 * yajl tells no positions, only how much it has consumed when a token ends;
 * the start of a token is found by going forward from the end of the last.
 */

#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include <policy/json_int.h>
#include <policy/limits.h>


#define POLICY_MAX_NUMBER  32u


typedef struct {
    yajl_handle      yajl;
    policy_arena_t  *arena;
    policy_errors_t *errors;
    policy_cursor_t  cursor;
    policy_node_t   *root;
    policy_node_t   *open[POLICY_MAX_DEPTH];
    uint32_t         depth;
    uint32_t         nodes;
    policy_str_t     key;
    policy_place_t   key_place;
    policy_status_t  status;
} policy_parser_t;


static int policy_on_null(void *ctx);
static int policy_on_bool(void *ctx, int truth);
static int policy_on_number(void *ctx, const char *text, size_t len);
static int policy_on_string(void *ctx, const unsigned char *text, size_t len);
static int policy_on_key(void *ctx, const unsigned char *text, size_t len);
static int policy_on_object(void *ctx);
static int policy_on_array(void *ctx);
static int policy_on_close(void *ctx);
static int policy_on_object_end(void *ctx);
static policy_node_t *policy_parser_node(policy_parser_t *parser,
    policy_json_type_t type);
static int policy_parser_open(policy_parser_t *parser,
    policy_json_type_t type);
static bool policy_parser_text(policy_parser_t *parser, policy_place_t place,
    const void *text, size_t len, policy_str_t *out);
static void policy_parser_start(policy_parser_t *parser);
static void policy_parser_end(policy_parser_t *parser);
static int policy_parser_refuse(policy_parser_t *parser, policy_place_t place,
    const char *text);
static void policy_parser_failed(policy_parser_t *parser);
static int policy_key_order(const void *a, const void *b);


static const yajl_callbacks  policy_callbacks = {
    policy_on_null,
    policy_on_bool,
    NULL,
    NULL,
    policy_on_number,
    policy_on_string,
    policy_on_object,
    policy_on_key,
    policy_on_object_end,
    policy_on_array,
    policy_on_close
};


policy_status_t
policy_json_parse(const char *text, size_t len, policy_arena_t *arena,
    policy_node_t **root, policy_errors_t *errors)
{
    uint32_t         before;
    yajl_status      rc;
    policy_parser_t  parser;

    *root = NULL;
    before = errors->count;

    memset(&parser, 0, sizeof(parser));
    parser.arena = arena;
    parser.errors = errors;
    policy_cursor_init(&parser.cursor, text, len);

    if (len > POLICY_MAX_TEXT) {
        policy_error_at(errors, (policy_place_t) { 0, 0 }, "the file is "
                        "larger than %u bytes", POLICY_MAX_TEXT);
        return POLICY_INVALID;
    }

    if (policy_json_scan(text, len, errors) != POLICY_OK) {
        return POLICY_INVALID;
    }

    parser.yajl = yajl_alloc(&policy_callbacks, NULL, &parser);
    if (parser.yajl == NULL) {
        return POLICY_NO_MEMORY;
    }

    (void) yajl_config(parser.yajl, yajl_allow_comments, 1);

    rc = yajl_parse(parser.yajl, (const unsigned char *) text, len);
    if (rc == yajl_status_ok) {
        parser.cursor.len = len;
        rc = yajl_complete_parse(parser.yajl);
        if (rc == yajl_status_error) {
            policy_cursor_to(&parser.cursor, len);
        }
    }

    if (rc == yajl_status_error) {
        policy_parser_failed(&parser);
    }

    yajl_free(parser.yajl);

    if (parser.status == POLICY_NO_MEMORY) {
        return POLICY_NO_MEMORY;
    }

    if (rc == yajl_status_ok) {
        *root = parser.root;
    }

    return errors->count == before ? POLICY_OK : POLICY_INVALID;
}


const policy_node_t *
policy_json_member(const policy_node_t *object, const char *name)
{
    size_t                len;
    const policy_node_t  *node;

    if (object == NULL || object->type != POLICY_JSON_OBJECT) {
        return NULL;
    }

    len = strlen(name);

    for (node = object->first; node != NULL; node = node->next) {
        if (node->key.len == len && memcmp(node->key.data, name, len) == 0) {
            break;
        }
    }

    return node;
}


const char *
policy_json_type_name(policy_json_type_t type)
{
    static const char *const  names[] = {
        "null", "true or false", "a number", "a string", "an object", "a list"
    };

    return names[type];
}


static int
policy_on_null(void *ctx)
{
    return policy_parser_node(ctx, POLICY_JSON_NULL) != NULL;
}


static int
policy_on_bool(void *ctx, int truth)
{
    policy_node_t  *node;

    node = policy_parser_node(ctx, POLICY_JSON_BOOL);
    if (node == NULL) {
        return 0;
    }

    node->truth = truth != 0;

    return 1;
}


static int
policy_on_number(void *ctx, const char *text, size_t len)
{
    policy_node_t  *node;

    node = policy_parser_node(ctx, POLICY_JSON_NUMBER);

    if (node != NULL && len > POLICY_MAX_NUMBER) {
        return policy_parser_refuse(ctx, node->place,
                                    "a number of more than 32 digits");
    }

    return node != NULL
           && policy_parser_text(ctx, node->place, text, len, &node->text);
}


static int
policy_on_string(void *ctx, const unsigned char *text, size_t len)
{
    policy_node_t  *node;

    node = policy_parser_node(ctx, POLICY_JSON_STRING);

    return node != NULL
           && policy_parser_text(ctx, node->place, text, len, &node->text);
}


static int
policy_on_key(void *ctx, const unsigned char *text, size_t len)
{
    policy_parser_t  *parser;

    parser = ctx;
    policy_parser_start(parser);
    parser->key_place = parser->cursor.place;

    if (!policy_parser_text(parser, parser->key_place, text, len,
                            &parser->key))
    {
        return 0;
    }

    policy_parser_end(parser);

    return 1;
}


static int
policy_on_object(void *ctx)
{
    return policy_parser_open(ctx, POLICY_JSON_OBJECT);
}


static int
policy_on_array(void *ctx)
{
    return policy_parser_open(ctx, POLICY_JSON_ARRAY);
}


static int
policy_on_close(void *ctx)
{
    policy_parser_t  *parser;

    parser = ctx;
    policy_parser_start(parser);
    policy_parser_end(parser);
    parser->depth--;

    return 1;
}


/* Keys are compared sorted: a map of n members costs n log n, however its
   keys were chosen. */
static int
policy_on_object_end(void *ctx)
{
    uint32_t               i, n;
    policy_node_t         *node, *object;
    policy_parser_t       *parser;
    const policy_node_t  **sorted;

    parser = ctx;
    object = parser->open[parser->depth - 1];

    if (object->count > 1) {

        sorted = malloc(object->count * sizeof(*sorted));
        if (sorted == NULL) {
            parser->status = POLICY_NO_MEMORY;
            return 0;
        }

        n = 0;
        for (node = object->first; node != NULL; node = node->next) {
            sorted[n++] = node;
        }

        qsort(sorted, n, sizeof(*sorted), policy_key_order);

        for (i = 1; i < n; i++) {
            if (sorted[i]->key.len == sorted[i - 1]->key.len
                && memcmp(sorted[i]->key.data, sorted[i - 1]->key.data,
                          sorted[i]->key.len) == 0)
            {
                policy_error_at(parser->errors, sorted[i]->key_place,
                                "\"%.*s\" was given before, in line %u",
                                POLICY_SHOWN(sorted[i]->key),
                                sorted[i - 1]->key_place.line);
            }
        }

        free(sorted);
    }

    return policy_on_close(ctx);
}


static policy_node_t *
policy_parser_node(policy_parser_t *parser, policy_json_type_t type)
{
    policy_node_t  *node, *parent;

    policy_parser_start(parser);

    if (++parser->nodes > POLICY_MAX_NODES) {
        (void) policy_parser_refuse(parser, parser->cursor.place,
                                    "the file has too many values");
        return NULL;
    }

    node = policy_arena_take(parser->arena, 1, sizeof(*node));
    if (node == NULL) {
        parser->status = POLICY_NO_MEMORY;
        return NULL;
    }

    node->type = type;
    node->place = parser->cursor.place;
    node->key = parser->key;
    node->key_place = parser->key_place;

    parser->key.data = NULL;
    parser->key.len = 0;

    if (parser->depth == 0) {
        parser->root = node;

    } else {
        parent = parser->open[parser->depth - 1];
        if (parent->last == NULL) {
            parent->first = node;
        } else {
            parent->last->next = node;
        }
        parent->last = node;
        parent->count++;
    }

    policy_parser_end(parser);

    return node;
}


static int
policy_parser_open(policy_parser_t *parser, policy_json_type_t type)
{
    policy_node_t  *node;

    node = policy_parser_node(parser, type);
    if (node == NULL) {
        return 0;
    }

    if (parser->depth == POLICY_MAX_DEPTH) {
        return policy_parser_refuse(parser, node->place,
                                    "nested deeper than 32");
    }

    parser->open[parser->depth++] = node;

    return 1;
}


static bool
policy_parser_text(policy_parser_t *parser, policy_place_t place,
    const void *text, size_t len, policy_str_t *out)
{
    char  *copy;

    if (len > POLICY_MAX_STRING) {
        (void) policy_parser_refuse(parser, place, "a string of more than "
                                    "4096 bytes");
        return false;
    }

    if (len != 0 && memchr(text, '\0', len) != NULL) {
        (void) policy_parser_refuse(parser, place, "a NUL byte");
        return false;
    }

    copy = policy_arena_take(parser->arena, len + 1, 1);
    if (copy == NULL) {
        parser->status = POLICY_NO_MEMORY;
        return false;
    }

    if (len != 0) {
        memcpy(copy, text, len);
    }

    out->data = copy;
    out->len = len;

    return true;
}


/* Moves over blanks, comments, commas and colons to the token that yajl has
   just consumed. */
static void
policy_parser_start(policy_parser_t *parser)
{
    size_t       at, len;
    const char  *text;

    text = parser->cursor.text;
    len = parser->cursor.len;
    at = parser->cursor.at;

    while (at < len) {

        if (strchr(" \t\r\n,:", text[at]) != NULL) {
            at++;

        } else if (text[at] == '/' && at + 1 < len && text[at + 1] == '/') {
            while (at < len && text[at] != '\n') {
                at++;
            }

        } else if (text[at] == '/' && at + 1 < len && text[at + 1] == '*') {
            at += 2;
            while (at + 1 < len && (text[at] != '*' || text[at + 1] != '/')) {
                at++;
            }
            at += 2;

        } else {
            break;
        }
    }

    policy_cursor_to(&parser->cursor, at);
}


static void
policy_parser_end(policy_parser_t *parser)
{
    policy_cursor_to(&parser->cursor, yajl_get_bytes_consumed(parser->yajl));
}


static int
policy_parser_refuse(policy_parser_t *parser, policy_place_t place,
    const char *text)
{
    policy_error_at(parser->errors, place, "%s", text);

    return 0;
}


static void
policy_parser_failed(policy_parser_t *parser)
{
    char            shown[160];
    size_t          len, at;
    unsigned char  *text;

    at = yajl_get_bytes_consumed(parser->yajl);
    if (at > parser->cursor.at) {
        policy_cursor_to(&parser->cursor, at - 1);
    }

    text = yajl_get_error(parser->yajl, 0, NULL, 0);
    if (text == NULL) {
        parser->status = POLICY_NO_MEMORY;
        return;
    }

    for (len = 0; len < sizeof(shown) - 1 && text[len] != '\0'
                  && text[len] != '\n'; len++)
    {
        shown[len] = (char) text[len];
    }
    shown[len] = '\0';

    yajl_free_error(parser->yajl, text);
    policy_error_at(parser->errors, parser->cursor.place, "%s", shown);
}


static int
policy_key_order(const void *a, const void *b)
{
    int                   order;
    const policy_node_t  *x, *y;

    x = *(const policy_node_t *const *) a;
    y = *(const policy_node_t *const *) b;

    if (x->key.len != y->key.len) {
        return x->key.len < y->key.len ? -1 : 1;
    }

    order = memcmp(x->key.data, y->key.data, x->key.len);
    if (order != 0) {
        return order;
    }

    if (x->key_place.line != y->key_place.line) {
        return x->key_place.line < y->key_place.line ? -1 : 1;
    }

    return x->key_place.column < y->key_place.column ? -1 : 1;
}
