/*
 * A power failure at any point of a load, which is synced once, at its end:
 * until then the store is refused, or is as empty as before the load; after
 * it everything is there.  Nothing in between opens as if it were whole, and
 * nothing crashes whoever opens it.
 */

#include "recorder.h"


#define LINKS  60
#define SIZE   ((size_t) 4 << 20)

enum { REFUSED, EMPTY, WHOLE, WRONG };

typedef struct {
    char    *text;
    size_t   len;
    size_t   room;
} text_t;


static bool
keep(void *data, const char *line, size_t len)
{
    text_t  *t = data;

    if (t->len + len > t->room) {
        t->room = 2 * (t->len + len);
        t->text = realloc(t->text, t->room);
    }

    memcpy(t->text + t->len, line, len);
    t->len += len;

    return true;
}


static store_status_t
dump(store_env_t *env, text_t *out)
{
    store_txn_t     *txn;
    store_status_t   rc;

    rc = store_read_new(env, &txn);

    if (rc == STORE_OK) {
        rc = store_read_renew(txn);

        if (rc == STORE_OK) {
            rc = store_dump(txn, keep, out);
        }

        store_read_free(txn);
    }

    return rc;
}


/* What is loaded: a store in which links were redeemed. */

static void
source(text_t *text)
{
    uint32_t    i;
    torture_t   t;
    store_op_t  op;

    torture_new(&t, LINKS);

    for (i = 0; i < LINKS / 2; i++) {
        torture_redeem(&op, i, i);
        torture_must(t.env, &op);
    }

    if (dump(t.env, text) != STORE_OK) {
        torture_die("dump");
    }

    store_close(t.env);
    torture_drop(t.path);
}


static void
load(store_env_t *env, const text_t *text, uint32_t lines)
{
    uint32_t        n = 0;
    const char     *line, *next, *end = text->text + text->len;
    store_load_t   *load;
    store_error_t   error = { .text = "" };
    store_status_t  rc;

    rc = store_load_new(env, &load, &error);
    acknowledge(0);

    for (line = text->text; rc == STORE_OK && line < end; line = next) {
        next = (const char *) memchr(line, '\n', (size_t) (end - line)) + 1;
        rc = store_load_line(load, line, (size_t) (next - line), &error);

        if (rc == STORE_OK && ++n % lines == 0) {
            rc = store_load_commit(load);
        }
    }

    if (rc == STORE_OK) {
        rc = store_load_commit(load);
    }

    if (rc == STORE_OK) {
        rc = store_load_end(load, NULL, NULL, &error);
    }

    if (rc != STORE_OK) {
        (void) fprintf(stderr, "load: %s: %s\n", store_status_text(rc),
                       error.text);
        exit(2);
    }

    acknowledge(1);
    store_load_free(load);
}


/* In a process of its own, which may crash. */

static int
opened(const char *path, const text_t *text)
{
    text_t          now = { NULL, 0, 0 };
    store_env_t    *env;
    store_stat_t    stat;
    store_error_t   error;

    if (torture_open(path, false, &env, &error) != STORE_OK) {
        return REFUSED;
    }

    if (store_stat(env, &stat) != STORE_OK) {
        return WRONG;
    }

    if (stat.entries <= 1) {
        return EMPTY;
    }

    return dump(env, &now) == STORE_OK && now.len == text->len
           && memcmp(now.text, text->text, now.len) == 0
           && torture_whole(env, torture_finding) ? WHOLE : WRONG;
}


static void
look(const char *path, const uint8_t *image, size_t size, uint32_t point,
    const text_t *text, uint32_t count[WRONG + 1])
{
    int       fd, status;
    char      file[128];
    pid_t     pid;
    bool      marked = false;
    uint32_t  i, said = 0;

    for (i = 0; i < point; i++) {
        said += events[i].kind == ACKNOWLEDGED;

        /* what was taken away may be there until the folder is synced */

        if (events[i].kind == MARKED || events[i].kind == UNMARKED) {
            marked = events[i].kind == MARKED || torture_pick(2);
        }
    }

    marked = marked && said < 2;
    (void) snprintf(file, sizeof(file), "%s/loading", path);
    (void) unlink(file);

    if (marked) {
        fd = open(file, O_WRONLY|O_CREAT, 0600);
        (void) close(fd);
    }

    (void) snprintf(file, sizeof(file), "%s/data.mdb", path);
    fd = open(file, O_WRONLY|O_CREAT|O_TRUNC, 0600);

    if (fd == -1 || write(fd, image, size) != (ssize_t) size) {
        torture_die(file);
    }

    (void) close(fd);
    pid = fork();

    if (pid == 0) {
        _exit(opened(path, text));
    }

    if (pid == -1 || waitpid(pid, &status, 0) != pid) {
        torture_die("fork");
    }

    (void) snprintf(file, sizeof(file), "%s/lock.mdb", path);
    (void) unlink(file);

    if (!WIFEXITED(status) || WEXITSTATUS(status) >= WRONG) {
        torture_fail("at %u of %u: %s %d", point, nevents,
                     WIFEXITED(status) ? "opens, and is not whole:"
                                       : "crashed by signal",
                     WIFEXITED(status) ? WEXITSTATUS(status)
                                       : WTERMSIG(status));
        return;
    }

    status = WEXITSTATUS(status);
    count[status]++;

    if (said == 2 && status != WHOLE) {
        torture_fail("at %u of %u: what was loaded is gone", point, nevents);
    }

    if (said == 1 && status == EMPTY) {
        torture_fail("at %u of %u: the load is forgotten", point, nevents);
    }
}


int
main(int argc, char **argv)
{
    int             fd;
    char            file[128], path[] = "/tmp/xassist-torture-XXXXXX";
    text_t          text = { NULL, 0, 0 };
    uint8_t        *base, *image;
    uint32_t        i, k, draws, writes = 0, tried = 0;
    uint32_t        count[WRONG + 1] = { 0 };
    store_env_t    *env;
    store_error_t   error;

    torture_seed(5);
    draws = torture_rounds(argc, argv, 2, 20);
    source(&text);

    if (mkdtemp(path) == NULL
        || torture_open(path, true, &env, &error) != STORE_OK)
    {
        torture_die(path);
    }

    base = calloc(1, SIZE);
    image = malloc(SIZE);
    (void) snprintf(file, sizeof(file), "%s/data.mdb", path);
    fd = open(file, O_RDONLY);

    if (fd == -1 || read(fd, base, SIZE) <= 0) {
        torture_die(file);
    }

    (void) close(fd);
    recording = true;
    load(env, &text, 12);
    recording = false;
    store_close(env);

    for (i = 1; i <= nevents && torture_failures < 10; i++) {
        if (events[i - 1].kind != SYNC) {
            writes += events[i - 1].kind == WRITE;

            for (k = 0; k <= draws; k++) {
                build(image, base, SIZE, i, k == 0);
                look(path, image, SIZE, i, &text, count);
                tried++;
            }
        }
    }

    torture_drop(path);
    (void) printf("load: %u writes, %u orders tried: %u refused, %u empty, "
                  "%u whole, %u invariants broken\n", writes, tried,
                  count[REFUSED], count[EMPTY], count[WHOLE],
                  torture_failures);

    return torture_failures != 0;
}
