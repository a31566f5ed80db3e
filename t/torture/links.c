/*
 * What the time of a refusal tells of a link.  Opening one is done in the two
 * steps of the edge: the MAC first, then, for a good one, the store.  (The
 * edge asks it for a bad one, too; refused.pl times whole requests.)  Forged
 * and altered links take the same time however near they come to a true one;
 * so do those whose record is gone, whatever lies beside it.  The same
 * with a comparison of the MAC that stops early must be caught.
 */

#include <openssl/crypto.h>

#include <policy/base64_int.h>

#include "apart.h"


#define LINKS    2048
#define PRESSES  64
#define MAC      16

/* By how much the middles may differ, as a part, and what the look into the
   store may add: little beside a request. */
#define SAME    0.005
#define LOOK    20000.0


typedef struct {
    char            token[APART_KINDS][POLICY_TOKEN_LEN];
    store_txn_t    *txn;
    policy_keys_t  *keys;
} door_t;

/* In the order of how near they come. */

enum { FORGED, OTHER_MAC, OTHER_ID, LAST_BYTE, ABSENT, BESIDE };


static void
make(const door_t *door, const store_id_t *id, char *token)
{
    if (policy_token_make(door->keys, POLICY_TOKEN_LINK, id->b, token)
        != POLICY_OK)
    {
        torture_die("token");
    }
}


/* All but the last two begin as the link that is there. */

static void
make_all(door_t *door)
{
    size_t      i;
    uint32_t    kind;
    uint8_t     raw[30];
    store_id_t  there = torture_id(FIRST_LINK + LINKS / 2), gone;

    for (kind = FORGED; kind <= LAST_BYTE; kind++) {
        make(door, &there, door->token[kind]);

        if (!policy_base64url_decode(door->token[kind], POLICY_TOKEN_LEN,
                                     raw, sizeof(raw)))
        {
            torture_die("base64");
        }

        for (i = 3; i < sizeof(raw); i++) {

            if (kind == FORGED || (kind == OTHER_MAC && i >= 14)
                || (kind == OTHER_ID && i == 13)
                || (kind == LAST_BYTE && i == 29))
            {
                raw[i] ^= (uint8_t) (1 + torture_pick(255));
            }
        }

        (void) policy_base64url_encode(raw, sizeof(raw), door->token[kind]);
    }

    gone = torture_id(FIRST_LINK + LINKS);
    make(door, &gone, door->token[BESIDE]);

    for (i = 2; i < STORE_ID_LEN; i++) {
        gone.b[i] = (uint8_t) torture_pick(256);
    }

    make(door, &gone, door->token[ABSENT]);
}


static void
open_link(const door_t *door, const char *token, bool made)
{
    store_id_t           id;
    store_link_t         link;
    policy_status_t      status;
    policy_token_kind_t  kind;

    static const uint8_t  browser[STORE_HASH_LEN] = { 7 };

    status = policy_token_open(door->keys, NULL, token, POLICY_TOKEN_LEN,
                               &kind, id.b);

    if (status != POLICY_OK) {
        if (made) {
            torture_fail("a good MAC was refused");
        }

        return;
    }

    if (!made || store_read_renew(door->txn) != STORE_OK
        || store_link(door->txn, &id, browser, 1, &link) != STORE_OK
        || link.reason != STORE_REASON_UNKNOWN_LINK)
    {
        torture_fail("a link that is none was opened");
    }

    store_read_reset(door->txn);
}


static void
refused_turn(const void *work, uint32_t kind)
{
    uint32_t       i;
    const door_t  *door = work;

    for (i = 0; i < PRESSES; i++) {
        open_link(door, door->token[kind], false);
    }
}


static void
absent_turn(const void *work, uint32_t kind)
{
    uint32_t       i;
    const door_t  *door = work;

    for (i = 0; i < PRESSES; i++) {
        open_link(door, door->token[ABSENT + kind], true);
    }
}


/* What opening a link would be with a comparison of another kind behind it:
   wrong from the first byte on, or in the last alone. */

static uint32_t
compared(const void *work, uint32_t kind, bool stops)
{
    uint32_t  i, n, found = 0;
    uint8_t   guess[MAC] = { 0 };

    static const uint8_t     mac[MAC];
    const volatile uint8_t  *a = mac, *b = guess;

    guess[kind == 0 ? 0 : MAC - 1] = 1;

    for (n = 0; n < PRESSES; n++) {
        open_link(work, ((const door_t *) work)->token[FORGED], false);

        if (!stops) {
            found += CRYPTO_memcmp(mac, guess, MAC) != 0;
            continue;
        }

        for (i = 0; i < MAC && a[i] == b[i]; i++) {
            /* void */
        }

        found += i != MAC;
    }

    return found;
}


static void
whole_turn(const void *work, uint32_t kind)
{
    if (compared(work, kind, false) != PRESSES) {
        torture_fail("a wrong guess was right");
    }
}


static void
early_turn(const void *work, uint32_t kind)
{
    if (compared(work, kind, true) != PRESSES) {
        torture_fail("a wrong guess was right");
    }
}


static double
told(const char *what, apart_t apart)
{
    printf("%s: %.0f ns, apart by %.0f ns (%.2f%%)\n", what,
           apart.one / PRESSES, apart.most / PRESSES,
           100 * apart.most / apart.one);

    return apart.most / apart.one;
}


static void
compare_ways(const door_t *door, uint32_t turns)
{
    bool      caught = false;
    double    whole, early;
    uint32_t  tries;

    whole = told("a comparison that goes on",
                 apart_settle(door, 2, turns, SAME, whole_turn));

    if (whole > SAME) {
        torture_fail("a comparison that goes on was caught");
    }

    for (tries = 0; tries < APART_TRIES && !caught; tries++) {
        early = told("a comparison that stops early",
                     apart_measure(door, 2, turns, early_turn));
        caught = early > SAME || early > 4 * whole;
    }

    if (!caught) {
        torture_fail("a comparison that stops early was not caught");
    }
}


int
main(int argc, char **argv)
{
    char            text[512];
    door_t          door;
    size_t          len;
    apart_t         refused, absent;
    uint32_t        turns = torture_rounds(argc, argv, APART_TURNS / 4,
                                           APART_TURNS);
    torture_t       t;
    policy_error_t  error;

    turns = turns > APART_TURNS ? APART_TURNS : turns;
    torture_seed(9);
    torture_new(&t, LINKS);
    len = policy_keys_generate(text, sizeof(text));

    if (policy_keys_parse(text, len, &door.keys, &error) != POLICY_OK
        || store_read_new(t.env, &door.txn) != STORE_OK)
    {
        torture_die("door");
    }

    make_all(&door);

    refused = apart_settle(&door, ABSENT, turns, SAME, refused_turn);
    absent = apart_settle(&door, 2, turns, SAME, absent_turn);

    if (told("forged and altered links", refused) > SAME) {
        torture_fail("altered links take another time than forged ones");
    }

    if (told("links that are gone", absent) > SAME) {
        torture_fail("what lies beside a link that is gone can be seen");
    }

    if ((absent.one - refused.one) / PRESSES > LOOK) {
        torture_fail("the look into the store takes too long");
    }

    compare_ways(&door, turns);

    store_read_free(door.txn);
    store_close(t.env);
    policy_keys_free(door.keys);
    torture_drop(t.path);
    printf("links: %u turns, %u invariants broken\n", (unsigned) turns,
           torture_failures);

    return torture_failures != 0;
}
