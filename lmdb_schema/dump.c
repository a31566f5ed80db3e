/* The store as text. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb_schema/dump_int.h>
#include <lmdb_schema/lmdb_int.h>


/* Every byte of a value as three, names of fields, and some room. */
#define LINE_LEN  (3 * STORE_LIMIT_VALUE + 4096)


typedef struct {
    char          *line;
    size_t         len;
    store_line_pt  out;
    void          *data;
    uint64_t       lines;
} dump_t;


static store_status_t dump_pair(dump_t *dump, store_slice_t key,
    store_slice_t value);
static store_status_t dump_record(dump_t *dump, store_record_t record,
    store_slice_t key, store_slice_t value);
static void add_field(dump_t *dump, const store_field_t *field,
    const void *record);
static void add_rest(dump_t *dump, store_record_t record,
    const store_any_t *any);
static void add(dump_t *dump, const char *text);
static void add_hex(dump_t *dump, const uint8_t *data, size_t len);
static void add_text(dump_t *dump, store_slice_t text);
static bool emit(dump_t *dump);


store_status_t
store_dump(store_txn_t *txn, store_line_pt line, void *data)
{
    char            number[64];
    dump_t          dump = { NULL, 0, line, data, 0 };
    store_walk_t    walk;
    store_slice_t   key, value;
    store_status_t  rc;

    dump.line = malloc(LINE_LEN);

    if (dump.line == NULL) {
        return STORE_NO_MEMORY;
    }

    (void) snprintf(number, sizeof(number), STORE_DUMP_HEAD " %u",
                    (unsigned) STORE_SCHEMA_VERSION);
    add(&dump, number);
    rc = emit(&dump) ? STORE_OK : STORE_IO;
    dump.lines = 0;

    store_walk_all(&walk);

    while (rc == STORE_OK) {
        rc = store_walk_next(store_txn_view(txn), &walk, &key, &value);

        if (rc == STORE_OK) {
            rc = dump_pair(&dump, key, value);
        }
    }

    if (rc == STORE_NOT_FOUND) {
        (void) snprintf(number, sizeof(number), STORE_DUMP_END " %llu",
                        (unsigned long long) dump.lines);
        add(&dump, number);
        rc = emit(&dump) ? STORE_OK : STORE_IO;
    }

    free(dump.line);

    return rc;
}


static store_status_t
dump_pair(dump_t *dump, store_slice_t key, store_slice_t value)
{
    store_record_t  record;

    if (store_key_derived(key.data[0])) {
        return STORE_OK;
    }

    record = store_record_of(key.data[0]);

    if (record != STORE_IS_end) {
        return dump_record(dump, record, key, value);
    }

    if (value.len > STORE_LIMIT_VALUE) {
        return STORE_CORRUPT;
    }

    if (key.data[0] == STORE_KEY_META
        && key.len == 1 + strlen(STORE_META_SCHEMA)
        && memcmp(key.data + 1, STORE_META_SCHEMA, key.len - 1) == 0)
    {
        return STORE_OK;
    }

    add(dump, STORE_DUMP_ROW " ");
    add_hex(dump, key.data, key.len);
    add(dump, " ");
    add_hex(dump, value.data, value.len);

    return emit(dump) ? STORE_OK : STORE_IO;
}


static store_status_t
dump_record(dump_t *dump, store_record_t record, store_slice_t key,
    store_slice_t value)
{
    size_t                 i;
    store_any_t            any;
    store_key_t            primary;
    store_status_t         rc;
    const store_schema_t  *schema = store_schema(record);

    rc = store_decode(record, value, &any);

    if (rc != STORE_OK) {
        return rc;
    }

    store_primary(record, &any, &primary);

    if (!store_key_good(&primary) || primary.len != key.len
        || memcmp(primary.data, key.data, key.len) != 0)
    {
        return STORE_CORRUPT;
    }

    add(dump, schema->name);

    for (i = 0; i < schema->nfields; i++) {
        add_field(dump, &schema->fields[i], &any);
    }

    add_rest(dump, record, &any);

    return emit(dump) ? STORE_OK : STORE_IO;
}


static void
add_field(dump_t *dump, const store_field_t *field, const void *record)
{
    char            number[32];
    uint8_t         u8;
    uint32_t        u32;
    uint64_t        number64;
    const void     *from = (const char *) record + field->offset;
    store_slice_t   slice;

    number64 = 0;
    memset(&slice, 0, sizeof(slice));

    switch (field->type) {

    case STORE_TYPE_U8:
        memcpy(&u8, from, sizeof(u8));
        number64 = u8;
        break;

    case STORE_TYPE_U32:
        memcpy(&u32, from, sizeof(u32));
        number64 = u32;
        break;

    case STORE_TYPE_U64:
        memcpy(&number64, from, sizeof(number64));
        break;

    case STORE_TYPE_ID:
        slice.data = from;
        slice.len = store_id_none(from) ? 0 : STORE_ID_LEN;
        break;

    case STORE_TYPE_TEXT:
    case STORE_TYPE_BYTES:
        memcpy(&slice, from, sizeof(slice));
        break;
    }

    if (number64 == 0 && slice.len == 0) {
        return;
    }

    add(dump, " ");
    add(dump, field->name);
    add(dump, "=");

    if (field->type == STORE_TYPE_TEXT) {
        add_text(dump, slice);

    } else if (slice.len != 0) {
        add_hex(dump, slice.data, slice.len);

    } else {
        (void) snprintf(number, sizeof(number), "%llu",
                        (unsigned long long) number64);
        add(dump, number);
    }
}


/* Fields of a newer version, as they are. */

static void
add_rest(dump_t *dump, store_record_t record, const store_any_t *any)
{
    uint8_t                bytes[STORE_LIMIT_VALUE];
    store_any_t            alone;
    store_slice_t          rest;
    const store_schema_t  *schema = store_schema(record);

    memcpy(&rest, (const char *) any + schema->rest, sizeof(rest));

    if (rest.len == 0) {
        return;
    }

    memset(&alone, 0, sizeof(alone));
    memcpy((char *) &alone + schema->rest, &rest, sizeof(rest));

    rest.data = bytes + 1;
    rest.len = store_encode(record, &alone, bytes) - 1;

    add(dump, " " STORE_DUMP_REST "=");
    add_hex(dump, rest.data, rest.len);
}


static void
add(dump_t *dump, const char *text)
{
    size_t  len = strlen(text);

    memcpy(dump->line + dump->len, text, len);
    dump->len += len;
}


static void
add_hex(dump_t *dump, const uint8_t *data, size_t len)
{
    size_t  i;

    static const char  digits[] = "0123456789abcdef";

    for (i = 0; i < len; i++) {
        dump->line[dump->len++] = digits[data[i] >> 4];
        dump->line[dump->len++] = digits[data[i] & 15];
    }
}


static void
add_text(dump_t *dump, store_slice_t text)
{
    size_t   i;
    uint8_t  c;

    for (i = 0; i < text.len; i++) {
        c = text.data[i];

        if (c <= 0x20 || c == 0x7f || c == '%') {
            dump->line[dump->len++] = '%';
            add_hex(dump, &c, 1);
        } else {
            dump->line[dump->len++] = (char) c;
        }
    }
}


static bool
emit(dump_t *dump)
{
    bool  good;

    dump->line[dump->len++] = '\n';
    good = dump->out(dump->data, dump->line, dump->len);
    dump->len = 0;
    dump->lines++;

    return good;
}
