/* How far something long has come. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <xassistctl/progress.h>


#define PACE  100                      /* milliseconds */


static bool wanted(uint64_t *pace);
static void draw(const char *what, uint64_t done, uint64_t total);
static void alarmed(int number);


/* What the alarm looks at: LMDB's copy calls nobody back. */

static struct {
    char      path[4096];
    uint64_t  total;
    bool      on;
} watched;


void
ctl_progress_begin(ctl_progress_t *progress, const char *what,
    uint64_t total)
{
    memset(progress, 0, sizeof(*progress));
    progress->what = what;
    progress->total = total;
    progress->on = wanted(&progress->pace);
    progress->shown = ctl_progress_clock();
}


void
ctl_progress(ctl_progress_t *progress, uint64_t done)
{
    uint64_t  now;

    if (!progress->on || (done & 255) != 0) {
        return;
    }

    now = ctl_progress_clock();

    if (now - progress->shown >= progress->pace) {
        progress->shown = now;
        progress->drawn = true;
        draw(progress->what, done, progress->total);
    }
}


void
ctl_progress_end(ctl_progress_t *progress)
{
    if (progress->drawn) {
        (void) fputs("\r\033[K", stderr);
        progress->drawn = false;
    }
}


void
ctl_progress_watch(const char *path, uint64_t total)
{
    uint64_t          pace;
    struct sigaction  action;
    struct itimerval  timer;

    if (!wanted(&pace) || strlen(path) >= sizeof(watched.path)) {
        return;
    }

    (void) strcpy(watched.path, path);
    watched.total = total;
    watched.on = true;
    draw("copied", 0, total);

    memset(&action, 0, sizeof(action));
    action.sa_handler = alarmed;
    action.sa_flags = SA_RESTART;
    (void) sigaction(SIGALRM, &action, NULL);

    memset(&timer, 0, sizeof(timer));
    timer.it_interval.tv_usec = PACE * 1000;
    timer.it_value = timer.it_interval;
    (void) setitimer(ITIMER_REAL, &timer, NULL);
}


void
ctl_progress_unwatch(void)
{
    struct itimerval  timer;

    if (!watched.on) {
        return;
    }

    memset(&timer, 0, sizeof(timer));
    (void) setitimer(ITIMER_REAL, &timer, NULL);
    watched.on = false;
    (void) fputs("\r\033[K", stderr);
}


uint64_t
ctl_progress_clock(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}


/* By a terminal, or by who keeps what is said: "all" of it, if so asked. */

static bool
wanted(uint64_t *pace)
{
    const char  *asked = getenv("XASSIST_PROGRESS");

    *pace = asked != NULL && strcmp(asked, "all") == 0 ? 0 : PACE;

    return asked != NULL || isatty(STDERR_FILENO);
}


/* Only what a signal handler may call: nothing of stdio. */

static void
draw(const char *what, uint64_t done, uint64_t total)
{
    char      line[128], digits[24];
    size_t    n, k;
    uint64_t  number[2] = { done, 0 };

    if (total != 0) {
        number[0] = done >= total ? 100 : done / (total / 100 + 1);
    }

    n = strlen(what) < 64 ? strlen(what) : 64;
    line[0] = '\r';
    memcpy(line + 1, what, n);
    n++;
    line[n++] = ' ';

    k = sizeof(digits);

    do {
        digits[--k] = (char) ('0' + number[0] % 10);
        number[0] /= 10;
    } while (number[0] != 0);

    memcpy(line + n, digits + k, sizeof(digits) - k);
    n += sizeof(digits) - k;

    if (total != 0) {
        line[n++] = '%';
    }

    memcpy(line + n, "\033[K", 3);
    (void) !write(STDERR_FILENO, line, n + 3);
}


static void
alarmed(int number)
{
    struct stat  st;

    (void) number;

    if (stat(watched.path, &st) == 0) {
        draw("copied", (uint64_t) st.st_size, watched.total);
    }
}
