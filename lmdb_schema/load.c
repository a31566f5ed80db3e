/* The store from its text form. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/dump_int.h>
#include <lmdb_schema/lmdb_int.h>


static store_status_t take_head(store_slice_t rest, store_error_t *error);
static store_status_t take_end(store_load_t *load, store_slice_t rest,
    store_error_t *error);
static store_status_t take_row(store_load_t *load, store_slice_t rest,
    store_error_t *error);
static store_status_t take_record(store_load_t *load, store_slice_t word,
    store_slice_t rest, store_error_t *error);
static store_status_t said(store_status_t status, store_error_t *error);
static const store_schema_t *schema_of(store_slice_t word);
static store_status_t take_member(store_load_t *load,
    const store_schema_t *schema, store_slice_t word, uint64_t *seen,
    store_any_t *any, store_error_t *error);
static bool take_value(store_load_t *load, const store_field_t *field,
    store_slice_t text, void *to);
static bool take_rest(const store_schema_t *schema, store_slice_t bytes,
    store_load_t *load, store_any_t *any);
static store_status_t refuse(store_error_t *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));


store_status_t
store_load_new(store_env_t *env, store_load_t **out, store_error_t *error)
{
    store_load_t    *load;
    store_stat_t     stat;
    store_status_t   rc;

    *out = NULL;
    error->text[0] = '\0';
    rc = store_stat(env, &stat);

    if (rc == STORE_OK && stat.entries > 1) {
        (void) refuse(error, "the store is not empty");
        rc = STORE_EXISTS;
    }

    if (rc != STORE_OK) {
        return rc;
    }

    load = calloc(1, sizeof(*load));

    if (load == NULL) {
        return STORE_NO_MEMORY;
    }

    load->env = env;
    rc = store_load_sorter(load);

    if (rc == STORE_OK) {
        rc = store_load_begin(load);
    }

    if (rc == STORE_OK) {
        store_schema_loading(load->view, true);
        rc = store_load_commit(load);
    }

    if (rc == STORE_OK) {
        rc = store_loading_begin(load->folder);
    }

    if (rc == STORE_OK) {
        load->hurried = true;
        rc = store_env_hurry(env, true);
    }

    if (rc != STORE_OK) {
        store_load_free(load);
        return rc;
    }

    *out = load;

    return STORE_OK;
}


void
store_load_free(store_load_t *load)
{
    if (load == NULL) {
        return;
    }

    if (load->view != NULL) {
        store_write_abort(load->env);
    }

    if (load->hurried) {
        (void) store_env_hurry(load->env, false);
    }

    store_sorter_free(load->index);
    free(load->folder);
    free(load);
}


store_status_t
store_load_commit(store_load_t *load)
{
    if (load->view == NULL) {
        return STORE_OK;
    }

    load->view = NULL;

    return store_write_commit(load->env);
}


store_status_t
store_load_end(store_load_t *load,
    void (*progress)(void *data, uint64_t done, uint64_t total), void *data,
    store_error_t *error)
{
    store_status_t  rc;

    error->text[0] = '\0';

    if (load->state != LOAD_END) {
        (void) refuse(error, "the line \"end\" is missing: the text was cut "
                      "short");
        return STORE_INVALID;
    }

    rc = store_load_index(load, progress, data);

    /* all of it is durable before the store says that it is whole */

    if (rc == STORE_OK) {
        load->hurried = false;
        rc = store_env_hurry(load->env, false);
    }

    if (rc == STORE_OK) {
        rc = store_load_begin(load);
    }

    if (rc == STORE_OK) {
        store_schema_loading(load->view, false);
        rc = store_load_commit(load);
    }

    return rc == STORE_OK ? store_loading_end(load->folder) : rc;
}


