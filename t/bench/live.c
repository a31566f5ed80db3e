/*
 * Many WebSockets, and how long it takes from the commit of a cause to the
 * Close frame in the client's hands.
 *
 *     live STORE PORT TARGETS [first]
 *
 * Lines of TARGETS: NAME PATH COOKIE COUNT.  With "first" the probe has the
 * processor before the crowd, if it may, as if it were elsewhere.
 *
 * Opens them all, prints "open N", then does what it reads, a line each:
 *
 *     revoke NAME SESSION   ends the session (24 hexadecimal digits) in the
 *     end NAME CALL         store, as any other process may; prints "closed
 *                           N of M" and a line with the microseconds of each
 *     post NAME PATH COOKIE the same by a POST to the edge; counted from the
 *                           moment at which it is sent
 *     meet NAME -           the same, whoever causes it; counted from now
 *     probe SECONDS         what the probe saw: requests, p50, p99, max
 *
 * The probe is a process of its own: a plain request on each of four kept
 * connections in turn, every millisecond.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <lmdb_schema/store.h>
#include <policy/policy.h>


#define AT_ONCE    256
#define PATIENCE   10000000u           /* microseconds */
#define OPENING    120000000u
#define PROBES     4
#define PROBE_MAX  1000000u

typedef struct {
    int       fd;
    unsigned  target;
    unsigned  open, closed;
    uint32_t  have;
    uint8_t   head[4];
} client_t;

typedef struct {
    char      name[64], path[128], cookie[128];
    unsigned  count, closed;
} target_t;

typedef struct {
    volatile uint32_t  n;
    uint64_t           at[PROBE_MAX];
    uint32_t           took[PROBE_MAX];
} probe_t;


static int           poller, port;
static client_t     *clients;
static target_t     *targets;
static unsigned      ntargets, nclients, nopen;
static uint32_t     *latency;
static unsigned      nlatency;
static uint64_t      committed;
static probe_t      *probe;
static store_env_t  *env;


static uint64_t
now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


static void
give_up(const char *what)
{
    (void) fprintf(stderr, "live: %s: %s\n", what, strerror(errno));
    exit(1);
}


static int
dial(void)
{
    int                 fd, one = 1;
    struct sockaddr_in  addr;

    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_port = htons((uint16_t) port);
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd == -1 || connect(fd, (struct sockaddr *) &addr, sizeof(addr)) != 0)
    {
        give_up("connect");
    }

    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

    return fd;
}


static void
shake(client_t *c)
{
    int                 n;
    char                text[1024];
    struct epoll_event  ev;
    const target_t     *t = &targets[c->target];

    n = snprintf(text, sizeof(text),
                 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                 "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Origin: http://127.0.0.1:%d\r\nCookie: %s\r\n"
                 "Sec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
                 t->path, port, port, t->cookie);

    c->fd = dial();

    if (send(c->fd, text, (size_t) n, MSG_NOSIGNAL) != n) {
        give_up("send");
    }

    ev.events = EPOLLIN;
    ev.data.ptr = c;
    (void) epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &ev);
}


static void
end_of(client_t *c)
{
    if (c->open && !c->closed && committed != 0) {
        latency[nlatency++] = (uint32_t) (now() - committed);
    }

    c->closed = 1;
    targets[c->target].closed++;

    /* The probe's process has it, too: closing alone would not stop events. */

    (void) epoll_ctl(poller, EPOLL_CTL_DEL, c->fd, NULL);
    (void) close(c->fd);
}


/* The answer first, then the server's frames; only a Close matters. */

static void
take(client_t *c)
{
    char     buf[4096], *p;
    ssize_t  n;

    n = recv(c->fd, buf, sizeof(buf) - 1, 0);

    if (n <= 0) {
        end_of(c);
        return;
    }

    buf[n] = '\0';
    p = buf;

    if (!c->open) {
        if (strncmp(buf, "HTTP/1.1 101", 12) != 0) {
            (void) fprintf(stderr, "live: %.200s\n", buf);
            exit(1);
        }

        c->open = 1;
        nopen++;
        p = memmem(buf, (size_t) n, "\r\n\r\n", 4);
        p = p ? p + 4 : buf + n;
    }

    while (p < buf + n) {
        if ((*p & 0x0f) == 8) {
            end_of(c);
            return;
        }

        p += 2 + (p[1] & 0x7f);
    }
}


