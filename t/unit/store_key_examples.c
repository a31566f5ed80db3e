/* The examples of keys in key_int.h: one of each class, as keys are. */

#include <ctype.h>

#include "store_theirs.h"


#define HEADER    "lmdb_schema/key_int.h"
#define EXAMPLES  128
#define EXAMPLE   " *     "

typedef struct {
    uint8_t  key_class;
    size_t   len;
} example_t;

static struct {
    example_t  all[EXAMPLES];
    size_t     n;
    bool       declared[256];
} examples;


/* " *     50 0000018bcfe56800 13 00a1..ab    a call is due". */

static void
take_example(const char *line)
{
    char        word[64];
    int         used;
    unsigned    key_class;
    size_t      len = 1, n;
    example_t  *example;

    assert_int_equal(sscanf(line, " *     %2x%n", &key_class, &used), 1);
    line += used;

    while (line[0] == ' ' && line[1] != ' '
           && sscanf(line, " %63[0-9a-f.]%n", word, &used) == 1)
    {
        n = strlen(word);

        if (strstr(word, "..") != NULL) {
            len += strncmp(word, "e3b0", 4) == 0 ? STORE_HASH_LEN
                                                 : STORE_ID_LEN;
        } else {
            assert_int_equal(n % 2, 0);
            len += n / 2;
        }

        line += used;
    }

    assert_true(examples.n < EXAMPLES);
    assert_true(len <= STORE_LIMIT_KEY);
    example = &examples.all[examples.n++];
    example->key_class = (uint8_t) key_class;
    example->len = len;
}


static void
read_header(void)
{
    char      line[256], name[64];
    FILE     *file = fopen(HEADER, "r");
    unsigned  value;

    assert_non_null(file);
    memset(&examples, 0, sizeof(examples));

    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, EXAMPLE, strlen(EXAMPLE)) == 0
            && isxdigit((unsigned char) line[strlen(EXAMPLE)])
            && isxdigit((unsigned char) line[strlen(EXAMPLE) + 1])
            && line[strlen(EXAMPLE) + 2] == ' ')
        {
            take_example(line);

        } else if (sscanf(line, " STORE_KEY_%63[A-Z_] = 0x%x,", name, &value)
                   == 2
                   || sscanf(line, " STORE_KEY_%63[A-Z_] = 0x%x ", name,
                             &value) == 2)
        {
            assert_in_range(value, 1, 255);
            examples.declared[value] = true;
        }
    }

    (void) fclose(file);
}


static bool
exemplified(uint8_t key_class)
{
    size_t  i;

    for (i = 0; i < examples.n; i++) {
        if (examples.all[i].key_class == key_class) {
            return true;
        }
    }

    return false;
}


static void
each_class_has_an_example(void **state)
{
    size_t  i, declared = 0;

    (void) state;
    read_header();

    for (i = 0; i < 256; i++) {
        declared += examples.declared[i];

        if (examples.declared[i] != exemplified((uint8_t) i)) {
            fail_msg("class %02zx: %s", i, examples.declared[i]
                     ? "no example" : "an example of none");
        }
    }

    assert_true(declared > 45);
}


/* Those whose last part, or one within, is a text of any length. */

static bool
has_text(uint8_t key_class)
{
    switch (key_class) {
    case STORE_KEY_META:
    case STORE_KEY_MEDIA:
    case STORE_KEY_TOLD:
    case STORE_KEY_ACCOUNT_NAME:
    case STORE_KEY_USER_NAME:
    case STORE_KEY_USER_SUBJECT:
    case STORE_KEY_TEAM_NAME:
    case STORE_KEY_GROUP_NAME:
    case STORE_KEY_USER_WORDS:
    case STORE_KEY_USER_BACK:
    case STORE_KEY_USER_TERM:
        return true;
    default:
        return false;
    }
}


static void
keys_are_as_long_as_their_examples(void **state)
{
    size_t   i, k, seen = 0;
    bool     fits, known[256] = { false };
    world_t  w;

    (void) state;
    read_header();
    world(&w);
    their_world(&w);
    arrive(&w, OLGAS, CALL, 8);
    invitation(&w, 7, CALL, STORE_INV_EXTERNAL);
    w.op.in.invitation_create.expires = w.now + HOUR;
    w.op.actor = id(OLGA);
    w.op.once.key = text("once");
    done(&w);
    guest(&w, 7, 2);

    for (i = 0; i < w.memory.n; i++) {
        const store_pair_t  *pair = &w.memory.pairs[i];

        if (!known[pair->bytes[0]]) {
            known[pair->bytes[0]] = true;
            seen++;
        }

        fits = has_text(pair->bytes[0]);

        for (k = 0; k < examples.n && !fits; k++) {
            fits = examples.all[k].key_class == pair->bytes[0]
                   && examples.all[k].len == pair->key;
        }

        if (!fits) {
            fail_msg("a key of class %02x has %zu bytes", pair->bytes[0],
                     pair->key);
        }
    }

    assert_true(seen > 35);
    end_of_world(&w);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_class_has_an_example),
        cmocka_unit_test(keys_are_as_long_as_their_examples)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
