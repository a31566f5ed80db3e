/* Sorting more than fits into memory. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lmdb_schema/lmdb_int.h>
#include <lmdb_schema/sorter_int.h>


#define PATH_LEN  4096
#define CHUNK     65536
#define HEAD      3
#define MOST      (HEAD + 2 * UINT8_MAX)   /* bytes of an entry */


/*
 * An entry: lengths of key and value, strength, and both.
 *
 *     1d 0c 01 44..ab 00a1..ab
 */

typedef struct {
    off_t    at;                       /* of what is not read yet */
    off_t    end;
    uint8_t *data;
    size_t   len;
    size_t   pos;
} run_t;

struct store_sorter_s {
    const char  *folder;
    int          fd;
    off_t        end;
    uint8_t     *data;
    size_t       room;
    size_t       size;
    size_t       used;
    uint32_t    *order;                /* twice as many: sorting needs them */
    size_t       norder;
    size_t       n;
    size_t       at;
    uint64_t     count;
    run_t       *runs;
    size_t       nruns;
    uint8_t      last[MOST];
    bool         sorted;
};


static bool make_room(store_sorter_t *s);
static store_status_t least(store_sorter_t *s, size_t *from,
    const uint8_t **out);
static store_status_t head_of(store_sorter_t *s, run_t *run,
    const uint8_t **entry);
static store_status_t spill(store_sorter_t *s);
static bool open_file(store_sorter_t *s);
static store_status_t write_all(store_sorter_t *s, const uint8_t *data,
    size_t len);
static void sort(store_sorter_t *s);
static int compare_keys(const uint8_t *a, const uint8_t *b);
static size_t entry_size(const uint8_t *entry);


store_sorter_t *
store_sorter_new(const char *folder, size_t room)
{
    store_sorter_t  *s;

    s = calloc(1, sizeof(*s));

    if (s == NULL) {
        return NULL;
    }

    s->folder = folder;
    s->fd = -1;
    s->room = room < 2 * MOST ? 2 * MOST : room;

    return s;
}


void
store_sorter_free(store_sorter_t *s)
{
    size_t  i;

    if (s == NULL) {
        return;
    }

    for (i = 0; i < s->nruns; i++) {
        free(s->runs[i].data);
    }

    if (s->fd != -1) {
        (void) close(s->fd);
    }

    free(s->runs);
    free(s->order);
    free(s->data);
    free(s);
}


uint64_t
store_sorter_count(const store_sorter_t *s)
{
    return s->count;
}


store_status_t
store_sorter_add(store_sorter_t *s, store_slice_t key, store_slice_t value,
    uint8_t strength)
{
    uint8_t         *p;
    store_status_t   rc;

    if (key.len == 0 || key.len > UINT8_MAX || value.len > UINT8_MAX
        || s->sorted)
    {
        return STORE_INVALID;
    }

    if (s->used + MOST > s->room) {
        rc = spill(s);

        if (rc != STORE_OK) {
            return rc;
        }
    }

    if (!make_room(s)) {
        return STORE_NO_MEMORY;
    }

    p = s->data + s->used;
    s->order[s->n++] = (uint32_t) s->used;
    p[0] = (uint8_t) key.len;
    p[1] = (uint8_t) value.len;
    p[2] = strength;
    memcpy(p + HEAD, key.data, key.len);

    if (value.len != 0) {
        memcpy(p + HEAD + key.len, value.data, value.len);
    }

    s->used += entry_size(p);
    s->count++;

    return STORE_OK;
}


static bool
make_room(store_sorter_t *s)
{
    size_t  size;
    void   *p;

    if (s->used + MOST > s->size) {
        size = s->size ? 2 * s->size : CHUNK;
        size = size > s->room ? s->room : size;
        p = realloc(s->data, size);

        if (p == NULL) {
            return false;
        }

        s->data = p;
        s->size = size;
    }

    if (s->n == s->norder) {
        size = s->norder ? 2 * s->norder : CHUNK / 64;
        p = realloc(s->order, 2 * size * sizeof(s->order[0]));

        if (p == NULL) {
            return false;
        }

        s->order = p;
        s->norder = size;
    }

    return true;
}


store_status_t
store_sorter_next(store_sorter_t *s, store_slice_t *key,
    store_slice_t *value)
{
    bool             any;
    size_t           from;
    const uint8_t   *entry;
    store_status_t   rc;

    entry = NULL;

    if (!s->sorted) {
        sort(s);
        s->sorted = true;
    }

    for (any = false; ; any = true) {
        rc = least(s, &from, &entry);

        if (rc != STORE_OK && (rc != STORE_NOT_FOUND || !any)) {
            return rc;
        }

        if (any
            && (rc == STORE_NOT_FOUND || compare_keys(entry, s->last) != 0))
        {
            break;
        }

        if (!any || entry[2] >= s->last[2]) {
            memcpy(s->last, entry, entry_size(entry));
        }

        if (from == s->nruns) {
            s->at++;
        } else {
            s->runs[from].pos += entry_size(entry);
        }
    }

    key->data = s->last + HEAD;
    key->len = s->last[0];
    value->data = key->data + key->len;
    value->len = s->last[1];

    return STORE_OK;
}


/* Of all runs, and of what is in memory, which came last. */

