/* The terms of assistance. */

#include <policy/assistance.h>

#include "policy_test.h"


#define HEAD  "{'version':1,'permissions':[{'name':'help','columns':" \
              "{'regular':true}}],'roles':{},'rules':{'call.join':" \
              "'call_owner','call.end':'call_owner','call.decline':" \
              "'nobody'}"


static void
test_given(void **state)
{
    test_policy_t        policy;
    policy_str_t         name;
    policy_assistance_t  out;

    (void) state;
    test_good(&policy, HEAD ",'assistance':{'requires':'help',"
        "'scope_groups':['clients','staff'],'reason_required':false,"
        "'max_duration':'2h','anonymous':true,'shortcuts':['address'],"
        "'duplicates':{'mail':80,'threshold':55}}}");

    assert_int_equal(policy_assistance(&policy.image, &out), POLICY_OK);
    name = policy_rule_name(&policy.image, out.requires);
    assert_int_equal(name.len, 4);
    assert_memory_equal(name.data, "help", 4);
    assert_false(out.reason_required);
    assert_true(out.anonymous);
    assert_int_equal(out.max_duration, 2 * 3600 * 1000);
    assert_int_equal(out.groups, 2);
    assert_int_equal(out.shortcuts, 1);
    assert_int_equal(out.mail, 80);
    assert_int_equal(out.phone, 70);
    assert_int_equal(out.name, 60);
    assert_int_equal(out.threshold, 55);

    name = policy_assistance_group(&policy.image, 1);
    assert_memory_equal(name.data, "staff", 5);
    assert_int_equal(policy_assistance_group(&policy.image, 2).len, 0);

    name = policy_assistance_shortcut(&policy.image, 0);
    assert_memory_equal(name.data, "address", 7);
    assert_int_equal(policy_assistance_shortcut(&policy.image, 1).len, 0);

    test_done(&policy);
}


static void
test_not_given(void **state)
{
    test_policy_t        policy;
    policy_assistance_t  out;

    (void) state;
    test_good(&policy, HEAD "}");

    assert_int_equal(policy_assistance(&policy.image, &out), POLICY_OK);
    assert_int_equal(out.requires, POLICY_NONE);       /* nobody may */
    assert_true(out.reason_required);
    assert_false(out.anonymous);
    assert_int_equal(out.groups, 0);

    policy.image.size = 40;
    assert_int_equal(policy_assistance(&policy.image, &out), POLICY_CORRUPT);
    assert_int_equal(out.requires, POLICY_NONE);

    test_done(&policy);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_given),
        cmocka_unit_test(test_not_given)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
