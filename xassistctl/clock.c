/* Time, as numbers and as text. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xassistctl/clock.h>


#define DAY  INT64_C(86400)


static bool number(const char **p, int digits, int min, int max, int *out);
static bool fraction(const char **p, int *ms);
static bool offset(const char **p, int64_t *seconds);
static int64_t days(int year, int month, int day);


uint64_t
ctl_now(void)
{
    struct timespec  ts;

#ifdef XASSIST_TEST
    char         text[32];
    FILE        *file;
    uint64_t     ms;
    const char  *path = getenv("XASSIST_TEST_CLOCK");

    file = path != NULL ? fopen(path, "r") : NULL;

    if (file != NULL) {
        ms = fgets(text, sizeof(text), file) != NULL
             ? strtoull(text, NULL, 10) : 0;
        (void) fclose(file);

        if (ms != 0) {
            return ms;
        }
    }
#endif

    if (clock_gettime(CLOCK_REALTIME, &ts) != 0) {
        return 0;
    }

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


void
ctl_time_text(uint64_t ms, char out[CTL_TIME_LEN])
{
    size_t     n;
    time_t     seconds = (time_t) (ms / 1000);
    struct tm  tm;

    out[0] = '\0';

    if (ms / 1000 > UINT64_C(253402300799)
        || gmtime_r(&seconds, &tm) == NULL)
    {
        (void) strcpy(out, "9999-12-31T23:59:59Z");
        return;
    }

    n = strftime(out, CTL_TIME_LEN, "%Y-%m-%dT%H:%M:%S", &tm);

    if (ms % 1000 != 0) {
        (void) snprintf(out + n, CTL_TIME_LEN - n, ".%03uZ",
                        (unsigned) (ms % 1000));
    } else {
        (void) snprintf(out + n, CTL_TIME_LEN - n, "Z");
    }
}


bool
ctl_time_parse(const char *text, uint64_t *ms)
{
    int          year, month, day, hour, minute, second, milli;
    int64_t      t, shift;
    const char  *p = text;

    if (!number(&p, 4, 1970, 9999, &year) || *p++ != '-'
        || !number(&p, 2, 1, 12, &month) || *p++ != '-'
        || !number(&p, 2, 1, 31, &day)
        || (*p != 'T' && *p != 't' && *p != ' '))
    {
        return false;
    }

    p++;

    if (!number(&p, 2, 0, 23, &hour) || *p++ != ':'
        || !number(&p, 2, 0, 59, &minute) || *p++ != ':'
        || !number(&p, 2, 0, 60, &second)
        || !fraction(&p, &milli) || !offset(&p, &shift) || *p != '\0')
    {
        return false;
    }

    /* the day after the month's last is the next month's first: refused */

    t = days(year, month, day);

    if (day > 28 && t >= (month == 12 ? days(year + 1, 1, 1)
                                      : days(year, month + 1, 1)))
    {
        return false;
    }

    t = t * DAY + hour * 3600 + minute * 60 + second - shift;

    if (t < 0) {
        return false;
    }

    *ms = (uint64_t) t * 1000 + (uint64_t) milli;

    return true;
}


static bool
number(const char **p, int digits, int min, int max, int *out)
{
    int  i, v;

    for (i = 0, v = 0; i < digits; i++) {

        if ((*p)[i] < '0' || (*p)[i] > '9') {
            return false;
        }

        v = v * 10 + ((*p)[i] - '0');
    }

    *p += digits;
    *out = v;

    return v >= min && v <= max;
}


static bool
fraction(const char **p, int *ms)
{
    int  unit;

    *ms = 0;

    if (**p != '.') {
        return true;
    }

    (*p)++;

    if (**p < '0' || **p > '9') {
        return false;
    }

    for (unit = 100; **p >= '0' && **p <= '9'; (*p)++, unit /= 10) {
        *ms += unit * (**p - '0');
    }

    return true;
}


static bool
offset(const char **p, int64_t *seconds)
{
    int  sign, hours, minutes;

    *seconds = 0;

    if (**p == 'Z' || **p == 'z') {
        (*p)++;
        return true;
    }

    if (**p != '+' && **p != '-') {
        return false;
    }

    sign = *(*p)++ == '-' ? -1 : 1;

    if (!number(p, 2, 0, 23, &hours) || *(*p)++ != ':'
        || !number(p, 2, 0, 59, &minutes))
    {
        return false;
    }

    *seconds = sign * (hours * 3600 + minutes * 60);

    return true;
}


/* Days since 1970-01-01 of a date of the Gregorian calendar. */

static int64_t
days(int year, int month, int day)
{
    int64_t  y = month > 2 ? year : year - 1;
    int64_t  m = month > 2 ? month - 3 : month + 9;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1
           - 719468;
}
