/* What a rule looks at: facts, attributes, aliases. */

#include "policy_test.h"


static uint32_t
facts_of(const test_policy_t *t, const char *rule)
{
    return policy_rule_facts(&t->image, policy_rule_find(&t->image,
                                                         str(rule)));
}


static void
facts_that_a_rule_may_look_at(void **state)
{
    test_policy_t  t;

    (void) state;

    test_good(&t, "{'version':1,'permissions':[{'name':'a','columns':"
        "{'regular':true}}],'roles':{'r':{'grants':['a']}},'rules':{"
        "'call.join':{'any':['call_member','call_owner']},"
        "'call.end':'nobody','call.decline':'nobody',"
        "'plain':'a','group':{'all':['a','in_group']},"
        "'through':{'any':['group','licensed']},"
        "'called':{'not':'in-call'}}}");

    assert_int_equal(facts_of(&t, "plain"), 0);
    assert_int_equal(facts_of(&t, "a"), 0);
    assert_int_equal(facts_of(&t, "regular"), 0);
    assert_int_equal(facts_of(&t, "group"), POLICY_FACT_IN_GROUP);
    assert_int_equal(facts_of(&t, "through"),
                     POLICY_FACT_IN_GROUP | POLICY_FACT_LICENSED);
    assert_int_equal(facts_of(&t, "call.join"),
                     POLICY_FACT_CALL_MEMBER | POLICY_FACT_CALL_OWNER);
    assert_int_equal(facts_of(&t, "called"),
                     POLICY_FACT_CALL_MEMBER | POLICY_FACT_CALL_OWNER
                     | POLICY_FACT_GUEST_IN_CALL);
    assert_int_equal(policy_rule_facts(&t.image, POLICY_NONE), 0);

    test_done(&t);
}


static void
attributes_through_other_rules(void **state)
{
    uint32_t       rule;
    test_policy_t  t;

    (void) state;

    test_good(&t, "{'version':1,'permissions':[],'rules':{" TEST_RULES ","
        "'x':{'equal':['$one','1']},"
        "'y':{'all':['x',{'in':['$two',['a','$one']]}]}}}");

    rule = policy_rule_find(&t.image, str("y"));
    assert_int_equal(policy_rule_attribute(&t.image, rule, 0).len, 3);
    assert_memory_equal(policy_rule_attribute(&t.image, rule, 0).data, "one",
                        3);
    assert_memory_equal(policy_rule_attribute(&t.image, rule, 1).data, "two",
                        3);
    assert_int_equal(policy_rule_attribute(&t.image, rule, 2).len, 0);
    assert_int_equal(policy_rule_attribute(&t.image, 0, 0).len, 0);
    assert_int_equal(policy_rule_attribute(&t.image, POLICY_NONE, 0).len, 0);

    test_done(&t);
}


/* Each word of an image changed: what is told stays within it (under the
   sanitizers), and no fact is one that there is not. */

static void
damaged(void **state)
{
    size_t          i;
    uint8_t        *copy;
    uint32_t        k;
    test_policy_t   t;
    policy_image_t  image;

    (void) state;

    test_good(&t, "{'version':1,'permissions':[],'rules':{" TEST_RULES ","
        "'x':{'all':['call_member','licensed']}}}");

    copy = malloc(t.image.size);
    assert_non_null(copy);
    image = t.image;
    image.base = copy;

    for (i = 0; i < t.image.size; i++) {
        memcpy(copy, t.image.base, t.image.size);
        copy[i] ^= 0xff;

        for (k = 0; k < 12; k++) {
            (void) policy_rule_facts(&image, k);
            (void) policy_rule_attribute(&image, k, 0);
            (void) policy_rule_alias(&image, k, 0);
        }
    }

    free(copy);
    test_done(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(facts_that_a_rule_may_look_at),
        cmocka_unit_test(attributes_through_other_rules),
        cmocka_unit_test(damaged)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
