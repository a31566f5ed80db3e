/* store dump and load: the store as text. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <lmdb_schema/tools.h>

#include <xassistctl/args.h>
#include <xassistctl/open.h>
#include <xassistctl/print.h>
#include <xassistctl/progress.h>
#include <xassistctl/store_command.h>


#define STEP  40                       /* milliseconds of one commit */


typedef struct {
    ctl_progress_t  progress;
    uint64_t        lines;
    bool            json;
} dump_t;


static bool write_line(void *data, const char *line, size_t len);
static bool write_object(char *line, char *end);
static size_t unescape(char *text);
static int load_from(ctl_store_t *store, FILE *file, uint64_t *lines);
static void show(void *data, uint64_t done, uint64_t total);
static int load_lines(store_load_t *load, FILE *file, uint64_t *lines,
    ctl_progress_t *progress);
static int complain_line(store_status_t status, uint64_t line,
    const store_error_t *error);


int
ctl_store_dump(const ctl_options_t *options, int argc, char **argv)
{
    int             rc;
    dump_t          dump;
    ctl_store_t     store;
    store_stat_t    stat;
    store_status_t  status;

    if (ctl_args(argc, argv, NULL, 0, 0) == -1) {
        return CTL_USAGE;
    }

    rc = ctl_store_open(options, true, &store);

    if (rc != CTL_OK) {
        return rc;
    }

    memset(&dump, 0, sizeof(dump));
    dump.json = options->json;
    status = store_stat(store.env, &stat);

    if (status == STORE_OK) {
        ctl_progress_begin(&dump.progress, "dumped records", 0);
        status = store_dump(store.txn, write_line, &dump);
        ctl_progress_end(&dump.progress);
    }

    ctl_store_close(&store);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        ctl_complain("stdout cannot be written");
        return CTL_FAILURE;
    }

    return ctl_found(status, "store", options->store);
}


static bool
write_line(void *data, const char *line, size_t len)
{
    bool     written;
    char    *copy;
    dump_t  *dump = data;

    ctl_progress(&dump->progress, ++dump->lines);

    if (!dump->json) {
        return fwrite(line, 1, len, stdout) == len;
    }

    copy = malloc(len + 1);

    if (copy == NULL) {
        return false;
    }

    memcpy(copy, line, len);
    copy[len] = '\0';
    written = write_object(copy, copy + len - 1);
    free(copy);

    return written;
}


/* The line's words as members; the few without a name get one here. */

static bool
write_object(char *line, char *end)
{
    bool           row;
    char          *word, *value;
    ctl_print_t    out;
    store_slice_t  text;

    *end = '\0';
    word = strtok_r(line, " ", &line);

    if (word == NULL) {
        return true;
    }

    row = strcmp(word, "row") == 0;

    ctl_print_begin(&out, true, NULL);
    ctl_print_word(&out, "record", word);

    while ((word = strtok_r(NULL, " ", &line)) != NULL) {
        value = strchr(word, '=');

        if (value == NULL) {
            ctl_print_word(&out, row ? "key" : "value", word);
            row = false;
            continue;
        }

        *value++ = '\0';
        text.data = (const uint8_t *) value;
        text.len = unescape(value);
        ctl_print_text(&out, word, text);
    }

    return ctl_print_end(&out) == CTL_OK;
}


/* %XX as the byte it stands for, in place; the length that is left. */

static size_t
unescape(char *text)
{
    char      *to = text;
    unsigned   byte;

    for (const char *p = text; *p != '\0'; to++) {

        if (*p == '%' && sscanf(p + 1, "%2x", &byte) == 1) {
            *to = (char) byte;
            p += 3;

        } else {
            *to = *p++;
        }
    }

    return (size_t) (to - text);
}


