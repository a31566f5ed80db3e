/* A line on stderr that says how far something long has come. */

#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const char *what;
    uint64_t    total;                 /* 0: not known */
    uint64_t    shown;                 /* monotonic milliseconds */
    uint64_t    pace;                  /* how many until it is again */
    bool        on;                    /* stderr is a terminal */
    bool        drawn;
} ctl_progress_t;

#pragma GCC visibility push(hidden)

void ctl_progress_begin(ctl_progress_t *progress, const char *what,
    uint64_t total);

/* Cheap: draws at most ten times a second. */
void ctl_progress(ctl_progress_t *progress, uint64_t done);
void ctl_progress_end(ctl_progress_t *progress);

/* Shows how large a file has become, while something else works, until
   ctl_progress_unwatch.  One at a time. */
void ctl_progress_watch(const char *path, uint64_t total);
void ctl_progress_unwatch(void);

/* Milliseconds of a clock that nobody sets. */
uint64_t ctl_progress_clock(void);

#pragma GCC visibility pop

#endif /* CTL_PROGRESS_H */