static void
pump(int timeout)
{
    int                 i, n;
    struct epoll_event  ev[256];

    n = epoll_wait(poller, ev, 256, timeout);

    for (i = 0; i < n; i++) {
        take(ev[i].data.ptr);
    }
}


static void
open_all(void)
{
    unsigned  i, k, started;
    uint64_t  end;

    end = now() + OPENING;

    for (i = 0, nclients = 0; i < ntargets; i++) {
        nclients += targets[i].count;
    }

    clients = calloc(nclients, sizeof(client_t));
    latency = calloc(nclients, sizeof(uint32_t));

    if (clients == NULL || latency == NULL) {
        give_up("memory");
    }

    /* in turn, so that each target has some in each worker */

    for (started = 0, k = 0; started < nclients; k++) {
        for (i = 0; i < ntargets; i++) {
            if (k >= targets[i].count) {
                continue;
            }

            clients[started].target = i;
            shake(&clients[started++]);

            while (started - nopen >= AT_ONCE && now() < end) {
                pump(1000);
            }
        }
    }

    while (nopen < nclients && now() < end) {
        pump(1000);
    }

    if (nopen < nclients) {
        (void) fprintf(stderr, "live: %u of %u opened\n", nopen, nclients);
        exit(1);
    }
}


static void
run_probe(void)
{
    int       fd[PROBES];
    char      buf[1024], text[128];
    size_t    len;
    uint64_t  t;
    unsigned  i;

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);

    len = (size_t) snprintf(text, sizeof(text),
                            "GET /probe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

    for (i = 0; i < PROBES; i++) {
        fd[i] = dial();
    }

    for (i = 0; probe->n < PROBE_MAX; i = (i + 1) % PROBES) {
        t = now();

        if (send(fd[i], text, len, MSG_NOSIGNAL) != (ssize_t) len
            || recv(fd[i], buf, sizeof(buf), 0) <= 0)
        {
            (void) close(fd[i]);
            fd[i] = dial();
            continue;
        }

        probe->at[probe->n] = t;
        probe->took[probe->n] = (uint32_t) (now() - t);
        probe->n++;
        (void) usleep(1000);
    }
}


/* What is measured is the server: who asks does not wait for the crowd. */

static void
go_first(void)
{
    struct sched_param  param = { .sched_priority = 1 };

    if (sched_setscheduler(0, SCHED_FIFO, &param) != 0) {
        (void) fprintf(stderr, "live: the probe does not go first\n");
    }
}


static int
by_value(const void *a, const void *b)
{
    uint32_t  x = *(const uint32_t *) a, y = *(const uint32_t *) b;

    return x < y ? -1 : x > y;
}


static void
tell_probe(const char *name, uint64_t from, uint64_t to)
{
    uint32_t   i, n, *took;

    took = calloc(probe->n + 1, sizeof(uint32_t));

    if (took == NULL) {
        give_up("memory");
    }

    for (i = 0, n = 0; i < probe->n; i++) {
        if (probe->at[i] >= from && probe->at[i] <= to) {
            took[n++] = probe->took[i];
        }
    }

    qsort(took, n, sizeof(uint32_t), by_value);

    (void) printf("%s %u %u %u %u\n", name, n, n ? took[n / 2] : 0,
                  n ? took[n * 99 / 100] : 0, n ? took[n - 1] : 0);
    free(took);
}


static void
commit(const char *what, const char *hex)
{
    size_t          i;
    unsigned        byte;
    store_id_t      id;
    store_op_t      op, *ops[1] = { &op };
    struct timespec ts;

    for (i = 0; i < STORE_ID_LEN; i++) {
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) {
            give_up("an id");
        }

        id.b[i] = (uint8_t) byte;
    }

    memset(&op, 0, sizeof(op));
    (void) clock_gettime(CLOCK_REALTIME, &ts);
    op.now = (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;

    if (policy_random(op.id.b, STORE_ID_LEN) != POLICY_OK) {
        give_up("random");
    }

    op.id.b[0] = 0;

    if (strcmp(what, "end") == 0) {
        op.kind = STORE_OP_CALL_END;
        op.in.call_end.call = id;

    } else {
        op.kind = STORE_OP_SESSION_REVOKE;
        op.in.session_revoke.session = id;
    }

    if (store_apply(env, ops, 1) != STORE_OK || op.status != STORE_OK) {
        (void) fprintf(stderr, "live: %s: %s\n", what,
                       store_status_text(op.status));
        exit(1);
    }

    committed = now();
}


