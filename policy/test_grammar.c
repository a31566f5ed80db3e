/*
 * The grammar of a tests file.
 */

#include <policy/limits.h>
#include <policy/test_int.h>


#define TESTED(member)    offsetof(policy_tested_t, member)
#define QUESTION(member)  offsetof(policy_question_t, member)

#define ROW(name, type, offset, required, max, words, shape) \
    { name, type, offset, required, 0, 0, max, NULL, words, shape }
#define END  ROW(NULL, POLICY_TYPE_TEXT, 0, false, 0, NULL, NULL)


static const char *const  policy_words_others[] = {
    "unasked", "deny", NULL
};


static const policy_member_t  policy_members_tested[] = {
    ROW("kind", POLICY_TYPE_CHOICE, TESTED(kind), true, 0, policy_kind_names,
        NULL),
    ROW("device", POLICY_TYPE_CHOICE, TESTED(device), false, 0,
        policy_device_names, NULL),
    ROW("facts", POLICY_TYPE_CHOICES, TESTED(facts), false, 0,
        policy_fact_names, NULL),
    ROW("roles", POLICY_TYPE_NAMES, TESTED(roles), false,
        POLICY_MAX_QUERY_ROLES, NULL, NULL),
    ROW("profile", POLICY_TYPE_NAME, TESTED(profile), false, 0, NULL, NULL),
    ROW("call_profile", POLICY_TYPE_NAME, TESTED(call_profile), false, 0,
        NULL, NULL),
    ROW("inviter_roles", POLICY_TYPE_NAMES, TESTED(inviter_roles), false,
        POLICY_MAX_QUERY_ROLES, NULL, NULL),
    END
};

static const policy_shape_t  policy_shape_tested = {
    policy_members_tested, sizeof(policy_tested_t), NULL, 0
};


static const policy_member_t  policy_member_given =
    ROW("attribute", POLICY_TYPE_TEXT, offsetof(policy_given_t, value), true,
        POLICY_MAX_STRING, NULL, NULL);

static const policy_shape_t  policy_shape_given = {
    NULL, sizeof(policy_given_t), &policy_member_given, 0
};

static const policy_member_t  policy_members_question[] = {
    ROW("title", POLICY_TYPE_TEXT, QUESTION(title), false, 200, NULL, NULL),
    ROW("rules", POLICY_TYPE_NAMES, QUESTION(rules), true, 4096, NULL, NULL),
    ROW("attributes", POLICY_TYPE_MAP, QUESTION(attributes), false,
        POLICY_MAX_ATTRIBUTES, NULL, &policy_shape_given),
    ROW("allow", POLICY_TYPE_NAMES, QUESTION(allow), false, 4096, NULL,
        NULL),
    ROW("deny", POLICY_TYPE_NAMES, QUESTION(deny), false, 4096, NULL, NULL),
    ROW("error", POLICY_TYPE_NAMES, QUESTION(error), false, 4096, NULL,
        NULL),
    ROW("others", POLICY_TYPE_CHOICE, QUESTION(others), false, 0,
        policy_words_others, NULL),
    ROW("reason", POLICY_TYPE_TEXT, QUESTION(reason), false, 64, NULL, NULL),
    END
};

static const policy_shape_t  policy_shape_question = {
    policy_members_question, sizeof(policy_question_t), NULL, 0
};


static const policy_member_t  policy_members_tests[] = {
    ROW("principals", POLICY_TYPE_MAP, offsetof(policy_tests_t, principals),
        true, 4096, NULL, &policy_shape_tested),
    ROW("tests", POLICY_TYPE_LIST, offsetof(policy_tests_t, tests), true,
        100000, NULL, &policy_shape_question),
    END
};

const policy_shape_t  policy_test_grammar = {
    policy_members_tests, sizeof(policy_tests_t), NULL, 0
};
