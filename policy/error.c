/*
 * Collecting errors.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <policy/error_int.h>


static int policy_error_order(const void *a, const void *b);
static void policy_error_clean(char *text, size_t size);


void
policy_error_at(policy_errors_t *errors, policy_place_t place,
    const char *format, ...)
{
    va_list          args;
    policy_error_t  *error;

    if (policy_error_wanted(errors)) {
        error = &errors->items[errors->count];
        error->line = place.line;
        error->column = place.column;

        va_start(args, format);
        (void) vsnprintf(error->text, sizeof(error->text), format, args);
        va_end(args);

        policy_error_clean(error->text, sizeof(error->text));
    }

    errors->count++;
}


bool
policy_error_wanted(const policy_errors_t *errors)
{
    return errors->count < errors->capacity;
}


void
policy_errors_sort(policy_errors_t *errors)
{
    uint32_t  kept;

    kept = errors->count < errors->capacity ? errors->count
                                            : errors->capacity;
    if (kept > 1) {
        qsort(errors->items, kept, sizeof(errors->items[0]),
              policy_error_order);
    }
}


bool
policy_error_has(const policy_errors_t *errors, policy_place_t place)
{
    uint32_t  i;

    for (i = 0; i < errors->count && i < errors->capacity; i++) {
        if (errors->items[i].line == place.line
            && errors->items[i].column == place.column)
        {
            return true;
        }
    }

    return false;
}


static int
policy_error_order(const void *a, const void *b)
{
    const policy_error_t  *x, *y;

    x = a;
    y = b;

    if (x->line != y->line) {
        return x->line < y->line ? -1 : 1;
    }

    return x->column < y->column ? -1 : x->column > y->column;
}


/* Names come from the file: they must not steer a terminal, nor leave half a
   character at the end of a message that was cut. */
static void
policy_error_clean(char *text, size_t size)
{
    size_t         i, tail, need;
    unsigned char  c;

    for (i = 0; text[i] != '\0'; i++) {
        c = (unsigned char) text[i];
        if (c < 0x20 || c == 0x7f) {
            text[i] = '?';
        }
    }

    if (i + 1 < size) {
        return;
    }

    tail = 0;
    while (tail < 3 && tail < i
           && ((unsigned char) text[i - 1 - tail] & 0xc0) == 0x80)
    {
        tail++;
    }

    if (tail == i) {
        return;
    }

    c = (unsigned char) text[i - 1 - tail];
    need = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

    if (need > tail) {
        text[i - 1 - tail] = '\0';
    }
}
