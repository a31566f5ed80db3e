/*
 * What a guesser could time: how far a forged token agrees with the true one,
 * and whether a name has a password.
 */

#include <policy/base64_int.h>

#include "apart.h"


#define KINDS   4
#define TURNS   APART_TURNS
#define PRESSES 64                     /* tokens in one turn */

/* By how much the middles may differ; a comparison that stops at the first
   wrong byte differs by more than the first. */
#define TOKENS     0.01
#define PASSWORDS  0.05


typedef struct {
    char             token[KINDS][POLICY_TOKEN_LEN];
    char             hash[POLICY_PASSWORD_LEN];
    size_t           hash_len;
    policy_keys_t   *keys;
} guess_t;


/* Tokens whose MAC is wrong from the first byte on, from the eighth, in the
   last alone; and one with the MAC of another id. */

static void
forge(guess_t *guess)
{
    char            text[512], token[POLICY_TOKEN_LEN];
    size_t          len, at;
    uint32_t        k;
    uint8_t         raw[30], id[POLICY_ID_LEN] = { 0, 7 };
    policy_error_t  error;

    static const size_t  from[KINDS] = { 14, 21, 29, 14 };

    len = policy_keys_generate(text, sizeof(text));

    if (policy_keys_parse(text, len, &guess->keys, &error) != POLICY_OK) {
        torture_die("keys");
    }

    for (k = 0; k < KINDS; k++) {
        id[5] = k == 3;

        if (policy_token_make(guess->keys, POLICY_TOKEN_USER, id, token)
            != POLICY_OK
            || !policy_base64url_decode(token, sizeof(token), raw,
                                        sizeof(raw)))
        {
            torture_die("token");
        }

        if (k == 3) {
            raw[2 + 5] = 0;
        }

        for (at = from[k]; k < 3 && at < sizeof(raw); at++) {
            raw[at] ^= 0x55;
        }

        (void) policy_base64url_encode(raw, sizeof(raw), guess->token[k]);
    }
}


static void
token_turn(const void *work, uint32_t kind)
{
    uint32_t             i;
    const guess_t       *guess = work;
    uint8_t              id[POLICY_ID_LEN];
    policy_token_kind_t  of;

    for (i = 0; i < PRESSES; i++) {
        if (policy_token_open(guess->keys, NULL, guess->token[kind],
                              POLICY_TOKEN_LEN, &of, id)
            != POLICY_FORGED)
        {
            torture_fail("a forged token was taken");
        }
    }
}


/* A wrong guess at a password, at none, and at one whose hash is damaged. */

static void
password_turn(const void *work, uint32_t kind)
{
    bool            weak;
    const guess_t  *guess = work;
    policy_str_t    guessed = { "correct horse", 13 }, hash;

    hash.data = guess->hash;
    hash.len = kind == 0 ? guess->hash_len : kind == 1 ? 0
               : guess->hash_len - 4;

    if (policy_password_check(guessed, hash, &weak) != POLICY_FORGED) {
        torture_fail("a wrong password was taken");
    }
}


static void
compare(const char *what, const guess_t *guess, uint32_t kinds,
    uint32_t turns, double most,
    apart_turn_pt turn)
{
    apart_t  apart = apart_settle(guess, kinds, turns, most, turn);
    double   widest = apart.most / apart.one;

    printf("%s: %.2f us, %u kinds apart by %.2f%%\n", what,
           apart.one / 1000 / (turn == token_turn ? PRESSES : 1), kinds,
           100 * widest);

    if (widest > most) {
        torture_fail("%s: the kinds differ by %.2f%%", what, 100 * widest);
    }
}


int
main(int argc, char **argv)
{
    bool          brief = argc > 1 && strcmp(argv[1], "short") == 0;
    guess_t       guess;
    policy_str_t  password = { "battery staple", 14 };

    memset(&guess, 0, sizeof(guess));
    forge(&guess);

    if (policy_password_hash(password, guess.hash, &guess.hash_len)
        != POLICY_OK)
    {
        torture_die("hash");
    }

    compare("forged tokens", &guess, KINDS, brief ? TURNS / 4 : TURNS,
            TOKENS, token_turn);
    compare("passwords", &guess, 3, brief ? 7 : 101, PASSWORDS,
            password_turn);

    policy_keys_free(guess.keys);
    printf("timing: %u turns, %u invariants broken\n",
           brief ? TURNS / 4 : TURNS, torture_failures);

    return torture_failures != 0;
}