static store_status_t
least(store_sorter_t *s, size_t *from, const uint8_t **out)
{
    size_t           i;
    const uint8_t   *entry;
    store_status_t   rc;

    *from = SIZE_MAX;

    for (i = 0; i < s->nruns; i++) {
        rc = head_of(s, &s->runs[i], &entry);

        if (rc == STORE_NOT_FOUND) {
            continue;
        }

        if (rc != STORE_OK) {
            return rc;
        }

        if (*from == SIZE_MAX || compare_keys(entry, *out) < 0) {
            *from = i;
            *out = entry;
        }
    }

    if (s->at < s->n) {
        entry = s->data + s->order[s->at];

        if (*from == SIZE_MAX || compare_keys(entry, *out) < 0) {
            *from = s->nruns;
            *out = entry;
        }
    }

    return *from == SIZE_MAX ? STORE_NOT_FOUND : STORE_OK;
}


static store_status_t
head_of(store_sorter_t *s, run_t *run, const uint8_t **entry)
{
    size_t   left, more;
    ssize_t  n;

    left = run->len - run->pos;

    if (left < HEAD || left < entry_size(run->data + run->pos)) {

        if (run->data == NULL) {
            run->data = malloc(CHUNK);

            if (run->data == NULL) {
                return STORE_NO_MEMORY;
            }
        }

        memmove(run->data, run->data + run->pos, left);
        run->pos = 0;
        run->len = left;

        more = (size_t) (run->end - run->at);
        more = more < CHUNK - left ? more : CHUNK - left;

        while (more != 0) {
            n = pread(s->fd, run->data + run->len, more, run->at);

            if (n <= 0) {
                return STORE_IO;
            }

            run->len += (size_t) n;
            run->at += n;
            more -= (size_t) n;
        }
    }

    *entry = run->data + run->pos;

    return run->pos < run->len ? STORE_OK : STORE_NOT_FOUND;
}


/* What is in memory becomes a run in the file. */

static store_status_t
spill(store_sorter_t *s)
{
    size_t           i;
    uint8_t         *out;
    run_t           *runs;
    store_status_t   rc;

    if (s->fd == -1 && !open_file(s)) {
        return store_lmdb_status(errno);
    }

    runs = realloc(s->runs, (s->nruns + 1) * sizeof(*runs));
    out = malloc(s->used);

    if (runs != NULL) {
        s->runs = runs;
    }

    if (runs == NULL || out == NULL) {
        free(out);
        return STORE_NO_MEMORY;
    }

    sort(s);
    s->used = 0;

    for (i = 0; i < s->n; i++) {
        memcpy(out + s->used, s->data + s->order[i],
               entry_size(s->data + s->order[i]));
        s->used += entry_size(s->data + s->order[i]);
    }

    rc = write_all(s, out, s->used);
    free(out);

    if (rc != STORE_OK) {
        return rc;
    }

    memset(&s->runs[s->nruns], 0, sizeof(run_t));
    s->runs[s->nruns].at = s->end;
    s->end += (off_t) s->used;
    s->runs[s->nruns].end = s->end;
    s->nruns++;
    s->n = s->used = 0;

    return STORE_OK;
}


static bool
open_file(store_sorter_t *s)
{
    int   n;
    char  path[PATH_LEN];

    n = snprintf(path, sizeof(path), "%s/sort-XXXXXX", s->folder);

    if (n < 0 || (size_t) n >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return false;
    }

    s->fd = mkstemp(path);

    return s->fd != -1 && unlink(path) == 0
           && fcntl(s->fd, F_SETFD, FD_CLOEXEC) == 0;
}


static store_status_t
write_all(store_sorter_t *s, const uint8_t *data, size_t len)
{
    size_t   done;
    ssize_t  n;

    for (done = 0; done < len; done += (size_t) n) {
        n = pwrite(s->fd, data + done, len - done, s->end + (off_t) done);

        if (n <= 0) {
            return n == 0 ? STORE_FULL : store_lmdb_status(errno);
        }
    }

    return STORE_OK;
}


/* From the bottom up, as the order of equal keys is to stay. */

static void
sort(store_sorter_t *s)
{
    size_t     i, at, width, middle, end, a, b;
    uint32_t  *from, *to, *swap;

    from = s->order;
    to = s->order + s->norder;

    for (width = 1; width < s->n; width *= 2) {
        for (at = 0; at < s->n; at += 2 * width) {
            middle = at + width < s->n ? at + width : s->n;
            end = at + 2 * width < s->n ? at + 2 * width : s->n;
            a = at;
            b = middle;

            for (i = at; i < end; i++) {
                to[i] = a < middle
                        && (b == end
                            || compare_keys(s->data + from[a],
                                            s->data + from[b]) <= 0)
                        ? from[a++] : from[b++];
            }
        }

        swap = from;
        from = to;
        to = swap;
    }

    if (from != s->order) {
        memcpy(s->order, from, s->n * sizeof(s->order[0]));
    }
}


static int
compare_keys(const uint8_t *a, const uint8_t *b)
{
    int  c;

    c = memcmp(a + HEAD, b + HEAD, a[0] < b[0] ? a[0] : b[0]);

    return c != 0 ? c : (a[0] > b[0]) - (a[0] < b[0]);
}


static size_t
entry_size(const uint8_t *entry)
{
    return (size_t) HEAD + entry[0] + entry[1];
}
