/* Ceilings: what is allowed at most passes, one more is told and refused. */

#include "policy_test.h"

#include <time.h>

#include <policy/limits.h>


typedef struct {
    char   *data;
    size_t  len;
    size_t  size;
} big_t;


static void
put(big_t *big, const char *format, ...)
    __attribute__((format(printf, 2, 3)));


static void
put(big_t *big, const char *format, ...)
{
    int      n;
    va_list  args;

    if (big->size - big->len < 512) {
        big->size = big->size * 2 + 65536;
        big->data = realloc(big->data, big->size);
        assert_non_null(big->data);
    }

    va_start(args, format);
    n = vsnprintf(big->data + big->len, big->size - big->len, format, args);
    va_end(args);

    assert_true(n >= 0);
    big->len += (size_t) n;
}


#define RULES  "\"call.join\":\"regular\",\"call.end\":\"nobody\"," \
               "\"call.decline\":\"nobody\""


/* Compiles, frees the text, and sees that it took less than 5 s of CPU. */
static void
compile(test_policy_t *t, big_t *big)
{
    clock_t  start;

    start = clock();
    test_compile(t, big->data, big->len);
    assert_true(clock() - start < 5 * CLOCKS_PER_SEC);
    free(big->data);
    memset(big, 0, sizeof(*big));
}


static void
refused(big_t *big, const char *says)
{
    test_policy_t  t;

    compile(&t, big);
    assert_int_equal(t.status, POLICY_INVALID);
    assert_true(t.errors.count > 0);
    assert_non_null(strstr(t.items[0].text, says));
    assert_null(t.image.base);
}


static void
taken(big_t *big)
{
    test_policy_t  t;

    compile(&t, big);
    if (t.errors.count > 0) {
        print_error("%u:%u %s\n", t.items[0].line, t.items[0].column,
                    t.items[0].text);
    }
    assert_int_equal(t.status, POLICY_OK);
    test_done(&t);
}


static void
nesting(void **state)
{
    size_t          i;
    big_t           big = { NULL, 0, 0 };
    test_policy_t   t;

    (void) state;

    for (i = 0; i < 1000000; i++) {
        put(&big, "[[[[[[[[[[");
    }
    refused(&big, "nested deeper than 32");

    /* 28 expressions in each other lie in "rules" and the top: depth 30. */
    put(&big, "{\"version\":1,\"permissions\":[],\"rules\":{" RULES
        ",\"x\":");
    for (i = 0; i < 28; i++) {
        put(&big, "{\"not\":");
    }
    put(&big, "\"regular\"");
    for (i = 0; i < 28; i++) {
        put(&big, "}");
    }
    put(&big, "}}");
    compile(&t, &big);
    assert_int_equal(t.status, POLICY_OK);
    test_done(&t);
}


static void
text_and_values(void **state)
{
    size_t  i;
    big_t   big = { NULL, 0, 0 };

    (void) state;

    big.len = POLICY_MAX_TEXT + 1;
    big.data = malloc(big.len);
    assert_non_null(big.data);
    memset(big.data, ' ', big.len);
    refused(&big, "larger than");

    put(&big, "{\"x\":[");
    for (i = 0; i < POLICY_MAX_NODES / 10; i++) {
        put(&big, "1,1,1,1,1,1,1,1,1,1,");
    }
    put(&big, "1]}");
    refused(&big, "too many values");

    put(&big, "{\"x\":\"");
    for (i = 0; i <= POLICY_MAX_STRING / 8; i++) {
        put(&big, "abcdefgh");
    }
    put(&big, "\"}");
    refused(&big, "a string of more than");
}


static void
permissions(size_t n, big_t *big)
{
    size_t  i;

    put(big, "{\"version\":1,\"permissions\":[");
    for (i = 0; i < n; i++) {
        put(big, "%s{\"name\":\"p%zu\",\"columns\":{\"regular\":true}}",
            i ? "," : "", i);
    }
    put(big, "],\"roles\":{\"all\":{\"grants\":[");
    for (i = 0; i < n && i < POLICY_MAX_PERMISSIONS; i++) {
        put(big, "%s\"p%zu\"", i ? "," : "", i);
    }
    put(big, "]}},\"rules\":{" RULES "}}");
}


static void
number_of_permissions(void **state)
{
    char                name[16];
    size_t              i;
    big_t               big = { NULL, 0, 0 };
    uint32_t            role = 0;
    test_policy_t       t;
    policy_query_t      query;

    (void) state;

    permissions(POLICY_MAX_PERMISSIONS, &big);
    compile(&t, &big);
    assert_int_equal(t.status, POLICY_OK);

    query = test_query(POLICY_KIND_REGULAR, POLICY_DEVICE_WEB, 0);
    query.roles = &role;
    query.nroles = 1;

    for (i = 0; i < POLICY_MAX_PERMISSIONS; i++) {
        (void) snprintf(name, sizeof(name), "p%zu", i);
        assert_int_equal(policy_permission_find(&t.image, str(name)), i);
        assert_int_equal(test_decide(&t.image, name, &query).verdict,
                         POLICY_ALLOW);
    }
    assert_int_equal(policy_permission_find(&t.image, str("p4096")),
                     POLICY_NONE);
    test_done(&t);

    permissions(POLICY_MAX_PERMISSIONS + 1, &big);
    refused(&big, "4097 entries");
}


