/* Users as rows of a file, CSV or JSON: what is imported and exported. */

#ifndef CTL_USER_ROWS_H
#define CTL_USER_ROWS_H

#include <xassistctl/open.h>

#define CTL_ROWS_MAX     20000         /* users of one import */
#define CTL_ROWS_BYTES   (32u << 20)
#define CTL_ROWS_SHOWN   20            /* errors that are told one by one */

typedef enum {
    CTL_ROW_NAME = 0,
    CTL_ROW_DISPLAY,
    CTL_ROW_MAIL,
    CTL_ROW_ROLES,
    CTL_ROW_TEAMS,
    CTL_ROW_LICENSED,
    CTL_ROW_SUSPENDED,
    CTL_ROW_FIELDS
} ctl_row_field_t;

extern const char *const ctl_row_names[];

typedef struct {
    uint32_t      line;
    uint32_t      given;               /* bit 1 << ctl_row_field_t */
    store_slice_t fields[CTL_ROW_FIELDS];
} ctl_row_t;

typedef struct {
    const char *file;
    char       *text;                  /* of the file; rows point into it */
    char       *texts;                 /* of JSON, unescaped */
    size_t      len;
    ctl_row_t  *rows;
    size_t      n;
    uint64_t    errors;
} ctl_rows_t;

#pragma GCC visibility push(hidden)

/* Reads a file whole; CTL_NO after messages "FILE:LINE: what" when rows are
   not right, and CTL_FAILURE when it cannot be read. */
int ctl_rows_read(ctl_rows_t *rows, const char *file, bool json);
void ctl_rows_free(ctl_rows_t *rows);

/* Tells what is wrong with a line, the first so many times. */
void ctl_rows_wrong(ctl_rows_t *rows, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "yes", "true", "1" and their contraries; false: neither. */
bool ctl_rows_truth(store_slice_t text, bool *truth);

#pragma GCC visibility pop

#endif /* CTL_USER_ROWS_H */
