/* Time: now, and as RFC 3339 text. */

#ifndef CTL_CLOCK_H
#define CTL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CTL_TIME_LEN  sizeof("2000-01-01T00:00:00.000Z")

#pragma GCC visibility push(hidden)

/* Milliseconds UTC; 0 when there is no telling. */
uint64_t ctl_now(void);

/* NUL-terminated; milliseconds only where there are some. */
void ctl_time_text(uint64_t ms, char out[CTL_TIME_LEN]);

/* RFC 3339 with Z or an offset; false for anything else. */
bool ctl_time_parse(const char *text, uint64_t *ms);

#pragma GCC visibility pop

#endif /* CTL_CLOCK_H */
