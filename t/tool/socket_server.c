/*
 * An application behind the edge that holds many WebSockets and says how each
 * ended.  Prints its port, serves until its parent is gone.
 *
 *     socket_server LOGFILE
 *
 * After the handshake it sends one text frame "{}", then echoes.  The query
 * says what else:
 *
 *     delay=MS      the 101 comes late
 *     flood=BYTES   frames of that size, without end
 *     message=BYTES one message without end, in fragments of that size
 *     packed=1      flood's frames are marked as deflated (RSV1)
 *     hold=1        half a frame, and then nothing; a request has no answer
 *     half=1        it says nothing more after "{}": its half is closed
 *     stream=MS     a response without end, a line each MS milliseconds
 *     size=BYTES    a response of that size
 *
 * Lines of the log: PATH close CODE REASON | PATH eof | PATH reset.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>

#include <t/tool/loopback.h>


#define HEAD_MAX   8192
#define FULL       (1 << 18)
#define GUID       "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


typedef enum { READ_HEAD, ECHO_FRAMES, ECHO_BYTES, ANSWER } phase_t;

typedef struct socket_s  socket_t;

struct socket_s {
    int        fd;
    phase_t    phase;
    char      *path;
    uint8_t   *in, *out;
    size_t     in_len, in_size, out_len, out_size, out_pos;
    size_t     flood, message, left, body;
    uint64_t   due, every;
    int        packed, hold, half, started, closed, chunk;
    char       key[64];
    socket_t  *next;                   /* of those with a time */
};


static FILE      *logfile;
static int        poller;
static socket_t  *waiting;


static uint64_t
now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


static void
put(socket_t *s, const void *data, size_t len)
{
    if (s->out_pos == s->out_len) {
        s->out_pos = s->out_len = 0;
    }

    if (s->out_len + len > s->out_size) {
        s->out_size = (s->out_len + len) * 2;
        s->out = realloc(s->out, s->out_size);

        if (s->out == NULL) {
            abort();
        }
    }

    memcpy(s->out + s->out_len, data, len);
    s->out_len += len;
}


static void
put_frame(socket_t *s, unsigned first, const void *data, size_t len)
{
    size_t   n;
    uint8_t  head[10];

    head[0] = (uint8_t) first;
    n = 2;

    if (len < 126) {
        head[1] = (uint8_t) len;

    } else if (len < 65536) {
        head[1] = 126;
        head[2] = (uint8_t) (len >> 8);
        head[3] = (uint8_t) len;
        n = 4;

    } else {
        head[1] = 127;

        for (n = 2; n < 10; n++) {
            head[n] = (uint8_t) ((uint64_t) len >> (72 - 8 * n));
        }
    }

    put(s, head, n);
    put(s, data, len);
}


static size_t
query(const socket_t *s, const char *name)
{
    const char  *p;
    size_t       len = strlen(name);

    for (p = strchr(s->path, '?'); p != NULL; p = strchr(p, '&')) {
        p++;

        if (strncmp(p, name, len) == 0 && p[len] == '=') {
            return (size_t) strtoull(p + len + 1, NULL, 10);
        }
    }

    return 0;
}


static int
header(const char *head, const char *name, char *value, size_t size)
{
    size_t       n, len = strlen(name);
    const char  *p;

    for (p = strstr(head, "\r\n"); p != NULL; p = strstr(p, "\r\n")) {
        p += 2;

        if (strncasecmp(p, name, len) != 0 || p[len] != ':') {
            continue;
        }

        p += len + 1 + strspn(p + len + 1, " ");
        n = strcspn(p, "\r");
        n = n < size - 1 ? n : size - 1;
        memcpy(value, p, n);
        value[n] = '\0';
        return 1;
    }

    return 0;
}


static void
after(socket_t *s, uint64_t delay)
{
    s->due = now() + delay;
    s->next = waiting;
    waiting = s;
}


static void
upgrade(socket_t *s)
{
    char      text[512], all[128];
    uint8_t   hash[EVP_MAX_MD_SIZE], accept[64];
    unsigned  len;

    (void) snprintf(all, sizeof(all), "%s" GUID, s->key);
    (void) EVP_Digest(all, strlen(all), hash, &len, EVP_sha1(), NULL);
    (void) EVP_EncodeBlock(accept, hash, (int) len);

    (void) snprintf(text, sizeof(text),
                    "HTTP/1.1 101 Switching Protocols\r\n"
                    "Upgrade: %s\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: %s\r\n\r\n",
                    s->phase == ECHO_BYTES ? "bytes" : "websocket", accept);
    put(s, text, strlen(text));
    s->started = 1;

    if (s->phase == ECHO_BYTES) {
        return;
    }

    put_frame(s, 0x81, "{}", 2);

    if (s->hold) {
        memset(text, 'h', sizeof(text));
        put(s, "\x82\x7e\x03\xe8", 4);
        put(s, text, 500);
    }
}


