/*
 * An application of WebSockets that all live until it is told otherwise.
 * Prints its port, then does what it reads, a line each:
 *
 *     end MS        sends each that is open a Close frame and ends it, evenly
 *                   over so many milliseconds; prints "ended N"
 *
 * After the handshake it sends one text frame "{}", and answers a Close frame
 * of the client by its own end.  It serves until its input is at an end.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <t/tool/loopback.h>


#define FILES  65536

typedef enum { NONE, HEAD, OPEN, ENDED } phase_t;

static const char     opened[] = "HTTP/1.1 101 Switching Protocols\r\n"
                                 "Upgrade: websocket\r\n"
                                 "Connection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: "
                                 "ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n"
                                 "\x81\x02{}";
static const char     closing[] = "\x88\x02\x03\xe9";

static int            poller, listener, next;
static phase_t        phase[FILES];
static unsigned       nopen, ended, due;
static uint64_t       from, over;


static uint64_t
now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


static void
watch(int fd)
{
    struct epoll_event  ev;

    ev.events = EPOLLIN;
    ev.data.fd = fd;
    (void) epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev);
}


static void
newcomers(void)
{
    int  fd, one = 1;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) != -1) {

        if (fd >= FILES) {
            (void) close(fd);
            continue;
        }

        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        phase[fd] = HEAD;
        watch(fd);
    }
}


static void
gone(int fd)
{
    nopen -= phase[fd] == OPEN;
    phase[fd] = NONE;
    (void) close(fd);
}


/* A head comes whole; of frames only a Close matters, and it comes alone. */

static void
ready(int fd)
{
    char     buf[4096];
    ssize_t  n;

    n = recv(fd, buf, sizeof(buf), 0);

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        gone(fd);
        return;
    }

    if (n > 0 && phase[fd] == HEAD) {
        (void) send(fd, opened, sizeof(opened) - 1, MSG_NOSIGNAL);
        phase[fd] = OPEN;
        nopen++;

    } else if (n > 0 && phase[fd] == OPEN && (buf[0] & 0x0f) == 8) {
        (void) send(fd, closing, sizeof(closing) - 1, MSG_NOSIGNAL);
        gone(fd);
    }
}


/* As many as are to be ended by now. */

static void
end_some(void)
{
    uint64_t  passed = now() - from, share;

    share = over == 0 || passed >= over ? due : due * passed / over;

    for ( /* void */ ; next < FILES && ended < share; next++) {

        if (phase[next] != OPEN) {
            continue;
        }

        (void) send(next, closing, sizeof(closing) - 1, MSG_NOSIGNAL);
        (void) shutdown(next, SHUT_WR);
        phase[next] = ENDED;
        nopen--;
        ended++;
    }

    if (ended == due || next == FILES) {
        (void) printf("ended %u\n", ended);
        due = 0;
    }
}


static int
command(void)
{
    char      line[64];
    unsigned  ms;

    if (fgets(line, sizeof(line), stdin) == NULL) {
        return 0;
    }

    if (sscanf(line, "end %u", &ms) == 1) {
        from = now();
        over = (uint64_t) ms * 1000;
        due = nopen;
        ended = 0;
        next = 0;
    }

    return 1;
}


int
main(void)
{
    int                 i, n;
    uint16_t            port;
    struct epoll_event  evs[64];

    listener = loopback(&port);
    poller = epoll_create1(0);

    if (listener == -1) {
        return 1;
    }

    watch(listener);
    watch(STDIN_FILENO);

    (void) setvbuf(stdout, NULL, _IOLBF, 0);
    (void) setvbuf(stdin, NULL, _IONBF, 0);
    (void) printf("%d\n", port);

    for ( ;; ) {
        n = epoll_wait(poller, evs, 64, due != 0 ? 1 : -1);

        for (i = 0; i < n; i++) {
            if (evs[i].data.fd == STDIN_FILENO) {
                if (!command()) {
                    return 0;
                }

            } else if (evs[i].data.fd == listener) {
                newcomers();

            } else {
                ready(evs[i].data.fd);
            }
        }

        if (due != 0) {
            end_some();
        }
    }
}
