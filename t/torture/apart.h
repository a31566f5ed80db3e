/*
 * Whether kinds of the same work can be told apart by the time they take.
 * They take turns, each turn is timed by what this thread ran alone, and the
 * middle ones are held against each other: a difference that is not noise
 * stays, however many turns, and however often it is measured.
 */

#ifndef APART_H
#define APART_H

#include "torture.h"


#define APART_KINDS  6
#define APART_TURNS  4000
#define APART_TRIES  12


typedef void (*apart_turn_pt)(const void *work, uint32_t kind);

typedef struct {
    double  one;                       /* ns, the middle turn of the first */
    double  most;                      /* ns, how far from it another is */
} apart_t;


static inline double
apart_now(void)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts) != 0) {
        torture_die("clock_gettime");
    }

    return (double) ts.tv_sec * 1e9 + (double) ts.tv_nsec;
}


static int
apart_ascending(const void *a, const void *b)
{
    double  x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


static inline apart_t
apart_measure(const void *work, uint32_t kinds, uint32_t turns,
    apart_turn_pt turn)
{
    double         from, off;
    apart_t        apart = { 0, 0 };
    uint32_t       t, k, kind;
    static double  took[APART_KINDS][APART_TURNS];

    for (t = 0; t < turns; t++) {
        for (k = 0; k < kinds; k++) {
            kind = (k + t) % kinds;
            from = apart_now();
            turn(work, kind);
            took[kind][t] = apart_now() - from;
        }
    }

    for (k = 0; k < kinds; k++) {
        qsort(took[k], turns, sizeof(double), apart_ascending);

        off = took[k][turns / 2] - took[0][turns / 2];
        off = off < 0 ? -off : off;
        apart.most = off > apart.most ? off : apart.most;
    }

    apart.one = took[0][turns / 2];

    return apart;
}


/* Measured again, since other programs are heard in caches and frequencies:
   until the kinds are no more apart than `same` of the first, or for good. */

static inline apart_t
apart_settle(const void *work, uint32_t kinds, uint32_t turns, double same,
    apart_turn_pt turn)
{
    apart_t   apart, least;
    uint32_t  tries;

    least = apart_measure(work, kinds, turns, turn);

    for (tries = 1;
         tries < APART_TRIES && least.most > same * least.one;
         tries++)
    {
        apart = apart_measure(work, kinds, turns, turn);
        least = apart.most * least.one < least.most * apart.one ? apart
                                                                : least;
    }

    return least;
}

#endif /* APART_H */
