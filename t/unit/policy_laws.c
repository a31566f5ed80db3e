/*
 * Laws of decisions, on random policies and principals:
 *
 *   more      another role never takes a right away (rules without "not")
 *   order     nor does the order of roles, or a role named twice, matter
 *   ceiling   a permission outside of its ceiling is never held
 *   error     a question that lacks an attribute is allowed only if every
 *             value would be; a damaged question never
 */

#include "policy_test.h"


#define POLICIES     300
#define QUESTIONS    40
#define PERMISSIONS  12
#define ROLES        8
#define RULES        10


typedef struct {
    uint64_t      seed;
    char          text[65536];
    size_t        len;
    test_policy_t t;
    uint32_t      columns[PERMISSIONS];
    uint32_t      rules[PERMISSIONS + RULES];
    bool          with_not;
} law_t;


static uint32_t
law_random(law_t *law, uint32_t below)
{
    law->seed ^= law->seed << 13;
    law->seed ^= law->seed >> 7;
    law->seed ^= law->seed << 17;

    return (uint32_t) (law->seed >> 32) % below;
}


static void __attribute__((format(printf, 2, 3)))
law_put(law_t *law, const char *format, ...)
{
    int      n;
    va_list  args;

    va_start(args, format);
    n = vsnprintf(law->text + law->len, sizeof(law->text) - law->len, format,
                  args);
    va_end(args);

    assert_true(n >= 0 && (size_t) n < sizeof(law->text) - law->len);
    law->len += (size_t) n;
}


/* A subset of names, as a JSON list. */
static void
law_some(law_t *law, const char *prefix, uint32_t n, uint32_t percent)
{
    bool      first;
    uint32_t  i;

    law_put(law, "[");

    for (i = 0, first = true; i < n; i++) {
        if (law_random(law, 100) < percent) {
            law_put(law, "%s\"%s%u\"", first ? "" : ",", prefix, i);
            first = false;
        }
    }

    law_put(law, "]");
}


static void
law_expression(law_t *law, uint32_t depth)
{
    uint32_t  i, n, kind;

    static const char *const  words[] = {
        "call_member", "call_owner", "same_account", "licensed", "regular",
        "authenticated"
    };

    kind = depth > 2 ? 4 + law_random(law, 4) : law_random(law, 8);

    if (kind < 2 || (kind == 2 && law->with_not)) {
        if (kind == 2) {
            law_put(law, "{\"not\":");
            law_expression(law, depth + 1);
            law_put(law, "}");
            return;
        }

        n = 1 + law_random(law, 3);
        law_put(law, "{\"%s\":[", kind == 0 ? "all" : "any");
        for (i = 0; i < n; i++) {
            law_put(law, i ? "," : "");
            law_expression(law, depth + 1);
        }
        law_put(law, "]}");

    } else if (kind == 4) {
        law_put(law, "\"%s\"", words[law_random(law, 6)]);

    } else if (kind == 5 && law->with_not) {
        law_put(law, "{\"equal\":[\"$k\",\"v%u\"]}", law_random(law, 2));

    } else {
        law_put(law, "\"p%u\"", law_random(law, PERMISSIONS));
    }
}


/* "everybody" keeps a random rule from being one that can never hold: such a
   policy is refused. */
