/* Options of a command, and complaints. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <xassistctl/args.h>


static const ctl_arg_t *find(const ctl_arg_t *table, const char *word,
    const char **value);


int
ctl_args(int argc, char **argv, const ctl_arg_t *table, int min, int max)
{
    int               i, n;
    bool              words;
    const char       *value;
    const ctl_arg_t  *arg;

    n = 0;
    words = false;

    for (i = 0; i < argc; i++) {

        if (words || argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[n++] = argv[i];
            continue;
        }

        if (strcmp(argv[i], "--") == 0) {
            words = true;
            continue;
        }

        arg = find(table, argv[i], &value);

        if (arg == NULL) {
            ctl_complain("unknown option \"%s\"", argv[i]);
            return -1;
        }

        if (arg->flag != NULL) {
            if (value != NULL) {
                ctl_complain("%s takes no value", arg->name);
                return -1;
            }

            *arg->flag = true;
            continue;
        }

        if (*arg->value != NULL) {
            ctl_complain("%s is given twice", arg->name);
            return -1;
        }

        if (value == NULL) {
            if (++i == argc) {
                ctl_complain("%s needs a value", arg->name);
                return -1;
            }

            value = argv[i];
        }

        *arg->value = value;
    }

    if (n < min) {
        ctl_complain("a word is missing");
        return -1;
    }

    if (n > max) {
        ctl_complain("\"%s\" is one word too many", argv[max]);
        return -1;
    }

    return n;
}


void
ctl_complain(const char *format, ...)
{
    va_list  args;

    (void) fputs("xassistctl: ", stderr);

    va_start(args, format);
    (void) vfprintf(stderr, format, args);
    va_end(args);

    (void) fputc('\n', stderr);
}


static const ctl_arg_t *
find(const ctl_arg_t *table, const char *word, const char **value)
{
    size_t  len;

    *value = NULL;

    for ( /* void */ ; table != NULL && table->name != NULL; table++) {
        len = strlen(table->name);

        if (strncmp(word, table->name, len) != 0) {
            continue;
        }

        if (word[len] == '\0') {
            return table;
        }

        if (word[len] == '=') {
            *value = word + len + 1;
            return table;
        }
    }

    return NULL;
}
