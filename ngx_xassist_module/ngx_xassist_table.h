/*
 * Lists of records as JSON, CSV or one JSON object a line (NDJSON): columns
 * are declared, rows are written as they are visited.
 */

#ifndef NGX_XASSIST_TABLE_H
#define NGX_XASSIST_TABLE_H

#include "ngx_xassist_api_route.h"

#pragma GCC visibility push(hidden)

typedef enum {
    NGX_XASSIST_COLUMN_ID = 0,
    NGX_XASSIST_COLUMN_USER,           /* id, and NAME_name beside it */
    NGX_XASSIST_COLUMN_TEXT,
    NGX_XASSIST_COLUMN_TIME,
    NGX_XASSIST_COLUMN_SECONDS,        /* of milliseconds */
    NGX_XASSIST_COLUMN_COUNT,
    NGX_XASSIST_COLUMN_WORD            /* of a u8, by `words` */
} ngx_xassist_column_type_t;


typedef struct {
    const char                 *name;  /* NULL: the end */
    ngx_xassist_column_type_t   type;
    size_t                      offset;
    const char * const         *words;
} ngx_xassist_column_t;


typedef struct {
    ngx_xassist_api_t           *api;
    const char                  *name; /* of the list, in JSON */
    const ngx_xassist_column_t  *columns;
    ngx_uint_t                   format;
    ngx_uint_t                   limit;
    uint64_t                     from;
    ngx_uint_t                   rows;
    ngx_uint_t                   more;
    ngx_array_t                  text; /* u_char; CSV and NDJSON */
    unsigned                     failed:1;
} ngx_xassist_table_t;


/* Reads ?format=json|csv|ndjson, ?limit= and ?from=, and begins. */
ngx_xassist_reason_t ngx_xassist_table_open(ngx_xassist_table_t *table,
    ngx_xassist_api_t *api, const char *name,
    const ngx_xassist_column_t *columns);

/* Adds a row; false when there is no room for more of them. */
bool ngx_xassist_table_row(ngx_xassist_table_t *table, const void *record);

/* Members of one record, into the API's JSON; within a read. */
void ngx_xassist_table_members(ngx_xassist_api_t *api,
    const ngx_xassist_column_t *columns, const void *record);

/* Ends it; CSV and NDJSON are sent. */
ngx_xassist_reason_t ngx_xassist_table_close(ngx_xassist_table_t *table);

#pragma GCC visibility pop

#endif /* NGX_XASSIST_TABLE_H */