static void
law_policy(law_t *law)
{
    uint32_t  i, c;

    law->len = 0;
    law_put(law, "{\"version\":1,\"permissions\":[");

    for (i = 0; i < PERMISSIONS; i++) {
        law->columns[i] = 1u << POLICY_COLUMN_REGULAR;
        law->columns[i] = law_random(law, 4) ? 1u + law_random(law, 63)
                                             : law->columns[i];
        law_put(law, "%s{\"name\":\"p%u\",\"requires\":", i ? "," : "", i);
        law_some(law, "p", i, 10);
        law_put(law, ",\"columns\":{");
        for (c = 0; c < POLICY_COLUMNS; c++) {
            law_put(law, "%s\"%s\":%s", c ? "," : "", policy_column_names[c],
                    law->columns[i] >> c & 1 ? "true" : "false");
        }
        law_put(law, "}}");
    }

    law_put(law, "],\"roles\":{");
    for (i = 0; i < ROLES; i++) {
        law_put(law, "%s\"r%u\":{\"grants\":", i ? "," : "", i);
        law_some(law, "p", PERMISSIONS, 30);
        law_put(law, ",\"includes\":");
        law_some(law, "r", i, 20);
        law_put(law, "}");
    }

    law_put(law, "},\"guests\":{\"grants\":");
    law_some(law, "p", PERMISSIONS, 50);
    law_put(law, "},\"profiles\":{\"f\":{\"permissions\":{");
    for (i = 0; i < PERMISSIONS; i++) {
        law_put(law, "%s\"p%u\":\"%s\"", i ? "," : "", i,
                law_random(law, 3) ? "allow" : "deny");
    }

    law_put(law, "}}},\"rules\":{\"call.join\":\"call_member\",\"call.end\":"
            "\"nobody\",\"call.decline\":\"nobody\"");
    for (i = 0; i < RULES; i++) {
        law_put(law, ",\"rule%u\":{\"any\":[", i);
        law_expression(law, 0);
        law_put(law, ",{\"all\":[\"call_owner\",\"same_account\"]}]}");
    }
    law_put(law, "}}");

    test_compile(&law->t, law->text, law->len);
    if (law->t.status != POLICY_OK) {
        print_error("%s\n%s\n", law->t.items[0].text, law->text);
    }
    assert_int_equal(law->t.status, POLICY_OK);
}


static void
law_names(law_t *law)
{
    char      name[16];
    uint32_t  i;

    for (i = 0; i < PERMISSIONS + RULES; i++) {
        (void) snprintf(name, sizeof(name), i < PERMISSIONS ? "p%u" : "rule%u",
                        i < PERMISSIONS ? i : i - PERMISSIONS);
        law->rules[i] = policy_rule_find(&law->t.image, str(name));
        assert_int_not_equal(law->rules[i], POLICY_NONE);
    }
}


static policy_query_t
law_query(law_t *law, uint32_t *roles)
{
    uint32_t        i;
    policy_query_t  query;

    static const policy_kind_t  kinds[] = {
        POLICY_KIND_REGULAR, POLICY_KIND_REGULAR, POLICY_KIND_SERVICE,
        POLICY_KIND_EXTERNAL, POLICY_KIND_GUEST
    };

    query = test_query(kinds[law_random(law, 5)],
                       (policy_device_t) law_random(law, 5),
                       law_random(law, 256));
    query.nroles = law_random(law, ROLES);
    for (i = 0; i < query.nroles; i++) {
        roles[i] = law_random(law, ROLES);
    }
    query.roles = roles;
    query.inviter_roles = roles;
    query.ninviter_roles = query.nroles;
    if (query.kind == POLICY_KIND_EXTERNAL) {
        query.profiles[0] = 0;
    }

    return query;
}


static void
law_more(law_t *law, const policy_query_t *query, uint32_t *roles)
{
    uint32_t           i;
    policy_query_t     more;
    policy_decision_t  before, after;

    more = *query;
    more.nroles = more.ninviter_roles = query->nroles + 1;
    roles[query->nroles] = law_random(law, ROLES);

    for (i = 0; i < PERMISSIONS + RULES; i++) {
        policy_decide(&law->t.image, law->rules[i], query, &before);
        policy_decide(&law->t.image, law->rules[i], &more, &after);
        assert_true(before.verdict != POLICY_ALLOW
                    || after.verdict == POLICY_ALLOW);
    }
}


static void
law_order(law_t *law, const policy_query_t *query)
{
    uint32_t           i, k, swapped, roles[2 * ROLES];
    policy_query_t     other;
    policy_decision_t  a, b;

    other = *query;
    other.nroles = other.ninviter_roles = 2 * query->nroles;
    other.roles = other.inviter_roles = roles;

    for (i = 0; i < query->nroles; i++) {
        roles[i] = roles[query->nroles + i] = query->roles[i];
    }

    for (i = other.nroles; i > 1; i--) {
        k = law_random(law, i);
        swapped = roles[k];
        roles[k] = roles[i - 1];
        roles[i - 1] = swapped;
    }

    for (i = 0; i < PERMISSIONS + RULES; i++) {
        policy_decide(&law->t.image, law->rules[i], query, &a);
        policy_decide(&law->t.image, law->rules[i], &other, &b);
        assert_int_equal(a.verdict, b.verdict);
        assert_int_equal(a.reason, b.reason);
        assert_int_equal(a.permission, b.permission);
    }
}