static void
roles_in_a_row_and_in_a_circle(void **state)
{
    size_t  i;
    int     circle;
    big_t   big = { NULL, 0, 0 };

    (void) state;

    for (circle = 0; circle < 2; circle++) {
        put(&big, "{\"version\":1,\"permissions\":[{\"name\":\"a\","
            "\"columns\":{\"regular\":true}}],\"rules\":{" RULES "},"
            "\"roles\":{");
        for (i = 0; i < POLICY_MAX_ROLES - 1; i++) {
            put(&big, "\"r%zu\":{\"includes\":[\"r%zu\"]},", i, i + 1);
        }
        put(&big, "\"r%zu\":{%s\"grants\":[\"a\"]}}}", i,
            circle ? "\"includes\":[\"r0\"]," : "");

        if (circle) {
            refused(&big, "roles include one another in a circle: r0 -> r1");
        } else {
            taken(&big);
        }
    }
}


static void
rules_that_grow(void **state)
{
    size_t  i;
    big_t   big = { NULL, 0, 0 };

    (void) state;

    /* Each names the last twice: 2^30 steps. */
    put(&big, "{\"version\":1,\"permissions\":[],\"rules\":{" RULES
        ",\"r0\":\"regular\"");
    for (i = 1; i < 30; i++) {
        put(&big, ",\"r%zu\":{\"all\":[\"r%zu\",\"r%zu\"]}", i, i - 1, i - 1);
    }
    put(&big, "}}");
    refused(&big, "more than 512 steps");

    /* Each holds a value while the next is asked. */
    put(&big, "{\"version\":1,\"permissions\":[],\"rules\":{" RULES
        ",\"d0\":\"regular\"");
    for (i = 1; i < 60; i++) {
        put(&big, ",\"d%zu\":{\"all\":[\"licensed\",\"d%zu\"]}", i, i - 1);
    }
    put(&big, "}}");
    refused(&big, "nests deeper");
}


static void
names_requires_aliases(void **state)
{
    size_t  i, n;
    big_t   big = { NULL, 0, 0 };

    (void) state;

    for (n = POLICY_MAX_NAME; n <= POLICY_MAX_NAME + 1; n++) {
        put(&big, "{\"version\":1,\"permissions\":[{\"name\":\"");
        for (i = 0; i < n; i++) {
            put(&big, "n");
        }
        put(&big, "\",\"columns\":{}}],\"rules\":{" RULES "}}");

        if (n == POLICY_MAX_NAME) {
            taken(&big);
        } else {
            refused(&big, "1 to 100");
        }
    }

    for (n = POLICY_MAX_REQUIRES + 1; n <= POLICY_MAX_REQUIRES + 2; n++) {
        put(&big, "{\"version\":1,\"permissions\":[{\"name\":\"p0\","
            "\"columns\":{}}");
        for (i = 1; i < n; i++) {
            put(&big, ",{\"name\":\"p%zu\",\"columns\":{},"
                "\"requires\":[\"p%zu\"]}", i, i - 1);
        }
        put(&big, "],\"rules\":{" RULES "}}");

        if (n == POLICY_MAX_REQUIRES + 1) {
            taken(&big);
        } else {
            refused(&big, "requires more than 32");
        }
    }

    put(&big, "{\"version\":1,\"permissions\":[{\"name\":\"p0\","
        "\"columns\":{},\"aliases\":[\"a0\"");
    for (i = 1; i <= POLICY_MAX_ALIASES; i++) {
        put(&big, ",\"a%zu\"", i);
    }
    put(&big, "]}],\"rules\":{" RULES "}}");
    refused(&big, "17 names");
}


static void
a_hundred_thousand_slips(void **state)
{
    size_t         i;
    big_t          big = { NULL, 0, 0 };
    test_policy_t  t;

    (void) state;

    put(&big, "{\"version\":1,\"permissions\":[],\"rules\":{" RULES);
    for (i = 0; i < POLICY_MAX_RULES - 3; i++) {
        put(&big, ",\"rule-number-%zu\":\"rule-numbr-%zu\"", i, i);
    }
    put(&big, "}}");

    compile(&t, &big);
    assert_int_equal(t.status, POLICY_INVALID);
    assert_int_equal(t.errors.count, POLICY_MAX_RULES - 3);
    assert_non_null(strstr(t.items[0].text,
                           "did you mean \"rule-number-0\"?"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nesting),
        cmocka_unit_test(text_and_values),
        cmocka_unit_test(number_of_permissions),
        cmocka_unit_test(roles_in_a_row_and_in_a_circle),
        cmocka_unit_test(rules_that_grow),
        cmocka_unit_test(names_requires_aliases),
        cmocka_unit_test(a_hundred_thousand_slips)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