static void
answer(socket_t *s, const char *head)
{
    char  text[256], length[32] = "0";

    (void) header(head, "content-length", length, sizeof(length));

    s->phase = ANSWER;
    s->body = (size_t) strtoull(length, NULL, 10);
    s->every = query(s, "stream");
    s->left = query(s, "size");

    if (s->hold) {
        return;
    }

    s->started = 1;

    if (s->every) {
        (void) snprintf(text, sizeof(text),
                        "HTTP/1.1 200 OK\r\nContent-Type: "
                        "text/event-stream\r\n\r\n");
        after(s, 0);

    } else {
        (void) snprintf(text, sizeof(text),
                        "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        s->left);
    }

    put(s, text, strlen(text));
}


static void
read_head(socket_t *s)
{
    char     *head, *end, word[32] = "";
    size_t    used;
    uint64_t  delay;

    head = memmem(s->in, s->in_len, "\r\n\r\n", 4);

    if (head == NULL) {
        return;
    }

    used = (size_t) ((uint8_t *) head - s->in) + 4;
    head = strndup((char *) s->in, used);
    memmove(s->in, s->in + used, s->in_len - used);
    s->in_len -= used;

    s->path = strchr(head, ' ') ? strchr(head, ' ') + 1 : head;
    end = s->path + strcspn(s->path, " \r");
    s->path = strndup(s->path, (size_t) (end - s->path));

    s->flood = query(s, "flood");
    s->message = query(s, "message");
    s->packed = query(s, "packed") != 0;
    s->hold = query(s, "hold") != 0;
    s->half = query(s, "half") != 0;
    delay = query(s, "delay");

    if (!header(head, "upgrade", word, sizeof(word))) {
        answer(s, head);
        free(head);
        return;
    }

    s->phase = strcasecmp(word, "websocket") == 0 ? ECHO_FRAMES : ECHO_BYTES;
    (void) header(head, "sec-websocket-key", s->key, sizeof(s->key));
    free(head);

    if (delay) {
        after(s, delay);
        return;
    }

    upgrade(s);
}


/* One frame of the client; how many bytes it had, 0: not whole yet. */

static size_t
one_frame(socket_t *s)
{
    int       masked;
    size_t    i, n, head;
    uint8_t  *p = s->in;

    if (s->in_len < 2) {
        return 0;
    }

    masked = p[1] & 0x80;
    n = p[1] & 0x7f;
    head = 2 + (n == 126 ? 2 : n == 127 ? 8 : 0);

    if (s->in_len < head + (masked ? 4 : 0)) {
        return 0;
    }

    if (n > 125) {
        for (n = 0, i = 2; i < head; i++) {
            n = n << 8 | p[i];
        }
    }

    head += masked ? 4 : 0;

    if (s->in_len < head + n) {
        return 0;
    }

    for (i = 0; masked && i < n; i++) {
        p[head + i] ^= p[head - 4 + (i & 3)];
    }

    if ((p[0] & 0x0f) == 8) {
        (void) fprintf(logfile, "%s close %u %.*s%s\n", s->path,
                       n < 2 ? 1005u : (unsigned) (p[head] << 8 | p[head + 1]),
                       n < 2 ? 0 : (int) n - 2, p + head + 2,
                       masked ? "" : " unmasked");
        put_frame(s, 0x88, p + head, n);
        s->closed = 1;

    } else if ((p[0] & 0x0f) < 3) {
        put_frame(s, p[0], p + head, n);

    } else if ((p[0] & 0x0f) == 9) {
        put_frame(s, 0x8a, p + head, n);
    }

    return head + n;
}


static void
taken(socket_t *s)
{
    size_t  n;

    switch (s->phase) {

    case READ_HEAD:
        read_head(s);
        break;

    case ECHO_FRAMES:
        while (s->started && (n = one_frame(s)) != 0) {
            memmove(s->in, s->in + n, s->in_len - n);
            s->in_len -= n;
        }
        break;

    case ECHO_BYTES:
        put(s, s->in, s->in_len);
        s->in_len = 0;
        break;

    default:
        s->in_len = 0;
    }
}


/* What is sent without being asked; nothing while much is waiting. */

static void
give(socket_t *s)
{
    static uint8_t  junk[1 << 20];

    size_t  n;

    while (s->started && !s->closed && s->out_len - s->out_pos < FULL) {

        if (s->phase == ECHO_FRAMES && s->flood) {
            put_frame(s, s->packed ? 0xc2 : 0x82, junk,
                      s->flood < sizeof(junk) ? s->flood : sizeof(junk));

        } else if (s->phase == ECHO_FRAMES && s->message) {
            put_frame(s, s->chunk++ ? 0x00 : 0x02, junk,
                      s->message < sizeof(junk) ? s->message : sizeof(junk));

        } else if (s->phase == ANSWER && s->left) {
            n = s->left < 65536 ? s->left : 65536;
            put(s, junk, n);
            s->left -= n;

        } else {
            return;
        }
    }
}


static void
gone(socket_t *s, const char *how)
{
    socket_t  **p;

    for (p = &waiting; *p != NULL; p = &(*p)->next) {
        if (*p == s) {
            *p = s->next;
            break;
        }
    }

    if (s->path != NULL) {
        (void) fprintf(logfile, "%s %s\n", s->path, how);
    }

    (void) close(s->fd);
    free(s->path);
    free(s->in);
    free(s->out);
    free(s);
}


static void
ready(socket_t *s)
{
    ssize_t             n;
    struct epoll_event  ev;

    for ( ;; ) {
        if (s->in_len == s->in_size) {
            s->in_size = s->in_size ? s->in_size * 2 : 1024;
            s->in = realloc(s->in, s->in_size);
        }

        n = recv(s->fd, s->in + s->in_len, s->in_size - s->in_len, 0);

        if (n <= 0) {
            break;
        }

        s->in_len += (size_t) n;
        taken(s);
    }

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        gone(s, n == 0 ? "eof" : "reset");
        return;
    }

    do {
        give(s);
        n = s->out_len == s->out_pos ? 0
            : send(s->fd, s->out + s->out_pos, s->out_len - s->out_pos,
                   MSG_NOSIGNAL);
        s->out_pos += n > 0 ? (size_t) n : 0;
    } while (n > 0);

    if ((s->closed || (s->half && s->started)) && s->out_pos == s->out_len) {
        (void) shutdown(s->fd, SHUT_WR);
    }

    ev.events = EPOLLIN | (s->out_len != s->out_pos ? EPOLLOUT : 0);
    ev.data.ptr = s;
    (void) epoll_ctl(poller, EPOLL_CTL_MOD, s->fd, &ev);
}