static void
post(const char *path, const char *cookie)
{
    int         n;
    char        text[1024];
    static int  fd = -1;

    if (fd == -1) {
        fd = dial();

    } else {
        (void) recv(fd, text, sizeof(text), MSG_DONTWAIT);
    }

    n = snprintf(text, sizeof(text),
                 "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                 "Origin: http://127.0.0.1:%d\r\nCookie: %s\r\n"
                 "Content-Type: application/json\r\nContent-Length: 2\r\n"
                 "\r\n{}", path, port, port, cookie);

    committed = now();

    if (send(fd, text, (size_t) n, MSG_NOSIGNAL) != n) {
        give_up("post");
    }
}


static void
cause(const char *what, const char *name, const char *hex, const char *cookie)
{
    unsigned   i, of, before;
    uint64_t   end, from;

    for (i = 0, of = 0, before = 0; i < ntargets; i++) {
        if (strcmp(targets[i].name, name) == 0) {
            of += targets[i].count;
            before += targets[i].closed;
        }
    }

    nlatency = 0;
    from = now();

    if (strcmp(what, "post") == 0) {
        post(hex, cookie);

    } else if (strcmp(what, "meet") == 0) {
        committed = now();

    } else {
        commit(what, hex);
    }

    end = committed + PATIENCE;

    while (before + nlatency < of && now() < end) {
        pump(100);
    }

    (void) printf("closed %u of %u\n", nlatency, of - before);

    for (i = 0; i < nlatency; i++) {
        (void) printf("%u%s", latency[i], i + 1 < nlatency ? " " : "");
    }

    (void) printf("\n");
    tell_probe("meanwhile", from, now());
    committed = 0;
}


static int
sha256(const void *data, size_t len, uint8_t out[STORE_HASH_LEN])
{
    return policy_sha256(data, len, out);
}


static void
read_targets(const char *path)
{
    FILE  *f;

    f = fopen(path, "r");
    targets = calloc(100000, sizeof(target_t));

    if (f == NULL || targets == NULL) {
        give_up(path);
    }

    while (ntargets < 100000
           && fscanf(f, "%63s %127s %127s %u", targets[ntargets].name,
                     targets[ntargets].path, targets[ntargets].cookie,
                     &targets[ntargets].count) == 4)
    {
        ntargets++;
    }

    (void) fclose(f);
}


int
main(int argc, char **argv)
{
    char             line[512], what[32], name[64], hex[128], cookie[128];
    double           seconds;
    uint64_t         from;
    struct rlimit    files;
    store_error_t    error;
    store_options_t  options;

    if (argc < 4) {
        return 2;
    }

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &files);
    }

    memset(&options, 0, sizeof(options));
    options.path = argv[1];
    options.max = 256u << 20;
    options.sha256 = sha256;

    if (store_open(&options, &env, &error) != STORE_OK) {
        (void) fprintf(stderr, "live: %s\n", error.text);
        return 1;
    }

    port = atoi(argv[2]);
    poller = epoll_create1(0);
    read_targets(argv[3]);

    probe = mmap(NULL, sizeof(*probe), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (probe == MAP_FAILED) {
        give_up("mmap");
    }

    open_all();

    if (fork() == 0) {

        if (argc > 4) {
            go_first();
        }

        run_probe();
        _exit(0);
    }

    (void) setvbuf(stdout, NULL, _IOLBF, 0);
    (void) printf("open %u\n", nopen);

    while (fgets(line, sizeof(line), stdin) != NULL) {

        if (sscanf(line, "probe %lf", &seconds) == 1) {
            from = now();

            while (now() < from + (uint64_t) (seconds * 1e6)) {
                pump(100);
            }

            tell_probe("probe", from, now());

        } else if (sscanf(line, "%31s %63s %127s %127s", what, name, hex,
                          cookie) >= 3)
        {
            cause(what, name, hex, cookie);
        }
    }

    store_close(env);

    return 0;
}
