/*
 * What was meant: the known name that differs in the fewest letters.
 */

#include <stdio.h>
#include <string.h>

#include <policy/error_int.h>
#include <policy/limits.h>


/* Names looked at; a file with more gets its error without a suggestion. */
#define POLICY_NEAR_TRIES  8192u


static unsigned policy_distance(policy_str_t a, policy_str_t b,
    unsigned limit);


void
policy_near_init(policy_near_t *near, policy_str_t name)
{
    near->name = name;
    near->best.data = "";
    near->best.len = 0;
    near->tried = 0;

    /* A third of the letters may be wrong, three at most. */
    near->distance = (unsigned) (name.len < 9 ? name.len / 3 : 3) + 1;
    if (name.len == 2) {
        near->distance = 2;
    }
}


void
policy_near_try(policy_near_t *near, policy_str_t known)
{
    unsigned  distance;

    if (near->tried++ >= POLICY_NEAR_TRIES || near->distance == 0) {
        return;
    }

    distance = policy_distance(near->name, known, near->distance);
    if (distance < near->distance) {
        near->distance = distance;
        near->best = known;
    }
}


const char *
policy_near_text(const policy_near_t *near, char *out, size_t size)
{
    out[0] = '\0';

    if (near->best.len != 0) {
        (void) snprintf(out, size, "; did you mean \"%.*s\"?",
                        POLICY_SHOWN(near->best));
    }

    return out;
}


/* Letters to add, drop, change or swap with a neighbour to make b of a;
   `limit` when there are as many or more. */
static unsigned
policy_distance(policy_str_t a, policy_str_t b, unsigned limit)
{
    size_t    i, j, gap;
    unsigned  rows[3][POLICY_MAX_NAME + 1], *row, *last, *before, *t;
    unsigned  best, lowest;

    gap = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (gap >= limit || a.len > POLICY_MAX_NAME || b.len > POLICY_MAX_NAME) {
        return limit;
    }

    row = rows[0];
    last = rows[1];
    before = rows[2];

    for (j = 0; j <= b.len; j++) {
        last[j] = (unsigned) j;
        before[j] = 0;
    }

    for (i = 1; i <= a.len; i++) {
        row[0] = (unsigned) i;
        lowest = row[0];

        for (j = 1; j <= b.len; j++) {
            best = last[j - 1] + (a.data[i - 1] != b.data[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;

            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2]
                && a.data[i - 2] == b.data[j - 1]
                && before[j - 2] + 1 < best)
            {
                best = before[j - 2] + 1;
            }

            row[j] = best;
            lowest = best < lowest ? best : lowest;
        }

        if (lowest >= limit) {
            return limit;
        }

        t = before;
        before = last;
        last = row;
        row = t;
    }

    return last[b.len] < limit ? last[b.len] : limit;
}