store_status_t
store_load_line(store_load_t *load, const char *line, size_t len,
    store_error_t *error)
{
    store_slice_t   word, rest;
    store_status_t  rc;

    error->text[0] = '\0';
    rest.data = (const uint8_t *) line;
    rest.len = len > 0 && line[len - 1] == '\n' ? len - 1 : len;

    if (!store_load_word(&rest, &word)) {
        return refuse(error, "an empty line");
    }

    if (load->state == LOAD_HEAD) {
        if (!store_load_is(word, STORE_DUMP_HEAD)) {
            return refuse(error, "this is no dump of a store");
        }

        load->state = LOAD_BODY;

        return take_head(rest, error);
    }

    if (load->state == LOAD_END) {
        return refuse(error, "a line after \"end\"");
    }

    rc = store_load_begin(load);

    if (rc != STORE_OK) {
        return rc;
    }

    if (store_load_is(word, STORE_DUMP_END)) {
        return take_end(load, rest, error);
    }

    rc = store_load_is(word, STORE_DUMP_ROW)
         ? take_row(load, rest, error)
         : take_record(load, word, rest, error);

    load->lines += rc == STORE_OK;
    store_arena_reset(load->view->arena);

    return rc;
}


store_status_t
store_load_begin(store_load_t *load)
{
    return load->view != NULL ? load->view->status
                              : store_write_begin(load->env, &load->view);
}


static store_status_t
take_head(store_slice_t rest, store_error_t *error)
{
    uint64_t       version;
    store_slice_t  word;

    if (!store_load_word(&rest, &word) || rest.len != 0
        || !store_load_number(word, UINT32_MAX, &version) || version == 0)
    {
        return refuse(error, "the first line has no version");
    }

    if (version > STORE_SCHEMA_VERSION) {
        (void) refuse(error, "it was written by a newer version: update this "
                      "program");
        return STORE_NEWER;
    }

    return STORE_OK;
}


static store_status_t
take_end(store_load_t *load, store_slice_t rest, store_error_t *error)
{
    uint64_t       lines;
    store_slice_t  word;

    if (!store_load_word(&rest, &word) || rest.len != 0
        || !store_load_number(word, UINT64_MAX, &lines) || lines != load->lines)
    {
        return refuse(error, "\"end\" does not count %llu lines",
                      (unsigned long long) load->lines);
    }

    load->state = LOAD_END;

    return STORE_OK;
}


static store_status_t
take_row(store_load_t *load, store_slice_t rest, store_error_t *error)
{
    store_slice_t  name, bytes, value;

    if (!store_load_word(&rest, &name)
        || !store_load_bytes(load->view->arena, name, &bytes)
        || bytes.len == 0 || bytes.len > STORE_LIMIT_KEY
        || rest.len > 2 * STORE_LIMIT_VALUE
        || !store_load_bytes(load->view->arena, rest, &value))
    {
        return refuse(error, "this row is not well-formed");
    }

    if (store_key_derived(bytes.data[0])
        || store_record_of(bytes.data[0]) != STORE_IS_end)
    {
        return refuse(error, "a row may not stand for a record");
    }

    return said(store_load_put(load, bytes, value), error);
}