static void
law_ceiling(law_t *law, policy_query_t query)
{
    uint32_t           i, column, all[ROLES];
    policy_decision_t  decision;

    static const uint32_t  guests[] = {
        POLICY_COLUMN_GUEST_WEB, POLICY_COLUMN_GUEST_WEB,
        POLICY_COLUMN_GUEST_MOBILE, POLICY_COLUMN_GUEST_MOBILE_WEB,
        POLICY_COLUMN_GUEST_WEB
    };

    for (i = 0; i < ROLES; i++) {
        all[i] = i;
    }
    query.roles = query.inviter_roles = all;
    query.nroles = query.ninviter_roles = ROLES;
    query.facts = 0xff;

    column = query.kind == POLICY_KIND_REGULAR ? POLICY_COLUMN_REGULAR
             : query.kind == POLICY_KIND_SERVICE ? POLICY_COLUMN_SERVICE
             : query.kind == POLICY_KIND_EXTERNAL ? POLICY_COLUMN_EXTERNAL
             : guests[query.device];

    for (i = 0; i < PERMISSIONS; i++) {
        policy_decide(&law->t.image, law->rules[i], &query, &decision);

        if ((law->columns[i] >> column & 1) == 0) {
            assert_int_equal(decision.verdict, POLICY_DENY);
        }
    }
}


static void
law_error(law_t *law, policy_query_t query)
{
    uint32_t            i, v, bad[1] = { ROLES };
    policy_decision_t   without, with;
    policy_attribute_t  attribute;

    static const char *const  values[] = { "v0", "v1", "v2", "" };

    attribute.name = str("k");

    for (i = 0; i < PERMISSIONS + RULES; i++) {
        query.nattributes = 0;
        policy_decide(&law->t.image, law->rules[i], &query, &without);

        for (v = 0; v < 4; v++) {
            attribute.value = str(values[v]);
            query.attributes = &attribute;
            query.nattributes = 1;
            policy_decide(&law->t.image, law->rules[i], &query, &with);

            assert_int_not_equal(with.verdict, POLICY_ERROR);
            if (without.verdict != POLICY_ERROR) {
                assert_int_equal(with.verdict, without.verdict);
            }
        }
    }

    query.roles = bad;
    query.nroles = 1;

    for (i = 0; i < PERMISSIONS + RULES; i++) {
        policy_decide(&law->t.image, law->rules[i], &query, &with);
        assert_int_equal(with.verdict, POLICY_ERROR);
    }

    policy_decide(&law->t.image, POLICY_NONE, &query, &with);
    assert_int_equal(with.verdict, POLICY_ERROR);
}


static void
laws_hold(law_t *law)
{
    uint32_t        i, k, roles[ROLES + 1];
    policy_query_t  query;

    for (i = 0; i < POLICIES; i++) {
        law_policy(law);
        law_names(law);

        for (k = 0; k < QUESTIONS; k++) {
            query = law_query(law, roles);

            if (!law->with_not) {
                law_more(law, &query, roles);
            }

            law_order(law, &query);
            law_ceiling(law, query);
            law_error(law, query);
        }

        test_done(&law->t);
    }
}


static void
without_not(void **state)
{
    law_t  *law;

    (void) state;

    law = calloc(1, sizeof(*law));
    assert_non_null(law);
    law->seed = UINT64_C(0x9e3779b97f4a7c15);
    laws_hold(law);
    free(law);
}


static void
with_not(void **state)
{
    law_t  *law;

    (void) state;

    law = calloc(1, sizeof(*law));
    assert_non_null(law);
    law->seed = UINT64_C(0xd1b54a32d192ed03);
    law->with_not = true;
    laws_hold(law);
    free(law);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(without_not),
        cmocka_unit_test(with_not)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
