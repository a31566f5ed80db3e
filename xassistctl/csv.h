/*
 * Rows of CSV, as RFC 4180 has it: cells between commas, quoted where they
 * hold a comma, a quote or a line's end, quotes in them twice.
 *
 * A spreadsheet takes a cell for a formula that begins with one of "=+-@", a
 * tab or a carriage return.  Such a text is written with an apostrophe before
 * it, and so is one that begins with apostrophes and then one of these;
 * reading takes that one apostrophe away, so every text comes back as it was.
 */

#ifndef CTL_CSV_H
#define CTL_CSV_H

#include <stdio.h>

#include <lmdb_schema/store.h>

typedef struct {
    char     *text;                    /* cells are put together in place */
    size_t    len;
    size_t    at;
    uint32_t  line;                    /* where the next row begins, from 1 */
} ctl_csv_t;

#pragma GCC visibility push(hidden)

/* The next row, of at most `max` cells: how many there are, 0 at the end, -1
   with what is wrong.  An empty line is no row. */
int ctl_csv_next(ctl_csv_t *csv, store_slice_t *cells, int max,
    const char **wrong);

/* A cell; `first` begins the row. */
void ctl_csv_cell(FILE *to, store_slice_t text, bool first);
void ctl_csv_end(FILE *to);

#pragma GCC visibility pop

#endif /* CTL_CSV_H */