static store_status_t
take_record(store_load_t *load, store_slice_t word, store_slice_t rest,
    store_error_t *error)
{
    uint64_t               seen;
    store_any_t            any;
    store_key_t            key;
    store_slice_t          member;
    store_status_t         rc;
    const store_schema_t  *schema = schema_of(word);

    if (schema == NULL) {
        return refuse(error, "\"%.*s\" is no kind of record",
                      (int) (word.len < 64 ? word.len : 64),
                      (const char *) word.data);
    }

    memset(&any, 0, sizeof(any));
    seen = 0;

    while (store_load_word(&rest, &member)) {
        rc = take_member(load, schema, member, &seen, &any, error);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    store_primary((store_record_t) schema->number, &any, &key);

    if (!store_key_good(&key) || (seen & 1) == 0
        || store_encoded_size((store_record_t) schema->number, &any) == 0)
    {
        return refuse(error, "this %s has no key, or is too large",
                      schema->name);
    }

    return said(store_load_record(load, (store_record_t) schema->number,
                                  &any, &key), error);
}


static store_status_t
said(store_status_t status, store_error_t *error)
{
    return status == STORE_EXISTS ? refuse(error, "it has the key of another")
                                  : status;
}


static const store_schema_t *
schema_of(store_slice_t word)
{
    unsigned               n;
    const store_schema_t  *schema;

    for (n = 1; n < STORE_IS_end; n++) {
        schema = store_schema((store_record_t) n);

        if (schema != NULL && store_load_is(word, schema->name)) {
            return schema;
        }
    }

    return NULL;
}


static store_status_t
take_member(store_load_t *load, const store_schema_t *schema,
    store_slice_t word, uint64_t *seen, store_any_t *any,
    store_error_t *error)
{
    size_t          i;
    uint64_t        bit;
    const uint8_t  *equals;
    store_slice_t   name, value;

    equals = memchr(word.data, '=', word.len);

    if (equals == NULL) {
        return refuse(error, "a member is NAME=VALUE");
    }

    name.data = word.data;
    name.len = (size_t) (equals - word.data);
    value.data = equals + 1;
    value.len = word.len - name.len - 1;

    if (store_load_is(name, STORE_DUMP_REST)) {
        return take_rest(schema, value, load, any)
               ? STORE_OK : refuse(error, "\"rest\" holds no fields");
    }

    for (i = 0; i < schema->nfields; i++) {
        if (store_load_is(name, schema->fields[i].name)) {
            break;
        }
    }

    bit = UINT64_C(1) << i;

    if (i == schema->nfields || (*seen & bit)) {
        return refuse(error, "\"%.*s\" is no member of %s, or comes twice",
                      (int) (name.len < 64 ? name.len : 64),
                      (const char *) name.data, schema->name);
    }

    *seen |= bit;

    if (!take_value(load, &schema->fields[i], value,
                    (char *) any + schema->fields[i].offset))
    {
        return refuse(error, "the value of \"%s\" is not right",
                      schema->fields[i].name);
    }

    return STORE_OK;
}


static bool
take_value(store_load_t *load, const store_field_t *field,
    store_slice_t text, void *to)
{
    uint8_t         u8;
    uint32_t        u32;
    uint64_t        number;
    store_arena_t  *arena = load->view->arena;
    store_slice_t   slice;

    switch (field->type) {

    case STORE_TYPE_U8:
        if (!store_load_number(text, UINT8_MAX, &number)) {
            return false;
        }
        u8 = (uint8_t) number;
        memcpy(to, &u8, sizeof(u8));
        return true;

    case STORE_TYPE_U32:
        if (!store_load_number(text, UINT32_MAX, &number)) {
            return false;
        }
        u32 = (uint32_t) number;
        memcpy(to, &u32, sizeof(u32));
        return true;

    case STORE_TYPE_U64:
        if (!store_load_number(text, UINT64_MAX, &number)) {
            return false;
        }
        memcpy(to, &number, sizeof(number));
        return true;

    case STORE_TYPE_ID:
        if (!store_load_bytes(arena, text, &slice)
            || slice.len != STORE_ID_LEN)
        {
            return false;
        }
        memcpy(to, slice.data, STORE_ID_LEN);
        return true;

    case STORE_TYPE_TEXT:
    case STORE_TYPE_BYTES:
        if (!(field->type == STORE_TYPE_TEXT
              ? store_load_text(arena, text, &slice)
              : store_load_bytes(arena, text, &slice))
            || slice.len == 0 || slice.len > STORE_LIMIT_FIELD)
        {
            return false;
        }
        memcpy(to, &slice, sizeof(slice));
        return true;
    }

    return false;
}


/* Fields that this version does not know: well-formed, and nothing else. */

static bool
take_rest(const store_schema_t *schema, store_slice_t text,
    store_load_t *load, store_any_t *any)
{
    uint8_t         value[STORE_LIMIT_VALUE];
    store_any_t     alone;
    store_slice_t   bytes, rest, whole = { value, 0 };

    if (!store_load_bytes(load->view->arena, text, &bytes) || bytes.len == 0
        || bytes.len > sizeof(value) - 1)
    {
        return false;
    }

    value[0] = schema->version;
    memcpy(value + 1, bytes.data, bytes.len);
    whole.len = bytes.len + 1;

    if (store_decode((store_record_t) schema->number, whole, &alone)
        != STORE_OK)
    {
        return false;
    }

    memcpy(&rest, (char *) &alone + schema->rest, sizeof(rest));

    if (rest.len != bytes.len) {
        return false;
    }

    memcpy((char *) any + schema->rest, &bytes, sizeof(bytes));

    return true;
}


static store_status_t
refuse(store_error_t *error, const char *format, ...)
{
    va_list  args;

    error->code = STORE_INVALID;

    va_start(args, format);
    (void) vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);

    return STORE_INVALID;
}
