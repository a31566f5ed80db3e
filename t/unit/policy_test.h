/* What the tests of policy/ share: small policies, and asking them. */

#ifndef POLICY_TEST_H
#define POLICY_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <policy/policy.h>

#define TEST_ERRORS  64


typedef struct {
    policy_image_t   image;
    policy_status_t  status;
    policy_error_t   items[TEST_ERRORS];
    policy_errors_t  errors;
} test_policy_t;


static inline policy_str_t
str(const char *text)
{
    policy_str_t  s = { text, strlen(text) };

    return s;
}


/* Compiles bytes as they are. */
static inline void
test_compile(test_policy_t *t, const char *text, size_t len)
{
    memset(t, 0, sizeof(*t));
    t->errors.items = t->items;
    t->errors.capacity = TEST_ERRORS;
    t->status = policy_compile(text, len, &t->image, &t->errors);
}


/* Compiles a text in which ' stands for ". */
static inline void
test_quoted(test_policy_t *t, const char *text)
{
    char    *copy;
    size_t   i, len;

    len = strlen(text);
    copy = malloc(len);
    assert_non_null(copy);

    for (i = 0; i < len; i++) {
        copy[i] = text[i] == '\'' ? '"' : text[i];
    }

    test_compile(t, copy, len);
    free(copy);
}


/* The same, and it must be a good one. */
static inline void
test_good(test_policy_t *t, const char *text)
{
    uint32_t  i;

    test_quoted(t, text);

    for (i = 0; i < t->errors.count && i < TEST_ERRORS; i++) {
        print_error("%u:%u: %s\n", t->items[i].line, t->items[i].column,
                    t->items[i].text);
    }

    assert_int_equal(t->status, POLICY_OK);
    assert_int_equal(t->errors.count, 0);
    assert_non_null(t->image.base);
}


static inline void
test_done(test_policy_t *t)
{
    policy_image_free(&t->image);
}


/* Whether an error stands at line:column and contains `text`. */
static inline int
test_has_error(const test_policy_t *t, uint32_t line, uint32_t column,
    const char *text)
{
    uint32_t  i;

    for (i = 0; i < t->errors.count && i < TEST_ERRORS; i++) {
        if (t->items[i].line == line && t->items[i].column == column
            && strstr(t->items[i].text, text) != NULL)
        {
            return 1;
        }
    }

    for (i = 0; i < t->errors.count && i < TEST_ERRORS; i++) {
        print_error("got %u:%u: %s\n", t->items[i].line, t->items[i].column,
                    t->items[i].text);
    }
    print_error("not %u:%u: ...%s...\n", line, column, text);

    return 0;
}


/* The least around rules and permissions. */
#define TEST_RULES  "'call.join':'call_member','call.end':'nobody'," \
                    "'call.decline':'nobody'"


/* Everything that is not given is nothing: indexes must not be 0. */
static inline policy_query_t
test_query(policy_kind_t kind, policy_device_t device, uint32_t facts)
{
    policy_query_t  query;

    memset(&query, 0, sizeof(query));
    query.kind = kind;
    query.device = device;
    query.facts = facts;
    query.profiles[0] = POLICY_NONE;
    query.profiles[1] = POLICY_NONE;

    return query;
}


static inline policy_decision_t
test_decide(const policy_image_t *image, const char *rule,
    const policy_query_t *query)
{
    policy_decision_t  decision;

    policy_decide(image, policy_rule_find(image, str(rule)), query,
                  &decision);

    return decision;
}

#endif /* POLICY_TEST_H */