int
ctl_store_load(const ctl_options_t *options, int argc, char **argv)
{
    int           rc, n;
    FILE         *file;
    uint64_t      lines;
    const char   *owner = NULL;
    ctl_print_t   out;
    ctl_store_t   store;

    const ctl_arg_t  args[] = {
        { "--owner", &owner, NULL },
        { NULL, NULL, NULL }
    };

    n = ctl_args(argc, argv, args, 0, 1);

    if (n == -1) {
        return CTL_USAGE;
    }

    file = n == 1 ? fopen(argv[0], "re") : stdin;

    if (file == NULL) {
        ctl_complain("\"%s\": %s", argv[0], strerror(errno));
        return CTL_FAILURE;
    }

    rc = ctl_store_create(options, owner, &store);

    if (rc == CTL_OK) {
        lines = 0;
        rc = load_from(&store, file, &lines);
        ctl_store_close(&store);
    }

    if (file != stdin) {
        (void) fclose(file);
    }

    if (rc != CTL_OK) {
        return rc;
    }

    ctl_print_begin(&out, options->json, NULL);
    ctl_print_word(&out, "store", options->store);
    ctl_print_number(&out, "lines", lines);

    return ctl_print_end(&out);
}


static int
load_from(ctl_store_t *store, FILE *file, uint64_t *lines)
{
    int              rc;
    struct stat      st;
    store_load_t    *load;
    store_error_t    error;
    store_status_t   status;
    ctl_progress_t   progress;

    store_read_reset(store->txn);
    status = store_load_new(store->env, &load, &error);

    if (status == STORE_EXISTS) {
        ctl_complain("the store is not empty; it is not written over");
        return CTL_NO;
    }

    if (status != STORE_OK) {
        return complain_line(status, 0, &error);
    }

    ctl_progress_begin(&progress, "loaded",
                       fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode)
                       ? (uint64_t) st.st_size : 0);

    rc = load_lines(load, file, lines, &progress);
    ctl_progress_end(&progress);

    if (rc == CTL_OK) {
        ctl_progress_begin(&progress, "put index keys", 0);
        status = store_load_end(load, show, &progress, &error);
        ctl_progress_end(&progress);
        rc = status == STORE_OK ? CTL_OK
                                : complain_line(status, *lines, &error);
    }

    store_load_free(load);

    return rc;
}


static void
show(void *data, uint64_t done, uint64_t total)
{
    ctl_progress_t  *progress = data;

    progress->total = total;
    ctl_progress(progress, done);
}


/* The writer's lock is given up often: a worker that has the store open must
   not wait long for it. */

static int
load_lines(store_load_t *load, FILE *file, uint64_t *lines,
    ctl_progress_t *progress)
{
    char            *line = NULL;
    size_t           room = 0;
    ssize_t          len;
    uint64_t         begun, now, bytes;
    store_error_t    error;
    store_status_t   status;

    begun = ctl_progress_clock();
    bytes = 0;
    status = STORE_OK;
    error.text[0] = '\0';

    while (status == STORE_OK && (len = getline(&line, &room, file)) > 0) {

        (*lines)++;
        bytes += (uint64_t) len;
        status = store_load_line(load, line, (size_t) len, &error);

        if (status != STORE_OK || (*lines & 63) != 0) {
            continue;
        }

        now = ctl_progress_clock();

        if (now - begun >= STEP) {
            begun = now;
            status = store_load_commit(load);
        }

        if (progress->total == 0) {
            ctl_progress(progress, *lines);
        } else {
            ctl_progress(progress, bytes & ~UINT64_C(255));
        }
    }

    free(line);

    if (status == STORE_OK && ferror(file)) {
        ctl_complain("the dump cannot be read");
        return CTL_FAILURE;
    }

    return status == STORE_OK ? CTL_OK
                              : complain_line(status, *lines, &error);
}


static int
complain_line(store_status_t status, uint64_t line,
    const store_error_t *error)
{
    ctl_complain("line %llu: %s", (unsigned long long) line,
                 error->text[0] ? error->text : store_status_text(status));

    return CTL_FAILURE;
}