static void
ticks(void)
{
    uint64_t    t = now();
    socket_t   *s, **p;

    for (p = &waiting; *p != NULL; /* void */ ) {
        s = *p;

        if (s->due > t) {
            p = &s->next;
            continue;
        }

        *p = s->next;

        if (s->every) {
            put(s, "data: tick\n\n", 12);
            after(s, s->every);

        } else {
            upgrade(s);
            taken(s);
        }

        ready(s);
        p = &waiting;
        t = now();
    }
}


static void
newcomers(int listener)
{
    int                 fd, one = 1;
    socket_t           *s;
    struct epoll_event  ev;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) != -1) {
        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        s = calloc(1, sizeof(socket_t));

        if (s == NULL) {
            abort();
        }

        s->fd = fd;
        ev.events = EPOLLIN;
        ev.data.ptr = s;
        (void) epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev);
    }
}


int
main(int argc, char **argv)
{
    int                 i, n, listener;
    uint16_t            port;
    struct epoll_event  ev, evs[256];

    if (argc != 2 || (logfile = fopen(argv[1], "w")) == NULL) {
        return 2;
    }

    (void) setvbuf(logfile, NULL, _IOLBF, 0);
    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);

    listener = loopback(&port);
    poller = epoll_create1(0);

    if (listener == -1) {
        return 1;
    }

    ev.events = EPOLLIN;
    ev.data.ptr = NULL;
    (void) epoll_ctl(poller, EPOLL_CTL_ADD, listener, &ev);

    (void) printf("%d\n", port);
    (void) fflush(stdout);

    for ( ;; ) {
        n = epoll_wait(poller, evs, 256, waiting != NULL ? 10 : 1000);

        for (i = 0; i < n; i++) {
            if (evs[i].data.ptr == NULL) {
                newcomers(listener);

            } else {
                ready(evs[i].data.ptr);
            }
        }

        ticks();
    }
}
