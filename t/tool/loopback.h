/*
 * A place of 127.0.0.1 to listen at, without waiting, for a program that holds
 * as many connections as it is let: its descriptor, or -1.
 */

#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>


static int
loopback(uint16_t *port)
{
    int                 fd;
    socklen_t           len;
    struct rlimit       files;
    struct sockaddr_in  addr;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &files);
    }

    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(addr);

    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (bind(fd, (struct sockaddr *) &addr, len) != 0
        || listen(fd, 4096) != 0
        || getsockname(fd, (struct sockaddr *) &addr, &len) != 0)
    {
        return -1;
    }

    *port = ntohs(addr.sin_port);

    return fd;
}

#endif /* LOOPBACK_H */
